// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/onpath.h"

#include <net/if.h> /* before those of linux, which then leave out what it has */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nic/discipline.h"
#include "nic/netlink.h"
#include "nic/routes.h"
#include "nic/stacking.h"

/* include/uapi/linux/bpf.h of Linux 6.6 */
#define TCX_INGRESS 46
#define TCX_EGRESS  47

struct telling {
	onpath_fn say;
	void *data;
};

static void say_count(const struct telling *t, const char *key, size_t count)
{
	char text[24];

	snprintf(text, sizeof(text), "%zu", count);
	t->say(t->data, key, text);
}

/* ---- firewall ---- */

static int count_rule(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	++*(size_t *)data;
	return MNL_CB_OK;
}

/* Of every family and table. */
static void tell_nft(const struct telling *t)
{
	struct nfgenmsg *header;
	struct netlink nl;
	size_t rules = 0;

	if (!netlink_open(&nl, NETLINK_NETFILTER)) {
		struct nlmsghdr *nlh =
			netlink_begin(&nl, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE, NLM_F_DUMP);

		header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
		header->nfgen_family = AF_UNSPEC;
		header->version = NFNETLINK_V0;
		if (!netlink_ask(&nl, count_rule, &rules))
			say_count(t, "nft rules", rules);
	}
	netlink_close(&nl);
}

/* Those of the older xtables, whose tables are in memory only where something used them. */
static void tell_iptables(const struct telling *t)
{
	FILE *names = fopen("/proc/thread-self/net/ip_tables_names", "re");
	int fd = names ? socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW) : -1;
	struct ipt_getinfo info = {0};
	size_t rules = 0;
	/* Without the module, which comes with the first table, there is no such file. */
	bool known = fd >= 0 || (!names && errno == ENOENT);

	while (names && known && fscanf(names, "%31s", info.name) == 1) {
		socklen_t len = sizeof(info);

		known = !getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, &info, &len);
		rules += known ? info.num_entries : 0;
	}
	if (known)
		say_count(t, "iptables rules", rules);
	if (fd >= 0)
		close(fd);
	if (names)
		fclose(names);
}

/* It is on where anything is tracked: the number itself is of the moment. */
static void tell_conntrack(const struct telling *t)
{
	FILE *file = fopen("/proc/sys/net/netfilter/nf_conntrack_count", "re");
	unsigned long count;

	/* Its module may come with the first rule; where that is there, the file may be hidden from this namespace. */
	if (!file && !access("/sys/module", F_OK) && access("/sys/module/nf_conntrack", F_OK))
		t->say(t->data, "conntrack", "off");
	if (!file)
		return;
	if (fscanf(file, "%lu", &count) == 1)
		t->say(t->data, "conntrack", count ? "on" : "off");
	fclose(file);
}

/* ---- taps ---- */

/* Those that see what this device receives or sends; packet(7) lists all of the namespace. */
static void tell_packet_sockets(const struct telling *t, unsigned int ifindex)
{
	FILE *file = fopen("/proc/thread-self/net/packet", "re");
	char line[256];
	size_t count = 0;

	/* Its module may come with the first of them. */
	if (!file && errno == ENOENT)
		say_count(t, "packet sockets", 0);
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		unsigned int protocol, of;

		/* sk RefCnt Type Proto Iface R Rmem User Inode */
		if (sscanf(line, "%*x %*d %*d %x %u", &protocol, &of) == 2 && (!of || of == ifindex))
			count += protocol != 0;
	}
	fclose(file);
	say_count(t, "packet sockets", count);
}

/* ---- the device ---- */

struct asking {
	unsigned int ifindex;
	char text[200];
	size_t used, count;
	uint64_t widest; /* of htb's classes, in bytes a second */
};

static void note_kind(struct asking *a, const char *kind, const struct nlattr *options)
{
	if (a->used && a->used < sizeof(a->text))
		a->used += (size_t)snprintf(a->text + a->used, sizeof(a->text) - a->used, ", ");
	if (a->used < sizeof(a->text))
		a->used += discipline_words(kind, options, a->widest, a->text + a->used,
					    sizeof(a->text) - a->used);
}

/* As a word, for fq is no fq_codel. */
static bool is_noted(const struct asking *a, const char *kind)
{
	size_t len = strlen(kind);
	const char *at = a->text;

	while ((at = strstr(at, kind)) &&
	       !((at == a->text || at[-1] == ' ') && strchr(" ,", at[len])))
		at += len;
	return at;
}

static int take_qdisc(const struct nlmsghdr *nlh, void *data)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *options = NULL;
	struct asking *a = data;
	const char *kind = NULL;

	if ((unsigned int)tc->tcm_ifindex != a->ifindex)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*tc))
	{
		if (mnl_attr_get_type(attr) == TCA_KIND &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			kind = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == TCA_OPTIONS)
			options = attr;
	}
	/* Of many queues of one kind the first is said. */
	if (kind && !is_noted(a, kind))
		note_kind(a, kind, options);
	return MNL_CB_OK;
}

/* What a class of htb may borrow up to. */
static int take_class(const struct nlmsghdr *nlh, void *data)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *inner, *options = NULL;
	struct asking *a = data;
	uint64_t ceil = 0;
	bool htb = false;

	mnl_attr_for_each(attr, nlh, sizeof(*tc))
	{
		if (mnl_attr_get_type(attr) == TCA_KIND &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			htb = !strcmp(mnl_attr_get_str(attr), "htb");
		else if (mnl_attr_get_type(attr) == TCA_OPTIONS)
			options = attr;
	}
	if (htb && options && (unsigned int)tc->tcm_ifindex == a->ifindex)
		mnl_attr_for_each_nested(inner, options)
		{
			if (mnl_attr_get_type(inner) == TCA_HTB_CEIL64)
				ceil = mnl_attr_get_u64(inner);
			else if (mnl_attr_get_type(inner) == TCA_HTB_PARMS && !ceil &&
				 mnl_attr_get_payload_len(inner) >= sizeof(struct tc_htb_opt))
				ceil = ((struct tc_htb_opt *)mnl_attr_get_payload(inner))->ceil.rate;
		}
	a->widest = ceil > a->widest ? ceil : a->widest;
	return MNL_CB_OK;
}

static int count_filter(const struct nlmsghdr *nlh, void *data)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nlh);
	struct asking *a = data;
	const struct nlattr *attr;
	bool table = false, filter = false;

	/* A filter's head comes before it, without options; u32 tells of its hash tables too (TC_U32_NODE). */
	mnl_attr_for_each(attr, nlh, sizeof(*tc))
	{
		if (mnl_attr_get_type(attr) == TCA_OPTIONS)
			filter = true;
		else if (mnl_attr_get_type(attr) == TCA_KIND &&
			 !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			table = !strcmp(mnl_attr_get_str(attr), "u32") &&
				!TC_U32_NODE(tc->tcm_handle);
	}
	a->count += filter && !table;
	return MNL_CB_OK;
}

/* type: of the dump; parent: 0 for all. */
static int ask_tc(struct asking *a, int type, uint32_t parent, mnl_cb_t take)
{
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	if (!error) {
		struct nlmsghdr *nlh = netlink_begin(&nl, type, NLM_F_DUMP);
		struct tcmsg *tc = mnl_nlmsg_put_extra_header(nlh, sizeof(*tc));

		tc->tcm_family = AF_UNSPEC;
		tc->tcm_ifindex = (int)a->ifindex;
		tc->tcm_parent = parent;
		error = netlink_ask(&nl, take, a);
	}
	netlink_close(&nl);
	return error;
}

static void tell_tc(const struct telling *t, unsigned int ifindex)
{
	static const uint32_t hooks[] = {TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
					 TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)};
	struct asking a = {.ifindex = ifindex};

	if (ask_tc(&a, RTM_GETTCLASS, 0, take_class))
		a.widest = 0;
	if (!ask_tc(&a, RTM_GETQDISC, 0, take_qdisc))
		t->say(t->data, "qdisc", a.text[0] ? a.text : "none");
	for (int i = 0; i < 2; i++)
		if (ask_tc(&a, RTM_GETTFILTER, hooks[i], count_filter))
			return;
	say_count(t, "tc filters", a.count);
}

static int take_xdp(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *inner;

	mnl_attr_for_each(attr, nlh,
			  sizeof(struct ifinfomsg)) if (mnl_attr_get_type(attr) == IFLA_XDP)
			mnl_attr_for_each_nested(inner, attr) if (mnl_attr_get_type(inner) ==
								  IFLA_XDP_ATTACHED) *
		(uint8_t *)data = mnl_attr_get_u8(inner);
	return MNL_CB_OK;
}

/* 0, with *mode as of IFLA_XDP_ATTACHED, or -1. */
static int ask_xdp(unsigned int ifindex, uint8_t *mode)
{
	struct netlink nl;
	int result = -1;

	*mode = XDP_ATTACHED_NONE;
	if (!netlink_open(&nl, NETLINK_ROUTE)) {
		struct nlmsghdr *nlh = netlink_begin(&nl, RTM_GETLINK, 0);
		struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

		ifi->ifi_index = (int)ifindex;
		result = netlink_ask(&nl, take_xdp, mode) ? -1 : 0;
	}
	netlink_close(&nl);
	return result;
}

static void tell_xdp(const struct telling *t, unsigned int ifindex)
{
	static const char *const modes[] = {"none", "native", "generic", "offloaded", "several"};
	uint8_t mode;

	if (!ask_xdp(ifindex, &mode))
		t->say(t->data, "xdp", mode < 5 ? modes[mode] : "unknown");
}

bool onpath_has_xdp(const char *iface)
{
	unsigned int ifindex = if_nametoindex(iface);
	uint8_t mode;

	return ifindex && !ask_xdp(ifindex, &mode) &&
	       (mode == XDP_ATTACHED_DRV || mode == XDP_ATTACHED_MULTI);
}

/* ---- BPF programs by their hooks ---- */

/* How many run at a hook of a device or of a cgroup, those of its ancestors included; -1: not told. */
static long programs_at(uint32_t target, uint32_t hook, uint32_t flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = target; /* the index of a device where the hook is one's */
	attr.query.attach_type = hook;
	attr.query.query_flags = flags;
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof(attr)))
		return -1;
	return attr.query.prog_cnt;
}

static void tell_programs(const struct telling *t, const char *key, uint32_t target, uint32_t in,
			  uint32_t out, uint32_t flags)
{
	long received = programs_at(target, in, flags), sent = programs_at(target, out, flags);

	if (received >= 0 && sent >= 0)
		say_count(t, key, (size_t)(received + sent));
}

void onpath_cgroup(int cgroup, onpath_fn say, void *data)
{
	struct telling t = {say, data};

	tell_programs(&t, "cgroup programs", (uint32_t)cgroup, BPF_CGROUP_INET_INGRESS,
		      BPF_CGROUP_INET_EGRESS, BPF_F_QUERY_EFFECTIVE);
}

/* ---- around the device ---- */

static void tell_way(const struct telling *t, unsigned int ifindex)
{
	char text[200];
	size_t rules;

	if (!stacking_describe(ifindex, text, sizeof(text)))
		t->say(t->data, "devices", text);
	if (!routes_describe(ifindex, text, sizeof(text)))
		t->say(t->data, "route metrics", text);
	if (!routes_rules(&rules))
		say_count(t, "routing rules", rules);
}

void onpath_describe(const char *iface, onpath_fn say, void *data)
{
	struct telling t = {say, data};
	unsigned int ifindex = if_nametoindex(iface);

	tell_nft(&t);
	tell_iptables(&t);
	tell_conntrack(&t);
	if (!ifindex)
		return;
	tell_way(&t, ifindex);
	tell_packet_sockets(&t, ifindex);
	tell_tc(&t, ifindex);
	tell_xdp(&t, ifindex);
	tell_programs(&t, "tcx programs", ifindex, TCX_INGRESS, TCX_EGRESS, 0);
}

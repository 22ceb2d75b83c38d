// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/nft_table.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datapath/frame.h"
#include "nic/netlink.h"

/* ---- the library of nft(8), where that is ---- */

#define LIBRARY "libnftables.so.1"

/* As libnftables(3) has them. */
static struct {
	void *(*new)(uint32_t flags);
	void (*free)(void *context);
	int (*buffer_error)(void *context);
	const char *(*error)(void *context);
	int (*run)(void *context, const char *script);
} api;

static const struct {
	const char *name;
	void *slot;
} symbols[] = {
	{"nft_ctx_new", &api.new},
	{"nft_ctx_free", &api.free},
	{"nft_ctx_buffer_error", &api.buffer_error},
	{"nft_ctx_get_error_buffer", &api.error},
	{"nft_run_cmd_from_buffer", &api.run},
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *missing; /* what is not here; NULL: nothing */

static void load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	missing = library ? NULL : LIBRARY;
	for (size_t i = 0; !missing && i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *found = dlsym(library, symbols[i].name);

		if (!found)
			missing = symbols[i].name;
		*(void **)symbols[i].slot = found;
	}
}

bool nft_table_able(char *why, size_t size)
{
	struct netlink nl;
	int error;

	pthread_once(&once, load);
	if (missing) {
		snprintf(why, size, "%s is not here: install nftables, whose library it is of",
			 missing);
		return false;
	}
	error = netlink_open(&nl, NETLINK_NETFILTER);
	netlink_close(&nl);
	if (!error && !geteuid())
		return true;
	snprintf(why, size, "%s",
		 error ? "this kernel has no nf_tables (CONFIG_NF_TABLES, or the module)"
		       : "run as root: a table of nft takes CAP_NET_ADMIN");
	return false;
}

/* ---- the table ---- */

struct nft_table {
	void *context; /* whose socket owns the table */
	struct netlink reading;
	pthread_mutex_t one; /* … at a time: flows wait for their end by it, too */
	char name[48];
	uint8_t family;
};

/* Datagrams are told from others as xdp_wanted of bpf/xdp.h does it. */
static int write_script(const struct nft_table *t, const struct flows *all, FILE *script)
{
	const char *family = t->family == NFPROTO_IPV6 ? "ip6" : "ip";
	char here[INET6_ADDRSTRLEN], there[INET6_ADDRSTRLEN];
	int domain = t->family == NFPROTO_IPV6 ? AF_INET6 : AF_INET;
	struct frame_ends ends = {0};

	fprintf(script, "table %s %s {\n\tflags owner\n", family, t->name);
	for (unsigned int i = 0; i < all->count; i++)
		fprintf(script, "\tcounter f%u {}\n", i);
	fprintf(script, "\tmap flows { type inet_service : counter; elements = {");
	for (unsigned int i = 0; i < all->count; i++) {
		if (frame_ends(all->flow[i].fd, &ends))
			return -errno;
		fprintf(script, "%s %u : \"f%u\"", i ? "," : "", ntohs(ends.there_port), i);
	}
	inet_ntop(domain, ends.here, here, sizeof(here));
	inet_ntop(domain, ends.there, there, sizeof(there));
	/* Where the table raw of iptables(8) is: before connections are looked up. */
	fprintf(script,
		" } }\n"
		"\tchain dropped {\n"
		"\t\ttype filter hook prerouting priority -300\n"
		"\t\t%s saddr %s %s daddr %s udp dport %u udp length %zu counter name udp sport map @flows drop\n"
		"\t}\n"
		"}\n",
		family, there, family, here, ntohs(ends.here_port),
		sizeof(struct udphdr) + (size_t)all->datagram);
	return ferror(script) ? -ENOMEM : 0;
}

static int refused(struct flow *f, const char *said)
{
	return flow_unable(f,
			   "nft made no table that drops: %.*s; it takes Linux 5.12 and nft 0.9.9",
			   (int)strcspn(said, "\n"), said);
}

int nft_table_make(struct nft_table **made, struct flows *all)
{
	struct flow *first = &all->flow[0];
	struct nft_table *t = calloc(1, sizeof(*t));
	struct frame_ends ends = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *script;
	int error;

	*made = t;
	if (t)
		pthread_mutex_init(&t->one, NULL);
	script = t ? open_memstream(&text, &size) : NULL;
	if (!script)
		return flow_fail(first, "no memory left for the table of nft");
	error = frame_ends(first->fd, &ends) ? -errno : 0;
	t->family = !error && ends.ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	snprintf(t->name, sizeof(t->name), "zcprof_drop_%d_%u", (int)getpid(),
		 ntohs(ends.here_port));
	if (!error)
		error = write_script(t, all, script);
	fclose(script);
	if (!error)
		error = netlink_open(&t->reading, NETLINK_NETFILTER);
	if (!error && !(t->context = api.new(0)))
		error = -ENOMEM;
	if (error) {
		free(text);
		return flow_fail(first, "cannot make a table of nft: %s", strerror(-error));
	}
	api.buffer_error(t->context);
	error = api.run(t->context, text);
	free(text);
	return error ? refused(first, api.error(t->context)) : 0;
}

void nft_table_end(struct nft_table *t)
{
	if (!t)
		return;
	if (t->context)
		api.free(t->context);
	netlink_close(&t->reading);
	free(t);
}

/* ---- what it counts ---- */

static int take_packets(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *inner;
	uint64_t *packets = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(attr) != NFTA_OBJ_DATA)
			continue;
		mnl_attr_for_each_nested(inner, attr)
		{
			if (mnl_attr_get_type(inner) == NFTA_COUNTER_PACKETS &&
			    mnl_attr_get_payload_len(inner) == sizeof(*packets))
				*packets = be64toh(mnl_attr_get_u64(inner));
		}
	}
	return MNL_CB_OK;
}

static int ask(struct nft_table *t, unsigned int flow, uint64_t *datagrams)
{
	struct nlmsghdr *nlh =
		netlink_begin(&t->reading, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETOBJ, 0);
	struct nfgenmsg *head = mnl_nlmsg_put_extra_header(nlh, sizeof(*head));
	char name[16];

	head->nfgen_family = t->family;
	head->version = NFNETLINK_V0;
	snprintf(name, sizeof(name), "f%u", flow);
	mnl_attr_put_strz(nlh, NFTA_OBJ_TABLE, t->name);
	mnl_attr_put_strz(nlh, NFTA_OBJ_NAME, name);
	mnl_attr_put_u32(nlh, NFTA_OBJ_TYPE, htonl(NFT_OBJECT_COUNTER));
	return netlink_ask(&t->reading, take_packets, datagrams);
}

int nft_table_seen(struct nft_table *t, unsigned int flow, uint64_t *datagrams)
{
	int error;

	*datagrams = 0;
	pthread_mutex_lock(&t->one);
	error = ask(t, flow, datagrams);
	pthread_mutex_unlock(&t->one);
	return error;
}

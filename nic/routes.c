// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/routes.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "nic/netlink.h"

struct asking {
	unsigned int ifindex;
	char *text;
	size_t size, used;
};

/* Those by which TCP behaves otherwise; what the kernel learned by itself is in no table. */
static const char *const names[RTAX_MAX + 1] = {
	[RTAX_MTU] = "mtu",	      [RTAX_WINDOW] = "window",	    [RTAX_RTT] = "rtt",
	[RTAX_SSTHRESH] = "ssthresh", [RTAX_CWND] = "cwnd",	    [RTAX_ADVMSS] = "advmss",
	[RTAX_INITCWND] = "initcwnd", [RTAX_FEATURES] = "features", [RTAX_RTO_MIN] = "rto_min",
	[RTAX_INITRWND] = "initrwnd", [RTAX_QUICKACK] = "quickack",
};

/* Whether it is one of a list, whole: "mtu 150" is none of "mtu 1500, window 9". */
static bool lists(const char *list, const char *one)
{
	size_t len = strlen(one);

	for (const char *at = list; (at = strstr(at, one)); at++)
		if ((at == list || at[-1] == ' ') && (!at[len] || at[len] == ','))
			return true;
	return false;
}

static void note_metric(struct asking *a, const struct nlattr *metric)
{
	int type = mnl_attr_get_type(metric);
	char one[64] = "";

	if (type == RTAX_CC_ALGO && !mnl_attr_validate(metric, MNL_TYPE_NUL_STRING))
		snprintf(one, sizeof(one), "congctl %.16s", mnl_attr_get_str(metric));
	else if (type <= RTAX_MAX && names[type] && !mnl_attr_validate(metric, MNL_TYPE_U32))
		snprintf(one, sizeof(one), "%s %u", names[type], mnl_attr_get_u32(metric));
	/* Of many routes with the same it is said once. */
	if (*one && a->used < a->size && !lists(a->text, one))
		a->used += (size_t)snprintf(a->text + a->used, a->size - a->used, "%s%s",
					    a->used ? ", " : "", one);
}

static int take_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *metric, *metrics = NULL;
	struct asking *a = data;
	unsigned int device = 0;

	if (route->rtm_table != RT_TABLE_MAIN)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*route))
	{
		if (mnl_attr_get_type(attr) == RTA_OIF)
			device = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == RTA_METRICS)
			metrics = attr;
	}
	if (device != a->ifindex || !metrics)
		return MNL_CB_OK;
	mnl_attr_for_each_nested(metric, metrics)
	{
		note_metric(a, metric);
	}
	return MNL_CB_OK;
}

int routes_describe(unsigned int ifindex, char *text, size_t size)
{
	struct asking a = {ifindex, text, size, 0};
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	*text = '\0';
	if (!error) {
		struct nlmsghdr *nlh = netlink_begin(&nl, RTM_GETROUTE, NLM_F_DUMP);
		struct rtmsg *route = mnl_nlmsg_put_extra_header(nlh, sizeof(*route));

		route->rtm_family = AF_UNSPEC;
		error = netlink_ask(&nl, take_route, &a);
	}
	netlink_close(&nl);
	if (!error && !*text)
		snprintf(text, size, "none");
	return error;
}

static int count_rule(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	++*(size_t *)data;
	return MNL_CB_OK;
}

int routes_rules(size_t *count)
{
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	*count = 0;
	if (!error) {
		struct nlmsghdr *nlh = netlink_begin(&nl, RTM_GETRULE, NLM_F_DUMP);
		struct fib_rule_hdr *rule = mnl_nlmsg_put_extra_header(nlh, sizeof(*rule));

		rule->family = AF_INET;
		error = netlink_ask(&nl, count_rule, count);
	}
	netlink_close(&nl);
	return error;
}

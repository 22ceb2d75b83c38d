// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: nic/discipline.c */
/* libs: libmnl */
/* Queueing disciplines in words, of options as the kernel dumps them (net/sched/sch_fq.c, sch_netem.c, sch_cake.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libmnl/libmnl.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "nic/discipline.h"

static char buffer[1024];

static struct nlmsghdr *begin(struct nlattr **options)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);

	*options = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	return nlh;
}

static const char *words(const char *kind, const struct nlattr *options, size_t size)
{
	static char text[128];

	memset(text, '#', sizeof(text));
	discipline_words(kind, options, 0, text, size);
	return text;
}

static void test_rates(void **state)
{
	struct nlattr *options;
	struct nlmsghdr *nlh = begin(&options);

	(void)state;
	mnl_attr_put_u32(nlh, TCA_FQ_PLIMIT, 10000);
	mnl_attr_put_u32(nlh, TCA_FQ_FLOW_MAX_RATE, 375000000);
	mnl_attr_nest_end(nlh, options);
	assert_string_equal(words("fq", options, 128), "fq 3 Gbit/s a flow");
	/* What has no room for all of it is cut. */
	assert_string_equal(words("fq", options, 8), "fq 3 Gb");
	/* The same attribute is another one's of another kind. */
	assert_string_equal(words("fq_codel", options, 128), "fq_codel");
	nlh = begin(&options);
	mnl_attr_put_u32(nlh, TCA_FQ_FLOW_MAX_RATE, UINT32_MAX);
	mnl_attr_nest_end(nlh, options);
	assert_string_equal(words("fq", options, 128), "fq");
	nlh = begin(&options);
	mnl_attr_put_u64(nlh, TCA_CAKE_BASE_RATE64, 500000000);
	mnl_attr_nest_end(nlh, options);
	assert_string_equal(words("cake", options, 128), "cake 4 Gbit/s");
	assert_string_equal(words("pfifo", NULL, 128), "pfifo");
}

static void test_netem(void **state)
{
	const struct tc_netem_qopt q = {.loss = UINT32_MAX / 1000, .duplicate = UINT32_MAX / 20};
	const struct tc_netem_rate rate = {.rate = 500000000};
	struct nlattr *options;
	struct nlmsghdr *nlh = begin(&options);

	(void)state;
	memcpy((char *)nlh + nlh->nlmsg_len, &q, sizeof(q));
	nlh->nlmsg_len += MNL_ALIGN(sizeof(q));
	mnl_attr_put_u64(nlh, TCA_NETEM_LATENCY64, 2000000);
	mnl_attr_put(nlh, TCA_NETEM_RATE, sizeof(rate), &rate);
	/* Too short to be one. */
	mnl_attr_put_u32(nlh, TCA_NETEM_REORDER, UINT32_MAX);
	mnl_attr_nest_end(nlh, options);
	assert_string_equal(words("netem", options, 128),
			    "netem loss 0.1 % duplicate 5 % delay 2 ms 4 Gbit/s");
	nlh = begin(&options);
	mnl_attr_put_u32(nlh, TCA_NETEM_RATE64, 1);
	mnl_attr_nest_end(nlh, options);
	assert_string_equal(words("netem", options, 128), "netem");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_netem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

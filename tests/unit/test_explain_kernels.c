// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze/causes/kernels.c */
/* What is known of kernels: what changed between two of them, and of which part a function is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/causes/kernels.h"
#include "record/components.h"

static void test_changes_between_kernels(void **state)
{
	const struct kernel_change *first = NULL;
	size_t count = kernel_changes("6.18.44 #1 SMP x86_64", "7.0.1-debian", &first);

	(void)state;
	assert_true(count >= 5);
	assert_int_equal(first->version, 6);
	assert_int_equal(first->subversion, 19);
	assert_string_equal(first[count - 1].commit, "795663b4d160");
	/* In either order; a release that has it already tells nothing of it. */
	assert_int_equal(kernel_changes("7.0.1", "6.18.44", &first), count);
	assert_int_equal(kernel_changes("6.19.0", "6.19.7", &first), 0);
	assert_int_equal(kernel_changes("another", "6.19.7", &first), 0);
	assert_int_equal(kernel_changes(NULL, "6.19.7", &first), 0);
	/* The oldest first, by which the first and a count tell them all. */
	count = kernel_changes("1.0", "99.0", &first);
	for (size_t i = 1; i < count; i++)
		assert_true(first[i - 1].version * 100 + first[i - 1].subversion <=
			    first[i].version * 100 + first[i].subversion);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(strspn(first[i].commit, "0123456789abcdef"), 12);
}

/* What is of zcrx alone explains nothing of plain sockets; what is of no path in particular may. */
static void test_changes_concern_paths(void **state)
{
	const struct kernel_change of_all = {6, 19, "", "", "", ""},
				   of_two = {7, 0, "", "", "", "send_zc zcrx"};

	(void)state;
	assert_true(kernel_change_concerns(&of_all, "copy"));
	assert_true(kernel_change_concerns(&of_two, "send_zc"));
	assert_true(kernel_change_concerns(&of_two, "zcrx"));
	assert_true(kernel_change_concerns(&of_two, NULL));
	assert_false(kernel_change_concerns(&of_two, "copy"));
	assert_false(kernel_change_concerns(&of_two, "send"));
	assert_false(kernel_change_concerns(&of_two, "zcrx2"));
}

static void test_parts(void **state)
{
	(void)state;
	/* By which programs of BPF read the kernel's memory. */
	assert_int_equal(component_of_symbol("copy_from_kernel_nofault_allowed"), COMPONENT_tracing);
	/* Which was clear_page() until 6.18: a name that no one knows is a cost that seems to have come anew. */
	assert_int_equal(part_of_symbol("clear_highpages_kasan_tagged"), PART_page_allocator);
	assert_int_equal(component_of_symbol("clear_highpages_kasan_tagged"), COMPONENT_memory);
	assert_int_equal(part_of_symbol("nft_do_chain"), PART_netfilter);
	assert_int_equal(part_of_symbol("__nf_conntrack_find_get.isra.0"), PART_conntrack);
	assert_int_equal(part_of_symbol("tpacket_rcv"), PART_taps);
	assert_int_equal(part_of_symbol("tbf_dequeue"), PART_qdisc);
	assert_int_equal(part_of_symbol("skb_segment"), PART_segmentation);
	assert_int_equal(part_of_symbol("do_csum"), PART_checksum);
	assert_int_equal(part_of_symbol("try_to_wake_up"), PART_wakeups);
	assert_int_equal(part_of_symbol("tcp_rcv_established"), PART_COUNT);
	for (enum part part = 0; part < PART_COUNT; part++)
		assert_true(part_component(part) < COMPONENT_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes_between_kernels),
		cmocka_unit_test(test_changes_concern_paths),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The component map, against names as kernels from 5.4 to 7.x have them. Where the SIGCOMM'21 study
 * lists a function, its category is what is expected here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/components.h"

static enum component stack(const char *const *names)
{
	enum component says[16];
	size_t depth = 0;

	for (; names[depth]; depth++)
		says[depth] = component_of_symbol(names[depth]);
	return component_of_stack(says, depth);
}

#define STACK(...) stack((const char *const[]){__VA_ARGS__, NULL})

static void functions_say_what_they_are(void **state)
{
	static const struct {
		const char *symbol;
		enum component component;
	} known[] = {
		{"_copy_to_iter", COMPONENT_data_copy},
		{"copyout", COMPONENT_data_copy},
		{"__skb_datagram_iter", COMPONENT_data_copy},
		{"simple_copy_to_iter", COMPONENT_data_copy},
		{"skb_copy_datagram_iter", COMPONENT_data_copy},
		{"iov_iter_advance", COMPONENT_data_copy},
		{"tcp_sendmsg_locked", COMPONENT_tcp_ip},
		{"__tcp_transmit_skb", COMPONENT_tcp_ip},
		{"ip_finish_output2", COMPONENT_tcp_ip},
		{"ipv6_rcv", COMPONENT_tcp_ip},
		{"__inet_lookup_established", COMPONENT_tcp_ip},
		{"nf_hook_slow", COMPONENT_tcp_ip},
		{"release_sock", COMPONENT_tcp_ip},
		{"skb_release_data", COMPONENT_skb},
		{"__alloc_skb", COMPONENT_skb},
		{"napi_build_skb", COMPONENT_skb},
		{"sk_skb_reason_drop", COMPONENT_skb},
		{"tcp_stream_alloc_skb", COMPONENT_skb},
		{"skb_gro_receive", COMPONENT_netdev},
		{"tcp_gro_receive", COMPONENT_netdev},
		{"__dev_queue_xmit", COMPONENT_netdev},
		{"veth_poll", COMPONENT_netdev},
		{"napi_complete_done", COMPONENT_netdev},
		{"__netif_receive_skb_core.constprop.0", COMPONENT_netdev},
		{"mlx5e_napi_poll", COMPONENT_netdev},
		{"idpf_vport_splitq_napi_poll", COMPONENT_netdev},
		{"page_pool_alloc_netmems", COMPONENT_memory},
		{"page_pool_put_unrefed_netmem", COMPONENT_memory},
		{"gen_pool_alloc_algo_owner", COMPONENT_memory},
		{"___slab_alloc", COMPONENT_memory},
		{"kmem_cache_free", COMPONENT_memory},
		{"free_unref_page", COMPONENT_memory},
		{"get_page_from_freelist", COMPONENT_memory},
		{"iov_iter_extract_pages", COMPONENT_memory},
		{"io_pp_zc_alloc_netmems", COMPONENT_memory},
		{"native_queued_spin_lock_slowpath", COMPONENT_locks},
		{"__pv_queued_spin_lock_slowpath", COMPONENT_locks},
		{"_raw_spin_unlock", COMPONENT_locks},
		{"_raw_spin_unlock_irqrestore", COMPONENT_caller},
		{"lock_sock_nested", COMPONENT_locks},
		{"mutex_lock", COMPONENT_locks},
		{"__schedule", COMPONENT_scheduling},
		{"finish_task_switch.isra.0", COMPONENT_scheduling},
		{"try_to_wake_up", COMPONENT_scheduling},
		{"sock_def_readable", COMPONENT_scheduling},
		{"handle_softirqs", COMPONENT_scheduling},
		{"__do_softirq", COMPONENT_scheduling},
		{"do_syscall_64", COMPONENT_syscall_entry},
		{"entry_SYSCALL_64_after_hwframe", COMPONENT_syscall_entry},
		{"syscall_exit_to_user_mode", COMPONENT_syscall_entry},
		{"io_recv", COMPONENT_io_uring},
		{"io_submit_sqes", COMPONENT_io_uring},
		{"bpf_trace_run2", COMPONENT_tracing},
		{"syscall_trace_enter", COMPONENT_tracing},
		{"intel_idle", COMPONENT_idle},
		{"pv_native_safe_halt", COMPONENT_idle},
		{"hrtimer_interrupt", COMPONENT_other},
		{"no_kernel_has_this", COMPONENT_unmapped},
		{"", COMPONENT_unmapped},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		enum component says = component_of_symbol(known[i].symbol);

		if (says != known[i].component)
			fail_msg("%s is of \"%s\", not \"%s\"", known[i].symbol,
				 component_name(known[i].component),
				 says == COMPONENT_caller ? "its caller" : component_name(says));
	}
}

static void helpers_belong_to_their_callers(void **state)
{
	(void)state;
	/* The same routine copies payload in 5.15, 6.1 and 6.12, and the header of a message. */
	assert_int_equal(STACK("copy_user_enhanced_fast_string", "copyout", "_copy_to_iter"),
			 COMPONENT_data_copy);
	assert_int_equal(STACK("copy_user_generic_string", "_copy_from_iter", "tcp_sendmsg_locked"),
			 COMPONENT_data_copy);
	assert_int_equal(STACK("rep_movs_alternative", "_copy_to_iter", "__skb_datagram_iter"),
			 COMPONENT_data_copy);
	assert_int_equal(STACK("rep_movs_alternative", "_copy_from_user", "copy_msghdr_from_user",
			       "___sys_sendmsg"),
			 COMPONENT_syscall_entry);
	assert_int_equal(STACK("__check_object_size", "simple_copy_to_iter"), COMPONENT_data_copy);
	assert_int_equal(STACK("memset", "__alloc_skb", "tcp_stream_alloc_skb"), COMPONENT_skb);
	assert_int_equal(STACK("ktime_get", "tcp_mstamp_refresh"), COMPONENT_tcp_ip);
	/* What the kernel does instead of zero copy. */
	assert_int_equal(STACK("memcpy", "skb_copy_ubufs", "ip_local_deliver_finish"),
			 COMPONENT_data_copy);
	/* Samples of a section without interrupts all fall on its end. */
	assert_int_equal(STACK("_raw_spin_unlock_irqrestore", "__wake_up_sync_key",
			       "sock_def_readable", "tcp_data_queue"),
			 COMPONENT_scheduling);
	/* A BPF program works for whoever runs it. */
	assert_int_equal(STACK("bpf_prog_6deef7357e7b4530_filter", "veth_xdp_rcv_skb"),
			 COMPONENT_netdev);
	assert_int_equal(STACK("bpf_prog_6deef7357e7b4530_syscalls_out", "bpf_trace_run2"),
			 COMPONENT_tracing);
	assert_int_equal(STACK("__x86_indirect_thunk_rax", "veth_xmit"), COMPONENT_netdev);
}

static void what_nobody_knows_stays_unmapped(void **state)
{
	(void)state;
	assert_int_equal(STACK("no_kernel_has_this", "tcp_v4_rcv"), COMPONENT_unmapped);
	assert_int_equal(STACK("memcpy"), COMPONENT_unmapped);
	assert_int_equal(STACK("memcpy", "no_kernel_has_this", "tcp_v4_rcv"), COMPONENT_tcp_ip);
	assert_int_equal(component_of_stack(NULL, 0), COMPONENT_unmapped);
}

static void contexts_begin_where_they_do(void **state)
{
	(void)state;
	assert_int_equal(context_of_symbol("handle_softirqs"), CONTEXT_SOFTIRQ);
	assert_int_equal(context_of_symbol("__do_softirq"), CONTEXT_SOFTIRQ);
	assert_int_equal(context_of_symbol("do_softirq.part.0"), CONTEXT_SOFTIRQ);
	assert_int_equal(context_of_symbol("napi_threaded_poll_loop"), CONTEXT_SOFTIRQ);
	assert_int_equal(context_of_symbol("sysvec_apic_timer_interrupt"), CONTEXT_HARDIRQ);
	assert_int_equal(context_of_symbol("common_interrupt"), CONTEXT_HARDIRQ);
	assert_int_equal(context_of_symbol("common_interrupt_return"), CONTEXT_TASK);
	assert_int_equal(context_of_symbol("tcp_v4_rcv"), CONTEXT_TASK);
	assert_int_equal(context_of_symbol("__local_bh_enable_ip"), CONTEXT_TASK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_say_what_they_are),
		cmocka_unit_test(helpers_belong_to_their_callers),
		cmocka_unit_test(what_nobody_knows_stays_unmapped),
		cmocka_unit_test(contexts_begin_where_they_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

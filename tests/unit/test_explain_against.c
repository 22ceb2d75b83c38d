// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c tests/unit/explaining.c */
/* libs: gsl jansson */
/* What speaks against a cause: figures of another, of another program, of a setting that was not taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/causes/causes.h"
#include "tests/unit/explaining.h"

/* What one set counts by the means of the other, and never saw, is a zero. */
static void test_none_seen_is_zero(void **state)
{
	static const char by[] = ",host,collector,means,iowait,raw_tracepoint,\n";
	char seen[256], not_asked[] = "";
	struct pair p;

	(void)state;
	snprintf(seen, sizeof(seen), "%s,rx,iowait,time,rx/1/io_uring_enter,700000000,ns\n", by);
	explain(&p, 40, by, 20, seen);
	assert_string_equal(first(&p), "iowait");
	forget(&p);
	explain(&p, 40, not_asked, 20, seen);
	assert_string_equal(first(&p), "none");
	forget(&p);
}

/* A kernel that knows one vulnerability more, which the CPU does not have, does nothing more against it. */
static void test_unknown_vulnerability(void **state)
{
	static const char dearer[] = ",rx,profile,component,task/TCP/IP,300000000,ns\n"
				     ",rx,profile,component,task/syscall entry,300000000,ns\n";
	static const struct {
		const char *known, *first;
	} cases[] = {
		{",host,fact,mitigation,ghostwrite,Not affected,\n", "none"},
		{",host,fact,mitigation,retbleed,Mitigation: IBPB,\n", "mitigations"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char worse[512];
		struct pair p;

		snprintf(worse, sizeof(worse), "%s%s", cases[i].known, dearer);
		explain(&p, 20, "", 10, worse);
		assert_string_equal(first(&p), cases[i].first);
		forget(&p);
	}
}

/* By the counters of the pool that stands beside that of the payload, without samples; other queues' pools say nothing. */
static void test_header_pages_by_their_pool(void **state)
{
#define POOL_OF(queue, pages) ",rx,pagepool,pool_recycle_ring,nic0/" queue "," pages ",pages\n"
	static const char payload[] =
		",rx,pagepool,pool_provider,nic0/rx-1/9,devmem,\n" POOL_OF("rx-1/9", "200000")
			POOL_OF("rx-2/10", "9000");
	static const struct {
		const char *rows, *first;
	} cases[] = {
		{POOL_OF("-/-", "200000"), "header_pages"},
		{POOL_OF("rx-1/9/2", "200000"), "header_pages"},
		{POOL_OF("rx-3/11", "200000"), "none"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char better[512], worse[512];
		struct pair p;

		snprintf(better, sizeof(better), "%s" POOL_OF("-/-", "2000"), payload);
		snprintf(worse, sizeof(worse), "%s%s", payload, cases[i].rows);
		explain(&p, 20, better, 10, worse);
		assert_string_equal(first(&p), cases[i].first);
		forget(&p);
	}
#undef POOL_OF
}

/* A thread waits for ksoftirqd, too, which does the work of the same traffic: nobody else was there. */
static void test_ksoftirqd_is_no_neighbour(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 20,
		",tx,cpu,wait,tx-copy-0/1,1000000,ns\n,tx,cpu,thread,tx-copy-0/1,990000000,ns\n"
		",tx,cpu,thread,ksoftirqd/1/25,1000000,ns\n",
		10,
		",tx,cpu,wait,tx-copy-0/1,330000000,ns\n,tx,cpu,thread,tx-copy-0/1,660000000,ns\n"
		",tx,cpu,thread,ksoftirqd/1/25,320000000,ns\n");
	assert_string_equal(first(&p), "none");
	assert_string_equal(p.causes.limit[1].id, "unknown");
	forget(&p);
}

/* Nor are softirqs that wake a thread, which waits until they are done: its CPU ran nobody else. */
static void test_softirqs_are_no_neighbour(void **state)
{
#define ON_CPU(softirq, system, thread, wait)                                                      \
	",tx,cpu,user,1,0,ns\n,tx,cpu,irq,1,0,ns\n,tx,cpu,softirq,1," #softirq                     \
	"000000,ns\n,tx,cpu,system,1," #system "000000,ns\n,tx,cpu,thread,tx-copy-0/1," #thread    \
	"000000,ns\n,tx,cpu,wait,tx-copy-0/1," #wait "000000,ns\n"
	struct pair p;

	(void)state;
	explain(&p, 20, ON_CPU(100, 800, 800, 10), 10, ON_CPU(300, 600, 600, 200));
	assert_string_equal(first(&p), "none");
	forget(&p);
	explain(&p, 20, ON_CPU(100, 800, 800, 10), 10, ON_CPU(100, 800, 400, 400));
	assert_string_equal(first(&p), "neighbour");
	forget(&p);
#undef ON_CPU
}

/* Nor is the other end, where both share a CPU: who is there beside them is what a thread waits more than that. */
static void test_the_other_end_is_no_neighbour(void **state)
{
#define SHARED(tx, rx, wait)                                                                       \
	",rx,fact,end_cpus,,0,\n,tx,fact,end_cpus,,0,\n,tx,cpu,thread,tx-copy-0/1," #tx            \
	"000000,ns\n,tx,cpu,wait,tx-copy-0/1," #wait "000000,ns\n,rx,cpu,thread,rx-copy-0/2," #rx  \
	"000000,ns\n"
	struct pair p;

	(void)state;
	explain(&p, 20, SHARED(800, 200, 200), 16, SHARED(640, 360, 360));
	assert_string_equal(first(&p), "none");
	forget(&p);
	explain(&p, 20, SHARED(800, 200, 200), 10, SHARED(400, 100, 600));
	assert_string_equal(first(&p), "neighbour");
	forget(&p);
#undef SHARED
}

/* What copies more at both ends because its packets are smaller is no question of memory. */
static void test_memory_is_contradicted_by_smaller_packets(void **state)
{
	static const char slow[] = ",rx,profile,component,softirq/data copy,360000000,ns\n"
				   ",tx,profile,component,softirq/data copy,360000000,ns\n";
	char rows[512];
	struct pair p;

	(void)state;
	snprintf(rows, sizeof(rows), ",tx,nic,statistic,tx_packets,400000,events\n%s", slow);
	explain(&p, 40, ",tx,nic,statistic,tx_packets,80000,events\n", 20, rows);
	assert_string_not_equal(first(&p), "memory");
	forget(&p);
}

/* A sender that copies more too speaks against the receiver's cache: that is said, and it comes later. */
static void test_what_speaks_against(void **state)
{
	struct pair p;
	bool found = false;

	(void)state;
	explain(&p, 40, ",rx,pmu,llc_miss_ratio,,0.1,ratio\n", 20,
		",rx,pmu,llc_miss_ratio,,0.5,ratio\n,rx,profile,component,softirq/data copy,360000000,ns\n"
		",tx,profile,component,softirq/data copy,360000000,ns\n");
	for (size_t i = 0; i < p.causes.count; i++)
		found |= !strcmp(p.causes.at[i].mechanism->id, "ddio") &&
			 p.causes.at[i].against_count == 1;
	assert_true(found);
	forget(&p);
}

/* The option alone is no smaller buffer: the kernel says what it chose. */
static void test_a_buffer_length_that_was_not_taken(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40,
		",rx,fact,option,path,zcrx,\n,rx,fact,option,rx_buf_len,64K,\n,rx,fact,nic,rx-buf-len,4096,\n,rx,iouring,completions,task,50000,events\n",
		20,
		",rx,fact,option,path,zcrx,\n,rx,fact,option,rx_buf_len,4K,\n,rx,fact,nic,rx-buf-len,4096,\n,rx,iouring,completions,task,600000,events\n");
	assert_string_equal(first(&p), "rx_buf_len");
	assert_int_equal(p.causes.at[0].against_count, 1);
	assert_string_not_equal(cause_sure(&p.causes, &p.causes.at[0]), "sure");
	forget(&p);
}

/* io_uring is counted by CPU: what another program did on the sender's are no sends of a path that has none. */
static void test_completions_of_another_program(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40,
		",tx,fact,option,path,copy,\n,tx,fact,option,write,256K,\n,tx,iouring,completions,task,900000,events\n,tx,path,calls,,20000,calls\n",
		20,
		",tx,fact,option,path,copy,\n,tx,fact,option,write,2K,\n,tx,iouring,completions,task,450000,events\n,tx,path,calls,,1200000,calls\n");
	assert_string_equal(first(&p), "write_size");
	forget(&p);
}

/* What is counted makes a fault only where there is more of it. */
static void test_fewer_rules_make_nothing(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40, ",rx,fact,on_path,nft rules,9,\n,tx,tcp,retransmits,0,0,segments\n", 20,
		",rx,fact,on_path,nft rules,0,\n,tx,tcp,retransmits,0,9000,segments\n");
	assert_string_equal(first(&p), "loss");
	assert_null(p.causes.at[0].setting);
	forget(&p);
	explain(&p, 40, ",rx,fact,on_path,nft rules,0,\n,tx,tcp,retransmits,0,0,segments\n", 20,
		",rx,fact,on_path,nft rules,9,\n,tx,tcp,retransmits,0,9000,segments\n");
	assert_string_equal(first(&p), "loss");
	assert_non_null(p.causes.at[0].setting);
	forget(&p);
	/* A hundred of three million segments slow nobody down. */
	explain(&p, 40, ",tx,tcp,retransmits,0,0,segments\n", 20,
		",tx,tcp,retransmits,0,100,segments\n");
	assert_string_equal(first(&p), "none");
	forget(&p);
	/* A window that is closed is no loss. */
	explain(&p, 40, ",tx,tcp,retransmits,0,0,segments\n,tx,tcp,rwnd_limited,0,0,ns\n", 20,
		",tx,tcp,retransmits,0,900,segments\n,tx,tcp,rwnd_limited,0,800000000,ns\n");
	assert_string_equal(first(&p), "receive_window");
	forget(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none_seen_is_zero),
		cmocka_unit_test(test_unknown_vulnerability),
		cmocka_unit_test(test_header_pages_by_their_pool),
		cmocka_unit_test(test_ksoftirqd_is_no_neighbour),
		cmocka_unit_test(test_softirqs_are_no_neighbour),
		cmocka_unit_test(test_the_other_end_is_no_neighbour),
		cmocka_unit_test(test_memory_is_contradicted_by_smaller_packets),
		cmocka_unit_test(test_what_speaks_against),
		cmocka_unit_test(test_a_buffer_length_that_was_not_taken),
		cmocka_unit_test(test_completions_of_another_program),
		cmocka_unit_test(test_fewer_rules_make_nothing),
	};

	return cmocka_run_group_tests(tests, explaining_start, explaining_finish);
}

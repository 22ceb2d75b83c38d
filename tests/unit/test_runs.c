// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c tests/unit/records.c */
/* libs: gsl jansson */
/* Records in memory: what is asked of a run, of several, and what follows from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/figures/average.h"
#include "analyze/figures/distribution.h"
#include "analyze/figures/ledger.h"
#include "analyze/figures/measures.h"
#include "analyze/figures/roi.h"
#include "tests/unit/records.h"

static void figures(void **state)
{
	/* Out of order on purpose: keys are found, and are in the order of their numbers. */
	struct run *run = load(HEADER ",rx,fact,option,read,256K,\n"
				      ",host,collector,absent,power,no meter,\n"
				      ",host,cpu,user,10,3,ns\n"
				      ",host,cpu,user,2,4,ns\n"
				      ",rx,path,bytes,,1000,bytes\n"
				      "0.5,rx,path,bytes,,77,bytes\n"
				      ",tx,path,bytes,,1001,bytes\n");
	struct figures range = run_range(run, METRIC_cpu_user, END_HOST);

	(void)state;
	near(run_figure(run, METRIC_path_bytes, END_RX, NULL), 1000);
	near(run_figure(run, METRIC_path_bytes, END_TX, ""), 1001);
	assert_true(isnan(run_figure(run, METRIC_path_bytes, END_HOST, NULL)));
	assert_true(isnan(run_figure(run, METRIC_cpu_user, END_HOST, "1")));
	near(run_sum(run, METRIC_cpu_user, END_HOST), 7);
	assert_true(isnan(run_sum(run, METRIC_cpu_user, END_RX)));
	assert_int_equal(range.count, 2);
	assert_string_equal(range.at[0].key, "2");
	assert_string_equal(range.at[1].key, "10");
	assert_string_equal(run_fact(run, METRIC_fact_option, END_RX, "read"), "256K");
	assert_null(run_fact(run, METRIC_fact_option, END_TX, "read"));
	assert_string_equal(run_absent(run, END_RX, "power"), "no meter");
	assert_true(run_measured(run, END_HOST, METRIC_cpu_user, NULL));
	assert_false(run_measured(run, END_RX, METRIC_cpu_user, NULL));
	assert_int_equal(run->moment_count, 1);
	near(run->moments[0].time_s, 0.5);
	run_free(run);
}

static void return_on_investment(void **state)
{
	/* The talk: "10 Gbit/s at 200 % CPU is better than 5 at 100 %". */
	struct outcome ten =
		outcome(",rx,path,bytes,,1250000000,bytes\n"
			",rx,path,window_ns,,1000000000,ns\n"
			",rx,cpu,busy,,120,%\n,tx,cpu,busy,,70,%\n,host,cpu,busy,,10,%\n"
			",host,power,mean,wall,250,W\n");
	struct outcome five = outcome(",rx,path,bytes,,625000000,bytes\n"
				      ",rx,path,window_ns,,1000000000,ns\n"
				      ",rx,cpu,busy,,60,%\n,tx,cpu,busy,,40,%\n");
	struct outcome half = outcome(",rx,path,bytes,,625000000,bytes\n"
				      ",rx,path,window_ns,,1000000000,ns\n,rx,cpu,busy,,60,%\n");
	struct outcome shared = outcome(",rx,path,bytes,,625000000,bytes\n"
					",rx,path,window_ns,,1000000000,ns\n,host,cpu,busy,,50,%\n"
					",tx,path,bytes_zerocopy,,25,bytes\n"
					",tx,path,bytes_copied,,75,bytes\n");

	(void)state;
	near(ten.of[THROUGHPUT], 10);
	near(ten.of[CPU_TOTAL], 200);
	near(ten.of[ROI_CPU_TOTAL], 0.5);
	near(ten.of[ROI_CPU_RX], 100 / 120.0);
	near(ten.of[ROI_POWER_TOTAL], 0.4);
	assert_true(isnan(ten.of[ROI_POWER_RX]));
	near(five.of[ROI_CPU_TOTAL], 0.25);
	assert_true(isnan(five.of[POWER_TOTAL]));
	/* Half of a sum is not a total. */
	assert_true(isnan(half.of[CPU_TOTAL]));
	near(half.of[CPU_RX], 60);
	near(shared.of[CPU_TOTAL], 50);
	assert_true(isnan(shared.of[CPU_RX]));
	near(shared.of[ZEROCOPY_TX], 25);
	assert_true(isnan(shared.of[ZEROCOPY_RX]));
}

static void distributions(void **state)
{
	struct run *run = load(HEADER ",rx,syscalls,latency,recvmsg:1024,50,calls\n"
				      ",rx,syscalls,latency,recv:1024,1,calls\n"
				      ",rx,syscalls,latency,recvmsg:128,49,calls\n"
				      ",rx,syscalls,latency,recvmsg:65536,1,calls\n");
	struct figures d = distribution_of(run, METRIC_syscalls_latency, END_RX, "recvmsg");
	uint64_t edge;
	size_t len;

	(void)state;
	assert_int_equal(d.count, 3);
	/* The 49th of 100 is the last below 144; buckets are [128, 143] and [1024, 1151]. */
	near(distribution_quantile(d, 0.49), 135.5);
	near(distribution_quantile(d, 0.5), 1087.5);
	near(distribution_quantile(d, 0.99), 1087.5);
	/* Of a hundred none lies beyond 99.9 %. */
	assert_true(isnan(distribution_quantile(d, 0.999)));
	near(distribution_quantile(d, 1), (65536 + 73727) / 2.0);
	assert_int_equal(distribution_of(run, METRIC_syscalls_latency, END_RX, "send").count, 0);
	assert_true(isnan(distribution_quantile((struct figures){NULL, 0}, 0.5)));
	run_free(run);

	assert_int_equal(bucket_edge("a:b:1024", 8, &edge, &len), 0);
	assert_int_equal(edge, 1024);
	assert_int_equal(len, 3);
	assert_int_equal(bucket_edge("7", 1, &edge, &len), 0);
	assert_int_equal(len, 0);
	/* 1025 lies inside a bucket; the rest are no edges at all. */
	assert_int_equal(bucket_edge("1025", 4, &edge, &len), -1);
	assert_int_equal(bucket_edge("recv:", 5, &edge, &len), -1);
	assert_int_equal(bucket_edge("recv1024", 8, &edge, &len), -1);
	assert_int_equal(bucket_edge("", 0, &edge, &len), -1);
	assert_int_equal(bucket_edge("99999999999999999999", 20, &edge, &len), -1);
}

/* Two runs of 1000 bytes: 100 ns of copying, then 300 and 60 of locks; and time asleep. */
#define LEDGER_RUN(name, extra)                                                                    \
	HEADER ",host,fact,configuration,,x,\n,host,fact,repeat,," name ",\n"                      \
	       ",rx,path,bytes,,1000,bytes\n,rx,path,window_ns,,1000,ns\n"                         \
	       ",rx,profile,component,idle/idle,5000,ns\n" extra

static void ledgers_and_averages(void **state)
{
	char dir[256];
	char *paths[] = {dir};
	struct experiment e;
	struct ledger ledger;
	struct averages averages;

	(void)state;
	write_file("run-1.csv", LEDGER_RUN("2", ",rx,profile,component,task/data copy,100,ns\n"));
	write_file("run-2.csv", LEDGER_RUN("1", ",rx,profile,component,task/data copy,300,ns\n"
						",rx,profile,component,softirq/locks,60,ns\n"
						",rx,profile,component,task/unmapped,40,ns\n"));
	write_file("run-3.csv.part", "");
	write_file("notes.txt", "");
	path_of(".", dir, sizeof(dir));
	assert_int_equal(experiment_load(&e, paths, 1, KEEP_WINDOW), 0);
	assert_int_equal(e.count, 1);
	assert_int_equal(e.left_out_count, 1);
	assert_int_equal(e.configurations[0].count, 2);
	/* In the order of the repeats, not of the names. */
	assert_string_equal(run_fact(e.configurations[0].runs[0], METRIC_fact_repeat, END_HOST,
				     NULL),
			    "1");

	ledger = ledger_of(e.configurations[0].runs[0]);
	assert_int_equal(ledger.count, 3);
	near(ledger.sum[LEDGER_TOTAL][END_RX], 400);
	near(ledger.sum[LEDGER_UNMAPPED][END_RX], 40);
	assert_true(isnan(ledger.sum[LEDGER_TOTAL][END_TX]));
	ledger_free(&ledger);

	/* A component that a run did not see cost nothing there: its mean is half. */
	averages = averages_of(&e.configurations[0], METRIC_profile_component, END_RX, MEAN);
	near(averages_get(&averages, "task/data copy"), 200);
	near(averages_get(&averages, "softirq/locks"), 30);
	assert_true(isnan(averages_get(&averages, "task/locks")));
	averages_free(&averages);
	experiment_free(&e);
	for (int i = 1; i <= 3; i++) {
		char name[32];

		snprintf(name, sizeof(name), "run-%d.csv%s", i, i == 3 ? ".part" : "");
		path_of(name, dir, sizeof(dir));
		unlink(dir);
	}
	path_of("notes.txt", dir, sizeof(dir));
	unlink(dir);
}

static double measure(const struct measures *m, enum section section, const char *name,
		      const char *unit)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->at[i].section == section && !strcmp(m->at[i].name, name) &&
		    !strcmp(m->at[i].unit, unit))
			return m->at[i].value;
	return NAN;
}

static double error_of(const struct measures *m, const char *name)
{
	for (size_t i = 0; i < m->count; i++)
		if (!strcmp(m->at[i].name, name))
			return m->at[i].error;
	return NAN;
}

static double quantum_of(const struct measures *m, const char *name)
{
	for (size_t i = 0; i < m->count; i++)
		if (!strcmp(m->at[i].name, name))
			return m->at[i].quantum;
	return NAN;
}

static void measures_of_slices(void **state)
{
	struct run *run =
		load(HEADER ",host,collector,slices,locks,12,slices\n"
			    ",host,collector,share,locks,0.02,ratio\n"
			    ",rx,collector,error,locks/contentions/task/spin/f,0.3,ratio\n"
			    ",rx,path,bytes,,2000000000,bytes\n"
			    ",rx,path,window_ns,,1000000000,ns\n"
			    ",rx,locks,contentions,task/spin/f,100,waits\n"
			    ",rx,pagealloc,allocs,0,100,calls\n");
	const struct exponents exponents = {2, 1};
	struct measures m;

	(void)state;
	measures_of(&m, run, &exponents);
	near(error_of(&m, "contentions task/spin/f"), 0.3);
	near(error_of(&m, "allocs"), 0);
	/* Of 2 GB; one that a fiftieth of the window met stands for 50. */
	near(quantum_of(&m, "contentions task/spin/f"), 25);
	near(quantum_of(&m, "allocs"), 0.5);
	measures_free(&m);
	run_free(run);
}

static void measures(void **state)
{
	/* 2 GB in 1 s, over two flows. */
	struct run *run = load(HEADER ",rx,path,bytes,,2000000000,bytes\n"
				      ",rx,path,window_ns,,1000000000,ns\n"
				      ",tx,path,window_ns,,1000000000,ns\n"
				      ",rx,syscalls,calls,recv,400,calls\n"
				      ",rx,syscalls,total,recv,8000,ns\n"
				      ",tx,tcp,retransmits,0,3,segments\n"
				      ",tx,tcp,retransmits,1,5,segments\n"
				      ",tx,tcp,rtt,0,10,us\n,tx,tcp,rtt,1,30,us\n"
				      ",tx,tcp,rwnd_limited,0,500000000,ns\n"
				      ",tx,tcp,rwnd_limited,1,0,ns\n"
				      ",rx,cpu,softirq,0,4000000,ns\n"
				      ",rx,path,receive_size,1024,100,receives\n");
	const struct exponents exponents = {2, 1};
	struct measures m;

	(void)state;
	measures_of(&m, run, &exponents);
	near(measure(&m, SECTION_RESULT, "throughput", "Gbit/s"), 16);
	near(measure(&m, SECTION_SYSCALLS, "recv calls", "/GB"), 200);
	near(measure(&m, SECTION_SYSCALLS, "recv time", "ns/call"), 20);
	near(measure(&m, SECTION_TCP, "retransmits", "/GB"), 4);
	near(measure(&m, SECTION_TCP, "rtt", "us"), 20);
	near(measure(&m, SECTION_TCP, "rwnd_limited", "% of time"), 25);
	near(measure(&m, SECTION_CPU, "softirq", "ns/KB"), 2);
	near(measure(&m, SECTION_RECEIVE, "mean", "bytes"), 2e7);
	measures_free(&m);
	run_free(run);
}

static double mean_wait(const char *const *runs, size_t count)
{
	struct configuration c = {.count = count};
	struct averages averages;
	double mean;

	c.runs = calloc(count, sizeof(*c.runs));
	for (size_t i = 0; i < count; i++)
		c.runs[i] = load(runs[i]);
	averages = averages_of(&c, METRIC_locks_contentions, END_RX, MEAN);
	mean = averages_get(&averages, "task/spin/f");
	averages_free(&averages);
	for (size_t i = 0; i < count; i++)
		run_free(c.runs[i]);
	free(c.runs);
	return mean;
}

/* Measured and nothing seen is a zero; not measured is not. */
static void unseen_is_zero(void **state)
{
#define WITH(kernel) HEADER ",host,fact,kernel,," kernel ",\n,rx,path,window_ns,,1000,ns\n"
#define MEANS	     ",host,collector,means,locks,raw_tracepoint,\n"
	static const char seen[] =
		WITH("6.18") MEANS ",rx,locks,contentions,task/spin/f,100,waits\n";
	static const char unseen[] = WITH("6.18") MEANS;
	static const char absent[] = WITH("6.18") ",host,collector,absent,locks,refused,\n";
	static const char late[] =
		WITH("6.18") MEANS ",host,collector,absent,locks,out of memory,\n";
	static const char older[] = WITH("6.1") MEANS;
	static const char other_means[] = WITH("6.18") ",host,collector,means,locks,kprobe,\n";
	static const char other_host[] = WITH("6.18") MEANS ",rx,fact,link,host,far,\n";
	static const char one_end[] = HEADER ",host,fact,kernel,,6.18,\n" MEANS;

	(void)state;
	near(mean_wait((const char *[]){seen, unseen, unseen, unseen, unseen}, 5), 20);
	near(mean_wait((const char *[]){unseen, seen, absent}, 3), 50);
	near(mean_wait((const char *[]){seen, late}, 2), 100);
	near(mean_wait((const char *[]){seen, older, other_means}, 3), 100);
	near(mean_wait((const char *[]){seen, other_host, one_end}, 3), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures),
		cmocka_unit_test(return_on_investment),
		cmocka_unit_test(distributions),
		cmocka_unit_test(measures),
		cmocka_unit_test(measures_of_slices),
		cmocka_unit_test(ledgers_and_averages),
		cmocka_unit_test(unseen_is_zero),
	};

	return cmocka_run_group_tests(tests, records_begin, records_end);
}

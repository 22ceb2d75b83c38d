// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c */
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
#include "analyze/figures/cpu_time.h"
#include "analyze/figures/distribution.h"
#include "analyze/figures/ledger.h"
#include "analyze/figures/measures.h"
#include "analyze/figures/roi.h"

#define HEADER RECORD_HEADER "\n,host,fact,record_version,,1,\n"

static char directory[] = "/tmp/test_runs.XXXXXX";

static void path_of(const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", directory, name);
}

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *out;

	path_of(name, path, sizeof(path));
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static struct run *load(const char *text)
{
	char path[256];
	struct run *run;

	write_file("one", text);
	path_of("one", path, sizeof(path));
	run = run_load(path, KEEP_MOMENTS);
	assert_non_null(run);
	unlink(path);
	return run;
}

static void near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-9 * fmax(1, fabs(expected))))
		fail_msg("%.12g is not %.12g", value, expected);
}

#define BURSTS                                                                                     \
	",host,collector,window,cpu,1000000000,ns\n"                                               \
	",rx,cpu,user,0,240000000,ns\n,rx,cpu,idle,0,500000000,ns\n,rx,cpu,iowait,0,50000000,ns\n" \
	",rx,cpu,steal,0,0,ns\n,rx,cpu,busy,,24,%\n,tx,cpu,busy,,70,%\n"

/* Of an older record C is what it would be today, where the record has what that takes. */
static void older_records(void **state)
{
	struct run *older =
		load(HEADER ",host,collector,means,cpu,/proc/stat and schedstat,\n" BURSTS);
	struct run *newer =
		load(HEADER
		     ",host,collector,means,cpu,\"idle time of /proc/stat, schedstat\",\n" BURSTS);

	(void)state;
	near(run_figure(older, METRIC_cpu_busy, END_RX, NULL), 45);
	near(run_figure(older, METRIC_cpu_busy, END_TX, NULL), 70);
	near(run_figure(newer, METRIC_cpu_busy, END_RX, NULL), 24);
	run_free(older);
	run_free(newer);
}

/* A CPU that was away has no idle time of that; of CPUs that no end has alone, those of bystanders are not told apart. */
static void older_records_that_cannot_be_mended(void **state)
{
#define OLDER HEADER ",host,collector,means,cpu,/proc/stat and schedstat,\n"
#define SHARED                                                                                     \
	",host,collector,window,cpu,1000000000,ns\n,host,cpu,busy,,24,%\n"                         \
	",host,cpu,idle,0,500000000,ns\n,host,cpu,iowait,0,0,ns\n,host,cpu,steal,0,0,ns\n"
	struct run *away = load(OLDER BURSTS ",rx,cpu,hotplug,0,2,times\n");
	struct run *shared = load(OLDER SHARED);
	struct run *beside = load(OLDER SHARED ",host,cpu,elsewhere,,3,%\n");

	(void)state;
	near(run_figure(away, METRIC_cpu_busy, END_RX, NULL), 24);
	near(run_figure(shared, METRIC_cpu_busy, END_HOST, NULL), 50);
	near(run_figure(beside, METRIC_cpu_busy, END_HOST, NULL), 24);
	run_free(away);
	run_free(shared);
	run_free(beside);
}

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

static struct outcome outcome(const char *rows)
{
	const struct exponents exponents = {2, 1};
	char text[2048];
	struct run *run;
	struct outcome o;

	snprintf(text, sizeof(text), HEADER "%s", rows);
	run = load(text);
	o = outcome_of(run, &exponents);
	run_free(run);
	return o;
}

/* Over veth what rx receives is worked on by a CPU of tx: 400 ms of two seconds, and 100 ms the other way. */
static void softirqs_on_cpus_of_the_other_end(void **state)
{
	static const char by_cpu[] = ",rx,path,window_ns,,2e9,ns\n,tx,path,window_ns,,2e9,ns\n"
				     ",rx,cpu,busy,,60,%\n,tx,cpu,busy,,90,%\n"
				     ",rx,softirq,net_rx_time,0,100e6,ns\n"
				     ",tx,softirq,net_rx_time,1,450e6,ns\n";
	char rows[1024], text[1200];
	struct outcome o;
	struct run *run;
	double off;

	(void)state;
	o = outcome(by_cpu);
	near(o.of[CPU_RX], 60);
	near(o.of[CPU_TX], 90);
	near(o.of[CPU_TOTAL], 150);
	snprintf(rows, sizeof(rows),
		 "%s,rx,softirq,across,1,400e6,ns\n,tx,softirq,across,0,100e6,ns\n"
		 ",host,softirq,across,0,0,ns\n,host,softirq,across,1,50e6,ns\n",
		 by_cpu);
	o = outcome(rows);
	near(o.of[CPU_RX], 75);
	near(o.of[CPU_TX], 75);
	near(o.of[CPU_TOTAL], 150);
	/* What was for neither, such as a forwarder's, stays where it ran. */
	snprintf(text, sizeof(text), HEADER "%s", rows);
	run = load(text);
	near(cpu_neither(run, &off), 2.5);
	near(off, 0);
	near(cpu_off(run, END_RX), 0);
	run_free(run);
	/* What is said to have been more than all that an end's CPUs did, as by a tick of too few samples. */
	snprintf(rows, sizeof(rows),
		 "%s,rx,softirq,across,1,4000e6,ns\n,tx,softirq,across,0,100e6,ns\n", by_cpu);
	o = outcome(rows);
	near(o.of[CPU_RX], 150);
	near(o.of[CPU_TX], 0);
	near(o.of[CPU_TOTAL], 150);
	/* Nor does a CPU work longer than the window. */
	snprintf(text, sizeof(text),
		 HEADER "%s,rx,softirq,across,1,4000e6,ns\n,tx,softirq,across,0,0,ns\n"
			",rx,cpu,softirq,0,30e6,ns\n,tx,cpu,softirq,1,1500e6,ns\n",
		 by_cpu);
	run = load(text);
	near(cpu_across(run, END_RX).gained, 100);
	run_free(run);
	/* Where nothing tells, what may be the other's is all that was received there. */
	snprintf(rows, sizeof(rows), HEADER "%s", by_cpu);
	run = load(rows);
	assert_true(isnan(cpu_neither(run, &off)));
	near(cpu_unsure(run, END_RX), 5);
	near(cpu_unsure(run, END_TX), 22.5);
	run_free(run);
}

/* Written out, of two samples more for and two against. */
static double share_error(double share, double n)
{
	double p = (share * n + 2) / (n + 4);

	return sqrt(p * (1 - p) / n + (p - share) * (p - share));
}

/* By slices it is the kernel's bill, 400 ms and 60 ms in ksoftirqd of CPU 1, 100 ms of CPU 0, by the share of each. */
static void softirqs_by_slices(void **state)
{
	static const char sliced[] = ",rx,path,window_ns,,2e9,ns\n,tx,path,window_ns,,2e9,ns\n"
				     ",rx,cpu,busy,,60,%\n,tx,cpu,busy,,90,%\n"
				     ",host,collector,slices,softirq,2,slices\n"
				     ",rx,softirq,across,1,4000e6,ns\n,tx,softirq,across,0,0,ns\n"
				     ",rx,softirq,net_rx_time,1,4000e6,ns\n"
				     ",tx,softirq,net_rx_time,1,1000e6,ns\n"
				     ",rx,softirq,net_rx_time,0,500e6,ns\n"
				     ",rx,cpu,softirq,0,100e6,ns\n,tx,cpu,softirq,1,400e6,ns\n"
				     ",tx,cpu,thread,ksoftirqd/1/22,60e6,ns\n"
				     ",rx,cpu,thread,ksoftirqd/10/99,60e6,ns\n";
	char rows[1536];
	struct outcome o;

	(void)state;
	/* Four fifths of 460 ms, and nothing of the 100. Two slices say that no better than two samples. */
	o = outcome(sliced);
	near(o.of[CPU_RX], 60 + 18.4);
	near(o.of[CPU_TX], 90 - 18.4);
	near(o.off[CPU_RX], hypot(23 * share_error(0.8, 2), 5 * share_error(0, 2)));
	/* The profile's samples are of all of the window: three quarters, and one tenth. */
	snprintf(rows, sizeof(rows),
		 "%s,rx,profile,on_cpu,1/softirq,30,samples\n,tx,profile,on_cpu,1/softirq,10,samples\n"
		 ",tx,profile,on_cpu,0/softirq,2,samples\n,rx,profile,on_cpu,0/softirq,18,samples\n",
		 sliced);
	o = outcome(rows);
	near(o.of[CPU_RX], 60 + 17.25 - 0.5);
	near(o.of[CPU_TX], 90 - 17.25 + 0.5);
	near(o.of[CPU_TOTAL], 150);
	/* Of 40 samples and of 20; what the one end has too much the other has too little, and their sum is exact. */
	near(o.off[CPU_RX], hypot(23 * share_error(0.75, 40), 5 * share_error(0.1, 20)));
	near(o.off[CPU_TX], o.off[CPU_RX]);
	near(o.off[CPU_TOTAL], 0);
	near(o.off[ROI_CPU_TOTAL], 0);
	near(outcome_margin(&o, CPU_RX), 1.959963984540054 * o.off[CPU_RX]);
	/* Where it is known what a sample stands for, the bill is not asked: 30 of 400 that are 5 ms each, and 2. */
	strcat(rows, ",host,profile,period,,5000000,ns\n");
	o = outcome(rows);
	near(o.of[CPU_RX], 60 + 7.5 - 0.5);
	near(o.of[CPU_TX], 90 - 7.5 + 0.5);
	near(o.off[CPU_RX], 100 * hypot(share_error(0.075, 400), share_error(0.005, 400)));
	near(o.off[CPU_TOTAL], 0);
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
		snprintf(dir, sizeof(dir), "%s/run-%d.csv%s", directory, i, i == 3 ? ".part" : "");
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
		cmocka_unit_test(older_records),
		cmocka_unit_test(older_records_that_cannot_be_mended),
		cmocka_unit_test(softirqs_on_cpus_of_the_other_end),
		cmocka_unit_test(softirqs_by_slices),
		cmocka_unit_test(return_on_investment),
		cmocka_unit_test(distributions),
		cmocka_unit_test(measures),
		cmocka_unit_test(measures_of_slices),
		cmocka_unit_test(ledgers_and_averages),
		cmocka_unit_test(unseen_is_zero),
	};
	int failed;

	if (!mkdtemp(directory))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(directory);
	return failed;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c tests/unit/records.c */
/* libs: gsl jansson */
/* C of an end: what its CPUs did, as records of now and of before have it, and what ran for it on those of the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/figures/cpu_time.h"
#include "tests/unit/records.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_records),
		cmocka_unit_test(older_records_that_cannot_be_mended),
		cmocka_unit_test(softirqs_on_cpus_of_the_other_end),
		cmocka_unit_test(softirqs_by_slices),
	};

	return cmocka_run_group_tests(tests, records_begin, records_end);
}

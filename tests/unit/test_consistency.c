// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze/load/consistency.c analyze/load/contradictions.c analyze/load/contradictions_time.c analyze/load/contradictions_bytes.c analyze/load/steps.c analyze/figures/doubts.c */
/*
 * A record that adds up, and one figure of it changed at a time: what is said then, and that nothing is
 * said before. Texts of rows end where they end: the sanitizer sees whoever reads on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/load/consistency.h"
#include "analyze/figures/doubts.h"
#include "record/number.h"

/* One second of one flow over a veth that zcprof made, on two CPUs. */
static const char *const sound[] = {
	",host,fact,link,,veth",
	",host,fact,sysctl,net.ipv4.tcp_rmem,4096 131072 33554432",
	",host,fact,sysctl,net.ipv4.tcp_wmem,4096 16384 4194304",
	",rx,fact,nic,mtu,1500",
	",rx,path,window_ns,,1002000000",
	",tx,path,window_ns,,1001000000",
	"0.5,rx,path,bytes,,1999000000",
	"1,rx,path,bytes,,1999000000",
	",rx,path,bytes,,4000000000",
	",tx,path,bytes,,4010000000",
	",rx,path,flow_bytes,0,4000000000",
	",tx,path,flow_bytes,0,4010000000",
	",rx,path,bytes_seen,,4000000000",
	",rx,path,reported,,1",
	"0.5,rx,syscalls,calls,recvfrom,3000",
	"1,rx,syscalls,calls,recvfrom,-500",
	",rx,syscalls,calls,recvfrom,2500",
	",rx,syscalls,errors,recvfrom,10",
	",rx,syscalls,total,recvfrom,900000000",
	",tx,syscalls,total,sendto,950000000",
	",rx,cpu,user,0,50000000",
	",rx,cpu,system,0,550000000",
	",rx,cpu,irq,0,0",
	",rx,cpu,softirq,0,300000000",
	",rx,cpu,steal,0,0",
	",rx,cpu,iowait,0,0",
	",rx,cpu,idle,0,80000000",
	",rx,cpu,unaccounted,0,20000000",
	",tx,cpu,user,1,20000000",
	",tx,cpu,system,1,800000000",
	",tx,cpu,irq,1,0",
	",tx,cpu,softirq,1,100000000",
	",tx,cpu,steal,1,0",
	",tx,cpu,iowait,1,0",
	",tx,cpu,idle,1,60000000",
	",tx,cpu,unaccounted,1,20000000",
	",rx,cpu,busy,,90",
	",tx,cpu,busy,,92",
	",rx,cpu,thread,rx-copy-0/11,850000000",
	",rx,cpu,thread,ksoftirqd/0/14,1000000",
	",tx,cpu,thread,tx-copy-0/12,880000000",
	",rx,softirq,net_rx_time,0,280000000",
	",tx,softirq,net_rx_time,1,110000000",
	",rx,softirq,polls,0,50000",
	",rx,softirq,budget_spent,0,500",
	",rx,tcp,segments_in,0,2800000",
	",tx,tcp,segments_out,0,2810000",
	",rx,tcp,mss,0,1448",
	",tx,tcp,mss,0,1448",
	",tx,tcp,retransmits,0,10",
	",rx,nic,statistic,rx_bytes,4190000000",
	",tx,nic,statistic,tx_bytes,4200000000",
	",host,profile,period,,10101010",
	",host,profile,missed,,2",
	",rx,profile,component,task/data copy,600000000",
	",rx,profile,component,softirq/TCP/IP,250000000",
	",tx,profile,component,task/data copy,900000000",
	",host,profile,component,idle/idle,150000000",
	",host,power,mean,rapl,50",
	",host,power,energy,rapl,50",
	",host,selfcost,edge_spread,open,400000",
	",host,selfcost,edge_spread,close,300000",
	",host,collector,opened,cpu,0",
	",host,collector,window,cpu,1000000000",
	",host,collector,opened,tcp,200000",
	",host,collector,window,tcp,1000050000",
	",host,collector,share,softirq,0.1",
	",rx,collector,error,softirq/net_rx_time/0,0.03",
	",host,collector,error,softirq/polls/0,0.02",
};

#define ROWS (sizeof(sound) / sizeof(*sound))

static char said[2000];

static void hear(void *data, const char *sentence)
{
	(void)data;
	snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s\n", sentence);
}

/* A copy that ends with its last byte. */
static struct text exact(const char *from, size_t len)
{
	char *copy = malloc(len ? len : 1);

	memcpy(copy, from, len);
	return (struct text){copy, len};
}

static void give(struct consistency *c, struct doubts *d, const char *line)
{
	struct row row = {.time_s = WINDOW};
	const char *field[6];
	size_t len[6];

	for (int i = 0; i < 6; i++) {
		field[i] = line;
		/* The last may hold commas. */
		len[i] = i < 5 ? strcspn(line, ",") : strlen(line);
		line += len[i] + 1;
	}
	if (len[0])
		assert_int_equal(number_parse(field[0], len[0], &row.time_s), 0);
	while (strncmp(record_end_name[row.end], field[1], len[1]) != 0)
		row.end++;
	row.id = metric_find(field[2], len[2], field[3], len[3]);
	assert_int_not_equal(row.id, METRIC_NONE);
	row.key = exact(field[4], len[4]);
	row.value = exact(field[5], len[5]);
	if (metric_info(row.id)->kind != KIND_FACT)
		assert_int_equal(number_parse(row.value.at, row.value.len, &row.number), 0);
	consistency_row(c, &row);
	doubts_take(d, row.id, row.end, row.key, row.value, row.number);
	free((char *)row.key.at);
	free((char *)row.value.at);
}

/* With the row in place of the one that begins as it does up to its value, or at the end. */
static const char *said_with(const char *changed)
{
	struct consistency c = {0};
	struct doubts d = {0};
	const char *value = changed ? strrchr(changed, ',') : NULL;
	bool found = !changed;

	*said = '\0';
	for (size_t i = 0; i < ROWS; i++) {
		bool same = changed && !strncmp(sound[i], changed, value + 1 - changed);

		give(&c, &d, same ? changed : sound[i]);
		found |= same;
	}
	if (!found)
		give(&c, &d, changed);
	consistency_each(&c, hear, NULL);
	consistency_free(&c);
	return said;
}

static void nothing_is_said_of_what_adds_up(void **state)
{
	(void)state;
	assert_string_equal(said_with(NULL), "");
}

/* Distances between clocks, and what is left of a meter's watts. */
static void what_may_be_below_zero_is_sound(void **state)
{
	static const char *const rows[] = {
		",tx,path,clock_ahead,begin,-700", ",host,power,above_idle,rapl,-1.5",
		",host,import,level,turbostat/CoreTmp/0,-3",
		"0.5,tx,cpu,busy,,-0.01", /* of an interval, which takes back what the last had too much of */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(said_with(rows[i]), "");
}

static const struct {
	const char *row, *sentence;
} wrong[] = {
	{",rx,path,window_ns,,3002000000", "the window of one end is 3.002 s long"},
	{",tx,path,window_ns,,990000000",
	 "cpu measured for 1.000000 s, and the window is 0.990000 s"},
	{",host,collector,opened,tcp,500000", "tcp began 0.000500 s after the first source"},
	{",host,collector,window,tcp,1000900000", "sources ended within 0.001100 s"},
	{",tx,cpu,idle,1,1900000000",
	 "what the CPUs did adds up to 3.840 s, and 2 CPUs had 2.000 s"},
	{",rx,cpu,idle,0,0", NULL},
	{",rx,cpu,busy,,50", "C is 142.0 %, and the CPUs were awake for 1.860 of 1.000 s"},
	{",rx,cpu,thread,rx-copy-0/11,1200000000",
	 "the thread rx-copy-0/11 ran for 1.200 s in a window of 1.000 s"},
	{",host,cpu,thread,other/13,990000000",
	 "threads used 2.721 s of CPU time, but the CPUs were busy for 1.820 s"},
	{",rx,cpu,thread,(ended),1900000000", "threads used 3.631 s of CPU time"},
	{",tx,profile,component,task/data copy,3000000000",
	 "components add up to 3.850 s of CPU time, but the CPUs were busy for 1.820 s"},
	{",tx,profile,component,task/data copy,10000000",
	 "components add up to 0.860 s of CPU time, of the 1.820 s"},
	{",rx,softirq,net_rx_time,0,1900000000",
	 "softirqs of the network took 2.010 s, and CPUs are billed for 0.440 s"},
	{",tx,path,bytes,,8000000000",
	 "tx sent 8000000000 bytes in the window, but rx received 4000000000"},
	{",rx,path,flow_bytes,0,4000000001",
	 "flows of rx moved 4000000001 bytes, and it moved 4000000000"},
	{",rx,tcp,segments_in,0,2000000",
	 "rx moved 4000000000 bytes, and its 2000000 segments of at most 1500 bytes hold 3000000000"},
	{",tx,tcp,segments_out,0,1000000", "tx moved 4010000000 bytes, and its 1000000 segments"},
	{",rx,nic,statistic,rx_bytes,3000000000",
	 "rx moved 4000000000 bytes, and its device 3000000000"},
	{",tx,nic,statistic,tx_bytes,9000000000",
	 "the device of tx moved 9000000000 bytes, which are not the 4010000000 of its flows"},
	{",rx,path,bytes_seen,,1000000000",
	 "rx says that it moved 4000000000 bytes, and the kernel saw 1000000000"},
	{",rx,syscalls,total,recvfrom,1500000000",
	 "1 threads of rx spent 1.500 s in system calls in a window of"},
	{",rx,iowait,time,rx-copy-0/11/recvfrom,1500000000",
	 "1 threads of rx spent 1.500 s waiting for I/O"},
	{",rx,syscalls,errors,recvfrom,3000",
	 "syscalls.errors is 3000, and syscalls.calls, of which it is a part, 2500"},
	{",rx,softirq,budget_spent,0,60000", "softirq.budget_spent is 60000"},
	{",rx,softirq,across,1,400000000",
	 "softirq.across is 400000000, and softirq.net_rx_time, of which it is a part, 390000000"},
	{",host,collector,share,softirq,1.2",
	 "collector.share softirq is a part of something, and cannot be 1.2"},
	{",host,selfcost,bpf_share,,-0.1",
	 "selfcost.bpf_share  is a part of something, and cannot be -0.1"},
	{",rx,cpu,busy,,-90", "rx cpu.busy is -90 % (line 0), which cannot be below zero"},
	{",tx,tcp,rtt,0,-20", "tx tcp.rtt 0 is -20 us (line 0), which cannot be below zero"},
	{"0.5,tx,tcp,rtt,0,-20", "tx tcp.rtt 0 is -20 us"},
	{",rx,path,receive_size,64,-1", "rx path.receive_size 64 is -1 receives"},
	{",host,power,energy,rapl,80", "energy is 80.0 J, and power for 1.002 s 50.1 J"},
	{"1,rx,syscalls,calls,recvfrom,500",
	 "rows inside the window of rx syscalls.calls recvfrom add up to 3500, all of it to 2500"},
	{"1,rx,syscalls,calls,recvfrom,-900",
	 "rows inside the window of rx syscalls.calls recvfrom add up to 2100, all of it to 2500"},
	{"0.5,rx,path,bytes,,3000000000",
	 "rows inside the window of rx path.bytes add up to 4999000000, all of it to 4000000000"},
};

static void each_contradiction_is_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		const char *text = said_with(wrong[i].row);

		if (wrong[i].sentence ? strstr(text, wrong[i].sentence) != NULL : !*text)
			continue;
		print_error("%s: said \"%s\"\n", wrong[i].row, text);
		fail();
	}
}

/* What is not known contradicts nothing. */
static void a_figure_that_is_missing_says_nothing(void **state)
{
	(void)state;
	for (size_t without = 0; without < ROWS; without++) {
		struct consistency c = {0};
		struct doubts d = {0};

		*said = '\0';
		/* Buffers and threads explain figures; a CPU without a part of its time has less of it. */
		if (strstr(sound[without], "thread") || strstr(sound[without], ",cpu,") ||
		    strstr(sound[without], "spread") || strstr(sound[without], "profile") ||
		    strstr(sound[without], "segments") || sound[without][0] != ',')
			continue;
		for (size_t i = 0; i < ROWS; i++)
			if (i != without)
				give(&c, &d, sound[i]);
		consistency_each(&c, hear, NULL);
		consistency_free(&c);
		if (*said) {
			print_error("without %s: said \"%s\"\n", sound[without], said);
			fail();
		}
	}
}

static void assert_lost(const char *missed, const char *received, bool adds_up)
{
	struct consistency c = {0};
	struct doubts d = {0};

	*said = '\0';
	give(&c, &d, ",rx,path,window_ns,,1000000000");
	give(&c, &d, ",tx,path,window_ns,,1000000000");
	give(&c, &d, ",tx,path,bytes,,4000000000");
	give(&c, &d, ",tx,path,datagrams,,4000000");
	give(&c, &d, received);
	if (missed)
		give(&c, &d, missed);
	consistency_each(&c, hear, NULL);
	consistency_free(&c);
	assert_int_equal(adds_up, !strstr(said, "but rx received"));
}

/* Three quarters of the datagrams that a sender sends may well be lost, and the receiver knows it by their numbers. */
static void datagrams_that_are_lost_are_no_contradiction(void **state)
{
	(void)state;
	assert_lost(",rx,path,datagrams_missed,,3000000", ",rx,path,bytes,,1000000000", true);
	assert_lost(",rx,path,datagrams_missed,,1000000", ",rx,path,bytes,,1000000000", false);
	assert_lost(",rx,path,datagrams_missed,,0", ",rx,path,bytes,,1000000000", false);
	assert_lost(",rx,path,datagrams_missed,,3000000", ",rx,path,bytes,,9000000000", false);
	/* By nft there are no numbers. */
	assert_lost(NULL, ",rx,path,bytes,,1000000000", true);
	assert_lost(NULL, ",rx,path,bytes,,9000000000", false);
}

/* A value of 31, 32 and more bytes; one that is empty. */
static void a_fact_ends_where_it_ends(void **state)
{
	static const char *const facts[] = {
		",host,fact,attached,seconds,2",
		",host,fact,attached,seconds,1000000000000000000000000000000",
		",host,fact,attached,seconds,10000000000000000000000000000000",
		",host,fact,attached,seconds,",
		",host,fact,sysctl,net.ipv4.tcp_rmem,1",
		",host,fact,sysctl,net.ipv4.tcp_rmem,",
		",host,fact,sysctl,net.ipv4.tcp_wmem,4096 16384 ",
		",tx,fact,option,bytes,",
		",tx,fact,option,bytes,0",
		",host,fact,link,,vet",
		",host,fact,link,,",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		struct consistency c = {0};
		struct doubts d = {0};

		give(&c, &d, facts[i]);
		assert_false(c.by_bytes);
		assert_false(c.own_veth);
		assert_true(d.asked_s == (i == 0 ? 2 : i == 1 ? 1e30 : i == 2 ? 1e31 : 0));
		consistency_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_said_of_what_adds_up),
		cmocka_unit_test(what_may_be_below_zero_is_sound),
		cmocka_unit_test(each_contradiction_is_said),
		cmocka_unit_test(a_figure_that_is_missing_says_nothing),
		cmocka_unit_test(datagrams_that_are_lost_are_no_contradiction),
		cmocka_unit_test(a_fact_ends_where_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

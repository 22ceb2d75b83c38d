// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: reports/adapter.c reports/iperf3.c reports/neper.c
 * reports/netperf.c reports/testpmd.c reports/words.c */
/* libs: jansson */
/*
 * What programs printed (tests/fixtures/adapters, as they did on one machine, on loopback), and
 * what they said with it: the figures here are those of their own sums.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reports/adapter.h"

#define S 1000000000ULL

struct heard {
	struct report report;
	double received, sent, share;
};

static struct heard hear;

/* As if it had all come at_ns; each "Port statistics" a second after the one before. */
static const struct heard *listen_to(const struct adapter *a, const char *name, uint64_t at_ns,
				     uint64_t from_ns)
{
	void *state = calloc(1, a->state_size);
	char path[200], line[1000];
	FILE *in;

	report_free(&hear.report);
	hear = (struct heard){0};
	snprintf(path, sizeof(path), "tests/fixtures/adapters/%s", name);
	in = fopen(path, "r");
	assert_non_null(in);
	assert_non_null(state);
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "Port statistics", 15))
			at_ns += S;
		a->line(state, &hear.report, line, at_ns);
	}
	fclose(in);
	if (a->close)
		a->close(state);
	free(state);
	hear.share = report_total(&hear.report, from_ns, at_ns, &hear.received, &hear.sent);
	return &hear;
}

static void assert_close(double a, double b, double by)
{
	if (fabs(a - b) > by * fabs(b))
		fail_msg("%.10g is not %.10g", a, b);
}

static void iperf3_says_intervals(void **state)
{
	const struct heard *h = listen_to(&iperf3_adapter, "iperf3-client.json", 100 * S, 90 * S);

	(void)state;
	assert_close(h->sent, 749993984, 1e-9);
	assert_true(h->received == 0);
	assert_close(h->share, 0.3, 1e-3);
	/* The last one alone, and half of it. */
	listen_to(&iperf3_adapter, "iperf3-client.json", 100 * S, 99 * S);
	assert_close(h->sent, 250085376, 1e-3);
	listen_to(&iperf3_adapter, "iperf3-client.json", 100 * S, 99 * S + S / 2);
	assert_close(h->sent, 250085376 / 2., 1e-3);
}

static void iperf3_in_the_other_direction_and_in_both(void **state)
{
	const struct heard *h = listen_to(&iperf3_adapter, "iperf3-reverse.json", 100 * S, 90 * S);

	(void)state;
	assert_close(h->received, 499908608, 1e-9);
	assert_true(h->sent == 0);
	/* With the interval that it omits from its own sums, and that moved bytes too. */
	listen_to(&iperf3_adapter, "iperf3-bidir.json", 100 * S, 90 * S);
	assert_close(h->sent, 500039680 + 249823232, 1e-9);
	assert_close(h->received, 249823232. + 249954304 + 250085376, 1e-9);
}

static void a_server_of_iperf3_says_each_test(void **state)
{
	const struct heard *h = listen_to(&iperf3_adapter, "iperf3-server.json", 100 * S, 90 * S);

	(void)state;
	assert_close(h->received, 249954304 + 249954304 + 499908608, 1e-9);
	assert_close(h->sent, 249823232 + 500039680. + 246284288 + 253493248 + 262144, 1e-9);
	assert_non_null(h->report.why);
}

static void neper_says_what_each_side_received(void **state)
{
	const struct heard *h =
		listen_to(&neper_adapter, "neper-server.txt", 35604 * S + S / 2, 35602 * S + S / 2);

	(void)state;
	assert_close(h->received, 6311180370 / 8. * 1.597099709, 1e-6);
	assert_true(h->sent == 0);
	listen_to(&neper_adapter, "neper-client.txt", 35605 * S, 35600 * S);
	assert_close(h->sent, 6311180370 / 8. * 2, 1e-6);
	assert_true(h->received == 0);
	assert_close(h->share, 2 / 5., 1e-6);
	/* A clock that is another's. */
	listen_to(&neper_adapter, "neper-client.txt", 100 * S, 97 * S);
	assert_close(h->sent, 6311180370 / 8. * 2, 1e-6);
}

static void netperf_says_one_rate(void **state)
{
	static const struct {
		const char *name;
		double seconds, mbit, received;
	} all[] = {
		{"netperf-stream.txt", 2, 5302.52, 0},	 {"netperf-maerts.txt", 2, 7998.79, 1},
		{"netperf-cpu.txt", 2, 8322.51, 0},	 {"netperf-udp.txt", 2.06, 12538.14, 0},
		{"netperf-omni.txt", 2, 3871.46, 0},	 {"netperf-keyval.txt", 2.08, 7397.97, 1},
		{"netperf-demo.txt", 2.002, 7348.16, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		const struct heard *h = listen_to(&netperf_adapter, all[i].name, 100 * S, 90 * S);
		double bytes = all[i].seconds * all[i].mbit * 1e6 / 8;

		assert_close(h->received, bytes * all[i].received, 1e-6);
		assert_close(h->sent, bytes * (1 - all[i].received), 1e-6);
		assert_close(h->share, all[i].seconds / 10, 1e-6);
	}
}

static void testpmd_counts_from_its_start(void **state)
{
	const struct heard *h = listen_to(&testpmd_adapter, "testpmd.txt", 100 * S, 100 * S);

	(void)state;
	/* One second lies between its two readings, and the one before the first is not known. */
	assert_close(h->sent, 46051328, 1e-9);
	assert_true(h->received == 0);
	assert_close(h->share, 0.5, 1e-9);
	/* Frames of 64 bytes, and half of them in half of that second. */
	assert_close(report_packets(&h->report, END_TX, 100 * S, 102 * S), 46051328 / 64, 1e-9);
	assert_close(report_packets(&h->report, END_TX, 100 * S, 101 * S + S / 2) +
			     report_packets(&h->report, END_TX, 101 * S + S / 2, 102 * S),
		     46051328 / 64, 1e-9);
	assert_true(report_packets(&h->report, END_RX, 100 * S, 102 * S) == 0);
	assert_true(report_packets(&h->report, END_TX, 200 * S, 202 * S) < 0);
}

static void testpmd_may_not_know_bytes(void **state)
{
	static const char *const lines[] = {
		"  ######################## NIC statistics for port 0  ########################",
		"  RX-packets: 414208     RX-missed: 0          RX-bytes:  0",
		"  TX-packets: 448        TX-errors: 0          TX-bytes:  0",
	};
	struct report r = {0};
	void *pmd = calloc(1, testpmd_adapter.state_size);

	(void)state;
	for (int i = 0; i < 6; i++)
		testpmd_adapter.line(pmd, &r, lines[i % 3], (100 + i / 3) * S);
	assert_int_equal(r.count, 0);
	assert_string_equal(r.why, "its driver counts packets and no bytes");
	free(pmd);
}

static void broken_output_is_no_report(void **state)
{
	static const char *const lines[] = {
		"{",
		"  \"intervals\": [{}, {\"sum\": {\"seconds\": -1, \"bytes\": 5}},",
		"  {\"sum\": {\"seconds\": 1e300, \"bytes\": 5}}, 7]",
		"}",
		"{",
		"}}",
		"}",
		"{\"event\":\"interval\",\"data\":{\"sum\":{\"seconds\":1,\"bytes\":7,\"sender\":false}}}",
		"{\"event\":",
		"Interim result: nan 10^6bits/s over 1 seconds",
		"MIGRATED TCP STREAM TEST from here",
		"bytes bytes secs. 10^6bits/s",
		"1 2 inf -4",
		"total_run_time=nan",
		"remote_throughput=1e400",
		"NIC statistics for port 64 ",
		"NIC statistics for port -1 ",
		"  TX-packets: 1 TX-errors: 0 TX-bytes: 5",
	};
	static const struct adapter *const all[] = {&iperf3_adapter, &neper_adapter,
						    &netperf_adapter, &testpmd_adapter};

	(void)state;
	for (int a = 0; a < 4; a++) {
		struct report r = {0};
		void *s = calloc(1, all[a]->state_size);
		double received, sent;

		for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
			all[a]->line(s, &r, lines[i], 100 * S);
		report_total(&r, 90 * S, 100 * S, &received, &sent);
		assert_true(received == (a ? 0 : 7));
		assert_true(sent == 0);
		if (all[a]->close)
			all[a]->close(s);
		free(s);
		report_free(&r);
	}
}

#define WORDS(...) ((char *[]){__VA_ARGS__, NULL})

static const struct adapter *adapter_of(char **words)
{
	size_t at;

	return adapter_for(words, &at);
}

static void a_command_is_known_by_its_program(void **state)
{
	char **inside = WORDS("ip", "netns", "exec", "a", "/usr/bin/iperf3", "-c", "b");
	size_t at;

	(void)state;
	assert_ptr_equal(adapter_for(inside, &at), &iperf3_adapter);
	assert_int_equal(at, 4);
	assert_string_equal(iperf3_adapter.missing(inside + at), "-J");
	assert_ptr_equal(adapter_of(WORDS("./tcp_stream", "-c")), &neper_adapter);
	assert_ptr_equal(adapter_named("testpmd"), &testpmd_adapter);
	assert_null(adapter_named("ping"));
}

static void a_command_is_known_behind_what_runs_it(void **state)
{
	char **const known[] = {
		WORDS("taskset", "-c", "0", "iperf3", "-s"),
		WORDS("taskset", "0x1", "iperf3"),
		WORDS("timeout", "-k", "1", "-s", "INT", "5", "iperf3", "-s"),
		WORDS("timeout", "--signal=INT", "5s", "iperf3"),
		WORDS("env", "-u", "LANG", "A=b", "iperf3"),
		WORDS("nice", "-n", "5", "chrt", "-f", "1", "iperf3"),
		WORDS("numactl", "-N", "0", "-m0", "iperf3"),
		WORDS("/sbin/ip", "-n", "a", "netns", "exec", "b", "nice", "iperf3"),
		WORDS("nsenter", "-t", "1", "-n", "--", "iperf3"),
		WORDS("stdbuf", "-oL", "iperf3"),
		WORDS("sudo", "-u", "nobody", "iperf3"),
	};
	/* Words of somebody else, who has his own use for them. */
	char **const unknown[] = {
		WORDS("sh", "-c", "iperf3 -c b"),
		WORDS("sh", "-c", "true", "iperf3"),
		WORDS("./compare.sh", "iperf3", "netperf"),
		WORDS("taskset", "-c", "0", "./compare.sh", "iperf3"),
		WORDS("timeout", "iperf3", "5"),
		WORDS("cat", "/usr/bin/iperf3"),
		WORDS("ip", "netns", "add", "iperf3"),
		WORDS("env", "iperf3=1"),
		WORDS("sudo"),
		WORDS("iperf3-run"),
		WORDS("man", "netperf"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (adapter_of(known[i]) != &iperf3_adapter)
			fail_msg("%s …, %zu, is not known", known[i][0], i);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		if (adapter_of(unknown[i]))
			fail_msg("%s …, %zu, is not what it is taken for", unknown[i][0], i);
}

static void what_is_missing_is_added(void **state)
{
	(void)state;
	assert_null(iperf3_adapter.missing(WORDS("iperf3", "-s", "--json-stream")));
	assert_null(iperf3_adapter.missing(WORDS("iperf3", "-sJ")));
	assert_null(iperf3_adapter.missing(WORDS("iperf3", "-VJR", "-c", "b")));
	assert_string_equal(iperf3_adapter.missing(WORDS("iperf3", "-c", "b", "-T", "-J")), "-J");
	assert_string_equal(iperf3_adapter.missing(WORDS("iperf3", "-TJ", "-c", "b")), "-J");
	assert_string_equal(iperf3_adapter.missing(WORDS("iperf3", "-c", "b", "--logfile",
							 "--json")),
			    "-J");
	assert_string_equal(testpmd_adapter.missing(WORDS("dpdk-testpmd", "-l", "0", "--")),
			    "--stats-period=1");
	assert_null(testpmd_adapter.missing(WORDS("dpdk-testpmd", "--", "-i")));
	assert_null(testpmd_adapter.missing(WORDS("dpdk-testpmd", "--", "-ai")));
	assert_null(testpmd_adapter.missing(WORDS("dpdk-testpmd", "--", "--stats-p", "2")));
	assert_null(testpmd_adapter.missing(WORDS("dpdk-testpmd", "-i")));
}

static void words_say_which_end_it_is(void **state)
{
	static const struct {
		const struct adapter *adapter;
		enum record_end end;
		char *words[8];
	} all[] = {
		{&iperf3_adapter, END_TX, {"iperf3", "-c", "b"}},
		{&iperf3_adapter, END_TX, {"iperf3", "-cb", "-T", "-R"}},
		{&iperf3_adapter, END_TX, {"iperf3", "--client=b", "--title", "--reverse"}},
		{&iperf3_adapter, END_TX, {"iperf3", "-c", "R", "-p5"}},
		{&iperf3_adapter, END_RX, {"iperf3", "-c", "b", "-R"}},
		{&iperf3_adapter, END_RX, {"iperf3", "-c", "b", "-JR"}},
		{&iperf3_adapter, END_RX, {"iperf3", "-c", "b", "-Rt", "2"}},
		{&iperf3_adapter, END_RX, {"iperf3", "-Rcb"}},
		{&iperf3_adapter, END_RX, {"iperf3", "--cl", "b", "--reve"}},
		{&iperf3_adapter, END_HOST, {"iperf3", "-s"}},
		{&iperf3_adapter, END_HOST, {"iperf3", "-s", "-R"}},
		{&iperf3_adapter, END_HOST, {"iperf3", "-c", "b", "--bid"}},
		{&neper_adapter, END_TX, {"tcp_stream", "-c", "-H", "b"}},
		{&neper_adapter, END_TX, {"tcp_stream", "-c", "-Hrw"}},
		{&neper_adapter, END_TX, {"tcp_stream", "-c", "-H", "-rw"}},
		{&neper_adapter, END_RX, {"tcp_stream"}},
		{&neper_adapter, END_TX, {"tcp_stream", "-M"}},
		{&neper_adapter, END_HOST, {"tcp_stream", "-rw"}},
		{&netperf_adapter, END_TX, {"netperf", "-H", "TCP_MAERTS"}},
		{&netperf_adapter, END_RX, {"netperf", "-t", "TCP_MAERTS"}},
		{&netperf_adapter, END_RX, {"netperf", "-cCt", "tcp_maerts", "-l", "1"}},
		{&netperf_adapter, END_RX, {"netperf", "-D", "1", "-tTCP_MAERTS"}},
		{&netperf_adapter, END_TX, {"netperf", "-t", "UDP_STREAM", "--", "-d", "rx"}},
		{&netperf_adapter, END_RX, {"netperf", "-t", "OMNI", "--", "-d", "recv"}},
		{&netperf_adapter, END_HOST, {"netperf", "-t", "omni", "--", "-m", "1"}},
		{&netperf_adapter, END_HOST, {"netperf", "-t", "TCP_RR"}},
		{&testpmd_adapter, END_TX, {"dpdk-testpmd", "--", "--forward-mode=txonly"}},
		{&testpmd_adapter, END_TX, {"dpdk-testpmd", "--", "--forward-m", "flowgen"}},
		{&testpmd_adapter, END_RX, {"dpdk-testpmd", "--", "--forward-mode=rxonly"}},
		{&testpmd_adapter, END_RX, {"dpdk-testpmd"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i].adapter->end(all[i].words) != all[i].end)
			fail_msg("%s %s …, %zu: %d is not %d", all[i].words[0], all[i].words[1], i,
				 all[i].adapter->end(all[i].words), all[i].end);
}

/* What one program printed, as lines; iperf3. */
static void says(struct report *r, const char *const *lines)
{
	void *s = calloc(1, iperf3_adapter.state_size);

	*r = (struct report){0};
	for (; *lines; lines++)
		iperf3_adapter.line(s, r, *lines, 100 * S);
	iperf3_adapter.close(s);
	free(s);
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define EVENT(sender)                                                                              \
	"{\"event\":\"interval\",\"data\":{\"sum\":{\"seconds\":1,\"bytes\":7,\"sender\":" sender  \
	"}}}"
#define TEXT "\"intervals\":[{\"sum\":{\"seconds\":1,\"bytes\":7,\"sender\":true}}]"

static void iperf3_says_each_interval_once(void **state)
{
	struct report r;
	double received, sent;

	(void)state;
	/* --json-stream-full-output: as events, and then as a whole; twice, as a server says it. */
	says(&r, LINES(EVENT("true"), "{", TEXT, "}", EVENT("true"), "{", TEXT, "}"));
	report_total(&r, 90 * S, 100 * S, &received, &sent);
	assert_true(sent == 14 && received == 0);
	report_free(&r);
	says(&r, LINES("{", TEXT, "}", EVENT("false")));
	report_total(&r, 90 * S, 100 * S, &received, &sent);
	assert_true(sent == 7 && received == 7);
	report_free(&r);
}

static void iperf3_without_intervals_says_its_sums(void **state)
{
	struct report r;
	double received, sent;

	(void)state;
	says(&r, LINES("{", "\"start\":{\"test_start\":{\"protocol\":\"UDP\"}},\"intervals\":[],",
		       "\"end\":{\"sum_sent\":{\"seconds\":2,\"bytes\":9,\"sender\":false},",
		       "\"sum_received\":{\"seconds\":2,\"bytes\":8,\"sender\":false}}", "}"));
	report_total(&r, 90 * S, 100 * S, &received, &sent);
	assert_true(sent == 0 && received == 8);
	assert_string_equal(r.protocol, "UDP");
	report_free(&r);
}

/* Versions before 3.7 do not say in a sum who sent. */
static void iperf3_of_old_says_it_in_its_begin(void **state)
{
	static const char *const sum = "\"intervals\":[{\"sum\":{\"seconds\":1,\"bytes\":7}}]";
	struct report r;
	double received, sent;

	(void)state;
	says(&r,
	     LINES("{",
		   "\"start\":{\"connecting_to\":{},\"test_start\":{\"protocol\":\"TCP\",\"reverse\":1}},",
		   sum, "}"));
	report_total(&r, 90 * S, 100 * S, &received, &sent);
	assert_true(sent == 0 && received == 7);
	report_free(&r);
	says(&r, LINES("{", "\"start\":{\"accepted_connection\":{},\"test_start\":{\"reverse\":1}},",
		       sum, "}"));
	report_total(&r, 90 * S, 100 * S, &received, &sent);
	assert_true(sent == 7 && received == 0);
	report_free(&r);
	says(&r, LINES("{", sum, "}"));
	assert_int_equal(r.count, 0);
	assert_string_equal(r.why, "it does not say which way its bytes went");
}

static void bytes_that_cannot_be_are_none(void **state)
{
	static const char *const absurd[] = {"1e308", "-1", "18446744073709551616000"};

	(void)state;
	for (size_t i = 0; i < sizeof(absurd) / sizeof(*absurd); i++) {
		struct report r;
		char line[200];

		snprintf(line, sizeof(line),
			 "{\"event\":\"interval\",\"data\":{\"sum\":{\"seconds\":1,\"bytes\":%s,\"sender\":true}}}",
			 absurd[i]);
		says(&r, LINES(line));
		assert_int_equal(r.count, 0);
		report_free(&r);
	}
}

static void spans_count_with_their_part_of_the_window(void **state)
{
	struct report r = {0};
	double received, sent;

	(void)state;
	assert_true(report_total(&r, 0, 10, &received, &sent) == 0);
	report_add(&r, 8, 12, 400, 0);
	report_add(&r, 0, 4, 0, 40);
	report_add(&r, 1, 3, 20, 0);  /* of another port */
	report_add(&r, 5, 5, 99, 99); /* no time at all */
	report_add(&r, 20, 30, 7, 7);
	assert_true(report_total(&r, 2, 10, &received, &sent) == 0.5);
	assert_true(received == 200 + 10);
	assert_true(sent == 20);
	report_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iperf3_says_intervals),
		cmocka_unit_test(iperf3_in_the_other_direction_and_in_both),
		cmocka_unit_test(a_server_of_iperf3_says_each_test),
		cmocka_unit_test(neper_says_what_each_side_received),
		cmocka_unit_test(netperf_says_one_rate),
		cmocka_unit_test(testpmd_counts_from_its_start),
		cmocka_unit_test(testpmd_may_not_know_bytes),
		cmocka_unit_test(broken_output_is_no_report),
		cmocka_unit_test(a_command_is_known_by_its_program),
		cmocka_unit_test(a_command_is_known_behind_what_runs_it),
		cmocka_unit_test(what_is_missing_is_added),
		cmocka_unit_test(words_say_which_end_it_is),
		cmocka_unit_test(iperf3_says_each_interval_once),
		cmocka_unit_test(iperf3_without_intervals_says_its_sums),
		cmocka_unit_test(iperf3_of_old_says_it_in_its_begin),
		cmocka_unit_test(bytes_that_cannot_be_are_none),
		cmocka_unit_test(spans_count_with_their_part_of_the_window),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	report_free(&hear.report);
	return failed;
}

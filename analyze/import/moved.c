// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reports of programs that say what they moved, as reports/ understands them: iperf3, neper, netperf,
 * testpmd. The report was over when its last line came, and that is the window's end here.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/import.h"
#include "reports/adapter.h"

/* Later than any report is long: spans are told by when they ended. */
#define END_NS 1000000000000000000ULL

static void window_of(const struct report *r, uint64_t *from_ns, uint64_t *to_ns)
{
	*from_ns = UINT64_MAX;
	*to_ns = 0;
	for (size_t i = 0; i < r->count; i++) {
		if (r->spans[i].from_ns < *from_ns)
			*from_ns = r->spans[i].from_ns;
		if (r->spans[i].to_ns > *to_ns)
			*to_ns = r->spans[i].to_ns;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return (x->to_ns > y->to_ns) - (x->to_ns < y->to_ns);
}

static int add_steps(struct import *im, struct input *in, const struct report *r, uint64_t from_ns,
		     enum record_end end)
{
	for (size_t i = 0; i < r->count; i++) {
		double bytes = end == END_RX ? r->spans[i].received : r->spans[i].sent;
		double at_s = (double)(r->spans[i].to_ns - from_ns) / 1e9;

		if (import_at(im, in, nearbyint(at_s * 1e6) / 1e6, end, METRIC_path_bytes, NULL,
			      nearbyint(bytes)))
			return -1;
	}
	return 0;
}

/* What was said on the command line counts for more, and what one side says of the other for less. */
static int add_end(struct import *im, struct input *in, enum record_end end, double bytes, double ns)
{
	if (!isnan(import_get(im, end, METRIC_path_bytes, NULL)))
		return 0;
	if (isnan(import_get(im, end, METRIC_path_window_ns, NULL)) &&
	    import_set(im, in, end, METRIC_path_window_ns, NULL, ns))
		return -1;
	return import_set(im, in, end, METRIC_path_bytes, NULL, bytes);
}

static int add_report(struct import *im, struct input *in, struct report *r)
{
	uint64_t from_ns, to_ns;
	double received, sent;

	if (!r->count)
		return input_refuse(in, in->line, "no bytes that were moved are in it%s%s",
				    r->why ? ": " : "", r->why ? r->why : "");
	window_of(r, &from_ns, &to_ns);
	ARRAY_SORT(r->spans, r->count, by_time);
	report_total(r, from_ns, to_ns, &received, &sent);
	if (received > 0 &&
	    (add_end(im, in, END_RX, nearbyint(received), (double)(to_ns - from_ns)) ||
	     (r->count > 1 && add_steps(im, in, r, from_ns, END_RX))))
		return -1;
	if (sent > 0 && (add_end(im, in, END_TX, nearbyint(sent), (double)(to_ns - from_ns)) ||
			 (r->count > 1 && add_steps(im, in, r, from_ns, END_TX))))
		return -1;
	if (!(received > 0) && !(sent > 0))
		return input_refuse(in, in->line, "nothing was moved, says the report");
	return 0;
}

/* What iperf3 was told to leave out (-O), as its own sums do. */
static bool is_omitted(const json_t *interval)
{
	const json_t *sum = json_object_get(interval, "sum");

	return json_is_true(json_object_get(sum ? sum : json_object_get(interval, "sum_sent"),
					    "omitted"));
}

static bool is_omitted_event(const char *line)
{
	json_t *event = strstr(line, "\"omitted\"") ? json_loads(line, 0, NULL) : NULL;
	bool omitted = is_omitted(json_object_get(event, "data"));

	json_decref(event);
	return omitted;
}

static void leave_out_omitted(json_t *json)
{
	json_t *intervals = json_object_get(json, "intervals");

	for (size_t i = json_array_size(intervals); i-- > 0;)
		if (is_omitted(json_array_get(intervals, i)))
			json_array_remove(intervals, i);
}

static int read_lines(struct import *im, struct input *in, const struct adapter *a, json_t *json)
{
	void *state = must_calloc(1, a->state_size);
	struct report r = {.spans = NULL};
	char *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
	char *rest = text, *line;
	int result;

	while (json ? (line = strsep(&rest, "\n")) != NULL : (line = input_line(in)) != NULL)
		if (json || !is_omitted_event(line))
			a->line(state, &r, line, END_NS);
	result = in->failed ? -1 : add_report(im, in, &r);
	if (a->close)
		a->close(state);
	report_free(&r);
	free(state);
	free(text);
	return result;
}

static bool is_iperf3(const char *head)
{
	return (strstr(head, "\"intervals\"") || strstr(head, "\"event\"")) &&
	       (strstr(head, "\"start\"")) &&
	       (strstr(head, "iperf") || strstr(head, "\"test_start\"") ||
		strstr(head, "\"connected\""));
}

/* Which end prints, by which its own figures are told from the other's. */
static int add_iperf3(struct import *im, struct input *in, const json_t *json)
{
	const json_t *end = json_object_get(json, "end");
	const json_t *streams = json_object_get(end, "streams");
	const json_t *cpu = json_object_get(end, "cpu_utilization_percent");
	double seconds =
		json_number_value(json_object_get(json_object_get(end, "sum_sent"), "seconds"));
	bool client = json_object_get(json_object_get(json, "start"), "connecting_to");
	bool reverse =
		json_integer_value(json_object_get(json_object_get(json_object_get(json, "start"),
								   "test_start"),
						   "reverse"));
	enum record_end here = client != reverse ? END_TX : END_RX;
	enum record_end there = here == END_TX ? END_RX : END_TX;
	static const char *const whose[] = {"host_total", "remote_total"};
	bool both = json_object_get(end, "sum_sent_bidir_reverse");

	if (both)
		import_absent(im, "cpu/thread",
			      "iperf3 --bidir: each of its processes sends and receives, so that its CPU time is of no one end");
	for (size_t i = 0; !both && i < 2; i++) {
		const json_t *percent = json_object_get(cpu, whose[i]);

		/* The process alone: softirqs and the kernel's threads are not in it. */
		if (json_is_number(percent) && json_number_value(percent) > 0 && seconds > 0 &&
		    import_add(im, in, i ? there : here, METRIC_cpu_thread, "iperf3/all",
			       json_number_value(percent) / 100 * seconds * 1e9))
			return -1;
	}
	for (size_t i = 0; i < json_array_size(streams); i++) {
		const json_t *sender = json_object_get(json_array_get(streams, i), "sender");
		const json_t *retransmits = json_object_get(sender, "retransmits");
		const json_t *rtt = json_object_get(sender, "mean_rtt");
		char key[24];

		/* Of both ways at once, what the far side sent is no figure of the near sender. */
		if (both && !json_is_true(json_object_get(sender, "sender")))
			continue;
		snprintf(key, sizeof(key), "%zu", i);
		if (json_is_number(retransmits) && import_add(im, in, END_TX, METRIC_tcp_retransmits,
							      key, json_number_value(retransmits)))
			return -1;
		if (json_is_number(rtt) && json_number_value(rtt) > 0 &&
		    import_set(im, in, END_TX, METRIC_tcp_rtt, key, json_number_value(rtt)))
			return -1;
	}
	return 0;
}

/* The far end's bytes, where the near one was told them. */
static int add_far(struct import *im, struct input *in, const json_t *json)
{
	static const char *const sums[] = {[END_RX] = "sum_received", [END_TX] = "sum_sent"};

	for (enum record_end end = END_RX; end <= END_TX; end++) {
		const json_t *sum = json_object_get(json_object_get(json, "end"), sums[end]);
		double bytes = json_number_value(json_object_get(sum, "bytes"));
		double seconds = json_number_value(json_object_get(sum, "seconds"));

		if (bytes > 0 && seconds > 0 && add_end(im, in, end, bytes, seconds * 1e9))
			return -1;
	}
	return 0;
}

/* Text before the brace, and one event per line, are no JSON text as a whole. */
static int read_iperf3(struct import *im, struct input *in)
{
	const char *head = in->buffer;
	json_t *json;
	int result;

	if (strstr(head, "\"event\"") && !strstr(head, "\"intervals\""))
		return read_lines(im, in, adapter_named("iperf3"), NULL);
	json = input_json(in);
	if (!json)
		return -1;
	result = json_object_get(json, "error")
			 ? input_refuse(in, in->line, "iperf3 says that it failed: %.200s",
					json_string_value(json_object_get(json, "error"))
						? json_string_value(json_object_get(json, "error"))
						: "")
			 : 0;
	leave_out_omitted(json);
	if (!result)
		result = read_lines(im, in, adapter_named("iperf3"), json);
	if (!result)
		result = add_iperf3(im, in, json);
	if (!result)
		result = add_far(im, in, json);
	json_decref(json);
	if (!result)
		import_means(im, "path", "iperf3's report");
	return result;
}

static bool is_neper(const char *head)
{
	return strstr(head, "\nlocal_throughput=") ||
	       (strstr(head, "throughput=") && strstr(head, "throughput_units="));
}

static int read_neper(struct import *im, struct input *in)
{
	import_means(im, "path", "neper's report");
	return read_lines(im, in, adapter_named("neper"), NULL);
}

static bool is_netperf(const char *head)
{
	return strstr(head, " TEST from ") || strstr(head, "THROUGHPUT_UNITS=") ||
	       !strncmp(head, "Interim result:", 15);
}

static int read_netperf(struct import *im, struct input *in)
{
	import_means(im, "path", "netperf's report");
	return read_lines(im, in, adapter_named("netperf"), NULL);
}

static bool is_testpmd(const char *head)
{
	return strstr(head, "NIC statistics for port");
}

static int read_testpmd(struct import *im, struct input *in)
{
	import_means(im, "path", "testpmd's report");
	return read_lines(im, in, adapter_named("testpmd"), NULL);
}

const struct import_format import_iperf3 = {"iperf3", "iperf3 -J or --json-stream", is_iperf3,
					    read_iperf3};
const struct import_format import_neper = {"neper", "neper's tcp_stream and kin", is_neper,
					   read_neper};
const struct import_format import_netperf = {"netperf", "netperf's streams, also with -D or -k",
					     is_netperf, read_netperf};
const struct import_format import_testpmd = {"testpmd", "dpdk-testpmd --stats-period", is_testpmd,
					     read_testpmd};

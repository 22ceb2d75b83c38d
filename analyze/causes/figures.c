// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/figures/ledger.h"
#include "analyze/figures/roi.h"
#include "record/components.h"

/* ---- rates ---- */

double figure_throughput(const struct run *run, enum record_end end)
{
	const struct exponents exponents = {1, 1};

	(void)end;
	return outcome_of(run, &exponents).of[THROUGHPUT];
}

static double flows_of(const struct run *run)
{
	const char *flows = run_fact(run, METRIC_fact_option, END_TX, "flows");

	return flows ? strtod(flows, NULL) : 1;
}

/* What the program itself holds its sockets to: of all flows, or of none. */
static double held_to(const struct run *run)
{
	struct figures limits = run_range(run, METRIC_tcp_pacing_limit, END_TX);

	return limits.count && limits.count == run_range(run, METRIC_tcp_cwnd, END_TX).count
		       ? run_sum(run, METRIC_tcp_pacing_limit, END_TX) * 8 / 1e9
		       : NAN;
}

/* In Gbit/s, all flows together; NAN where they are not paced. */
static double paced_to(const struct run *run)
{
	const char *pacing = run_fact(run, METRIC_fact_option, END_TX, "pacing");
	double bits;
	char *unit;

	if (!pacing || !*pacing)
		return held_to(run);
	bits = strtod(pacing, &unit);
	bits *= *unit == 'K' || *unit == 'k' ? 1e3 : *unit == 'M' ? 1e6 : *unit == 'G' ? 1e9 : 1;
	return bits * flows_of(run) / 1e9;
}

/* "tbf 5 Gbit/s" or "fq 3 Gbit/s a flow", alone or among others; NAN where no rate is known. */
static double shaped_to(const struct run *run)
{
	static const char unit[] = " Gbit/s", each[] = " a flow";
	const char *qdisc = run_fact(run, METRIC_fact_on_path, END_TX, "qdisc");
	const char *at = qdisc ? strstr(qdisc, unit) : NULL, *number = at;
	double rate;

	while (number && number > qdisc && number[-1] != ' ')
		number--;
	rate = number ? strtod(number, NULL) : NAN;
	if (at && !strncmp(at + strlen(unit), each, strlen(each)))
		rate *= flows_of(run);
	return rate > 0 ? rate : NAN;
}

static double percent_of(const struct run *run, double rate)
{
	return rate > 0 ? 100 * figure_throughput(run, END_TX) / rate : 0;
}

double figure_paced(const struct run *run, enum record_end end)
{
	(void)end;
	return percent_of(run, paced_to(run));
}

double figure_shaped(const struct run *run, enum record_end end)
{
	(void)end;
	return run_fact(run, METRIC_fact_on_path, END_TX, "qdisc") ? percent_of(run, shaped_to(run))
								   : NAN;
}

/* In %: of the rate, and idle. A small burst holds a sender up far below the rate, but then its CPU is idle. */
#define FAR_FROM 60
#define BUSY_BY	 10

bool figure_is_far(const struct run *run, enum record_end end)
{
	double shaped = end == END_TX ? figure_shaped(run, end) : 0;

	return shaped > 0 && shaped < FAR_FROM && figure_idle(run, end) < BUSY_BY;
}

double figure_pacing_rate(const struct run *run, enum record_end end)
{
	(void)end;
	return figure_paced(run, END_TX) < FAR_FROM ? NAN : paced_to(run);
}

double figure_shaping_rate(const struct run *run, enum record_end end)
{
	(void)end;
	return figure_shaped(run, END_TX) < FAR_FROM ? NAN : shaped_to(run);
}

double figure_answers(const struct run *run, enum record_end end)
{
	(void)end;
	return run_sum(run, METRIC_path_responses, END_TX) / run_window_ns(run, END_TX) * 1e9;
}

/* NAN where they are not limited. */
static double asked_of(const struct run *run)
{
	const char *rate = run_fact(run, METRIC_fact_option, END_TX, "rate");

	return rate && *rate ? strtod(rate, NULL) : NAN;
}

double figure_asked_for(const struct run *run, enum record_end end)
{
	double asked = asked_of(run);

	/* What is not limited is far from any limit. */
	return figure_answers(run, end) * (asked > 0 ? 100 / asked : 0);
}

double figure_asked(const struct run *run, enum record_end end)
{
	return figure_asked_for(run, end) < FAR_FROM ? NAN : asked_of(run);
}

/* ---- what other tools know ---- */

static bool is_imported(const struct run *run)
{
	const char *program = run_fact(run, METRIC_fact_program, END_HOST, NULL);

	return program && !strncmp(program, "zcroi ", strlen("zcroi "));
}

double figure_iowait(const struct run *run, enum record_end end)
{
	return is_imported(run) ? fmin(100, 100 * run_sum(run, METRIC_cpu_iowait, end) /
						    run_window_ns(run, end))
				: NAN;
}

double figure_enters(const struct run *run, enum record_end end)
{
	return is_imported(run) ? run_figure(run, METRIC_syscalls_calls, end, "io_uring_enter") /
					  (run_payload(run, end) / 1e9)
				: NAN;
}

/* ---- sizes ---- */

/* Calls that move data, as other tools count them; NAN where none are known. */
static double calls_of(const struct run *run, enum record_end end, const char *const *calls,
		       size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		double n = run_figure(run, METRIC_syscalls_calls, end, calls[i]);

		sum += isnan(n) ? 0 : n;
	}
	return sum > 0 ? sum : NAN;
}

static double receiving_calls(const struct run *run)
{
	static const char *const calls[] = {"recv", "recvfrom", "recvmsg", "read", "readv"};

	return calls_of(run, END_RX, calls, sizeof(calls) / sizeof(*calls));
}

static double sending_calls(const struct run *run)
{
	static const char *const calls[] = {"send",   "sendto",	  "sendmsg",   "write",
					    "writev", "sendfile", "sendfile64"};

	return calls_of(run, END_TX, calls, sizeof(calls) / sizeof(*calls));
}

double figure_receive(const struct run *run, enum record_end end)
{
	double receives = run_sum(run, METRIC_path_receive_size, END_RX);

	(void)end;
	return run_payload(run, END_RX) / (isnan(receives) ? receiving_calls(run) : receives);
}

double figure_release(const struct run *run, enum record_end end)
{
	double calls = run_figure(run, METRIC_syscalls_calls, end, "setsockopt");

	return calls > 0 ? run_figure(run, METRIC_syscalls_total, end, "setsockopt") / calls : NAN;
}

double figure_delay(const struct run *run, enum record_end end)
{
	double packets = run_sum(run, METRIC_latency_samples, end);

	return packets > 0 ? run_sum(run, METRIC_latency_total, end) / packets : NAN;
}

static bool is_zerocopy(const struct run *run, enum record_end end)
{
	const char *path = run_fact(run, METRIC_fact_option, end, "path");

	return path && strcmp(path, "copy") && strcmp(path, "uring");
}

double figure_zc_send(const struct run *run, enum record_end end)
{
	return is_zerocopy(run, END_TX) ? 1e9 / figure_send_calls(run, end) : NAN;
}

/* What is not known, of a program that zcprof attached to, may use all. */
bool figure_is_of_path(const struct run *run, enum record_end end, enum metric_id id)
{
	static const struct {
		const char *source, *paths[4];
	} used[] = {
		{"iouring", {"uring", "send_zc", "zcrx"}},
		{"genpool", {"devmem"}},
	};
	const char *const *paths = NULL;
	const char *path;

	for (size_t i = 0; i < sizeof(used) / sizeof(*used); i++)
		if (!strcmp(metric_info(id)->source, used[i].source))
			paths = used[i].paths;
	path = paths ? run_fact(run, METRIC_fact_option, end, "path") : NULL;
	if (!path)
		return true;
	for (size_t i = 0; i < 4 && paths[i]; i++)
		if (!strcmp(path, paths[i]))
			return true;
	return false;
}

double figure_send_calls(const struct run *run, enum record_end end)
{
	double sends = run_sum(run, METRIC_path_sends, END_TX);
	double completions = run_sum(run, METRIC_iouring_completions, END_TX);

	(void)end;
	if (!(sends > 0))
		sends = completions > 0 && figure_is_of_path(run, END_TX, METRIC_iouring_completions)
				? completions
				: run_sum(run, METRIC_path_calls, END_TX);
	if (!(sends > 0))
		sends = sending_calls(run);
	return sends * 1e9 / run_payload(run, END_TX);
}

double figure_packet(const struct run *run, enum record_end end)
{
	(void)end;
	return run_figure(run, METRIC_nic_statistic, END_TX, "tx_bytes") /
	       run_figure(run, METRIC_nic_statistic, END_TX, "tx_packets");
}

double figure_batch(const struct run *run, enum record_end end)
{
	double segments = 0, received = 0;

	(void)end;
	for (enum record_end one = END_RX; one <= END_TX; one++) {
		double more = run_sum(run, METRIC_skb_received, one);

		if (isnan(more))
			continue;
		segments += run_sum(run, METRIC_skb_segments, one);
		received += more;
	}
	return received > 0 ? segments / received : NAN;
}

double figure_polled(const struct run *run, enum record_end end)
{
	double polls = run_sum(run, METRIC_softirq_polls, end);

	return polls > 0 ? run_sum(run, METRIC_softirq_packets, end) / polls : NAN;
}

double figure_retransmitted(const struct run *run, enum record_end end)
{
	double out = run_sum(run, METRIC_tcp_segments_out, END_TX);

	(void)end;
	return out > 0 ? 1e6 * run_sum(run, METRIC_tcp_retransmits, END_TX) / out : NAN;
}

/* In a million. To send so few again is no work, and ends of which one's CPU is always busy were not held up by them. */
#define FEW_AGAIN 1000

static double mean_of(const struct run *run, enum metric_id id)
{
	return run_sum(run, id, END_TX) / (double)run_range(run, id, END_TX).count;
}

/* Of Reno, from which CUBIC goes up: segments in flight by the root of the share that is lost (Mathis et al., CCR 27, 1997). */
#define MATHIS 1.22
/* How many times what came may have been let through before loss held nothing up; bursts make one loss of many segments. */
#define FAR_ABOVE 4
/* A timer that ran out held its flow up for so long (TCP_RTO_MIN); and a part of the window that does not matter. */
#define TIMEOUT_NS     2e8
#define LITTLE_OF_TIME 0.02

/* Whether so many losses would let far more through than came, and none waited for a timer. */
static bool lets_through(const struct run *run, double again)
{
	double in_flight = MATHIS / sqrt(again / 1e6) * mean_of(run, METRIC_tcp_mss);
	double gbit = in_flight * 8 / (mean_of(run, METRIC_tcp_rtt) * 1e3) * flows_of(run);
	double timeouts = run_figure(run, METRIC_netstat_counter, END_TX, "TcpExtTCPTimeouts");

	/* Of counters only those that grew have a row. */
	if (isnan(timeouts) && run_range(run, METRIC_netstat_counter, END_TX).count)
		timeouts = 0;
	return timeouts * TIMEOUT_NS <=
		       LITTLE_OF_TIME * run_window_ns(run, END_TX) * flows_of(run) &&
	       gbit > FAR_ABOVE * figure_throughput(run, END_TX);
}

/*
 * Whether a congestion window that losses have closed lets hardly more through than came. Before a receiver that is
 * slow any window does: what waits there is in flight.
 */
static bool is_held_by_window(const struct run *run)
{
	double gbit = mean_of(run, METRIC_tcp_cwnd) * mean_of(run, METRIC_tcp_mss) * 8 /
		      (mean_of(run, METRIC_tcp_rtt) * 1e3) * flows_of(run);

	return gbit < 2 * figure_throughput(run, END_TX);
}

double figure_delaying_retransmits(const struct run *run, enum record_end end)
{
	double again = figure_retransmitted(run, end);
	bool held_by_cpu = again < FEW_AGAIN &&
			   (figure_idle(run, END_RX) < BUSY_BY ||
			    (figure_idle(run, END_TX) < BUSY_BY && !is_held_by_window(run)));

	return held_by_cpu || lets_through(run, again) ? 0 : again;
}

double figure_copied(const struct run *run, enum record_end end)
{
	if (!is_zerocopy(run, end))
		return 0;
	return 100 * run_figure(run, METRIC_path_bytes_copied, end, NULL) / run_payload(run, end);
}

double figure_zcrx_copied(const struct run *run, enum record_end end)
{
	const char *path = run_fact(run, METRIC_fact_option, end, "path");

	return path && !strcmp(path, "zcrx") ? figure_copied(run, end) : 0;
}

/* The queue of a pool, as device/queue: so much of its key. */
static size_t queue_length(const char *key)
{
	const char *queue = strchr(key, '/');

	return queue ? (size_t)(queue + 1 - key) + strcspn(queue + 1, "/") : strlen(key);
}

static bool has_provider(const struct run *run, enum record_end end, const char *key)
{
	return run_fact(run, METRIC_pagepool_pool_provider, end, key) != NULL;
}

/* Whether a pool is of no queue, or of one whose payload has a pool of its own. */
static bool is_for_headers(const struct run *run, enum record_end end, const struct figures *pools,
			   const char *key)
{
	size_t length = queue_length(key);

	if (has_provider(run, end, key))
		return false;
	if (length >= 2 && !strncmp(key + length - 2, "/-", 2))
		return true;
	for (size_t i = 0; i < pools->count; i++)
		if (queue_length(pools->at[i].key) == length &&
		    !strncmp(pools->at[i].key, key, length) &&
		    has_provider(run, end, pools->at[i].key))
			return true;
	return false;
}

double figure_header_pages(const struct run *run, enum record_end end)
{
	struct figures pools = run_range(run, METRIC_pagepool_pool_recycle_ring, end);
	double pages = 0;
	bool provided = false;

	for (size_t i = 0; i < pools.count; i++) {
		provided |= has_provider(run, end, pools.at[i].key);
		if (is_for_headers(run, end, &pools, pools.at[i].key))
			pages += pools.at[i].value;
	}
	return provided ? pages * 1e9 / run_payload(run, end) : NAN;
}

double figure_rx_buf_len(const struct run *run, enum record_end end)
{
	const char *bytes = run_fact(run, METRIC_fact_nic, end, "rx-buf-len");

	return bytes ? strtod(bytes, NULL) : NAN;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "datapath/distributions.h"
#include "datapath/pace.h"
#include "datapath/path.h"
#include "datapath/rpc.h"
#include "datapath/stamps.h"

static int init(struct snapshot *s, unsigned int flows)
{
	s->of = calloc(flows, sizeof(*s->of));
	s->distributions = calloc(1, sizeof(*s->distributions));
	return s->of && s->distributions ? 0 : -1;
}

int window_init(struct window *w, const struct flows *flows, uint64_t message)
{
	*w = (struct window){.flows = flows, .message = message};
	return init(&w->at_open, flows->count) || init(&w->at_close, flows->count) ? -1 : 0;
}

void window_free(struct window *w)
{
	free(w->at_open.of);
	free(w->at_close.of);
	free(w->at_open.distributions);
	free(w->at_close.distributions);
}

/* What was due of a flow when it was read, and is not done. */
static void count_owed(struct window *w, const struct flow *f, const struct counters *now,
		       uint64_t at_ns)
{
	if (f->rpc)
		w->unanswered +=
			rpc_waiting(f, at_ns,
				    now->event[EVENT_responses] + now->event[EVENT_requests_lost]);
	if (pace_is_scheduled(f))
		w->unsent += pace_unsent(f, at_ns, now->event[EVENT_datagrams]);
}

static void take(struct window *w, struct snapshot *s, bool closing)
{
	const struct path *path = w->flows->flow[0].config->path;
	uint64_t first = 0, sum = 0;

	flows_look(w->flows);
	if (path->edge && !flows_idle(w->flows))
		path->edge(w->flows);
	for (unsigned int i = 0; i < w->flows->count; i++) {
		const struct flow *f = &w->flows->flow[i];
		uint64_t at_ns = clock_ns();

		first = i ? first : at_ns;
		counters_copy(&s->of[i], &f->counters);
		distributions_add(s->distributions, f);
		if (closing && path->end == END_TX)
			count_owed(w, f, &s->of[i], at_ns);
		s->spread_ns = at_ns - first;
		sum += s->spread_ns;
	}
	s->mean_ns = first + (w->flows->count ? sum / w->flows->count : 0);
}

void window_open(struct window *w)
{
	w->open_ns = clock_ns();
	take(w, &w->at_open, false);
	for (unsigned int i = 0; i < w->flows->count; i++)
		w->tick_bytes += w->at_open.of[i].bytes;
}

void window_close(struct window *w)
{
	w->close_ns = clock_ns();
	take(w, &w->at_close, true);
}

uint64_t window_ns(const struct window *w)
{
	return w->close_ns ? w->at_close.mean_ns - w->at_open.mean_ns : 0;
}

void window_tick(struct window *w, struct writer *out)
{
	uint64_t bytes = flows_bytes(w->flows);
	uint64_t now = clock_ns();

	writer_u64(out, (now - w->open_ns) / 1e9, w->flows->flow[0].config->end, METRIC_path_bytes,
		   NULL, bytes - w->tick_bytes);
	writer_flush(out);
	w->tick_bytes = bytes;
}

void window_difference(const struct window *w, struct counters *sum)
{
	uint64_t *to = (uint64_t *)sum;

	memset(sum, 0, sizeof(*sum));
	for (unsigned int i = 0; i < w->flows->count; i++) {
		const uint64_t *open = (const uint64_t *)&w->at_open.of[i];
		const uint64_t *close = (const uint64_t *)&w->at_close.of[i];

		for (unsigned int k = 0; k < sizeof(*sum) / sizeof(*to); k++)
			to[k] += close[k] - open[k];
	}
}

static const char *const call_name[CALLS] = {
#define X(name) #name,
	CALLS_OF_PATHS(X)
#undef X
};

static const enum metric_id event_metric[EVENTS] = {
#define METRIC(source, name, unit, kind, better, meaning)
#define PATH_EVENT(name, unit, better, meaning) METRIC_path_##name,
#include "record/metrics.def"
#undef METRIC
};

/* Bytes of one message: long flows beside requests have another. */
static uint64_t message_of(const struct window *w, unsigned int flow)
{
	return flow < w->flows->mixed ? FLOW_LONG_MESSAGE : w->message;
}

static void write_flows(const struct window *w, struct writer *out, enum record_end end)
{
	uint64_t messages = 0;
	uint64_t of_long = 0;

	for (unsigned int i = 0; i < w->flows->count; i++) {
		uint64_t message = message_of(w, i);
		char key[12];

		if (i < w->flows->mixed)
			of_long += w->at_close.of[i].bytes - w->at_open.of[i].bytes;

		snprintf(key, sizeof(key), "%u", i);
		writer_u64(out, WINDOW, end, METRIC_path_flow_bytes, key,
			   w->at_close.of[i].bytes - w->at_open.of[i].bytes);
		messages += w->at_close.of[i].bytes / message - w->at_open.of[i].bytes / message;
	}
	writer_u64(out, WINDOW, end, METRIC_path_messages, NULL, messages);
	if (w->flows->mixed)
		writer_u64(out, WINDOW, end, METRIC_path_long_bytes, NULL, of_long);
}

static uint32_t calls_of(const struct flows *flows)
{
	const struct path *path = flows->flow[0].config->path;

	/* Who sends at a rate waits for it. */
	if (flows->datagram && flows->exchange.response)
		return path->udp_rpc_calls;
	if (flows->datagram)
		return path->udp_calls | (pace_is_scheduled(&flows->flow[0]) ? BIT(CALL_ppoll) : 0);
	if (flows->reconnects)
		return path->reconnect_calls;
	return path->calls | (flows->exchange.response ? path->rpc_calls : 0);
}

/* Whether their delays could be counted, and by which clock; or why not. */
static void write_stamps(const struct window *w, const struct counters *sum, struct writer *out)
{
	if (!w->flows->stamp)
		return;
	if (w->flows->stamps_absent) {
		writer_absent(out, END_RX, "path/one_way_delay", w->flows->stamps_absent);
		writer_absent(out, END_RX, "path/delay_variation", w->flows->stamps_absent);
		return;
	}
	writer_fact(out, END_RX, METRIC_path_given, "stamp",
		    w->flows->stamp == STAMP_KERNEL
			    ? "by the clock of the kernel, which is one at both ends"
			    : "by the wall clocks of the ends, as if they agreed (--stamp ptp); clock_ahead says how far they do");
	writer_u64(out, WINDOW, END_RX, METRIC_path_stamps_wrong, NULL,
		   sum->event[EVENT_stamps_wrong]);
}

static void write_datagrams(const struct window *w, const struct counters *sum, struct writer *out,
			    const struct path *path)
{
	enum record_end end = path->end;

	writer_u64(out, WINDOW, end, METRIC_path_datagrams, NULL, sum->event[EVENT_datagrams]);
	if (pace_is_scheduled(&w->flows->flow[0]))
		writer_u64(out, WINDOW, END_TX, METRIC_path_unsent, NULL, w->unsent);
	if (w->flows->exchange.response)
		writer_u64(out, WINDOW, end, METRIC_path_datagrams_refused, NULL,
			   sum->event[EVENT_datagrams_refused]);
	if (w->flows->exchange.response && end == END_TX) {
		writer_u64(out, WINDOW, END_TX, METRIC_path_requests_lost, NULL,
			   sum->event[EVENT_requests_lost]);
		writer_u64(out, WINDOW, END_TX, METRIC_path_answers_late, NULL,
			   sum->event[EVENT_answers_late]);
		writer_u64(out, WINDOW, END_TX, METRIC_path_answers_duplicate, NULL,
			   sum->event[EVENT_answers_duplicate]);
	}
	if (end != END_RX)
		return;
	write_stamps(w, sum, out);
	if (path->numbers_unknown) {
		writer_absent(out, END_RX, "path/datagrams_missed", path->numbers_unknown);
		return;
	}
	writer_u64(out, WINDOW, END_RX, METRIC_path_datagrams_missed, NULL,
		   sum->event[EVENT_datagrams_missed]);
	writer_u64(out, WINDOW, END_RX, METRIC_path_datagrams_late, NULL,
		   sum->event[EVENT_datagrams_late]);
	writer_u64(out, WINDOW, END_RX, METRIC_path_datagrams_jumped, NULL,
		   sum->event[EVENT_datagrams_jumped]);
}

void window_write(const struct window *w, struct writer *out)
{
	const struct path *path = w->flows->flow[0].config->path;
	bool exchanges = w->flows->exchange.response;
	uint32_t calls = calls_of(w->flows);
	const struct flow *first = &w->flows->flow[0];
	bool datagrams = w->flows->datagram;
	struct counters sum;

	if (flows_idle(w->flows)) {
		writer_absent(out, END_RX, "path",
			      "nobody receives: the datagrams go to a device that drops them");
		return;
	}
	window_difference(w, &sum);
	writer_u64(out, WINDOW, path->end, METRIC_path_window_ns, NULL, window_ns(w));
	writer_u64(out, WINDOW, path->end, METRIC_path_edge_spread, "open", w->at_open.spread_ns);
	writer_u64(out, WINDOW, path->end, METRIC_path_edge_spread, "close", w->at_close.spread_ns);
	writer_u64(out, WINDOW, path->end, METRIC_path_bytes, NULL, sum.bytes);
	if (first->copies_unknown || first->drops)
		writer_fact(out, path->end, METRIC_path_given, "copies",
			    first->drops ? "none: what comes is thrown away"
					 : first->copies_unknown);
	if (!first->copies_unknown) {
		if (!first->drops)
			writer_u64(out, WINDOW, path->end, METRIC_path_bytes_zerocopy, NULL,
				   sum.bytes_zerocopy);
		writer_u64(out, WINDOW, path->end, METRIC_path_bytes_copied, NULL, sum.bytes_copied);
	}
	write_flows(w, out, path->end);
	if (flows_many(w->flows))
		writer_fact(out, path->end, METRIC_path_given, "nice", "19: there are many flows");
	for (int i = 0; i < CALLS; i++)
		if (calls & BIT(i))
			writer_u64(out, WINDOW, path->end, METRIC_path_calls, call_name[i],
				   sum.call[i]);
	for (int i = 0; i < EVENTS; i++)
		if (path->events & BIT(i))
			writer_u64(out, WINDOW, path->end, event_metric[i], NULL, sum.event[i]);
	if (datagrams)
		write_datagrams(w, &sum, out, path);
	if (exchanges)
		writer_u64(out, WINDOW, path->end, METRIC_path_responses, NULL,
			   sum.event[EVENT_responses]);
	distributions_write(w->at_open.distributions, w->at_close.distributions, path->end, out);
	if (exchanges && path->end == END_TX)
		writer_u64(out, WINDOW, END_TX, METRIC_path_unanswered, NULL, w->unanswered);
	if (path->end == END_RX)
		writer_histogram(out, END_RX, METRIC_path_receive_size, NULL, sum.receive_size);
	if (path->given)
		path->given(w->flows, out);
	if (path->events & BIT(EVENT_frags))
		writer_histogram(out, END_RX, METRIC_path_receive_frags, NULL, sum.receive_frags);
}

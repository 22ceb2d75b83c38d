// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The delay between NAPI and the copy, or delivery without one, of a quarter of the packets of each
 * slice; with --exact of all.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>

#include "bpf/latency.h"
#include "bpf/latency.skel.h"
#include "collectors/list.h"
#include "collectors/kit/table.h"
#include "collectors/kit/tally.h"

static const struct tally_counter rows[] = {
	{LATENCY_SAMPLES, METRIC_latency_samples, NULL},
	{LATENCY_TOTAL, METRIC_latency_total, NULL},
	{LATENCY_FULL, METRIC_latency_full, NULL},
	{LATENCY_UNTRACKED, METRIC_latency_untracked, NULL},
};

static const struct tally_ratio ratios[] = {
	{&rows[1], &rows[0]},
};

/* The middle of the bucket in which a share of the packets is reached. */
static __u64 quantile(const struct latency_flow *flow, __u64 samples, double share)
{
	double left = share * (double)samples;

	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		left -= (double)flow->bucket[i];
		if (left <= 0)
			return (histogram_edge(i) + histogram_edge(i + 1)) / 2;
	}
	return 0;
}

static void emit_flow(const struct tally *t, struct writer *w, const struct latency_peer *peer,
		      const struct latency_flow *flow)
{
	char address[INET6_ADDRSTRLEN];
	char key[INET6_ADDRSTRLEN + 8];
	__u64 samples = 0;

	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
		samples += flow->bucket[i];
	if (!samples)
		return;
	inet_ntop(peer->family, peer->address, address, sizeof(address));
	snprintf(key, sizeof(key), peer->family == AF_INET6 ? "[%s]:%u" : "%s:%u", address,
		 ntohs(peer->port));
	writer_u64(w, WINDOW, peer->end, METRIC_latency_flow_samples, key, tally_scaled(t, samples));
	writer_f64(w, WINDOW, peer->end, METRIC_latency_flow_mean, key,
		   (double)flow->total_ns / (double)samples);
	writer_u64(w, WINDOW, peer->end, METRIC_latency_flow_p50, key, quantile(flow, samples, 0.5));
	writer_u64(w, WINDOW, peer->end, METRIC_latency_flow_p99, key,
		   quantile(flow, samples, 0.99));
}

struct flow {
	struct latency_peer peer;
	struct latency_flow figures;
};

/* 0 or a negative errno. */
static int read_flows(int fd, struct flow *all, size_t *count)
{
	const struct latency_peer *before = NULL;
	int more = 1;

	for (*count = 0; *count < LATENCY_FLOWS; before = &all[(*count)++].peer) {
		more = table_next(fd, before, &all[*count].peer, &all[*count].figures);
		if (more <= 0)
			break;
	}
	return more < 0 ? more : 0;
}

static void emit_flows(const struct tally *t, struct writer *w, int fd)
{
	static const enum metric_id of_flows[] = {METRIC_latency_flow_samples,
						  METRIC_latency_flow_mean, METRIC_latency_flow_p50,
						  METRIC_latency_flow_p99};
	struct flow *all = calloc(LATENCY_FLOWS, sizeof(*all));
	size_t count = 0;
	bool read = all && !read_flows(fd, all, &count);

	for (size_t i = 0; !read && i < sizeof(of_flows) / sizeof(*of_flows); i++)
		writer_absent_metric(w, END_HOST, of_flows[i], TABLE_UNREAD);
	for (size_t i = 0; read && i < count; i++)
		emit_flow(t, w, &all[i].peer, &all[i].figures);
	free(all);
}

static void more(const struct tally *t, struct writer *w)
{
	const struct latency_bpf *bpf = tally_bpf(t);

	writer_f64(w, WINDOW, END_HOST, METRIC_latency_followed, NULL,
		   bpf->rodata->whole ? 1 : 1.0 / LATENCY_ONE_IN);
	tally_histogram(t, w, LATENCY_NAPI_TO_COPY, METRIC_latency_napi_to_copy);
	emit_flows(t, w, bpf_map__fd(bpf->maps.flows));
}

static void make_room(void *state)
{
	struct latency_bpf *bpf = state;

	if (bpf->rodata->whole)
		bpf_map__set_max_entries(bpf->maps.received, LATENCY_PACKETS_EXACT);
}

/* Addresses whose packets were merged into others stay, until they are used again: after a slice none counts. */
static void forget(void *state)
{
	struct latency_bpf *bpf = state;
	__u32 count = bpf_map__max_entries(bpf->maps.received), next[2];
	__u64 *keys, *times;

	if (!bpf->bss->crowded)
		return;
	keys = calloc(count, sizeof(*keys));
	times = calloc(count, sizeof(*times));
	if (keys && times)
		bpf_map_lookup_and_delete_batch(bpf_map__fd(bpf->maps.received), NULL, next, keys,
						times, &count, NULL);
	bpf->bss->crowded = false;
	free(keys);
	free(times);
}

TALLY_COLLECTOR(latency, "delay between NAPI and the copy to user memory, or delivery without one",
		.rows = rows, .row_count = sizeof(rows) / sizeof(*rows), .ratios = ratios,
		.ratio_count = sizeof(ratios) / sizeof(*ratios), .hooks = true, .tracepoints = true,
		.follows = MEASURE_PACKETS, .slice_ns = LATENCY_SLICE_NS,
		.slice = &bpf->bss->slice_ns, .prepare = make_room, .cut = forget, .more = more);

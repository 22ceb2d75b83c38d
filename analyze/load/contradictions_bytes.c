// SPDX-License-Identifier: GPL-2.0-or-later
/* How much was moved: by the ends, their flows, TCP, the devices and a program's own report. */
#include <math.h>

#include "analyze/load/contradictions.h"

/* Of a connection whose buffers nobody said: Linux' own most, as far as anyone sets them. */
#define BUFFERS 128e6
/* Ethernet with a VLAN tag, IPv6, TCP with all its options. */
#define HEADERS 138

/* Less than that of what an end moved may be on its way, or have come in what one window has more. */
double in_flight(const struct consistency *c, double bytes)
{
	unsigned int flows = c->rows[METRIC_path_flow_bytes][END_RX];
	double each = c->buffers > 0 ? c->buffers : BUFFERS;

	if (flows < c->rows[METRIC_path_flow_bytes][END_TX])
		flows = c->rows[METRIC_path_flow_bytes][END_TX];
	if (flows < c->rows[METRIC_tcp_mss][END_TX])
		flows = c->rows[METRIC_tcp_mss][END_TX];
	return 2 * each * (flows ? flows : 1) + BIAS * bytes;
}

static bool moves(const struct consistency *c, enum record_end end)
{
	return c->rows[METRIC_path_bytes][end] == 1;
}

/* What the receiver missed of datagrams, by their numbers; NAN where it had none to go by, as of requests or by nft. */
static double bytes_missed(const struct consistency *c)
{
	double datagrams = c->sum[METRIC_path_datagrams][END_TX];

	if (!c->rows[METRIC_path_datagrams_missed][END_RX] || !(datagrams > 0))
		return NAN;
	return c->sum[METRIC_path_datagrams_missed][END_RX] * c->sum[METRIC_path_bytes][END_TX] /
	       datagrams;
}

/* Nothing keeps a datagram from being lost: what is missing was on its way, or is known to have been missed. */
static double bytes_lost(const struct consistency *c, double rx, double tx)
{
	double missed = bytes_missed(c);

	if (!c->rows[METRIC_path_datagrams][END_TX] || !(tx > rx))
		return 0;
	return isnan(missed) ? tx - rx : fmin(missed, tx - rx);
}

void bytes_of_ends(const struct consistency *c, const struct saying *to)
{
	double rx = c->sum[METRIC_path_bytes][END_RX], tx = c->sum[METRIC_path_bytes][END_TX];
	double rx_s = c->sum[METRIC_path_window_ns][END_RX] / 1e9;
	double tx_s = c->sum[METRIC_path_window_ns][END_TX] / 1e9;
	double other;

	/* Whoever was attached to may have other peers. */
	if (c->attached || !moves(c, END_RX) || !moves(c, END_TX) || !(rx_s > 0 && tx_s > 0))
		return;
	other = 2 * fabs(rx_s - tx_s) * fmax(rx / rx_s, tx / tx_s);
	if (fabs(rx - tx) > in_flight(c, fmax(rx, tx)) + other + bytes_lost(c, rx, tx))
		say(to, "tx sent %.0f bytes in the window, but rx received %.0f", tx, rx);
}

void bytes_of_flows(const struct consistency *c, const struct saying *to)
{
	for (enum record_end end = END_RX; end <= END_TX; end++)
		if (moves(c, end) && c->rows[METRIC_path_flow_bytes][end] &&
		    c->sum[METRIC_path_flow_bytes][end] != c->sum[METRIC_path_bytes][end])
			say(to, "flows of %s moved %.0f bytes, and it moved %.0f",
			    record_end_name[end], c->sum[METRIC_path_flow_bytes][end],
			    c->sum[METRIC_path_bytes][end]);
}

/* What an end moved while a source looked, at least: in the rest of its window it may have been twice as fast. */
static double bytes_while(const struct consistency *c, enum record_end end, const char *source)
{
	double bytes = c->sum[METRIC_path_bytes][end];
	double window = c->sum[METRIC_path_window_ns][end];
	const struct source_window *s = consistency_source(c, source);
	double rest = s ? fmax(window - s->window_ns, 0) / window : 0;

	return bytes * fmax(1 - 2 * rest, 0);
}

/*
 * As many segments as the kernel counted, each as large as it may be, have to hold the bytes. The kernel says half
 * of the size at most for as long as the window is no larger than two of them.
 */
void bytes_of_segments(const struct consistency *c, const struct saying *to)
{
	static const enum metric_id segments[RECORD_ENDS] = {
		[END_RX] = METRIC_tcp_segments_in, [END_TX] = METRIC_tcp_segments_out};

	double size = c->mtu > 0 ? fmax(c->mtu, c->mss) : 2 * c->mss;

	for (enum record_end end = END_RX; end <= END_TX; end++) {
		double bytes = bytes_while(c, end, "tcp");
		double most = c->sum[segments[end]][end] * size;

		/* Those that came and went have no rows; datagrams are no segments, whatever begins and ends them. */
		if (c->attached || c->rows[METRIC_path_datagrams][end] || !moves(c, end) ||
		    !c->rows[segments[end]][end] ||
		    c->rows[segments[end]][end] != c->rows[METRIC_path_flow_bytes][end])
			continue;
		if (bytes - in_flight(c, bytes) > most)
			say(to,
			    "%s moved %.0f bytes, and its %.0f segments of at most %.0f bytes hold %.0f",
			    record_end_name[end], c->sum[METRIC_path_bytes][end],
			    c->sum[segments[end]][end], size, most);
	}
}

/* A device counts headers too, and what others send; of a link that zcprof made nobody else does. */
static void bytes_of_device(const struct consistency *c, const struct saying *to,
			    enum record_end end, double device)
{
	double moved = c->sum[METRIC_path_bytes][end];
	double least = bytes_while(c, end, "nic");
	double segments = consistency_sum(c, METRIC_tcp_segments_out) +
			  consistency_sum(c, METRIC_tcp_segments_in);
	double most =
		moved + HEADERS * segments + c->mss * consistency_sum(c, METRIC_tcp_retransmits);

	if (c->attached || !moves(c, end))
		return;
	if (least - in_flight(c, least) > device)
		say(to, "%s moved %.0f bytes, and its device %.0f", record_end_name[end], moved,
		    device);
	if (c->own_veth && segments > 0 && !c->by_bytes && device > most + in_flight(c, most))
		say(to,
		    "the device of %s moved %.0f bytes, which are not the %.0f of its flows and their headers",
		    record_end_name[end], device, moved);
}

void bytes_of_devices(const struct consistency *c, const struct saying *to)
{
	if (c->device_rx_known)
		bytes_of_device(c, to, END_RX, c->device_rx);
	if (c->device_tx_known)
		bytes_of_device(c, to, END_TX, c->device_tx);
}

/* What a program says of itself, against what the kernel saw of it. */
void bytes_of_report(const struct consistency *c, const struct saying *to)
{
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		double bytes = c->sum[METRIC_path_bytes][end];
		double seen = c->sum[METRIC_path_bytes_seen][end];
		double share = c->sum[METRIC_path_reported][end];

		if (!moves(c, end) || !c->rows[METRIC_path_bytes_seen][end])
			continue;
		/* Of what it does not speak of, the rest stands for it. */
		if (bytes - seen > in_flight(c, bytes) + 2 * fmax(1 - share, 0) * bytes)
			say(to, "%s says that it moved %.0f bytes, and the kernel saw %.0f",
			    record_end_name[end], bytes, seen);
	}
}

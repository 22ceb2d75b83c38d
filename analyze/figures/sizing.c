// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/sizing.h"

#include <math.h>

#include "analyze/figures/average.h"
#include "analyze/figures/distribution.h"
#include "analyze/figures/stats.h"
#include "base/quantity.h"

/* Where neither the command line nor a run says. */
#define PAUSE_S 0.5e-3
#define HOLD_S	2e-3
#define BUFFER	4096
#define CALL_NS 200
/* Of the time of a byte, for the calls that bring it. */
#define CALLS_SHARE 0.01
/* SO_DEVMEM_DONTNEED takes no more at a time. */
#define FRAGS_MOST 1024

static double rtt_s(const struct run *run, enum record_end end)
{
	struct figures flows = run_range(run, METRIC_tcp_rtt, end);

	return flows.count ? run_sum(run, METRIC_tcp_rtt, end) / flows.count / 1e6 : NAN;
}

/* 99 of 100 packets had come to the reader by then. */
static double delay_s(const struct run *run, enum record_end end)
{
	return distribution_quantile(distribution_of(run, METRIC_latency_napi_to_copy, end, NULL),
				     0.99) /
	       1e9;
}

static double call_ns(const struct run *run, enum record_end end)
{
	return run_figure(run, METRIC_calibration_syscall, end, NULL);
}

static double read_bytes(const struct run *run, enum record_end end)
{
	const char *text = run_fact(run, METRIC_fact_option, end, "read"), *why;
	uint64_t bytes;

	return text && !quantity_size(text, &bytes, &why) ? (double)bytes : NAN;
}

static double buffer_bytes(const struct run *run, enum record_end end)
{
	const char *text = run_fact(run, METRIC_fact_option, end, "rx_buf_len"), *why;
	uint64_t bytes;

	return text && *text && !quantity_size(text, &bytes, &why) ? (double)bytes : NAN;
}

static void or_else(double *value, double measured, double usual)
{
	if (isnan(*value))
		*value = isnan(measured) ? usual : measured;
}

void sizing_need(struct need *need, const struct configuration *c)
{
	or_else(&need->rtt_s, average_of_runs(c, rtt_s, END_TX), NAN);
	or_else(&need->pause_s, NAN, PAUSE_S);
	or_else(&need->hold_s, average_of_runs(c, delay_s, END_RX), HOLD_S);
	or_else(&need->buffer, average_of_runs(c, buffer_bytes, END_RX), BUFFER);
	or_else(&need->read, average_of_runs(c, read_bytes, END_RX), NAN);
	or_else(&need->call_ns, average_of_runs(c, call_ns, END_HOST), CALL_NS);
}

static double power_of_two(double x)
{
	return x > 1 ? exp2(ceil(log2(x) - 1e-9)) : 1;
}

size_t sizes_of(const struct need *n, struct size sizes[SIZES_MAX])
{
	double per_s = n->rate / 8;
	double flight = per_s * n->rtt_s;
	double held = fmax(2 * flight, per_s * n->hold_s);
	double ring = power_of_two(per_s * n->pause_s / n->buffer);
	double area = power_of_two(ring * n->buffer + held);
	double read = power_of_two(n->call_ns * 1e-9 / CALLS_SHARE * per_s);
	double buffers = area / n->buffer;
	const struct size all[] = {
		{"in flight", "bytes between the ends", "bytes", flight, "rate x round trip / 8",
		 "bandwidth x delay; The Battle of the ZCs, netdev 0x19: about 2 MB at 200 Gbit/s and 0.1 ms"},
		{"tcp_rmem, tcp_wmem", "third value of net.ipv4.tcp_rmem and tcp_wmem", "bytes",
		 2 * flight, "2 x rate x round trip / 8",
		 "tcp(7): half of it may be overhead; and as much again waits for the reader"},
		{"--read", "bytes asked for in one receive, plain sockets", "bytes", read,
		 "rate / 8 x time of a call / 1 %",
		 "so that calls take 1 % of the time; calibration_syscall, or 200 ns"},
		{"ring", "descriptors of a receive queue", "buffers", ring,
		 "rate / 8 x pause / buffer, a power of two",
		 "what arrives while softirqs look away; The Battle of the ZCs, netdev 0x19: 4096 of 4 KiB, 16 MB"},
		{"--area", "memory of zcrx or devmem for a queue", "bytes", area,
		 "ring x buffer + the larger of 2 x in flight and rate / 8 x hold, a power of two",
		 "The Battle of the ZCs, netdev 0x19: 16 MB of ring, 48 MB that the application sits on: 64 MB"},
		{"--refill", "entries of zcrx's refill queue", "entries", power_of_two(buffers),
		 "area / buffer, a power of two",
		 "Documentation/networking/iou-zcrx.rst: as many as buffers"},
		{"--completions", "entries of the completion queue", "entries",
		 power_of_two(held / n->buffer), "what is held / buffer, a power of two",
		 "io_uring_setup(2): IORING_SETUP_CQSIZE; an overflow ends a multishot receive"},
		{"--batch", "fragments of devmem given back at a time", "fragments",
		 fmin(FRAGS_MOST, power_of_two(buffers / 16)), "buffers / 16, at most 1024",
		 "net/core/sock.c: MAX_DONTNEED_FRAGS; a sixteenth of the area waits at the most"},
		{"--buffers", "buffers of --read bytes in io_uring's ring", "buffers",
		 fmax(2, power_of_two(per_s * n->pause_s / fmax(read, n->buffer)) * 2),
		 "2 x rate / 8 x pause / read, a power of two",
		 "io_uring_setup_buf_ring(3): what arrives while the application looks away"},
		{"releases", "calls of SO_DEVMEM_DONTNEED", "1/s",
		 per_s / n->buffer / fmin(FRAGS_MOST, power_of_two(buffers / 16)),
		 "rate / 8 / buffer / batch", "each takes the pool's lock at least once"},
	};
	size_t count = sizeof(all) / sizeof(*all);

	_Static_assert(sizeof(all) / sizeof(*all) <= SIZES_MAX, "room for all sizes");
	for (size_t i = 0; i < count; i++)
		sizes[i] = all[i];
	return count;
}

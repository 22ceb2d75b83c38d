// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dpdk-testpmd: the statistics of its ports, as 'show port stats all' and --stats-period print
 * them. They count from its start, so what was moved lies between two of them.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "reports/adapter.h"
#include "reports/words.h"

#define PORTS 64

struct state {
	int port; /* whose lines these are, from 1; 0: nobody's */
	struct {
		uint64_t at_ns; /* 0: not seen so far */
		uint64_t received, sent, packets_received, packets_sent;
	} last[PORTS];
	uint64_t received, received_packets;
};

enum { STATS = 0x100, MODE };

struct words {
	bool speaks; /* it says its statistics, or somebody can ask for them */
	const char *mode;
};

static void take_option(void *data, int option, const char *value)
{
	struct words *w = data;

	w->speaks = w->speaks || option == STATS || option == 'i';
	if (option == MODE)
		w->mode = value;
}

/* Behind "--" are its own options, before it those of DPDK. False: it has none. */
static bool take_words(char *const argv[], struct words *w)
{
	/* Others that are as long begin otherwise. */
	static const struct option longs[] = {
		{"stats-period", 1, NULL, STATS},
		{"interactive", 0, NULL, 'i'},
		{"forward-mode", 1, NULL, MODE},
		{0},
	};

	*w = (struct words){.mode = ""};
	while (*argv && strcmp(*argv, "--"))
		argv++;
	if (*argv)
		words_parse(argv, "aih", longs, take_option, w);
	return *argv;
}

static const char *missing(char *const argv[])
{
	struct words w;

	return !take_words(argv, &w) || w.speaks ? NULL : "--stats-period=1";
}

static enum record_end end_of(char *const argv[])
{
	struct words w;

	take_words(argv, &w);
	/* What it forwards it received. */
	return strcmp(w.mode, "txonly") && strcmp(w.mode, "flowgen") ? END_RX : END_TX;
}

static void take_reading(struct state *s, struct report *r, uint64_t packets, uint64_t sent,
			 uint64_t at_ns)
{
	int port = s->port - 1;
	bool known = s->last[port].at_ns;

	if (packets + s->received_packets && !s->received && !sent)
		r->why = "its driver counts packets and no bytes";
	else if (known && s->received >= s->last[port].received && sent >= s->last[port].sent &&
		 s->received_packets >= s->last[port].packets_received &&
		 packets >= s->last[port].packets_sent)
		report_add_packets(r, s->last[port].at_ns, at_ns,
				   (double)(s->received - s->last[port].received),
				   (double)(sent - s->last[port].sent),
				   (double)(s->received_packets - s->last[port].packets_received),
				   (double)(packets - s->last[port].packets_sent));
	s->last[port].packets_received = s->received_packets;
	s->last[port].packets_sent = packets;
	s->last[port].at_ns = at_ns;
	s->last[port].received = s->received;
	s->last[port].sent = sent;
	s->port = 0;
}

static void hear(void *state, struct report *r, const char *line, uint64_t at_ns)
{
	struct state *s = state;
	const char *found = strstr(line, "NIC statistics for port ");
	unsigned long long packets, bytes;
	int port;

	if (found) {
		if (sscanf(found, "NIC statistics for port %d", &port) == 1 && port >= 0 &&
		    port < PORTS)
			s->port = port + 1;
		return;
	}
	if (!s->port)
		return;
	if (sscanf(line, " RX-packets: %llu RX-missed: %*u RX-bytes: %llu", &packets, &bytes) == 2) {
		s->received = bytes;
		s->received_packets = packets;
	} else if (sscanf(line, " TX-packets: %llu TX-errors: %*u TX-bytes: %llu", &packets,
			  &bytes) == 2) {
		take_reading(s, r, packets, bytes, at_ns);
	}
}

const struct adapter testpmd_adapter = {
	.name = "testpmd",
	.programs = (const char *const[]){"dpdk-testpmd", "testpmd", NULL},
	.state_size = sizeof(struct state),
	.missing = missing,
	.end = end_of,
	.line = hear,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dpdk-testpmd: the statistics of its ports, as 'show port stats all' and --stats-period print
 * them. They count from its start, so what was moved lies between two of them.
 */
#include <stdio.h>
#include <string.h>

#include "zcprof/adapters/adapter.h"

#define PORTS 64

struct state {
	int port; /* whose lines these are, from 1; 0: nobody's */
	struct {
		uint64_t at_ns; /* 0: not seen so far */
		uint64_t received, sent;
	} last[PORTS];
	uint64_t received, received_packets;
};

/* Behind "--" are its own options, before it those of DPDK. */
static const char *missing(char *const argv[])
{
	bool behind = false;

	for (; *argv; argv++) {
		if (behind && (!strncmp(*argv, "--stats-period", 14) || !strcmp(*argv, "-i") ||
			       !strcmp(*argv, "--interactive")))
			return NULL;
		behind = behind || !strcmp(*argv, "--");
	}
	return behind ? "--stats-period=1" : NULL;
}

static enum record_end end_of(char *const argv[])
{
	for (; *argv; argv++) {
		const char *mode = strncmp(*argv, "--forward-mode", 14) ? NULL : *argv + 14;

		if (mode && !*mode)
			mode = argv[1] ? argv[1] : "";
		else if (mode)
			mode++;
		if (mode && (!strcmp(mode, "txonly") || !strcmp(mode, "flowgen")))
			return END_TX;
	}
	/* What it forwards it received. */
	return END_RX;
}

static void take_reading(struct state *s, struct report *r, uint64_t packets, uint64_t sent,
			 uint64_t at_ns)
{
	int port = s->port - 1;
	bool known = s->last[port].at_ns;

	packets += s->received_packets;
	if (packets && !s->received && !sent)
		r->why = "its driver counts packets and no bytes";
	else if (known && s->received >= s->last[port].received && sent >= s->last[port].sent)
		report_add(r, s->last[port].at_ns, at_ns,
			   (double)(s->received - s->last[port].received),
			   (double)(sent - s->last[port].sent));
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

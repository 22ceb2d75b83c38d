// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * neper's streams: key=value lines at the end. local_throughput and remote_throughput, in bits per
 * second, are what each side received; versions without them have throughput, what this side
 * received. time_start and time_end are of CLOCK_MONOTONIC, our own clock; a side that only sends
 * has no time_end, but said in the beginning how long it would run.
 */
#include <stdlib.h>
#include <string.h>

#include "reports/adapter.h"

struct state {
	double start_s, end_s, length_s;
	double rate, local, remote; /* bytes per second */
};

/* Letters that take a value: what is behind them in a word, or the word behind, is that. */
#define VALUED "BCDFHIJKLPSTXlmp"

static bool has_short(char *const argv[], char letter)
{
	for (; *argv; argv++) {
		const char *at = *argv + 1;

		if ((*argv)[0] != '-' || (*argv)[1] == '-')
			continue;
		for (; *at && !strchr(VALUED, *at); at++)
			if (*at == letter)
				return true;
		if (*at && !at[1] && argv[1])
			argv++;
	}
	return false;
}

/* A client sends, a server receives, where nothing else is said. */
static enum record_end end_of(char *const argv[])
{
	static const char *const client[] = {"--client", NULL};
	static const char *const reverse[] = {"-M", "--tcp-maerts", NULL};
	static const char *const both[] = {"--enable-read", "--enable-write", NULL};
	bool sends = adapter_has_word(argv, client) || has_short(argv, 'c');

	if (adapter_has_word(argv, both) || has_short(argv, 'r') || has_short(argv, 'w'))
		return END_HOST;
	if (adapter_has_word(argv, reverse))
		sends = !sends;
	return sends ? END_TX : END_RX;
}

static bool take(const char *line, const char *key, double *value)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len) || line[len] != '=')
		return false;
	*value = strtod(line + len + 1, NULL);
	return true;
}

static void add(struct state *s, struct report *r, uint64_t at_ns)
{
	double end_s = s->end_s > 0 ? s->end_s : s->start_s + s->length_s;
	double seconds = end_s - s->start_s;
	uint64_t end_ns = at_ns;

	if (!(seconds > 0) || !(seconds * 1e9 < (double)at_ns))
		return;
	/* Another clock than ours would say something far away. */
	if (end_s * 1e9 < (double)at_ns && end_s * 1e9 > (double)at_ns - 60e9)
		end_ns = (uint64_t)(end_s * 1e9);
	report_add(r, end_ns - (uint64_t)(seconds * 1e9), end_ns, s->local * seconds,
		   s->remote * seconds);
}

static void hear(void *state, struct report *r, const char *line, uint64_t at_ns)
{
	struct state *s = state;
	double bits;

	if (take(line, "time_start", &s->start_s) || take(line, "time_end", &s->end_s) ||
	    take(line, "total_run_time", &s->length_s) || take(line, "throughput", &s->rate))
		return;
	if (!strncmp(line, "throughput_units=", 17)) {
		s->local = s->rate * adapter_unit(line + 17);
		r->count = 0;
		add(s, r, at_ns);
	} else if (take(line, "local_throughput", &bits)) {
		s->local = bits / 8;
	} else if (take(line, "remote_throughput", &bits)) {
		s->remote = bits / 8;
		/* In place of what throughput alone said. */
		r->count = 0;
		add(s, r, at_ns);
	}
}

const struct adapter neper_adapter = {
	.name = "neper",
	.programs = (const char *const[]){"tcp_stream", "udp_stream", "psp_stream", NULL},
	.state_size = sizeof(struct state),
	.end = end_of,
	.line = hear,
};

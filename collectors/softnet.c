// SPDX-License-Identifier: GPL-2.0-or-later
/* What each CPU's net_rx_action did, from /proc/net/softnet_stat. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collectors/kit/cpus.h"
#include "collectors/kit/softnet_stat.h"
#include "collectors/list.h"

struct softnet {
	const struct measurement *run;
	int fd;
	unsigned int bound; /* of CPUs */
	size_t room;
	char *text[EDGE_COUNT];
};

static int softnet_open(void **state, const struct measurement *run, const char **means, char *why,
			size_t why_size)
{
	struct softnet *s = calloc(1, sizeof(*s));

	*state = s;
	if (!s) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	s->run = run;
	s->fd = open(SOFTNET_STAT, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0) {
		snprintf(why, why_size, "cannot open " SOFTNET_STAT ": %s", strerror(errno));
		return -1;
	}
	s->bound = cpus_bound();
	s->room = 1 + SOFTNET_LINE * (size_t)s->bound;
	for (int edge = 0; edge < EDGE_COUNT; edge++) {
		s->text[edge] = malloc(s->room);
		if (!s->text[edge]) {
			snprintf(why, why_size, "no memory left");
			return -1;
		}
	}
	*means = SOFTNET_STAT;
	return 0;
}

static int softnet_snapshot(void *state, enum edge edge)
{
	struct softnet *s = state;
	size_t len = 0;
	ssize_t n;

	while ((n = pread(s->fd, s->text[edge] + len, s->room - 1 - len, len)) > 0)
		len += n;
	s->text[edge][len] = '\0';
	return len ? 0 : -1;
}

/* A CPU that came or went in the window has no difference: the source cpu says which did. */
static void softnet_emit(void *state, struct writer *w)
{
	static const enum metric_id ids[SOFTNET_COUNTERS] = {
		[SOFTNET_PROCESSED] = METRIC_softnet_processed,
		[SOFTNET_DROPPED] = METRIC_softnet_dropped,
		[SOFTNET_SQUEEZED] = METRIC_softnet_squeezed,
		[SOFTNET_RPS] = METRIC_softnet_rps,
	};
	struct softnet *s = state;
	const char *before = s->text[EDGE_OPEN], *after = s->text[EDGE_CLOSE];
	struct softnet_line opened = {0}, closed = {0};

	before = softnet_line(before, 0, &opened);
	for (unsigned int next = 0; (after = softnet_line(after, next, &closed));
	     next = closed.cpu + 1) {
		char key[16];

		while (before && opened.cpu < closed.cpu)
			before = softnet_line(before, opened.cpu + 1, &opened);
		if (!before || opened.cpu != closed.cpu)
			continue;
		snprintf(key, sizeof(key), "%u", closed.cpu);
		/* The kernel's counters have 32 bits, and so has the difference. */
		for (int i = 0; i < SOFTNET_COUNTERS; i++)
			writer_u64(w, WINDOW, target_of_cpu(s->run->target, (int)closed.cpu),
				   ids[i], key, (uint32_t)(closed.counter[i] - opened.counter[i]));
	}
}

static void softnet_close(void *state)
{
	struct softnet *s = state;

	if (!s)
		return;
	free(s->text[EDGE_OPEN]);
	free(s->text[EDGE_CLOSE]);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

const struct collector_ops softnet_collector = {
	.source = "softnet",
	.what = "packets, drops and squeezes of every CPU's net_rx_action",
	.open = softnet_open,
	.snapshot = softnet_snapshot,
	.emit = softnet_emit,
	.repeats = true,
	.close = softnet_close,
};

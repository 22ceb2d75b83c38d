// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each CPU's net_rx_action did, from /proc/net/softnet_stat: hexadecimal columns, one line per
 * online CPU (net/core/net-procfs.c, softnet_seq_show).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collectors/list.h"

enum { PROCESSED, DROPPED, SQUEEZED, RPS, COUNTERS };

/* Where each stands in a line; the CPU's number came in 5.10 as the thirteenth. */
static const int column_of[COUNTERS] = {[PROCESSED] = 0, [DROPPED] = 1, [SQUEEZED] = 2, [RPS] = 9};
#define COLUMN_CPU 12
#define COLUMNS	   13

struct softnet {
	const struct measurement *run;
	int fd;
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
	s->fd = open("/proc/net/softnet_stat", O_RDONLY | O_CLOEXEC);
	if (s->fd < 0) {
		snprintf(why, why_size, "cannot open /proc/net/softnet_stat: %s", strerror(errno));
		return -1;
	}
	s->room = 4096 + 160 * (size_t)sysconf(_SC_NPROCESSORS_CONF);
	for (int edge = 0; edge < EDGE_COUNT; edge++) {
		s->text[edge] = malloc(s->room);
		if (!s->text[edge]) {
			snprintf(why, why_size, "no memory left");
			return -1;
		}
	}
	*means = "/proc/net/softnet_stat";
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

/* The next line's CPU and counters; the rest of the text, or NULL where there is no more. */
static const char *take_line(const char *text, int line, int *cpu, uint32_t counters[COUNTERS])
{
	unsigned long columns[COLUMNS] = {0};
	const char *end = strchr(text, '\n');
	int count = 0;

	if (!end)
		return NULL;
	while (count < COLUMNS && text < end) {
		char *rest;

		columns[count] = strtoul(text, &rest, 16);
		if (rest == text || rest > end)
			break;
		text = rest;
		count++;
	}
	for (int i = 0; i < COUNTERS; i++)
		counters[i] = columns[column_of[i]];
	*cpu = count > COLUMN_CPU ? (int)columns[COLUMN_CPU] : line;
	return end + 1;
}

static void softnet_emit(void *state, struct writer *w)
{
	static const enum metric_id ids[COUNTERS] = {
		[PROCESSED] = METRIC_softnet_processed,
		[DROPPED] = METRIC_softnet_dropped,
		[SQUEEZED] = METRIC_softnet_squeezed,
		[RPS] = METRIC_softnet_rps,
	};
	struct softnet *s = state;
	const char *before = s->text[EDGE_OPEN];
	const char *after = s->text[EDGE_CLOSE];
	uint32_t opened[COUNTERS], closed[COUNTERS];
	int cpu, cpu_after;

	for (int line = 0; (before = take_line(before, line, &cpu, opened)); line++) {
		char key[16];

		after = take_line(after, line, &cpu_after, closed);
		/* A CPU that came or went in the window: from here on nothing matches. */
		if (!after || cpu_after != cpu)
			return;
		snprintf(key, sizeof(key), "%d", cpu);
		/* The kernel's counters have 32 bits, and so has the difference. */
		for (int i = 0; i < COUNTERS; i++)
			writer_u64(w, WINDOW, target_of_cpu(s->run->target, cpu), ids[i], key,
				   (uint32_t)(closed[i] - opened[i]));
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

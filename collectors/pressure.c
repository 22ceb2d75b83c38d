// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What kept tasks from running: pressure stall information (Documentation/accounting/psi.rst), and quotas of
 * the CPU controller that were used up (sched-bwc.rst, cgroup-v2.rst), of the cgroup of an end's process and
 * of each above it, for any of them stops it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collectors/kit/cgroup.h"
#include "collectors/list.h"

enum { RESOURCES = 3, LEVELS_MAX = 32 };

static const char *const resource[RESOURCES] = {"cpu", "io", "memory"};

/* The files cpu.stat of an end: its cgroup's, and those above it that have a quota to use up. */
struct quotas {
	int fd[LEVELS_MAX];
	size_t count;
	bool known;
};

/* failed: a file that is there could not be read. */
struct counts {
	bool stalled_failed;
	uint64_t stalled_ns[RESOURCES];
	bool throttled_failed[END_COUNT];
	uint64_t throttled_ns[END_COUNT];
	uint64_t throttled[END_COUNT];
};

struct pressure {
	int psi[RESOURCES]; /* -1: this kernel does not count it */
	struct quotas quotas[END_COUNT];
	struct counts at[EDGE_COUNT];
};

/* ---- open ---- */

static void open_quotas(struct quotas *q, const struct target *t)
{
	pid_t pid = t->kind == TARGET_PROCESS ? t->pid : target_first(t);
	struct cgroup g;

	if (!target_here(t) || pid <= 0 || t->kind == TARGET_CPUS || !cgroup_of(&g, "cpu", pid))
		return;
	q->known = true;
	/* From the cgroup up to the root, which has no quota. */
	while (*g.path && q->count < LEVELS_MAX) {
		q->fd[q->count] = cgroup_open(&g, "cpu.stat");
		q->count += q->fd[q->count] >= 0;
		if (!cgroup_up(&g))
			break;
	}
}

static int pressure_open(void **state, const struct measurement *run, const char **means, char *why,
			 size_t why_size)
{
	struct pressure *p = calloc(1, sizeof(*p));
	bool psi = false, quotas = false;

	*state = p;
	if (!p) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	for (int i = 0; i < RESOURCES; i++) {
		char file[40];
		char byte;

		snprintf(file, sizeof(file), "/proc/pressure/%s", resource[i]);
		p->psi[i] = open(file, O_RDONLY | O_CLOEXEC);
		/* With psi=0 on the kernel's command line they are there and cannot be read. */
		if (p->psi[i] >= 0 && pread(p->psi[i], &byte, 1, 0) != 1) {
			close(p->psi[i]);
			p->psi[i] = -1;
		}
		psi = psi || p->psi[i] >= 0;
	}
	for (int end = END_RX; end <= END_TX; end++) {
		open_quotas(&p->quotas[end], &run->target[end]);
		quotas = quotas || p->quotas[end].known;
	}
	*means = !quotas ? "/proc/pressure" : psi ? "/proc/pressure and cpu.stat" : "cpu.stat";
	if (psi || quotas)
		return 0;
	snprintf(why, why_size,
		 "this kernel has no /proc/pressure that can be read (CONFIG_PSI, or psi=1 on its command line), and no cgroup of an end has a cpu.stat");
	return -1;
}

/* ---- snapshot ---- */

/* The number behind a word that begins a line or follows a blank; false where there is none. */
static bool number_after(const char *text, const char *word, uint64_t *value)
{
	size_t len = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + len, word))
		if ((at == text || at[-1] == '\n' || at[-1] == ' ') &&
		    sscanf(at + len, "%" SCNu64, value) == 1)
			return true;
	return false;
}

static bool read_text(int fd, char *text, size_t size)
{
	ssize_t len = pread(fd, text, size - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return len > 0;
}

static int pressure_snapshot(void *state, enum edge edge)
{
	struct pressure *p = state;
	struct counts *c = &p->at[edge];
	char text[1024];

	*c = (struct counts){0};
	for (int i = 0; i < RESOURCES; i++) {
		if (p->psi[i] < 0)
			continue;
		c->stalled_failed |= !read_text(p->psi[i], text, sizeof(text)) ||
				     !number_after(text, "total=", &c->stalled_ns[i]);
		c->stalled_ns[i] *= 1000;
	}
	for (int end = END_RX; end <= END_TX; end++)
		for (size_t i = 0; i < p->quotas[end].count; i++) {
			uint64_t time = 0, times = 0;

			if (!read_text(p->quotas[end].fd[i], text, sizeof(text))) {
				/* A cgroup that was removed has no more to say, nor has one whose file is refused. */
				c->throttled_failed[end] = true;
				continue;
			}
			if (number_after(text, "throttled_usec ", &time))
				time *= 1000;
			else
				number_after(text, "throttled_time ", &time);
			number_after(text, "nr_throttled ", &times);
			c->throttled_ns[end] += time;
			c->throttled[end] += times;
		}
	return 0;
}

/* ---- emit ---- */

#define UNREAD "the kernel's file could not be read at an edge of the window"

static uint64_t since(uint64_t opened, uint64_t closed)
{
	return closed > opened ? closed - opened : 0;
}

static void pressure_emit(void *state, struct writer *w)
{
	const struct pressure *p = state;
	const struct counts *opened = &p->at[EDGE_OPEN], *closed = &p->at[EDGE_CLOSE];

	if (opened->stalled_failed || closed->stalled_failed)
		writer_absent_metric(w, END_HOST, METRIC_pressure_stalled, UNREAD);
	for (int i = 0; i < RESOURCES && !opened->stalled_failed && !closed->stalled_failed; i++)
		if (p->psi[i] >= 0)
			writer_u64(w, WINDOW, END_HOST, METRIC_pressure_stalled, resource[i],
				   since(opened->stalled_ns[i], closed->stalled_ns[i]));
	for (int end = END_RX; end <= END_TX; end++) {
		if (!p->quotas[end].known)
			continue;
		if (opened->throttled_failed[end] || closed->throttled_failed[end]) {
			writer_absent_metric(w, end, METRIC_pressure_throttled_ns, UNREAD);
			writer_absent_metric(w, end, METRIC_pressure_throttled, UNREAD);
			continue;
		}
		writer_u64(w, WINDOW, end, METRIC_pressure_throttled_ns, NULL,
			   since(opened->throttled_ns[end], closed->throttled_ns[end]));
		writer_u64(w, WINDOW, end, METRIC_pressure_throttled, NULL,
			   since(opened->throttled[end], closed->throttled[end]));
	}
}

static void pressure_close(void *state)
{
	struct pressure *p = state;

	if (!p)
		return;
	for (int i = 0; i < RESOURCES; i++)
		if (p->psi[i] >= 0)
			close(p->psi[i]);
	for (int end = END_RX; end <= END_TX; end++)
		for (size_t i = 0; i < p->quotas[end].count; i++)
			close(p->quotas[end].fd[i]);
	free(p);
}

const struct collector_ops pressure_collector = {
	.source = "pressure",
	.what = "what kept tasks from running: pressure stalls, and quotas that were used up",
	.open = pressure_open,
	.snapshot = pressure_snapshot,
	.emit = pressure_emit,
	.repeats = true,
	.close = pressure_close,
};

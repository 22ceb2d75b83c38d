// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long each CPU was in each idle state, from cpuidle's sysfs.
 *
 * The kernel adds a stay to its state only when it ends (cpuidle_enter_state() in
 * drivers/cpuidle/cpuidle.c), and a CPU without work sleeps for seconds: at an edge the figures of
 * idle CPUs are old. So all of them are woken just before: a new request to /dev/cpu_dma_latency
 * that is stricter than any before does that (cpu_latency_qos_apply() in kernel/power/qos.c), and a
 * request for half an hour excludes no state.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collectors/list.h"
#include "base/clock.h"
#include "collectors/kit/cpus.h"
#include "collectors/kit/sysfs.h"
#include "collectors/kit/unique.h"

#define CPUS	     "/sys/devices/system/cpu"
#define STATES_MAX   10		/* CPUIDLE_STATE_MAX */
#define LATENCY_MOST 2000000000 /* PM_QOS_CPU_LATENCY_DEFAULT_VALUE, us */
#define INTERRUPT_NS 200000 /* until a woken CPU has noted it, beyond its state's exit latency */

struct stay {
	uint64_t us;
	uint64_t entries;
};

struct idle_state {
	char name[20]; /* CPUIDLE_NAME_LEN, and "#2" */
	uint64_t exit_latency_us;
	int time;
	int usage;
	struct stay stay[EDGE_COUNT];
};

struct cpu {
	unsigned int number;
	int count;
	struct idle_state state[STATES_MAX];
	uint64_t at_ns[EDGE_COUNT]; /* when it was read; 0: could not be */
};

struct cstate {
	const struct measurement *run;
	struct cpu *cpus;
	size_t count;
	struct hotplug hotplug;
	int waker;	    /* /dev/cpu_dma_latency, or -1 */
	uint64_t settle_ns; /* how long a woken CPU needs */
};

/* ---- open ---- */

static bool has_state(const void *data, const char *name)
{
	const struct cpu *cpu = data;

	for (int i = 0; i < cpu->count; i++)
		if (!strcmp(cpu->state[i].name, name))
			return true;
	return false;
}

/* 1: there is one more state; 0: there is not; -1 with errno. */
static int open_state(struct cpu *cpu)
{
	struct idle_state *s = &cpu->state[cpu->count];
	char latency[32];
	int error;

	if (sysfs_text(s->name, sizeof(s->name), CPUS "/cpu%u/cpuidle/state%d/name", cpu->number,
		       cpu->count))
		return errno == EMFILE || errno == ENFILE ? -1 : 0;
	unique_name(s->name, sizeof(s->name), 1, has_state, cpu);
	if (!sysfs_text(latency, sizeof(latency), CPUS "/cpu%u/cpuidle/state%d/latency",
			cpu->number, cpu->count))
		s->exit_latency_us = strtoull(latency, NULL, 10);
	s->time = sysfs_open(CPUS "/cpu%u/cpuidle/state%d/time", cpu->number, cpu->count);
	if (s->time < 0)
		return -1;
	s->usage = sysfs_open(CPUS "/cpu%u/cpuidle/state%d/usage", cpu->number, cpu->count);
	if (s->usage < 0) {
		error = errno;
		close(s->time);
		errno = error;
		return -1;
	}
	cpu->count++;
	return 1;
}

static int open_cpus(struct cstate *c)
{
	for (unsigned int number = 0; number < c->hotplug.bound; number++) {
		struct cpu *cpu;
		struct cpu *grown = reallocarray(c->cpus, c->count + 1, sizeof(*grown));
		int result = 1;

		if (!grown)
			return -1;
		c->cpus = grown;
		cpu = &grown[c->count];
		*cpu = (struct cpu){.number = number};
		while (result > 0 && cpu->count < STATES_MAX)
			result = open_state(cpu);
		/* Counted where it has any, so that close finds every descriptor. */
		c->count += cpu->count > 0;
		if (result < 0)
			return -1;
	}
	return 0;
}

static void find_settle(struct cstate *c)
{
	uint64_t longest_us = 0;

	for (size_t i = 0; i < c->count; i++)
		for (int j = 0; j < c->cpus[i].count; j++)
			if (c->cpus[i].state[j].exit_latency_us > longest_us)
				longest_us = c->cpus[i].state[j].exit_latency_us;
	/* Some drivers say what would be absurd of a state that cannot be entered. */
	if (longest_us > 1000)
		longest_us = 1000;
	c->settle_ns = INTERRUPT_NS + 1000 * longest_us;
}

static int cstate_open(void **state, const struct measurement *run, const char **means, char *why,
		       size_t why_size)
{
	struct cstate *c = calloc(1, sizeof(*c));

	*state = c;
	if (!c) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	c->run = run;
	c->waker = -1;
	if (hotplug_open(&c->hotplug)) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	if (open_cpus(c)) {
		snprintf(why, why_size, "cannot open the files under " CPUS "/cpu%zu/cpuidle: %s",
			 c->count, strerror(errno));
		return -1;
	}
	if (!c->count) {
		snprintf(why, why_size,
			 "no CPU has " CPUS
			 "/cpuN/cpuidle: this kernel runs without an idle driver, as with cpuidle.off=1 or on a hypervisor that offers no states");
		return -1;
	}
	find_settle(c);
	c->waker = open("/dev/cpu_dma_latency", O_WRONLY | O_CLOEXEC);
	*means =
		c->waker >= 0
			? "cpuidle in sysfs, idle CPUs woken at the edges"
			: "cpuidle in sysfs; a stay counts where it ends, as idle CPUs cannot be woken at the edges: /dev/cpu_dma_latency cannot be opened";
	return 0;
}

/* ---- snapshot ---- */

static void wake_idle(const struct cstate *c, enum edge edge)
{
	/* Stricter than the default at the first edge, and than that at the second. */
	int32_t latency_us = LATENCY_MOST - 1 - edge;
	uint64_t until;

	if (c->waker < 0 || write(c->waker, &latency_us, sizeof(latency_us)) < 0)
		return;
	/* A sleep would itself be a stay, and on a busy CPU end late. */
	until = clock_ns() + c->settle_ns;
	while (clock_ns() < until)
		;
}

static int read_cpu(struct cpu *cpu, enum edge edge)
{
	uint64_t at = clock_ns();

	cpu->at_ns[edge] = 0;
	for (int i = 0; i < cpu->count; i++) {
		struct idle_state *s = &cpu->state[i];

		if (sysfs_u64(s->time, &s->stay[edge].us) ||
		    sysfs_u64(s->usage, &s->stay[edge].entries))
			return -1;
	}
	cpu->at_ns[edge] = at;
	return 0;
}

static int cstate_snapshot(void *state, enum edge edge)
{
	struct cstate *c = state;
	size_t read = 0;

	hotplug_look(&c->hotplug);
	wake_idle(c, edge);
	/* A CPU that went away fails alone. */
	for (size_t i = 0; i < c->count; i++)
		read += !read_cpu(&c->cpus[i], edge);
	return read ? 0 : -1;
}

/* ---- emit ---- */

/*
 * Taken away and brought back, a CPU may count from zero, and while it was away it was in none of
 * its states, which would be taken for work.
 */
static bool is_whole(const struct cstate *c, const struct cpu *cpu)
{
	for (int i = 0; i < cpu->count; i++) {
		const struct stay *stay = cpu->state[i].stay;

		if (stay[EDGE_CLOSE].us < stay[EDGE_OPEN].us ||
		    stay[EDGE_CLOSE].entries < stay[EDGE_OPEN].entries)
			return false;
	}
	return cpu->at_ns[EDGE_OPEN] && cpu->at_ns[EDGE_CLOSE] &&
	       !hotplug_changes(&c->hotplug, cpu->number);
}

static void emit_cpu(const struct cstate *c, const struct cpu *cpu, struct writer *w)
{
	enum record_end end = target_of_cpu(c->run->target, (int)cpu->number);
	uint64_t window_ns = cpu->at_ns[EDGE_CLOSE] - cpu->at_ns[EDGE_OPEN];
	uint64_t idle_ns = 0;
	char key[48];

	for (int i = 0; i < cpu->count; i++) {
		const struct idle_state *s = &cpu->state[i];
		const struct stay *opened = &s->stay[EDGE_OPEN];
		const struct stay *closed = &s->stay[EDGE_CLOSE];
		uint64_t ns;

		ns = 1000 * (closed->us - opened->us);
		idle_ns += ns;
		snprintf(key, sizeof(key), "%u/%s", cpu->number, s->name);
		writer_u64(w, WINDOW, end, METRIC_cstate_time, key, ns);
		writer_u64(w, WINDOW, end, METRIC_cstate_entries, key,
			   closed->entries - opened->entries);
		writer_u64(w, WINDOW, end, METRIC_cstate_exit_latency, key, s->exit_latency_us);
	}
	snprintf(key, sizeof(key), "%u", cpu->number);
	/* The file has whole microseconds, so that the sum may be the longer one. */
	writer_u64(w, WINDOW, end, METRIC_cstate_none, key,
		   window_ns > idle_ns ? window_ns - idle_ns : 0);
}

static void cstate_emit(void *state, struct writer *w)
{
	const struct cstate *c = state;
	bool any = false;

	for (size_t i = 0; i < c->count; i++) {
		if (!is_whole(c, &c->cpus[i]))
			continue;
		emit_cpu(c, &c->cpus[i], w);
		any = true;
	}
	if (!any)
		writer_absent(w, END_HOST, "cstate",
			      "no CPU was there, and could be read, at both edges of the window");
}

static void cstate_close(void *state)
{
	struct cstate *c = state;

	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		for (int j = 0; j < c->cpus[i].count; j++) {
			close(c->cpus[i].state[j].time);
			close(c->cpus[i].state[j].usage);
		}
	if (c->waker >= 0)
		close(c->waker);
	hotplug_close(&c->hotplug);
	free(c->cpus);
	free(c);
}

const struct collector_ops cstate_collector = {
	.source = "cstate",
	.what = "time and entries of every CPU's idle states",
	.open = cstate_open,
	.snapshot = cstate_snapshot,
	.emit = cstate_emit,
	.repeats = true,
	.close = cstate_close,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A perf clock on every CPU, by which a BPF program takes samples: cycles where there is a PMU, which see
 * into code that runs with interrupts off, else the cpu-clock timer.
 *
 *   clocks_choose()  by what, and how often; its word for the record's means
 *   clocks_choose_misses()  … by misses of the last cache in place of time, so many a sample; false: with why, no PMU counts them
 *   clocks_open()    one on each CPU that is online, spread over a period
 *   clocks_renew()   CPUs went or came since
 *   clocks_read()    how long each ran, at an edge of the window
 *   clocks_rows()    what each did not see of the window
 *   clocks_share()   the part of the window in which they ran, of all together
 *   clocks_close()   safe after zeroing alone
 */
#ifndef COLLECTORS_KIT_CLOCKS_H
#define COLLECTORS_KIT_CLOCKS_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "collectors/kit/measurement.h"
#include "collectors/kit/cpu_types.h"
#include "collectors/kit/cpus.h"
#include "collectors/kit/target.h"
#include "collectors/kit/throttle.h"
#include "record/writer.h"

struct bpf_link;
struct bpf_program;
struct window;

/* How long one was to run, and did: a PMU that others use too takes turns. */
struct clock_read {
	__u64 count, enabled_ns, running_ns;
};

struct clock {
	struct bpf_link *link; /* NULL: there is none */
	int fd;		       /* the link's */
	struct throttle throttle;
	struct clock_read read[EDGE_COUNT];
};

struct clocks {
	struct bpf_program *program;
	struct perf_event_attr attr;
	struct cpu_types types;
	__u64 period[CPU_TYPES_MOST]; /* of the clocks of each type of CPU; 0: it cannot have one */
	struct hotplug hotplug;
	struct clock *clock; /* by CPU */
	double period_ns;    /* 0: they are of misses, and no clocks */
	bool by_time; /* it runs while a CPU is idle too, so it is known how often it is due */
	unsigned int count;    /* of those that run */
	struct timespec begun; /* when they were attached one after another */
};

const char *clocks_choose(struct clocks *c, bool exact);
bool clocks_choose_misses(struct clocks *c, unsigned int each, char *why, size_t why_size);
/* 0, or -1 with why. */
int clocks_open(struct clocks *c, struct bpf_program *program, char *why, size_t why_size);
void clocks_renew(struct clocks *c);
void clocks_read(struct clocks *c, enum edge edge);
void clocks_rows(const struct clocks *c, const struct target target[END_COUNT],
		 const struct window *window, struct writer *w);
/* 0: none did. */
double clocks_share(const struct clocks *c);
void clocks_close(struct clocks *c);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sources whose programs count events of the kernel by end and context (bpf/tally.bpf.h). Such a
 * source is the programs, a table of rows, and
 *
 *	TALLY_COLLECTOR(x, "what it counts, in one line", .rows = rows, .row_count = …, …);
 *
 * which makes x_collector of the skeleton x_bpf. A row's key is the context, "task" or "softirq".
 *
 *   tally_open(), _snapshot(), _emit(), _look(), _close()   the verbs of collector.h
 *   tally_counts()      is there a program here that counts this
 *   tally_total()       a counter over all contexts, scaled to the window; within .more
 *   tally_in()          the same of one context
 *   tally_scaled()      a total of another table, likewise
 *   tally_error()       of a counter, as slices_error()
 *   tally_row()         a counter of one context as a row, and its error as another
 *   tally_row_part()    likewise what another table has of a counter
 *   tally_bpf()         the skeleton
 *   tally_along()       something else is switched on and off with the programs
 *   tally_settle()      after the last edge: until the last slice is over; was there one?
 *   tally_absent()      the row that says why there are none of its own; where it did not settle
 *   tally_scale()       from slices to the window, 0 where there was no slice; after tally_settle()
 *   tally_histogram()   rows of a histogram; within .more
 */
#ifndef COLLECTORS_KIT_TALLY_H
#define COLLECTORS_KIT_TALLY_H

#include <errno.h>

#include "bpf/tally.h"
#include "collectors/kit/bpf_load.h"
#include "collectors/kit/measurement.h"
#include "record/writer.h"
#include "collectors/kit/estimate.h"

struct bpf_object_skeleton;
struct slices_work;
struct tally;

/*
 * A counter and the program (without the ending of its means) that counts it; NULL: any. A kernel may lack the
 * tracepoints of programs that are named here: then their rows are missing, and the others are right.
 */
struct tally_counter {
	__u32 counter;
	enum metric_id metric;
	const char *program;
};

/* One row that is read divided by another, as bytes by packets: its error is a row too. */
struct tally_ratio {
	const struct tally_counter *of, *by;
};

struct tally_source {
	const char *name;
	const struct tally_counter *rows;
	size_t row_count;
	const struct tally_ratio *ratios; /* or NULL */
	size_t ratio_count;
	enum metric_id lost;
	bool hooks;	      /* has programs for fentry and kprobes */
	bool tracepoints;     /* has others: works without hooks too */
	enum measure follows; /* what its events come with */
	/*
	 * May be so rare that all of it is counted, until it is not (slices_work.events). If it has
	 * tables of its own, what they say from then on is to be told from what they said before.
	 */
	bool rare;
	bool *sliced; /* told there that it has begun to count in slices; or NULL */
	/* After a slice: adds what lasted longer than it; NULL: nothing does, or it cannot. */
	void (*cut)(void *bpf);
	__u64 slice_ns; /* at most; 0: 20 ms */
	__u64 *slice;	/* told there how long one will be, before it begins; or NULL */
	/* Before the programs are loaded; NULL: nothing to be done. */
	void (*prepare)(void *bpf);
	/* Rows beside those of the table; NULL: none. */
	void (*more)(const struct tally *t, struct writer *w);
	/* Of the skeleton, which belongs to the tally from tally_open() on. */
	void *bpf;
	struct bpf_object_skeleton *skeleton;
	__u64 *counting, *since_ns, *until_ns;
	bool *whole;
	void *run_scope;
};

/* 0, with *means filled in; -1 with why. *state is to be closed in any case. */
int tally_open(void **state, const struct tally_source *source, const struct measurement *run,
	       const char **means, char *why, size_t why_size);
int tally_snapshot(void *state, enum edge edge);
void tally_emit(void *state, struct writer *w);
void tally_look(void *state, struct writer *w);
void tally_close(void *state);

/* Before the first edge. work->slice_ns is not asked for, work->least is. */
void tally_along(void *state, const struct slices_work *work, void *with);
bool tally_settle(void *state);
void tally_absent(const struct tally *t, struct writer *w);
double tally_scale(const void *state);

/* program: its name without "_fentry", "_kprobe", "_fexit", "_kretprobe". */
bool tally_counts(const struct tally *t, const char *program);
__u64 tally_total(const struct tally *t, enum record_end end, __u32 counter);
extern const char *const tally_context_name[TALLY_CONTEXTS];
__u64 tally_in(const struct tally *t, enum record_end end, int context, __u32 counter);
__u64 tally_scaled(const struct tally *t, __u64 total);
double tally_error(const struct tally *t, enum record_end end, int context, __u32 counter);
void tally_row(const struct tally *t, struct writer *w, enum record_end end, enum metric_id metric,
	       const char *key, int context, __u32 counter);

/* Part of what was added up in a counter, by so many events; certain: before slices began. */
struct tally_part {
	__u64 total, certain, events;
	int context;
	__u32 counter;
};

void tally_row_part(const struct tally *t, struct writer *w, enum record_end end,
		    enum metric_id metric, const char *key, struct tally_part part);
void *tally_bpf(const struct tally *t);
void tally_histogram(const struct tally *t, struct writer *w, int histogram, enum metric_id metric);

/* x_open() alone, for a collector that counts something else beside. */
#define TALLY_OPEN(x, ...)                                                                         \
	static int x##_open(void **state, const struct measurement *run, const char **means,       \
			    char *why, size_t why_size)                                            \
	{                                                                                          \
		struct x##_bpf *bpf;                                                               \
                                                                                                   \
		bpf_quiet();                                                                       \
		bpf = x##_bpf__open();                                                             \
		if (!bpf)                                                                          \
			return bpf_refused(errno, "opening the " #x " programs", why, why_size);   \
		return tally_open(state,                                                           \
				  &(struct tally_source){.name = #x,                               \
							 .lost = METRIC_##x##_lost,                \
							 .bpf = bpf,                               \
							 .skeleton = bpf->skeleton,                \
							 .counting = &bpf->bss->counting,          \
							 .since_ns = &bpf->bss->since_ns,          \
							 .until_ns = &bpf->bss->until_ns,          \
							 .whole = (bool *)&bpf->rodata->whole,     \
							 .run_scope =                              \
								 (void *)bpf->rodata->run_scope,   \
							 __VA_ARGS__},                             \
				  run, means, why, why_size);                                      \
	}

#define TALLY_COLLECTOR(x, says, ...)                                                              \
	TALLY_OPEN(x, __VA_ARGS__)                                                                 \
	const struct collector_ops x##_collector = {                                               \
		.source = #x,                                                                      \
		.what = says,                                                                      \
		.open = x##_open,                                                                  \
		.snapshot = tally_snapshot,                                                        \
		.emit = tally_emit,                                                                \
		.look = tally_look,                                                                \
		.close = tally_close,                                                              \
	}

#endif

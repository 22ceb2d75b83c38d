/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run in memory: what its record says, ready to be asked.
 *
 *   run_load()      read a record
 *   run_figure()    one figure over the whole window
 *   run_range()     all figures of a metric and an end, ordered by key
 *   run_sum()       their sum
 *   run_payload()   the bytes that an end moved, or the other where only that is known
 *   run_window_ns() the window of an end; of a machine that of its end, else of the receiver; one of no length is none
 *   run_machine()   the end under which the machine of an end stands in this record
 *   run_error()     how far off a figure may be that was counted in slices
 *   run_ratio_error()  how far off one may be by another of the same slices
 *   run_fact()      one fact
 *   run_attached()  whether zcprof did not start what it measured, and so knows less of it
 *   run_host()       the machine on which it was written
 *   run_label()      what it was told by --label, or a fact of the machine
 *   run_absent()    why a source has no rows
 *   run_refusal()   why there was no run: the fact refused
 *   run_absent_metric() why a metric has none: its source, or it alone
 *   run_measured()  whether a missing key of a metric at an end is a zero, for it was looked for
 *   older_mend()     run_load() does it: a figure that older records mean otherwise becomes what it means today (older.c)
 *   run_free()
 *
 * NAN and NULL mean: not in the record.
 */
#ifndef ANALYZE_LOAD_RUN_H
#define ANALYZE_LOAD_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/load/fingerprint.h"
#include "base/memory.h"
#include "record/record.h"

struct figure {
	enum metric_id id;
	enum record_end end;
	const char *key;
	double value;
};

struct fact {
	enum metric_id id;
	enum record_end end;
	const char *key;
	const char *value;
};

/* A figure at a moment inside the window. */
struct moment {
	double time_s;
	struct figure figure;
};

/* A sorted part of an array. */
struct figures {
	const struct figure *at;
	size_t count;
};

struct run {
	char *path;
	struct figure *figures; /* by id, end and key */
	size_t figure_count;
	struct fact *facts; /* as in the file */
	size_t fact_count;
	struct moment *moments; /* as in the file; only with KEEP_MOMENTS */
	size_t moment_count;
	const char **contradictions; /* sentences: what in it does not add up, rows inside the window too */
	size_t contradiction_count;
	struct fingerprint fingerprint; /* by which copies of its record are known */
	bool apart; /* the ends were on two machines, and each of them has rows of its own */
	struct arena texts;
};

/* What happened inside the window may be as long as the run was: most questions do not need it. */
enum run_keep { KEEP_WINDOW, KEEP_MOMENTS };

/* NULL after saying what was refused. */
struct run *run_load(const char *path, enum run_keep keep);
void run_free(struct run *run);
/* Of a run whose figures are in order. C was what ticks had met, of which work in short bursts had too few; it becomes what was not idle. */
void older_mend(struct run *run);

double run_figure(const struct run *run, enum metric_id id, enum record_end end, const char *key);
struct figures run_range(const struct run *run, enum metric_id id, enum record_end end);
double run_sum(const struct run *run, enum metric_id id, enum record_end end);
double run_payload(const struct run *run, enum record_end end);
double run_window_ns(const struct run *run, enum record_end end);
enum record_end run_machine(const struct run *run, enum record_end end);
/*
 * The standard error of a total that its source counted in slices, as a part of it, and how many
 * slices there were, one more than its degrees of freedom. 0 of 0 slices: all of it was counted;
 * NAN: in too few slices to know.
 */
double run_error(const struct run *run, enum metric_id id, enum record_end end, const char *key,
		 double *slices);
/* The same of one total by another, over all keys of both. NAN: the record does not say. */
double run_ratio_error(const struct run *run, enum metric_id id, enum metric_id by,
		       enum record_end end, double *slices);
const char *run_fact(const struct run *run, enum metric_id id, enum record_end end, const char *key);
bool run_attached(const struct run *run);
/* By its name, or the number of its boot where that was left out. NULL: the record has neither. */
const char *run_host(const struct run *run);
/* A label of that name; else the fact of that name and no key, such as "host", "kernel", "cpu_model". */
const char *run_label(const struct run *run, const char *name);
const struct fact *run_refusal(const struct run *run); /* NULL of one that was run */
const char *run_absent(const struct run *run, enum record_end end, const char *source);
const char *run_absent_metric(const struct run *run, enum record_end end, enum metric_id id);
/*
 * A source that measured and saw nothing writes no row. So the run has rows of that metric at that
 * end; or its source measured there by the means by which the witness, a run that has such rows,
 * did, under the same kernel. witness may be NULL.
 */
bool run_measured(const struct run *run, enum record_end end, enum metric_id id,
		  const struct run *witness);

#endif

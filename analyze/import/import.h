/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record being made of what other tools printed. Formats add figures; when all files were read, the
 * record is written, facts first.
 *
 *   import_add()     so much more of a total; files of one kind do not add up, they contradict
 *   import_set()     a figure; one that a file says twice, and not the same, is refused
 *   import_absent()  why something has no rows
 *   import_means()   by which means a source measured, and what its figures do not say
 *   import_keep(), import_kept()   a counter of a first snapshot
 *   import_here()    what the file at hand said already
 *   import_write()   everything, in the order of the registry
 *   import_free()
 *
 * Whatever a format adds is a number that is finite; -1 is returned after saying what is wrong.
 */
#ifndef ANALYZE_IMPORT_IMPORT_H
#define ANALYZE_IMPORT_IMPORT_H

#include <math.h>
#include <sched.h>

#include "analyze/import/input.h"
#include "base/memory.h"
#include "record/writer.h"

/* More figures than any machine has CPUs, threads and functions: a file that goes on and on. */
#define IMPORT_FIGURES 1000000

/* What the person who has the files knows, and the files do not say; NAN and NULL: not given. */
struct known {
	double bits_per_s;
	double seconds;
	double busy; /* percent of one CPU */
	const char *name;
	bool wall;	/* strace was told to count wall clock time */
	bool from_zero; /* counters began at zero with the run */
};

struct imported {
	double time_s;
	enum record_end end;
	enum metric_id id;
	const char *key;
	const char *text; /* of a fact */
	double value;
	size_t file, order;
};

struct import {
	struct known known;
	enum record_end end;	/* that the file at hand is of */
	const char *side;	/* of two tables side by side: "left", "right", or NULL */
	cpu_set_t cpus;		/* of that end; none: all are */
	bool ends[RECORD_ENDS]; /* that any file is of */
	size_t file;		/* number of the file at hand */
	const char *const *files;
	struct imported *rows;
	size_t count;
	size_t *slots; /* of a hash table of rows: index + 1 */
	size_t slot_count;
	struct arena texts;
};

int import_add(struct import *im, struct input *in, enum record_end end, enum metric_id id,
	       const char *key, double value);
int import_set(struct import *im, struct input *in, enum record_end end, enum metric_id id,
	       const char *key, double value);
int import_at(struct import *im, struct input *in, double time_s, enum record_end end,
	      enum metric_id id, const char *key, double value);
/* NAN where nothing of it was said. */
double import_get(const struct import *im, enum record_end end, enum metric_id id, const char *key);
void import_fact(struct import *im, enum record_end end, enum metric_id id, const char *key,
		 const char *text);
void import_absent(struct import *im, const char *what, const char *reason);
void import_means(struct import *im, const char *source, const char *means);

/* What a first snapshot said, for a second to be held against; not written. NULL: nothing. */
void import_keep(struct import *im, enum record_end end, const char *key, double value);
const struct imported *import_kept(const struct import *im, enum record_end end, const char *key);
/* NULL: nothing. */
const struct imported *import_here(const struct import *im, enum record_end end, enum metric_id id,
				   const char *key);

/* Seconds that the figures are of: as known, or as the file says, of which the first is kept. */
double import_seconds(const struct import *im);

void import_write(struct import *im, struct writer *w);
void import_free(struct import *im);

/* A kind of file: how it is told from others by its first bytes, and how it is read. */
struct import_format {
	const char *name;
	const char *what;
	bool (*is)(const char *head);
	/* 0, or -1 after saying what is wrong. */
	int (*read)(struct import *im, struct input *in);
};

extern const struct import_format *const import_formats[];
const struct import_format *import_named(const char *name);
/* NULL: none. */
const struct import_format *import_told(const char *head);

/* Of a table that lies beside another in one text: which part of each line is asked for. */
struct side {
	size_t from, to; /* to: 0 for the end */
	char separator;	 /* of paste(1): what lies left or right of the first; 0: by columns */
};
/* Before anything else of a line: columns of diff -y and pr -m, which put tabs for blanks. */
void import_untab(struct input *in, const struct side *side, const char *heading);
/* heading: the first word of a table's head, by which a second one is found. -1 after saying why. */
int import_side(struct import *im, struct input *in, const char *line, const char *heading,
		struct side *side);
/* Cuts a line in place and returns the part, which is "" where the line does not reach that far. */
char *side_of(const struct side *side, char *line);

#endif

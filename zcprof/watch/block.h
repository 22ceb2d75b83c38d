/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block of the screen answers one question by a short list: the largest of the keys of a metric, or
 * all metrics of a source.
 *
 *   block_count()  that there are
 *   block_fill()   one of them; has it anything to show? If not, measured says whether nothing was seen
 *   block_draw()   its title and as many of its lines as there is room for
 *   block_free()
 */
#ifndef ZCPROF_WATCH_BLOCK_H
#define ZCPROF_WATCH_BLOCK_H

#include "zcprof/watch/canvas.h"
#include "zcprof/watch/sight.h"
#include "zcprof/watch/view.h"
#include "zcprof/watch/units.h"

#define BLOCK_NAME 96

struct block_line {
	char name[BLOCK_NAME];
	enum record_end end;
	enum metric_id id;
	double also;		  /* of the metric beside it, */
	bool has_also;		  /* which it has */
	double now, total;	  /* by which it is sorted */
	char text[2][UNITS_TEXT]; /* the right column, and the one before it */
};

struct block {
	const char *title;
	const char *heads[2]; /* of the columns, as text[] is; NULL: it says its unit */
	struct block_line *lines;
	size_t count;
	bool measured;	 /* though nothing was seen */
	int end_columns; /* more than one end is there, and each line says its own; 0: it does not */
};

size_t block_count(void);
bool block_fill(struct block *b, size_t which, const struct sight *sight, const struct view *view);
void block_draw(const struct block *b, struct canvas *c, int row, int column, int rows, int columns);
void block_free(struct block *b);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a screen is to show: pieces of text at places of a grid, each in a style. It knows no terminal,
 * so that what stands where can be looked at without one.
 *
 *   canvas_begin()   an empty one of that size
 *   canvas_put()     a text from a place on, at most so many columns of it; returns how many it took
 *   canvas_right()   the same, ending before a place: all of it, or nothing
 *   canvas_wrap()    a text in as many rows as it needs, broken at blanks: those of them that lie in some rows;
 *                    returns how many it needs
 *   canvas_line()    a row as plain text, without blanks at its end
 *   canvas_free()    zeroed is fine
 *
 * What stands somewhere stays: a later text ends before it.
 *
 * A text may be anybody's (base/visible.h). How many columns a character takes is the locale's to say
 * (LC_CTYPE): what it does not know is shown as the bytes \xNN.
 */
#ifndef ZCPROF_WATCH_CANVAS_H
#define ZCPROF_WATCH_CANVAS_H

#include <stddef.h>

enum canvas_style {
	STYLE_PLAIN,
	STYLE_TITLE,
	STYLE_HEAD, /* of a block */
	STYLE_DIM,
	STYLE_ALARM,
	STYLE_USER, /* of a bar, as are the next four */
	STYLE_SYSTEM,
	STYLE_SOFTIRQ,
	STYLE_IRQ,
	STYLE_OTHER,
	STYLE_COUNT
};

struct piece {
	int row, column;
	enum canvas_style style;
	size_t text; /* where in texts it begins; it ends in NUL */
};

struct canvas {
	int rows, columns;
	struct piece *pieces;
	size_t count, room;
	char *texts;
	size_t used, texts_room;
	unsigned char *taken; /* of each place; NULL: no memory, and nothing is put */
	size_t clashes;	      /* texts that would have stood over others */
};

void canvas_begin(struct canvas *c, int rows, int columns);
int canvas_put(struct canvas *c, int row, int column, int width, enum canvas_style style,
	       const char *format, ...) __attribute__((format(printf, 6, 7)));
int canvas_right(struct canvas *c, int row, int end, int width, enum canvas_style style,
		 const char *format, ...) __attribute__((format(printf, 6, 7)));
/* From row on; what is not in [first, behind) is left out. */
int canvas_wrap(struct canvas *c, int row, int first, int behind, enum canvas_style style,
		const char *text);
/* Returns text. */
char *canvas_line(const struct canvas *c, int row, char *text, size_t size);
void canvas_free(struct canvas *c);

#endif

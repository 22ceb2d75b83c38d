/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of text fields, as RFC 4180 writes them, out of a file or out of pieces as they arrive.
 * What the fields mean is the reader's business (reader.h).
 *
 *   csv_open()     rows of a descriptor, or of pieces where that is -1
 *   csv_push()     a piece arrived
 *   csv_end()      no more will arrive
 *   csv_next()     the next whole row: 1; none so far, or the end: 0; refused: -1
 *   csv_field()    a field of that row, quotes undone
 *   csv_refuse()   the row does not mean anything: keep a sentence about one of its fields
 *   csv_close()
 *
 * Each byte is looked at once, in however many pieces it comes. Memory is bounded by the longest
 * row, and that by ROW_MAX.
 */
#ifndef RECORD_CSV_H
#define RECORD_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/row.h"

#define CSV_FIELDS 7

enum csv_state {
	CSV_PLAIN,	 /* in a field without quotes, or before a field's first byte */
	CSV_QUOTED,	 /* behind an opening quote */
	CSV_AFTER_QUOTE, /* behind a quote in a quoted field: its end, or the first of two */
	CSV_AFTER_CR,	 /* where a line feed must follow */
};

/*
 * bytes[0 .. len) has arrived and is still needed; offsets count from there. A row that is not
 * whole yet is taken up again where it was left.
 */
struct csv {
	const char *name;
	int fd;
	bool ended; /* no more bytes will come */
	bool cut;   /* the row had no line end behind it */
	char *bytes;
	size_t len;
	size_t room;

	uint64_t line;	 /* of the row's first byte, from 1 */
	uint64_t breaks; /* line breaks inside of the row */
	size_t row;	 /* where the row begins */
	size_t end;	 /* where the next one does; equal to row until this one is whole */

	size_t next;	/* bytes[block .. next) are in marks; those before are done with */
	size_t block;	/* what bit 0 of marks stands for */
	uint64_t marks; /* as scan_marks() says, without those already come to */
	enum csv_state state;
	unsigned int field;
	unsigned int doubled;	      /* bit i: field i holds doubled quotes */
	size_t begin[CSV_FIELDS + 1]; /* field i ends one byte before begin[i + 1] */

	bool failed;
	char error[512];
};

void csv_open(struct csv *c, const char *name, int fd);
int csv_push(struct csv *c, const void *bytes, size_t len);
void csv_end(struct csv *c);
int csv_next(struct csv *c);
void csv_close(struct csv *c);

/* Returns -1. The column is that of the field's first byte, or of its end. */
int csv_refuse(struct csv *c, unsigned int field, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int csv_refuse_end(struct csv *c, unsigned int field, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct text csv_unquote(struct csv *c, unsigned int field);

/*
 * Doubled quotes are undone in place: ask for a field of free text once, and after everything for
 * which the row may be refused, for columns behind it are wrong from then on.
 */
static inline struct text csv_field(struct csv *c, unsigned int field)
{
	const char *at = c->bytes + c->begin[field];

	if (*at == '"')
		return csv_unquote(c, field);
	return (struct text){at, c->begin[field + 1] - 1 - c->begin[field]};
}

#endif

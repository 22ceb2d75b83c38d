// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/csv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/scan.h"

/* A block that stays in the second-level cache while its rows are taken. */
#define FILE_BLOCK (256 * 1024)

void csv_open(struct csv *c, const char *name, int fd)
{
	*c = (struct csv){.name = name, .fd = fd, .line = 1};
}

void csv_close(struct csv *c)
{
	free(c->bytes);
}

static void refuse_va(struct csv *c, size_t at, const char *format, va_list args)
{
	uint64_t line = c->line;
	size_t begin = c->row;
	int used;

	for (size_t i = c->row; i < at; i++)
		if (c->bytes[i] == '\n') {
			line++;
			begin = i + 1;
		}
	used = snprintf(c->error, sizeof(c->error), "%.200s:%llu:%zu: ", c->name,
			(unsigned long long)line, at - begin + 1);
	vsnprintf(c->error + used, sizeof(c->error) - used, format, args);
	c->failed = true;
}

__attribute__((format(printf, 3, 4))) static int refuse(struct csv *c, size_t at,
							const char *format, ...)
{
	va_list args;

	va_start(args, format);
	refuse_va(c, at, format, args);
	va_end(args);
	return -1;
}

int csv_refuse(struct csv *c, unsigned int field, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	refuse_va(c, c->begin[field], format, args);
	va_end(args);
	return -1;
}

int csv_refuse_end(struct csv *c, unsigned int field, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	refuse_va(c, c->begin[field + 1] - 1, format, args);
	va_end(args);
	return -1;
}

/* Forgets what lies before the row, where moving the rest is less work than that was. */
static void compact(struct csv *c)
{
	size_t gone = c->row;

	if (gone <= c->len - gone)
		return;
	memmove(c->bytes, c->bytes + gone, c->len - gone);
	for (unsigned int i = 0; i <= c->field; i++)
		c->begin[i] -= gone;
	c->len -= gone;
	c->next -= gone;
	c->row = 0;
	c->end = 0;
}

static void begin_row(struct csv *c)
{
	c->line += 1 + c->breaks;
	c->breaks = 0;
	c->row = c->end;
	c->begin[0] = c->row;
	c->field = 0;
	c->doubled = 0;
	c->state = CSV_PLAIN;
}

/* Room for more bytes, and for the SCAN_BLOCK behind them that scan_marks() may read. */
static int make_room(struct csv *c, size_t more)
{
	size_t room = c->room ? c->room : 4096;
	char *grown;

	if (c->end != c->row)
		begin_row(c);
	if (c->marks) {
		/* Those of the rows to come can be found again. */
		c->marks = 0;
		c->next = c->row;
	}
	compact(c);
	while (room - c->len < more)
		if (__builtin_mul_overflow(room, 2, &room))
			return refuse(c, c->row, "no memory left to read on");
	if (room == c->room)
		return 0;
	grown = realloc(c->bytes, room + SCAN_BLOCK);
	if (!grown)
		return refuse(c, c->row, "no memory left to read on");
	memset(grown + c->len, 0, room + SCAN_BLOCK - c->len);
	c->bytes = grown;
	c->room = room;
	return 0;
}

int csv_push(struct csv *c, const void *bytes, size_t len)
{
	if (c->failed || make_room(c, len))
		return -1;
	if (len)
		memcpy(c->bytes + c->len, bytes, len);
	c->len += len;
	return 0;
}

void csv_end(struct csv *c)
{
	c->ended = true;
}

static int fill(struct csv *c)
{
	ssize_t n;

	if (make_room(c, FILE_BLOCK))
		return -1;
	do
		n = read(c->fd, c->bytes + c->len, FILE_BLOCK);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		snprintf(c->error, sizeof(c->error), "cannot read %.200s: %s", c->name,
			 strerror(errno));
		c->failed = true;
		return -1;
	}
	c->len += n;
	c->ended = !n;
	return 0;
}

/* Refuses what stands behind the last such byte before the offset. */
static int refuse_after(struct csv *c, char before, size_t at)
{
	while (c->bytes[at - 1] != before)
		at--;
	if (before == '"')
		return refuse(c, at, "expected a comma or a line end after the closing quote");
	return refuse(c, at, "expected a line feed after the carriage return");
}

static int end_row(struct csv *c, size_t at)
{
	if (at - c->row > ROW_MAX)
		return refuse(c, c->row, "the row is longer than %u bytes", ROW_MAX);
	if (at == c->row)
		return refuse(c, at, "expected %u fields, found an empty line", CSV_FIELDS);
	if (c->field < CSV_FIELDS - 1)
		return refuse(c, at, "expected %u fields, found %u", CSV_FIELDS, c->field + 1);
	c->begin[CSV_FIELDS] = at + 1;
	return 1;
}

/*
 * The byte at the offset is a mark, and what lies between it and the mark before it is ordinary
 * text. 1: the row ends here; 0: it goes on; -1: refused.
 */
static int take_mark(struct csv *c, size_t at)
{
	char mark = c->bytes[at];
	char before = at > c->begin[c->field] ? c->bytes[at - 1] : '\0';

	if (!mark)
		return refuse(c, at, "found a NUL byte, which no text of a record holds");
	switch (c->state) {
	case CSV_QUOTED:
		if (mark == '"')
			c->state = CSV_AFTER_QUOTE;
		c->breaks += mark == '\n';
		return 0;
	case CSV_AFTER_QUOTE:
		if (mark == '"' && before == '"') {
			c->doubled |= 1U << c->field;
			c->state = CSV_QUOTED;
			return 0;
		}
		if (before != '"' || (mark != ',' && mark != '\r' && mark != '\n'))
			return refuse_after(c, '"', at);
		break;
	case CSV_AFTER_CR:
		if (mark != '\n' || before != '\r')
			return refuse_after(c, '\r', at);
		return end_row(c, at - 1);
	case CSV_PLAIN:
		if (mark == '"' && at != c->begin[c->field])
			return refuse(c, at,
				      "found a quote in a field that does not begin with one");
		break;
	}
	switch (mark) {
	case ',':
		if (c->field == CSV_FIELDS - 1)
			return refuse(c, at, "expected %u fields, found more", CSV_FIELDS);
		c->begin[++c->field] = at + 1;
		c->state = CSV_PLAIN;
		return 0;
	case '\n':
		return end_row(c, at);
	case '\r':
		c->state = CSV_AFTER_CR;
		return 0;
	case '"':
		c->state = CSV_QUOTED;
		return 0;
	default: /* another control character, such as a tab, is text */
		return 0;
	}
}

/* The input has ended in a row: RFC 4180 allows that, if it is whole. */
static int take_end(struct csv *c)
{
	char last = c->bytes[c->len - 1];

	switch (c->state) {
	case CSV_QUOTED:
		return csv_refuse(c, c->field,
				  "the row is cut off: the quote that opens here is never closed");
	case CSV_AFTER_QUOTE:
		if (last != '"')
			return refuse_after(c, '"', c->len);
		break;
	case CSV_AFTER_CR:
		if (last != '\r')
			return refuse_after(c, '\r', c->len);
		break;
	case CSV_PLAIN:
		break;
	}
	if (c->field < CSV_FIELDS - 1)
		return refuse(c, c->len, "the row is cut off: expected %u fields, found %u",
			      CSV_FIELDS, c->field + 1);
	c->cut = true;
	/* There is room, and an empty last field must not begin with what once stood there. */
	c->bytes[c->len] = '\n';
	return end_row(c, c->len - (c->state == CSV_AFTER_CR));
}

/* Goes from mark to mark among those found: 1, 0 or -1 as csv_next(). */
static int walk_marks(struct csv *c)
{
	while (c->marks) {
		size_t at = c->block + __builtin_ctzll(c->marks);
		int got;

		c->marks &= c->marks - 1;
		/* Nearly all marks are this one. */
		if (c->state == CSV_PLAIN && c->bytes[at] == ',' && c->field < CSV_FIELDS - 1) {
			c->begin[++c->field] = at + 1;
			continue;
		}
		got = take_mark(c, at);
		c->end = at + 1;
		if (got)
			return got;
	}
	c->end = c->row;
	return 0;
}

static void find_marks(struct csv *c)
{
	size_t left = c->len - c->next;

	c->block = c->next;
	c->marks = scan_marks(c->bytes + c->block);
	if (left < SCAN_BLOCK)
		c->marks &= (1ULL << left) - 1;
	c->next += left < SCAN_BLOCK ? left : SCAN_BLOCK;
}

int csv_next(struct csv *c)
{
	if (c->failed)
		return -1;
	if (c->end != c->row)
		begin_row(c);
	for (;;) {
		int got = walk_marks(c);

		if (got)
			return got;
		if (c->next < c->len) {
			find_marks(c);
			continue;
		}
		if (c->len - c->row > ROW_MAX + 2)
			return refuse(c, c->row, "the row is longer than %u bytes", ROW_MAX);
		if (c->ended) {
			if (c->row == c->len)
				return 0;
			c->end = c->len;
			return take_end(c);
		}
		if (c->fd < 0)
			return 0;
		if (fill(c))
			return -1;
	}
}

struct text csv_unquote(struct csv *c, unsigned int field)
{
	char *from = c->bytes + c->begin[field] + 1;
	char *end = c->bytes + c->begin[field + 1] - 2;
	char *to = from;

	if (!(c->doubled & 1U << field))
		return (struct text){from, end - from};
	for (char *in = from; in < end; in++) {
		*to++ = *in;
		in += *in == '"';
	}
	return (struct text){from, to - from};
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/canvas.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/visible.h"

#define TEXT_BYTES 1024

void canvas_begin(struct canvas *c, int rows, int columns)
{
	c->rows = rows;
	c->columns = columns;
	c->count = c->used = c->clashes = 0;
	free(c->taken);
	c->taken = calloc((size_t)rows * (size_t)columns + 1, 1);
}

/* Of the character at the start, which is visible; -1: the locale cannot show it. */
static int width_of(const char *text, size_t bytes)
{
	mbstate_t state = {0};
	wchar_t character;
	int width;

	if (bytes == 1)
		return 1;
	if (mbrtowc(&character, text, bytes, &state) != bytes)
		return -1;
	width = wcwidth(character);
	return width > 0 ? width : -1;
}

/* As much of a text as takes so many columns; returns how many it took. */
static int cut(char *to, size_t size, const char *text, int columns)
{
	char byte[VISIBLE_BYTE];
	size_t used = 0;
	int taken = 0;

	for (size_t left = strlen(text), bytes; left; text += bytes, left -= bytes) {
		const char *shown = text;
		size_t len;
		int width;

		bytes = visible_character(text, left);
		width = bytes ? width_of(text, bytes) : -1;
		len = bytes;
		if (width < 0) {
			shown = visible_byte(*text, byte);
			width = (int)strlen(shown);
			len = (size_t)width;
			bytes = 1;
		}
		if (taken + width > columns || used + len >= size)
			break;
		memcpy(to + used, shown, len);
		used += len;
		taken += width;
	}
	to[used] = '\0';
	return taken;
}

static bool make_room(struct canvas *c, size_t bytes)
{
	size_t pieces = c->room ? 2 * c->room : 128, texts = 2 * (c->texts_room + bytes);
	void *grown;

	if (c->count == c->room) {
		grown = reallocarray(c->pieces, pieces, sizeof(*c->pieces));
		if (!grown)
			return false;
		c->pieces = grown;
		c->room = pieces;
	}
	if (c->used + bytes > c->texts_room) {
		grown = realloc(c->texts, texts);
		if (!grown)
			return false;
		c->texts = grown;
		c->texts_room = texts;
	}
	return true;
}

/* Columns from there on that nothing stands in. */
static int free_columns(struct canvas *c, int row, int column, int width)
{
	const unsigned char *at = c->taken + (size_t)row * (size_t)c->columns + column;
	int n = 0;

	while (n < width && column + n < c->columns && !at[n])
		n++;
	c->clashes += n < width && column + n < c->columns;
	return n;
}

static bool is_inside(const struct canvas *c, int row, int column)
{
	return c->taken && row >= 0 && row < c->rows && column >= 0 && column < c->columns;
}

static int put(struct canvas *c, int row, int column, enum canvas_style style, const char *text,
	       int taken)
{
	size_t bytes = strlen(text) + 1;

	if (!taken || !make_room(c, bytes))
		return 0;
	memset(c->taken + (size_t)row * (size_t)c->columns + column, 1, (size_t)taken);
	memcpy(c->texts + c->used, text, bytes);
	c->pieces[c->count++] = (struct piece){row, column, style, c->used};
	c->used += bytes;
	return taken;
}

int canvas_put(struct canvas *c, int row, int column, int width, enum canvas_style style,
	       const char *format, ...)
{
	char whole[TEXT_BYTES], text[TEXT_BYTES];
	va_list args;
	int taken;

	va_start(args, format);
	vsnprintf(whole, sizeof(whole), format, args);
	va_end(args);
	if (!is_inside(c, row, column))
		return 0;
	taken = cut(text, sizeof(text), whole, width);
	taken = cut(text, sizeof(text), whole, free_columns(c, row, column, taken));
	return put(c, row, column, style, text, taken);
}

int canvas_right(struct canvas *c, int row, int end, int width, enum canvas_style style,
		 const char *format, ...)
{
	char whole[TEXT_BYTES], text[TEXT_BYTES];
	va_list args;
	int taken;

	va_start(args, format);
	vsnprintf(whole, sizeof(whole), format, args);
	va_end(args);
	if (end > c->columns)
		end = c->columns;
	taken = cut(text, sizeof(text), whole, width < end ? width : end);
	if (!is_inside(c, row, end - taken) || free_columns(c, row, end - taken, taken) < taken)
		return 0;
	return put(c, row, end - taken, style, text, taken);
}

/* The bytes of what stands in one row: up to the last blank before its end, or a word that is longer than a row. */
static size_t row_bytes(const char *text, int columns)
{
	size_t fits = strnlen(text, (size_t)columns), at = fits;

	if (!text[fits])
		return fits;
	while (at > 0 && text[at] != ' ')
		at--;
	return at > 0 ? at : fits;
}

int canvas_wrap(struct canvas *c, int row, int first, int behind, enum canvas_style style,
		const char *text)
{
	int rows = 0;

	do {
		size_t bytes = row_bytes(text, c->columns > 0 ? c->columns : 1);

		if (row + rows >= first && row + rows < behind)
			canvas_put(c, row + rows, 0, c->columns, style, "%.*s", (int)bytes, text);
		text += bytes;
		text += strspn(text, " ");
		rows++;
	} while (*text);
	return rows;
}

char *canvas_line(const struct canvas *c, int row, char *text, size_t size)
{
	size_t used = 0;
	int at = 0;

	*text = '\0';
	for (int column = 0; column < c->columns; column++)
		for (size_t i = 0; i < c->count; i++) {
			const struct piece *p = &c->pieces[i];
			const char *piece = c->texts + p->text;
			char fitting[TEXT_BYTES];

			if (p->row != row || p->column != column || used >= size)
				continue;
			used += (size_t)snprintf(text + used, size - used, "%*s%s",
						 column > at ? column - at : 0, "", piece);
			at = column + cut(fitting, sizeof(fitting), piece, c->columns);
		}
	return text;
}

void canvas_free(struct canvas *c)
{
	free(c->pieces);
	free(c->texts);
	free(c->taken);
	*c = (struct canvas){0};
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"

enum { FIELD_TIME, FIELD_END, FIELD_SOURCE, FIELD_METRIC, FIELD_KEY, FIELD_VALUE, FIELD_UNIT, FIELDS };

struct reader {
	char *name;
	char *bytes;
	size_t len;
	size_t room;
	size_t at;
	uint64_t line;
	bool pieces; /* more may come: an unfinished last row is not an error */
	bool header_read;
	struct text fields[FIELDS];
	char error[512];
};

__attribute__((format(printf, 4, 5))) static int refuse(struct reader *r, uint64_t line,
							 size_t column, const char *format, ...)
{
	va_list args;
	int used;

	used = snprintf(r->error, sizeof(r->error), "%.200s:%llu:%zu: ", r->name,
			(unsigned long long)line, column);
	va_start(args, format);
	vsnprintf(r->error + used, sizeof(r->error) - used, format, args);
	va_end(args);
	return -1;
}

static struct reader *reader_new(const char *name)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (!r) {
		say_error("no memory left to read %s", name);
		return NULL;
	}
	r->name = strdup(name);
	r->line = 1;
	return r;
}

int reader_push(struct reader *r, const void *bytes, size_t len)
{
	if (r->at) {
		memmove(r->bytes, r->bytes + r->at, r->len - r->at);
		r->len -= r->at;
		r->at = 0;
	}
	if (r->len + len > r->room) {
		size_t room = (r->len + len) * 2;
		char *grown = realloc(r->bytes, room);

		if (!grown)
			return refuse(r, r->line, 1, "no memory left");
		r->bytes = grown;
		r->room = room;
	}
	memcpy(r->bytes + r->len, bytes, len);
	r->len += len;
	return 0;
}

struct reader *reader_pieces(const char *name)
{
	struct reader *r = reader_new(name);

	if (r)
		r->pieces = true;
	return r;
}

struct reader *reader_memory(const char *name, const void *bytes, size_t len)
{
	struct reader *r = reader_new(name);

	if (r)
		reader_push(r, bytes, len);
	return r;
}

struct reader *reader_open(const char *path)
{
	struct reader *r;
	char block[64 * 1024];
	bool is_stdin = !strcmp(path, "-");
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0) {
		say_error("cannot read %s: %s", path, strerror(errno));
		return NULL;
	}
	r = reader_new(path);
	while (r && (n = read(fd, block, sizeof(block))) > 0)
		reader_push(r, block, n);
	if (!is_stdin)
		close(fd);
	return r;
}

/* One field from *at; returns the delimiter's position, or NULL if the input ended first. */
static char *take_field(char *at, char *end, struct text *field)
{
	char *out = at;

	if (at < end && *at == '"') {
		char *in = at + 1;

		field->at = out;
		for (; in < end; in++) {
			if (*in == '"') {
				if (in + 1 < end && in[1] == '"')
					in++;
				else
					break;
			}
			*out++ = *in;
		}
		if (in >= end)
			return NULL;
		field->len = out - field->at;
		return in + 1 < end ? in + 1 : NULL;
	}
	field->at = at;
	while (at < end && *at != ',' && *at != '\n')
		at++;
	field->len = at - field->at;
	if (at < end && *at == '\n' && field->len && field->at[field->len - 1] == '\r')
		field->len--;
	return at < end ? at : NULL;
}

static bool text_is(struct text t, const char *s)
{
	return t.len == strlen(s) && !memcmp(t.at, s, t.len);
}

/* 1 a row of FIELDS fields, 0 the end, -1 refused. */
static int take_fields(struct reader *r)
{
	char *start = r->bytes + r->at;
	char *end = r->bytes + r->len;
	char *at = start;

	if (start == end)
		return 0;
	if (r->pieces && !memchr(start, '\n', end - start))
		return 0;
	for (int i = 0; i < FIELDS; i++) {
		at = take_field(at, end, &r->fields[i]);
		if (!at)
			return refuse(r, r->line, 1, "the row is cut off: expected %d fields and a line end",
				      FIELDS);
		if (i < FIELDS - 1 && *at != ',')
			return refuse(r, r->line, at - start + 1, "expected %d fields, found %d", FIELDS,
				      i + 1);
		at++;
	}
	r->at = at - r->bytes;
	return 1;
}

static int interpret(struct reader *r, struct row *row)
{
	struct text *f = r->fields;
	char number[64];
	char *rest;

	row->time_s = f[FIELD_TIME].len ? strtod(f[FIELD_TIME].at, NULL) : WINDOW;
	for (row->end = 0; row->end < END_COUNT; row->end++)
		if (text_is(f[FIELD_END], record_end_name[row->end]))
			break;
	if (row->end == END_COUNT)
		return refuse(r, r->line, 1, "expected the end host, rx or tx, found \"%.*s\"",
			      (int)f[FIELD_END].len, f[FIELD_END].at);
	row->id = metric_find(f[FIELD_SOURCE].at, f[FIELD_SOURCE].len, f[FIELD_METRIC].at,
			      f[FIELD_METRIC].len);
	if (row->id == METRIC_NONE)
		return refuse(r, r->line, 1, "the registry has no metric %.*s of source %.*s",
			      (int)f[FIELD_METRIC].len, f[FIELD_METRIC].at, (int)f[FIELD_SOURCE].len,
			      f[FIELD_SOURCE].at);
	row->key = f[FIELD_KEY];
	row->value = f[FIELD_VALUE];
	row->line = r->line;
	row->number = 0;
	if (metric_info(row->id)->kind == KIND_FACT)
		return 1;
	snprintf(number, sizeof(number), "%.*s", (int)row->value.len, row->value.at);
	row->number = strtod(number, &rest);
	if (rest == number || *rest)
		return refuse(r, r->line, 1, "expected a number as value, found \"%s\"", number);
	return 1;
}

int reader_next(struct reader *r, struct row *row)
{
	int got = take_fields(r);

	if (got == 1 && !r->header_read) {
		r->header_read = true;
		if (!text_is(r->fields[FIELD_TIME], "time_s"))
			return refuse(r, 1, 1, "expected the header " RECORD_HEADER);
		r->line++;
		got = take_fields(r);
	}
	if (got != 1)
		return got;
	got = interpret(r, row);
	r->line++;
	return got;
}

const char *reader_error(const struct reader *r)
{
	return r->error;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	free(r->bytes);
	free(r->name);
	free(r);
}

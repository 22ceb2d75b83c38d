// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/say.h"
#include "base/visible.h"
#include "record/csv.h"
#include "record/number.h"

enum { FIELD_TIME, FIELD_END, FIELD_SOURCE, FIELD_METRIC, FIELD_KEY, FIELD_VALUE, FIELD_UNIT };
_Static_assert(FIELD_UNIT + 1 == CSV_FIELDS, "RECORD_HEADER has that many fields");

struct reader {
	struct csv csv;
	char *name;
	bool own_fd;
	bool headed;	       /* the header line was read, and is right */
	const bool *otherwise; /* reader_skip(); NULL: nothing is left out */
};

static struct reader *reader_new(const char *name, int fd)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r)
		r->name = strdup(name);
	if (!r || !r->name) {
		free(r);
		say_error("no memory left to read %s", name);
		return NULL;
	}
	csv_open(&r->csv, r->name, fd);
	return r;
}

static struct reader *own(const char *path, int fd)
{
	struct reader *r = reader_new(path, fd);

	if (r)
		r->own_fd = true;
	else
		close(fd);
	return r;
}

struct reader *reader_open(const char *path)
{
	int fd;

	if (!strcmp(path, "-"))
		return reader_new("standard input", STDIN_FILENO);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		say_error("cannot read %s: %s", path, strerror(errno));
		return NULL;
	}
	return own(path, fd);
}

struct reader *reader_open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		say_error("cannot read %s: %s", path, strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		say_error("cannot read %s: it is no regular file", path);
	} else {
		return own(path, fd);
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

struct reader *reader_pieces(const char *name)
{
	return reader_new(name, -1);
}

struct reader *reader_memory(const char *name, const void *bytes, size_t len)
{
	struct reader *r = reader_pieces(name);

	if (r) {
		reader_push(r, bytes, len);
		reader_end(r);
	}
	return r;
}

int reader_push(struct reader *r, const void *bytes, size_t len)
{
	return csv_push(&r->csv, bytes, len);
}

void reader_end(struct reader *r)
{
	csv_end(&r->csv);
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	csv_close(&r->csv);
	if (r->own_fd)
		close(r->csv.fd);
	free(r->name);
	free(r);
}

const char *reader_error(const struct reader *r)
{
	return r->csv.error;
}

static bool text_is(struct text t, const char *s)
{
	size_t i = 0;

	/* These words are so short that a call would cost more than the comparison. */
	while (i < t.len && s[i] == t.at[i])
		i++;
	return i == t.len && !s[i];
}

/* Text of the input for a message: bounded, and without what would disturb a terminal. */
struct excerpt {
	char text[64];
};

static struct excerpt excerpt(struct text t)
{
	struct excerpt e = {0};
	char whole[sizeof(e.text) * (VISIBLE_BYTE - 1)];
	size_t looked = t.len < sizeof(e.text) ? t.len : sizeof(e.text);
	size_t len = visible_copy(e.text, sizeof(e.text) - strlen("..."), t.at, looked);

	if (len < visible_copy(whole, sizeof(whole), t.at, looked))
		strcpy(e.text + len, "...");
	return e;
}

static bool is_header(struct csv *c)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf"; /* of spreadsheets */
	const char *name = RECORD_HEADER;

	for (unsigned int i = 0; i < CSV_FIELDS; i++) {
		struct text found = csv_field(c, i);
		size_t len = strcspn(name, ",");

		if (!i && found.len > 3 && !memcmp(found.at, byte_order_mark, 3)) {
			found.at += 3;
			found.len -= 3;
		}
		if (found.len != len || memcmp(found.at, name, len))
			return false;
		name += len + 1;
	}
	return true;
}

/* As csv_next(). Another kind of file may be refused for anything: what it lacks is this line. */
static int take_header(struct reader *r)
{
	struct csv *c = &r->csv;
	int got = csv_next(c);
	bool unreadable = got < 0 && !c->len;

	if (unreadable || (!got && !c->ended))
		return got;
	if (got != 1 || !is_header(c))
		return csv_refuse(c, 0, "expected the header line " RECORD_HEADER);
	r->headed = true;
	return 1;
}

static int take_time(struct csv *c, struct row *row)
{
	struct text time = csv_field(c, FIELD_TIME);

	row->time_s = WINDOW;
	if (!time.len || (!number_parse(time.at, time.len, &row->time_s) && row->time_s >= 0 &&
			  number_counts(row->time_s)))
		return 0;
	return csv_refuse(c, FIELD_TIME,
			  "expected seconds since the window's start, or nothing, found \"%s\"",
			  excerpt(time).text);
}

static int take_end(struct csv *c, struct row *row)
{
	struct text end = csv_field(c, FIELD_END);

	for (row->end = 0; row->end < RECORD_ENDS; row->end++)
		if (text_is(end, record_end_name[row->end]))
			return 0;
	return csv_refuse(c, FIELD_END,
			  "expected the end host, rx, tx, rx-host or tx-host, found \"%s\"",
			  excerpt(end).text);
}

static int take_metric(struct csv *c, struct row *row)
{
	struct text source = csv_field(c, FIELD_SOURCE);
	struct text name = csv_field(c, FIELD_METRIC);

	row->id = metric_find(source.at, source.len, name.at, name.len);
	if (row->id != METRIC_NONE)
		return 0;
	return csv_refuse(c, FIELD_SOURCE,
			  "expected a metric of the registry, found \"%s\" of source \"%s\"",
			  excerpt(name).text, excerpt(source).text);
}

static int take_unit(struct csv *c, const struct row *row)
{
	struct text unit = csv_field(c, FIELD_UNIT);
	const char *right = metric_info(row->id)->unit;

	if (text_is(unit, right))
		return 0;
	if (c->cut && !strncmp(unit.at, right, unit.len))
		return csv_refuse_end(c, FIELD_UNIT, "the row is cut off: expected the unit \"%s\"",
				      right);
	return csv_refuse(c, FIELD_UNIT, "expected the unit \"%s\", found \"%s\"", right,
			  excerpt(unit).text);
}

static int take_value(struct csv *c, struct row *row)
{
	struct text value = csv_field(c, FIELD_VALUE);
	double number = 0;

	row->value = value;
	row->number = 0;
	if (row->id == METRIC_fact_record_version) {
		if (number_parse(value.at, value.len, &number) || number != RECORD_VERSION)
			return csv_refuse(c, FIELD_VALUE,
					  "expected record version %d, found \"%s\"; read it with the zcroi that came with the program that wrote it",
					  RECORD_VERSION, excerpt(value).text);
	} else if (metric_info(row->id)->kind != KIND_FACT) {
		if (number_parse(value.at, value.len, &row->number))
			return csv_refuse(c, FIELD_VALUE, "expected a number as value, found \"%s\"",
					  excerpt(value).text);
		if (!number_counts(row->number))
			return csv_refuse(c, FIELD_VALUE,
					  "expected a number from %g to %g, found \"%s\"",
					  -NUMBER_MOST, NUMBER_MOST, excerpt(value).text);
	}
	return 0;
}

void reader_skip(struct reader *r, const bool otherwise[METRIC_COUNT])
{
	r->otherwise = otherwise;
}

static bool is_to_skip(struct reader *r)
{
	struct text source = csv_field(&r->csv, FIELD_SOURCE);
	struct text name = csv_field(&r->csv, FIELD_METRIC);
	enum metric_id id;

	if (!r->otherwise)
		return false;
	id = metric_find(source.at, source.len, name.at, name.len);
	return id == METRIC_NONE || r->otherwise[id];
}

int reader_next(struct reader *r, struct row *row)
{
	struct csv *c = &r->csv;
	int got = r->headed ? 1 : take_header(r);

	do {
		if (got == 1)
			got = csv_next(c);
	} while (got == 1 && is_to_skip(r));
	if (got != 1)
		return got;
	row->line = c->line;
	if (take_time(c, row) || take_end(c, row) || take_metric(c, row) || take_unit(c, row) ||
	    take_value(c, row))
		return -1;
	row->key = csv_field(c, FIELD_KEY);
	return 1;
}

bool reader_is_record(const char *path)
{
	static const char header[] = RECORD_HEADER;
	char begin[sizeof(header) - 1];
	/* A FIFO that nobody writes to gives nothing, and does not hold it up. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	bool is = fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) &&
		  read(fd, begin, sizeof(begin)) == (ssize_t)sizeof(begin) &&
		  !memcmp(begin, header, sizeof(begin));

	if (fd >= 0)
		close(fd);
	return is;
}

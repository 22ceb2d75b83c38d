// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/writer.h"

#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/outfile.h"
#include "base/say.h"
#include "base/visible.h"
#include "record/histogram.h"
#include "record/number.h"
#include "record/reader.h"

struct writer {
	int fd;
	int error; /* errno of the first write that failed; nothing is written behind it */
	struct outfile *out;  /* NULL: fd is the caller's */
	writer_row_fn on_row; /* NULL: to fd */
	void *data;
	char *name;		 /* what is being written to, for messages */
	char *escaped[2];	 /* a key and a value, where they are not as they came */
	enum record_end machine; /* where rows of END_HOST go */
	int patience_ms;	 /* 0: without end */
	size_t used;
	char buffer[64 * 1024];
};

static void put(struct writer *w, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		size_t room = sizeof(w->buffer) - w->used;
		size_t part = len < room ? len : room;

		memcpy(w->buffer + w->used, at, part);
		w->used += part;
		at += part;
		len -= part;
		if (w->used == sizeof(w->buffer))
			writer_flush(w);
	}
}

static void put_text(struct writer *w, const char *text)
{
	put(w, text, strlen(text));
}

/* RFC 4180, 2.6 and 2.7: quote what holds a comma, a quote or a line break; double the quotes. */
static void put_field(struct writer *w, const char *text, size_t len)
{
	bool plain = true;

	for (size_t i = 0; i < len && plain; i++)
		plain = text[i] != ',' && text[i] != '"' && text[i] != '\n' && text[i] != '\r';
	if (plain) {
		put(w, text, len);
		return;
	}
	put(w, "\"", 1);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			put(w, "\"", 1);
		put(w, text + i, 1);
	}
	put(w, "\"", 1);
}

/* Of two machines, each speaks of its own end. */
static bool is_of_the_other(const struct writer *w, enum record_end end)
{
	return w->machine != END_HOST && !end_is_machine(end) && end != end_side(w->machine);
}

/* Only here does a figure become text. */
static void put_row(struct writer *w, const struct row *row)
{
	const struct metric_info *info = metric_info(row->id);
	char time[DBL_MAX_10_EXP + 16] = "", number[NUMBER_TEXT];
	enum record_end end = row->end == END_HOST ? w->machine : row->end;
	struct text value = row->value;

	if (w->on_row) {
		w->on_row(w->data, row);
		return;
	}
	if (!value.at)
		value = (struct text){number, strlen(number_print(row->number, number))};
	if (row->time_s >= 0)
		snprintf(time, sizeof(time), "%.6f", row->time_s);
	put_text(w, time);
	put(w, ",", 1);
	put_text(w, record_end_name[end]);
	put(w, ",", 1);
	put_text(w, info->source);
	put(w, ",", 1);
	put_text(w, info->name);
	put(w, ",", 1);
	put_field(w, row->key.at, row->key.len);
	put(w, ",", 1);
	put_field(w, value.at, value.len);
	put(w, ",", 1);
	put_text(w, info->unit);
	put(w, "\n", 1);
}

static void must(bool right, enum metric_id id, const char *what)
{
	if (right)
		return;
	say_error("bug: %s.%s was given %s", metric_info(id)->source, metric_info(id)->name, what);
	abort();
}

enum { KEY, VALUE };

static bool is_as_it_may_be(struct text t, bool handed_on)
{
	if (!visible(t.at, t.len))
		return false;
	if (handed_on)
		return true;
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] == '\\' && visible_is_escape(t.at + i, t.len - i))
			return false;
	return !visible_is_formula(t.at, t.len);
}

/* A text as it may stand in a record; valid until the next of the same place. */
static struct text escape(struct writer *w, int place, struct text t, bool handed_on)
{
	char *to = NULL;
	size_t used = 0;

	if (is_as_it_may_be(t, handed_on))
		return t;
	free(w->escaped[place]);
	w->escaped[place] = to = malloc(t.len * (VISIBLE_BYTE - 1) + 1);
	if (!to) {
		w->error = ENOMEM;
		return (struct text){"", 0};
	}
	for (size_t at = 0; at < t.len;) {
		size_t size = visible_character(t.at + at, t.len - at);

		if (!handed_on && ((!at && visible_is_formula(t.at, t.len)) ||
				   visible_is_escape(t.at + at, t.len - at)))
			size = 0;
		if (size)
			memcpy(to + used, t.at + at, size);
		else
			visible_byte(t.at[at], to + used);
		used += size ? size : VISIBLE_BYTE - 1;
		at += size ? size : 1;
	}
	return (struct text){to, used};
}

static struct text text_of(struct writer *w, int place, const char *text, enum metric_id id)
{
	size_t len = text ? strlen(text) : 0;

	/* Two of these with every byte escaped are still a row that the reader takes. */
	must(len <= WRITER_TEXT_MAX, id, "a text that is too long");
	return escape(w, place, (struct text){text ? text : "", len}, false);
}

static struct writer *writer_new(int fd, const char *name)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (w)
		w->name = strdup(name);
	if (!w || !w->name) {
		free(w);
		say_error("no memory left to write %s", name);
		return NULL;
	}
	w->fd = fd;
	put_text(w, RECORD_HEADER "\n");
	return w;
}

struct writer *writer_stream(int fd, const char *name)
{
	return writer_new(fd, name);
}

struct writer *writer_capture(writer_row_fn on_row, void *data)
{
	struct writer *w = writer_new(-1, "memory");

	if (!w)
		return NULL;
	w->used = 0;
	w->on_row = on_row;
	w->data = data;
	return w;
}

struct writer *writer_create(const char *path)
{
	struct outfile_why why;
	struct outfile *out = outfile_open(path, &why);
	struct writer *w;

	if (!out) {
		say_error("cannot create %s.part: %s; give a directory that can be written with -o",
			  path, why.text);
		return NULL;
	}
	w = writer_new(outfile_fd(out), outfile_name(out));
	if (!w) {
		outfile_drop(out);
		return NULL;
	}
	w->out = out;
	/* So that what a killed run leaves is a record from the start. */
	writer_flush(w);
	if (!w->error)
		return w;
	/* Where not even the header fits, nothing needs to be measured. */
	writer_discard(w);
	return NULL;
}

void writer_patience(struct writer *w, int ms)
{
	w->patience_ms = ms;
}

/* 0, or the errno of what went wrong. */
static int wait_writable(const struct writer *w)
{
	struct pollfd p = {.fd = w->fd, .events = POLLOUT};
	int ready;

	do {
		ready = poll(&p, 1, w->patience_ms ? w->patience_ms : -1);
	} while (ready < 0 && errno == EINTR);
	return ready < 0 ? errno : ready ? 0 : ETIMEDOUT;
}

/*
 * What is more than a pipe takes at once would be waited for in write(2), which knows no time. A descriptor that
 * does not block (a terminal that another program left so) is waited for too.
 */
void writer_flush(struct writer *w)
{
	size_t most = w->patience_ms ? PIPE_BUF : sizeof(w->buffer);

	for (size_t done = 0; !w->error && done < w->used;) {
		size_t left = w->used - done;
		ssize_t n;

		if (w->patience_ms)
			w->error = wait_writable(w);
		if (w->error)
			break;
		n = write(w->fd, w->buffer + done, left < most ? left : most);
		if (n >= 0)
			done += n;
		else if (errno == EAGAIN)
			w->error = wait_writable(w);
		else if (errno != EINTR)
			w->error = errno;
	}
	w->used = 0;
}

void writer_u64(struct writer *w, double time_s, enum record_end end, enum metric_id id,
		const char *key, uint64_t value)
{
	char number[24];

	struct row row = {time_s, end, id, text_of(w, KEY, key, id), .number = (double)value};

	if (is_of_the_other(w, end))
		return;
	must(metric_info(id)->kind != KIND_FACT, id, "a number, and is a fact");
	/* A file holds it to the last digit, also where a double does not. */
	if (!w->on_row)
		row.value = (struct text){number, (size_t)snprintf(number, sizeof(number), "%llu",
								   (unsigned long long)value)};
	put_row(w, &row);
}

/* One figure that cannot be is no reason to lose all the others. */
static void refuse(struct writer *w, enum record_end end, enum metric_id id, const char *key)
{
	const struct metric_info *info = metric_info(id);
	char name[160];

	snprintf(name, sizeof(name), "%s/%s%s%.96s", info->source, info->name,
		 key && *key ? "/" : "", key ? key : "");
	writer_fact(w, end, METRIC_collector_refused, name,
		    "its value is no finite number, or one that nothing counts");
}

void writer_f64(struct writer *w, double time_s, enum record_end end, enum metric_id id,
		const char *key, double value)
{
	struct row row = {time_s, end, id, text_of(w, KEY, key, id), .number = value};

	if (is_of_the_other(w, end))
		return;
	must(metric_info(id)->kind != KIND_FACT, id, "a number, and is a fact");
	if (!number_counts(value)) {
		refuse(w, end, id, key);
		return;
	}
	put_row(w, &row);
}

void writer_fact(struct writer *w, enum record_end end, enum metric_id id, const char *key,
		 const char *text)
{
	struct row row = {
		WINDOW,	    end, id, text_of(w, KEY, key, id), .value = text_of(w, VALUE, text, id),
		.number = 0};

	if (is_of_the_other(w, end))
		return;
	must(metric_info(id)->kind == KIND_FACT, id, "a text, and is no fact");
	put_row(w, &row);
}

void writer_absent(struct writer *w, enum record_end end, const char *source, const char *reason)
{
	writer_fact(w, end, METRIC_collector_absent, source, reason);
}

void writer_absent_metric(struct writer *w, enum record_end end, enum metric_id id,
			  const char *reason)
{
	const struct metric_info *info = metric_info(id);
	char part[64];

	snprintf(part, sizeof(part), "%s/%s", info->source, info->name);
	writer_absent(w, end, part, reason);
}

void writer_histogram(struct writer *w, enum record_end end, enum metric_id id, const char *prefix,
		      const uint64_t *buckets)
{
	bool fine = metric_info(id)->fine;
	unsigned int count = fine ? HISTOGRAM_FINE_BUCKETS : HISTOGRAM_BUCKETS;

	must(metric_info(id)->kind == KIND_HISTOGRAM, id, "a histogram, and is none");
	for (unsigned int i = 0; i < count; i++) {
		char key[160];

		if (!buckets[i])
			continue;
		snprintf(key, sizeof(key), "%.128s%s%llu", prefix ? prefix : "", prefix ? ":" : "",
			 fine ? histogram_fine_edge(i) : histogram_edge(i));
		writer_u64(w, WINDOW, end, id, key, buckets[i]);
	}
}

static struct text hand_on(struct writer *w, int place, struct text t)
{
	if (t.len > WRITER_TEXT_MAX)
		t.len = WRITER_TEXT_MAX;
	return escape(w, place, t, true);
}

void writer_row(struct writer *w, const struct row *row)
{
	struct row handed = *row;

	handed.key = hand_on(w, KEY, row->key);
	if (row->value.at)
		handed.value = hand_on(w, VALUE, row->value);
	put_row(w, &handed);
}

int writer_fd(const struct writer *w)
{
	return w->fd;
}

bool writer_is_stream(const struct writer *w)
{
	return !w->out || outfile_is_stream(w->out);
}

void writer_machine(struct writer *w, enum record_end machine)
{
	w->machine = machine;
}

bool writer_error(const struct writer *w)
{
	return w->error;
}

/* What became of the rows behind the first that could not be written. */
static const char *what_is_left(const struct writer *w)
{
	if (writer_is_stream(w))
		return "the rows behind that are lost";
	if (w->error == ESTALE || w->error == ENOENT)
		return "it was removed or replaced meanwhile, and the rows with it";
	return "every row that did fit is kept there";
}

/* Says what went wrong, if anything did, and lets go of the writer. */
static int writer_close(struct writer *w, int (*end)(struct outfile *out))
{
	const char *left;
	int error = w->out ? outfile_check(w->out) : 0;
	int result = 0;

	if (!w->error)
		w->error = -error;
	left = what_is_left(w);
	error = w->out ? (w->error && end == outfile_finish ? outfile_leave : end)(w->out) : 0;
	if (!w->error)
		w->error = -error;
	if (w->error) {
		say_error("cannot write %s: %s; %s", w->name, strerror(w->error), left);
		result = -1;
	}
	free(w->escaped[KEY]);
	free(w->escaped[VALUE]);
	free(w->name);
	free(w);
	return result;
}

int writer_finish(struct writer *w)
{
	writer_flush(w);
	/* The name stands for a whole record, also after a power cut. */
	if (!writer_is_stream(w) && !w->error && fsync(w->fd))
		w->error = errno;
	return writer_close(w, outfile_finish);
}

void writer_abandon(struct writer *w)
{
	writer_flush(w);
	writer_close(w, outfile_leave);
}

static int drop(struct outfile *out)
{
	outfile_drop(out);
	return 0;
}

void writer_discard(struct writer *w)
{
	writer_close(w, drop);
}

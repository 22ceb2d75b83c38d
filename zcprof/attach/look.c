// SPDX-License-Identifier: GPL-2.0-or-later
/* What attach() says while its window is open: rows of a time series, a screen, OpenMetrics. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/outfile.h"
#include "base/quantity.h"
#include "base/say.h"
#include "zcprof/attach/attaching.h"
#include "zcprof/watch/saving.h"

/* Since the window opened; false: that is not known. */
static bool bytes_so_far(struct subject *s, uint64_t *bytes)
{
	struct moved moved;

	traffic_look(&s->traffic);
	if (traffic_read(&s->traffic, &moved) || !traffic_any(&s->traffic) || s->traffic.restarted)
		return false;
	*bytes = subject_bytes(s, &moved) - subject_bytes(s, &s->moved[EDGE_OPEN]);
	return subject_by_tcp(s, *bytes, clock_ns());
}

static void take_bytes(struct attaching *a, struct subject *s, struct writer *into, double at_s)
{
	uint64_t bytes;

	if (!bytes_so_far(s, &bytes))
		return;
	writer_f64(a->writer, at_s, s->end, METRIC_path_bytes, NULL, (double)(bytes - s->shown));
	if (into)
		writer_u64(into, WINDOW, s->end, METRIC_path_bytes, NULL, bytes);
	s->shown = bytes;
}

struct writing {
	struct writer *writer;
	double at_s;
};

/* Histograms would be most of a record, and what did not move says nothing. */
static void write_step(void *data, const struct figure *f)
{
	const struct writing *to = data;
	enum metric_kind kind = metric_info(f->id)->kind;

	if (kind == KIND_HISTOGRAM || kind == KIND_GAUGE || f->id == METRIC_path_bytes ||
	    f->id == METRIC_profile_symbol || (kind == KIND_TOTAL && f->step == 0))
		return;
	writer_f64(to->writer, to->at_s, f->end, f->id, f->key, f->step);
}

static void publish(struct attaching *a)
{
	const char *path = a->settings->openmetrics;
	size_t len;
	char *text = openmetrics_print(a->series, &a->settings->origin,
				       a->serve ? OPENMETRICS : OPENMETRICS_TEXTFILE, &len);
	struct outfile_why why = {"no memory left"};
	int error;

	if (text && a->serve) {
		serve_text(a->serve, text, len);
		return;
	}
	error = text ? outfile_write(path, text, len, &why) : -1;
	if (error && !a->unwritten)
		say_warning("cannot write %s: %s", path, why.text);
	a->unwritten = error;
	free(text);
}

void attach_look(struct attaching *a)
{
	double at_s = (double)(clock_ns() - a->subjects[0].at_ns[EDGE_OPEN]) / 1e9;
	struct writing to = {a->writer, at_s};
	struct writer *into = a->series ? series_look(a->series, at_s) : NULL;

	for (size_t i = 0; i < a->count; i++)
		take_bytes(a, &a->subjects[i], into, at_s);
	if (into) {
		collecting_look(&a->collecting, into);
		if (a->settings->interval > 0 && a->settings->output)
			series_each(a->series, write_step, &to);
		if (a->settings->live)
			live_show(&a->live, a->series);
		if (a->settings->openmetrics)
			publish(a);
	}
	writer_flush(a->writer);
}

static void write_so_far(struct attaching *a, struct writer *w)
{
	uint64_t now = clock_ns();

	for (size_t i = 0; i < a->count; i++) {
		struct subject *s = &a->subjects[i];
		uint64_t bytes;

		if (bytes_so_far(s, &bytes))
			writer_u64(w, WINDOW, s->end, METRIC_path_bytes, NULL, bytes);
		writer_u64(w, WINDOW, s->end, METRIC_path_window_ns, NULL,
			   now - s->at_ns[EDGE_OPEN]);
	}
	collecting_look(&a->collecting, w);
}

void attach_save(struct attaching *a)
{
	double at_s = (double)(clock_ns() - a->subjects[0].at_ns[EDGE_OPEN]) / 1e9;
	struct saving saving = {NULL};

	if (!a->subjects[0].at_ns[EDGE_OPEN]) {
		say_info("no window is open now: there is nothing to write");
		return;
	}
	if (!saving_begin(&saving, a->writer))
		return;
	write_so_far(a, saving.writer);
	saving_end(&saving, at_s);
}

struct both {
	struct writer *record, *series;
};

static void write_both(void *data, const struct row *row)
{
	const struct both *to = data;

	writer_row(to->record, row);
	writer_row(to->series, row);
}

void attach_look_last(struct attaching *a, double at_s)
{
	struct writing to = {a->writer, at_s};
	struct both both = {.record = a->writer};
	struct writer *writer = NULL;

	if (a->series && a->settings->interval > 0) {
		both.series = series_last(a->series, at_s);
		writer = writer_capture(write_both, &both);
	}
	collecting_emit(&a->collecting, writer ? writer : a->writer);
	if (!writer)
		return;
	writer_abandon(writer);
	series_each(a->series, write_step, &to);
}

int attach_look_open(struct attaching *a)
{
	const struct attach_settings *s = a->settings;
	char why[300] = "no memory left for figures of a window that goes on";
	uint64_t port;
	const char *text_why;

	if (!(s->interval > 0) && !s->live && !s->openmetrics)
		return 0;
	a->series = series_new();
	if (a->series && s->openmetrics && *s->openmetrics == ':' &&
	    !quantity_count(s->openmetrics + 1, &port, &text_why))
		a->serve = serve_open((uint16_t)port, why, sizeof(why));
	if (!a->series || (s->openmetrics && *s->openmetrics == ':' && !a->serve)) {
		say_error("%s", why);
		return -1;
	}
	if (a->serve)
		say_info("serving http://127.0.0.1:%u/metrics", serve_port(a->serve));
	return 0;
}

/* Each by what it is called, and by its command line. */
static void name_subjects(struct attaching *a)
{
	size_t used = 0;

	for (size_t i = 0; i < a->count && used < sizeof(a->title); i++) {
		const struct subject *s = &a->subjects[i];
		char text[160];

		used += (size_t)snprintf(a->title + used, sizeof(a->title) - used, "%s%s: %s",
					 i ? ", " : "", s->name,
					 subject_describe(s, text, sizeof(text)));
	}
}

void attach_look_begin(struct attaching *a)
{
	if (!a->settings->live)
		return;
	for (size_t i = 0; i < a->count; i++)
		a->live.end[a->subjects[i].end] = true;
	/* A command writes to the terminal too. */
	name_subjects(a);
	live_begin(&a->live, a->title, !a->settings->command);
	for (size_t i = 0; i < a->count; i++)
		if (a->subjects[i].iface)
			live_device(&a->live, a->subjects[i].end);
	for (size_t i = 0; i < a->collecting.absent_count; i++)
		live_absent(&a->live, END_HOST, a->collecting.absent[i].source,
			    a->collecting.absent[i].why);
}

void attach_look_close(struct attaching *a)
{
	live_end(&a->live);
	serve_close(a->serve);
	series_free(a->series);
	a->serve = NULL;
	a->series = NULL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/watching.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "zcprof/run/far.h"

#define LOOK_NS 1000000000ULL
/* Behind each second: then the rows that both ends wrote for it are here. */
#define LATER_NS 300000000ULL

void watching_open(struct experiment *x)
{
	struct watching *w = x->watching;

	if (!x->settings->live)
		return;
	w->asked = true;
	w->live.end[END_RX] = w->live.end[END_TX] = true;
	live_begin(&w->live, "", true);
	/* The line that is written over and over would be written over the screen. */
	if (w->live.screen)
		x->progress.terminal = false;
}

/* What does not measure on another machine. */
static void take_absent(struct running *r, const struct row *row)
{
	char source[64], why[200];

	snprintf(source, sizeof(source), "%.*s", (int)row->key.len, row->key.at);
	snprintf(why, sizeof(why), "%.*s", (int)row->value.len, row->value.at);
	live_absent(&r->x->watching->live, row->end, source, why);
}

void watching_begin(struct running *r)
{
	struct watching *w = r->x->watching;

	if (!w->asked)
		return;
	snprintf(w->title, sizeof(w->title), "run %zu of %zu: %s, %s %u", r->x->progress.done + 1,
		 r->x->progress.total, r->configuration->name,
		 r->slot->control ? "control" : "repeat", r->slot->repeat);
	live_begin(&w->live, w->title, true);
	r->on_absent = take_absent;
}

void watching_opened(struct running *r)
{
	struct watching *w = r->x->watching;

	if (!w->asked)
		return;
	w->series = series_new();
	for (size_t i = 0; i < r->part.collecting.absent_count; i++)
		live_absent(&w->live, END_HOST, r->part.collecting.absent[i].source,
			    r->part.collecting.absent[i].why);
	w->opened_ns = clock_ns();
	w->next_ns = w->opened_ns + LOOK_NS + LATER_NS;
	for (int end = 0; end < END_COUNT; end++)
		w->bytes[end] = w->moved_s[end] = 0;
}

void watching_moved(struct running *r, enum record_end end, double bytes, double at_s)
{
	r->x->watching->bytes[end] += bytes;
	r->x->watching->moved_s[end] = at_s;
}

static void take_far(struct running *r, const struct row *row)
{
	const struct watching *w = r->x->watching;

	/* One that came when the window had closed is of no look. */
	if (w->series)
		writer_row(w->into, row);
	if (w->saving.writer)
		writer_row(w->saving.writer, row);
}

int watching_fd(const struct running *r)
{
	return live_fd(&r->x->watching->live);
}

uint64_t watching_until(const struct running *r, uint64_t deadline_ns)
{
	const struct watching *w = r->x->watching;

	return w->series && !w->awaited && w->next_ns < deadline_ns ? w->next_ns : deadline_ns;
}

static double at_s(const struct watching *w)
{
	return (double)(clock_ns() - w->opened_ns) / 1e9;
}

/* This machine says nothing of an end that is not on it. */
static enum record_end machine_here(const struct running *r)
{
	return far_machine(r->x, r->x->host[END_RX] ? END_TX : END_RX);
}

static void look(struct running *r)
{
	struct watching *w = r->x->watching;

	w->into = series_look(w->series, at_s(w));
	writer_machine(w->into, END_HOST);
	/* What other machines have goes into the record as it comes. */
	if (w->wanted)
		saving_begin(&w->saving, r->writer);
	w->wanted = false;
	far_look(r, take_far);
	for (enum record_end end = END_RX; end <= END_TX; end++)
		writer_f64(w->into, WINDOW, end, METRIC_path_bytes, NULL, w->bytes[end]);
	writer_machine(w->into, machine_here(r));
	collecting_look(&r->part.collecting, w->into);
	w->awaited = true;
	/* One that took longer than a step leaves those out that it missed. */
	while (w->next_ns <= clock_ns())
		w->next_ns += LOOK_NS;
}

/* What an end moved is of its own last second's end. */
static void save(struct running *r)
{
	struct watching *w = r->x->watching;
	struct writer *to = w->saving.writer;

	for (enum record_end end = END_RX; end <= END_TX; end++) {
		writer_f64(to, WINDOW, end, METRIC_path_bytes, NULL, w->bytes[end]);
		writer_f64(to, WINDOW, end, METRIC_path_window_ns, NULL, w->moved_s[end] * 1e9);
	}
	writer_absent(to, END_HOST, "path/bytes_copied",
		      "an end says what was copied when it has ended");
	writer_machine(to, machine_here(r));
	collecting_look(&r->part.collecting, to);
	saving_end(&w->saving, at_s(w));
}

void watching_heed(struct running *r)
{
	struct watching *w = r->x->watching;
	enum screen_wish wish = live_heed(&w->live);

	w->wanted = w->wanted || (wish == WISH_SAVE && w->series);
	if (wish == WISH_SAVE && !w->series)
		say_info("no window is open now: there is nothing to write");
	if (wish == WISH_QUIT) {
		/* Of the screen: the runs go on. */
		live_end(&w->live);
		w->live.left = true;
		w->asked = false;
		r->x->progress.terminal = isatty(STDERR_FILENO);
		watching_closed(r);
	}
	if (w->series && !w->awaited && (w->wanted || clock_ns() >= w->next_ns))
		look(r);
	if (w->series && w->awaited && !far_looking(r)) {
		w->awaited = false;
		if (w->saving.writer)
			save(r);
		live_show(&w->live, w->series);
	}
}

void watching_closed(struct running *r)
{
	struct watching *w = r->x->watching;

	if (w->wanted || w->saving.writer)
		say_warning("the window closed before all had said what they have: its record is that of the run");
	saving_drop(&w->saving);
	series_free(w->series);
	w->series = NULL;
	w->awaited = w->wanted = false;
}

void watching_close(struct experiment *x)
{
	live_end(&x->watching->live);
	series_free(x->watching->series);
	x->watching->series = NULL;
}

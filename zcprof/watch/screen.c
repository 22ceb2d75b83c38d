// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/screen.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "zcprof/watch/layout.h"
#include "zcprof/watch/listing.h"
#include "zcprof/watch/terminal.h"

/* Messages that are kept for when the screen is left. */
#define SAID_MOST    64
#define SOURCES_MOST 96 /* of three machines */
/* As by others: what somebody else wrote onto the terminal goes. */
#define CONTROL_L '\f'

struct screen {
	struct terminal *terminal;
	struct canvas canvas;
	struct sight sight;
	struct view view;
	char *said[SAID_MOST];
	size_t said_count, said_lost, said_shown, said_read;
	struct view_absent absent[SOURCES_MOST];
	pthread_mutex_t lock; /* of what was said */
};

/* ---- what is said meanwhile ---- */

/* By any thread: what is drawn is drawn by the one that has the screen. */
static void take_said(void *data, const char *line)
{
	struct screen *s = data;
	char *copy = strdup(line);

	pthread_mutex_lock(&s->lock);
	if (copy && s->said_count < SAID_MOST) {
		s->said[s->said_count++] = copy;
	} else {
		s->said_lost++;
		free(copy);
	}
	pthread_mutex_unlock(&s->lock);
}

static void pass_on_said(struct screen *s)
{
	for (size_t i = 0; i < s->said_count; i++) {
		fprintf(stderr, "%s\n", s->said[i]);
		free(s->said[i]);
	}
	if (s->said_lost)
		say_warning("%zu more messages could not be kept", s->said_lost);
}

/* The last of those that came since a key was pressed. */
static void show_said(struct screen *s)
{
	size_t from;

	pthread_mutex_lock(&s->lock);
	from = s->said_count - s->said_read > VIEW_SAID ? s->said_count - VIEW_SAID : s->said_read;
	s->view.said_count = s->said_count - from;
	for (size_t i = 0; i < s->view.said_count; i++)
		s->view.said[i] = s->said[from + i];
	s->said_shown = s->said_count;
	pthread_mutex_unlock(&s->lock);
}

static bool anything_said(struct screen *s)
{
	bool any;

	pthread_mutex_lock(&s->lock);
	any = s->said_count > s->said_shown;
	pthread_mutex_unlock(&s->lock);
	return any;
}

/* ---- the screen ---- */

static void draw(struct screen *s)
{
	terminal_begin(s->terminal, &s->canvas);
	show_said(s);
	layout(&s->canvas, &s->sight, &s->view);
	terminal_draw(s->terminal, &s->canvas);
}

struct screen *screen_open(void)
{
	struct screen *s = calloc(1, sizeof(*s));

	if (s)
		s->terminal = terminal_open();
	if (!s || !s->terminal) {
		free(s);
		return NULL;
	}
	s->view.end = END_COUNT;
	pthread_mutex_init(&s->lock, NULL);
	say_instead(take_said, s);
	return s;
}

void screen_title(struct screen *s, const char *title)
{
	s->view.title = title;
	s->view.absent_count = 0;
	sight_free(&s->sight);
	draw(s);
}

void screen_device(struct screen *s, enum record_end end)
{
	s->view.of_device[end] = true;
}

void screen_absent(struct screen *s, enum record_end end, const char *source, const char *why)
{
	struct view_absent *a = &s->absent[s->view.absent_count];

	if (s->view.absent_count == SOURCES_MOST)
		return;
	a->end = end;
	snprintf(a->source, sizeof(a->source), "%s", source);
	snprintf(a->why, sizeof(a->why), "%s", why);
	s->view.absent = s->absent;
	s->view.absent_count++;
}

void screen_over(struct screen *s)
{
	s->view.over = true;
	draw(s);
}

void screen_show(struct screen *s, const struct series *series)
{
	if (s->view.paused)
		return;
	sight_take(&s->sight, series);
	draw(s);
}

static void move_by(struct screen *s, int lines)
{
	int from = s->view.from + lines, most = (int)s->sight.count - 1;

	from = from < most ? from : most;
	s->view.from = from > 0 ? from : 0;
}

static void press(struct screen *s, int key)
{
	switch (key) {
	case 'p':
	case ' ':
		s->view.paused = !s->view.paused;
		break;
	case 's':
		s->view.order = (s->view.order + 1) % ORDER_COUNT;
		break;
	case 'e':
		s->view.end = (s->view.end + 1) % (END_COUNT + 1);
		break;
	case CONTROL_L:
		terminal_redraw(s->terminal);
		break;
	case '\t':
	case TERMINAL_BACK_TAB:
		s->view.source =
			listing_source(&s->sight, s->view.source, key == TERMINAL_BACK_TAB);
		s->view.from = 0;
		break;
	case TERMINAL_UP:
	case TERMINAL_DOWN:
		move_by(s, key == TERMINAL_UP ? -1 : 1);
		break;
	case TERMINAL_PAGE_UP:
	case TERMINAL_PAGE_DOWN:
		move_by(s, (key == TERMINAL_PAGE_UP ? -1 : 1) * (s->canvas.rows - 6));
		break;
	case 'h':
	case '?':
		s->view.help = !s->view.help;
		s->view.from = 0;
		break;
	default:
		break;
	}
}

enum screen_wish screen_keys(struct screen *s)
{
	enum screen_wish wish = WISH_NOTHING;
	bool any = anything_said(s);

	for (int key; (key = terminal_key(s->terminal)) != TERMINAL_NONE; any = true) {
		if (key == 'q')
			return WISH_QUIT;
		if (key == 'w' && !s->view.over)
			wish = WISH_SAVE;
		if (key != TERMINAL_OTHER && key != CONTROL_L)
			s->said_read = s->said_shown;
		press(s, key);
	}
	if (any)
		draw(s);
	return terminal_gone(s->terminal) ? WISH_QUIT : wish;
}

void screen_close(struct screen *s)
{
	if (!s)
		return;
	say_instead(NULL, NULL);
	terminal_close(s->terminal);
	pass_on_said(s);
	canvas_free(&s->canvas);
	sight_free(&s->sight);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

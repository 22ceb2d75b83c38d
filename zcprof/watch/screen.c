// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/screen.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "zcprof/watch/layout.h"
#include "zcprof/watch/terminal.h"

/* Messages that are kept for when the screen is left. */
#define SAID_MOST 64

struct screen {
	struct terminal *terminal;
	struct canvas canvas;
	struct sight sight;
	struct view view;
	char *said[SAID_MOST];
	size_t said_count, said_lost;
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

static const char *last_said(struct screen *s)
{
	const char *last;

	pthread_mutex_lock(&s->lock);
	last = s->said_count ? s->said[s->said_count - 1] : NULL;
	pthread_mutex_unlock(&s->lock);
	return last;
}

/* ---- the screen ---- */

static void draw(struct screen *s)
{
	terminal_begin(s->terminal, &s->canvas);
	s->view.said = last_said(s);
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
	draw(s);
}

void screen_show(struct screen *s, const struct series *series)
{
	if (s->view.paused)
		return;
	sight_take(&s->sight, series);
	draw(s);
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
	case 'h':
	case '?':
		s->view.help = !s->view.help;
		break;
	default:
		break;
	}
}

enum screen_wish screen_keys(struct screen *s)
{
	bool any = last_said(s) != s->view.said;

	for (int key; (key = terminal_key(s->terminal)) != TERMINAL_NONE; any = true) {
		if (key == 'q')
			return WISH_QUIT;
		press(s, key);
	}
	if (any)
		draw(s);
	return terminal_gone(s->terminal) ? WISH_QUIT : WISH_NOTHING;
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal of this process as a grid that is written as a whole, and its keys, by ncurses. There is
 * one at a time.
 *
 *   terminal_open()   standard input and output; NULL: it cannot, or there is no memory
 *   terminal_begin()  an empty canvas of its size
 *   terminal_draw()
 *   terminal_redraw() all of it next time, and not what has changed alone
 *   terminal_key()    the next key that was pressed; TERMINAL_NONE: none was
 *   terminal_gone()   was it closed?
 *   terminal_close()  as it was; NULL is fine
 *
 * Where this process is killed, a child of it puts the terminal back (zcprof/watch/guard.h).
 */
#ifndef ZCPROF_WATCH_TERMINAL_H
#define ZCPROF_WATCH_TERMINAL_H

#include <stdbool.h>

#include "zcprof/watch/canvas.h"

/* Beside characters, which are themselves. */
enum terminal_key {
	TERMINAL_NONE = 0,
	TERMINAL_OTHER = 256, /* also: its size has changed */
	TERMINAL_UP,
	TERMINAL_DOWN,
	TERMINAL_PAGE_UP,
	TERMINAL_PAGE_DOWN,
	TERMINAL_BACK_TAB,
};

struct terminal;

struct terminal *terminal_open(void);
void terminal_begin(struct terminal *t, struct canvas *c);
void terminal_draw(struct terminal *t, const struct canvas *c);
void terminal_redraw(struct terminal *t);
int terminal_key(struct terminal *t);
bool terminal_gone(const struct terminal *t);
void terminal_close(struct terminal *t);

#endif

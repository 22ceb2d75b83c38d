// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/terminal.h"

#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "zcprof/watch/guard.h"

/* How long a lone Escape may be the beginning of another key, in ms. */
#define ESCAPE_MS 25

struct terminal {
	SCREEN *screen;
	attr_t attributes[STYLE_COUNT];
	short pair[STYLE_COUNT];
	pid_t guard;
};

static void choose_attributes(struct terminal *t)
{
	static const attr_t plain[STYLE_COUNT] = {
		[STYLE_TITLE] = A_BOLD,	     [STYLE_HEAD] = A_UNDERLINE, [STYLE_DIM] = A_DIM,
		[STYLE_ALARM] = A_BOLD,	     [STYLE_USER] = A_REVERSE,	 [STYLE_SYSTEM] = A_REVERSE,
		[STYLE_SOFTIRQ] = A_REVERSE, [STYLE_IRQ] = A_REVERSE,	 [STYLE_OTHER] = A_REVERSE,
	};
	static const short colour[STYLE_COUNT] = {
		[STYLE_ALARM] = COLOR_RED,   [STYLE_USER] = COLOR_GREEN,
		[STYLE_SYSTEM] = COLOR_BLUE, [STYLE_SOFTIRQ] = COLOR_MAGENTA,
		[STYLE_IRQ] = COLOR_RED,     [STYLE_OTHER] = COLOR_CYAN,
	};
	const char *no_color = getenv("NO_COLOR"); /* https://no-color.org */

	memcpy(t->attributes, plain, sizeof(plain));
	if ((no_color && *no_color) || !has_colors() || start_color() == ERR)
		return;
	use_default_colors();
	for (int i = 0; i < STYLE_COUNT; i++)
		if (colour[i] && init_pair((short)(i + 1), colour[i], -1) != ERR)
			t->pair[i] = (short)(i + 1);
}

/* What leaves the screen, as this terminal has it. */
static void leaving(char *bytes, size_t size)
{
	static const char *const names[] = {"sgr0", "rmkx", "cnorm", "rmcup"};
	size_t used = 0;

	*bytes = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *text = tigetstr(names[i]);

		/* terminfo(3X): -1 where it is no string. */
		if (text && (intptr_t)text != -1 && used + strlen(text) < size)
			used += (size_t)snprintf(bytes + used, size - used, "%s", text);
	}
}

struct terminal *terminal_open(void)
{
	struct terminal *t = calloc(1, sizeof(*t));
	struct termios before;
	char bytes[256];

	if (!t || tcgetattr(STDOUT_FILENO, &before)) {
		free(t);
		return NULL;
	}
	/* How wide a character is. */
	setlocale(LC_CTYPE, "");
	t->screen = newterm(NULL, stdout, stdin);
	/* Without "cup" there are no places on it. */
	if (!t->screen || !tigetstr("cup")) {
		terminal_close(t);
		return NULL;
	}
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	choose_attributes(t);
	leaving(bytes, sizeof(bytes));
	refresh();
	/* Without it a process that is killed leaves the terminal as it is: no reason not to watch. */
	guard_start(&t->guard, STDOUT_FILENO, &before, bytes);
	return t;
}

void terminal_begin(struct terminal *t, struct canvas *c)
{
	(void)t;
	canvas_begin(c, LINES, COLS);
}

void terminal_draw(struct terminal *t, const struct canvas *c)
{
	erase();
	for (size_t i = 0; i < c->count; i++) {
		const struct piece *p = &c->pieces[i];

		attr_set(t->attributes[p->style], t->pair[p->style], NULL);
		mvaddstr(p->row, p->column, c->texts + p->text);
	}
	refresh();
}

void terminal_redraw(struct terminal *t)
{
	(void)t;
	clearok(curscr, TRUE);
}

int terminal_key(struct terminal *t)
{
	static const struct {
		int theirs, ours;
	} keys[] = {
		{KEY_UP, TERMINAL_UP},	       {KEY_DOWN, TERMINAL_DOWN},
		{KEY_PPAGE, TERMINAL_PAGE_UP}, {KEY_NPAGE, TERMINAL_PAGE_DOWN},
		{KEY_BTAB, TERMINAL_BACK_TAB},
	};
	int key = getch();

	(void)t;
	if (key == ERR)
		return TERMINAL_NONE;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (key == keys[i].theirs)
			return keys[i].ours;
	return key > 0 && key < 128 ? key : TERMINAL_OTHER;
}

bool terminal_gone(const struct terminal *t)
{
	struct pollfd input = {.fd = STDIN_FILENO};

	(void)t;
	return poll(&input, 1, 0) == 1 && input.revents & (POLLHUP | POLLERR | POLLNVAL);
}

void terminal_close(struct terminal *t)
{
	if (!t)
		return;
	if (t->screen) {
		endwin();
		guard_end(t->guard);
		delscreen(t->screen);
	}
	free(t);
}

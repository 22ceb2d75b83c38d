// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/live.h"

#include <poll.h>
#include <unistd.h>

#include "base/stop.h"
#include "zcprof/watch/lines.h"

void live_begin(struct live *l, const char *title, bool alone)
{
	if (!l->screen && !l->left && alone && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		l->screen = screen_open();
	if (l->screen)
		screen_title(l->screen, title);
}

void live_device(struct live *l, enum record_end end)
{
	if (l->screen)
		screen_device(l->screen, end);
}

void live_absent(struct live *l, enum record_end end, const char *source, const char *why)
{
	if (l->screen)
		screen_absent(l->screen, end, source, why);
}

void live_show(struct live *l, const struct series *s)
{
	if (l->screen)
		screen_show(l->screen, s);
	else if (!l->left)
		lines_show(s, l->end);
}

int live_fd(const struct live *l)
{
	return l->screen ? STDIN_FILENO : -1;
}

enum screen_wish live_heed(struct live *l)
{
	return l->screen ? screen_keys(l->screen) : WISH_NOTHING;
}

void live_hold(struct live *l)
{
	if (l->screen)
		screen_over(l->screen);
	while (l->screen && !stop_asked()) {
		struct pollfd fds[] = {{.fd = stop_fd(), .events = POLLIN},
				       {.fd = live_fd(l), .events = POLLIN}};

		poll(fds, 2, -1);
		if (live_heed(l) == WISH_QUIT)
			break;
	}
	live_end(l);
}

void live_end(struct live *l)
{
	screen_close(l->screen);
	l->screen = NULL;
}

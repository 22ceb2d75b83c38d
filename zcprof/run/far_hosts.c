// SPDX-License-Identifier: GPL-2.0-or-later
/* Which end of an experiment is on which host, and the connections to them. */
#include "zcprof/run/far_within.h"

#include <string.h>

#include "base/say.h"
#include "zcprof/reach/push.h"

struct host *far_host(const struct experiment *x, int i)
{
	struct host *rx = x->host[END_RX], *tx = x->host[END_TX];

	if (!i)
		return rx ? rx : tx;
	return rx && tx != rx ? tx : NULL;
}

bool far_any(const struct experiment *x)
{
	return far_host(x, 0);
}

bool far_apart(const struct experiment *x)
{
	return x->host[END_RX] != x->host[END_TX];
}

enum record_end far_machine(const struct experiment *x, enum record_end side)
{
	return far_apart(x) ? end_machine(side) : END_HOST;
}

enum record_end far_side(const struct experiment *x, const struct host *h)
{
	return x->host[END_RX] == h ? END_RX : END_TX;
}

static struct host *connect_to(const struct experiment *x, const char *name, int patience_s)
{
	const struct settings *s = x->settings;
	struct host_how how = {
		.ssh = s->ssh, .zcprof = s->zcprof, .zcpath = s->zcpath, .patience_s = patience_s};
	char path[PUSH_PATH_MAX], why[1200];
	struct host *h = NULL;
	bool pushed = s->push && !push_programs(s->ssh, name, x->zcpath, path, why, sizeof(why));

	if (pushed) {
		how.zcprof = path;
		how.pushed = true;
	}
	if (!s->push || pushed)
		h = host_connect(&how, name, why, sizeof(why));
	if (pushed && !h)
		push_remove(s->ssh, name, path);
	if (!h)
		say_error("%s", why);
	return h;
}

int far_open(struct experiment *x, int patience_s)
{
	const struct settings *s = x->settings;
	const char *rx = s->host[END_RX], *tx = s->host[END_TX];

	x->host[END_RX] = rx ? connect_to(x, rx, patience_s) : NULL;
	if (rx && !x->host[END_RX])
		return EXIT_UNABLE;
	if (rx && tx && !strcmp(rx, tx))
		x->host[END_TX] = x->host[END_RX];
	else if (tx)
		x->host[END_TX] = connect_to(x, tx, patience_s);
	return tx && !x->host[END_TX] ? EXIT_UNABLE : EXIT_DONE;
}

void far_close(struct experiment *x)
{
	if (far_apart(x))
		host_close(x->host[END_TX]);
	host_close(x->host[END_RX]);
	x->host[END_RX] = x->host[END_TX] = NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A power meter, as --power names it (zeroed: the machine's own), and what it reads.
 *
 *   meter_option()   take one --power into a meter
 *   meter_named()    whether anything was
 *   meter_watts()    a line of a meter's command: a number of watts
 *   meter_time()     the time of a line of a meter's log
 *   meter_log()      a whole log
 *   readings_add()   one more, later than those before
 *   readings_mean()  mean power over a window
 *   readings_free()
 */
#ifndef COLLECTORS_POWER_METER_H
#define COLLECTORS_POWER_METER_H

#include <stdbool.h>
#include <stddef.h>

struct meter {
	const char *command; /* prints watts; NULL: none */
	const char *log;     /* file of time,watts; NULL: none */
	const char *own;     /* of the machine's own: METER or METER/PART; NULL: the best */
	double idle_w;	     /* what the machine takes when it idles; 0: not given */
	double idle_s;	     /* for how long that is, or was, measured; 0: given by hand */
};

/* What --help says of --power. */
#define METER_HELP                                                                                 \
	"A meter: a command that prints watts, once a line; csv:FILE: a meter's own log of "       \
	"time,watts; own:METER: one of the machine's own. idle:WATTS: what the machine takes "     \
	"when "                                                                                    \
	"it idles; idle:measure: measured first. May be given again"

/* What no machine takes: a meter that says more is not believed. */
#define METER_MOST_W 1e6

struct reading {
	double at_s;
	double watts;
};

/* In the order of time. */
struct readings {
	struct reading *at;
	size_t count;
};

/* 0, or -1 with why: a part of a sentence that fits behind "--power TEXT: ". */
int meter_option(struct meter *meter, const char *text, const char **why);
bool meter_named(const struct meter *meter);
/* 0, or -1 where it is no such number, negative or above METER_MOST_W. Blanks around it, and a "W" behind it, do no harm. */
int meter_watts(const char *line, double *watts);
/*
 * Seconds since the epoch, from those or from ISO 8601, which is local time unless it ends in Z or
 * an offset. 0, or -1 where it is neither.
 */
int meter_time(const char *text, double *seconds);
/* 0, or -1 with why: a whole sentence. */
int meter_log(struct readings *r, const char *path, char *why, size_t why_size);

/* 0, or -1 without memory, or where it is more than any machine takes, and then it is not one more. */
int readings_add(struct readings *r, struct reading reading);
/*
 * Between two readings power changes evenly; before the first and after the last it stays. NAN
 * where readings span less than half of the window. inside: how many lie in it.
 */
double readings_mean(const struct readings *r, double from_s, double to_s, size_t *inside);
void readings_free(struct readings *r);

#endif

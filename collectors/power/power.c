// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Electrical power over the window: by the meter that --power names, else by the best that the
 * machine has itself. What its other meters say stands beside that, and is never added to it, since
 * they may measure the same.
 */
#include "collectors/power/power.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/say.h"
#include "collectors/list.h"
#include "collectors/power/command.h"
#include "collectors/power/own.h"
#include "base/stop.h"

struct power {
	const struct measurement *run;
	const struct meter *meter; /* that --power names; zeroed: the machine's own */
	enum record_end end;	   /* whose machine this is */
	struct own_power own;	   /* where no external meter is named */
	int chosen;		   /* of its meters; -1: none says what the machine takes */
	struct meter_command command;
	struct readings log;
	double edge_s[EDGE_COUNT];
	double steady_s[EDGE_COUNT]; /* by a clock that nobody sets */
};

/* A meter's log knows the time of day only. */
static double now_s(const struct power *p)
{
	return (double)clock_of_ns(p->meter->log ? CLOCK_REALTIME : CLOCK_MONOTONIC) / 1e9;
}

/* A meter here measures this machine: both ends, or the one that is here. */
static enum record_end end_of_machine(const struct measurement *run)
{
	bool rx = target_here(&run->target[END_RX]);
	bool tx = target_here(&run->target[END_TX]);

	if (rx == tx)
		return END_HOST;
	return rx ? END_RX : END_TX;
}

static int open_own(struct power *p, const char **means, char *why, size_t why_size)
{
	char none[400];

	if (p->run->elsewhere) {
		snprintf(why, why_size,
			 "both ends run on other machines, whose meters cannot be read from here; name a meter with --power");
		return -1;
	}
	if (own_power_open(&p->own, why, why_size))
		return -1;
	p->chosen = own_power_choose(&p->own, p->meter->own, none, sizeof(none));
	if (p->chosen < 0 && p->meter->own) {
		snprintf(why, why_size, "%s", none);
		return -1;
	}
	*means = p->chosen < 0 ? "meters of parts of the machine alone"
			       : own_power_meters[p->chosen].what;
	return 0;
}

static int power_open(void **state, const struct measurement *run, const char **means, char *why,
		      size_t why_size)
{
	static const struct meter none;
	struct power *p = calloc(1, sizeof(*p));
	int error;

	*state = p;
	if (!p) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	p->run = run;
	p->meter = run->meter ? run->meter : &none;
	p->end = end_of_machine(run);
	if (p->meter->log) {
		*means = "a meter's log, joined by time";
		return 0;
	}
	if (!p->meter->command)
		return open_own(p, means, why, why_size);
	*means = "a meter's command";
	error = meter_command_start(&p->command, p->meter->command);
	if (error)
		snprintf(why, why_size, "cannot start the meter's command: %s", strerror(error));
	return error ? -1 : 0;
}

static int power_snapshot(void *state, enum edge edge)
{
	struct power *p = state;

	p->edge_s[edge] = now_s(p);
	p->steady_s[edge] = clock_s();
	own_power_read(&p->own, edge);
	return 0;
}

static void emit_mean(const struct power *p, struct writer *w, const char *key, double watts)
{
	const struct meter *meter = p->meter;

	writer_f64(w, WINDOW, p->end, METRIC_power_mean, key, watts);
	writer_f64(w, WINDOW, p->end, METRIC_power_energy, key,
		   watts * (p->steady_s[EDGE_CLOSE] - p->steady_s[EDGE_OPEN]));
	if (!meter->idle_w)
		return;
	writer_f64(w, WINDOW, p->end, METRIC_power_idle, key, meter->idle_w);
	writer_f64(w, WINDOW, p->end, METRIC_power_above_idle, key, watts - meter->idle_w);
	if (meter->idle_s > 0)
		writer_f64(w, WINDOW, p->end, METRIC_power_idle_window, key, meter->idle_s);
}

/* ---- an external meter ---- */

/* More than a clock is slewed by in a window. */
#define CLOCK_SET_S 0.5

static double external_watts(struct power *p, size_t *inside, char *why, size_t why_size)
{
	const struct readings *r = p->meter->log ? &p->log : &p->command.readings;
	double watts;

	meter_command_stop(&p->command);
	if (fabs((p->edge_s[EDGE_CLOSE] - p->edge_s[EDGE_OPEN]) -
		 (p->steady_s[EDGE_CLOSE] - p->steady_s[EDGE_OPEN])) > CLOCK_SET_S) {
		snprintf(why, why_size,
			 "the clock was set in the window, and a meter's log knows no other");
		return NAN;
	}
	if (p->meter->log && meter_log(&p->log, p->meter->log, why, why_size))
		return NAN;
	watts = readings_mean(r, p->edge_s[EDGE_OPEN], p->edge_s[EDGE_CLOSE], inside);
	if (!isnan(watts))
		return watts;
	if (r->count)
		snprintf(why, why_size,
			 "the meter's readings span less than half of the window: %zu of %zu lie in it",
			 *inside, r->count);
	else if (p->command.odd[0])
		snprintf(why, why_size,
			 "the meter's command printed '%s', which is no number of watts",
			 p->command.odd);
	else
		snprintf(why, why_size, "the meter said nothing; run its command by hand");
	return NAN;
}

static void emit_external(struct power *p, struct writer *w)
{
	const char *key = p->meter->log ? "csv" : "cmd";
	size_t inside = 0;
	char why[400];
	double watts = external_watts(p, &inside, why, sizeof(why));

	if (!isnan(watts)) {
		emit_mean(p, w, key, watts);
		writer_u64(w, WINDOW, p->end, METRIC_power_readings, key, inside);
		if (p->command.odd_count)
			say_warning("the meter's command printed %zu lines that are no number of watts, such as '%s': power is by the others",
				    p->command.odd_count, p->command.odd);
		return;
	}
	/* Whoever named a meter wants to know in time that it does not measure. */
	writer_absent(w, END_HOST, "power", why);
	say_warning("the record has no power: %s", why);
}

/* ---- the machine's own ---- */

/* NAN where any part of it could not be read. */
static double own_watts(struct power *p)
{
	double watts = p->chosen < 0 ? NAN : 0;

	own_power_settle(&p->own);
	for (size_t i = 0; i < p->own.count; i++)
		if (p->own.parts[i].adds)
			watts += own_power_watts(&p->own, &p->own.parts[i]);
	return watts;
}

/* Why the parts that the chosen meter adds up, or all where none was chosen, do not say it. */
static void say_doubt(const struct power *p, char *why, size_t why_size)
{
	for (size_t i = 0; i < p->own.count; i++) {
		const struct own_part *part = &p->own.parts[i];

		if ((p->chosen >= 0 && !part->adds) || !isnan(own_power_watts(&p->own, part)))
			continue;
		snprintf(why, why_size, "the power meter %s/%s does not tell of the window: %s",
			 own_power_meters[part->meter].name, part->name, own_power_doubt(part));
		return;
	}
}

static void emit_part(const struct power *p, struct writer *w, const struct own_part *part,
		      double watts)
{
	char key[96];

	snprintf(key, sizeof(key), "%s/%s", own_power_meters[part->meter].name, part->name);
	if (!isnan(watts))
		writer_f64(w, WINDOW, p->end, METRIC_power_part, key, watts);
	else
		say_detail("no power of %s: %s", key, own_power_doubt(part));
}

/* Where the chosen meter does not tell, there is no P, and no part of it either. */
static void emit_own(struct power *p, struct writer *w)
{
	double sum = own_watts(p);
	bool known = p->chosen >= 0 && !isnan(sum);
	char why[300] = "the machine's meters could not be read in the window";

	for (size_t i = 0; i < p->own.count && p->chosen < 0; i++)
		known = known || !isnan(own_power_watts(&p->own, &p->own.parts[i]));
	if (!known) {
		say_doubt(p, why, sizeof(why));
		writer_absent(w, END_HOST, "power", why);
		say_warning("the record has no power: %s", why);
		return;
	}
	for (size_t i = 0; i < p->own.count; i++)
		emit_part(p, w, &p->own.parts[i], own_power_watts(&p->own, &p->own.parts[i]));
	if (!isnan(sum))
		emit_mean(p, w, own_power_meters[p->chosen].name, sum);
}

static void power_emit(void *state, struct writer *w)
{
	struct power *p = state;

	if (p->meter->log || p->meter->command)
		emit_external(p, w);
	else
		emit_own(p, w);
}

/* A meter's log is read once, when all of it is there. */
static void power_look(void *state, struct writer *w)
{
	struct power *p = state;
	double sum = p->chosen < 0 ? NAN : 0;

	if (p->meter->log)
		return;
	p->edge_s[EDGE_CLOSE] = now_s(p);
	p->steady_s[EDGE_CLOSE] = clock_s();
	if (p->meter->command) {
		sum = meter_command_mean(&p->command, p->edge_s[EDGE_OPEN], p->edge_s[EDGE_CLOSE]);
		if (!isnan(sum))
			emit_mean(p, w, "cmd", sum);
		return;
	}
	own_power_read(&p->own, EDGE_CLOSE);
	for (size_t i = 0; i < p->own.count; i++) {
		const struct own_part *part = &p->own.parts[i];
		double watts = own_power_so_far(&p->own, part);

		if (!isnan(watts))
			emit_part(p, w, part, watts);
		if (part->adds)
			sum += watts;
	}
	if (!isnan(sum))
		emit_mean(p, w, own_power_meters[p->chosen].name, sum);
}

static void power_close(void *state)
{
	struct power *p = state;

	if (!p)
		return;
	if (p->meter->command)
		meter_command_close(&p->command);
	own_power_close(&p->own);
	readings_free(&p->log);
	free(p);
}

/* The mean over that many seconds. 0, or -1 with why. */
static int watts_now(const struct meter *meter, double seconds, double *watts, char *why,
		     size_t why_size)
{
	struct measurement run = {.meter = meter};
	struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};
	const char *means;
	void *state;
	struct power *p;
	size_t inside = 0;
	int result = power_open(&state, &run, &means, why, why_size);

	p = state;
	if (!result) {
		/* A command's first reading may take a while. */
		poll(&stop, 1, meter->command ? 1000 : 0);
		power_snapshot(p, EDGE_OPEN);
		poll(&stop, 1, (int)(seconds * 1000));
		power_snapshot(p, EDGE_CLOSE);
		snprintf(why, why_size, "the meters could not be read");
		*watts = meter->command ? external_watts(p, &inside, why, why_size) : own_watts(p);
		result = isnan(*watts) ? -1 : 0;
	}
	power_close(p);
	return result;
}

int power_idle(struct meter *meter)
{
	char why[500];

	if (!(meter->idle_s > 0))
		return 0;
	say_info("measuring what the machine takes when it idles, for %g s", meter->idle_s);
	if (watts_now(meter, meter->idle_s, &meter->idle_w, why, sizeof(why))) {
		say_error("idle power cannot be measured: %s", why);
		return -1;
	}
	say_info("it takes %.1f W", meter->idle_w);
	return 0;
}

const struct collector_ops power_collector = {
	.source = "power",
	.what = "electrical power, by the machine's own meters or by that of --power",
	.hardware = true,
	.open = power_open,
	.snapshot = power_snapshot,
	.emit = power_emit,
	.look = power_look,
	.close = power_close,
};

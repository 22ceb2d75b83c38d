// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/power/own.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "collectors/kit/sysfs.h"
#include "collectors/kit/unique.h"

const struct own_meter own_power_meters[] = {
	{"rapl", "RAPL by powercap: packages and memory, not the rest of the machine", true,
	 own_rapl_find, NULL},
	/* The same counters: the second means. */
	{"perf", "RAPL by perf events: packages and memory, not the rest of the machine", true,
	 own_energy_find, NULL},
	{"hwmon", "the machine's sensors, by hwmon", true, own_hwmon_find, NULL},
	{"ipmi", "the machine's BMC, by IPMI DCMI: all of the machine", true, own_ipmi_find, NULL},
	{"gpu", "the GPUs' own meters: nothing else of the machine", false, own_gpu_find,
	 own_gpu_let_go},
	{0},
};

/* ---- parts ---- */

/* By a part of the same meter as the last, which is being named. */
static bool is_taken(const void *data, const char *name)
{
	const struct own_power *o = data;
	const struct own_part *last = &o->parts[o->count];

	for (size_t i = 0; i < o->count; i++)
		if (o->parts[i].meter == last->meter && !strcmp(o->parts[i].name, name))
			return true;
	return false;
}

struct own_part *own_power_add(struct own_power *o, int meter, const char *name)
{
	struct own_part *grown = reallocarray(o->parts, o->count + 1, sizeof(*grown));

	if (!grown)
		return NULL;
	o->parts = grown;
	grown += o->count;
	*grown = (struct own_part){.meter = meter, .fd = -1};
	snprintf(grown->name, sizeof(grown->name), "%s", name);
	unique_name(grown->name, sizeof(grown->name), 1, is_taken, o);
	o->count++;
	return grown;
}

int own_power_sysfs(const struct own_part *part, uint64_t *number)
{
	return sysfs_u64(part->fd, number);
}

/* ---- the thread ---- */

static void ask(struct own_power *o, struct own_part *part)
{
	uint64_t number;
	int error = part->read(part, &number);
	struct reading reading = {.at_s = clock_s(), .watts = (double)number * part->unit};

	/* Without memory there is a reading less. */
	pthread_mutex_lock(&o->lock);
	if (!error)
		readings_add(&part->readings, reading);
	pthread_mutex_unlock(&o->lock);
}

static int count(struct own_power *o, struct own_part *part, bool anew, double *joules)
{
	uint64_t number;
	int error;

	pthread_mutex_lock(&o->lock);
	if (anew)
		counter_restart(&part->counter);
	error = part->read(part, &number);
	if (!error) {
		counter_take(&part->counter, number, clock_s());
		*joules = counter_joules(&part->counter);
	}
	pthread_mutex_unlock(&o->lock);
	return error;
}

/* Asks those whose time has come; returns seconds until the next. */
static double ask_due(struct own_power *o, bool all)
{
	double next_s = INFINITY;

	for (size_t i = 0; i < o->count; i++) {
		struct own_part *part = &o->parts[i];
		bool due = clock_s() >= part->next_s;
		double joules;

		if (!(part->every_s > 0))
			continue;
		if (due || all)
			part->next_s = clock_s() + part->every_s;
		if (due && part->counts)
			count(o, part, false, &joules);
		else if ((due || all) && !part->counts)
			ask(o, part);
		next_s = fmin(next_s, part->next_s);
	}
	return next_s - clock_s();
}

static void *follow(void *argument)
{
	struct own_power *o = argument;
	struct pollfd stop = {.fd = o->stop, .events = POLLIN};

	while (!stop.revents) {
		double left_s = ask_due(o, false);

		poll(&stop, 1, left_s > 0 ? (int)ceil(left_s * 1000) : 0);
	}
	/* So that readings reach behind the window's end, however far apart they are. */
	ask_due(o, true);
	return NULL;
}

static int start_thread(struct own_power *o)
{
	bool needed = false;
	int error;

	for (size_t i = 0; i < o->count; i++) {
		struct own_part *part = &o->parts[i];

		part->counter.unit = part->unit;
		if (part->counts)
			part->every_s = counter_every_s(&part->counter);
		needed = needed || part->every_s > 0;
	}
	if (!needed)
		return 0;
	o->stop = eventfd(0, EFD_CLOEXEC);
	if (o->stop < 0)
		return -1;
	error = thread_start_quiet(&o->thread, follow, o);
	o->started = !error;
	return error ? -1 : 0;
}

/* ---- all of them ---- */

int own_power_open(struct own_power *o, char *why, size_t why_size)
{
	char hint[200] = "";

	*o = (struct own_power){.stop = -1, .lock = PTHREAD_MUTEX_INITIALIZER};
	for (int i = 0; own_power_meters[i].name; i++)
		own_power_meters[i].find(o, i, hint, sizeof(hint));
	if (!o->count) {
		snprintf(why, why_size,
			 "no power meter: %s; name an external one with --power cmd:COMMAND or --power csv:FILE",
			 *hint ? hint
			       : "no RAPL, no hwmon sensor of power or energy, no /dev/ipmi0 and no GPU that measures itself, as in a virtual machine");
		return -1;
	}
	if (start_thread(o)) {
		snprintf(why, why_size, "cannot start the thread that asks the power meters");
		return -1;
	}
	return 0;
}

/* Of a meter, or of one part of it where a name is given. */
static bool has(struct own_power *o, int meter, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < o->count; i++)
		found = found || (o->parts[i].meter == meter &&
				  (name ? !strcmp(o->parts[i].name, name) : o->parts[i].adds));
	return found;
}

static void take_only(struct own_power *o, int meter, const char *name)
{
	for (size_t i = 0; i < o->count; i++) {
		struct own_part *part = &o->parts[i];

		part->adds =
			part->meter == meter && (name ? !strcmp(part->name, name) : part->adds);
	}
}

static void list(const struct own_power *o, char *text, size_t size)
{
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < o->count && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%sown:%s/%s", i ? ", " : "",
					own_power_meters[o->parts[i].meter].name, o->parts[i].name);
}

int own_power_choose(struct own_power *o, const char *wanted, char *why, size_t why_size)
{
	size_t len = wanted ? strcspn(wanted, "/") : 0;
	const char *name = wanted && wanted[len] ? wanted + len + 1 : NULL;
	char there[300];

	for (int i = 0; own_power_meters[i].name; i++) {
		const struct own_meter *meter = &own_power_meters[i];
		bool meant =
			wanted ? strlen(meter->name) == len && !strncmp(meter->name, wanted, len)
			       : meter->of_machine;

		if (!meant || !has(o, i, name))
			continue;
		take_only(o, i, name);
		return i;
	}
	list(o, there, sizeof(there));
	if (wanted)
		snprintf(why, why_size, "there is no --power own:%s; there are %s", wanted, there);
	else
		snprintf(why, why_size,
			 "no meter here says what the machine takes; if one of these does, name it with --power: %s",
			 there);
	take_only(o, -1, NULL);
	return -1;
}

void own_power_read(struct own_power *o, enum edge edge)
{
	o->edge_s[edge] = clock_s();
	for (size_t i = 0; i < o->count; i++) {
		struct own_part *part = &o->parts[i];

		if (part->counts && count(o, part, edge == EDGE_OPEN, &part->joules[edge]))
			part->joules[edge] = NAN;
	}
}

void own_power_settle(struct own_power *o)
{
	if (!o->started)
		return;
	eventfd_write(o->stop, 1);
	pthread_join(o->thread, NULL);
	o->started = false;
}

double own_power_watts(const struct own_power *o, const struct own_part *part)
{
	double from_s = o->edge_s[EDGE_OPEN], to_s = o->edge_s[EDGE_CLOSE];
	size_t inside;

	if (!part->counts)
		return readings_mean(&part->readings, from_s, to_s, &inside);
	return to_s > from_s
		       ? (part->joules[EDGE_CLOSE] - part->joules[EDGE_OPEN]) / (to_s - from_s)
		       : NAN;
}

double own_power_so_far(struct own_power *o, const struct own_part *part)
{
	double watts;

	pthread_mutex_lock(&o->lock);
	watts = own_power_watts(o, part);
	pthread_mutex_unlock(&o->lock);
	return watts;
}

const char *own_power_doubt(const struct own_part *part)
{
	if (part->counter.doubt)
		return part->counter.doubt;
	return part->counts ? "it could not be read at both edges of the window"
			    : "its readings span less than half of the window";
}

void own_power_close(struct own_power *o)
{
	own_power_settle(o);
	for (size_t i = 0; i < o->count; i++) {
		if (o->parts[i].fd >= 0)
			close(o->parts[i].fd);
		readings_free(&o->parts[i].readings);
	}
	for (int i = 0; own_power_meters[i].name; i++)
		if (own_power_meters[i].let_go)
			own_power_meters[i].let_go();
	if (o->parts && o->stop >= 0)
		close(o->stop);
	free(o->parts);
	*o = (struct own_power){.stop = -1};
}

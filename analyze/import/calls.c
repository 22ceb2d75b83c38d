// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/import/calls.h"

#include <math.h>
#include <string.h>

/* Linux has fewer than 500, and ioctl's kin are told apart by no table. */
#define CALLS_MAX    1024
#define NAME_MAX_LEN 60

static double squares_of(const struct call *c)
{
	double mean = c->total_ns / c->calls;
	double error = c->error_of_mean * mean;

	/* The error of a mean is the deviation by the square root of the number. */
	return error * error * c->calls * c->calls;
}

/* Two groups are one: their own deviations, and that of their means. */
static void merge(struct call *into, const struct call *c)
{
	double between = 0;

	if (into->calls > 0 && c->calls > 0) {
		double d = into->total_ns / into->calls - c->total_ns / c->calls;

		between = d * d * into->calls * c->calls / (into->calls + c->calls);
	}
	into->squares += c->squares + between;
	into->calls += c->calls;
	into->errors += c->errors;
	into->total_ns += c->total_ns;
	into->system_ns += c->system_ns;
	into->min_ns = fmin(into->min_ns, c->min_ns);
	into->max_ns = fmax(into->max_ns, c->max_ns);
}

int calls_add(struct calls *calls, struct input *in, const char *name, const struct call *call)
{
	struct call new = *call;

	if (strlen(name) > NAME_MAX_LEN)
		return input_refuse(in, name, "\"%.20s...\" is not the name of a system call", name);
	new.squares = call->calls > 0 ? squares_of(call) : 0;
	for (size_t i = 0; i < calls->count; i++)
		if (!strcmp(calls->at[i].name, name)) {
			merge(&calls->at[i], &new);
			return 0;
		}
	if (calls->count == CALLS_MAX)
		return input_refuse(in, name, "more than %d system calls, and Linux has fewer",
				    CALLS_MAX);
	new.name = arena_text(&calls->texts, name, strlen(name));
	ARRAY_ADD(calls->at, calls->count) = new;
	return 0;
}

static int set(struct import *im, struct input *in, enum metric_id id, const char *name,
	       double value)
{
	return isnan(value) ? 0 : import_set(im, in, im->end, id, name, value);
}

int calls_finish(const struct calls *calls, struct import *im, struct input *in)
{
	for (size_t i = 0; i < calls->count; i++) {
		const struct call *c = &calls->at[i];
		bool spread = c->calls > 1;

		if (set(im, in, METRIC_syscalls_calls, c->name, c->calls) ||
		    set(im, in, METRIC_syscalls_errors, c->name, c->errors) ||
		    set(im, in, METRIC_syscalls_total, c->name, c->total_ns) ||
		    set(im, in, METRIC_syscalls_system, c->name, c->system_ns) ||
		    set(im, in, METRIC_syscalls_min, c->name, c->min_ns) ||
		    set(im, in, METRIC_syscalls_mean, c->name,
			c->calls > 0 ? c->total_ns / c->calls : NAN) ||
		    set(im, in, METRIC_syscalls_max, c->name, c->max_ns) ||
		    set(im, in, METRIC_syscalls_stddev, c->name,
			spread ? sqrt(c->squares / c->calls) : NAN))
			return -1;
	}
	return 0;
}

void calls_free(struct calls *calls)
{
	free(calls->at);
	arena_free(&calls->texts);
}

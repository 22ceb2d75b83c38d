// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/import/profile.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/say.h"

static void symbol(struct profile *p, enum context context, const struct frame *leaf, double samples)
{
	char key[1024];

	/* The kernel has as many names for itself as tools. */
	snprintf(key, sizeof(key), "%s;%.256s;%.640s", context_name(context),
		 !strncmp(leaf->object, "[kernel", 7) ? "[kernel]" : leaf->object, leaf->symbol);
	p->failed |= import_add(p->im, p->in, p->im->end, METRIC_profile_symbol, key, samples) != 0;
}

static void take(struct profile *p, enum context context, enum component component,
		 const struct frame *leaf, double samples)
{
	if (component == COMPONENT_idle)
		context = CONTEXT_IDLE;
	symbol(p, context, leaf, samples);
	p->component[context][component] += samples;
	p->context[context] += samples;
	if (context != CONTEXT_IDLE)
		p->samples += samples;
}

/* On top of a CPU that had nothing to do works an interrupt, and what follows it. */
static enum context context_of_command(const char *command)
{
	return strncmp(command, "ksoftirqd/", 10) && strcmp(command, "swapper") &&
			       strncmp(command, "swapper/", 8)
		       ? CONTEXT_TASK
		       : CONTEXT_SOFTIRQ;
}

void profile_function(struct profile *p, const char *command, const struct frame *frame,
		      double samples)
{
	enum component says = frame->kernel ? component_of_symbol(frame->symbol) : COMPONENT_user;
	enum component component = frame->kernel ? component_of_stack(&says, 1) : COMPONENT_user;

	take(p, context_of_command(command), component, frame, samples);
}

void profile_stack(struct profile *p, const char *command, const struct frame *frames, size_t depth,
		   double samples)
{
	enum context context = context_of_command(command);
	enum component says[PROFILE_DEPTH];
	size_t kernel = 0;

	while (kernel < depth && kernel < PROFILE_DEPTH && frames[kernel].kernel) {
		says[kernel] = component_of_symbol(frames[kernel].symbol);
		kernel++;
	}
	for (size_t i = 0; i < kernel; i++) {
		enum context here = context_of_symbol(frames[i].symbol);

		if (here == CONTEXT_TASK)
			continue;
		context = here;
		break;
	}
	take(p, context, kernel ? component_of_stack(says, kernel) : COMPONENT_user, frames,
	     samples);
}

void profile_rest(struct profile *p, double samples)
{
	p->rest += samples;
	p->samples += samples;
	p->context[CONTEXT_TASK] += samples;
}

static void component(struct profile *p, enum metric_id id, const char *context, const char *name,
		      double value)
{
	char key[64];

	snprintf(key, sizeof(key), "%s/%s", context, name);
	p->failed |= import_set(p->im, p->in, p->im->end, id, key, value) != 0;
}

static void components(struct profile *p, enum metric_id id, double one)
{
	for (int context = 0; context < CONTEXT_COUNT; context++)
		for (int i = 0; i < COMPONENT_COUNT; i++)
			if (p->component[context][i] > 0)
				component(p, id, context_name(context), component_name(i),
					  p->component[context][i] * one);
	if (p->rest > 0)
		component(p, id, context_name(CONTEXT_TASK), PROFILE_REST, p->rest * one);
}

int profile_finish(struct profile *p, double ns)
{
	const struct known *k = &p->im->known;
	enum record_end end = p->im->end;

	/* What the person knows of the window counts for more than how long a profile went on. */
	if (!isnan(k->busy) && !isnan(import_seconds(p->im)))
		ns = k->busy / 100 * import_seconds(p->im) * 1e9;
	for (int context = 0; context < CONTEXT_COUNT; context++)
		if (p->context[context] > 0)
			p->failed |= import_set(p->im, p->in, end, METRIC_profile_samples,
						context_name(context), p->context[context]) != 0;
	if (p->rest > 0)
		symbol(p, CONTEXT_TASK, &(struct frame){"(" PROFILE_REST ")", "-", false}, p->rest);
	if (!(p->samples > 0))
		return p->failed ? -1 : 0;
	if (isnan(ns)) {
		components(p, METRIC_profile_share, 1 / p->samples);
		import_absent(p->im, "profile/time",
			      "the table counts samples of an event that is no time; give --busy and --seconds, the end's CPU use and its window, for ns");
	} else {
		components(p, METRIC_profile_component, ns / p->samples);
		p->failed |= import_set(p->im, p->in, end, METRIC_profile_period, NULL,
					ns / p->samples) != 0;
	}
	return p->failed ? -1 : 0;
}

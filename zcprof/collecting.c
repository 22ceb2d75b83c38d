// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/collecting.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/descriptors.h"
#include "base/say.h"
#include "collectors/list.h"
#include "zcprof/once.h"

/* Of one that failed it is not known for want of what; it had let go of what it opened, up to these. */
#define FILES_MOST 64

static bool is_listed(const char *list, const char *name)
{
	for (size_t len; *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (len == strlen(name) && !strncmp(list, name, len))
			return true;
	}
	return false;
}

static bool is_wanted(const char *only, const char *without, const char *name)
{
	return (!only || is_listed(only, name)) && !(without && is_listed(without, name));
}

void collecting_choose(const struct collector_ops **chosen, const char *only, const char *without)
{
	size_t count = 0;

	for (size_t i = 0; collectors[i] && count + 1 < COLLECTORS_MAX; i++)
		if (is_wanted(only, without, collectors[i]->source))
			chosen[count++] = collectors[i];
	chosen[count] = NULL;
}

/* The first name that is no collector's; NULL: all are. It ends at the next comma. */
static const char *find_unknown(const char *list)
{
	size_t len = 0;

	for (;; list += len + 1) {
		const struct collector_ops *const *c = collectors;

		len = strcspn(list, ",");
		while (*c && (strlen((*c)->source) != len || strncmp((*c)->source, list, len)))
			c++;
		if (!*c)
			return list;
		if (!list[len])
			return NULL;
	}
}

int collecting_refuse(const char *only, const char *without, bool power, char *why, size_t size)
{
	const char *unknown_only = only ? find_unknown(only) : NULL;
	const char *unknown = unknown_only ? unknown_only : without ? find_unknown(without) : NULL;
	size_t left = 0;

	for (size_t i = 0; collectors[i]; i++)
		left += is_wanted(only, without, collectors[i]->source);
	if (unknown)
		snprintf(why, size, "--%s: there is no collector %.*s",
			 unknown_only ? "collect" : "no-collect",
			 *unknown && *unknown != ',' ? (int)strcspn(unknown, ",") : 14,
			 *unknown && *unknown != ',' ? unknown : "without a name");
	else if (!left)
		snprintf(why, size, "--collect and --no-collect leave no collector");
	else if (power && !is_wanted(only, without, "power"))
		snprintf(why, size,
			 "--power has no effect without the collector power, which --collect or --no-collect leaves out");
	else
		return 0;
	return -1;
}

static bool is_chosen(const struct collector_ops *ops, const struct collector_ops *const *chosen)
{
	while (*chosen && *chosen != ops)
		chosen++;
	return *chosen;
}

static void absent(struct collecting *c, struct writer *w, const struct collector_ops *ops,
		   const char *why)
{
	c->absent[c->absent_count].source = ops->source;
	c->absent[c->absent_count].hardware = ops->hardware;
	snprintf(c->absent[c->absent_count].why, sizeof(c->absent[0].why), "%s", why);
	c->absent_count++;
	writer_absent(w, END_HOST, ops->source, why);
}

static bool is_like(const struct collecting *c, size_t i, size_t j)
{
	return c->absent[i].hardware == c->absent[j].hardware &&
	       !strcmp(c->absent[i].why, c->absent[j].why);
}

/* Of all that are absent for one reason in one sentence: without BPF that is most of them. */
static void say_absent(const struct collecting *c, struct once *once)
{
	for (size_t i = 0; i < c->absent_count; i++) {
		char names[COLLECTORS_MAX * 20] = "", text[sizeof(names) + 600];
		size_t len = 0, first = 0;

		while (!is_like(c, first, i))
			first++;
		if (first < i)
			continue;
		for (size_t j = i; j < c->absent_count && len < sizeof(names); j++)
			if (is_like(c, i, j))
				len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
							len ? ", " : "", c->absent[j].source);
		snprintf(text, sizeof(text), "the records have no %s: %s", names, c->absent[i].why);
		if (c->absent[i].hardware)
			say_detail("%s", text);
		else
			once_warning(once, text);
	}
}

void collecting_open(struct collecting *c, const struct measurement *run,
		     const struct collector_ops *const *chosen, bool control, struct writer *w,
		     struct once *once)
{
	descriptors_keep();
	for (size_t i = 0; collectors[i]; i++) {
		const struct collector_ops *ops = collectors[i];
		const char *means = NULL;
		bool failed;
		char why[512] = "";

		if (!is_chosen(ops, chosen)) {
			writer_absent(w, END_HOST, ops->source, "not asked for");
			continue;
		}
		/* C costs two reads of /proc, and without it there is no ROI to compare. */
		if (control && strcmp(ops->source, "cpu")) {
			writer_absent(w, END_HOST, ops->source, "this is a control run");
			continue;
		}
		c->used[c->count].ops = ops;
		failed = ops->open(&c->used[c->count].state, run, &means, why, sizeof(why));
		/* It may have taken a file that it could not open for one that is not there. */
		if (!descriptors_left(failed ? FILES_MOST : 1, why, sizeof(why))) {
			ops->close(c->used[c->count].state);
			c->used[c->count].state = NULL;
			absent(c, w, ops, why);
			continue;
		}
		if (failed) {
			absent(c, w, ops, why);
		} else {
			c->used[c->count].opened = true;
			writer_fact(w, END_HOST, METRIC_collector_means, ops->source, means);
		}
		c->count++;
	}
	descriptors_let();
	say_absent(c, once);
}

void collecting_snapshot(struct collecting *c, enum edge edge)
{
	uint64_t first = clock_ns(), now = first;

	if (edge == EDGE_OPEN)
		c->began_ns = first;
	for (size_t i = 0; i < c->count; i++) {
		if (!c->used[i].opened)
			continue;
		if (edge == EDGE_OPEN)
			c->used[i].from_ns = now;
		if (c->used[i].ops->snapshot(c->used[i].state, edge))
			c->used[i].failed = true;
		now = clock_ns();
		c->used[i].until_ns = now;
	}
	c->spread_ns[edge] = now - first;
}

void collecting_look(const struct collecting *c, struct writer *w)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct collector_ops *ops = c->used[i].ops;
		void *state = c->used[i].state;

		if (!c->used[i].opened || c->used[i].failed)
			continue;
		if (ops->look)
			ops->look(state, w);
		else if (ops->repeats && !ops->snapshot(state, EDGE_CLOSE))
			ops->emit(state, w);
	}
}

/* What of the window a source's figures are of. */
static void emit_window(const struct collecting *c, size_t i, struct writer *w)
{
	const char *source = c->used[i].ops->source;

	writer_u64(w, WINDOW, END_HOST, METRIC_collector_opened, source,
		   c->used[i].from_ns - c->began_ns);
	writer_u64(w, WINDOW, END_HOST, METRIC_collector_window, source,
		   c->used[i].until_ns - c->used[i].from_ns);
}

void collecting_emit(const struct collecting *c, struct writer *w)
{
	static const char *const edge_name[EDGE_COUNT] = {"open", "close"};

	for (size_t i = 0; i < c->count; i++) {
		const struct collector_ops *ops = c->used[i].ops;

		if (c->used[i].failed) {
			writer_absent(w, END_HOST, ops->source,
				      "could not be read at an edge of the window");
		} else if (c->used[i].opened) {
			ops->emit(c->used[i].state, w);
			emit_window(c, i, w);
		}
	}
	for (int edge = 0; edge < EDGE_COUNT && c->count; edge++)
		writer_u64(w, WINDOW, END_HOST, METRIC_selfcost_edge_spread, edge_name[edge],
			   c->spread_ns[edge]);
}

void collecting_close(struct collecting *c)
{
	while (c->count) {
		c->count--;
		c->used[c->count].ops->close(c->used[c->count].state);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/join.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"

static struct configuration *joined_of(struct experiment *e, const struct run *run,
				       const char *label)
{
	const char *given = run_fact(run, METRIC_fact_configuration, END_HOST, NULL);
	const char *value = run_label(run, label);
	struct configuration *c;
	char *name;

	if (value ? asprintf(&name, "%s, %s %s", given ? given : run->path, label, value) < 0
		  : asprintf(&name, "%s, no %s", given ? given : run->path, label) < 0)
		abort();
	for (size_t i = 0; i < e->count; i++) {
		c = &e->configurations[i];
		if (strcmp(c->name, name) != 0)
			continue;
		free(name);
		return c;
	}
	c = &ARRAY_ADD(e->configurations, e->count);
	*c = (struct configuration){.name = name};
	return c;
}

static int by_host(const void *a, const void *b)
{
	const struct run *const *x = a;
	const struct run *const *y = b;
	const char *first = run_host(*x);
	const char *second = run_host(*y);
	int order = strcmp(first ? first : "", second ? second : "");

	return order ? order : strverscmp((*x)->path, (*y)->path);
}

static bool any_has(const struct experiment *e, const char *label)
{
	for (size_t i = 0; i < e->count; i++)
		for (size_t j = 0; j < e->configurations[i].count; j++)
			if (run_label(e->configurations[i].runs[j], label))
				return true;
	return false;
}

int experiment_join(struct experiment *e, const char *label)
{
	struct experiment joined = {.left_out = e->left_out, .left_out_count = e->left_out_count};

	if (!any_has(e, label)) {
		say_error("--by %s: no run has such a label; give one of 'zcprof run --label %s=…', or host, kernel or cpu_model",
			  label, label);
		return -1;
	}
	for (size_t i = 0; i < e->count; i++) {
		struct configuration *from = &e->configurations[i];

		for (size_t j = 0; j < from->count + from->control_count; j++) {
			bool control = j >= from->count;
			struct run *run = control ? from->controls[j - from->count] : from->runs[j];
			struct configuration *to = joined_of(&joined, run, label);

			if (!to->directory)
				to->directory = strdup(from->directory);
			if (control)
				ARRAY_ADD(to->controls, to->control_count) = run;
			else
				ARRAY_ADD(to->runs, to->count) = run;
		}
		from->count = from->control_count = 0;
	}
	for (size_t i = 0; i < joined.count; i++)
		ARRAY_SORT(joined.configurations[i].runs, joined.configurations[i].count, by_host);
	e->left_out = NULL;
	e->left_out_count = 0;
	experiment_free(e);
	*e = joined;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/chosen.h"

#include <stdio.h>
#include <string.h>

#include "base/say.h"

const char *chosen_value(const struct dimension *d, const struct configuration *configuration,
			 const struct run *run, struct arena *texts)
{
	const char *value = dimension_of(d, run, texts);

	for (size_t i = 1; configuration && i < configuration->count; i++)
		if (strcmp(dimension_of(d, configuration->runs[i], texts), value) != 0)
			return "several";
	return value;
}

bool chosen_is(const struct pivot *p, const struct configuration *configuration,
	       const struct run *run, struct arena *texts)
{
	for (size_t i = 0; i < p->where_count; i++)
		if (!where_holds(&p->where[i],
				 chosen_value(&p->where[i].dimension, configuration, run, texts)))
			return false;
	return true;
}

/* "copy", "uring": each value once, of what was run. */
static void list_values(const struct dimension *d, const struct experiment *e, char *list,
			size_t size)
{
	struct arena texts = {0};
	const char *seen[16];
	size_t count = 0, used = 0;

	*list = '\0';
	for (size_t i = 0; i < e->count && count < sizeof(seen) / sizeof(*seen); i++) {
		const struct configuration *c = &e->configurations[i];
		const char *value = c->count ? chosen_value(d, c, c->runs[0], &texts) : "";
		size_t known = 0;

		while (known < count && strcmp(seen[known], value) != 0)
			known++;
		if (known < count || !*value || used >= size)
			continue;
		seen[count++] = value;
		used += snprintf(list + used, size - used, "%s%.60s", used ? ", " : "", value);
	}
	arena_free(&texts);
}

/* Of conditions that some hold of, each: that none holds of all. */
static void say_none(const struct pivot *p, const struct experiment *e)
{
	for (size_t i = 0; i < p->where_count; i++) {
		struct pivot one = {.where = {p->where[i]}, .where_count = 1};
		struct arena texts = {0};
		char list[400];
		size_t held = 0;

		for (size_t j = 0; j < e->count && !held; j++)
			held = e->configurations[j].count &&
			       chosen_is(&one, &e->configurations[j], e->configurations[j].runs[0],
					 &texts);
		arena_free(&texts);
		if (held)
			continue;
		list_values(&p->where[i].dimension, e, list, sizeof(list));
		say_error("--where %s=%s: no configuration has that; %s%s",
			  p->where[i].dimension.name, p->where[i].list,
			  *list ? "there is " : "none has any", list);
		return;
	}
	say_error("--where: no configuration has all of what is asked for");
}

int chosen_keep(struct experiment *e, const struct pivot *p)
{
	struct arena texts = {0};
	size_t found = 0;

	for (size_t i = 0; i < e->count; i++)
		found += e->configurations[i].count &&
			 chosen_is(p, &e->configurations[i], e->configurations[i].runs[0], &texts);
	for (size_t i = 0; i < e->refused_count; i++)
		found += chosen_is(p, NULL, e->refused[i], &texts);
	if (!found)
		say_none(p, e);
	for (size_t i = e->count; found && i > 0; i--) {
		const struct configuration *c = &e->configurations[i - 1];

		if (!c->count || !chosen_is(p, c, c->runs[0], &texts))
			experiment_drop(e, i - 1);
	}
	for (size_t i = e->refused_count; found && i > 0; i--)
		if (!chosen_is(p, NULL, e->refused[i - 1], &texts))
			experiment_drop_refused(e, i - 1);
	arena_free(&texts);
	return found ? 0 : -1;
}

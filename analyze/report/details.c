// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All that zcroi show says of one configuration: {parts: [{name, title, page}]}, its parts first, then
 * the sources of the registry that have none of their own.
 */
#include <string.h>

#include "analyze/report/data.h"
#include "analyze/show/show.h"
#include "page/embed.h"

/* Of a long list: what a page has room for. */
#define LINES 100

static void add_part(json_t *parts, const struct subject *part, const struct configuration *c,
		     const char *source)
{
	struct view v = {page_new(), c, LINES, source};
	const char *name = part->name ? part->name : source;

	show_one(part, &v);
	json_array_append_new(parts, json_pack("{s: s, s: s, s: o}", "name", name, "title",
					       part->title ? part->title : source, "page",
					       script_page(v.page)));
	page_free(v.page);
}

static bool is_shown(const char *source)
{
	static const char *const apart[] = {"fact", "path", "collector", "profile", "calibration"};

	for (size_t i = 0; i < sizeof(apart) / sizeof(*apart); i++)
		if (!strcmp(source, apart[i]))
			return true;
	for (size_t i = 0; show_subject(i); i++)
		if (!strcmp(show_subject(i)->name, source))
			return true;
	return false;
}

static bool has_rows(const struct configuration *c, const char *source)
{
	for (size_t i = 0; i < c->count; i++)
		for (size_t j = 0; j < c->runs[i]->figure_count; j++)
			if (!strcmp(metric_info(c->runs[i]->figures[j].id)->source, source))
				return true;
	return false;
}

json_t *data_details(const struct configuration *c)
{
	static const struct subject of_source = {NULL, NULL, show_source, KEEP_WINDOW, NULL};
	json_t *parts = json_array();
	const char *last = "";

	for (size_t i = 0; show_subject(i); i++)
		if (strcmp(show_subject(i)->name, "facts") != 0)
			add_part(parts, show_subject(i), c, show_subject(i)->name);
	for (enum metric_id id = 0; id < METRIC_COUNT; id++) {
		const char *source = metric_info(id)->source;

		if (!strcmp(source, last))
			continue;
		last = source;
		if (!is_shown(source) && has_rows(c, source))
			add_part(parts, &of_source, c, source);
	}
	return json_pack("{s: o, s: o}", "parts", parts, "stacks", data_stacks(c));
}

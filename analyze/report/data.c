// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/report/data.h"

#include <string.h>

#include "page/embed.h"

static json_t *quantities(const struct exponents *exponents)
{
	json_t *all = json_array();

	for (enum quantity q = 0; q < QUANTITIES; q++) {
		const struct quantity_info *info = quantity_info(q);
		char heading[64];

		quantity_heading(q, exponents, heading, sizeof(heading));
		json_array_append_new(all, json_pack("{s: s, s: s, s: s, s: s, s: i}", "name",
						     info->name, "words", info->words, "heading",
						     heading, "unit", info->unit, "better",
						     info->better == BETTER_MORE ? 1 : -1));
	}
	return all;
}

static const char *file_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static json_t *run_data(const struct line *line, size_t i)
{
	json_t *values = json_array();

	for (enum quantity q = 0; q < QUANTITIES; q++)
		json_array_append_new(values, script_number(line->of_run[q][i]));
	return json_pack("{s: o, s: b, s: o}", "file",
			 script_text(file_of(line->configuration->runs[i]->path)), "apart",
			 line->apart[i], "values", values);
}

static json_t *line_data(const struct line *line)
{
	json_t *runs = json_array(), *middle = json_array(), *low = json_array(),
	       *high = json_array();

	for (size_t i = 0; i < line->configuration->count; i++)
		json_array_append_new(runs, run_data(line, i));
	for (enum quantity q = 0; q < QUANTITIES; q++) {
		json_array_append_new(middle, script_number(line->middle[q]));
		json_array_append_new(low, script_number(line->interval[q].low));
		json_array_append_new(high, script_number(line->interval[q].high));
	}
	return json_pack("{s: o, s: o, s: o, s: o, s: o}", "name",
			 script_text(line->configuration->name), "runs", runs, "middle", middle,
			 "low", low, "high", high);
}

json_t *data_overview(const struct overview *r)
{
	json_t *configurations = json_array();

	for (size_t i = 0; i < r->lines.count; i++)
		json_array_append_new(configurations, line_data(&r->lines.at[i]));
	return json_pack("{s: o, s: o}", "quantities", quantities(&r->common.exponents),
			 "configurations", configurations);
}

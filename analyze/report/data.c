// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/report/data.h"

#include <string.h>

#include "analyze/figures/efficiency.h"
#include "base/quantity.h"
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

static json_t *modes_of(const struct configuration *c)
{
	json_t *scopes = json_array();

	for (enum scope scope = 0; scope < SCOPES; scope++) {
		json_t *modes = json_array();

		for (enum mode mode = 0; mode < MODES; mode++)
			json_array_append_new(modes, script_number(mode_percent(c, mode, scope)));
		json_array_append_new(scopes, modes);
	}
	return scopes;
}

static json_t *efficiencies_of(const struct configuration *c)
{
	json_t *all = json_array();

	for (enum efficiency what = 0; what < EFFICIENCIES; what++) {
		json_t *scopes = json_array();

		for (enum scope scope = 0; scope < SCOPES; scope++)
			json_array_append_new(scopes, script_number(efficiency_of(c, what, scope)));
		json_array_append_new(all, scopes);
	}
	return all;
}

/* How many CPUs an end had of its own: "0,2-3" are three; null where nothing says so. */
static json_t *cpus_of(const struct run *run, enum record_end end)
{
	const char *text = run_fact(run, METRIC_fact_end_cpus, end, NULL);
	const char *why;
	cpu_set_t cpus;

	return text && !cpulist_parse(text, &cpus, &why) ? json_integer(CPU_COUNT(&cpus))
							 : json_null();
}

static json_t *line_data(const struct line *line)
{
	const struct configuration *c = line->configuration;
	json_t *runs = json_array(), *middle = json_array(), *low = json_array(),
	       *high = json_array();

	for (size_t i = 0; i < c->count; i++)
		json_array_append_new(runs, run_data(line, i));
	for (enum quantity q = 0; q < QUANTITIES; q++) {
		json_array_append_new(middle, script_number(line->middle[q]));
		json_array_append_new(low, script_number(line->interval[q].low));
		json_array_append_new(high, script_number(line->interval[q].high));
	}
	return json_pack("{s: o, s: o, s: o, s: o, s: o, s: o, s: o, s: o}", "name",
			 script_text(c->name), "runs", runs, "middle", middle, "low", low, "high",
			 high, "modes", modes_of(c), "efficiency", efficiencies_of(c), "cpus",
			 json_pack("[o, o]", cpus_of(c->runs[0], END_RX),
				   cpus_of(c->runs[0], END_TX)));
}

static json_t *end_names(void)
{
	json_t *all = json_array();

	for (int end = 0; end < RECORD_ENDS; end++)
		json_array_append_new(all, json_string(record_end_name[end]));
	return all;
}

static json_t *registry(void)
{
	static const char *const kinds[] = {"total", "gauge", "level", "mean", "histogram", "fact"};
	static const char *const better[] = {"", "less", "more"};
	json_t *all = json_array();

	for (enum metric_id id = 0; id < METRIC_COUNT; id++) {
		const struct metric_info *info = metric_info(id);

		json_array_append_new(all,
				      json_pack("[s, s, s, s, s, s, b]", info->source, info->name,
						info->unit, kinds[info->kind], better[info->better],
						info->meaning, info->fine));
	}
	return all;
}

json_t *data_overview(const struct overview *r)
{
	json_t *configurations = json_array();

	for (size_t i = 0; i < r->lines.count; i++)
		json_array_append_new(configurations, line_data(&r->lines.at[i]));
	return json_pack("{s: o, s: o, s: o, s: o, s: o, s: o}", "ends", end_names(), "quantities",
			 quantities(&r->common.exponents), "configurations", configurations,
			 "registry", registry(), "facts", data_facts(r), "pairs", data_pairs(r));
}

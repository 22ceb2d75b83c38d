// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was chosen and found: {same: [[end, fact, key, value]], differ: [[end, fact, key, [value of each
 * configuration]]]}. A value is null where no run has it, and false where the runs of a configuration
 * differ.
 */
#include <string.h>

#include "analyze/load/settings.h"
#include "analyze/report/data.h"
#include "page/embed.h"

/* By "end/id/key": has it been said? */
static bool is_new(json_t *known, const struct fact *fact)
{
	char name[64];
	json_t *of_end;

	snprintf(name, sizeof(name), "%d/%d", fact->end, fact->id);
	of_end = json_object_get(known, name);
	if (!of_end) {
		of_end = json_object();
		json_object_set_new(known, name, of_end);
	}
	if (json_object_get(of_end, fact->key))
		return false;
	json_object_set_new(of_end, fact->key, json_true());
	return true;
}

static json_t *value_of(const struct configuration *c, const struct fact *fact)
{
	const char *value = NULL;

	if (!one_value(c, fact, &value))
		return json_false();
	return value ? script_text(value) : json_null();
}

static void add_fact(const struct overview *r, const struct fact *fact, json_t *same, json_t *differ)
{
	const struct metric_info *info = metric_info(fact->id);
	json_t *values = json_array(), *row = json_array();
	bool alike = true;

	for (size_t i = 0; i < r->lines.count; i++) {
		json_array_append_new(values, value_of(r->lines.at[i].configuration, fact));
		alike = alike && json_is_string(json_array_get(values, i)) &&
			json_equal(json_array_get(values, i), json_array_get(values, 0));
	}
	json_array_append_new(row, json_string(record_end_name[fact->end]));
	json_array_append_new(row, strcmp(info->source, "fact")
					   ? json_sprintf("%s %s", info->source, info->name)
					   : json_string(info->name));
	json_array_append_new(row, script_text(fact->key));
	if (alike)
		json_array_append(row, json_array_get(values, 0));
	else
		json_array_append(row, values);
	json_decref(values);
	json_array_append_new(alike ? same : differ, row);
}

json_t *data_facts(const struct overview *r)
{
	json_t *known = json_object(), *same = json_array(), *differ = json_array();

	for (size_t i = 0; i < r->lines.count; i++) {
		const struct run *run = r->lines.at[i].configuration->runs[0];

		for (size_t j = 0; j < run->fact_count; j++)
			if (!names_the_run(&run->facts[j]) && is_new(known, &run->facts[j]))
				add_fact(r, &run->facts[j], same, differ);
	}
	json_decref(known);
	return json_pack("{s: o, s: o}", "same", same, "differ", differ);
}

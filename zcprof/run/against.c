// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/against.h"

#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "record/reader.h"

/* The first record of each configuration in the directory, or of the one that it is. */
static char *find_record(const char *directory)
{
	static const char *const patterns[] = {"run-*.csv", "*/run-*.csv"};
	char *found = NULL;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns) && !found; i++) {
		glob_t list = {0};
		char *pattern;

		if (asprintf(&pattern, "%s/%s", directory, patterns[i]) < 0)
			return NULL;
		if (!glob(pattern, 0, NULL, &list)) {
			const char *first = list.gl_pathv[0];
			const char *last = list.gl_pathv[list.gl_pathc - 1];
			size_t len = strrchr(first, '/') - first;

			if (strncmp(first, last, len + 1))
				say_error("--against %s: it holds several configurations; name the directory of one, such as %.*s",
					  directory, (int)len, first);
			else
				found = strdup(first);
			free(pattern);
			globfree(&list);
			return found;
		}
		free(pattern);
	}
	say_error("--against %s: it holds no finished run (run-N.csv); name the directory of a configuration that zcprof run measured",
		  directory);
	return NULL;
}

static char *text_of(const struct text *text)
{
	return strndup(text->at, text->len);
}

/* An option that this version does not know, or that was not set, is left to its default. */
static int take_option(struct plan *plan, struct configuration *c, const struct row *row)
{
	char *name = text_of(&row->key);
	char *value = text_of(&row->value);
	int result = name && value ? 0 : -1;

	for (int id = 0; !result && *value && !end_is_machine(row->end) && id < OPTIONS; id++) {
		const struct option_info *info = option_info(id);
		char why[200];

		if (strcmp(info->name, name) || option_check(id, value, why, sizeof(why)))
			continue;
		c->value[row->end][id] = plan_keep(plan, value);
		result = c->value[row->end][id] ? 0 : -1;
	}
	free(name);
	free(value);
	return result;
}

static int read_record(struct plan *plan, struct configuration *c, const char *path)
{
	struct reader *reader = reader_open_regular(path);
	struct row row;
	int got, result = 0;

	if (!reader)
		return -1;
	while (!result && (got = reader_next(reader, &row)) == 1) {
		if (row.id == METRIC_fact_option)
			result = take_option(plan, c, &row);
		else if (row.id == METRIC_fact_configuration && !c->name &&
			 asprintf(&c->name, AGAINST_PREFIX "%.*s", (int)row.value.len,
				  row.value.at) < 0)
			result = -1;
	}
	if (!result && got < 0) {
		say_error("%s", reader_error(reader));
		result = -1;
	}
	reader_close(reader);
	return result;
}

int against_add(struct plan *plan, const char *directory)
{
	struct configuration c = {.against = directory};
	char *path = find_record(directory);
	struct configuration *grown;
	int result = -1;

	if (!path)
		return -1;
	if (read_record(plan, &c, path)) {
		free(c.name);
	} else if (!c.name || strchr(c.name, '/') || strlen(c.name) > NAME_MAX) {
		say_error("--against %s: %s names no configuration that a directory can be called by",
			  directory, path);
		free(c.name);
	} else {
		grown = reallocarray(plan->configurations, plan->configuration_count + 1,
				     sizeof(*grown));
		if (grown) {
			plan->configurations = grown;
			grown[plan->configuration_count++] = c;
			result = 0;
		}
	}
	free(path);
	return result;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/asked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/options.h"

static bool can_be_set(const struct fact *fact)
{
	static const char *const fixed[] = {"driver", "driver version", "firmware", "bus",
					    "speed Mbit/s"};

	if (fact->id == METRIC_fact_governor || fact->id == METRIC_fact_sysctl)
		return true;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (!strcmp(fact->key, fixed[i]))
			return false;
	return fact->id == METRIC_fact_nic;
}

/* A program of XDP takes features off a device, as veth's segmentation: it goes with the path that attached it. */
static bool goes_with_xdp(const struct fact *fact)
{
	return fact->id == METRIC_fact_nic && !strncmp(fact->key, "feature ", strlen("feature "));
}

static const char *xdp_of(const struct run *run)
{
	const char *mode = run_fact(run, METRIC_path_given, END_RX, "xdp");

	return mode ? mode : run_fact(run, METRIC_path_given, END_RX, "xsk") ? "xsk" : "none";
}

/* All settings that were asked for, as one text, as far as the fact goes with them; the record has them in one order. */
static char *settings_text(const struct run *run, const struct fact *of)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < run->fact_count; i++) {
		const struct fact *fact = &run->facts[i];
		enum option_id id =
			fact->id == METRIC_fact_option ? option_find(fact->key) : OPTION_NONE;

		if (id != OPTION_NONE && option_is_setting(id))
			fprintf(out, "%d %s=%s\n", fact->end, fact->key, fact->value);
	}
	if (goes_with_xdp(of))
		fprintf(out, "xdp=%s\n", xdp_of(run));
	fclose(out);
	return text;
}

/* What the runs of these settings have. */
struct kind {
	char *settings;
	const char *value; /* NULL: no such fact */
};

static bool takes(struct kind **kinds, size_t *count, const struct run *run, const struct fact *fact)
{
	const char *value = run_fact(run, fact->id, fact->end, fact->key);
	char *settings = settings_text(run, fact);

	for (size_t i = 0; settings && i < *count; i++) {
		const char *other = (*kinds)[i].value;

		if (strcmp((*kinds)[i].settings, settings) != 0)
			continue;
		free(settings);
		return value == other || (value && other && !strcmp(value, other));
	}
	if (!settings)
		return false;
	ARRAY_ADD(*kinds, *count) = (struct kind){settings, value};
	return true;
}

bool asked_for(const struct experiment *e, const struct fact *fact)
{
	struct kind *kinds = NULL;
	size_t count = 0;
	bool asked = can_be_set(fact);

	for (size_t i = 0; asked && i < e->count; i++)
		for (size_t j = 0; asked && j < e->configurations[i].count; j++)
			asked = takes(&kinds, &count, e->configurations[i].runs[j], fact);
	for (size_t i = 0; i < count; i++)
		free(kinds[i].settings);
	free(kinds);
	return asked;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/record.h"

#include <string.h>

const char *const record_end_name[END_COUNT] = {"host", "rx", "tx"};

static const struct metric_info registry[METRIC_COUNT] = {
#define METRIC(source, name, unit, kind, better, meaning)                                          \
	{#source, #name, unit, KIND_##kind, BETTER_##better, meaning},
#include "record/metrics.def"
#undef METRIC
};

const struct metric_info *metric_info(enum metric_id id)
{
	return &registry[id];
}

enum metric_id metric_find(const char *source, size_t source_len, const char *name,
			   size_t name_len)
{
	for (int id = 0; id < METRIC_COUNT; id++)
		if (!strncmp(registry[id].name, name, name_len) && !registry[id].name[name_len] &&
		    !strncmp(registry[id].source, source, source_len) &&
		    !registry[id].source[source_len])
			return id;
	return METRIC_NONE;
}

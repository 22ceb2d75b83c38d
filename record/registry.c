// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/record.h"

#include <stdint.h>
#include <string.h>

const char *const record_end_name[RECORD_ENDS] = {"host", "rx", "tx", "rx-host", "tx-host"};

static const struct metric_info registry[METRIC_COUNT] = {
#define METRIC(source, name, unit, kind, better, meaning)                                          \
	{#source, #name, unit, KIND_##kind, BETTER_##better, meaning, false, false, false},
#define METRIC_APART(source, name, unit, kind, better, meaning)                                    \
	{#source, #name, unit, KIND_##kind, BETTER_##better, meaning, true, false, false},
#define METRIC_FINE(source, name, unit, kind, better, meaning)                                     \
	{#source, #name, unit, KIND_##kind, BETTER_##better, meaning, false, true, false},
#define METRIC_SIGNED(source, name, unit, kind, better, meaning)                                   \
	{#source, #name, unit, KIND_##kind, BETTER_##better, meaning, false, false, true},
#include "record/metrics.def"
#undef METRIC
};

/* Sources that are not compared as mechanisms. */
static const struct {
	const char *source;
	enum metric_compare how;
} compared[] = {
#define METRIC(source, name, unit, kind, better, meaning)
#define COMPARE(source, how) {#source, COMPARE_##how},
#include "record/metrics.def"
#undef METRIC
};

const struct metric_info *metric_info(enum metric_id id)
{
	return &registry[id];
}

bool metric_scales(enum metric_id id)
{
	return registry[id].kind == KIND_TOTAL || registry[id].kind == KIND_HISTOGRAM;
}

enum metric_compare metric_compare(enum metric_id id)
{
	const struct metric_info *info = &registry[id];

	if (info->apart || info->kind == KIND_FACT || info->kind == KIND_HISTOGRAM)
		return COMPARE_APART;
	for (size_t i = 0; i < sizeof(compared) / sizeof(*compared); i++)
		if (!strcmp(compared[i].source, info->source))
			return compared[i].how;
	return COMPARE_AS_MECHANISM;
}

/*
 * An open-addressing table from (source, name) to id, filled before main and read-only from then
 * on. A reader looks up every row of files of a gigabyte, so the hash takes a few bytes that
 * differ between metrics, and not all.
 */
#define SLOTS 2048
_Static_assert(METRIC_COUNT * 4 <= SLOTS, "the metrics outgrow their table: double SLOTS");

static struct slot {
	int16_t id_plus_1; /* 0: empty */
	uint8_t source_len;
	uint8_t name_len;
} table[SLOTS];

static size_t hash(const char *source, size_t source_len, const char *name, size_t name_len)
{
	uint64_t bytes;

	if (!source_len || !name_len)
		return 0;
	bytes = (unsigned char)source[0] | (unsigned char)source[source_len - 1] << 8 |
		(unsigned char)name[0] << 16 | (uint64_t)(unsigned char)name[name_len / 2] << 24 |
		(uint64_t)(unsigned char)name[name_len - 1] << 32 | (uint64_t)source_len << 40 |
		(uint64_t)name_len << 48;
	/* Knuth's multiplicative hash: the top bits depend on all of them. */
	return bytes * 0x9e3779b97f4a7c15ULL >> 53;
}
_Static_assert(SLOTS == 1 << (64 - 53), "hash() gives an index of the table");

__attribute__((constructor)) static void fill_table(void)
{
	for (int id = 0; id < METRIC_COUNT; id++) {
		const struct metric_info *m = &registry[id];
		size_t source_len = strlen(m->source);
		size_t name_len = strlen(m->name);
		size_t at = hash(m->source, source_len, m->name, name_len);

		while (table[at].id_plus_1)
			at = (at + 1) % SLOTS;
		table[at] = (struct slot){id + 1, source_len, name_len};
	}
}

enum metric_id metric_find(const char *source, size_t source_len, const char *name, size_t name_len)
{
	size_t at = hash(source, source_len, name, name_len);

	for (; table[at].id_plus_1; at = (at + 1) % SLOTS) {
		const struct slot *s = &table[at];
		const struct metric_info *m = &registry[s->id_plus_1 - 1];

		if (s->name_len == name_len && s->source_len == source_len &&
		    !memcmp(m->name, name, name_len) && !memcmp(m->source, source, source_len))
			return s->id_plus_1 - 1;
	}
	return METRIC_NONE;
}

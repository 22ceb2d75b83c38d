// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/fingerprint.h"

/* FNV-1a, 64 bits (RFC 9923). */
#define FNV_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME 0x00000100000001b3ULL

static uint64_t add(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ at[i]) * FNV_PRIME;
	return hash;
}

static bool is_name(enum metric_id id)
{
	return id == METRIC_fact_configuration || id == METRIC_fact_repeat ||
	       id == METRIC_fact_label;
}

void fingerprint_row(struct fingerprint *f, const struct row *row)
{
	const unsigned char what[] = {
		(unsigned char)row->id,
		(unsigned char)((unsigned int)row->id >> 8),
		(unsigned char)row->end,
	};
	uint64_t hash = add(FNV_BASIS, what, sizeof(what));

	/* A figure by its value: 1 is 1.0. */
	hash = add(hash, &row->time_s, sizeof(row->time_s));
	hash = add(hash, row->key.at, row->key.len);
	if (metric_info(row->id)->kind == KIND_FACT)
		hash = add(hash, row->value.at, row->value.len);
	else
		hash = add(hash, &row->number, sizeof(row->number));
	*(is_name(row->id) ? &f->names : &f->rows) += hash;
	f->dated |= row->id == METRIC_fact_started;
}

bool fingerprint_same(const struct fingerprint *a, const struct fingerprint *b)
{
	return a->rows == b->rows && a->dated == b->dated && (a->dated || a->names == b->names);
}

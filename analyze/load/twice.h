/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of a record that stand there twice: of two with one key a reader could take either.
 *
 *   twice_row()   the next row
 *   twice_each()  what stood there before, by its line, until the caller has enough
 *   twice_free()
 */
#ifndef ANALYZE_LOAD_TWICE_H
#define ANALYZE_LOAD_TWICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "record/row.h"

/* Starts zeroed. */
struct twice {
	struct twice_key *keys;
	size_t count;
	struct arena texts;
};

void twice_row(struct twice *t, const struct row *row);
/* complain: false where it wants no more. */
void twice_each(struct twice *t, bool (*complain)(void *data, uint64_t line, const char *sentence),
		void *data);
void twice_free(struct twice *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One row in memory, whoever made it: a reader of a record, or a writer that hands rows on. */
#ifndef RECORD_ROW_H
#define RECORD_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "record/record.h"

/* Bytes of the longest row. */
#define ROW_MAX (1U << 20)

/* Its texts belong to whoever made it: those of a reader are valid until its next call. */
struct row {
	double time_s; /* WINDOW where the field is empty */
	enum record_end end;
	enum metric_id id;
	struct text key;
	struct text value; /* as it stands in the file, quotes undone; at is NULL for a figure of this process */
	double number; /* the value of every kind but KIND_FACT */
	uint64_t line; /* where the row starts, from 1 */
};

#endif

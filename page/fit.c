// SPDX-License-Identifier: GPL-2.0-or-later
/* In which unit a person reads figures that are recorded in a small one. */
#include <math.h>
#include <string.h>

#include "page/internal.h"

/* Up to here all digits can be read as they stand. */
#define READABLE 1e5

static const struct family {
	const char *unit;
	const char *larger[3]; /* each a thousand of the one before */
} families[] = {
	{"ns", {"us", "ms", "s"}},
	{"bytes", {"KB", "MB", "GB"}},
	{"bytes/s", {"KB/s", "MB/s", "GB/s"}},
};

static const struct family *family_of(const struct column *column)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (!strcmp(families[i].unit, column->unit))
			return &families[i];
	return NULL;
}

static double largest_of(const struct table *t, size_t begin, size_t end)
{
	double largest = 0;

	for (size_t i = 0; i < t->cell_count; i++) {
		const struct cell *cell = &t->cells[i];
		size_t column = i % t->column_count;

		if (column >= begin && column < end &&
		    (cell->kind == CELL_NUMBER || cell->kind == CELL_ESTIMATE))
			largest = fmax(largest, fabs(cell->value));
	}
	return largest;
}

void table_fit(struct table *t, size_t begin, size_t end)
{
	const struct family *family =
		begin < t->column_count ? family_of(&t->columns[begin]) : NULL;
	double largest = largest_of(t, begin, end), scale = 1;
	size_t steps = 0;

	if (!family || largest < READABLE)
		return;
	while (steps < 3 && largest / scale >= 1000) {
		scale *= 1000;
		steps++;
	}
	for (size_t i = begin; i < end && i < t->column_count; i++) {
		t->columns[i].unit = family->larger[steps - 1];
		t->columns[i].scale = scale;
	}
}

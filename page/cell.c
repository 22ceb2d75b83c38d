// SPDX-License-Identifier: GPL-2.0-or-later
/* Figures as a person reads them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/visible.h"
#include "page/internal.h"

static int four_digits(double largest)
{
	int decimals = 3;

	if (largest > 0 && isfinite(largest))
		decimals = 3 - (int)floor(log10(largest));
	return decimals < 0 ? 0 : decimals > 6 ? 6 : decimals;
}

/* Of figures that span so much, those of a column's smallest would have no digit left with the decimals of its largest. */
#define SPAN 1000

int column_decimals(const struct table *t, size_t column)
{
	double largest = 0, least = INFINITY, scale = t->columns[column].scale;

	if (t->columns[column].decimals != DECIMALS_AUTO)
		return t->columns[column].decimals;
	for (size_t i = column; i < t->cell_count; i += t->column_count) {
		const struct cell *cell = &t->cells[i];

		if (cell->kind == CELL_NUMBER || cell->kind == CELL_ESTIMATE)
			largest = fmax(largest, fabs(cell->value));
		else if (cell->kind == CELL_INTERVAL)
			largest = fmax(largest, fabs(cell->high));
		if (cell->kind == CELL_ESTIMATE && fabs(cell->value) > 0)
			least = fmin(least, fabs(cell->value));
	}
	if (scale > 1 && largest > SPAN * least)
		return DECIMALS_EACH;
	largest /= scale;
	/* The ends of an interval are themselves uncertain: three digits will do. */
	if (t->columns[column].kind == COLUMN_INTERVAL)
		largest *= 10;
	return four_digits(largest);
}

/* Near one, three digits behind the point are enough: 0.997 beside 1.003. */
static int decimals_for(double value, int decimals)
{
	if (decimals != DECIMALS_EACH)
		return decimals;
	value = fabs(value);
	if (value == rint(value))
		return 0;
	return value >= 0.1 && value < 1 ? 3 : four_digits(value);
}

/* What so many decimals at most would show with one or no digit has two, by a power of ten. */
static void number_words(double value, int decimals, char *text, size_t size)
{
	decimals = decimals_for(value, decimals);
	if (decimals >= 5 && value && fabs(value) < 1e-5)
		snprintf(text, size, "%.1e", value);
	else
		snprintf(text, size, "%.*f", decimals, value);
}

const char *figure_words(double value, char *text, size_t size)
{
	number_words(value, DECIMALS_EACH, text, size);
	return text;
}

static void interval_words(double low, double high, int decimals, char *text, size_t size)
{
	number_words(low, decimals, text, size);
	snprintf(text + strlen(text), size - strlen(text), "..");
	number_words(high, decimals, text + strlen(text), size - strlen(text));
}

/* An interval of more than so much from end to end knows the figure by no digit: by which factor is all there is to say. */
#define WIDE 100

static bool is_wide(double low, double high)
{
	return low > 0 && high > WIDE * low;
}

/* As wide on one side: what was counted may have been nothing at all, and of the most there was only the size is known. */
static bool is_wide_from_zero(const struct cell *cell)
{
	return !(cell->low > 0) && cell->low >= 0 && cell->value > 0 &&
	       cell->high > WIDE * cell->value;
}

/* "40.30 (40.1..40.5)": the ends of an interval have one digit less, as in a column of their own. Or "1.724 (x/240)". */
static void estimate_words(const struct cell *cell, int decimals, char *text, size_t size)
{
	int less = decimals > 0 ? decimals - 1 : decimals;
	char ends[64];
	size_t used;

	number_words(cell->value, decimals, text, size);
	used = strlen(text);
	if (is_wide(cell->low, cell->high)) {
		snprintf(text + used, size - used, " (x/%.*g)",
			 cell->high / cell->low < 1e6 ? 2 : 1, sqrt(cell->high / cell->low));
	} else if (is_wide_from_zero(cell)) {
		snprintf(text + used, size - used, " (0..%.0e)", cell->high);
	} else if (!isnan(cell->low) && !isnan(cell->high)) {
		interval_words(cell->low, cell->high, less, ends, sizeof(ends));
		snprintf(text + used, size - used, " (%s)", ends);
	}
}

void cell_words(const struct column *column, const struct cell *cell, int decimals, char *text,
		size_t size)
{
	struct cell scaled = *cell;

	scaled.value /= column->scale;
	scaled.low /= column->scale;
	scaled.high /= column->scale;
	switch (cell->kind) {
	case CELL_TEXT:
	case CELL_MISSING:
		visible_copy(text, size, cell->text, strlen(cell->text));
		break;
	case CELL_NUMBER:
		number_words(scaled.value, decimals, text, size);
		break;
	case CELL_INTERVAL:
		interval_words(scaled.value, scaled.high, decimals, text, size);
		break;
	case CELL_ESTIMATE:
		estimate_words(&scaled, decimals, text, size);
		break;
	}
}

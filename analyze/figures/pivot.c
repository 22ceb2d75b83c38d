// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/pivot.h"

#include <stdio.h>
#include <string.h>

static int take_dimensions(struct dimension *at, size_t *count, const char *list, char *why,
			   size_t size)
{
	*count = 0;
	for (size_t len;; list += len + 1) {
		len = strcspn(list, ",");
		if (*count == PIVOT_MAX) {
			snprintf(why, size, "more than %d are too many", PIVOT_MAX);
			return -1;
		}
		if (dimension_parse(&at[(*count)++], list, len, why, size))
			return -1;
		if (!list[len])
			return 0;
	}
}

static int take_values(struct pivot *p, const char *list, char *why, size_t size)
{
	p->value_count = 0;
	for (size_t len;; list += len + 1) {
		len = strcspn(list, ",");
		if (p->value_count == sizeof(p->values) / sizeof(*p->values)) {
			snprintf(why, size, "more than %zu are too many", p->value_count);
			return -1;
		}
		if (wanted_parse(&p->values[p->value_count++], list, len, why, size))
			return -1;
		if (!list[len])
			return 0;
	}
}

static int take_where(struct pivot *p, const char *condition, char *why, size_t size)
{
	struct where *where = &p->where[p->where_count];
	size_t len = strcspn(condition, "=");

	if (!condition[len]) {
		snprintf(why, size, "expected NAME=VALUE, such as read=64K,256K");
		return -1;
	}
	if (strlen(condition + len) > sizeof(where->list)) {
		snprintf(why, size, "a list of values has %zu characters at most",
			 sizeof(where->list) - 1);
		return -1;
	}
	if (p->where_count == PIVOT_MAX) {
		snprintf(why, size, "more than %d are too many", PIVOT_MAX);
		return -1;
	}
	if (dimension_parse(&where->dimension, condition, len, why, size))
		return -1;
	strcpy(where->list, condition + len + 1);
	p->where_count++;
	return 0;
}

int pivot_take(struct pivot *p, const char *word, const char *list, char *why, size_t why_size)
{
	if (!strcmp(word, "rows"))
		return take_dimensions(p->rows, &p->row_count, list, why, why_size);
	if (!strcmp(word, "cols"))
		return take_dimensions(p->cols, &p->col_count, list, why, why_size);
	if (!strcmp(word, "value"))
		return take_values(p, list, why, why_size);
	if (!strcmp(word, "where"))
		return take_where(p, list, why, why_size);
	snprintf(why, why_size, "expected rows=, cols=, value= or where=");
	return -1;
}

int pivot_next(const char **line, char word[PIVOT_WORD_MAX], const char **value, char *why,
	       size_t why_size)
{
	size_t len;
	char *equals;

	*line += strspn(*line, " \t");
	len = strcspn(*line, " \t");
	if (!len)
		return 0;
	/* A list that was cut off would be another list. */
	if (len >= PIVOT_WORD_MAX) {
		snprintf(why, why_size, "\"%.20s…\": a word has %d characters at most", *line,
			 PIVOT_WORD_MAX - 1);
		return -1;
	}
	memcpy(word, *line, len);
	word[len] = '\0';
	*line += len;
	equals = strchr(word, '=');
	if (equals)
		*equals = '\0';
	*value = equals ? equals + 1 : "";
	return 1;
}

int pivot_line(struct pivot *p, const char *line, char *why, size_t why_size)
{
	char word[PIVOT_WORD_MAX];
	const char *value;
	int got;

	while ((got = pivot_next(&line, word, &value, why, why_size)) > 0)
		if (pivot_take(p, word, value, why, why_size))
			return -1;
	return got;
}

bool where_holds(const struct where *where, const char *value)
{
	const char *list = where->list;
	size_t len = strlen(value);

	for (;;) {
		size_t item = strcspn(list, ",");

		if (item == len && !strncmp(list, value, len))
			return true;
		if (!list[item])
			return false;
		list += item + 1;
	}
}

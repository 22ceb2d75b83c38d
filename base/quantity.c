// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/quantity.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits only: strtoull alone would take signs, spaces and hexadecimal. */
static int leading_number(const char *text, uint64_t *number, const char **rest, const char **why)
{
	char *end;

	if (!isdigit((unsigned char)*text)) {
		*why = "expected a number";
		return -1;
	}
	errno = 0;
	*number = strtoull(text, &end, 10);
	if (errno) {
		*why = "the number is too large";
		return -1;
	}
	*rest = end;
	return 0;
}

static int scaled(const char *text, uint64_t step, uint64_t *value, const char **why)
{
	static const char letters[] = "KMGT";
	const char *rest;
	const char *letter;

	if (leading_number(text, value, &rest, why))
		return -1;
	if (!*rest)
		return 0;
	letter = strchr(letters, toupper((unsigned char)*rest));
	if (!letter || rest[1]) {
		*why = "expected a number with at most one of K, M, G, T behind it";
		return -1;
	}
	for (const char *l = letters; l <= letter; l++)
		if (__builtin_mul_overflow(*value, step, value)) {
			*why = "the number is too large";
			return -1;
		}
	return 0;
}

int quantity_size(const char *text, uint64_t *bytes, const char **why)
{
	return scaled(text, 1024, bytes, why);
}

int quantity_rate(const char *text, uint64_t *bits_per_s, const char **why)
{
	return scaled(text, 1000, bits_per_s, why);
}

int quantity_count(const char *text, uint64_t *count, const char **why)
{
	const char *rest;

	if (leading_number(text, count, &rest, why))
		return -1;
	if (*rest) {
		*why = "expected a whole number and nothing behind it";
		return -1;
	}
	return 0;
}

int quantity_seconds(const char *text, double *seconds, const char **why)
{
	char *end;

	/* strtod alone would take signs, spaces, hexadecimal, "inf" and "nan" as well. */
	if (strspn(text, "0123456789.eE+-") == strlen(text) &&
	    (isdigit((unsigned char)*text) || *text == '.')) {
		*seconds = strtod(text, &end);
		if (end != text && !*end && *seconds <= QUANTITY_SECONDS_MOST)
			return 0;
	}
	*why = "expected seconds, such as 10 or 0.5, and at most 1e9";
	return -1;
}

int quantity_time(const char *text, double *seconds, const char **why)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}};
	size_t len = strlen(text);
	char number[32];

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t unit = strlen(units[i].unit);

		if (len <= unit || len - unit >= sizeof(number) ||
		    strcmp(text + len - unit, units[i].unit))
			continue;
		snprintf(number, sizeof(number), "%.*s", (int)(len - unit), text);
		if (quantity_seconds(number, seconds, why))
			break;
		*seconds *= units[i].seconds;
		return 0;
	}
	if (!quantity_seconds(text, seconds, why))
		return 0;
	*why = "expected a time, such as 100us, 0.5ms or 2s, or seconds";
	return -1;
}

int cpulist_parse(const char *text, cpu_set_t *set, const char **why)
{
	CPU_ZERO(set);
	for (;;) {
		uint64_t first;
		uint64_t last;

		if (leading_number(text, &first, &text, why))
			goto bad;
		last = first;
		if (*text == '-' && leading_number(text + 1, &last, &text, why))
			goto bad;
		if (last < first || last >= CPU_SETSIZE)
			goto bad;
		for (uint64_t cpu = first; cpu <= last; cpu++)
			CPU_SET(cpu, set);
		if (!*text)
			return 0;
		if (*text != ',' && *text != '+')
			goto bad;
		text++;
	}
bad:
	*why = "expected CPU numbers below 1024, such as 0 or 0+2 or 4-7";
	return -1;
}

char *cpulist_print(const cpu_set_t *set, char *text, size_t size)
{
	size_t used = 0;

	if (size)
		text[0] = '\0';
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		int first = cpu;
		char range[32];
		int len;

		if (!CPU_ISSET(cpu, set))
			continue;
		while (cpu + 1 < CPU_SETSIZE && CPU_ISSET(cpu + 1, set))
			cpu++;
		len = snprintf(range, sizeof(range), first == cpu ? "%s%d" : "%s%d-%d",
			       used ? "," : "", first, cpu);
		/* A range that is cut off would be another range. */
		if (used + len >= size)
			break;
		memcpy(text + used, range, len + 1);
		used += len;
	}
	return text;
}

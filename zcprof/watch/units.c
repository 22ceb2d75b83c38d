// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/units.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

char *units_number(double x, char text[UNITS_TEXT])
{
	static const char *const units[] = {"", " k", " M", " G", " T", " P"};
	double size = x < 0 ? -x : x;
	int unit = 0;

	for (; size >= 999.5 && unit < 5; size /= 1000)
		unit++;
	snprintf(text, UNITS_TEXT,
		 size < 10 && size > 0 ? "%s%.2f%s"
		 : size < 100	       ? "%s%.1f%s"
				       : "%s%.0f%s",
		 x < 0 ? "-" : "", size, units[unit]);
	return text;
}

char *units_figure(enum metric_id id, double step, double seconds, char text[UNITS_TEXT])
{
	const struct metric_info *info = metric_info(id);
	bool total = info->kind == KIND_TOTAL;
	const char *unit = info->unit;
	char number[UNITS_TEXT] = "";

	if (total && !(seconds > 0))
		seconds = 1;
	if (total && !strcmp(unit, "ns")) {
		snprintf(text, UNITS_TEXT, "%.*f ms/s", step < 1e7 * seconds ? 2 : 0,
			 1e-6 * step / seconds);
		return text;
	}
	if (total && !strcmp(unit, "J"))
		unit = "W";
	else if (total)
		unit = !strcmp(unit, "bytes") ? "B/s" : "/s";
	units_number(total ? step / seconds : step, number);
	snprintf(text, UNITS_TEXT, "%.16s%s%s", number,
		 *unit == '/' || !*unit || strchr(number, ' ') ? "" : " ", unit);
	return text;
}

char *units_total(enum metric_id id, double total, char text[UNITS_TEXT])
{
	const char *unit = metric_info(id)->unit;
	char number[UNITS_TEXT] = "";

	if (!strcmp(unit, "ns")) {
		snprintf(text, UNITS_TEXT, "%.3f s", total / 1e9);
		return text;
	}
	units_number(total, number);
	snprintf(text, UNITS_TEXT, "%.16s%s%s", number, strcmp(unit, "bytes") != 0 ? "" : "B",
		 strcmp(unit, "J") != 0 ? "" : " J");
	return text;
}

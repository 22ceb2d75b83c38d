/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as a person reads them at a glance.
 *
 *   units_number()  1234567 as "1.23 M"
 *   units_figure()  what came of a metric in so many seconds, with its unit: as a rate where it is a total
 *   units_total()   so much of it in all
 *
 * All return text.
 */
#ifndef ZCPROF_WATCH_UNITS_H
#define ZCPROF_WATCH_UNITS_H

#include "record/record.h"

#define UNITS_TEXT 64

char *units_number(double x, char text[UNITS_TEXT]);
char *units_figure(enum metric_id id, double step, double seconds, char text[UNITS_TEXT]);
char *units_total(enum metric_id id, double total, char text[UNITS_TEXT]);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the scripts of a page are given, as JSON.
 *
 *   data_overview()   all configurations: the results of every run, and how they are called
 *
 * The caller takes the value.
 */
#ifndef ANALYZE_REPORT_DATA_H
#define ANALYZE_REPORT_DATA_H

#include <jansson.h>

#include "analyze/report/overview.h"

json_t *data_overview(const struct overview *r);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the scripts of a page are given, as JSON. All stands in the order of the report's lines.
 *
 *   data_overview()  {quantities, configurations, registry, facts, pairs}: what concerns all
 *   data_details()   {parts, stacks}: one configuration, all that zcroi show says of it
 *   data_stacks()    {unit, names, roots}: its folded stacks as trees; see there
 *   data_rows()      {keys, runs}: its records, from which a script makes the same rows
 *   data_facts()     {same, differ}: what was chosen and found
 *   data_pairs()     {"0-1": page}: what explain says of line 0 as A and line 1 as B
 *
 * The caller takes the value.
 */
#ifndef ANALYZE_REPORT_DATA_H
#define ANALYZE_REPORT_DATA_H

#include <jansson.h>

#include "analyze/report/overview.h"

json_t *data_overview(const struct overview *r);
json_t *data_details(const struct configuration *c);
json_t *data_stacks(const struct configuration *c);
json_t *data_rows(const struct configuration *c);
json_t *data_facts(const struct overview *r);
json_t *data_pairs(const struct overview *r);

#endif

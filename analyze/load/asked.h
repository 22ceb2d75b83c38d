/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asked_for(): whether a fact differs between runs only where settings that were asked for do, and so by intent. */
#ifndef ANALYZE_LOAD_ASKED_H
#define ANALYZE_LOAD_ASKED_H

#include <stdbool.h>

#include "analyze/load/group.h"

/* fact: of any run, by its id, end and key. What no setting can change is never asked for. */
bool asked_for(const struct experiment *e, const struct fact *fact);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much of a change a sign accounts for.
 *
 *   explained_by()  the part, 0 to 1, of the change from the better set to the worse for which what was seen stands, as
 *                   far as it can be told
 */
#ifndef ANALYZE_CAUSES_EXPLAINED_H
#define ANALYZE_CAUSES_EXPLAINED_H

#include "analyze/causes/sign.h"

/* proven: that the throughput moved. */
double explained_by(const struct seen *seen, const struct design *d, bool proven);

#endif

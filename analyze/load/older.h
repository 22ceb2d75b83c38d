/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What older records mean otherwise, so that a run of today can be compared with one of then.
 *
 *   older_mend()  a run whose figures are there, in order
 */
#ifndef ANALYZE_LOAD_OLDER_H
#define ANALYZE_LOAD_OLDER_H

struct run; /* analyze/load/run.h */

/* C was what ticks had met, of which work in short bursts had too few; it becomes what was not idle. */
void older_mend(struct run *run);

#endif

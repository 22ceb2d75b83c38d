/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configurations put together across directories and hosts, by what their runs were labelled with.
 *
 *   experiment_join()  one configuration for each name and each value of a label, or of a fact of the
 *                      machine (run_label()); its runs stand by host, then by path
 */
#ifndef ANALYZE_LOAD_JOIN_H
#define ANALYZE_LOAD_JOIN_H

#include "analyze/load/group.h"

/* 0, or -1 after saying that no run has such a label. */
int experiment_join(struct experiment *e, const char *label);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One window of one target, measured by a child.
 *
 *   window_measure()  waits for it; the record is at path. Where zcprof is asked to stop, so is the child.
 *
 * Of less than half of the window that was asked for there is no record: it would say of the target how it
 * ended.
 */
#ifndef ZCPROF_SERVICE_WINDOW_H
#define ZCPROF_SERVICE_WINDOW_H

#include "zcprof/service/heard.h"
#include "zcprof/service/settings.h"

/* who: --pid=N or --cgroup=PATH. heard: what earlier windows of the rule warned of, for --verbose. How long the window was, seconds; 0 with why filled in: there is no record. */
double window_measure(const struct service_settings *s, const struct rule *rule, const char *who,
		      const char *path, struct heard *heard, char *why, size_t why_size);

#endif

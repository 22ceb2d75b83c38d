/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the control group of an end's process, and those above it, hold it to.
 *
 *   facts_cgroup()  limits of memory, and programs that see each packet of the group
 */
#ifndef ZCPROF_FACTS_CGROUP_H
#define ZCPROF_FACTS_CGROUP_H

#include "collectors/kit/target.h"
#include "record/writer.h"

void facts_cgroup(struct writer *w, enum record_end end, const struct target *t);

#endif

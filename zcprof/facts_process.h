/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the process of an end is run: what stands in the way of its threads and its calls, as rows of "fact".
 *
 *   facts_process()  its scheduling, its limit of locked memory, what libraries were told by its environment, who traces
 *                    it, filters of its calls
 *   facts_numa()     the nodes of the end's CPUs, of its device and of its memory
 */
#ifndef ZCPROF_FACTS_PROCESS_H
#define ZCPROF_FACTS_PROCESS_H

#include "collectors/kit/target.h"
#include "record/writer.h"

/* What the kernel does not tell is left out. The second is called in the namespace of the device. */
void facts_process(struct writer *w, enum record_end end, const struct target *t);
void facts_numa(struct writer *w, enum record_end end, const struct target *t);

#endif

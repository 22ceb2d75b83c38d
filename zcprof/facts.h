/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run is comparable by: the machine and its settings, as rows of source "fact".
 *
 *   facts_record()   of which version, configuration and machine the record is, and when it began: its head
 *   facts_machine()  kernel, CPUs, mitigations, sysctls
 *   facts_end()      the CPUs, the namespace and the device of one end: driver, settings, interrupts
 */
#ifndef ZCPROF_FACTS_H
#define ZCPROF_FACTS_H

#include "collectors/collector.h"
#include "record/writer.h"
#include "zcprof/origin.h"

void facts_record(struct writer *w, const char *configuration, unsigned int repeat,
		  const struct origin *origin);
void facts_machine(struct writer *w);
void facts_end(struct writer *w, const struct measurement *run, enum record_end end);

#endif

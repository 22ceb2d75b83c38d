/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs of a source's programs that the kernel turned away, from one edge of the window to the other.
 *
 *   missed_read()  how often it has, at an edge
 *   missed_row()   what was lost: those, and what the source lost beside; or why it is not known
 */
#ifndef COLLECTORS_KIT_MISSED_H
#define COLLECTORS_KIT_MISSED_H

#include "collectors/kit/measurement.h"
#include "record/writer.h"

struct bpf_object; /* libbpf's */

struct missed {
	uint64_t runs[EDGE_COUNT];
	bool known[EDGE_COUNT];
};

void missed_read(struct missed *m, const struct bpf_object *object, enum edge edge);
/* scale: from what was counted to the window. */
void missed_row(const struct missed *m, struct writer *w, enum metric_id lost, uint64_t beside,
		double scale);

#endif

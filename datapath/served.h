/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * On which CPUs the kernel takes in what flows receive; for the control thread, while their threads live.
 *
 *   served_follow()  --cpu rxq: put each thread where its flow is served by now; a rule or RFS may have
 *                    moved a flow to another queue when its first bytes came
 *   served_note()    take down where each flow was last taken in
 *   served_write()   what was noted, and which queue serves each flow, as rows
 */
#ifndef DATAPATH_SERVED_H
#define DATAPATH_SERVED_H

#include "datapath/flow.h"
#include "record/writer.h"

/* 0, or -1 and why not. */
int served_follow(struct flows *all, char *why, size_t size);
void served_note(struct flows *all);
void served_write(const struct flows *all, struct writer *out);

#endif

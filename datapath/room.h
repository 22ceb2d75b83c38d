/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much memory this end would take, and how much it may: looked at before any is taken, for what
 * takes too much is ended by the kernel without a word, and perhaps something else with it.
 *
 *   room_wanted()   bytes of buffers and messages of so many flows, in pages of the ordinary size
 *   room_there()    bytes that this machine and this control group could give
 *   room_allowed()  whether the first fit into the second
 */
#ifndef DATAPATH_ROOM_H
#define DATAPATH_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/config.h"

/* UINT64_MAX: more than can be counted. */
uint64_t room_wanted(const struct config *config, uint64_t flows);
/* UINT64_MAX: the kernel does not say. */
uint64_t room_there(void);
/* Why: a whole sentence. */
bool room_allowed(const struct config *config, uint64_t flows, char *why, size_t why_size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What so many flows take of this machine beside memory (datapath/room.h): open files, threads, mappings, ports.
 * Looked at before the first of them is there.
 *
 *   limits_allow()  whether there are as many
 */
#ifndef DATAPATH_LIMITS_H
#define DATAPATH_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/config.h"

/* sockets: that each flow has. Why: a whole sentence. */
bool limits_allow(const struct config *config, uint64_t flows, unsigned int sockets, char *why,
		  size_t why_size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an end's device and machine are set to for a run (record/settings.def).
 *
 *   surroundings_set()  set what is asked for; the journal puts it back
 *   surroundings_try()  the same, and back at once: what a driver takes is known only so
 *
 * 0, or -1 with why filled in.
 */
#ifndef DATAPATH_SURROUNDINGS_H
#define DATAPATH_SURROUNDINGS_H

#include "datapath/config.h"
#include "datapath/sockets.h"
#include "nic/journal.h"

/* effective: the settings of it have afterwards what they were really set to. */
int surroundings_set(const struct config *config, struct journal *j, struct options *effective,
		     struct failure *failure);
int surroundings_try(const struct config *config, struct failure *failure);

#endif

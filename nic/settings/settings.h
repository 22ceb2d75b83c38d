/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All settings of a configuration (record/settings.def) at one end, in this thread's network
 * namespace.
 *
 *   settings_asked()  is any asked for, and does one of them need to know a device?
 *   settings_apply()  set all that are asked for, each in the journal first
 *   settings_undo()   put everything back, latest first
 *
 * What is as it is asked for already is left alone and takes no privilege.
 */
#ifndef NIC_SETTINGS_SETTINGS_H
#define NIC_SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "nic/journal.h"
#include "record/options.h"

enum settings_asked { SETTINGS_NONE, SETTINGS_OF_MACHINE, SETTINGS_OF_DEVICE };

enum settings_asked settings_asked(const struct options *o);
/*
 * iface: NULL where none is needed. o: what is asked for; where a driver made something else of a
 * number, o has that afterwards. 0, or -1 with why filled in: one sentence. Either way the caller
 * undoes what is in the journal.
 */
int settings_apply(struct journal *j, const char *iface, struct options *o, char *why,
		   size_t why_size);

#endif

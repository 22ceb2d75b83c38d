/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules between the options of one end.
 *
 *   rules_keep()       all of them; settles what follows from others
 *   rules_udp()        those of --udp, and of paths that have nothing else
 *   rules_away()       those of --away
 *   rules_xsk()        those of --xsk-* and --xdp-mode
 *   rules_memory()     whose memory it is, of paths that have a NIC's
 *   rules_zcrx(), rules_devmem()  those of a receiver's, and of its queues
 *   rules_at_preset()  an option at its default says nothing, even where it has no meaning
 *
 * 0, or -1 after saying which option contradicts what.
 */
#ifndef DATAPATH_RULES_H
#define DATAPATH_RULES_H

#include "datapath/config.h"

int rules_keep(struct config *config);
int rules_udp(struct config *config);
int rules_away(const struct config *config);
int rules_xsk(const struct config *config);
int rules_memory(struct config *config);
int rules_zcrx(struct config *config);
int rules_devmem(struct config *config);
bool rules_at_preset(const struct config *config, enum option_id id);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Of settings that differ: which may make a difference, and which of them set the others.
 *
 *   setting_is_noise()   whether it is no setting at all: it says how it was measured, or has a row of its own
 *   setting_is_alike()   whether it differs in what does nothing by itself: a queueing discipline that is only a
 *                        hook for filters
 *   setting_is_unknown() whether it is of a device, a sysctl or a socket and not recorded in one of both: a queue that the
 *                        other device does not have, or a sysctl that the other kernel does not, makes nothing
 *   setting_compare()    below zero where a is less than b, above where it is more: of numbers with their units, the last
 *                        of several first (what may be reached, then what is given at once); on or off; without a
 *                        bound where nothing is set; of "macvlan on veth in a bridge" the devices of software; of
 *                        a scheduling policy how soon it is given a CPU
 *   setting_origin()     the option that set it, where one differs: of --loss 300, not the firewall's rule
 */
#ifndef ANALYZE_CAUSES_ORIGIN_H
#define ANALYZE_CAUSES_ORIGIN_H

#include "analyze/load/settings.h"

bool setting_is_noise(const struct setting *s);
bool setting_is_unknown(const struct setting *s);
int setting_compare(const char *a, const char *b);
bool setting_is_alike(const struct setting *s);
/* s itself where no option did. */
const struct setting *setting_origin(const struct setting *s, const struct setting *settings,
				     size_t count);

#endif

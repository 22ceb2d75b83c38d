/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Being in nobody's way while others are measured, and in time at the edges of the window.
 *
 *   bystand()          on the CPUs that no end was placed on, if there are any, and ahead of
 *                      whatever else runs there, if that is allowed
 *   bystand_no_more()  as before
 */
#ifndef ZCPROF_BYSTAND_H
#define ZCPROF_BYSTAND_H

#include "collectors/collector.h"

struct bystander {
	bool moved;
	cpu_set_t usual;
};

void bystand(struct bystander *b, const struct measurement *run);
void bystand_no_more(const struct bystander *b);

#endif

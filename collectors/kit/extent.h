/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much came in a stretch of time, by what the kernel counts anyhow.
 *
 *   extent_now()      all of it so far: of use only against another
 *   extent_between()  what came meanwhile
 */
#ifndef COLLECTORS_KIT_EXTENT_H
#define COLLECTORS_KIT_EXTENT_H

#include <stdbool.h>

#include "collectors/kit/estimate.h"

/* fresh: false, as lately as is good enough for an edge of the window. From any thread. */
struct extent extent_now(bool fresh);
struct extent extent_between(struct extent from, struct extent to);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far the clocks of both ends were found to be apart: what a session keeps, and datapath/clocks.h finds. */
#ifndef DATAPATH_CLOCKS_APART_H
#define DATAPATH_CLOCKS_APART_H

#include <stdint.h>

#include "base/clock.h"

enum clocks_when { CLOCKS_BEGIN, CLOCKS_END, CLOCKS_WHEN };

struct clocks {
	uint64_t ahead_ns; /* of the stamps, of clock_ns() */
	unsigned int answered;
	struct clock_apart
		apart[CLOCKS_WHEN]; /* how far the receiver's is ahead; error_ns 0: not known */
};

#endif

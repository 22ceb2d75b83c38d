// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/delays.h"

#include <stdlib.h>

int delays_open(struct flow *f)
{
	f->delays = calloc(1, sizeof(*f->delays));
	return f->delays ? 0 : flow_fail(f, "no memory left for flow %u", f->number);
}

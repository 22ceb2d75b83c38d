// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/list.h"

#define COLLECTOR(name) &name##_collector,
const struct collector_ops *const collectors[] = {
#include "collectors/list.def"
	NULL,
};

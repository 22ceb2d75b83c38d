/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every collector by its name, x_collector, and all of them, as list.def has them. */
#ifndef COLLECTORS_LIST_H
#define COLLECTORS_LIST_H

#include "collectors/collector.h"

#define COLLECTOR(name) extern const struct collector_ops name##_collector;
#include "collectors/list.def"
#undef COLLECTOR

/* NULL at the end. */
extern const struct collector_ops *const collectors[];

#endif

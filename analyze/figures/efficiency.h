/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a CPU, its clock and a watt gave, and where C went by mode.
 *
 *   efficiency_of()   one figure of a configuration, the mean of its runs; NAN where not measured
 *   efficiency_margin()  half of its 95 % interval, as a part of it, by how it was sampled; 0: it was not
 *   mode_percent()    time of a scope's CPUs in one mode, in percent of one CPU, likewise
 *   mode_margin()     likewise
 *
 * Throughput is the receiver's in all of them; the scope is whose CPUs or watts it is held against.
 */
#ifndef ANALYZE_FIGURES_EFFICIENCY_H
#define ANALYZE_FIGURES_EFFICIENCY_H

#include "analyze/figures/roi.h"
#include "analyze/load/group.h"

/* In the order of quantities: CPU_RX, CPU_TX, CPU_TOTAL. */
enum scope { SCOPE_RX, SCOPE_TX, SCOPE_TOTAL, SCOPES };

enum efficiency {
	PER_CORE, /* Gbit/s per 100 % of a CPU */
	PER_CORE_GHZ, /* the same per GHz of the scope's CPUs, as they were clocked at the window's end */
	PER_WATT,     /* Gbit/s per W */
	JOULE_PER_GB, /* 10^9 bytes */
	POWER,	      /* W */
	POWER_IDLE,   /* W that the machine takes when it idles */
	EFFICIENCIES,
};

enum mode {
	MODE_USER,
	MODE_SYSTEM,
	MODE_SOFTIRQ,
	MODE_IRQ,
	MODE_UNACCOUNTED,
	MODE_IOWAIT,
	MODE_STEAL,
	MODES
};

double efficiency_of(const struct configuration *c, enum efficiency what, enum scope scope);
double efficiency_margin(const struct configuration *c, enum efficiency what, enum scope scope);
double mode_percent(const struct configuration *c, enum mode mode, enum scope scope);
double mode_margin(const struct configuration *c, enum mode mode, enum scope scope);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be measured, as collectors are told, and the edges of its window. */
#ifndef COLLECTORS_KIT_MEASUREMENT_H
#define COLLECTORS_KIT_MEASUREMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "collectors/kit/target.h"
#include "record/record.h"

struct meter;

struct measurement {
	struct target target[END_COUNT]; /* [END_RX] and [END_TX]; [END_HOST] is unused */
	const char *sidecar;		 /* path without ending, for files beside the CSV */
	bool elsewhere;			 /* both ends are known to run on other machines */
	const struct meter *meter; /* of power, beside what the machine itself has; NULL: none */
	double seconds;		   /* of the window; 0: not known beforehand */
	bool watched;		   /* by a person: functions of the kernel in each look too */
	bool exact;		   /* count every event, and sample often, whatever that costs */
	uint16_t data_port;	   /* at rx, of the data connections; 0: any */
};

enum edge { EDGE_OPEN, EDGE_CLOSE, EDGE_COUNT };

#endif

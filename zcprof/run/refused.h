/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an experiment leaves of a configuration that it did not run: a record with its options and the
 * reason, DIR/refused/CONFIGURATION.csv, which zcroi prints in place of figures. It says nothing any
 * more once there are runs, and keeps no later call from trying: a machine gets CPUs, modules, rights, a kernel.
 *
 *   refused_write()    of one
 *   refused_plan()     of all that left the plan
 *   refused_earlier()  whether an earlier call left one of this
 */
#ifndef ZCPROF_RUN_REFUSED_H
#define ZCPROF_RUN_REFUSED_H

#include "zcprof/run/experiment.h"

/* end, key and reason as of the fact refused. 0, or -1 after saying why. */
int refused_write(const struct experiment *x, const struct configuration *c, enum record_end end,
		  const char *key, const char *reason);
int refused_plan(const struct experiment *x);
bool refused_earlier(const struct experiment *x, const struct configuration *c);

#endif

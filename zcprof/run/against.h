/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of an earlier experiment, measured again in the rounds of this one: whether it
 * was the configuration that moved a figure since, or the machine.
 *
 *   against_add()   one more configuration of the plan, with the options that DIRECTORY's records say
 *
 * It is named by "again," and the name it had, and its records say against what (option against).
 */
#ifndef ZCPROF_RUN_AGAINST_H
#define ZCPROF_RUN_AGAINST_H

#include "zcprof/run/plan.h"

#define AGAINST_PREFIX "again,"

/* 0, or -1 after saying why: no record there, or those of several configurations. */
int against_add(struct plan *plan, const char *directory);

#endif

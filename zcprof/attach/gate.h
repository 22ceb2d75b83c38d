/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A window that another zcprof opens, on several machines at once (pair.h).
 *
 *   gate_wait()  says that all is ready, and waits for a line
 */
#ifndef ZCPROF_ATTACH_GATE_H
#define ZCPROF_ATTACH_GATE_H

#include "record/writer.h"

/* 0, or -1: nobody is there any more, or it was asked to stop. */
int gate_wait(struct writer *w);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A window that another zcprof opens, on several machines at once (pair.h). What is said to it are rows agent.answer,
 * and what it says lines on standard input: "clock" asks for the clock, "metrics" for what rows this version has
 * (version.h), an empty one opens the window. First comes a row agent.hello, as of an agent.
 *
 *   gate_wait()  says that all is ready, and waits for the window to be opened
 *   gate_beat()  says once a second that this one is there
 *   gate_busy()  says that it is at what may take longer, until it beats again
 *   gate_edge()  when an edge of the window was, by this machine's clock
 */
#ifndef ZCPROF_ATTACH_GATE_H
#define ZCPROF_ATTACH_GATE_H

#include "record/writer.h"

#define GATE_TAKEN_MS 6000

/* 0, or -1: nobody is there any more, or it was asked to stop. */
int gate_wait(struct writer *w);
/* beaten_ns: when it was said last; 0 at first. When it is time again. */
uint64_t gate_beat(struct writer *w, uint64_t *beaten_ns);
/* It beats again as soon as it is asked. */
void gate_busy(struct writer *w, uint64_t *beaten_ns);
void gate_edge(struct writer *w, const char *name, uint64_t at_ns);

#endif

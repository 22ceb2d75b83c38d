/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What other machines do in a run, through their agents. Without any, each of these does nothing.
 *
 *   far_open()     connect to the hosts of an experiment, each of which has so many seconds; an exit code
 *   far_close()    let go of them
 *   far_any()      is there any
 *   far_apart()    are the ends on two machines: then each has rows of its own machine
 *   far_machine()  the end under which an end's machine stands in the record
 *
 *   far_begin()    a run begins there: their machines' facts
 *   far_start()    an end there
 *   far_watch()    the ends are ready: their facts, their sources, and how their clocks are apart
 *   far_tell()     a word to the sender's gate
 *   far_ask()      the same of all of them; far_await() until they have done it, far_await_work() where it may take long
 *   far_finish()   the rows of their sources
 *   far_keep()     it broke off: what those that are still there had measured
 *   far_drop()     it is over, however far it came
 *
 *   far_look()     ask them what their sources have so far, row by row; far_looking() as long as some of it is to come
 *
 *   far_fds()      what to wait for
 *   far_read()     take what came; RUN_FAILED where one was lost
 */
#ifndef ZCPROF_RUN_FAR_H
#define ZCPROF_RUN_FAR_H

#include <poll.h>

#include "zcprof/run/running.h"

#define FAR_FDS 4

int far_open(struct experiment *x, int patience_s);
void far_close(struct experiment *x);
bool far_any(const struct experiment *x);
bool far_apart(const struct experiment *x);
enum record_end far_machine(const struct experiment *x, enum record_end side);

enum run_result far_begin(struct running *r);
enum run_result far_start(struct running *r, enum record_end side, char **words);
enum run_result far_watch(struct running *r);
enum run_result far_tell(struct running *r, const char *word);
enum run_result far_ask(struct running *r, const char *word);
enum run_result far_await(struct running *r, const char *what);
enum run_result far_await_work(struct running *r, const char *what);
/* When its answers to a snapshot are there. */
void far_note_edge(struct running *r, enum edge edge);
enum run_result far_finish(struct running *r);
void far_keep(struct running *r);
void far_drop(struct running *r);

void far_look(struct running *r, void (*take)(struct running *r, const struct row *row));
bool far_looking(const struct running *r);

void far_fds(const struct running *r, struct pollfd fds[FAR_FDS]);
enum run_result far_read(struct running *r);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Being asked to stop by SIGINT, SIGTERM or SIGHUP, of which the last may be ignored (nohup(1)). The
 * first time it is only noted, and the descriptor becomes readable; the second time, which is another
 * wish (base/wish.h), the process ends at once, and the kernel ends its children.
 *
 *   stop_prepare()  from now on
 *   stop_asked()    was it asked?
 *   stop_fd()       to poll
 */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <stdbool.h>

int stop_prepare(void); /* 0 or a negative errno */
bool stop_asked(void);
int stop_fd(void);

#endif

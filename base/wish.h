/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A signal that asks to end is one wish, though it may come several times: a hand presses Ctrl-C twice before it has seen
 * what came of it; timeout(1) sends its signal to its child, and then to all of its group; where a group is told,
 * timeout(1), sudo(8) and scripts in it pass on what they got; systemd may send SIGHUP behind SIGTERM. A second wish ends at
 * once what the first only asks to end, and leaves what that would have put back, so that they have to be told apart: by
 * time alone, for who sent a signal is not known from another PID namespace.
 *
 *   wish_same()              whether a later signal is the first one again
 *   wish_granted()           says that the process ends at once, and what that leaves
 *   wish_without_terminal()  whether SIGHUP is none: nohup(1) had it ignored, to go on when the terminal has gone
 */
#ifndef BASE_WISH_H
#define BASE_WISH_H

#include <stdbool.h>
#include <stdint.h>

/* Both by clock_ns(). Safe in a handler. */
bool wish_same(uint64_t first_ns, uint64_t later_ns);
/* Safe in a handler; who calls it ends the process. */
void wish_granted(void);
/* Before anything here sets what SIGHUP does. */
bool wish_without_terminal(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SIGINT, SIGTERM and SIGHUP (if it was not ignored, nohup(1)) as a descriptor: the first asks for an
 * orderly end, and gives the signals their old effect back, so that the second, which is another wish
 * (base/wish.h), ends the program at once. (base/stop.h asks by a handler; data threads must not be
 * interrupted by one.)
 *
 *   interrupt_begin()  the signals become a descriptor
 *   interrupt_taken()  it was readable: the first has come
 */
#ifndef DATAPATH_INTERRUPT_H
#define DATAPATH_INTERRUPT_H

/* The descriptor, or -1 with errno. Before other threads are started. */
int interrupt_begin(void);
/* Closes it. */
void interrupt_taken(int fd);

#endif

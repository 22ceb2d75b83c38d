/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A running service on two machines: zcprof attach on each, through ssh, with one window, and one record of both.
 *
 *   pair()  does it, where --host or --peer-host is among the arguments
 */
#ifndef ZCPROF_ATTACH_PAIR_H
#define ZCPROF_ATTACH_PAIR_H

/* -1: it is not asked for. Else an exit code. */
int pair(int argc, char **argv);

#endif

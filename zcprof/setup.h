/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zcprof setup: what a plan, or the command line, sets a device and the machine to, for work by hand.
 *
 *   setup()  the command; its exit code
 *
 * It stays until 'zcprof restore'.
 */
#ifndef ZCPROF_SETUP_H
#define ZCPROF_SETUP_H

int setup(int argc, char **argv);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard input, output and error, from the first line of a program to its last.
 *
 *   standard_begin()  one that whoever started this has closed is no file or socket that is opened later; and at the
 *                     end what standard output did not take, as on a full disk, is an error
 *   standard_flush()  the same at once: has it taken all of it?
 */
#ifndef BASE_STANDARD_H
#define BASE_STANDARD_H

/* First thing in main. */
void standard_begin(void);
/* 0, or -1 after saying why not. */
int standard_flush(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that a program of zcprof writes: every one of them is written through here, for the
 * programs run as root in directories that belong to others.
 *
 *   outfile_open()    begin PATH.part beside PATH; or, where PATH is there and is no regular file (a
 *                     terminal, /dev/full, a pipe), write into that, or refuse
 *   outfile_fd()      where to write
 *   outfile_name()    what is being written to, for messages
 *   outfile_finish()  all is well: PATH.part becomes PATH
 *   outfile_leave()   stop; the part stays, for what was written is worth having
 *   outfile_drop()    stop; the part goes
 *   outfile_write()   all three in one: PATH holds these bytes, or what it held before
 *
 *   outfile_same()       whether one of two would take the place of the other, or of its part
 *   outfile_directory()  make a directory, and those above it
 *   outfile_read()       open for reading what outfile_write() wrote: never what blocks or has no end
 *
 * The directory is found once (base/way.h), and then held: whoever owns it or one above it may move,
 * remove or replace what is in it, and nothing outside of it is written. A part that is there already
 * is removed, never opened. Devices that are no terminal and no stream (disks) are
 * refused, and so are other users' FIFOs.
 *
 * Modes are the umask's, and never wider than those of the file that is replaced.
 */
#ifndef BASE_OUTFILE_H
#define BASE_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/way.h"

struct outfile;

/* NULL with why. */
struct outfile *outfile_open(const char *path, struct outfile_why *why);
int outfile_fd(const struct outfile *o);
const char *outfile_name(const struct outfile *o);
/* Is it written into, so that there is no part, and what was written is gone? */
bool outfile_is_stream(const struct outfile *o);

/* These end with the outfile gone and its descriptor closed; a negative errno where it failed. */
int outfile_finish(struct outfile *o);
int outfile_leave(struct outfile *o);
void outfile_drop(struct outfile *o);

/* Is the part still where it was made? A negative errno: it was removed, or replaced. */
int outfile_check(const struct outfile *o);

/* -1 with why. */
int outfile_write(const char *path, const char *bytes, size_t len, struct outfile_why *why);
int outfile_directory(const char *path, struct outfile_why *why);

bool outfile_same(const char *path, const char *other);

/* A regular file of a size that can be, or NULL with errno. */
FILE *outfile_read(const char *path);

#endif

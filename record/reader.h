/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record being read, row by row. Takes RFC 4180, with LF or CRLF and with or without a line end
 * after the last row, and says of what it refuses: file, line, column (in bytes, from 1), and what
 * was expected there.
 *
 *   reader_open()    a file, or "-" for standard input
 *   reader_open_regular()  a regular file, and nothing else
 *   reader_memory()  bytes that are already there (tests, fuzzing)
 *   reader_next()    the next row: 1; the end: 0; refused: -1, and from then on always -1
 *   reader_error()   the sentence after a -1
 *   reader_close()
 *
 *   reader_is_record()  does a file that is there begin as a record does? What is no record must not take its place.
 *
 *   reader_pieces()  a stream that comes in pieces (the rows of a running zcpath)
 *   reader_push()    give it what arrived, then take whole rows with reader_next() until it says 0
 *   reader_skip()    what writes is of another version: rows of metrics that this one does not know, or knows
 *                    otherwise, are left out
 *   reader_end()     no more will arrive: reader_next() then gives or refuses what is left
 *
 * A file that was cut off (a .part of a killed run) gives every whole row before it is refused.
 * Memory is bounded by the longest row, and that by ROW_MAX.
 */
#ifndef RECORD_READER_H
#define RECORD_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/row.h"

struct reader;

struct reader *reader_open(const char *path); /* NULL after saying why */
/* Of a folder that others may write to: never waits, as the opening of a FIFO does. */
struct reader *reader_open_regular(const char *path);
bool reader_is_record(const char *path);
struct reader *reader_memory(const char *name, const void *bytes, size_t len);
struct reader *reader_pieces(const char *name);
int reader_push(struct reader *r, const void *bytes, size_t len);
/* otherwise: of each metric here whether it is another there; it has to outlive the reader. */
void reader_skip(struct reader *r, const bool otherwise[METRIC_COUNT]);
void reader_end(struct reader *r);
int reader_next(struct reader *r, struct row *row);
const char *reader_error(const struct reader *r);
void reader_close(struct reader *r);

#endif

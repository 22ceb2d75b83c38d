/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record being written, row by row.
 *
 *   writer_create()   begin PATH.part, which becomes PATH only by writer_finish(); or write into
 *                     what is there and is no regular file (base/outfile.h)
 *   writer_stream()   begin on a descriptor that is already open (a pipe, standard output)
 *   writer_capture()  begin one that hands its rows to a function in place of a file
 *   writer_u64() …    one row each
 *   writer_absent()   say why a source has no rows,
 *   writer_absent_metric()  or why a metric has none
 *   writer_machine()  what is of the machine from now on is of that of one end: of a record of two machines
 *   writer_patience() a stream that takes nothing for so long is one that went away
 *   writer_flush()    what was written so far is in the file: a killed run keeps it
 *   writer_finish()   all is well: flush, sync, rename
 *   writer_abandon()  stop; the .part file stays, and is readable up to its last whole row
 *   writer_discard()  stop; there was nothing worth keeping
 *
 * A key or a fact may be any text, and becomes what can be shown (base/visible.h): a byte that cannot
 * is written as \xNN, and so is a backslash that would be taken for one, and a first character that
 * would make a formula of the cell. \xNN thus always means a byte, and no two texts become one.
 *
 * Rows never fail one by one: the first error is kept, and writer_finish() returns -1 and has said
 * it in words. writer_error() asks earlier. A reader that went away (EPIPE) is such an error, and
 * no SIGPIPE. A writer belongs to one thread.
 */
#ifndef RECORD_WRITER_H
#define RECORD_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "record/row.h"

struct writer;

/* NULL after saying why. */
struct writer *writer_create(const char *path);
/* The descriptor stays the caller's. */
struct writer *writer_stream(int fd, const char *name);

/* Texts of a row are valid until on_row returns. */
typedef void (*writer_row_fn)(void *data, const struct row *row);
struct writer *writer_capture(writer_row_fn on_row, void *data);

/*
 * time_s is WINDOW or seconds since the window's start. key may be any text, or NULL for none.
 * A number for a FACT, a text for another kind or a text of more than WRITER_TEXT_MAX bytes is a bug of
 * the caller: the writer aborts, so that no test can miss it. A value that is not finite may come from
 * a meter: its row is refused, and collector,refused says so in its place.
 */
#define WRITER_TEXT_MAX (127 * 1024)

void writer_u64(struct writer *w, double time_s, enum record_end end, enum metric_id id,
		const char *key, uint64_t value);
void writer_f64(struct writer *w, double time_s, enum record_end end, enum metric_id id,
		const char *key, double value);
void writer_fact(struct writer *w, enum record_end end, enum metric_id id, const char *key,
		 const char *text);
void writer_absent(struct writer *w, enum record_end end, const char *source, const char *reason);
void writer_absent_metric(struct writer *w, enum record_end end, enum metric_id id,
			  const char *reason);
/* buckets: as many as the metric has, fine or coarse. Every non-empty one as a row, keyed "<prefix>:<edge>" or "<edge>" where prefix is NULL. */
void writer_histogram(struct writer *w, enum record_end end, enum metric_id id, const char *prefix,
		      const uint64_t *buckets);

/*
 * One row as another program said it; the caller has read it with the reader. What it holds of bytes
 * that may not be in a record is escaped, what is escaped stays so, and a text that is longer than
 * WRITER_TEXT_MAX is cut.
 */
void writer_row(struct writer *w, const struct row *row);

/* Where it writes; what it wrote to a file can be read there again. */
int writer_fd(const struct writer *w);
/* Is there no file beside which others could lie? */
bool writer_is_stream(const struct writer *w);
/*
 * machine: END_HOST, END_RX_HOST or END_TX_HOST. Of two machines one says nothing of the end of the other: such
 * rows are left out, but for those that are handed on by writer_row().
 */
void writer_machine(struct writer *w, enum record_end machine);
/* ms 0, as it comes: however long that takes. The error is ETIMEDOUT. */
void writer_patience(struct writer *w, int ms);
bool writer_error(const struct writer *w);
void writer_flush(struct writer *w);
int writer_finish(struct writer *w);
void writer_abandon(struct writer *w);
void writer_discard(struct writer *w);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One zcpath that zcprof started, as docs/rows.md lets it be followed.
 *
 *   end_start()   a child that dies with this process, in its namespace
 *   end_read()    take what it wrote: rows go to the callback, messages are kept
 *   end_tell()    a word for its gate: start, open, close
 *   end_await()   wait for it, a while
 *   end_stop()    the same; then SIGTERM, then SIGKILL
 *   end_was_killed()  not by its own will
 *   end_unable()  it found that this machine cannot do it, and why, in its words
 *   end_ending()  how it ended, in words, with its last message
 */
#ifndef ZCPROF_RUN_END_H
#define ZCPROF_RUN_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/reader.h"
#include "record/record.h"

enum reached { REACHED_NOTHING, REACHED_LISTENING, REACHED_READY, REACHED_OPEN, REACHED_CLOSED };

struct end {
	enum record_end which;
	bool far; /* on a host: its agent says what becomes of it, and there is no process here */
	pid_t pid;
	int in; /* -1 once closed, like the other two */
	int out;
	int err;
	struct reader *reader;
	enum reached reached;
	uint64_t opened_ns,
		closed_ns; /* when it was heard that it is open, and closed; 0: not yet */
	bool finished;	   /* its process was waited for */
	int status;	   /* of waitpid(), once finished */
	char said[1024];
	size_t said_len;
};

typedef void (*end_row_fn)(void *data, struct end *end, const struct row *row);

/* 0, or -1 with why filled in. */
/* prepare: in the child, as of struct child; may be NULL. */
int end_start_as(struct end *end, enum record_end which, char *const argv[],
		 int (*prepare)(void *data), void *data, char *why, size_t why_size);
int end_start(struct end *end, enum record_end which, char *const argv[], int netns, char *why,
	      size_t why_size);
/* 1: more may come; 0: it has closed its rows; -1: it said something that is no row, see why. */
int end_read(struct end *end, end_row_fn on_row, void *data, char *why, size_t why_size);
void end_read_messages(struct end *end);
int end_tell(struct end *end, const char *word);
/* What a row says of how far it is. */
void end_note(struct end *end, const struct row *row);
/* Whether it has ended. */
bool end_await(struct end *end, int ms);
bool end_was_killed(const struct end *end);
/* 0 where it ended by itself within patience_ms and with exit code 0. Safe before end_start(). */
int end_stop(struct end *end, int patience_ms);
bool end_unable(const struct end *end, char *why, size_t size);
char *end_ending(const struct end *end, char *text, size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gate: lines on a descriptor by which whoever started this end leads the run.
 *
 *   gate_open()  at a descriptor, or -1 for none
 *   gate_next()  the next word of what has been read already
 *   gate_read()  read what is there; to be called when the descriptor is readable
 */
#ifndef DATAPATH_GATE_H
#define DATAPATH_GATE_H

#include <stddef.h>

enum gate_word { GATE_START, GATE_OPEN, GATE_CLOSE, GATE_WORDS };

extern const char *const gate_word_name[GATE_WORDS];

struct gate {
	int fd; /* -1: not listened to */
	size_t used;
	char bytes[64];
};

void gate_open(struct gate *g, int fd);
/* 1: a word; 0: no whole line yet; -1 with why filled in: it said something else. */
int gate_next(struct gate *g, enum gate_word *word, char *why, size_t why_size);
/* As gate_next(), and -1 where the gate has ended. */
int gate_read(struct gate *g, enum gate_word *word, char *why, size_t why_size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of another tool, line by line. Whoever wrote it is not trusted: lines have a longest length,
 * bytes that no text holds are refused, and what is said of a line names its place.
 *
 *   input_open()    a file; "-" is standard input
 *   input_memory()  what is in memory already
 *   input_head()    the first bytes, to see what it is
 *   input_on()      leaves comments in them behind, as perf puts many before a table; is there more to see?
 *   input_again()   from the beginning, which a pipe cannot: is it so?
 *   input_line()    the next line without its end; NULL: the end, or refused (failed is set)
 *   input_json()    the same, parsed; NULL after saying what is wrong
 *   input_refuse()  says what is wrong at a place of the line: "FILE:LINE:COLUMN: sentence"
 *   input_close()
 *
 *   input_words()   a line cut into words in place
 *   input_number()  a word as a number that is finite and not below zero, or refused
 */
#ifndef ANALYZE_IMPORT_INPUT_H
#define ANALYZE_IMPORT_INPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define INPUT_LINE_MAX (64 * 1024)
#define INPUT_REST_MAX (64UL << 20)

struct input {
	const char *path; /* for messages */
	FILE *file;
	char *buffer; /* bytes that were read and not taken: [at, len) */
	size_t at, len;
	char *line; /* the latest */
	size_t line_len;
	uint64_t number; /* of it, from 1 */
	char *rest;
	bool failed;
};

/* 0, or -1 after saying why. */
int input_open(struct input *in, const char *path);
int input_memory(struct input *in, const char *path, const void *bytes, size_t len);
void input_close(struct input *in);

/* Ends in NUL; NUL bytes inside are the end of it. Valid until the first line is taken. */
const char *input_head(struct input *in);
bool input_on(struct input *in);
bool input_again(struct input *in);
char *input_line(struct input *in);

json_t *input_json(struct input *in);

/* at: in the latest line; NULL: its end. Always returns -1. */
int input_refuse(struct input *in, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* How many there are, at most max; words behind that are left in the last. */
size_t input_words(char *line, char **words, size_t max);
int input_number(struct input *in, const char *word, double *number);

#endif

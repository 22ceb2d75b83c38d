// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * strace -c. Its seconds are CPU time in the kernel, or with -w the time of the clock; the table does
 * not say which, so the person who has it does (--wall-clock).
 */
#include <math.h>
#include <string.h>

#include "analyze/import/calls.h"

#define COLUMNS 10

enum column { SECONDS, EACH, CALLS, ERRORS, NAME, SHORTEST, LONGEST, UNKNOWN };

static const char *const names[] = {"seconds", "usecs/call", "calls",  "errors",
				    "syscall", "shortest",   "longest"};

static bool is(const char *head)
{
	const char *at = strstr(head, "% time");
	size_t len = at ? strcspn(at, "\n") : 0;

	return at && memmem(at, len, " calls", 6) && memmem(at, len, "syscall", 7);
}

struct table {
	enum column columns[COLUMNS];
	size_t count;
	bool errors; /* has a column for them, which is empty where there were none */
};

static void take_head(struct table *t, char *line)
{
	char *words[COLUMNS];
	size_t count;

	*t = (struct table){.count = 0};
	/* "% time" is one. */
	count = input_words(strstr(line, "% time") + 1, words, COLUMNS);
	for (size_t i = 0; i < count; i++) {
		t->columns[i] = UNKNOWN;
		for (size_t j = 0; j < UNKNOWN; j++)
			if (!strcmp(words[i], names[j]))
				t->columns[i] = j;
		t->errors |= t->columns[i] == ERRORS;
	}
	t->count = count;
}

static int take_row(struct import *im, struct input *in, const struct table *t, char *line,
		    struct calls *calls)
{
	double v[UNKNOWN + 1] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	char *words[COLUMNS + 1];
	size_t count = input_words(line, words, COLUMNS + 1), at = 0;
	bool none = t->errors && count == t->count - 1;
	const char *name = NULL;
	double ns;

	if (count != t->count && !none)
		return input_refuse(in, count ? words[count - 1] : line,
				    "expected a row of %zu columns as in the table's head, found %zu",
				    t->count, count);
	for (size_t i = 0; i < t->count; i++) {
		if (none && t->columns[i] == ERRORS) {
			v[ERRORS] = 0;
			continue;
		}
		if (t->columns[i] == NAME)
			name = words[at];
		else if (input_number(in, words[at], &v[t->columns[i]]))
			return -1;
		at++;
	}
	if (!name || !strcmp(name, "total"))
		return 0;
	if (isnan(v[CALLS]))
		return input_refuse(in, line, "the table has no column of calls");
	ns = v[SECONDS] * 1e9;
	return calls_add(calls, in, name,
			 &(struct call){
				 .calls = v[CALLS],
				 .errors = v[ERRORS],
				 .total_ns = im->known.wall ? ns : NAN,
				 .system_ns = im->known.wall ? NAN : ns,
				 .min_ns = im->known.wall ? v[SHORTEST] * 1e9 : NAN,
				 .max_ns = im->known.wall ? v[LONGEST] * 1e9 : NAN,
				 .error_of_mean = NAN,
			 });
}

static int read(struct import *im, struct input *in)
{
	struct calls calls = {.at = NULL};
	struct table t = {.count = 0};
	bool inside = false;
	int result = 0;
	char *line;

	while (!result && (line = input_line(in))) {
		if (strstr(line, "% time") && strstr(line, "syscall")) {
			take_head(&t, line);
			inside = true;
		} else if (inside && !line[strspn(line, " ")]) {
			inside = false;
		} else if (inside && !strstr(line, "-----")) {
			result = take_row(im, in, &t, line, &calls);
		}
	}
	if (!result)
		result = in->failed ? -1 : calls_finish(&calls, im, in);
	import_means(im, "syscalls",
		     im->known.wall ? "strace -c -w" : "strace -c: CPU time in the kernel");
	if (!im->known.wall)
		import_absent(im, "syscalls/total",
			      "strace -c counts CPU time without -w, and its table does not say which; give --wall-clock if it was run with -w");
	calls_free(&calls);
	return result;
}

const struct import_format import_strace = {
	.name = "strace",
	.what = "strace -c",
	.is = is,
	.read = read,
};

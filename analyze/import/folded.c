// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Folded stacks, as flame graphs are drawn from: "name;root;...;leaf 42". Kernel frames end in _[k], or
 * are those above the first that only the kernel has.
 */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "analyze/import/profile.h"

static bool is(const char *head)
{
	size_t lines = 0;

	for (; *head && lines < 20; lines++) {
		size_t len = strcspn(head, "\n");
		size_t digits = 0;

		if (!head[len] && lines)
			break; /* the head of a file may end inside a line */
		while (digits < len && isdigit((unsigned char)head[len - 1 - digits]))
			digits++;
		if (!digits || digits == len || head[len - 1 - digits] != ' ' ||
		    !memchr(head, ';', len))
			return false;
		head += len + (head[len] == '\n');
	}
	return lines > 0;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

/* Where the kernel is entered: what is above is its own. */
static bool enters(const char *frame)
{
	static const char *const begins[] = {"entry_",
					     "asm_",
					     "do_syscall_64",
					     "x64_sys_",
					     "__x64_sys_",
					     "ret_from_fork",
					     "el0",
					     "el1",
					     "cpu_startup_entry",
					     "start_secondary",
					     "do_idle",
					     "secondary_startup",
					     "[kernel"};

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (!strncmp(frame, begins[i], strlen(begins[i])))
			return true;
	return false;
}

static int take_line(struct profile *p, struct input *in, char *line)
{
	char *space = strrchr(line, ' ');
	char *rest = line, *name, *frame;
	char *names[4 * PROFILE_DEPTH];
	struct frame frames[PROFILE_DEPTH];
	bool kernel[4 * PROFILE_DEPTH];
	size_t count = 0, depth = 0;
	bool marked, entered = false;
	double samples;

	if (!space || !strchr(line, ';'))
		return input_refuse(in, line,
				    "expected frames between semicolons, and a number behind a space");
	if (input_number(in, space + 1, &samples))
		return -1;
	*space = '\0';
	marked = strstr(line, "_[k]") || strstr(line, "_[i]");
	name = strsep(&rest, ";");
	while ((frame = strsep(&rest, ";"))) {
		if (count == 4 * (size_t)PROFILE_DEPTH)
			return input_refuse(in, frame, "more than %d frames in one stack",
					    4 * PROFILE_DEPTH);
		entered |= enters(frame);
		kernel[count] =
			marked ? ends_with(frame, "_[k]") || ends_with(frame, "_[i]") : entered;
		if (ends_with(frame, "_[k]") || ends_with(frame, "_[i]") || ends_with(frame, "_[j]"))
			frame[strlen(frame) - 4] = '\0';
		names[count++] = frame;
	}
	while (count && depth < PROFILE_DEPTH) {
		count--;
		frames[depth++] = (struct frame){
			names[count], kernel[count] ? "[kernel]" : "[user]", kernel[count]};
	}
	if (!depth || !*frames[0].symbol)
		return input_refuse(in, line, "a stack without frames");
	profile_stack(p, name, frames, depth, samples);
	return p->failed ? -1 : 0;
}

static int read(struct import *im, struct input *in)
{
	struct profile p = {.im = im, .in = in};
	char *line;

	while ((line = input_line(in)))
		if (*line && *line != '#' && take_line(&p, in, line))
			return -1;
	if (in->failed)
		return -1;
	import_means(im, "profile", "folded stacks: counts, of which the event is not known");
	return profile_finish(&p, NAN);
}

const struct import_format import_folded = {
	.name = "folded",
	.what = "folded stacks, as for flame graphs",
	.is = is,
	.read = read,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Gives the samples of "perf script -F time,ip,sym" to components, by the same map as zcprof and
 * from nothing else that zcprof has counted.
 *
 *   perf script … | perf_components FROM TO      samples by component, between two times in seconds
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "record/components.h"

#define DEPTH 256

static unsigned long samples[COMPONENT_COUNT];

static void count(const enum component *says, size_t depth, double at, double from, double to)
{
	if (at >= from && at < to)
		samples[depth ? component_of_stack(says, depth) : COMPONENT_user]++;
}

/* "\tffffffff81000000 symbol": what the function says; false in user space. */
static bool kernel_frame(const char *line, enum component *says)
{
	char symbol[256] = "";
	unsigned long long ip;

	if (sscanf(line, "%llx %255s", &ip, symbol) != 2 || ip >> 63 == 0)
		return false;
	*says = component_of_symbol(symbol);
	return true;
}

int main(int argc, char **argv)
{
	enum component says[DEPTH];
	bool in_user = false;
	size_t depth = 0;
	double at = 0, from, to;
	char line[1024];

	say_program("perf_components");
	if (argc != 3)
		return EXIT_USAGE;
	from = atof(argv[1]);
	to = atof(argv[2]);
	while (fgets(line, sizeof(line), stdin)) {
		if (line[0] == '\n') {
			count(says, depth, at, from, to);
			depth = 0;
			at = 0;
			in_user = false;
		} else if (strchr(line, ':') && line[strspn(line, " ")] != '\t' && !at) {
			at = atof(line);
		} else if (depth < DEPTH && !in_user) {
			/* Behind a user's frame, where there is no frame pointer, may stand
			 * anything. */
			if (kernel_frame(line, &says[depth]))
				depth++;
			else
				in_user = true;
		}
	}
	for (enum component c = 0; c < COMPONENT_COUNT; c++)
		printf("%s\t%lu\n", component_name(c), samples[c]);
	return EXIT_DONE;
}

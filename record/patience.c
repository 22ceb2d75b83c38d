// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/patience.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/say.h"

#define READY_S	       8
#define REPLY_S	       5
#define FLOWS_A_SECOND 250
#define TIMES	       "ZCPROF_PATIENCE"
#define TIMES_MOST     1000

unsigned int patience_times(void)
{
	static bool said;
	const char *text = getenv(TIMES);
	char *end;
	unsigned long n;

	if (!text || !*text)
		return 1;
	n = strtoul(text, &end, 10);
	if (!*end && n >= 1 && n <= TIMES_MOST)
		return (unsigned int)n;
	if (!said)
		say_warning("%s in the environment is '%s', where a number from 1 to %d is expected; waiting as without it",
			    TIMES, text, TIMES_MOST);
	said = true;
	return 1;
}

static unsigned int of_flows(unsigned int few_s, uint64_t flows)
{
	return (few_s + (unsigned int)(flows / FLOWS_A_SECOND)) * patience_times();
}

unsigned int patience_s(uint64_t flows)
{
	return of_flows(READY_S, flows);
}

unsigned int patience_reply_s(uint64_t flows)
{
	return of_flows(REPLY_S, flows);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/adapters/reporting.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"

static void hear_line(void *data, const char *line, uint64_t at_ns)
{
	struct reporting *r = data;

	r->adapter->line(r->state, &r->report, line, at_ns);
}

static int add_word(struct reporting *r, const char *word)
{
	size_t count = 0;

	while (r->words[count])
		count++;
	r->longer = calloc(count + 2, sizeof(*r->longer));
	if (!r->longer)
		return -1;
	memcpy(r->longer, r->words, count * sizeof(*r->longer));
	/* execvp() takes words that it does not change. */
	r->longer[count] = (char *)word;
	r->words = r->longer;
	say_info("%s is started with %s, so that it says what it moves", r->adapter->name, word);
	return 0;
}

int reporting_open(struct reporting *r, char **argv, const char *name)
{
	const char *word = NULL;
	char why[200] = "no memory left to read what the command prints";
	size_t at = 0;

	*r = (struct reporting){.words = argv};
	r->adapter = adapter_for(argv, &at);
	if (name)
		r->adapter = strcmp(name, "none") ? adapter_named(name) : NULL;
	if (!r->adapter)
		return 0;
	/* A script that runs it has words of its own, which say nothing to anyone here. */
	if (adapter_understands(r->adapter, argv[at])) {
		if (r->adapter->end)
			r->end = r->adapter->end(argv + at);
		if (r->adapter->missing)
			word = r->adapter->missing(argv + at);
	}
	r->state = calloc(1, r->adapter->state_size);
	if (r->state && (!word || !add_word(r, word)))
		r->overhear = overhear_open(STDOUT_FILENO, hear_line, r, why, sizeof(why));
	if (r->overhear)
		return 0;
	say_error("%s", why);
	reporting_close(r);
	return -1;
}

int reporting_fd(const struct reporting *r)
{
	return r->overhear ? overhear_fd(r->overhear) : -1;
}

void reporting_started(struct reporting *r)
{
	if (r->overhear)
		overhear_started(r->overhear);
}

void reporting_finish(struct reporting *r)
{
	overhear_finish(r->overhear);
}

void reporting_close(struct reporting *r)
{
	overhear_close(r->overhear);
	if (r->adapter && r->adapter->close && r->state)
		r->adapter->close(r->state);
	report_free(&r->report);
	free(r->state);
	free(r->longer);
	*r = (struct reporting){0};
}

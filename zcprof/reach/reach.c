// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/reach/reach.h"

#include <string.h>

static size_t count(const char *ssh)
{
	size_t words = 0;

	for (ssh += strspn(ssh, " "); *ssh; ssh += strspn(ssh, " ")) {
		words++;
		ssh += strcspn(ssh, " ");
	}
	return words;
}

const char *reach_refuse(const char *ssh)
{
	if (!count(ssh))
		return "expected a command that reaches a host, such as ssh or \"ssh -p 2222\"";
	return count(ssh) > REACH_WORDS_MAX ? "more than 64 words are no way to a host" : NULL;
}

size_t reach_argv(const char *ssh, const char *host, char *argv[REACH_ARGV_MAX], char **room)
{
	char *rest = strdup(ssh), *word;
	size_t found = 0;

	*room = rest;
	if (!rest)
		return 0;
	while (found < REACH_WORDS_MAX && (word = strsep(&rest, " ")))
		if (*word)
			argv[found++] = word;
	argv[found++] = (char *)host;
	return found;
}

const char *reach_refuse_host(const char *name)
{
	/* ssh would take it for an option, and some of these run commands. */
	return !*name || *name == '-' ? "expected the name of a host" : NULL;
}

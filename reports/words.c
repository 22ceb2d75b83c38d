// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void words_parse(char *const argv[], const char *letters, const struct option *longs,
		 words_option_fn on_option, void *data)
{
	int count = 0;
	char **copy;

	while (argv[count])
		count++;
	/* It brings options forward. */
	copy = calloc(count + 1, sizeof(*copy));
	if (!copy)
		return;
	memcpy(copy, argv, count * sizeof(*copy));
	opterr = 0;
	optind = 0; /* from the begin, whatever was parsed before */
	for (int option; (option = getopt_long(count, copy, letters, longs, NULL)) != -1;)
		if (option != '?' && option != ':')
			on_option(data, option, optarg);
	free(copy);
}

/*
 * Programs that run the rest of their words as another. valued: letters of options that take the
 * next word; words: how many others come first; long options with a value have it behind a '='
 * mostly, and those that have it in the next word are named.
 */
struct wrapper {
	const char *name;
	const char *valued;
	int words;
	const char *longs[6]; /* NULL at the end */
};

static const struct wrapper wrappers[] = {
	{"chrt", "TPD", 1, {NULL}},
	{"env", "uCS", 0, {"--unset", "--chdir", "--split-string"}},
	{"ionice", "cn", 0, {"--class", "--classdata"}},
	{"nice", "n", 0, {"--adjustment"}},
	{"nohup", "", 0, {NULL}},
	{"nsenter", "tGS", 0, {"--target", "--setuid", "--setgid"}},
	{"numactl",
	 "iwNCmpP",
	 0,
	 {"--interleave", "--cpunodebind", "--physcpubind", "--membind", "--preferred"}},
	{"prlimit", "", 0, {NULL}},
	{"setsid", "", 0, {NULL}},
	{"stdbuf", "ioe", 0, {"--input", "--output", "--error"}},
	{"sudo", "ugpCTRDh", 0, {"--user", "--group"}},
	{"taskset", "", 1, {NULL}},
	{"timeout", "ks", 1, {"--kill-after", "--signal"}},
	{"unshare", "RwSGl", 0, {"--root", "--wd", "--setuid", "--setgid"}},
};

static const char *base_name(const char *word)
{
	const char *slash = strrchr(word, '/');

	return slash ? slash + 1 : word;
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(word, *words))
			return true;
	return false;
}

/* Behind the options that begin there. */
static size_t skip_options(char *const argv[], size_t at, const struct wrapper *w)
{
	for (; argv[at] && argv[at][0] == '-' && argv[at][1]; at++) {
		const char *word = argv[at];
		const char *letter;

		if (!strcmp(word, "--"))
			return at + 1;
		if (word[1] == '-') {
			at += is_one_of(word, w->longs) && argv[at + 1];
			continue;
		}
		/* A value follows, unless the rest of the word is it. */
		letter = strpbrk(word + 1, w->valued);
		at += letter && !letter[1] && argv[at + 1];
	}
	return at;
}

/* "ip -n A netns exec NAME COMMAND", and "ip vrf exec NAME COMMAND"; else the whole is ip's own. */
static size_t skip_ip(char *const argv[], size_t at)
{
	static const struct wrapper ip = {"ip", "nfblr", 0, {"-netns", "-family", "-batch"}};

	at = skip_options(argv, at + 1, &ip);
	for (size_t i = 0; i < 3; i++)
		if (!argv[at + i])
			return at + i;
	if ((strcmp(argv[at], "netns") && strcmp(argv[at], "vrf")) || strcmp(argv[at + 1], "exec"))
		return at;
	return at + 3;
}

static size_t skip_wrapper(char *const argv[], size_t at, const struct wrapper *w)
{
	at = skip_options(argv, at + 1, w);
	if (!strcmp(w->name, "env") || !strcmp(w->name, "sudo"))
		while (argv[at] && strchr(argv[at], '='))
			at++;
	for (int i = 0; i < w->words && argv[at]; i++)
		at++;
	return at;
}

size_t words_program(char *const argv[])
{
	size_t at = 0, before;

	do {
		const char *name = argv[at] ? base_name(argv[at]) : "";

		before = at;
		if (!strcmp(name, "ip"))
			at = skip_ip(argv, at);
		for (size_t i = 0; i < sizeof(wrappers) / sizeof(*wrappers); i++)
			if (!strcmp(name, wrappers[i].name))
				at = skip_wrapper(argv, at, &wrappers[i]);
	} while (at != before && argv[at]);
	return at;
}

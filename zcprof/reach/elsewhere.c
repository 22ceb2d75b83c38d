// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/reach/elsewhere.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/child.h"
#include "base/say.h"
#include "zcprof/reach/reach.h"

#define WORDS_MAX 128
/* What ssh(1) ends with where it is ssh that failed. */
#define SSH_FAILED 255

struct there {
	const char *host, *ssh, *zcprof;
};

const char *elsewhere_value(const char *name, int argc, char **argv, int *i)
{
	size_t len = strlen(name);

	if (!argv[*i] || strncmp(argv[*i], name, len) != 0)
		return NULL;
	if (argv[*i][len] == '=')
		return argv[*i] + len + 1;
	return !argv[*i][len] && *i + 1 < argc ? argv[++*i] : NULL;
}

static bool take(struct there *t, int argc, char **argv, int *i)
{
	const char *value;

	if ((value = elsewhere_value("--host", argc, argv, i)))
		t->host = value;
	else if ((value = elsewhere_value("--ssh", argc, argv, i)))
		t->ssh = value;
	else if ((value = elsewhere_value("--zcprof", argc, argv, i)))
		t->zcprof = value;
	return value;
}

bool elsewhere_plain(const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

	return *word && strspn(word, plain) == strlen(word);
}

static int run(const struct there *t, char *const argv[])
{
	struct child child = {.argv = argv, .fds = {-1, -1, -1}};
	int status = 0;
	pid_t pid;
	int error = child_start(&child, &pid);

	if (!error)
		error = child_wait(pid, &status);
	if (error) {
		say_error("%s: cannot run %s: %s", t->host, t->ssh, strerror(-error));
		return EXIT_FAILED;
	}
	if (!WIFEXITED(status)) /* as by whoever reads what it says, and has enough */
		return EXIT_FAILED;
	if (WEXITSTATUS(status) != SSH_FAILED && WEXITSTATUS(status) < 126)
		return WEXITSTATUS(status);
	say_error("%s: %s could not run %s there; see that it can be reached, and that zcprof is installed, or say where with --zcprof",
		  t->host, t->ssh, t->zcprof);
	return EXIT_UNABLE;
}

int elsewhere(const char *command, int argc, char **argv)
{
	struct there t = {.ssh = "ssh", .zcprof = "zcprof"};
	char *rest[WORDS_MAX], *words[2 * WORDS_MAX + 8];
	size_t rests = 0, count;
	const char *refused;
	char *room;
	int result;

	for (int i = 1; i < argc && rests < WORDS_MAX; i++) {
		/* Said here, as everything that is wrong with the options is. */
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-?"))
			return -1;
		if (!take(&t, argc, argv, &i))
			rest[rests++] = argv[i];
	}
	if (!t.host)
		return -1;
	refused = reach_refuse_host(t.host);
	if (refused)
		say_error("--host %s: %s", t.host, refused);
	else if ((refused = reach_refuse(t.ssh)))
		say_error("--ssh %s: %s", t.ssh, refused);
	if (refused)
		return EXIT_USAGE;
	count = reach_argv(t.ssh, t.host, words, &room);
	if (!count) {
		say_error("no memory left to reach %s", t.host);
		return EXIT_FAILED;
	}
	words[count++] = (char *)t.zcprof;
	words[count++] = (char *)command;
	for (size_t i = 0; i < rests; i++) {
		if (!elsewhere_plain(rest[i])) {
			say_error("%s: a shell there would not take \"%s\" as it is: run zcprof %s there",
				  t.host, rest[i], command);
			free(room);
			return EXIT_USAGE;
		}
		words[count++] = rest[i];
	}
	words[count] = NULL;
	result = run(&t, words);
	free(room);
	return result;
}

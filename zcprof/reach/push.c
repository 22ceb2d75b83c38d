// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/reach/push.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/visible.h"
#include "zcprof/agent/request.h"
#include "zcprof/reach/reach.h"
#include "zcprof/tool.h"

#define PATIENCE_MS 120000
#define REMOVE_MS   10000
/* What mktemp(1) makes of it has as many characters. */
#define FOLDER PUSH_FOLDER "XXXXXXXXXX"

struct there {
	const char *ssh, *host;
};

/* Words that a shell leaves as they are, and that need none. What is to be freed; NULL: no memory left. */
static char *say(const struct there *t, char *const words[], char *argv[])
{
	char *room;
	size_t count = reach_argv(t->ssh, t->host, argv, &room);

	for (; count && *words; words++)
		argv[count++] = *words;
	argv[count] = NULL;
	return room;
}

/* in: what the command reads; -1: nothing. */
static int command(const struct there *t, char *const words[], int in, struct tool_result *result)
{
	char *argv[REACH_ARGV_MAX + 8];
	char *room = say(t, words, argv);

	*result = (struct tool_result){.exit_code = -1, .reason = "no memory left"};
	if (room)
		tool_run_from(argv, in, PATIENCE_MS, result);
	free(room);
	return result->exit_code;
}

/* Whoever asks zcprof to stop wants nothing left there either. */
static void remove_folder(const struct there *t, char *folder)
{
	char *const words[] = {"rm", "-rf", folder, NULL};
	char *argv[REACH_ARGV_MAX + 8];
	char *room = say(t, words, argv);
	struct tool_result ignored;

	if (room)
		tool_run_anyway(argv, REMOVE_MS, &ignored);
	free(room);
}

/* The folder's name comes from there: nothing but what was asked for will do. */
static int make_folder(const struct there *t, char *folder, size_t size, struct tool_result *result)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	char *const words[] = {"mktemp", "-d", FOLDER, NULL};
	size_t fixed = strlen(FOLDER) - strlen("XXXXXXXXXX");

	if (command(t, words, -1, result))
		return -1;
	if (strlen(result->out) != strlen(FOLDER) || strncmp(result->out, FOLDER, fixed) ||
	    strspn(result->out + fixed, letters) != strlen(FOLDER) - fixed) {
		result->exit_code = -1;
		snprintf(result->reason, sizeof(result->reason),
			 "mktemp says no name of a folder there");
		return -1;
	}
	snprintf(folder, size, "%s", result->out);
	return 0;
}

static int copy(const struct there *t, const char *from, const char *folder, const char *name,
		struct tool_result *result)
{
	char to[PUSH_PATH_MAX];
	char *const words[] = {"install", "-m", "755", "/dev/stdin", to, NULL};
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	int code;

	if (fd < 0) {
		result->exit_code = -1;
		snprintf(result->reason, sizeof(result->reason), "cannot read %.200s: %s", from,
			 strerror(errno));
		return -1;
	}
	snprintf(to, sizeof(to), "%s/%s", folder, name);
	code = command(t, words, fd, result);
	close(fd);
	return code;
}

int push_programs(const char *ssh, const char *host, const char *zcpath, char path[PUSH_PATH_MAX],
		  char *why, size_t why_size)
{
	const struct there there = {ssh, host};
	struct tool_result result;
	char folder[sizeof(FOLDER)] = "", reason[300];

	if (!make_folder(&there, folder, sizeof(folder), &result) &&
	    !copy(&there, "/proc/self/exe", folder, "zcprof", &result) &&
	    !copy(&there, zcpath, folder, "zcpath", &result)) {
		snprintf(path, PUSH_PATH_MAX, "%s/zcprof", folder);
		return 0;
	}
	visible_copy(reason, sizeof(reason), tool_reason(&result), strlen(tool_reason(&result)));
	snprintf(why, why_size, "%s: --push cannot copy zcprof to a folder below /tmp there: %s",
		 host, reason);
	if (*folder)
		remove_folder(&there, folder);
	return -1;
}

void push_remove(const char *ssh, const char *host, const char *path)
{
	const struct there there = {ssh, host};
	char folder[PUSH_PATH_MAX];

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path), path);
	remove_folder(&there, folder);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/settings/sysctl.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "nic/netns.h"
#include "nic/settings/files.h"
#include "nic/settings/setting.h"

#define PATH_LEN 256

/* More than any sysctl has. */
#define DOTS_MOST 10

static unsigned int dots(const char *text)
{
	unsigned int count = 0;

	while ((text = strchr(text, '.'))) {
		count++;
		text++;
	}
	return count;
}

/* From there on a dot stands between two folders, or is one of a name as that of a VLAN, eth0.100. */
static bool is_found(char *path, char *from)
{
	char *dot = strchr(from, '.');

	if (!dot)
		return !access(path, F_OK);
	*dot = '/';
	if (is_found(path, dot + 1))
		return true;
	*dot = '.';
	return is_found(path, dot + 1);
}

/*
 * 0, or -ENOENT: it is the name of none. The journal tells by the path what belongs to a network namespace, so
 * there is one path for a setting: ".net.core.x" would be noted as the machine's, and put back in another.
 */
static int path_of(const char *name, char path[PATH_LEN])
{
	const size_t sys = strlen("/proc/sys/");

	if (!isalnum((unsigned char)*name) || strstr(name, ".."))
		return -ENOENT;
	if (snprintf(path, PATH_LEN, "/proc/sys/%s", name) >= PATH_LEN)
		return -ENOENT;
	if (dots(path + sys) <= DOTS_MOST && is_found(path, path + sys))
		return 0;
	for (char *c = path + sys; *c; c++)
		*c = *c == '.' ? '/' : *c;
	return 0;
}

static pid_t parent_of(pid_t pid)
{
	char path[40], line[128];
	int parent = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	in = fopen(path, "re");
	while (in && fgets(line, sizeof(line), in) && sscanf(line, "PPid: %d", &parent) != 1)
		;
	if (in)
		fclose(in);
	return parent;
}

/*
 * What a namespace does not show, as most of net.core, the first one has for all of them. It is that
 * of an ancestor: of the first process, which not everybody may look at, or of who started this one.
 */
static int enter_where(const char *path)
{
	if (!access(path, F_OK) || strncmp(path, "/proc/sys/net/", 14) != 0)
		return -1;
	for (pid_t pid = getppid(); pid > 0; pid = parent_of(pid)) {
		char ns[40];
		int netns, previous = -1;

		snprintf(ns, sizeof(ns), "/proc/%d/ns/net", (int)pid);
		netns = netns_open(ns);
		if (netns < 0)
			continue;
		previous = netns_enter(netns);
		close(netns);
		if (previous >= 0 && !access(path, F_OK))
			return previous;
		if (previous >= 0)
			netns_leave(previous);
	}
	return -1;
}

static void leave(int previous)
{
	if (previous >= 0)
		netns_leave(previous);
}

int sysctl_read(const char *name, char *text, size_t size)
{
	char path[PATH_LEN];
	int previous, error = path_of(name, path);

	if (error)
		return error;
	previous = enter_where(path);
	error = file_read(path, text, size);
	leave(previous);
	for (char *c = text; !error && *c; c++)
		*c = *c == '\t' || *c == ' ' ? ':' : *c;
	return error;
}

int sysctl_write(struct journal *j, const char *name, const char *text)
{
	char path[PATH_LEN], value[OPTION_PAIRS_MAX + 1];
	int previous, error = path_of(name, path);

	if (error)
		return error;
	snprintf(value, sizeof(value), "%s", text);
	for (char *c = value; *c; c++)
		*c = *c == ':' ? ' ' : *c;
	previous = enter_where(path);
	error = journal_set(j, path, value);
	leave(previous);
	return error;
}

/* ---- --sysctl ---- */

static int pairs_read(struct setting_place *p, enum option_id id, const struct options *want,
		      char *text, size_t size)
{
	const char *at = want->sysctl;
	struct option_pair pair;
	size_t used = 0;

	(void)id;
	while (options_pair(&at, &pair) && used < size) {
		char now[4096];
		int error = sysctl_read(pair.name, now, sizeof(now));

		if (error == -ENOENT)
			snprintf(p->said, sizeof(p->said), "there is no sysctl %.60s", pair.name);
		else if (error)
			snprintf(p->said, sizeof(p->said), "%.60s cannot be read", pair.name);
		if (error)
			return error;
		used += (size_t)snprintf(text + used, size - used, "%s%s=%s", used ? "+" : "",
					 pair.name, now);
	}
	return 0;
}

static int pairs_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	const char *at = want->sysctl;
	struct option_pair pair;
	int error = 0;

	(void)id;
	while (!error && options_pair(&at, &pair)) {
		error = sysctl_write(p->journal, pair.name, pair.value);
		if (error && error != -JOURNAL_TAKEN)
			snprintf(p->said, sizeof(p->said), "%.60s cannot be %.60s", pair.name,
				 pair.value);
	}
	return error;
}

const struct setting setting_sysctl = {pairs_read, pairs_write, true};

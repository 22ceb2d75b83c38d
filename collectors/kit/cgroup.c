// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/cgroup.h"

#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the controller is mounted. */
static bool find_controller(struct cgroup *g, const char *controller)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *m;
	bool found = false;

	while (mounts && (m = getmntent(mounts))) {
		bool own = controller && !strcmp(m->mnt_type, "cgroup") && hasmntopt(m, controller);

		/* Where both are mounted, the controller is with the older. */
		if ((own || (!found && !strcmp(m->mnt_type, "cgroup2"))) &&
		    strlen(m->mnt_dir) < sizeof(g->root)) {
			strcpy(g->root, m->mnt_dir);
			g->v1 = own;
			found = true;
		}
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

static bool has_word(char *list, const char *word)
{
	for (char *rest, *item = strtok_r(list, ",", &rest); item; item = strtok_r(NULL, ",", &rest))
		if (!strcmp(item, word))
			return true;
	return false;
}

/* The path of a process below the controller's root: "12:cpu,cpuacct:/path", or "0::/path". */
static bool find_path(struct cgroup *g, const char *controller, pid_t pid)
{
	char file[40], *line = NULL;
	size_t room = 0;
	bool found = false;
	FILE *in;

	snprintf(file, sizeof(file), "/proc/%d/cgroup", (int)pid);
	in = fopen(file, "re");
	while (in && !found && getline(&line, &room, in) > 0) {
		char *controllers = strchr(line, ':');
		char *at = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!at)
			continue;
		*at++ = '\0';
		at[strcspn(at, "\n")] = '\0';
		found = (g->v1 ? has_word(controllers + 1, controller) : !controllers[1]) &&
			strlen(at) < sizeof(g->path);
		if (found)
			strcpy(g->path, at);
	}
	free(line);
	if (in)
		fclose(in);
	/* That of a namespace's own root may lead above it. */
	return found && !strstr(g->path, "/..");
}

bool cgroup_of(struct cgroup *g, const char *controller, pid_t pid)
{
	if (!find_controller(g, controller) || !find_path(g, controller, pid))
		return false;
	if (!strcmp(g->path, "/"))
		g->path[0] = '\0';
	return true;
}

int cgroup_open(const struct cgroup *g, const char *file)
{
	char whole[sizeof(g->root) + sizeof(g->path) + 64];
	int n = snprintf(whole, sizeof(whole), "%s%s%s%s", g->root, g->path, file ? "/" : "",
			 file ? file : "");

	if (n >= (int)sizeof(whole))
		return -1;
	return open(whole,
		    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (file ? 0 : O_DIRECTORY));
}

bool cgroup_up(struct cgroup *g)
{
	char *slash = strrchr(g->path, '/');

	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/facts_cgroup.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "collectors/kit/cgroup.h"
#include "nic/onpath.h"

/* More is what version 1 has for no limit, of pages of any size. */
#define NO_LIMIT (1ULL << 60)

/* In bytes; NO_LIMIT where the file has "max", or is not there. */
static uint64_t limit_in(const struct cgroup *g, const char *file)
{
	uint64_t limit = NO_LIMIT;
	char text[32];
	int fd = cgroup_open(g, file);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[len > 0 ? len : 0] = '\0';
	return sscanf(text, "%" SCNu64, &limit) == 1 && limit < NO_LIMIT ? limit : NO_LIMIT;
}

static void say_limit(struct writer *w, enum record_end end, const char *key, uint64_t limit)
{
	char text[24] = "none";

	if (limit < NO_LIMIT)
		snprintf(text, sizeof(text), "%" PRIu64, limit);
	writer_fact(w, end, METRIC_fact_process, key, text);
}

/* The least of the group's and of those above it: all of them hold. */
static void say_memory(struct writer *w, enum record_end end, pid_t pid)
{
	uint64_t all = NO_LIMIT, sockets = NO_LIMIT, one;
	struct cgroup g;

	if (!cgroup_of(&g, "memory", pid))
		return;
	do {
		one = limit_in(&g, g.v1 ? "memory.limit_in_bytes" : "memory.max");
		all = one < all ? one : all;
		one = g.v1 ? limit_in(&g, "memory.kmem.tcp.limit_in_bytes") : NO_LIMIT;
		sockets = one < sockets ? one : sockets;
	} while (cgroup_up(&g));
	say_limit(w, end, "memory limit", all);
	if (g.v1)
		say_limit(w, end, "socket memory limit", sockets);
}

struct telling {
	struct writer *writer;
	enum record_end end;
};

static void say_programs(void *data, const char *key, const char *value)
{
	const struct telling *t = data;

	writer_fact(t->writer, t->end, METRIC_fact_on_path, key, value);
}

void facts_cgroup(struct writer *w, enum record_end end, const struct target *t)
{
	pid_t pid = t->kind == TARGET_CPUS ? 0 : target_first(t);
	struct telling telling = {w, end};
	struct cgroup g;
	int fd;

	if (pid <= 0)
		return;
	say_memory(w, end, pid);
	fd = cgroup_of(&g, NULL, pid) ? cgroup_open(&g, NULL) : -1;
	if (fd < 0)
		return;
	onpath_cgroup(fd, say_programs, &telling);
	close(fd);
}

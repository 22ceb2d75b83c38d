// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What IP and TCP counted in the network namespace of each end, as nstat names it: from /proc/net/netstat and
 * /proc/net/snmp (Documentation/networking/snmp_counter.rst). Who dropped a segment, and why a window was
 * closed, stands nowhere else.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collectors/list.h"
#include "nic/netns.h"

static const char *const files[] = {"/proc/thread-self/net/netstat", "/proc/thread-self/net/snmp"};

#define FILES (sizeof(files) / sizeof(*files))
/* Of one file; its lines grow with the kernel, by some counters a year. */
#define ROOM 32768

struct space {
	enum record_end end;
	int fd[FILES];
	char text[EDGE_COUNT][FILES][ROOM];
};

struct netstat {
	size_t count;
	struct space *space[2];
};

/* In the namespace. What was opened stays there. */
static int open_space(struct space *s)
{
	for (size_t i = 0; i < FILES; i++) {
		s->fd[i] = open(files[i], O_RDONLY | O_CLOEXEC);
		if (s->fd[i] < 0)
			return -errno;
	}
	return 0;
}

static int add_space(struct netstat *n, enum record_end end, int netns)
{
	struct space *s = calloc(1, sizeof(*s));
	int previous = -1, error;

	if (!s)
		return -ENOMEM;
	for (size_t i = 0; i < FILES; i++)
		s->fd[i] = -1;
	s->end = end;
	n->space[n->count++] = s;
	if (netns >= 0)
		previous = netns_enter(netns);
	if (netns >= 0 && previous < 0)
		return previous;
	error = open_space(s);
	if (previous >= 0)
		netns_leave(previous);
	return error;
}

static int netstat_open(void **state, const struct measurement *run, const char **means, char *why,
			size_t why_size)
{
	const struct target *rx = &run->target[END_RX], *tx = &run->target[END_TX];
	bool shared = target_here(rx) && target_here(tx) &&
		      netns_inode(rx->netns) == netns_inode(tx->netns);
	struct netstat *n = calloc(1, sizeof(*n));
	int error = n ? 0 : -ENOMEM;

	*state = n;
	if (!error && shared)
		error = add_space(n, END_HOST, rx->netns);
	for (int end = END_RX; !error && !shared && end <= END_TX; end++)
		if (target_here(&run->target[end]))
			error = add_space(n, end, run->target[end].netns);
	if (error) {
		snprintf(why, why_size, "cannot read %s: %s", files[0], strerror(-error));
		return -1;
	}
	if (!n->count) {
		snprintf(why, why_size, "no end of the traffic is on this machine");
		return -1;
	}
	*means = "/proc/net/netstat";
	return 0;
}

static int netstat_snapshot(void *state, enum edge edge)
{
	struct netstat *n = state;
	int result = 0;

	for (size_t i = 0; i < n->count; i++) {
		for (size_t f = 0; f < FILES; f++) {
			char *text = n->space[i]->text[edge][f];
			size_t len = 0;
			ssize_t got;

			while (len < ROOM - 1 && (got = pread(n->space[i]->fd[f], text + len,
							      ROOM - 1 - len, len)) > 0)
				len += got;
			text[len] = '\0';
			result = len ? result : -1;
		}
	}
	return result;
}

/* Two lines with the same first word: names, and below them values. */
struct section {
	const char *names, *values;
	char prefix[16];
};

static const char *line_after(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

/* The next one; NULL: there is none. */
static const char *next_section(const char *text, struct section *s)
{
	const char *second = line_after(text);
	int names = 0, values = 0;

	if (sscanf(text, "%15[A-Za-z0-9]: %n", s->prefix, &names) != 1 || !names)
		return NULL;
	if (sscanf(second, "%*15[A-Za-z0-9]: %n", &values) != 0 || !values)
		return NULL;
	s->names = text + names;
	s->values = second + values;
	return line_after(second);
}

/* The value that stands below a name, in a text that may be of another moment; false: it is not there. */
static bool value_of(const char *text, const char *prefix, size_t place, unsigned long long *value)
{
	struct section s;

	while ((text = next_section(text, &s))) {
		const char *at = s.values;
		char *rest;

		if (strcmp(s.prefix, prefix))
			continue;
		for (size_t i = 0; i <= place; i++, at = rest) {
			/* Tcp's MaxConn is -1, and no counter. */
			*value = strtoull(at, &rest, 10);
			if (rest == at)
				return false;
		}
		return true;
	}
	return false;
}

static bool is_counter(const char *name)
{
	static const char *const levels[] = {"IpForwarding", "IpDefaultTTL", "TcpRtoAlgorithm",
					     "TcpRtoMin",    "TcpRtoMax",    "TcpMaxConn",
					     "TcpCurrEstab"};

	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		if (!strcmp(name, levels[i]))
			return false;
	return true;
}

static void emit_section(const struct space *of, size_t file, const struct section *s,
			 struct writer *w)
{
	const char *at = s->names;
	char name[64];
	int used;

	for (size_t place = 0; sscanf(at, "%63[A-Za-z0-9_]%n", name, &used) == 1; place++) {
		unsigned long long opened, closed;
		char key[96];

		at += used;
		at += *at == ' ';
		snprintf(key, sizeof(key), "%s%s", s->prefix, name);
		if (is_counter(key) &&
		    value_of(of->text[EDGE_OPEN][file], s->prefix, place, &opened) &&
		    value_of(of->text[EDGE_CLOSE][file], s->prefix, place, &closed) &&
		    closed > opened)
			writer_u64(w, WINDOW, of->end, METRIC_netstat_counter, key, closed - opened);
	}
}

static void netstat_emit(void *state, struct writer *w)
{
	struct netstat *n = state;

	for (size_t i = 0; i < n->count; i++) {
		for (size_t f = 0; f < FILES; f++) {
			const char *text = n->space[i]->text[EDGE_CLOSE][f];
			struct section s;

			while ((text = next_section(text, &s)))
				if (strncmp(s.prefix, "Icmp", 4))
					emit_section(n->space[i], f, &s, w);
		}
	}
}

static void netstat_close(void *state)
{
	struct netstat *n = state;

	for (size_t i = 0; n && i < n->count; i++) {
		for (size_t f = 0; f < FILES; f++)
			if (n->space[i]->fd[f] >= 0)
				close(n->space[i]->fd[f]);
		free(n->space[i]);
	}
	free(n);
}

const struct collector_ops netstat_collector = {
	.source = "netstat",
	.what = "what IP and TCP counted in each end's network namespace, as nstat names it",
	.of_ends = true,
	.open = netstat_open,
	.snapshot = netstat_snapshot,
	.emit = netstat_emit,
	.repeats = true,
	.close = netstat_close,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/cpus.h"

#include <ctype.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- lists ---- */

/* A number at *text, which is moved behind it. */
static int take_number(const char **text, unsigned int *number)
{
	unsigned long value;
	char *rest;

	if (!isdigit((unsigned char)**text))
		return -EINVAL;
	value = strtoul(*text, &rest, 10);
	if (value >= CPUS_MOST)
		return -EINVAL;
	*number = (unsigned int)value;
	*text = rest;
	return 0;
}

static int add_range(struct cpus *cpus, unsigned int first, unsigned int last)
{
	unsigned int *grown;

	if (last < first || (cpus->count && first <= cpus->number[cpus->count - 1]))
		return -EINVAL;
	grown = reallocarray(cpus->number, cpus->count + last - first + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	cpus->number = grown;
	for (unsigned int cpu = first; cpu <= last; cpu++)
		cpus->number[cpus->count++] = cpu;
	return 0;
}

static int take_ranges(struct cpus *cpus, const char *text)
{
	unsigned int first, last;

	/* "\n" alone is the list of none. */
	while (*text && *text != '\n') {
		if (take_number(&text, &first))
			return -EINVAL;
		last = first;
		if (*text == '-') {
			text++;
			if (take_number(&text, &last))
				return -EINVAL;
		}
		if (*text == ',' && isdigit((unsigned char)text[1]))
			text++;
		else if (*text && *text != '\n')
			return -EINVAL;
		if (add_range(cpus, first, last))
			return -EINVAL;
	}
	return 0;
}

int cpus_parse(struct cpus *cpus, const char *text)
{
	int error;

	*cpus = (struct cpus){0};
	error = take_ranges(cpus, text);
	if (error)
		cpus_free(cpus);
	return error;
}

int cpus_read(struct cpus *cpus, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	int error;

	*cpus = (struct cpus){0};
	if (!f)
		return -errno;
	errno = EINVAL; /* a file without a line */
	error = getline(&line, &room, f) < 0 ? -errno : cpus_parse(cpus, line);
	free(line);
	fclose(f);
	return error;
}

static int by_number(const void *a, const void *b)
{
	const unsigned int *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

bool cpus_has(const struct cpus *cpus, unsigned int cpu)
{
	return cpus->count &&
	       bsearch(&cpu, cpus->number, cpus->count, sizeof(*cpus->number), by_number);
}

void cpus_free(struct cpus *cpus)
{
	free(cpus->number);
	*cpus = (struct cpus){0};
}

unsigned int cpus_bound(void)
{
	long configured = sysconf(_SC_NPROCESSORS_CONF);
	struct cpus possible;
	unsigned int bound;

	if (!cpus_read(&possible, CPUS_POSSIBLE) && possible.count)
		bound = possible.number[possible.count - 1] + 1;
	else
		bound = configured > 0 && configured <= CPUS_MOST ? (unsigned int)configured : 1;
	cpus_free(&possible);
	return bound;
}

/* ---- those that come and go ---- */

static void note_change(struct hotplug *h, unsigned int cpu)
{
	if (cpu < h->bound)
		h->changes[cpu]++;
}

/* "offline@/devices/system/cpu/cpu1", and more behind its NUL. */
static void note_uevent(struct hotplug *h, const char *text)
{
	static const char cpu_path[] = "@/devices/system/cpu/cpu";
	const char *at = strchr(text, '@');
	unsigned int cpu;

	if ((strncmp(text, "offline@", 8) && strncmp(text, "online@", 7)) ||
	    strncmp(at, cpu_path, strlen(cpu_path)))
		return;
	at += strlen(cpu_path);
	if (!take_number(&at, &cpu) && !*at)
		note_change(h, cpu);
}

/* Others than the kernel may say what they like here. */
static void hear(struct hotplug *h)
{
	struct sockaddr_nl from = {0};
	socklen_t size = sizeof(from);
	char text[4096];
	ssize_t len;

	while ((len = recvfrom(h->uevents, text, sizeof(text) - 1, MSG_DONTWAIT,
			       (struct sockaddr *)&from, &size)) >= 0 ||
	       errno == EINTR || errno == ENOBUFS) {
		text[len > 0 ? len : 0] = '\0';
		if (len > 0 && !from.nl_pid)
			note_uevent(h, text);
		size = sizeof(from);
	}
}

static int listen_to_uevents(void)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&kernel, sizeof(kernel))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int hotplug_open(struct hotplug *h)
{
	*h = (struct hotplug){.open = true, .uevents = listen_to_uevents(), .bound = cpus_bound()};
	h->changes = calloc(h->bound, sizeof(*h->changes));
	if (!h->changes) {
		hotplug_close(h);
		return -ENOMEM;
	}
	/* Without a list the uevents are left. */
	cpus_read(&h->online, CPUS_ONLINE);
	return 0;
}

void hotplug_look(struct hotplug *h)
{
	struct cpus before = h->online;

	if (!h->open)
		return;
	if (h->uevents >= 0)
		hear(h);
	if (cpus_read(&h->online, CPUS_ONLINE)) {
		h->online = before;
		return;
	}
	for (unsigned int cpu = 0; cpu < h->bound; cpu++)
		if (!h->changes[cpu] && cpus_has(&before, cpu) != cpus_has(&h->online, cpu))
			note_change(h, cpu);
	cpus_free(&before);
}

unsigned int hotplug_changes(const struct hotplug *h, unsigned int cpu)
{
	return h->open && cpu < h->bound ? h->changes[cpu] : 0;
}

void hotplug_forget(struct hotplug *h)
{
	if (h->open)
		memset(h->changes, 0, h->bound * sizeof(*h->changes));
}

void hotplug_close(struct hotplug *h)
{
	if (!h->open)
		return;
	if (h->uevents >= 0)
		close(h->uevents);
	cpus_free(&h->online);
	free(h->changes);
	*h = (struct hotplug){0};
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/serving.h"

#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/quantity.h"
#include "nic/netdev.h"

static bool socket_says(int fd, int option, int *value)
{
	socklen_t size = sizeof(*value);

	return !getsockopt(fd, SOL_SOCKET, option, value, &size) && *value >= 0;
}

struct search {
	unsigned int napi;
	int queue;
};

static void take_queue(void *data, const struct netdev_queue *q)
{
	struct search *s = data;

	if (q->direction == NETDEV_RX && q->napi_id == s->napi)
		s->queue = (int)q->id;
}

/* A NAPI may be of a device below that of the address, such as the one under a VLAN. */
static void ask_kernel(struct serving *s)
{
	struct search search = {.napi = s->napi, .queue = -1};
	struct netdev_napi napi;
	struct genl g;

	s->queue = s->irq = -1;
	if (!genl_open(&g, NETDEV_FAMILY) && !netdev_napi(&g, s->napi, &napi)) {
		s->irq = napi.irq;
		netdev_queues(&g, napi.ifindex, take_queue, &search);
		s->queue = search.queue;
	}
	genl_close(&g);
}

#define QUEUES_MAX 1024

struct napis {
	unsigned int id[QUEUES_MAX]; /* of each queue */
};

static void take_napi(void *data, const struct netdev_queue *q)
{
	struct napis *n = data;

	if (q->direction == NETDEV_RX && q->id < QUEUES_MAX)
		n->id[q->id] = q->napi_id;
}

unsigned int serving_interrupts(const char *iface, int irqs[], unsigned int most)
{
	struct napis *n = calloc(1, sizeof(*n));
	unsigned int ifindex = if_nametoindex(iface), count = 0;
	struct netdev_napi napi;
	struct genl g;

	if (!genl_open(&g, NETDEV_FAMILY) && n && ifindex)
		netdev_queues(&g, ifindex, take_napi, n);
	for (int i = 0; n && i < QUEUES_MAX; i++) {
		bool known = n->id[i] && !netdev_napi(&g, n->id[i], &napi) && napi.irq >= 0;

		for (unsigned int k = 0; known && k < count; k++)
			known = irqs[k] != napi.irq;
		if (known && count < most)
			irqs[count++] = napi.irq;
	}
	genl_close(&g);
	free(n);
	return count;
}

/* It may be allowed on several CPUs, and goes to one of them (Documentation/core-api/irq/irq-affinity.rst). */
static int cpu_of_interrupt(int irq)
{
	char path[64], text[64] = "";
	const char *why;
	cpu_set_t cpus;
	FILE *file;
	int cpu = 0;

	snprintf(path, sizeof(path), "/proc/irq/%d/effective_affinity_list", irq);
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (fscanf(file, "%63s", text) != 1)
		text[0] = '\0';
	fclose(file);
	if (cpulist_parse(text, &cpus, &why) || CPU_COUNT(&cpus) != 1)
		return -1;
	while (!CPU_ISSET(cpu, &cpus))
		cpu++;
	return cpu;
}

void serving_look(struct serving *s, int fd)
{
	int napi;

	s->seen_cpu = serving_seen(fd);
	if (socket_says(fd, SO_INCOMING_NAPI_ID, &napi) && (unsigned int)napi != s->napi) {
		s->napi = napi;
		ask_kernel(s);
	}
	s->irq_cpu = s->irq >= 0 ? cpu_of_interrupt(s->irq) : -1;
}

int serving_seen(int fd)
{
	int cpu;

	return socket_says(fd, SO_INCOMING_CPU, &cpu) ? cpu : -1;
}

int serving_cpu(const struct serving *s)
{
	return s->irq_cpu >= 0 ? s->irq_cpu : s->seen_cpu;
}

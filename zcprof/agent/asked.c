// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/agent/asked.h"

#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "zcprof/agent/device.h"

enum record_end asked_end(const char *name)
{
	return !strcmp(name, "rx") ? END_RX : !strcmp(name, "tx") ? END_TX : END_HOST;
}

static int take_cpus(struct part *p, enum record_end end, const char *list, bool places)
{
	struct target *t = &p->run.target[end];
	cpu_set_t cpus;
	const char *why;

	if (cpulist_parse(list, &cpus, &why))
		return -1;
	CPU_OR(&t->cpus, &t->cpus, &cpus);
	t->cpus_known = t->cpus_known || places;
	return 0;
}

static int take(struct part *p, const char *name, const char *value, struct asked *asked)
{
	enum record_end end = !strncmp(name, "tx", 2) ? END_TX : END_RX;
	const char *why;
	uint64_t number;

	if (!strcmp(name, "end")) {
		end = asked_end(value);
		p->here[end] = true;
		return end == END_HOST ? -1 : 0;
	}
	if (!strcmp(name, "rx-cpu") || !strcmp(name, "tx-cpu"))
		return take_cpus(p, end, value, true);
	if (!strcmp(name, "rx-irq-cpu") || !strcmp(name, "tx-irq-cpu"))
		return take_cpus(p, end, value, false);
	if (!strcmp(name, "seconds"))
		return quantity_seconds(value, &p->run.seconds, &why);
	if (!strcmp(name, "port")) {
		if (quantity_count(value, &number, &why) || number > 65535)
			return -1;
		p->run.data_port = number;
		return 0;
	}
	if (!strcmp(name, "address"))
		asked->address = value;
	else if (!strcmp(name, "collect"))
		asked->collect = value;
	else if (!strcmp(name, "no-collect"))
		asked->no_collect = value;
	else if (!strcmp(name, "unnamed"))
		asked->unnamed = true;
	else if (!strcmp(name, "exact"))
		p->run.exact = true;
	else if (!strcmp(name, "watched"))
		p->run.watched = true;
	else if (!strcmp(name, "control"))
		p->control = true;
	else
		return -1;
	return 0;
}

/* Its device is known by the address; a machine of one end, which was placed nowhere, works for it alone. */
static void complete(struct part *p, const struct asked *asked)
{
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		struct target *t = &p->run.target[end];
		bool alone = !p->here[end == END_RX ? END_TX : END_RX];

		if (p->here[end] && asked->address)
			agent_device(end, asked->address, t->iface);
		if (p->here[end] && alone && !t->cpus_known)
			target_has_machine(t);
	}
}

int asked_take(struct asked *asked, struct part *p, char *const words[], char *why, size_t size)
{
	*asked = (struct asked){.unnamed = false};
	for (; *words; words++) {
		const char *value = strchr(*words, '=');
		char name[16];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*words, "="), *words);
		if (!value || take(p, name, value + 1, asked)) {
			snprintf(why, size, "did not understand \"%.60s\"", *words);
			return -1;
		}
	}
	complete(p, asked);
	return collecting_refuse(asked->collect, asked->no_collect, false, why, size);
}

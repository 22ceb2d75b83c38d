// SPDX-License-Identifier: GPL-2.0-or-later
/* An option's value as a user would write it. */
#include "record/option_field.h"

#include <stdio.h>

/* The largest unit that divides the number, as quantity_size() and quantity_rate() read it. */
static char *print_scaled(uint64_t number, uint64_t step, char *text, size_t size)
{
	static const char letters[] = {'\0', 'K', 'M', 'G', 'T'};
	unsigned int letter = 0;

	while (number && number % step == 0 && letter + 1 < sizeof(letters)) {
		number /= step;
		letter++;
	}
	snprintf(text, size, letter ? "%llu%c" : "%llu", (unsigned long long)number,
		 letters[letter]);
	return text;
}

static char *print_exchange(const struct exchange *e, char *text, size_t size)
{
	char request[32];
	char response[32];

	snprintf(text, size, "%s:%s", print_scaled(e->request, 1024, request, sizeof(request)),
		 print_scaled(e->response, 1024, response, sizeof(response)));
	return text;
}

static char *print_places(const struct places *p, char *text, size_t size)
{
	if (!p->by_queue)
		return cpulist_print(&p->cpus, text, size);
	if (p->offset == PLACES_FAR)
		snprintf(text, size, OPTION_BY_QUEUE OPTION_FAR);
	else if (p->offset)
		snprintf(text, size, OPTION_BY_QUEUE "%+d", p->offset);
	else
		snprintf(text, size, OPTION_BY_QUEUE);
	return text;
}

char *options_print(const struct options *o, enum option_id id, char *text, size_t size)
{
	const void *at = option_field_of(o, id);

	if (!o->set[id]) {
		snprintf(text, size, "%s", "");
		return text;
	}
	switch (option_info(id)->type) {
	case TYPE_FLAG:
		snprintf(text, size, "%s", *(const bool *)at ? "yes" : "no");
		break;
	case TYPE_COUNT:
		snprintf(text, size, "%llu", (unsigned long long)*(const uint64_t *)at);
		break;
	case TYPE_SIZE:
		return print_scaled(*(const uint64_t *)at, 1024, text, size);
	case TYPE_RATE:
		return print_scaled(*(const uint64_t *)at, 1000, text, size);
	case TYPE_SECONDS:
		snprintf(text, size, "%.9g", *(const double *)at);
		break;
	case TYPE_AMOUNT:
		if (*(const uint64_t *)at)
			return print_scaled(*(const uint64_t *)at, 1024, text, size);
		snprintf(text, size, "off");
		break;
	case TYPE_CPUMASK:
		if (CPU_COUNT((const cpu_set_t *)at))
			return cpulist_print(at, text, size);
		snprintf(text, size, "off");
		break;
	case TYPE_CPULIST:
		return cpulist_print(at, text, size);
	case TYPE_PLACES:
		return print_places(at, text, size);
	case TYPE_NAME:
	case TYPE_CHOICE:
	case TYPE_PAIRS:
		snprintf(text, size, "%s", (const char *)at);
		break;
	case TYPE_EXCHANGE:
		return print_exchange(at, text, size);
	case TYPE_MEMORY:
		snprintf(text, size, "%s", memory_kind_name[*(const enum memory_kind *)at]);
		break;
	}
	return text;
}

const char *option_bound(enum option_id id, uint64_t bound, char *text, size_t size)
{
	struct options o = {0};

	o.set[id] = true;
	if (option_info(id)->type == TYPE_EXCHANGE)
		return print_scaled(bound, 1024, text, size);
	if (option_info(id)->type == TYPE_SECONDS)
		*(double *)option_field(&o, id) = bound;
	else
		*options_number(&o, id) = bound;
	return options_print(&o, id, text, size);
}

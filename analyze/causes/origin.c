// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/origin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/options.h"

bool setting_is_noise(const struct setting *s)
{
	static const char *const keys[] = {"device", "netns rx", "netns tx", "seconds", "warmup"};

	if (s->id == METRIC_fact_link || s->id == METRIC_fact_program ||
	    s->id == METRIC_collector_absent || s->id == METRIC_collector_means ||
	    s->id == METRIC_fact_irq_affinity)
		return true;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (!strcmp(s->key, keys[i]))
			return true;
	/* A rule for the ports of one connection, which the next one has not. */
	if (s->id == METRIC_fact_nic && strstr(s->key, "zero copy: rule"))
		return true;
	return setting_is_alike(s) || setting_is_unknown(s);
}

bool setting_is_unknown(const struct setting *s)
{
	return (s->id == METRIC_fact_nic || s->id == METRIC_fact_irq_affinity ||
		s->id == METRIC_fact_sysctl || s->id == METRIC_fact_socket) &&
	       (!s->a || !s->b);
}

/* The next of "noqueue, clsact" that is a discipline; its length, 0 at the end. */
static size_t next_discipline(const char **list)
{
	static const char *const hooks[] = {"clsact", "ingress"};

	while (**list) {
		size_t len = strcspn(*list, ",");
		bool hook = false;

		for (size_t i = 0; i < sizeof(hooks) / sizeof(*hooks); i++)
			hook |= len == strlen(hooks[i]) && !memcmp(*list, hooks[i], len);
		if (len && !hook)
			return len;
		*list += len;
		*list += strspn(*list, ", ");
	}
	return 0;
}

/* What a kernel computes from its memory when it starts is another number each time. */
#define ALIKE_SHARE 0.02

static bool numbers_alike(const char *a, const char *b)
{
	while (*a && *b) {
		char *after_a, *after_b;
		double x = strtod(a, &after_a), y = strtod(b, &after_b);

		if (after_a == a || after_b == b || !(x > 0) || !(y > 0) ||
		    fabs(x - y) > ALIKE_SHARE * fmin(x, y))
			return false;
		a = after_a + strspn(after_a, " \t");
		b = after_b + strspn(after_b, " \t");
	}
	return !*a && !*b;
}

bool setting_is_alike(const struct setting *s)
{
	const char *a = s->a, *b = s->b;

	if (s->id == METRIC_fact_sysctl && a && b)
		return numbers_alike(a, b);
	if (s->id != METRIC_fact_on_path || strcmp(s->key, "qdisc") || !a || !b)
		return false;
	for (;;) {
		size_t len = next_discipline(&a);

		if (next_discipline(&b) != len || memcmp(a, b, len))
			return false;
		if (!len)
			return true;
		a += len;
		b += len;
	}
}

/* Words for a number: no limit, and of switches. */
static bool amount_of_word(const char *value, double *amount)
{
	static const struct {
		const char *word;
		double amount;
	} words[] = {{"", INFINITY},
		     {"none", INFINITY},
		     {"unlimited", INFINITY},
		     {"not set", INFINITY},
		     {"on", 1},
		     {"yes", 1},
		     {"off", 0},
		     {"nobody", 0},
		     {"no", 0}};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(value, words[i].word) != 0)
			continue;
		*amount = words[i].amount;
		return true;
	}
	return false;
}

/* "other nice 19", "fifo priority 10", "idle": the more the sooner it is given a CPU (sched(7)). */
static bool amount_of_policy(const char *value, double *amount)
{
	static const struct {
		const char *policy, *word;
		double base, each;
	} policies[] = {
		{"idle", "", -100, 0},
		{"batch", " nice ", -0.5, -1},
		{"other", " nice ", 0, -1},
		{"rr", " priority ", 100, 1},
		{"fifo", " priority ", 100.5, 1},
		{"deadline", "", 1000, 0},
	};

	for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++) {
		const char *policy = policies[i].policy, *word = policies[i].word;
		const char *rest = value + strlen(policy);

		if (strncmp(value, policy, strlen(policy)) != 0 ||
		    strncmp(rest, word, strlen(word)) != 0 || (!*word && *rest))
			continue;
		*amount = policies[i].base +
			  (*word ? policies[i].each * strtod(rest + strlen(word), NULL) : 0);
		return true;
	}
	return false;
}

/* Devices of software that a packet goes through. */
static double devices_in(const char *value)
{
	static const char *const plain[] = {"on",   "in",	"a",	 "device",
					    "veth", "loopback", "netkit"};
	double count = 0;

	while (*value) {
		size_t len = strcspn(value, " ");
		bool counts = len > 0;

		for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
			counts &= len != strlen(plain[i]) || memcmp(value, plain[i], len) != 0;
		count += counts;
		value += len;
		value += strspn(value, " ");
	}
	return count;
}

/* Of more numbers than any value has the last are left out. */
#define AMOUNTS 8

/* "4096 131072 33554432", each with its unit; else one. Returns how many. */
static size_t amounts_of(const char *value, double amounts[AMOUNTS])
{
	size_t count = 0;
	char *end;

	if (amount_of_word(value, amounts) || amount_of_policy(value, amounts))
		return 1;
	if (*value < '0' || *value > '9') {
		*amounts = devices_in(value);
		return 1;
	}
	for (; *value && count < AMOUNTS; value = end) {
		amounts[count] = strtod(value, &end);
		if (end == value)
			break;
		amounts[count++] *= *end == 'K'	  ? 0x1p10
				    : *end == 'M' ? 0x1p20
				    : *end == 'G' ? 0x1p30
						  : 1;
		end += strcspn(end, " \t");
		end += strspn(end, " \t");
	}
	return count;
}

int setting_compare(const char *a, const char *b)
{
	double x[AMOUNTS], y[AMOUNTS];
	size_t n = amounts_of(a, x), m = amounts_of(b, y);

	for (; n && m; n--, m--)
		if (x[n - 1] != y[m - 1])
			return x[n - 1] < y[m - 1] ? -1 : 1;
	return 0;
}

/* Whether an option that differs set what differs in s. */
static bool sets(const struct setting *option, const struct setting *s)
{
	enum option_id id = option_find(option->key);
	char name[256];

	if (id == OPTION_NONE || option == s ||
	    (!end_is_machine(s->end) && s->end != option->end && option->end != END_HOST))
		return false;
	snprintf(name, sizeof(name), "%s%s%s", metric_info(s->id)->name, *s->key ? " " : "", s->key);
	if (!option_sets(id, name))
		return false;
	/* Of several sysctls only those that it names. */
	return id != OPTION_sysctl || (option->a && strstr(option->a, s->key)) ||
	       (option->b && strstr(option->b, s->key));
}

const struct setting *setting_origin(const struct setting *s, const struct setting *settings,
				     size_t count)
{
	for (size_t i = 0; s && i < count; i++)
		if (settings[i].id == METRIC_fact_option && sets(&settings[i], s))
			return &settings[i];
	return s;
}

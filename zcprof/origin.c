// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/origin.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/visible.h"
#include "collectors/kit/sysfs.h"

enum { KEY_LABEL = 0x800, KEY_NO_HOST_NAME };

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

/* What a figure is told by already, here and at Prometheus; what begins with two '_' is Prometheus's own. */
static bool is_taken(const char *name)
{
	static const char *const taken[] = {"end",	"key",	"le",	"quantile", "job",
					    "instance", "host", "boot", "version"};

	if (!strncmp(name, "__", 2))
		return true;
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		if (!strcmp(name, taken[i]))
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct label *)a)->name, ((const struct label *)b)->name);
}

int origin_label(struct origin *o, const char *text, const char **why)
{
	size_t name_len = strspn(text, LETTERS "0123456789");
	const char *value = text + name_len + 1;
	struct label label = {.name = ""};
	size_t at = 0;

	*why = "expected NAME=VALUE, the name of letters, digits and '_', and no digit first";
	if (!name_len || text[name_len] != '=' || !strspn(text, LETTERS))
		return -1;
	*why = "its name may have 63 characters, and its value 255 bytes";
	if (name_len > ORIGIN_NAME_MAX || strlen(value) > ORIGIN_VALUE_MAX)
		return -1;
	*why = "its value is empty, no UTF-8, or holds what cannot be seen, such as a line break";
	if (!*value || !visible(value, strlen(value)))
		return -1;
	*why = "its value begins or ends with a blank, or has one before '#': a plan cannot keep that";
	if (*value == ' ' || value[strlen(value) - 1] == ' ' || strstr(value, " #"))
		return -1;
	memcpy(label.name, text, name_len);
	memcpy(label.value, value, strlen(value) + 1);
	*why = "that name has a meaning already (end, key, host, boot, version, le, quantile, job, instance, __…): give another";
	if (is_taken(label.name))
		return -1;
	while (at < o->count && strcmp(o->labels[at].name, label.name) != 0)
		at++;
	*why = "these are more than 16 labels";
	if (at == ORIGIN_LABELS)
		return -1;
	o->labels[at] = label;
	o->count += at == o->count;
	qsort(o->labels, o->count, sizeof(*o->labels), by_name);
	return 0;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct origin *o = state->input;
	const char *why;

	switch (key) {
	case KEY_LABEL:
		if (origin_label(o, text, &why))
			argp_error(state, "--label %s: %s", text, why);
		return 0;
	case KEY_NO_HOST_NAME:
		o->unnamed = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"label", KEY_LABEL, "NAME=VALUE", 0,
	 "A label by which this record is told from others, such as rack=7; may be given 16 times",
	 0},
	{"no-host-name", KEY_NO_HOST_NAME, NULL, 0, "Leave this machine's name out of the record",
	 0},
	{0},
};

const struct argp origin_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

void origin_facts(const struct origin *o, struct writer *w)
{
	struct utsname u;
	char boot[64];

	if (!o->unnamed && !uname(&u))
		writer_fact(w, END_HOST, METRIC_fact_host, NULL, u.nodename);
	/* A new one each time that the kernel starts, from which nobody learns where: random(4). */
	if (!sysfs_text(boot, sizeof(boot), "/proc/sys/kernel/random/boot_id"))
		writer_fact(w, END_HOST, METRIC_fact_host, "boot", boot);
	for (size_t i = 0; i < o->count; i++)
		writer_fact(w, END_HOST, METRIC_fact_label, o->labels[i].name, o->labels[i].value);
}

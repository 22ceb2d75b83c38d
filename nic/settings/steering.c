// SPDX-License-Identifier: GPL-2.0-or-later
/* Software steering, by queue (Documentation/networking/scaling.rst): RPS, RFS and XPS. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpumask.h"
#include "base/quantity.h"
#include "nic/settings/files.h"
#include "nic/settings/setting.h"
#include "nic/settings/sysctl.h"

#define DIR_LEN 64

static void queues_of(const struct setting_place *p, char dir[DIR_LEN])
{
	snprintf(dir, DIR_LEN, "/sys/class/net/%s/queues", p->iface);
}

static void print_cpus(const cpu_set_t *cpus, char *text, size_t size)
{
	if (CPU_COUNT(cpus))
		cpulist_print(cpus, text, size);
	else
		snprintf(text, size, "off");
}

struct writing {
	struct journal *journal;
	const cpu_set_t *cpus;
	const char *value;
};

static int write_value(void *data, const char *path, unsigned int n)
{
	const struct writing *w = data;

	(void)n;
	return journal_set(w->journal, path, w->value);
}

/* ---- RPS ---- */

static int rps_read(struct setting_place *p, enum option_id id, const struct options *want,
		    char *text, size_t size)
{
	char dir[DIR_LEN], mask[4096];
	cpu_set_t cpus;
	int error;

	(void)id;
	(void)want;
	queues_of(p, dir);
	error = files_value(dir, "rx-", "rps_cpus", mask, sizeof(mask));
	if (!error && cpumask_parse(mask, &cpus))
		error = -ENODATA;
	if (!error)
		print_cpus(&cpus, text, size);
	return error;
}

static int rps_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	struct writing w = {.journal = p->journal};
	char dir[DIR_LEN], mask[CPUMASK_TEXT_MAX];

	(void)id;
	queues_of(p, dir);
	w.value = cpumask_print(&want->rps, mask);
	return files_each(dir, "rx-", "rps_cpus", write_value, &w);
}

const struct setting setting_rps = {rps_read, rps_write, false};

/* ---- RFS ---- */

#define FLOW_ENTRIES "net.core.rps_sock_flow_entries"

static int count(void *data, const char *path, unsigned int n)
{
	(void)path;
	*(unsigned int *)data = n + 1;
	return 0;
}

/* The table is the machine's; each queue has a part of it, of all that are equal. */
static int rfs_read(struct setting_place *p, enum option_id id, const struct options *want,
		    char *text, size_t size)
{
	char dir[DIR_LEN], each[32];
	int error;

	(void)id;
	(void)want;
	queues_of(p, dir);
	error = files_value(dir, "rx-", "rps_flow_cnt", each, sizeof(each));
	if (!error)
		error = sysctl_read(FLOW_ENTRIES, text, size);
	if (!error && !strcmp(each, "0") != !strcmp(text, "0"))
		error = -ENODATA;
	if (!error && !strcmp(text, "0"))
		snprintf(text, size, "off");
	return error;
}

static int rfs_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	struct writing w = {.journal = p->journal};
	char dir[DIR_LEN], entries[24], each[24];
	unsigned int queues = 0;
	int error;

	(void)id;
	queues_of(p, dir);
	error = files_each(dir, "rx-", "rps_flow_cnt", count, &queues);
	if (error)
		return error;
	snprintf(entries, sizeof(entries), "%llu", (unsigned long long)want->rfs);
	snprintf(each, sizeof(each), "%llu", (unsigned long long)(want->rfs + queues - 1) / queues);
	w.value = each;
	error = sysctl_write(p->journal, FLOW_ENTRIES, entries);
	return error ? error : files_each(dir, "rx-", "rps_flow_cnt", write_value, &w);
}

const struct setting setting_rfs = {rfs_read, rfs_write, false};

/* ---- XPS ---- */

static void mask_of_queue(const cpu_set_t *cpus, unsigned int n, char mask[CPUMASK_TEXT_MAX])
{
	cpu_set_t one;

	CPU_ZERO(&one);
	if (CPU_COUNT(cpus))
		CPU_SET(cpumask_nth(cpus, n), &one);
	cpumask_print(&one, mask);
}

static int compare_queue(void *data, const char *path, unsigned int n)
{
	char here[4096], mask[CPUMASK_TEXT_MAX], wanted[CPUMASK_TEXT_MAX];
	cpu_set_t cpus;
	int error = file_read(path, here, sizeof(here));

	if (error || cpumask_parse(here, &cpus))
		return error ? error : -ENODATA;
	mask_of_queue(data, n, wanted);
	return strcmp(cpumask_print(&cpus, mask), wanted) != 0 ? -ENODATA : 0;
}

static int xps_read(struct setting_place *p, enum option_id id, const struct options *want,
		    char *text, size_t size)
{
	char dir[DIR_LEN];
	int error;

	(void)id;
	queues_of(p, dir);
	error = files_each(dir, "tx-", "xps_cpus", compare_queue, (void *)&want->xps);
	if (!error)
		print_cpus(&want->xps, text, size);
	if (error == -ENOENT)
		snprintf(p->said, sizeof(p->said), "it has one transmit queue");
	return error;
}

static int write_queue(void *data, const char *path, unsigned int n)
{
	const struct writing *w = data;
	char mask[CPUMASK_TEXT_MAX];

	mask_of_queue(w->cpus, n, mask);
	return journal_set(w->journal, path, mask);
}

static int xps_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	struct writing w = {.journal = p->journal, .cpus = &want->xps};
	char dir[DIR_LEN];

	(void)id;
	queues_of(p, dir);
	return files_each(dir, "tx-", "xps_cpus", write_queue, &w);
}

const struct setting setting_xps = {xps_read, xps_write, false};

// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/dimension.h"

#include <stdio.h>
#include <string.h>

#include "base/quantity.h"

/* Takes "rx-" or "tx-" off a fact's name; which ends it left. */
static enum option_ends take_end(const char **name)
{
	if (!strncmp(*name, "rx-", 3) || !strncmp(*name, "tx-", 3)) {
		enum option_ends ends = **name == 'r' ? ENDS_RX : ENDS_TX;

		*name += 3;
		return ends;
	}
	return ENDS_BOTH;
}

static bool parse_fact(struct dimension *d, const char *name)
{
	size_t len = strcspn(name, ":");

	d->fact = metric_find("fact", strlen("fact"), name, len);
	d->kind = DIMENSION_FACT;
	snprintf(d->key, sizeof(d->key), "%s", name[len] ? name + len + 1 : "");
	return d->fact != METRIC_NONE;
}

int dimension_parse(struct dimension *d, const char *typed, size_t len, char *why, size_t why_size)
{
	const char *name = d->name;

	*d = (struct dimension){.kind = DIMENSION_OPTION};
	if (len < sizeof(d->name)) {
		memcpy(d->name, typed, len);
		d->option = option_find_at(name, &d->ends);
		if (d->option != OPTION_NONE)
			return 0;
		d->ends = take_end(&name);
		if (!strcmp(name, "cpus"))
			d->kind = DIMENSION_CPUS;
		else if (!strcmp(d->name, "configuration"))
			d->kind = DIMENSION_CONFIGURATION;
		else if (!strcmp(d->name, "experiment"))
			d->kind = DIMENSION_EXPERIMENT;
		if (d->kind != DIMENSION_OPTION || parse_fact(d, name))
			return 0;
	}
	snprintf(why, why_size,
		 "expected an option such as read or rx-cpu, a fact such as kernel or nic:mtu, or path, rx, tx, cpus, configuration or experiment");
	return -1;
}

/* An option that has no meaning for the end's path stands in its record at its default. */
static const char *option_at(const struct run *run, enum record_end end, enum option_id id)
{
	const char *path = run_fact(run, METRIC_fact_option, end, "path");
	const char *value = run_fact(run, METRIC_fact_option, end, option_info(id)->name);

	return value && (!path || option_for(id, path)) ? value : "";
}

/* Of a fact that has a key for each of many, such as CPUs, what is the same in all of them. */
static const char *fact_at(const struct run *run, enum record_end end, const struct dimension *d)
{
	const char *value = run_fact(run, d->fact, end, d->key);

	for (size_t i = 0; !value && i < run->fact_count; i++) {
		const struct fact *fact = &run->facts[i];

		if (fact->id != d->fact || fact->end != end || *d->key)
			continue;
		value = fact->value;
		for (size_t j = i + 1; j < run->fact_count; j++)
			if (run->facts[j].id == d->fact && run->facts[j].end == end &&
			    strcmp(run->facts[j].value, fact->value) != 0)
				return "several";
	}
	return value ? value : "";
}

/* Of the threads and of the softirq work, as they were chosen; else as the record found them. */
static const char *cpus_at(const struct run *run, enum record_end end, struct arena *texts)
{
	const char *threads = option_at(run, end, OPTION_cpu);
	const char *softirq = option_at(run, end, OPTION_irq_cpu);
	const char *found = run_fact(run, METRIC_fact_end_cpus, end, NULL);
	cpu_set_t set, more;
	const char *why;

	if (!*threads || cpulist_parse(threads, &set, &why)) {
		if (!found || cpulist_parse(found, &set, &why))
			return "";
	} else if (*softirq && !cpulist_parse(softirq, &more, &why)) {
		CPU_OR(&set, &set, &more);
	}
	return arena_printed(texts, "%d", CPU_COUNT(&set));
}

static const char *value_at(const struct dimension *d, const struct run *run, enum record_end end,
			    struct arena *texts)
{
	switch (d->kind) {
	case DIMENSION_OPTION:
		return option_at(run, end, d->option);
	case DIMENSION_CPUS:
		return cpus_at(run, end, texts);
	default:
		return fact_at(run, end, d);
	}
}

/* DIR of DIR/CONFIGURATION/run-1.csv. */
static const char *experiment_of(const struct run *run, struct arena *texts)
{
	const char *end = strrchr(run->path, '/');

	while (end && end > run->path && end[-1] != '/')
		end--;
	return end && end > run->path + 1 ? arena_text(texts, run->path, end - 1 - run->path) : ".";
}

/*
 * An option as it was asked for, where that tells configurations apart and so is in their names; NULL where it is not.
 * The kernel makes one value of many, as it does of buffers that are larger than it allows.
 */
static const char *asked_of(const struct dimension *d, const struct run *run, struct arena *texts)
{
	const char *at = run_fact(run, METRIC_fact_configuration, END_HOST, NULL);
	size_t name = strlen(d->name);

	for (size_t len; at && *at; at += len + (at[len] == ',')) {
		len = strcspn(at, ",");
		if (len > name && at[name] == '=' && !strncmp(at, d->name, name))
			return arena_text(texts, at + name + 1, len - name - 1);
	}
	return NULL;
}

const char *dimension_of(const struct dimension *d, const struct run *run, struct arena *texts)
{
	const char *rx, *tx, *name;

	if (d->kind == DIMENSION_EXPERIMENT)
		return experiment_of(run, texts);
	if (d->kind == DIMENSION_CONFIGURATION) {
		name = run_fact(run, METRIC_fact_configuration, END_HOST, NULL);
		return name ? name : run->path;
	}
	name = d->kind == DIMENSION_OPTION ? asked_of(d, run, texts) : NULL;
	if (name)
		return name;
	/* What the machine says of all of it is before what it says of parts of an end, such as a link's devices. */
	if (d->kind == DIMENSION_FACT && d->ends == ENDS_BOTH && !*d->key) {
		name = run_fact(run, d->fact, END_HOST, NULL);
		if (name)
			return name;
	}
	rx = d->ends & ENDS_RX ? value_at(d, run, END_RX, texts) : "";
	tx = d->ends & ENDS_TX ? value_at(d, run, END_TX, texts) : "";
	if (!*rx && !*tx)
		return d->ends == ENDS_BOTH ? value_at(d, run, END_HOST, texts) : "";
	if (!*rx || !*tx || !strcmp(rx, tx))
		return *rx ? rx : tx;
	return arena_printed(texts, "%s/%s", rx, tx);
}

bool dimension_applies(const struct dimension *d, const struct run *run)
{
	bool known = false;

	for (enum record_end end = END_RX; d->kind == DIMENSION_OPTION && end <= END_TX; end++) {
		const char *path = run_fact(run, METRIC_fact_option, end, "path");

		if (!(d->ends & ENDS_OF(end)) || !path)
			continue;
		if (option_for(d->option, path))
			return true;
		known = true;
	}
	return !known;
}

bool dimension_covers(const struct dimension *d, const char *part, size_t len)
{
	struct dimension other = {.kind = DIMENSION_OPTION};
	char why[200];

	if (d->kind == DIMENSION_CONFIGURATION)
		return true;
	if (dimension_parse(&other, part, len, why, sizeof(why)))
		return false;
	if (d->kind == DIMENSION_EXPERIMENT)
		return other.kind == DIMENSION_EXPERIMENT;
	if (other.kind != DIMENSION_OPTION || !(other.ends & d->ends))
		return false;
	if (d->kind == DIMENSION_CPUS)
		return other.option == OPTION_cpu || other.option == OPTION_irq_cpu;
	/* "rx=zcrx" is not said by tx, and not all of path. */
	return d->kind == DIMENSION_OPTION && other.option == d->option;
}

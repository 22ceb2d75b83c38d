// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c */
/* libs: gsl jansson */
/*
 * Any rows as two repeats of a configuration: whatever keys and figures a record that can be read
 * holds, every part of it is shown and it is compared with itself, in every format.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analyze/figures/compare.h"
#include "analyze/pages/diff_words.h"
#include "page/internal.h"
#include "analyze/pages/remarks.h"
#include "analyze/show/show.h"
#include "record/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Refusals are the reader's own matter, and have a fuzz target of their own. */
static bool can_be_read(const uint8_t *data, size_t size)
{
	struct reader *r = reader_memory("fuzz", data, size);
	struct row row;
	int got;

	if (!r)
		return false;
	do
		got = reader_next(r, &row);
	while (got == 1);
	reader_close(r);
	return got == 0;
}

static struct run *load(const uint8_t *data, size_t size)
{
	int fd = memfd_create("record", MFD_CLOEXEC);
	struct run *run = NULL;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd >= 0 && write(fd, data, size) == (ssize_t)size)
		run = run_load(path, KEEP_MOMENTS);
	close(fd);
	return run;
}

static void print(struct page *page)
{
	FILE *out = fopen("/dev/null", "w");

	if (!out)
		abort();
	print_text(page, out);
	print_markdown(page, out);
	print_json(page, out);
	fclose(out);
	page_free(page);
}

static void show(const struct configuration *c)
{
	static void (*const parts[])(const struct view *v) = {
		show_syscalls, show_latency, show_symbols,  show_components,
		show_receive,  show_cpu,     show_threads,  show_tcp,
		show_nic,      show_softnet, show_selfcost, show_series,
		show_facts,    show_cstate,  show_softirq,  show_iowait,
	};
	struct view v = {.page = page_new(), .configuration = c, .lines = 5};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		parts[i](&v);
	print(v.page);
}

static void diff(const struct configuration *c)
{
	const struct common common = COMMON_DEFAULTS;
	struct page *page = page_new();
	struct setting *settings;
	size_t count = settings_of(c, c, &settings);
	struct comparing comparing;

	compare_runs(&comparing, c, c, &common);
	words_sets(page, c, c);
	words_settings(page, settings, count);
	words_result(page, &comparing, common.margin);
	words_cause(page, &comparing);
	words_layout(page, &comparing, count);
	words_found(page, &comparing, common.margin);
	words_method(page, &comparing, c->count, c->count, common.margin);
	compare_free(&comparing);
	free(settings);
	print(page);
}

static void remark(struct configuration *c)
{
	const struct exponents exponents = {2, 1};
	struct experiment e = {.configurations = c, .count = 1};
	struct page *page = page_new();

	remark_shared(page, &e);
	remark_strangers(page, &e);
	remark_copied(page, &e);
	remark_linked(page, &e);
	remark_control(page, &e, &exponents);
	remark_unequal(page, &e);
	remark_absent(page, &e, false);
	remark_absent(page, &e, true);
	print(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[] = "fuzz";
	struct run *runs[2];
	struct configuration c = {.name = name, .directory = name, .runs = runs, .count = 2};

	if (!can_be_read(data, size))
		return 0;
	runs[0] = runs[1] = load(data, size);
	if (!runs[0])
		return 0;
	show(&c);
	diff(&c);
	remark(&c);
	run_free(runs[0]);
	return 0;
}

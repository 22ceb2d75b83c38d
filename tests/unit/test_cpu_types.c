// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/kit/cpu_types.c collectors/kit/cpus.c collectors/kit/sysfs.c collectors/kit/throttle.c */
/* Kinds of CPUs out of folders that are made up, and rings as the kernel writes them. */
#include <linux/perf_event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collectors/kit/cpu_types.h"
#include "collectors/kit/throttle.h"

static char folder[] = "/tmp/zcprof-types-XXXXXX";

static void write_file(const char *pmu, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, pmu);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s/%s", folder, pmu, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int begin(void **state)
{
	(void)state;
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	return !mkdtemp(folder);
}

static int end(void **state)
{
	char command[300];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command); /* NOLINT */
}

static void one_type(void **state)
{
	struct cpu_types types;

	(void)state;
	write_file("cpu", "type", "4\n");
	write_file("power", "cpumask", "0\n");
	assert_int_equal(cpu_types_read(&types, folder), 0);
	assert_int_equal(types.count, 1);
	assert_int_equal(cpu_types_of(&types, 0), cpu_types_of(&types, 7));
	assert_int_equal(types.type[0].pmu, 0);
	cpu_types_free(&types);
}

static void two_types(void **state)
{
	struct cpu_types types;
	unsigned int core, atom;

	(void)state;
	write_file("cpu_core", "cpus", "0-7,16\n");
	write_file("cpu_core", "type", "4\n");
	write_file("cpu_atom", "cpus", "8-15\n");
	write_file("cpu_atom", "type", "10\n");
	write_file("uncore_imc_0", "cpumask", "0\n");
	write_file("broken", "cpus", "8-\n");
	assert_int_equal(cpu_types_read(&types, folder), 0);
	core = cpu_types_of(&types, 0);
	atom = cpu_types_of(&types, 8);
	assert_int_not_equal(core, atom);
	assert_int_equal(cpu_types_of(&types, 16), core);
	assert_int_equal(cpu_types_of(&types, 15), atom);
	assert_int_equal(types.type[core].pmu, 4);
	assert_int_equal(types.type[atom].pmu, 10);
	/* Of no PMU: not taken for one of them. */
	assert_int_not_equal(cpu_types_of(&types, 17), core);
	assert_int_not_equal(cpu_types_of(&types, 17), atom);
	cpu_types_free(&types);
}

static void too_many_types(void **state)
{
	struct cpu_types types;
	char name[16], cpu[16];

	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "pmu%02d", i);
		snprintf(cpu, sizeof(cpu), "%d\n", i);
		write_file(name, "cpus", cpu);
	}
	assert_int_equal(cpu_types_read(&types, folder), -1);
	cpu_types_free(&types);
}

static void no_folder(void **state)
{
	struct cpu_types types;

	(void)state;
	assert_int_equal(cpu_types_read(&types, "/nonexistent"), 0);
	assert_int_equal(types.count, 1);
	cpu_types_free(&types);
}

/* ---- rings ---- */

struct ring {
	_Alignas(struct perf_event_mmap_page) char bytes[4096 + 512];
};

static struct perf_event_mmap_page *page_of(struct ring *ring)
{
	return (struct perf_event_mmap_page *)ring->bytes;
}

static void say(struct ring *ring, uint32_t type, uint64_t time)
{
	struct perf_event_mmap_page *page = page_of(ring);
	struct {
		struct perf_event_header header;
		uint64_t time, id, stream;
	} r = {{type, 0, sizeof(r)}, time, 1, 1};

	page->data_offset = 4096;
	page->data_size = 512;
	memcpy(ring->bytes + 4096 + page->data_head, &r, sizeof(r));
	page->data_head += sizeof(r);
}

static void time_that_it_stood_still(void **state)
{
	static struct ring ring;
	struct throttle t = {&ring, 0};
	uint64_t ns;
	bool whole;

	(void)state;
	page_of(&ring)->data_size = 512;
	assert_int_equal(throttle_ns(&t, 100, 200, &ns, &whole), 0);
	assert_int_equal(ns, 0);
	assert_true(whole);
	say(&ring, PERF_RECORD_THROTTLE, 50); /* before the window */
	say(&ring, PERF_RECORD_UNTHROTTLE, 110);
	say(&ring, PERF_RECORD_THROTTLE, 120);
	say(&ring, PERF_RECORD_UNTHROTTLE, 150);
	say(&ring, PERF_RECORD_THROTTLE, 190); /* goes on */
	assert_int_equal(throttle_ns(&t, 100, 200, &ns, &whole), 0);
	assert_int_equal(ns, 10 + 30 + 10);
	assert_true(whole);
	for (uint64_t time = 191; page_of(&ring)->data_head + 32 <= 512; time++)
		say(&ring, PERF_RECORD_THROTTLE, time);
	assert_int_equal(throttle_ns(&t, 100, 200, &ns, &whole), 0);
	assert_false(whole);
}

static void a_ring_that_makes_no_sense(void **state)
{
	static struct ring ring;
	struct throttle t = {&ring, 0};
	uint64_t ns;
	bool whole;

	(void)state;
	say(&ring, PERF_RECORD_THROTTLE, 50);
	((struct perf_event_header *)(ring.bytes + 4096))->size = 0;
	assert_int_equal(throttle_ns(&t, 0, 100, &ns, &whole), -1);
	page_of(&ring)->data_head = 1 << 20;
	assert_int_equal(throttle_ns(&t, 0, 100, &ns, &whole), -1);
	t.ring = NULL;
	assert_int_equal(throttle_ns(&t, 0, 100, &ns, &whole), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_type, begin, end),
		cmocka_unit_test_setup_teardown(two_types, begin, end),
		cmocka_unit_test_setup_teardown(too_many_types, begin, end),
		cmocka_unit_test(no_folder),
		cmocka_unit_test(time_that_it_stood_still),
		cmocka_unit_test(a_ring_that_makes_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

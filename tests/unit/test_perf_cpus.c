// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/kit/perf_cpus.c collectors/kit/cpus.c */
/* link: -Wl,--wrap=read */
/*
 * With events of software, which every machine has; cycles are counted by the same code. What is
 * counted on a CPU is known: the faults of pages touched there, and its clock. How counts are
 * scaled up where a PMU takes turns is seen by readings that are made up.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "collectors/kit/perf_cpus.h"

enum { PAGES = 5000 };

ssize_t __real_read(int fd, void *buffer, size_t size);
ssize_t __wrap_read(int fd, void *buffer, size_t size);

/* What the kernel is to say of a pair: count, time enabled, time running, two values. */
static const uint64_t *made_up;

ssize_t __wrap_read(int fd, void *buffer, size_t size)
{
	if (!made_up)
		return __real_read(fd, buffer, size);
	memcpy(buffer, made_up, size);
	return (ssize_t)size;
}

static const struct perf_kind known[][2] = {
	{{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
	 {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN}},
	/* No kernel has the first; the second is read alone. */
	{{PERF_TYPE_SOFTWARE, 0xffff}, {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK}},
};

static void touch(int cpu)
{
	size_t size = (size_t)PAGES * 4096;
	char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cpu_set_t one;

	assert_true(pages != MAP_FAILED);
	madvise(pages, size, MADV_NOHUGEPAGE);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	for (size_t i = 0; i < size; i += 4096)
		pages[i] = 1;
	munmap(pages, size);
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void each_cpu_counts_its_own(void **state)
{
	double from, window, value, share;
	struct perf_cpus *p;
	int error;

	(void)state;
	p = perf_cpus_open(known, 2, &error);
	if (!p && (error == EACCES || error == EPERM)) {
		print_message("skip: counting events of a CPU needs CAP_PERFMON\n");
		skip();
	}
	assert_non_null(p);
	from = now_ns();
	assert_int_equal(perf_cpus_read(p, EDGE_OPEN), 0);
	touch(0);
	usleep(100000);
	assert_int_equal(perf_cpus_read(p, EDGE_CLOSE), 0);
	window = now_ns() - from;
	assert_true(perf_cpus_value(p, 0, 0, 1, &value, &share));
	assert_true(share == 1);
	assert_true(value >= PAGES);
	assert_true(perf_cpus_value(p, 0, 1, 1, &value, &share));
	assert_true(value <= window * 1.01 && value >= 100e6);
	assert_false(perf_cpus_value(p, 0, 1, 0, &value, &share));
	perf_cpus_close(p);
}

/* Only those of CPU 0 grow by what is done on CPU 0, so that an end is told by its CPUs. */
static void faults_are_of_the_cpu_that_had_them(void **state)
{
	double on[2], share;
	struct perf_cpus *p;
	int error;

	(void)state;
	p = perf_cpus_open(known, 1, &error);
	if (!p || sysconf(_SC_NPROCESSORS_ONLN) < 2)
		skip();
	assert_int_equal(perf_cpus_read(p, EDGE_OPEN), 0);
	for (int i = 0; i < 20; i++)
		touch(1);
	assert_int_equal(perf_cpus_read(p, EDGE_CLOSE), 0);
	for (unsigned int cpu = 0; cpu < 2; cpu++)
		assert_true(perf_cpus_value(p, cpu, 0, 1, &on[cpu], &share));
	assert_true(on[1] >= 20 * PAGES);
	perf_cpus_close(p);
}

/* A PMU that counted for a quarter of the time saw a quarter of it. */
static void turns_are_scaled_up(void **state)
{
	static const uint64_t open[] = {2, 1000, 500, 70, 7}, close[] = {2, 5000, 1500, 370, 17};
	double value, share;
	struct perf_cpus *p;
	int error;

	(void)state;
	p = perf_cpus_open(known, 1, &error);
	if (!p)
		skip();
	made_up = open;
	assert_int_equal(perf_cpus_read(p, EDGE_OPEN), 0);
	made_up = close;
	assert_int_equal(perf_cpus_read(p, EDGE_CLOSE), 0);
	assert_true(perf_cpus_value(p, 0, 0, 0, &value, &share));
	assert_true(value == 1200 && share == 0.25);
	assert_true(perf_cpus_value(p, 0, 0, 1, &value, &share));
	assert_true(value == 40 && share == 0.25);
	/* Never had its turn: that is no zero. */
	made_up = open;
	assert_int_equal(perf_cpus_read(p, EDGE_CLOSE), 0);
	made_up = NULL;
	assert_false(perf_cpus_value(p, 0, 0, 0, &value, &share));
	assert_true(share == 0);
	perf_cpus_close(p);
}

/* A group falls apart when its CPU goes: its first event is then read as one alone. */
static void a_group_that_fell_apart_is_read_one_by_one(void **state)
{
	static const uint64_t open[] = {2, 1000, 1000, 70, 7}, close[] = {1, 5000, 5000, 370, 17};
	double value, share;
	struct perf_cpus *p;
	int error;

	(void)state;
	p = perf_cpus_open(known, 1, &error);
	if (!p)
		skip();
	made_up = open;
	assert_int_equal(perf_cpus_read(p, EDGE_OPEN), 0);
	made_up = close;
	assert_int_equal(perf_cpus_read(p, EDGE_CLOSE), 0);
	made_up = NULL;
	assert_true(perf_cpus_value(p, 0, 0, 0, &value, &share));
	assert_true(value == 300);
	/* The second's own reading, of which the first value is its own. */
	assert_true(perf_cpus_value(p, 0, 0, 1, &value, &share));
	assert_true(value == 370 - 7);
	perf_cpus_close(p);
}

static void what_cannot_be_counted_is_an_errno(void **state)
{
	static const struct perf_kind none[][2] = {
		{{PERF_TYPE_SOFTWARE, 0xffff}, {PERF_TYPE_SOFTWARE, 0xfffe}}};
	int error = 0;

	(void)state;
	assert_null(perf_cpus_open(none, 1, &error));
	assert_true(error == ENOENT || error == EACCES || error == EPERM || error == EINVAL);
	perf_cpus_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cpu_counts_its_own),
		cmocka_unit_test(faults_are_of_the_cpu_that_had_them),
		cmocka_unit_test(turns_are_scaled_up),
		cmocka_unit_test(a_group_that_fell_apart_is_read_one_by_one),
		cmocka_unit_test(what_cannot_be_counted_is_an_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: nic/netlink.c */
/* libs: libmnl */
/* What queueing disciplines counted, of which each counts those beneath it too: all rows add up to what happened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "collectors/qdisc.c" /* what the kernel said is its own to know */
#include "record/reader.h"

/* No device is opened here. */
int devices_each(const struct measurement *run,
		 int (*open)(void *data, enum record_end end, const char *iface), void *data,
		 char *why, size_t why_size)
{
	(void)run;
	(void)open;
	(void)data;
	(void)why;
	(void)why_size;
	return -1;
}

static uint64_t sum_of(const struct device *d, enum metric_id id)
{
	char path[] = "/tmp/zcprof-test-qdisc-XXXXXX";
	int fd = mkstemp(path);
	uint64_t sum = 0;
	struct writer *w;
	struct reader *r;
	struct row row;

	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	w = writer_create(path);
	assert_non_null(w);
	emit_device(d, w);
	assert_int_equal(writer_finish(w), 0);
	r = reader_open(path);
	while (reader_next(r, &row) == 1)
		sum += row.id == id ? strtoull(row.value.at, NULL, 10) : 0;
	reader_close(r);
	unlink(path);
	return sum;
}

static void add(struct device *d, const char *kind, uint32_t handle, uint32_t parent,
		struct counts counts)
{
	struct discipline one = {.handle = handle, .parent = parent};

	snprintf(one.kind, sizeof(one.kind), "%s", kind);
	/* It began near the end of 32 bits. */
	one.counted = (struct counts){UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
	d->at[EDGE_OPEN][d->count[EDGE_OPEN]++] = one;
	one.counted.packets += counts.packets;
	one.counted.drops += counts.drops;
	one.counted.requeues += counts.requeues;
	one.counted.overlimits += counts.overlimits;
	d->at[EDGE_CLOSE][d->count[EDGE_CLOSE]++] = one;
}

static void assert_sums(const struct device *d, struct counts expected)
{
	assert_int_equal(sum_of(d, METRIC_qdisc_packets), expected.packets);
	assert_int_equal(sum_of(d, METRIC_qdisc_dropped), expected.drops);
	assert_int_equal(sum_of(d, METRIC_qdisc_requeues), expected.requeues);
	assert_int_equal(sum_of(d, METRIC_qdisc_overlimits), expected.overlimits);
}

/* As the kernel makes them by itself: none has a number. */
static void test_queues_of_mq(void **state)
{
	static struct device d = {.end = END_TX};

	(void)state;
	add(&d, "mq", 0, TC_H_ROOT, (struct counts){300, 30, 3, 9});
	add(&d, "fq_codel", 0, 1, (struct counts){100, 10, 1, 4});
	add(&d, "fq_codel", 0, 2, (struct counts){200, 20, 2, 5});
	assert_sums(&d, (struct counts){300, 30, 3, 9});
}

static void test_classes(void **state)
{
	static struct device d = {.end = END_TX};

	(void)state;
	add(&d, "htb", 0x10000, TC_H_ROOT, (struct counts){300, 35, 2, 70});
	add(&d, "tbf", 0x100000, 0x10001, (struct counts){100, 10, 0, 8});
	add(&d, "pfifo", 0x110000, 0x100001, (struct counts){100, 10, 0, 0});
	add(&d, "fq", 0x120000, 0x10002, (struct counts){200, 20, 0, 0});
	/* Not beneath it, though its number is that of the root's parent. */
	add(&d, "clsact", 0xffff0000, TC_H_CLSACT, (struct counts){50, 5, 0, 0});
	assert_sums(&d, (struct counts){350, 40, 2, 78});
}

/* netem tells nobody of what it loses. */
static void test_a_drop_that_the_parent_does_not_know(void **state)
{
	static struct device d = {.end = END_TX};

	(void)state;
	add(&d, "tbf", 0x10000, TC_H_ROOT, (struct counts){90, 0, 0, 7});
	add(&d, "netem", 0x100000, 0x10001, (struct counts){90, 10, 0, 0});
	assert_sums(&d, (struct counts){90, 10, 0, 7});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queues_of_mq),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_a_drop_that_the_parent_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

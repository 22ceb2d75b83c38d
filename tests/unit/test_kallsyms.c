// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/kit/kallsyms.c */
/*
 * The functions of this kernel, against /proc/kallsyms read line by line as a whole. Modules and programs of others may
 * come and go meanwhile: then once more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "collectors/kit/kallsyms.h"

static bool is_named(const struct kallsyms *k, uint64_t address, const char *name,
		     const char *object)
{
	const struct kernel_function *f = kallsyms_at(k, address);

	for (; f && f < k->at + k->count && f->address == address; f++)
		if (!strcmp(f->symbol.name, name) && !strcmp(f->symbol.object, object))
			return true;
	return false;
}

/* How many lines are not in the lists, and items of the lists in no line. */
static size_t differences(const struct kallsyms *core, const struct kallsyms *rest, size_t *own,
			  size_t *others)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	unsigned long long address;
	char type, line[512], name[256], object[64];
	size_t differ = 0;

	*own = *others = 0;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		int words = sscanf(line, "%llx %c %255s %63s", &address, &type, name, object);

		assert_true(words >= 3);
		if (!strchr("tTwW", type))
			continue;
		*own += words == 3;
		*others += words == 4;
		differ += words == 3 ? !is_named(core, address, name, "[kernel]")
				     : !is_named(rest, address, name, object);
	}
	fclose(f);
	differ += *own > core->count ? *own - core->count : core->count - *own;
	return differ + (*others > rest->count ? *others - rest->count : rest->count - *others);
}

static bool same(const struct kallsyms *a, const struct kallsyms *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->at[i].address != b->at[i].address ||
		    strcmp(a->at[i].symbol.name, b->at[i].symbol.name) != 0)
			return false;
	return true;
}

static void every_function(void **state)
{
	const struct kallsyms *core;
	size_t differ = 1, own = 0, others = 0;
	bool quiet = false;

	(void)state;
	if (kallsyms_hidden())
		skip();
	core = kallsyms_core();
	assert_non_null(core);
	/* Others load and unload programs meanwhile; what differs each time, though before and after are the same, is a fault. */
	for (int again = 0; differ && again < 30; again++) {
		struct kallsyms *before = kallsyms_read(), *after;

		assert_non_null(before);
		differ = differences(core, before, &own, &others);
		after = kallsyms_read();
		assert_non_null(after);
		quiet |= same(before, after);
		kallsyms_release(before);
		kallsyms_release(after);
	}
	if (differ && !quiet)
		skip();
	assert_int_equal(differ, 0);
	assert_true(own > 10000);
}

static void between_and_below(void **state)
{
	struct kernel_function at[] = {
		{.address = 16}, {.address = 32, .global = true}, {.address = 32}, {.address = 48}};
	const struct kallsyms k = {.at = at, .count = 4};

	(void)state;
	assert_null(kallsyms_at(&k, 15));
	assert_ptr_equal(kallsyms_at(&k, 16), &at[0]);
	assert_ptr_equal(kallsyms_at(&k, 31), &at[0]);
	assert_ptr_equal(kallsyms_at(&k, 47), &at[1]);
	assert_ptr_equal(kallsyms_at(&k, UINT64_MAX), &at[3]);
	assert_null(kallsyms_at(NULL, 16));
}

static void shared_while_held(void **state)
{
	struct kallsyms *first, *second, *anew;

	(void)state;
	if (kallsyms_hidden())
		skip();
	first = kallsyms_read();
	second = kallsyms_share();
	assert_ptr_equal(first, second);
	kallsyms_release(first);
	anew = kallsyms_read();
	assert_ptr_not_equal(anew, second);
	kallsyms_release(second);
	second = kallsyms_share();
	assert_ptr_equal(anew, second);
	kallsyms_release(second);
	kallsyms_release(anew);
	kallsyms_release(NULL);
}

/* What was read before programs were loaded does not have them. */
static void not_older_than_wanted(void **state)
{
	struct kallsyms *first, *second;
	uint64_t since;

	(void)state;
	if (kallsyms_hidden())
		skip();
	since = clock_ns();
	first = kallsyms_read();
	second = kallsyms_since(since);
	assert_ptr_equal(first, second);
	kallsyms_release(second);
	second = kallsyms_since(clock_ns());
	assert_ptr_not_equal(first, second);
	kallsyms_release(second);
	kallsyms_release(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_function),
		cmocka_unit_test(between_and_below),
		cmocka_unit_test(shared_while_held),
		cmocka_unit_test(not_older_than_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

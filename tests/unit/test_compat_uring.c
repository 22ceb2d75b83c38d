// SPDX-License-Identifier: GPL-2.0-or-later
/* libs: liburing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "datapath/compat_uring.h"

/* As liburing 2.3 sets a ring up, and as 2.9 does on a kernel that needs no array of indices. */
static void requests_are_shown_with_and_without_an_array(void **state)
{
	unsigned int array[4] = {9, 9, 9, 9}, mask = 3, tail = 6;

	(void)state;
	for (int with = 0; with < 2; with++) {
		struct io_uring ring = {.sq = {.kring_mask = &mask,
					       .ktail = &tail,
					       .array = with ? array : NULL,
					       .sqe_head = 6,
					       .sqe_tail = 8}};

		tail = 6;
		assert_int_equal(compat_uring_flush(&ring), 2);
		assert_int_equal(tail, 8);
		assert_int_equal(ring.sq.sqe_head, 8);
		assert_int_equal(compat_uring_flush(&ring), 0);
	}
	assert_int_equal(array[2], 2);
	assert_int_equal(array[3], 3);
	assert_int_equal(array[0], 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_shown_with_and_without_an_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

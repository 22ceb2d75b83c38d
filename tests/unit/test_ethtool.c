// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: nic */
/* libs: libmnl */
/* link: -Wl,--wrap=ioctl */
/*
 * A driver whose statistics change in number from one question to the next, as after 'ethtool -L', on a
 * kernel that writes all of them, whatever it was told (before 6.17).
 */
#include <errno.h>
#include <linux/sockios.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include <cmocka.h>

#include "nic/ethtool.h"

static struct {
	unsigned int count;   /* of statistics, */
	unsigned int later;   /* and from the next question for values on; 0: the same */
	unsigned int further; /* grows by this with every question */
	bool refuses;	      /* the kernel does not write another number than it was told */
} driver;

int __wrap_ioctl(int fd, unsigned long request, struct ifreq *ifr);

/* The values of queue q are 100 q + 1; the first is named "all", and queues count down. */
int __wrap_ioctl(int fd, unsigned long request, struct ifreq *ifr)
{
	struct ethtool_sset_info *info = (void *)ifr->ifr_data;
	struct ethtool_gstrings *names = (void *)ifr->ifr_data;
	struct ethtool_stats *stats = (void *)ifr->ifr_data;

	(void)fd;
	assert_int_equal(request, SIOCETHTOOL);
	switch (info->cmd) {
	case ETHTOOL_GSSET_INFO:
		memcpy(info->data, &driver.count, sizeof(driver.count));
		return 0;
	case ETHTOOL_GSTRINGS:
		names->len = driver.count;
		for (unsigned int i = 0; i < driver.count; i++)
			snprintf((char *)names->data + (size_t)i * ETH_GSTRING_LEN, ETH_GSTRING_LEN,
				 i ? "rx%u" : "all", driver.count - i);
		return 0;
	case ETHTOOL_GSTATS:
		driver.count = driver.later ? driver.later : driver.count + driver.further;
		driver.later = 0;
		if (driver.refuses && stats->n_stats != driver.count) {
			stats->n_stats = 0;
			return 0;
		}
		stats->n_stats = driver.count;
		for (unsigned int i = 0; i < driver.count; i++)
			stats->data[i] = 100 * (i ? driver.count - i : 0) + 1;
		return 0;
	}
	errno = EOPNOTSUPP;
	return -1;
}

static const struct ethtool e = {.fd = -1};

static void values_are_those_of_their_names(void **state)
{
	struct ethtool_counters opened = {0}, closed = {0};

	(void)state;
	for (int refuses = 0; refuses < 2; refuses++) {
		driver.refuses = refuses;
		driver.count = 4;
		assert_int_equal(ethtool_counters_read(&e, &opened), 0);
		driver.later = 7; /* between its names and its values */
		assert_int_equal(ethtool_counters_read(&e, &closed), 0);
		assert_int_equal(closed.names.count, 7);
		for (unsigned int i = 0; i < 7; i++) {
			const __u64 *was = ethtool_counters_find(&opened, &closed, i);

			/* rx6 to rx4 came, rx3 to rx1 stand elsewhere now. */
			assert_true(!was == (i >= 1 && i <= 3));
			assert_true(!was || *was == closed.values->data[i]);
		}
		driver.later = 2;
		assert_int_equal(ethtool_counters_read(&e, &closed), 0);
		assert_int_equal(closed.names.count, 2);
		assert_int_equal(*ethtool_counters_find(&opened, &closed, 1), 101);
	}
	ethtool_counters_free(&opened);
	ethtool_counters_free(&closed);
}

static void one_that_never_stands_still_is_given_up(void **state)
{
	struct ethtool_counters c = {0};

	(void)state;
	driver.count = 3;
	driver.further = 1;
	assert_int_equal(ethtool_counters_read(&e, &c), -EAGAIN);
	assert_int_equal(c.names.count, 0);
	driver.further = 0;
	driver.count = 0;
	assert_int_equal(ethtool_counters_read(&e, &c), -EOPNOTSUPP);
	ethtool_counters_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_those_of_their_names),
		cmocka_unit_test(one_that_never_stands_still_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/devices.h"

#include <stdio.h>
#include <string.h>

#include "nic/netns.h"

static bool is_same_device(const struct target *a, const struct target *b)
{
	return target_here(a) && target_here(b) && !strcmp(a->iface, b->iface) &&
	       netns_inode(a->netns) == netns_inode(b->netns);
}

int devices_each(const struct measurement *run,
		 int (*open)(void *data, enum record_end end, const char *iface), void *data,
		 char *why, size_t why_size)
{
	bool shared = is_same_device(&run->target[END_RX], &run->target[END_TX]);
	int count = 0;

	for (int end = END_RX; end <= (shared ? END_RX : END_TX); end++) {
		const struct target *t = &run->target[end];
		int previous = -1;
		int error;

		if (!target_here(t) || !t->iface[0])
			continue;
		if (t->netns >= 0)
			previous = netns_enter(t->netns);
		if (t->netns >= 0 && previous < 0) {
			snprintf(why, why_size, "cannot enter the namespace of %s: %s", t->iface,
				 strerror(-previous));
			return -1;
		}
		error = open(data, shared ? END_HOST : (enum record_end)end, t->iface);
		if (previous >= 0)
			netns_leave(previous);
		if (error) {
			snprintf(why, why_size, "cannot ask for the counters of %s: %s", t->iface,
				 strerror(-error));
			return -1;
		}
		count++;
	}
	if (!count)
		snprintf(why, why_size, "no device of this machine is known to carry the traffic");
	return count ? count : -1;
}

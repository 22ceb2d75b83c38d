// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/split.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <stdio.h>
#include <string.h>

#include "nic/lease.h"
#include "nic/rings.h"

int split_get(const char *iface, struct split *s)
{
	struct rings r;
	int error = rings_get(iface, &r);

	*s = (struct split){r.split, r.has_threshold, r.threshold};
	return error || r.has_split ? error : -EOPNOTSUPP;
}

int split_set(const char *iface, const struct split *s, char *said, size_t said_size)
{
	struct rings to = {
		.has_split = true,
		.split = s->state,
		.has_threshold = s->has_threshold,
		.threshold = s->threshold,
	};

	return rings_set(iface, &to, said, said_size);
}

bool split_ready(const struct split *s)
{
	return s->state == ETHTOOL_TCP_DATA_SPLIT_ENABLED && !s->threshold;
}

static const char *const state_name[] = {"unknown", "disabled", "enabled"};

char *split_print(const struct split *s, char text[SPLIT_TEXT_MAX])
{
	const char *state = s->state < 3 ? state_name[s->state] : "unknown";

	if (s->has_threshold)
		snprintf(text, SPLIT_TEXT_MAX, "%s, from %u bytes on", state, s->threshold);
	else
		snprintf(text, SPLIT_TEXT_MAX, "%s", state);
	return text;
}

int split_put_back(const char *iface, const char *text)
{
	struct split s = {0};
	char said[8];
	bool held;
	int error;

	for (unsigned int i = 0; i < 3; i++)
		if (!strncmp(text, state_name[i], strlen(state_name[i])))
			s.state = i;
	s.has_threshold = sscanf(text, "%*[a-z], from %u", &s.threshold) == 1;
	/* As long as memory of somebody's is in a queue, the kernel refuses. */
	held = lease_wait(iface, NULL, LEASE_PATIENCE_MS).holder;
	error = split_set(iface, &s, said, sizeof(said));
	return error && held ? -EADDRINUSE : error;
}

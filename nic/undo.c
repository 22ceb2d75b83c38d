// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/undo.h"

#include <stddef.h>
#include <string.h>

#include "nic/rings.h"
#include "nic/split.h"
#include "nic/rss.h"
#include "nic/steer.h"

static const struct undo undos[] = {
	{"split", "header split", "see 'ethtool -G'", split_put_back},
	{"ring", "receive rings", "see 'ethtool -G'", rings_put_back},
	{"ntuple", "flow steering", "see 'ethtool -K'", steer_enable_put_back},
	{"rss", "RSS table", "see 'ethtool -X'", rss_put_back},
	{"rule", "rule for a flow", "see 'ethtool -n' and -N", steer_rule_put_back},
};

const struct undo *undo_find(const char *name)
{
	for (size_t i = 0; i < sizeof(undos) / sizeof(undos[0]); i++)
		if (!strcmp(undos[i].name, name))
			return &undos[i];
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/lessee.h"

#include <string.h>

#include "nic/ethtool.h"

bool is_lessee(const char *iface)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ethtool e;
	bool taken;

	if (ethtool_open(&e, iface))
		return false;
	taken = !ethtool_ask(&e, &info) && !strcmp(info.driver, "netkit");
	ethtool_close(&e);
	return taken;
}

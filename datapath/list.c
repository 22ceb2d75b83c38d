// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "datapath/path.h"
#include "datapath/paths.h"

const struct path *const paths[] = {
	&path_rx_copy,	&path_rx_uring,	  &path_rx_zcrx,     &path_rx_devmem,	&path_tx_copy,
	&path_tx_uring, &path_tx_send_zc, &path_tx_zerocopy, &path_tx_sendfile, &path_tx_devmem,
	NULL,
};

const struct path *path_find(const char *name, enum record_end end)
{
	for (int i = 0; paths[i]; i++)
		if (paths[i]->end == end && !strcmp(paths[i]->name, name))
			return paths[i];
	return NULL;
}

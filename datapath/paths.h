/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every path by its own name; for list.c and the files that define them. */
#ifndef DATAPATH_PATHS_H
#define DATAPATH_PATHS_H

#include "datapath/path.h"

extern const struct path path_rx_copy;
extern const struct path path_rx_uring;
extern const struct path path_rx_zcrx;
extern const struct path path_rx_devmem;
extern const struct path path_tx_copy;
extern const struct path path_tx_uring;
extern const struct path path_tx_send_zc;
extern const struct path path_tx_zerocopy;
extern const struct path path_tx_sendfile;
extern const struct path path_tx_devmem;

#endif

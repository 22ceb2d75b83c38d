/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between kernels. */
#ifndef ZCNIC_COMPAT_H
#define ZCNIC_COMPAT_H

#include <linux/netdevice.h>
#include <net/netdev_lock.h>

#endif

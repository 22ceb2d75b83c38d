/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device that leases its queues from another.
 *
 *   is_lessee()  its driver knows nothing of their rings, rules and headers, which are the lessor's to set
 */
#ifndef NIC_LESSEE_H
#define NIC_LESSEE_H

#include <stdbool.h>

bool is_lessee(const char *iface);

#endif

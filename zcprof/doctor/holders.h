/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may hold a receive queue. The kernel says by what it is held, and not by whom: but only a
 * process with a ring can hold one by io_uring, and only one with a socket of generic netlink by
 * devmem.
 */
#ifndef ZCPROF_DOCTOR_HOLDERS_H
#define ZCPROF_DOCTOR_HOLDERS_H

#include <stddef.h>

/* holder: as netdev_lease() says it. who: "zcpath (12), nginx (13)", as many as fit; "": nobody. */
void holders_of(const char *holder, char *who, size_t size);

#endif

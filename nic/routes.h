/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What routes over a device say of TCP: a smaller MTU, a window, a congestion control (ip-route(8)).
 *
 *   routes_rules()     how many policy rules of IPv4 a lookup may go through (ip-rule(8)); three where nobody set any
 *   routes_describe()  of the main table of this thread's network namespace
 */
#ifndef NIC_ROUTES_H
#define NIC_ROUTES_H

#include <stddef.h>

/* "mtu 1400, window 65535", or "none". 0 or a negative errno. */
int routes_describe(unsigned int ifindex, char *text, size_t size);

/* 0 or a negative errno. */
int routes_rules(size_t *count);

#endif

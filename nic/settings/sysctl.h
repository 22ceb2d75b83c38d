/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sysctls by their names, in this thread's network namespace, or, for those that the machine has one
 * of, in that of the first process.
 *
 *   sysctl_read()   several numbers with ':' between them
 *   sysctl_write()  the same
 *
 * 0 or a negative errno: -ENOENT where neither has it.
 */
#ifndef NIC_SETTINGS_SYSCTL_H
#define NIC_SETTINGS_SYSCTL_H

#include <stddef.h>

#include "nic/journal.h"

int sysctl_read(const char *name, char *text, size_t size);
int sysctl_write(struct journal *j, const char *name, const char *text);

#endif

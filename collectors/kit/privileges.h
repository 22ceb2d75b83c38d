/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which capabilities this process lacks.
 *
 *   privileges_missing()            of a set, the names of those that are not effective
 *   privileges_of_user_namespace()  are those that are effective so in a user namespace only, as in a
 *                                   container without root on its host? BPF takes those of the host
 */
#ifndef COLLECTORS_KIT_PRIVILEGES_H
#define COLLECTORS_KIT_PRIVILEGES_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PRIVILEGE(cap)	     (1ULL << (cap))
#define PRIVILEGES_FOR_NETNS (PRIVILEGE(CAP_SYS_ADMIN) | PRIVILEGE(CAP_NET_ADMIN))
#define PRIVILEGES_FOR_BPF   (PRIVILEGE(CAP_BPF) | PRIVILEGE(CAP_PERFMON))

/* "CAP_SYS_ADMIN and CAP_NET_ADMIN", or "" where none is missing. Returns text. */
char *privileges_missing(uint64_t wanted, char *text, size_t size);
bool privileges_of_user_namespace(void);

#endif

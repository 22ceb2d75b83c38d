/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLLECTORS_KIT_SYSCALL_NAMES_H
#define COLLECTORS_KIT_SYSCALL_NAMES_H

#include <stddef.h>

/*
 * The name of a system call by its number in struct syscalls_name: "recvmsg"; "syscall_999" where
 * nobody here knows it, "compat_3" for one of a 32-bit task. Writes to text, and returns it.
 */
const char *syscall_name(unsigned int number, char *text, size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes of sysfs, and the files of /proc like them: one value or one line each.
 *
 *   sysfs_open()  a descriptor to read an attribute by, again and again
 *   sysfs_u64()   its number now: one pread(), a microsecond or so
 *   sysfs_text()  its one line, with spaces for tabs, for what is read once
 *   sysfs_text_at()  the same, by the descriptor of a folder
 */
#ifndef COLLECTORS_KIT_SYSFS_H
#define COLLECTORS_KIT_SYSFS_H

#include <stddef.h>
#include <stdint.h>

/* -1 with errno set. */
int sysfs_open(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* 0, or -1 where there is no number to read. */
int sysfs_u64(int fd, uint64_t *value);
/* 0, or -1 where there is no such attribute, or nothing in it. */
int sysfs_text(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int sysfs_text_at(char *text, size_t size, int folder, const char *path);

#endif

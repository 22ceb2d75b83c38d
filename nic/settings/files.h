/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings that are files, of which there is one for each queue or CPU: the journal has each of them
 * as it was (journal_set).
 *
 *   file_read()  its one line, without the line break
 *   files_each()  DIR/PREFIXn/FILE for every n there is, by their numbers, until one returns no 0
 *   files_value()  the one value that all of them have
 */
#ifndef NIC_SETTINGS_FILES_H
#define NIC_SETTINGS_FILES_H

#include <stddef.h>

typedef int (*file_fn)(void *data, const char *path, unsigned int n);

/* 0 or a negative errno; -EXDEV, of any of them: /sys shows the devices of another network namespace. */
int file_read(const char *path, char *text, size_t size);
/* The first that is not 0; -EOPNOTSUPP where there is none. */
int files_each(const char *dir, const char *prefix, const char *file, file_fn each, void *data);
/* -ENODATA: they have several. */
int files_value(const char *dir, const char *prefix, const char *file, char *text, size_t size);

#endif

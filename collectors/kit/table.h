/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash map of BPF, element by element: that it was read to its end is told from that it could be read
 * no further.
 */
#ifndef COLLECTORS_KIT_TABLE_H
#define COLLECTORS_KIT_TABLE_H

/* Why a metric has no rows then. */
#define TABLE_UNREAD "its table could not be read after the window"

/*
 * 1: there is one more, and key and value are its; 0: there is none; or a negative errno. before: the key of the one
 * before, which may be `key` itself; NULL at first.
 */
int table_next(int fd, const void *before, void *key, void *value);

#endif

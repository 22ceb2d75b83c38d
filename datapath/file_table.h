/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the calling thread's table of open files holds; of a table that threads share, of all of them.
 *
 *   file_table_keep()      closes all but these descriptors (-1: none) and the standard ones
 *   file_table_can_keep()  whether the kernel can: from Linux 5.9 on
 */
#ifndef DATAPATH_FILE_TABLE_H
#define DATAPATH_FILE_TABLE_H

#include <stdbool.h>

void file_table_keep(const int fds[], unsigned int count);
bool file_table_can_keep(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder of records that does not grow beyond a size: FOLDER/RULE/TIME-WHO.csv, and what lies beside it
 * under the same name.
 *
 *   keeping_open()   make the folder, and keep others out while this process lives
 *   keeping_path()   where a record of a rule that begins now goes; its folder is made
 *   keeping_trim()   remove the oldest until no more than so many bytes are left; nothing that is called
 *                    otherwise is touched, and no link is followed. How many bytes are left
 */
#ifndef ZCPROF_SERVICE_KEEPING_H
#define ZCPROF_SERVICE_KEEPING_H

#include <stddef.h>
#include <stdint.h>

/* The folder's descriptor, or -1 after saying why. */
int keeping_open(const char *folder);
/* who: a process's number or the like. To be freed; NULL with why filled in. */
char *keeping_path(const char *folder, const char *rule, const char *who, char *why,
		   size_t why_size);
uint64_t keeping_trim(int folder, uint64_t most);

#endif

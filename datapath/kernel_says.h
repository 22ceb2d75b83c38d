/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files of the kernel, and what the control groups of this process leave.
 *
 *   kernel_text()    what a file says; false where there is none
 *   kernel_number()  the number behind a word that begins one of a text's lines
 *   groups_least()   the least that left() says of this process's control group and of each above it
 */
#ifndef DATAPATH_KERNEL_SAYS_H
#define DATAPATH_KERNEL_SAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool kernel_text(const char *path, char *text, size_t size);
bool kernel_number(const char *text, const char *word, uint64_t *number);
/* UINT64_MAX: nothing bounds it, or the kernel does not say. */
uint64_t groups_least(uint64_t (*left)(const char *dir));

#endif

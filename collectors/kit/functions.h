/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of one file of machine code, by its .symtab or .dynsym. The file is anyone's: this runs
 * sealed (base/seal.h), and may end its process.
 *
 *   functions_open()  takes the descriptor; NULL where it is no program and no library
 *   functions_at()    which one has the byte at this offset of the file
 */
#ifndef COLLECTORS_KIT_FUNCTIONS_H
#define COLLECTORS_KIT_FUNCTIONS_H

#include <stdint.h>

struct functions;

struct functions *functions_open(int fd);
/* Its name, or NULL; *before: how far into the function the byte is. */
const char *functions_at(struct functions *f, uint64_t offset, uint64_t *before);

#endif

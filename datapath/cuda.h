/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of an NVIDIA GPU as a dma-buf, by CUDA's driver library, which is looked for when it is
 * wanted: nothing of CUDA is needed to build.
 *
 *   cuda_able()   is the library there, and a GPU that exports memory?
 *   cuda_get()    size bytes of the first GPU's memory, and a dma-buf of them
 *   cuda_write()  into it
 *   cuda_read()   out of it
 *   cuda_free()
 */
#ifndef DATAPATH_CUDA_H
#define DATAPATH_CUDA_H

#include <stdbool.h>
#include <stddef.h>

struct cuda;

bool cuda_able(char *why, size_t why_size);
/* size: whole pages. NULL with why filled in. The descriptor is the caller's. */
struct cuda *cuda_get(size_t size, int *fd, char *why, size_t why_size);
/* 0 or -EIO. */
int cuda_write(struct cuda *c, size_t offset, const void *from, size_t size);
int cuda_read(struct cuda *c, size_t offset, void *to, size_t size);
void cuda_free(struct cuda *c);

#endif

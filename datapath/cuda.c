// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/cuda.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * The driver API's own types and values (cuda.h): a result is an int, 0 for success; devices are
 * numbers, contexts pointers, addresses of the GPU 64 bits. "_v2" is what cuda.h makes of the
 * names.
 */
#define LIBRARY			 "libcuda.so.1"
#define RANGE_HANDLE_DMA_BUF_FD	 1
#define DEVICE_DMA_BUF_SUPPORTED 124

static struct {
	int (*init)(unsigned int flags);
	int (*error_string)(int error, const char **text);
	int (*device)(int *device, int number);
	int (*attribute)(int *value, int which, int device);
	int (*retain)(void **context, int device);
	int (*release)(int device);
	int (*use)(void *context);
	int (*alloc)(uint64_t *at, size_t size);
	int (*free)(uint64_t at);
	int (*handle)(void *handle, uint64_t at, size_t size, int type, unsigned long long flags);
	int (*to_device)(uint64_t to, const void *from, size_t size);
	int (*from_device)(void *to, uint64_t from, size_t size);
} api;

static const struct {
	const char *name;
	void *slot;
} symbols[] = {
	{"cuInit", &api.init},
	{"cuGetErrorString", &api.error_string},
	{"cuDeviceGet", &api.device},
	{"cuDeviceGetAttribute", &api.attribute},
	{"cuDevicePrimaryCtxRetain", &api.retain},
	{"cuDevicePrimaryCtxRelease_v2", &api.release},
	{"cuCtxSetCurrent", &api.use},
	{"cuMemAlloc_v2", &api.alloc},
	{"cuMemFree_v2", &api.free},
	{"cuMemGetHandleForAddressRange", &api.handle},
	{"cuMemcpyHtoD_v2", &api.to_device},
	{"cuMemcpyDtoH_v2", &api.from_device},
};

struct cuda {
	int device;
	void *context;
	uint64_t at;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char missing[160]; /* why the library cannot be used, or "" */

static void load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!library) {
		snprintf(missing, sizeof(missing), LIBRARY " is not here: install NVIDIA's driver");
		return;
	}
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *found = dlsym(library, symbols[i].name);

		if (!found) {
			snprintf(missing, sizeof(missing),
				 LIBRARY " has no %s: install a driver of CUDA 11.7 or newer",
				 symbols[i].name);
			return;
		}
		*(void **)symbols[i].slot = found;
	}
}

static int refuse(char *why, size_t why_size, const char *what, int result)
{
	const char *text = NULL;

	if (api.error_string(result, &text) || !text)
		text = "an error that it has no words for";
	snprintf(why, why_size, "%s: CUDA says %s (%d); see nvidia-smi", what, text, result);
	return -1;
}

/* The first GPU, if it exports its memory. */
static int find(int *device, char *why, size_t why_size)
{
	int exports = 0;
	int result;

	pthread_once(&once, load);
	if (*missing) {
		snprintf(why, why_size, "%s", missing);
		return -1;
	}
	result = api.init(0);
	if (!result)
		result = api.device(device, 0);
	if (!result)
		result = api.attribute(&exports, DEVICE_DMA_BUF_SUPPORTED, *device);
	if (result)
		return refuse(why, why_size, "cannot use a GPU", result);
	if (exports)
		return 0;
	snprintf(why, why_size,
		 "the GPU cannot export its memory as a dma-buf: take the open kernel modules of NVIDIA's driver");
	return -1;
}

bool cuda_able(char *why, size_t why_size)
{
	int device;

	return !find(&device, why, why_size);
}

struct cuda *cuda_get(size_t size, int *fd, char *why, size_t why_size)
{
	struct cuda *c = calloc(1, sizeof(*c));
	int result;

	if (!c) {
		snprintf(why, why_size, "no memory left");
		return NULL;
	}
	if (find(&c->device, why, why_size)) {
		free(c);
		return NULL;
	}
	result = api.retain(&c->context, c->device);
	if (!result)
		result = api.use(c->context);
	if (!result)
		result = api.alloc(&c->at, size);
	if (!result)
		result = api.handle(fd, c->at, size, RANGE_HANDLE_DMA_BUF_FD, 0);
	if (!result)
		return c;
	refuse(why, why_size, "cannot have GPU memory as a dma-buf", result);
	cuda_free(c);
	return NULL;
}

/* A context belongs to a thread, and any may come. */
int cuda_write(struct cuda *c, size_t offset, const void *from, size_t size)
{
	return api.use(c->context) || api.to_device(c->at + offset, from, size) ? -EIO : 0;
}

int cuda_read(struct cuda *c, size_t offset, void *to, size_t size)
{
	return api.use(c->context) || api.from_device(to, c->at + offset, size) ? -EIO : 0;
}

void cuda_free(struct cuda *c)
{
	if (c->context && !api.use(c->context) && c->at)
		api.free(c->at);
	if (c->context)
		api.release(c->device);
	free(c);
}

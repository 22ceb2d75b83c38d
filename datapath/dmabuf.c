// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/dmabuf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/memfd.h>
#include <linux/udmabuf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "datapath/cuda.h"

#define HUGEPAGE      (2UL << 20)
#define HUGEPAGE_FLAG (MFD_HUGETLB | MFD_HUGE_2MB)
#define UDMABUF	      "/dev/udmabuf"
#define UDMABUF_MAX   "/sys/module/udmabuf/parameters/size_limit_mb"
#define HEAP	      "/dev/dma_heap/system"

enum { UDMABUF_KIND, HEAP_KIND, CUDA_KIND, KINDS };

static const struct dmabuf_kind kinds[KINDS] = {
	[UDMABUF_KIND] = {"udmabuf", "ordinary memory, through " UDMABUF},
	[HEAP_KIND] = {"heap", "the kernel's memory, through " HEAP},
	[CUDA_KIND] = {"cuda", "memory of the first NVIDIA GPU"},
};

const struct dmabuf_kind *dmabuf_kind(enum memory_kind kind)
{
	switch (kind) {
	case MEMORY_udmabuf:
		return &kinds[UDMABUF_KIND];
	case MEMORY_heap:
		return &kinds[HEAP_KIND];
	case MEMORY_cuda:
		return &kinds[CUDA_KIND];
	default:
		return NULL;
	}
}

static int open_device(const char *path, const char *mend, char *why, size_t why_size)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT)
		snprintf(why, why_size, "there is no %s: %s", path, mend);
	else
		snprintf(why, why_size, "cannot open %s: %s; run as root", path, strerror(errno));
	return -1;
}

static int open_kind(const struct dmabuf_kind *kind, char *why, size_t why_size)
{
	if (kind == &kinds[UDMABUF_KIND])
		return open_device(UDMABUF,
				   "'modprobe udmabuf', or take a kernel with CONFIG_UDMABUF, or --memory heap",
				   why, why_size);
	return open_device(HEAP,
			   "take a kernel with CONFIG_DMABUF_HEAPS_SYSTEM, or --memory udmabuf",
			   why, why_size);
}

static bool is_able(const struct dmabuf_kind *kind, char *why, size_t why_size)
{
	int fd;

	if (kind == &kinds[CUDA_KIND])
		return cuda_able(why, why_size);
	fd = open_kind(kind, why, why_size);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

bool dmabuf_any(char *why, size_t why_size)
{
	char of_others[160];

	if (is_able(&kinds[0], why, why_size))
		return true;
	for (int i = 1; i < KINDS; i++)
		if (is_able(&kinds[i], of_others, sizeof(of_others)))
			return true;
	return false;
}

/* Its pages must never go away: the seal is what the kernel asks for, and it takes no other. */
static int sealed_memory(size_t size, bool hugepages)
{
	int fd = memfd_create("zcpath-dmabuf",
			      MFD_CLOEXEC | MFD_ALLOW_SEALING | (hugepages ? HUGEPAGE_FLAG : 0));

	if (fd < 0)
		return -1;
	if (!ftruncate(fd, size) && !fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK))
		return fd;
	close(fd);
	return -1;
}

static unsigned long udmabuf_limit(void)
{
	FILE *in = fopen(UDMABUF_MAX, "re");
	unsigned long mb = 0;

	if (in && fscanf(in, "%lu", &mb) != 1)
		mb = 0;
	if (in)
		fclose(in);
	return mb;
}

static int udmabuf(int device, size_t size, bool hugepages, char *why, size_t why_size)
{
	struct udmabuf_create create = {.flags = UDMABUF_FLAGS_CLOEXEC, .size = size};
	unsigned long mb = udmabuf_limit();
	int memory = sealed_memory(size, hugepages);
	int fd;

	if (memory < 0) {
		snprintf(why, why_size, "cannot have a memory file of %zu bytes: %s", size,
			 strerror(errno));
		return -1;
	}
	create.memfd = memory;
	fd = ioctl(device, UDMABUF_CREATE, &create);
	if (fd < 0 && errno == EINVAL && mb && size > mb << 20)
		snprintf(why, why_size,
			 "a udmabuf of %zu bytes is more than the %lu MiB that " UDMABUF_MAX
			 " allows: raise it, or ask for less",
			 size, mb);
	else if (fd < 0 && errno == ENOMEM && hugepages)
		snprintf(why, why_size,
			 "there are no %zu free pages of 2 MiB: reserve them with 'sysctl vm.nr_hugepages', or leave out --hugepages",
			 size / HUGEPAGE);
	else if (fd < 0)
		snprintf(why, why_size, "cannot make a udmabuf of %zu bytes: %s", size,
			 strerror(errno));
	/* The pages stay as long as the dma-buf does. */
	close(memory);
	return fd;
}

static int heap(int device, size_t size, char *why, size_t why_size)
{
	struct dma_heap_allocation_data data = {.len = size, .fd_flags = O_RDWR | O_CLOEXEC};

	if (!ioctl(device, DMA_HEAP_IOCTL_ALLOC, &data))
		return data.fd;
	snprintf(why, why_size, "cannot have %zu bytes of " HEAP ": %s", size, strerror(errno));
	return -1;
}

static int fill(struct dmabuf *d, const struct dmabuf_kind *kind, bool hugepages, char *why,
		size_t why_size)
{
	int device;

	if (kind == &kinds[CUDA_KIND]) {
		d->cuda = cuda_get(d->size, &d->fd, why, why_size);
		return d->cuda ? 0 : -1;
	}
	device = open_kind(kind, why, why_size);
	if (device < 0)
		return -1;
	d->fd = kind == &kinds[UDMABUF_KIND] ? udmabuf(device, d->size, hugepages, why, why_size)
					     : heap(device, d->size, why, why_size);
	close(device);
	if (d->fd < 0)
		return -1;
	d->at = mmap(NULL, d->size, PROT_READ | PROT_WRITE, MAP_SHARED, d->fd, 0);
	if (d->at != MAP_FAILED)
		return 0;
	d->at = NULL;
	snprintf(why, why_size, "cannot map a dma-buf of %zu bytes: %s", d->size, strerror(errno));
	return -1;
}

struct dmabuf *dmabuf_new(const struct dmabuf_kind *kind, size_t size, bool hugepages, char *why,
			  size_t why_size)
{
	/* A GPU's pages are as large. */
	size_t page = hugepages || kind == &kinds[CUDA_KIND] ? HUGEPAGE : (size_t)getpagesize();
	struct dmabuf *d = calloc(1, sizeof(*d));

	if (!d) {
		snprintf(why, why_size, "no memory left");
		return NULL;
	}
	d->fd = -1;
	d->size = (size + page - 1) / page * page;
	if (!fill(d, kind, hugepages, why, why_size))
		return d;
	dmabuf_free(d);
	return NULL;
}

/* Exporters may want to know when the CPU looks; where they do not, it costs a system call. */
static int sync_cpu(struct dmabuf *d, uint64_t flags)
{
	struct dma_buf_sync sync = {.flags = flags};
	int result;

	if (!d->at)
		return 0;
	do {
		result = ioctl(d->fd, DMA_BUF_IOCTL_SYNC, &sync);
	} while (result < 0 && (errno == EINTR || errno == EAGAIN));
	return result < 0 ? -errno : 0;
}

int dmabuf_write(struct dmabuf *d, size_t offset, const void *from, size_t size)
{
	int error;

	if (d->cuda)
		return cuda_write(d->cuda, offset, from, size);
	error = sync_cpu(d, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
	if (error)
		return error;
	memcpy((char *)d->at + offset, from, size);
	return sync_cpu(d, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE);
}

int dmabuf_begin(struct dmabuf *d)
{
	return sync_cpu(d, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
}

const void *dmabuf_see(struct dmabuf *d, size_t offset, size_t size, void *bounce)
{
	if (offset > d->size || size > d->size - offset)
		return NULL;
	if (d->at)
		return (const char *)d->at + offset;
	return cuda_read(d->cuda, offset, bounce, size) ? NULL : bounce;
}

int dmabuf_end(struct dmabuf *d)
{
	return sync_cpu(d, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
}

void dmabuf_free(struct dmabuf *d)
{
	if (!d)
		return;
	if (d->at)
		munmap(d->at, d->size);
	if (d->fd >= 0)
		close(d->fd);
	if (d->cuda)
		cuda_free(d->cuda);
	free(d);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "datapath/dmabuf.h"
#include "datapath/verify.h"

#define HUGEPAGE      (2UL << 20)
#define HUGEPAGE_FLAG (MAP_HUGETLB | 21 << MAP_HUGE_SHIFT)

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Pages that are made between two looks at whether they are still wanted. */
#define STEP (64UL << 20)

static bool given_up; /* by relaxed atomics */

void memory_give_up(void)
{
	__atomic_store_n(&given_up, true, __ATOMIC_RELAXED);
}

/* 0 or a negative errno. Gigabytes take seconds, and whoever interrupts that does not wait. */
static int populate(char *at, size_t size, size_t page)
{
	for (size_t done = 0; done < size; done += STEP) {
		size_t step = size - done < STEP ? size - done : STEP;

		if (__atomic_load_n(&given_up, __ATOMIC_RELAXED))
			return -EINTR;
		if (!madvise(at + done, step, MADV_POPULATE_WRITE))
			continue;
		if (errno != EINVAL)
			return -errno;
		/* Before Linux 5.14. */
		for (size_t i = 0; i < step; i += page)
			*(volatile char *)(at + done + i) = 0;
	}
	return 0;
}

int memory_get(struct memory *m, size_t size, bool hugepages, char *why, size_t why_size)
{
	size_t page = hugepages ? HUGEPAGE : (size_t)sysconf(_SC_PAGESIZE);
	int error;

	m->size = size;
	m->mapped = (size + page - 1) / page * page;
	m->at = mmap(NULL, m->mapped, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | (hugepages ? HUGEPAGE_FLAG : 0), -1, 0);
	if (m->at == MAP_FAILED) {
		error = -errno;
		m->at = NULL;
	} else {
		/* Children set and put back what the journal has, and what a device holds would be copied for each. */
		madvise(m->at, m->mapped, MADV_DONTFORK);
		error = populate(m->at, m->mapped, page);
	}
	if (!error)
		return 0;
	memory_free(m);
	if (hugepages)
		snprintf(why, why_size,
			 "cannot map %zu bytes in 2 MiB pages: %s; reserve %zu pages for it with 'sysctl vm.nr_hugepages', or leave out --hugepages",
			 size, strerror(-error), m->mapped / HUGEPAGE);
	else
		snprintf(why, why_size, "cannot map %zu bytes: %s; ask for smaller buffers", size,
			 strerror(-error));
	return -1;
}

void memory_free(struct memory *m)
{
	if (m->at)
		munmap(m->at, m->mapped);
	m->at = NULL;
}

/* The pages of the file are the page cache that sendfile hands to the socket. */
static int message_file(struct message *message, char *why, size_t why_size)
{
	message->file = memfd_create("zcpath-message", MFD_CLOEXEC);
	if (message->file < 0 || ftruncate(message->file, message->size))
		goto failed;
	message->memory.mapped = message->memory.size = message->size;
	message->memory.at = mmap(NULL, message->size, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_POPULATE, message->file, 0);
	if (message->memory.at != MAP_FAILED)
		return 0;
	message->memory.at = NULL;
failed:
	snprintf(why, why_size,
		 "cannot make a memory file of %zu bytes: %s; ask for a smaller --msg",
		 message->size, strerror(errno));
	return -1;
}

static int message_dmabuf(struct message *message, enum memory_kind kind, bool hugepages, char *why,
			  size_t why_size)
{
	unsigned char *bytes = malloc(message->size);
	int error;

	if (!bytes) {
		snprintf(why, why_size, "no memory left for a message of %zu bytes", message->size);
		return -1;
	}
	message->dmabuf = dmabuf_new(dmabuf_kind(kind), message->size, hugepages, why, why_size);
	if (!message->dmabuf) {
		free(bytes);
		return -1;
	}
	pattern_fill(bytes, message->size);
	error = dmabuf_write(message->dmabuf, 0, bytes, message->size);
	free(bytes);
	if (error)
		snprintf(why, why_size, "cannot write the message into a dma-buf: %s",
			 strerror(-error));
	return error ? -1 : 0;
}

static int message_fill(struct message *message, enum message_place place, bool hugepages,
			char *why, size_t why_size)
{
	if (place == MESSAGE_IN_FILE
		    ? message_file(message, why, why_size)
		    : memory_get(&message->memory, message->size, hugepages, why, why_size))
		return -1;
	message->at = message->memory.at;
	pattern_fill(message->memory.at, message->size);
	return 0;
}

struct message *message_new(size_t size, enum message_place place, enum memory_kind kind,
			    bool hugepages, char *why, size_t why_size)
{
	struct message *message = calloc(1, sizeof(*message));

	if (!message) {
		snprintf(why, why_size, "no memory left");
		return NULL;
	}
	message->size = size;
	message->file = -1;
	if (!(place == MESSAGE_IN_DMABUF ? message_dmabuf(message, kind, hugepages, why, why_size)
					 : message_fill(message, place, hugepages, why, why_size)))
		return message;
	message_free(message);
	return NULL;
}

void message_free(struct message *message)
{
	if (!message)
		return;
	memory_free(&message->memory);
	dmabuf_free(message->dmabuf);
	if (message->file >= 0)
		close(message->file);
	free(message);
}

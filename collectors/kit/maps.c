// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "collectors/kit/process.h"

/* More than any sane process has; the kernel's default allows 65530 (vm.max_map_count). */
#define LINES_MAX    (1 << 18)
#define MAPPINGS_MAX (1 << 14)
#define VDSO	     "[vdso]"

/* One line of maps. */
struct line {
	struct mapping mapping;
	char rights[5];
	unsigned int major;
	unsigned int minor;
	uint64_t inode;
	const char *path;
};

int maps_begin(struct maps *m, pid_t pid)
{
	char path[32];

	*m = (struct maps){.pid = pid};
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	m->process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return m->process < 0 ? -errno : 0;
}

/* The maps of a process whose first thread has ended are those of another; NULL: it is gone. */
static FILE *open_maps(const struct maps *m)
{
	char path[48] = "maps";
	pid_t tid;
	int fd;

	/* It cannot be read of one that is gone, whoever has its number now. */
	if (faccessat(m->process, "stat", F_OK, 0))
		return NULL;
	tid = process_living(m->pid);
	if (tid != m->pid)
		snprintf(path, sizeof(path), "task/%d/maps", (int)tid);
	fd = openat(m->process, path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? NULL : fdopen(fd, "re");
}

static bool parse(char *text, struct line *l)
{
	int at = 0;

	text[strcspn(text, "\n")] = '\0';
	if (sscanf(text, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n",
		   &l->mapping.start, &l->mapping.end, l->rights, &l->mapping.offset, &l->major,
		   &l->minor, &l->inode, &at) < 7)
		return false;
	l->path = at ? text + at : "";
	return true;
}

/* ---- files ---- */

/* What the kernel adds where a file has no name any more is no part of its name. */
static size_t name_length(const char *path)
{
	static const char gone[] = " (deleted)";
	size_t len = strlen(path), suffix = sizeof(gone) - 1;

	return len > suffix && !strcmp(path + len - suffix, gone) ? len - suffix : len;
}

/* Without folders. */
static void name_object(struct mapped_file *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash && slash[1] ? slash + 1 : path;

	snprintf(f->object, sizeof(f->object), "%.*s", (int)name_length(name), name);
}

/*
 * A link of map_files leads to the file itself, and takes privilege in the first user namespace
 * (CAP_CHECKPOINT_RESTORE). Without it the file of that path will do where it turns out to be the same.
 * O_PATH: nothing is opened yet, for it may be a device.
 */
static int open_mapped(struct maps *m, const struct line *l, struct mapped_file *f)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC,
			       .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "map_files/%" PRIx64 "-%" PRIx64, l->mapping.start,
		 l->mapping.end);
	fd = openat(m->process, path, O_PATH | O_CLOEXEC);
	if (fd >= 0 || (errno != EPERM && errno != EACCES) || l->path[0] != '/')
		return fd;
	f->by_path = true;
	f->device = makedev(l->major, l->minor);
	f->inode = l->inode;
	return (int)syscall(SYS_openat2, AT_FDCWD, l->path, &how, sizeof(how));
}

/* The kernel's page is the same for all programs of an architecture: a copy of what zcprof has. */
static int open_vdso(size_t size)
{
	const void *own =
		(const void *)getauxval(AT_SYSINFO_EHDR); // NOLINT(performance-no-int-to-ptr)
	int fd = own && size <= 1 << 16 ? memfd_create("vdso", MFD_CLOEXEC) : -1;

	/* Its length is not told; the process's, if that is the same thing. A fault is an error here. */
	if (fd >= 0 && write(fd, own, size) != (ssize_t)size) {
		close(fd);
		return -1;
	}
	return fd;
}

static void read_head(const struct maps *m, struct mapped_file *f, uint64_t address, uint64_t size)
{
	struct iovec here = {f->head, size < MAPS_HEAD ? size : MAPS_HEAD};
	// NOLINTNEXTLINE(performance-no-int-to-ptr)
	struct iovec there = {(void *)(uintptr_t)address, here.iov_len};
	ssize_t n = process_vm_readv(process_living(m->pid), &here, 1, &there, 1, 0);

	f->head_size = n > 0 ? (size_t)n : 0;
}

/* Where the process has the first bytes of a file, and may not write them. */
struct head {
	uint64_t address;
	uint64_t size;
	char place[256];
};

static void place_of(const struct line *l, char *place, size_t size)
{
	snprintf(place, size, "%x:%x %" PRIu64 " %.*s", l->major, l->minor, l->inode,
		 (int)name_length(l->path), l->path);
}

/* Its number, or -1 where it is none or there are too many. */
static int take_file(struct maps *m, const struct line *l, const struct head *head)
{
	bool vdso = !strcmp(l->path, VDSO);
	struct mapped_file *f;
	char place[256];

	if (!l->inode && !vdso)
		return -1;
	place_of(l, place, sizeof(place));
	for (size_t i = m->file_count; i-- > 0;)
		if (!strcmp(m->files[i]->place, place))
			return (int)i;
	f = m->file_count < MAPS_FILES_MAX ? calloc(1, sizeof(*f)) : NULL;
	if (f)
		f->place = strdup(place);
	if (!f || !f->place) {
		free(f);
		return -1;
	}
	name_object(f, l->path);
	f->fd = vdso ? open_vdso(l->mapping.end - l->mapping.start) : open_mapped(m, l, f);
	if (vdso || (!l->mapping.offset && l->rights[1] != 'w'))
		read_head(m, f, l->mapping.start, l->mapping.end - l->mapping.start);
	else if (head->size && !strcmp(head->place, place))
		read_head(m, f, head->address, head->size);
	m->files[m->file_count] = f;
	return (int)m->file_count++;
}

/* ---- noting ---- */

static bool add(struct mapping **at, size_t *count, const struct mapping *mapping)
{
	struct mapping *more = *at;

	if (!(*count & (*count - 1)))
		more = reallocarray(*at, *count ? 2 * *count : 1, sizeof(*more));
	if (!more)
		return false;
	*at = more;
	more[(*count)++] = *mapping;
	return true;
}

size_t maps_note(struct maps *m)
{
	FILE *in = open_maps(m);
	struct mapping *at = NULL;
	struct head head = {0};
	size_t room = 0, count = 0;
	char *text = NULL;
	struct line l;

	for (int n = 0;
	     in && n < LINES_MAX && count < MAPPINGS_MAX && getline(&text, &room, in) > 0; n++) {
		if (!parse(text, &l))
			continue;
		if (l.rights[2] != 'x') {
			if (l.mapping.offset || l.rights[1] == 'w' || !l.inode)
				continue;
			head.address = l.mapping.start;
			head.size = l.mapping.end - l.mapping.start;
			place_of(&l, head.place, sizeof(head.place));
			continue;
		}
		l.mapping.file = take_file(m, &l, &head);
		if (!add(&at, &count, &l.mapping))
			break;
	}
	free(text);
	if (in)
		fclose(in);
	if (!count) {
		free(at);
		return 0;
	}
	if (m->noted[0].count) {
		free(m->noted[1].at);
		m->noted[1].at = at;
		m->noted[1].count = count;
	} else {
		m->noted[0].at = at;
		m->noted[0].count = count;
	}
	return count;
}

/* ---- opening ---- */

static bool is_the_file(const struct mapped_file *f, int fd)
{
	unsigned char head[MAPS_HEAD];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return false;
	if (f->by_path && (st.st_dev != f->device || st.st_ino != f->inode))
		return false;
	/* There stands the build-id. A file system may have a new file behind the same link (overlayfs). */
	n = pread(fd, head, f->head_size, 0);
	return n >= 0 && !memcmp(head, f->head, (size_t)n) && (!f->head_size || n > 0);
}

void maps_open(struct maps *m)
{
	for (size_t i = 0; i < m->file_count; i++) {
		struct mapped_file *f = m->files[i];
		struct stat st;
		char path[40];
		int fd = -1;

		if (f->fd < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", f->fd);
		/* O_NONBLOCK: a lease of the file's owner is not waited for. */
		if (!fstat(f->fd, &st) && S_ISREG(st.st_mode))
			fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		close(f->fd);
		f->fd = fd;
		if (fd >= 0 && !is_the_file(f, fd)) {
			close(fd);
			f->fd = -1;
		}
	}
	/* The process's folder was for this alone. */
	close(m->process);
	m->process = -1;
}

/* ---- finding ---- */

static const struct mapping *find(const struct mapping *at, size_t count, uint64_t address)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (at[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && at[low].start <= address ? &at[low] : NULL;
}

const struct mapping *maps_find(const struct maps *m, uint64_t address)
{
	const struct mapping *first = find(m->noted[0].at, m->noted[0].count, address);
	const struct mapping *last = find(m->noted[1].at, m->noted[1].count, address);

	if (!first || !last)
		return first ? first : last;
	/* It became another program, or moved its libraries, while it was sampled. */
	if (first->file != last->file || first->start - first->offset != last->start - last->offset)
		return NULL;
	return last;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a process has machine code, and the very files that it comes from, by /proc/PID/map_files: a path
 * in its maps is one of its own mount namespace, and names another file there, or none, as soon as the
 * file is replaced.
 *
 *   maps_begin()  of this process, and not of a later one with its number
 *   maps_note()   what it has mapped now: at first, and once more later
 *   maps_open()   the files, for reading: after the last note
 *   maps_find()   what an address was mapped from
 *
 * All that is taken is bounded, and only regular files are opened, which show the bytes that the process
 * has. Whoever looks may still be made to wait by the process's memory or a file system of its own, so
 * this runs in a child (collectors/kit/namer.h).
 */
#ifndef COLLECTORS_KIT_MAPS_H
#define COLLECTORS_KIT_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAPS_OBJECT_MAX 96
#define MAPS_FILES_MAX	256
#define MAPS_HEAD	4096

/* What holds the vDSO is no file; the kernel's pages for zcprof are compared with the process's. */
struct mapped_file {
	char *place; /* as maps say it: device, inode and path */
	char object[MAPS_OBJECT_MAX];
	int fd; /* from maps_open() on for reading; -1: it cannot be read, or is another */
	bool by_path;
	uint64_t device;
	uint64_t inode;
	size_t head_size; /* the first bytes as the process has them; 0: it has no such pages, or may write them */
	unsigned char head[MAPS_HEAD];
};

struct mapping {
	uint64_t start;
	uint64_t end;
	uint64_t offset; /* of start in the file */
	int file;	 /* -1: of none */
};

struct maps {
	pid_t pid;
	int process; /* its folder of /proc */
	struct mapped_file *files[MAPS_FILES_MAX];
	size_t file_count;
	struct {
		struct mapping *at;
		size_t count;
	} noted[2]; /* at first and last, by address */
};

/* 0 or a negative errno. */
int maps_begin(struct maps *m, pid_t pid);
/* How many mappings there are; a process that has ended has none, and then what was noted stays. */
size_t maps_note(struct maps *m);
void maps_open(struct maps *m);
/*
 * NULL: nothing was mapped there, or not the same at both times. What is -1 in `file` has no file, and the
 * file may have no descriptor.
 */
const struct mapping *maps_find(const struct maps *m, uint64_t address);

#endif

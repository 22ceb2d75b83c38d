// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/service/keeping.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/outfile.h"
#include "base/say.h"

/* 20250310T140509Z: as text it sorts by time. */
#define TIME_FORMAT "%Y%m%dT%H%M%SZ"
#define TIME_LEN    16

struct kept {
	char *path; /* RULE/FILE */
	uint64_t bytes;
	struct timespec at;
};

struct all {
	struct kept *files;
	size_t count, room;
	uint64_t bytes;
};

int keeping_open(const char *folder)
{
	struct outfile_why why = {""};
	int fd = -1;

	if (!outfile_directory(folder, &why))
		fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		say_error("cannot make %s, where records go: %s", folder,
			  *why.text ? why.text : strerror(errno));
		return -1;
	}
	/* Where a file system knows no locks, nobody is kept out. */
	if (!flock(fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK)
		return fd;
	close(fd);
	say_error("another zcprof keeps records in %s: stop it, or give another folder with -o",
		  folder);
	return -1;
}

char *keeping_path(const char *folder, const char *rule, const char *who, char *why, size_t why_size)
{
	time_t now = time(NULL);
	struct outfile_why refused = {"no memory left"};
	struct tm utc;
	char at[TIME_LEN + 1];
	char *path = NULL;

	gmtime_r(&now, &utc);
	strftime(at, sizeof(at), TIME_FORMAT, &utc);
	if (asprintf(&path, "%s/%s", folder, rule) < 0 || outfile_directory(path, &refused)) {
		snprintf(why, why_size, "cannot make %.100s/%s: %.100s", folder, rule, refused.text);
		free(path);
		return NULL;
	}
	free(path);
	/* Two in a second: as where zcprof is started anew. */
	for (int n = 1; n < 100; n++) {
		if (asprintf(&path, n > 1 ? "%s/%s/%s-%s-%d.csv" : "%s/%s/%s-%s.csv", folder, rule,
			     at, who, n) < 0)
			break;
		if (access(path, F_OK))
			return path;
		free(path);
	}
	snprintf(why, why_size, "there is no name left for a record of this second");
	return NULL;
}

/* Only what keeping_path() names, whatever ends it. */
static bool is_ours(const char *name)
{
	static const char pattern[] = "00000000T000000Z-";

	for (size_t i = 0; pattern[i]; i++)
		if (pattern[i] == '0' ? !isdigit((unsigned char)name[i]) : name[i] != pattern[i])
			return false;
	return strstr(name, ".csv") || strstr(name, ".folded");
}

static void add(struct all *all, const char *rule, const char *file, const struct stat *info)
{
	struct kept *k;

	if (all->count == all->room) {
		size_t room = all->room ? 2 * all->room : 256;
		struct kept *grown = reallocarray(all->files, room, sizeof(*grown));

		if (!grown)
			return;
		all->files = grown;
		all->room = room;
	}
	k = &all->files[all->count];
	/* What it takes of the disk, and not what it says. */
	*k = (struct kept){.bytes = (uint64_t)info->st_blocks * 512, .at = info->st_mtim};
	if (asprintf(&k->path, "%s/%s", rule, file) < 0)
		return;
	all->count++;
	all->bytes += k->bytes;
}

static void look_into(struct all *all, int folder, const char *rule)
{
	int fd = openat(folder, rule, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *files = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	struct stat info;

	if (!files) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(files)))
		if (is_ours(entry->d_name) &&
		    !fstatat(dirfd(files), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(info.st_mode))
			add(all, rule, entry->d_name, &info);
	closedir(files);
}

static int oldest_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->at.tv_sec != y->at.tv_sec)
		return x->at.tv_sec < y->at.tv_sec ? -1 : 1;
	return (x->at.tv_nsec > y->at.tv_nsec) - (x->at.tv_nsec < y->at.tv_nsec);
}

uint64_t keeping_trim(int folder, uint64_t most)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *rules = fd >= 0 ? fdopendir(fd) : NULL;
	struct all all = {.bytes = 0};
	struct dirent *entry;

	if (!rules) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while ((entry = readdir(rules)))
		if (*entry->d_name != '.')
			look_into(&all, folder, entry->d_name);
	closedir(rules);
	if (all.count)
		qsort(all.files, all.count, sizeof(*all.files), oldest_first);
	for (size_t i = 0; i < all.count; i++) {
		if (all.bytes > most && !unlinkat(folder, all.files[i].path, 0))
			all.bytes -= all.files[i].bytes;
		free(all.files[i].path);
	}
	free(all.files);
	return all.bytes;
}

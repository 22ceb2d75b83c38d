// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "nic/journal.h"
#include "tests/unit/journals.h"

char base[64];
char dir[96];
char first[96];
char second[96];

void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void holds(const char *path, const char *text)
{
	char found[256];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, found, sizeof(found) - 1);
	close(fd);
	assert_true(n >= 0);
	found[n] = '\0';
	assert_string_equal(found, text);
}

int journals(void)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int count = 0;

	while (d && (entry = readdir(d)))
		count += entry->d_name[0] != '.';
	if (d)
		closedir(d);
	return count;
}

int put_back(void)
{
	struct recovery r = journal_recover(dir);

	assert_int_equal(r.failed, 0);
	assert_int_equal(r.waiting, 0);
	return r.put_back;
}

int journals_prepare(void **state)
{
	(void)state;
	strcpy(base, "/tmp/zcprof-test-journal-XXXXXX");
	if (!mkdtemp(base))
		return -1;
	snprintf(dir, sizeof(dir), "%s/run", base);
	snprintf(first, sizeof(first), "%s/first", base);
	snprintf(second, sizeof(second), "%s/second", base);
	put(first, "4096\t87380\t6291456\n");
	put(second, "\n");
	return 0;
}

int journals_clean(void **state)
{
	(void)state;
	unlink(first);
	unlink(second);
	rmdir(dir);
	return rmdir(base);
}

void left(const char *name, const char *format, ...)
{
	char path[160], text[1024];
	va_list args;

	mkdir(dir, 0755);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put(path, text);
}

void taken_away(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(unlink(path), 0);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: nic/journal.c nic/netns.c nic/undo.c nic/split.c nic/rings.c nic/steer.c nic/ethtool.c
 * nic/genl.c nic/netlink.c nic/netdev.c nic/lease.c
 */
/* libs: libmnl */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "nic/journal.h"
#include "nic/netns.h"

static char base[64];
static char dir[96];
static char first[96];
static char second[96];

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void holds(const char *path, const char *text)
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

static int journals(void)
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

static int prepare(void **state)
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

static int clean(void **state)
{
	(void)state;
	unlink(first);
	unlink(second);
	rmdir(dir);
	return rmdir(base);
}

static void test_put_back(void **state)
{
	struct journal *j = journal_open(dir);

	(void)state;
	assert_int_equal(journals(), 0);
	assert_int_equal(journal_set(j, first, "1 2 3"), 0);
	assert_int_equal(journal_set(j, second, "0f"), 0);
	assert_int_equal(journal_set(j, first, "7"), 0);
	holds(first, "7");
	holds(second, "0f");
	assert_int_equal(journals(), 1);
	assert_int_equal(journal_close(j), 0);
	holds(first, "4096\t87380\t6291456");
	holds(second, "\n");
	assert_int_equal(journals(), 0);
}

static void test_nothing_to_change(void **state)
{
	struct journal *j = journal_open(dir);
	char missing[128];

	(void)state;
	snprintf(missing, sizeof(missing), "%s/missing", base);
	assert_int_equal(journal_set(j, missing, "1"), -ENOENT);
	assert_int_equal(journal_close(j), 0);
	assert_int_equal(journals(), 0);
	assert_int_equal(journal_close(NULL), 0);
}

/* A process that is killed leaves its journal, and another puts back what it names. */
static pid_t just_killed_with_changes(void)
{
	int ready[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		struct journal *j = journal_open(dir);

		/* Where the test fails before it kills this one. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);

		if (journal_set(j, first, "changed") || journal_set(j, second, "changed"))
			_exit(1);
		if (write(ready[1], "x", 1) < 0)
			_exit(1);
		pause();
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	/* It lives: nobody else may undo what it did. */
	assert_int_equal(journal_recover(dir), 0);
	holds(first, "changed");
	kill(pid, SIGKILL);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void killed_with_changes(void)
{
	waitpid(just_killed_with_changes(), NULL, 0);
}

static void test_recover(void **state)
{
	(void)state;
	killed_with_changes();
	assert_int_equal(journal_recover(dir), 2);
	holds(first, "4096\t87380\t6291456");
	holds(second, "\n");
	assert_int_equal(journals(), 0);
	assert_int_equal(journal_recover(dir), 0);
}

/* Dying, and then dead with nobody who asked how it ended. */
static void test_recover_at_once(void **state)
{
	pid_t pid = just_killed_with_changes();

	(void)state;
	assert_int_equal(journal_recover(dir), 2);
	holds(first, "4096\t87380\t6291456");
	waitpid(pid, NULL, 0);
	assert_int_equal(journals(), 0);
}

static void test_gone_files_are_no_failure(void **state)
{
	(void)state;
	killed_with_changes();
	unlink(first);
	assert_int_equal(journal_recover(dir), 1);
	holds(second, "\n");
	put(first, "");
}

/* What was cut off was never acted upon; what is no journal is left alone. */
static void test_odd_files(void **state)
{
	char cut[160], other[160], text[512];

	(void)state;
	mkdir(dir, 0755);
	snprintf(cut, sizeof(cut), "%s/999999.1", dir);
	snprintf(other, sizeof(other), "%s/other", dir);
	snprintf(text, sizeof(text),
		 "zcprof-journal 1 999999 1\nfile %llu %s back\nfile %llu %s cut",
		 (unsigned long long)netns_inode(-1), first, (unsigned long long)netns_inode(-1),
		 second);
	put(cut, text);
	put(other, "something else\n");
	assert_int_equal(journal_recover(dir), 1);
	holds(first, "back");
	holds(second, "\n");
	assert_int_equal(journals(), 1);
	unlink(other);
}

/* A namespace that is gone took its settings with it: this one's are not touched for it. */
static void test_other_namespace(void **state)
{
	char path[160], text[512];

	(void)state;
	mkdir(dir, 0755);
	snprintf(path, sizeof(path), "%s/999999.1", dir);
	snprintf(text, sizeof(text), "zcprof-journal 1 999999 1\nfile 1 %s wrong\n", first);
	put(path, text);
	assert_int_equal(journal_recover(dir), 0);
	holds(first, "4096\t87380\t6291456\n");
	assert_int_equal(journals(), 0);
}

static void test_several(void **state)
{
	struct journal *a = journal_open(dir);
	struct journal *b = journal_open(dir);

	(void)state;
	assert_int_equal(journal_set(a, first, "a"), 0);
	assert_int_equal(journal_set(b, second, "b"), 0);
	assert_int_equal(journals(), 2);
	assert_int_equal(journal_close(a), 0);
	holds(first, "4096\t87380\t6291456");
	holds(second, "b");
	assert_int_equal(journal_close(b), 0);
	holds(second, "\n");
	assert_int_equal(journals(), 0);
}

/* What belongs to a device that is gone is gone with it; what is no kind of ours is refused. */
static void test_devices(void **state)
{
	static const char *const kinds[][2] = {
		{"split", "disabled, from 0 bytes on"},
		{"ntuple", "off"},
		{"rss", "0 1 2 3"},
		{"rule", "tcp4 10.0.0.2 1000 10.0.0.1 5211 3"},
	};
	struct journal *j = journal_open(dir);

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		assert_int_equal(journal_note(j, kinds[i][0], "nosuchdevice0", kinds[i][1]), 0);
	assert_int_equal(journal_note(j, "colour", "nosuchdevice0", "red"), -EINVAL);
	assert_int_equal(journal_note(j, "rss", "no such device", "0"), -EINVAL);
	assert_int_equal(journal_note(j, "rss", "nosuchdevice0", "0\n1"), -EINVAL);
	assert_int_equal(journals(), 1);
	assert_int_equal(journal_close(j), 0);
	assert_int_equal(journals(), 0);
}

static void test_cannot_write_journal(void **state)
{
	struct journal *j;

	(void)state;
	put(dir, "a file, and no directory");
	j = journal_open(dir);
	assert_int_not_equal(journal_set(j, first, "1"), 0);
	holds(first, "4096\t87380\t6291456\n");
	assert_int_equal(journal_close(j), 0);
	unlink(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_put_back, prepare, clean),
		cmocka_unit_test_setup_teardown(test_nothing_to_change, prepare, clean),
		cmocka_unit_test_setup_teardown(test_recover, prepare, clean),
		cmocka_unit_test_setup_teardown(test_recover_at_once, prepare, clean),
		cmocka_unit_test_setup_teardown(test_gone_files_are_no_failure, prepare, clean),
		cmocka_unit_test_setup_teardown(test_odd_files, prepare, clean),
		cmocka_unit_test_setup_teardown(test_other_namespace, prepare, clean),
		cmocka_unit_test_setup_teardown(test_several, prepare, clean),
		cmocka_unit_test_setup_teardown(test_devices, prepare, clean),
		cmocka_unit_test_setup_teardown(test_cannot_write_journal, prepare, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: nic/journal.c nic/journal_disk.c nic/journal_back.c nic/claim.c nic/recover.c nic/process.c nic/netns.c nic/netns_find.c nic/undo.c nic/interrupt.c nic/serving.c nic/split.c nic/rings.c nic/steer.c nic/rss.c nic/ethtool.c
 * nic/genl.c nic/netlink.c nic/netdev.c nic/lease.c nic/settings nic/ethtool_message.c nic/device.c nic/big_tcp.c
 */
/* libs: libmnl */
/* link: -Wl,--wrap=child_wait_for -Wl,--wrap=netns_join -Wl,--wrap=journal_write_value */
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
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "nic/journal_file.h"
#include "nic/netns.h"
#include "nic/netns_find.h"

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

/* How many; what else there was is an error of the test. */
static int put_back(void)
{
	struct recovery r = journal_recover(dir);

	assert_int_equal(r.failed, 0);
	assert_int_equal(r.waiting, 0);
	return r.put_back;
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

/* The child that puts something back gets no answer from the kernel, as of a driver that hangs. */
static bool stuck;

int __real_netns_join(int netns);
int __wrap_netns_join(int netns);

int __wrap_netns_join(int netns)
{
	while (stuck)
		pause();
	return __real_netns_join(netns);
}

static bool stuck_file;

int __real_journal_write_value(const char *path, const char *value);
int __wrap_journal_write_value(const char *path, const char *value);

int __wrap_journal_write_value(const char *path, const char *value)
{
	while (stuck_file && !strcmp(path, first))
		pause();
	return __real_journal_write_value(path, value);
}

int __real_child_wait_for(pid_t pid, int *status, int patience_ms);
int __wrap_child_wait_for(pid_t pid, int *status, int patience_ms);

int __wrap_child_wait_for(pid_t pid, int *status, int patience_ms)
{
	return __real_child_wait_for(pid, status, stuck || stuck_file ? 50 : patience_ms);
}

/* It is noted still, and the rest is put back. */
static void test_no_answer(void **state)
{
	struct journal *j = journal_open(dir);

	(void)state;
	assert_int_equal(journal_set(j, second, "0f"), 0);
	assert_int_equal(journal_note(j, "ntuple", "nosuchdevice0", "off"), 0);
	stuck = true;
	alarm(60);
	assert_int_not_equal(journal_close(j), 0);
	stuck = false;
	alarm(0);
	holds(second, "\n");
	assert_int_equal(journals(), 1);
	put_back(); /* of a device that is gone nothing is left to do */
	assert_int_equal(journals(), 0);
}

/* A write to /proc or /sys that does not come back holds nobody. */
static void test_no_answer_of_a_file(void **state)
{
	struct journal *j = journal_open(dir);

	(void)state;
	assert_int_equal(journal_set(j, second, "0f"), 0);
	assert_int_equal(journal_set(j, first, "1 2 3"), 0);
	stuck_file = true;
	alarm(60);
	assert_int_not_equal(journal_close(j), 0);
	stuck_file = false;
	alarm(0);
	holds(first, "1 2 3");
	holds(second, "\n");
	assert_int_equal(journals(), 1);
	assert_int_equal(put_back(), 1);
	holds(first, "4096\t87380\t6291456");
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
	assert_int_equal(put_back(), 0);
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
	assert_int_equal(put_back(), 2);
	holds(first, "4096\t87380\t6291456");
	holds(second, "\n");
	assert_int_equal(journals(), 0);
	assert_int_equal(put_back(), 0);
}

/* Dying, and then dead with nobody who asked how it ended. */
static void test_recover_at_once(void **state)
{
	pid_t pid = just_killed_with_changes();

	(void)state;
	assert_int_equal(put_back(), 2);
	holds(first, "4096\t87380\t6291456");
	waitpid(pid, NULL, 0);
	assert_int_equal(journals(), 0);
}

static void test_gone_files_are_no_failure(void **state)
{
	(void)state;
	killed_with_changes();
	unlink(first);
	assert_int_equal(put_back(), 1);
	holds(second, "\n");
	put(first, "");
}

static void left(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A journal as a process of this number left it. */
static void left(const char *name, const char *format, ...)
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

static void taken_away(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(unlink(path), 0);
}

/* What was cut off was never acted upon; what is done is not done again. */
static void test_odd_files(void **state)
{
	(void)state;
	left("999999.1", "zcprof-journal 2 999999 1\nfile - %s back\nfile - %s cut", first, second);
	assert_int_equal(put_back(), 1);
	holds(first, "back");
	holds(second, "\n");
	assert_int_equal(journals(), 0);
	left("999999.1", "zcprof-journal 2 999999 1\nfile - %s 1\nfile - %s 2\ndone 0\n", first,
	     second);
	assert_int_equal(put_back(), 1);
	holds(first, "back");
	holds(second, "2");
	assert_int_equal(journals(), 0);
	left("999999.1", "%s", "");
	assert_int_equal(put_back(), 0);
	assert_int_equal(journals(), 0);
}

/* A part of a line, where no room was left, is taken back: the next is understood. */
static void test_no_room(void **state)
{
	struct rlimit limit, all;
	pid_t pid = fork();
	struct stat st;
	int status;

	(void)state;
	if (!pid) {
		struct journal *j = journal_open(dir);

		signal(SIGXFSZ, SIG_IGN);
		if (getrlimit(RLIMIT_FSIZE, &all) || journal_set(j, first, "changed") ||
		    fstat(j->fd, &st))
			_exit(1);
		limit = (struct rlimit){(rlim_t)st.st_size + 9, all.rlim_max};
		if (setrlimit(RLIMIT_FSIZE, &limit) || journal_set(j, second, "changed") != -EFBIG ||
		    setrlimit(RLIMIT_FSIZE, &all) || journal_set(j, second, "changed"))
			_exit(2);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(put_back(), 2);
	holds(first, "4096\t87380\t6291456");
	holds(second, "\n");
	assert_int_equal(journals(), 0);
}

/* Another boot's names settings that ended with it; of devices, and namespaces, that may be others now. */
static void test_another_boot(void **state)
{
	static const char other[] = "01234567-89ab-cdef-0123-456789abcdef";
	char boot[64] = "";
	FILE *in = fopen("/proc/sys/kernel/random/boot_id", "re");

	(void)state;
	assert_true(in && fscanf(in, "%63s", boot) == 1);
	fclose(in);
	left("999999.1", "zcprof-journal 3 999999 1 %s\nfile - %s wrong\n", other, first);
	left("999998.1", "zcprof-journal 3 999998 1 %s\nfile - %s wrong\nkept\n", other, first);
	assert_int_equal(put_back(), 0);
	holds(first, "4096\t87380\t6291456\n");
	assert_int_equal(journals(), 0);
	left("999999.1", "zcprof-journal 3 999999 1 %s\nfile - %s this\n", boot, first);
	assert_int_equal(put_back(), 1);
	holds(first, "this");
	assert_int_equal(journals(), 0);
}

/* What was kept waits until it is asked for; and what came later is put back first. */
static void test_kept(void **state)
{
	struct journal *j = journal_open(dir), *later = journal_open(dir);
	struct recovery r;

	(void)state;
	put(first, "one");
	assert_int_equal(journal_set(j, first, "two"), 0);
	assert_int_equal(journal_keep(j), 0);
	holds(first, "two");
	assert_int_equal(put_back(), 0);
	holds(first, "two");
	/* Upon it, by one that lives: not to be pulled from under it. */
	assert_int_equal(journal_set(later, first, "three"), 0);
	r = journal_restore(dir);
	assert_int_equal(r.put_back, 0);
	assert_int_equal(r.waiting, 1);
	holds(first, "three");
	assert_int_equal(journal_close(later), 0);
	holds(first, "two");
	/* Upon it, by one that died; names in the order in which they are to go. */
	left("999999.99999999999.1", "zcprof-journal 2 999999 1\nfile - %s two\n", first);
	put(first, "four");
	r = journal_restore(dir);
	assert_int_equal(r.put_back, 2);
	holds(first, "one");
	assert_int_equal(journals(), 0);
	/* Nothing set is nothing to keep. */
	assert_int_equal(journal_keep(journal_open(dir)), 0);
	assert_int_equal(journals(), 0);
}

/* What one that lives has set, no other sets to something else, nor puts back. */
static void test_taken(void **state)
{
	struct journal *one = journal_open(dir), *other = journal_open(dir);

	(void)state;
	put(first, "old");
	assert_int_equal(journal_set(one, first, "new"), 0);
	assert_int_equal(journal_set(other, first, "newer"), -JOURNAL_TAKEN);
	assert_int_equal(journal_set(other, first, "new"), 0);
	assert_int_equal(journal_note(one, "mtu", "nosuch0", "1500"), 0);
	assert_int_equal(journal_note(other, "mtu", "nosuch0", "1500"), -JOURNAL_TAKEN);
	assert_int_equal(journal_note(one, "features", "nosuch0", "rx-gro=on"), 0);
	assert_int_equal(journal_note(other, "features", "nosuch0", "rx-gro=on"), -JOURNAL_TAKEN);
	assert_int_equal(journal_note(other, "features", "nosuch1", "rx-gro=on"), 0);
	assert_int_equal(journal_note(other, "features", "nosuch1", "rx-lro=on"), 0);
	journal_forget(other);
	assert_int_equal(journal_close(one), 0);
	holds(first, "old");
	put_back();
}

/* What cannot be read is said and kept: it may be another version's. */
static void test_not_a_journal(void **state)
{
	struct recovery r;

	(void)state;
	left("other", "zcprof-journal 9 1 1\nfile - %s wrong\n", first);
	r = journal_recover(dir);
	assert_int_equal(r.failed, 1);
	assert_int_equal(r.put_back, 0);
	holds(first, "4096\t87380\t6291456\n");
	assert_int_equal(journals(), 1);
	taken_away("other");
}

/* What a newer version changed, in the midst of what is known: said, kept, and counted for "done". */
static void test_newer_kinds(void **state)
{
	struct recovery r;

	(void)state;
	put(second, "as it was");
	left("999999.1",
	     "zcprof-journal 2 999999 1\nlaser - eth0 red\nfile - %s back\nfile - %s wrong\nodd\ndone 2\n",
	     first, second);
	r = journal_recover(dir);
	assert_int_equal(r.put_back, 1);
	assert_int_equal(r.failed, 2);
	holds(first, "back");
	holds(second, "as it was");
	assert_int_equal(journals(), 1);
	/* Nothing is put back again over what was set since. */
	put(first, "since");
	r = journal_restore(dir);
	assert_int_equal(r.put_back, 0);
	assert_int_equal(r.failed, 2);
	holds(first, "since");
	taken_away("999999.1");
}

/* Names that lead elsewhere, what others may write to, what is no file. */
static void test_hostile_files(void **state)
{
	char path[160], target[160];
	struct recovery r;

	(void)state;
	left("real", "zcprof-journal 2 999999 1\nfile - %s wrong\n", first);
	snprintf(target, sizeof(target), "%s/real", dir);
	snprintf(path, sizeof(path), "%s/target", base);
	assert_int_equal(rename(target, path), 0);
	snprintf(target, sizeof(target), "%s/link", dir);
	assert_int_equal(symlink(path, target), 0);
	left("writable", "zcprof-journal 2 999999 1\nfile - %s wrong\n", first);
	snprintf(target, sizeof(target), "%s/writable", dir);
	chmod(target, 0666);
	snprintf(target, sizeof(target), "%s/fifo", dir);
	assert_int_equal(mkfifo(target, 0600), 0);
	r = journal_recover(dir);
	assert_int_equal(r.failed, 3);
	assert_int_equal(r.put_back, 0);
	holds(first, "4096\t87380\t6291456\n");
	taken_away("writable");
	taken_away("link");
	taken_away("fifo");
	unlink(path);
	/* Anybody's directory. */
	left("1", "zcprof-journal 2 999999 1\nfile - %s wrong\n", first);
	chmod(dir, 0777);
	assert_int_equal(journal_recover(dir).failed, 1);
	holds(first, "4096\t87380\t6291456\n");
	chmod(dir, 0755);
	taken_away("1");
}

/* A namespace that is gone took its settings with it; one that cannot be told keeps its journal. */
static void test_gone_namespace(void **state)
{
	struct recovery r;
	struct netns_id id = {1, 999999999};
	char why[300];
	bool gone = netns_find(id, why, sizeof(why)) == -ENOENT;

	(void)state;
	left("999999.1", "zcprof-journal 2 999999 1\nrss 1:999999999 lo 0 1\n");
	r = journal_recover(dir);
	assert_int_equal(r.put_back, 0);
	assert_int_equal(r.failed, 0);
	assert_int_equal(r.waiting, gone ? 0 : 1);
	assert_int_equal(journals(), gone ? 0 : 1);
	if (!gone) {
		assert_non_null(strstr(why, "outside of containers"));
		taken_away("999999.1");
	}
}

/* Its inode is that of this test, its cookie is not. */
static void test_namespace_whose_inode_is_used_again(void **state)
{
	struct netns_id own = netns_identify(-1);

	(void)state;
	if (!own.cookie)
		skip(); /* a kernel before 5.14 */
	left("999999.1", "zcprof-journal 2 999999 1\nrss %llu:%llu nosuchdevice0 0 1\n",
	     (unsigned long long)own.inode, (unsigned long long)own.cookie + 1);
	assert_int_equal(put_back(), 0);
	assert_int_equal(journals(), 0);
}

/* Of nobody: only a descriptor, or a socket, keeps it. */
static void test_find_namespace(void **state)
{
	struct netns_id id;
	int netns, found, previous, sock;
	char why[300];

	(void)state;
	netns = netns_create();
	if (netns < 0)
		skip(); /* not root */
	id = netns_identify(netns);
	assert_int_not_equal(id.inode, netns_inode(-1));
	found = netns_find(id, why, sizeof(why));
	assert_true(found >= 0);
	assert_true(netns_same(id, netns_identify(found)));
	close(found);
	previous = netns_enter(netns);
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	netns_leave(previous);
	close(netns);
	found = netns_find(id, why, sizeof(why));
	if (found < 0) /* pidfd_getfd() is not allowed here */
		assert_int_equal(found, -EAGAIN);
	else
		close(found);
	close(sock);
	/* The kernel takes namespaces down behind their last user's back. */
	for (int i = 0; i < 100 && found != -ENOENT && found != -EAGAIN; i++) {
		found = netns_find(id, why, sizeof(why));
		if (found >= 0)
			close(found);
		usleep(20000);
	}
	assert_true(found == -ENOENT || found == -EAGAIN);
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
		cmocka_unit_test_setup_teardown(test_no_answer, prepare, clean),
		cmocka_unit_test_setup_teardown(test_no_answer_of_a_file, prepare, clean),
		cmocka_unit_test_setup_teardown(test_nothing_to_change, prepare, clean),
		cmocka_unit_test_setup_teardown(test_recover, prepare, clean),
		cmocka_unit_test_setup_teardown(test_recover_at_once, prepare, clean),
		cmocka_unit_test_setup_teardown(test_gone_files_are_no_failure, prepare, clean),
		cmocka_unit_test_setup_teardown(test_odd_files, prepare, clean),
		cmocka_unit_test_setup_teardown(test_not_a_journal, prepare, clean),
		cmocka_unit_test_setup_teardown(test_newer_kinds, prepare, clean),
		cmocka_unit_test_setup_teardown(test_hostile_files, prepare, clean),
		cmocka_unit_test_setup_teardown(test_gone_namespace, prepare, clean),
		cmocka_unit_test_setup_teardown(test_namespace_whose_inode_is_used_again, prepare,
						clean),
		cmocka_unit_test_setup_teardown(test_no_room, prepare, clean),
		cmocka_unit_test_setup_teardown(test_another_boot, prepare, clean),
		cmocka_unit_test_setup_teardown(test_kept, prepare, clean),
		cmocka_unit_test_setup_teardown(test_taken, prepare, clean),
		cmocka_unit_test(test_find_namespace),
		cmocka_unit_test_setup_teardown(test_several, prepare, clean),
		cmocka_unit_test_setup_teardown(test_devices, prepare, clean),
		cmocka_unit_test_setup_teardown(test_cannot_write_journal, prepare, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: nic/journal.c nic/journal_disk.c nic/journal_back.c nic/claim.c nic/recover.c nic/process.c nic/netns.c nic/netns_find.c nic/undo.c nic/interrupt.c nic/serving.c nic/split.c nic/rings.c nic/steer.c nic/rss.c nic/ethtool.c
 * nic/genl.c nic/netlink.c nic/netdev.c nic/lease.c nic/settings nic/ethtool_message.c nic/device.c nic/big_tcp.c tests/unit/journals.c
 */
/* libs: libmnl */
/* What processes left that died without putting it back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "nic/journal_file.h"
#include "nic/netns.h"
#include "nic/netns_find.h"
#include "tests/unit/journals.h"

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
	for (int i = 0; i < 1000 && found != -ENOENT && found != -EAGAIN; i++) {
		found = netns_find(id, why, sizeof(why));
		if (found >= 0)
			close(found);
		usleep(20000);
	}
	assert_true(found == -ENOENT || found == -EAGAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_recover, journals_prepare, journals_clean),
		cmocka_unit_test_setup_teardown(test_recover_at_once, journals_prepare,
						journals_clean),
		cmocka_unit_test_setup_teardown(test_gone_files_are_no_failure, journals_prepare,
						journals_clean),
		cmocka_unit_test_setup_teardown(test_odd_files, journals_prepare, journals_clean),
		cmocka_unit_test_setup_teardown(test_not_a_journal, journals_prepare,
						journals_clean),
		cmocka_unit_test_setup_teardown(test_newer_kinds, journals_prepare, journals_clean),
		cmocka_unit_test_setup_teardown(test_hostile_files, journals_prepare,
						journals_clean),
		cmocka_unit_test_setup_teardown(test_gone_namespace, journals_prepare,
						journals_clean),
		cmocka_unit_test_setup_teardown(test_namespace_whose_inode_is_used_again,
						journals_prepare, journals_clean),
		cmocka_unit_test_setup_teardown(test_another_boot, journals_prepare, journals_clean),
		cmocka_unit_test(test_find_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

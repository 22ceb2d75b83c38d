// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: nic/journal.c nic/journal_disk.c nic/journal_back.c nic/claim.c nic/recover.c nic/process.c nic/netns.c nic/netns_find.c nic/undo.c nic/interrupt.c nic/serving.c nic/split.c nic/rings.c nic/steer.c nic/rss.c nic/ethtool.c
 * nic/genl.c nic/netlink.c nic/netdev.c nic/lease.c nic/settings nic/ethtool_message.c nic/device.c nic/big_tcp.c tests/unit/journals.c
 */
/* libs: libmnl */
/* link: -Wl,--wrap=child_wait_for -Wl,--wrap=netns_join -Wl,--wrap=journal_write_value */
/* What a process that lives notes, and puts back at its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "nic/journal_file.h"
#include "nic/netns.h"
#include "tests/unit/journals.h"

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

/* The child that puts something back gets no answer from the kernel, as of a driver that hangs. It says so: no other is cut short. */
static bool stuck;
static pid_t *hangs; /* shared with the children */

static void hang(void)
{
	*hangs = getpid();
	for (;;)
		pause();
}

int __real_netns_join(int netns);
int __wrap_netns_join(int netns);

int __wrap_netns_join(int netns)
{
	if (stuck)
		hang();
	return __real_netns_join(netns);
}

static bool stuck_file;

int __real_journal_write_value(const char *path, const char *value);
int __wrap_journal_write_value(const char *path, const char *value);

int __wrap_journal_write_value(const char *path, const char *value)
{
	if (stuck_file && !strcmp(path, first))
		hang();
	return __real_journal_write_value(path, value);
}

int __real_child_wait_for(pid_t pid, int *status, int patience_ms);
int __wrap_child_wait_for(pid_t pid, int *status, int patience_ms);

int __wrap_child_wait_for(pid_t pid, int *status, int patience_ms)
{
	siginfo_t ended = {0};

	while (*hangs != pid && !ended.si_pid) {
		assert_int_equal(waitid(P_PID, pid, &ended, WEXITED | WNOHANG | WNOWAIT), 0);
		poll(NULL, 0, 1);
	}
	return __real_child_wait_for(pid, status, *hangs == pid ? 0 : patience_ms);
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

/* Nor does one that sets it: it is noted, for it may come yet, and others can set theirs meanwhile. */
static void test_no_answer_to_a_change(void **state)
{
	struct journal *j = journal_open(dir), *other = journal_open(dir);

	(void)state;
	stuck_file = true;
	alarm(60);
	assert_int_equal(journal_set(j, first, "1 2 3"), -ETIMEDOUT);
	assert_int_equal(journal_set(other, second, "0f"), 0);
	stuck_file = false;
	alarm(0);
	holds(first, "4096\t87380\t6291456\n");
	holds(second, "0f");
	assert_int_equal(journals(), 2);
	/* As if the kernel had done it then. */
	assert_int_equal(__real_journal_write_value(first, "1 2 3"), 0);
	assert_int_equal(journal_close(other), 0);
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
		cmocka_unit_test_setup_teardown(test_put_back, journals_prepare, journals_clean),
		cmocka_unit_test_setup_teardown(test_no_answer, journals_prepare, journals_clean),
		cmocka_unit_test_setup_teardown(test_no_answer_of_a_file, journals_prepare,
						journals_clean),
		cmocka_unit_test_setup_teardown(test_no_answer_to_a_change, journals_prepare,
						journals_clean),
		cmocka_unit_test_setup_teardown(test_nothing_to_change, journals_prepare,
						journals_clean),
		cmocka_unit_test_setup_teardown(test_no_room, journals_prepare, journals_clean),
		cmocka_unit_test_setup_teardown(test_kept, journals_prepare, journals_clean),
		cmocka_unit_test_setup_teardown(test_taken, journals_prepare, journals_clean),
		cmocka_unit_test_setup_teardown(test_several, journals_prepare, journals_clean),
		cmocka_unit_test_setup_teardown(test_devices, journals_prepare, journals_clean),
		cmocka_unit_test_setup_teardown(test_cannot_write_journal, journals_prepare,
						journals_clean),
	};

	hangs = mmap(NULL, sizeof(*hangs), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	return hangs == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

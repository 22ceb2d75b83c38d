// SPDX-License-Identifier: GPL-2.0-or-later
/* link: -Wl,--wrap=fsync */
/* What becomes of a record's file, and what is said. What is in it: test_rows.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/histogram.h"
#include "record/reader.h"
#include "record/writer.h"

/* A folder of its own for each test, and what was said to standard error in it. */
struct room {
	char dir[64];
	char path[96]; /* of the record */
	char part[96];
	char heard[96];
	int stderr_before;
};

static int enter(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	int fd;

	strcpy(room->dir, "/tmp/zcprof-test-writer-XXXXXX");
	if (!mkdtemp(room->dir))
		return -1;
	snprintf(room->path, sizeof(room->path), "%s/run.csv", room->dir);
	snprintf(room->part, sizeof(room->part), "%s/run.csv.part", room->dir);
	snprintf(room->heard, sizeof(room->heard), "%s.stderr", room->dir);
	room->stderr_before = dup(STDERR_FILENO);
	fd = open(room->heard, O_RDWR | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDERR_FILENO);
	close(fd);
	*state = room;
	return 0;
}

static int leave(void **state)
{
	struct room *room = *state;

	dup2(room->stderr_before, STDERR_FILENO);
	close(room->stderr_before);
	unlink(room->path);
	unlink(room->part);
	unlink(room->heard);
	rmdir(room->dir);
	free(room);
	return 0;
}

static void assert_heard(const struct room *room, const char *expected)
{
	char text[1024] = "";
	FILE *file = fopen(room->heard, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

static int fsync_error;
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	if (!fsync_error)
		return __real_fsync(fd);
	errno = fsync_error;
	return -1;
}

static void a_finished_record_has_its_name(void **state)
{
	struct room *room = *state;
	struct writer *w = writer_create(room->path);

	writer_u64(w, WINDOW, END_RX, METRIC_path_bytes, NULL, 1);
	assert_true(exists(room->part));
	assert_false(exists(room->path));
	assert_int_equal(writer_finish(w), 0);
	assert_true(exists(room->path));
	assert_false(exists(room->part));
	assert_heard(room, "");
}

static void an_abandoned_record_is_readable_and_has_not_its_name(void **state)
{
	struct room *room = *state;
	struct writer *w = writer_create(room->path);
	struct reader *r;
	struct row row;

	writer_u64(w, WINDOW, END_RX, METRIC_path_bytes, NULL, 1);
	writer_abandon(w);
	assert_false(exists(room->path));
	r = reader_open(room->part);
	assert_int_equal(reader_next(r, &row), 1);
	assert_int_equal(reader_next(r, &row), 0);
	reader_close(r);
	assert_heard(room, "");
}

static void a_killed_run_leaves_a_record_from_the_start(void **state)
{
	struct room *room = *state;
	pid_t pid = fork();
	struct reader *r;
	struct row row;
	int status;

	if (!pid) {
		struct writer *w = writer_create(room->path);

		if (w)
			raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	r = reader_open(room->part);
	assert_non_null(r);
	assert_int_equal(reader_next(r, &row), 0);
	reader_close(r);
}

static void a_folder_that_is_not_there_is_one_sentence(void **state)
{
	struct room *room = *state;

	assert_null(writer_create("/nowhere/at/all.csv"));
	assert_heard(room,
		     "zcprof: cannot create /nowhere/at/all.csv.part: No such file or directory; give a directory that can be written with -o\n");
}

static void a_reader_that_went_away_is_an_error(void **state)
{
	struct room *room = *state;
	struct writer *w;
	int pipe_fds[2];

	assert_int_equal(pipe(pipe_fds), 0);
	close(pipe_fds[0]);
	w = writer_stream(pipe_fds[1], "the pipe");
	writer_u64(w, WINDOW, END_RX, METRIC_path_bytes, NULL, 1);
	assert_false(writer_error(w));
	writer_flush(w);
	assert_true(writer_error(w));
	assert_int_equal(writer_finish(w), -1);
	assert_heard(room,
		     "zcprof: cannot write the pipe: Broken pipe; the rows behind that are lost\n");
	close(pipe_fds[1]);
}

static void a_pipe_that_is_full_is_waited_for(void **state)
{
	int pipe_fds[2];
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	fcntl(pipe_fds[1], F_SETFL, O_NONBLOCK);
	pid = fork();
	if (!pid) {
		struct writer *w = writer_stream(pipe_fds[1], "the pipe");

		close(pipe_fds[0]);
		for (int i = 0; i < 20000; i++)
			writer_u64(w, WINDOW, END_RX, METRIC_path_bytes, NULL, i);
		_exit(writer_finish(w) ? 1 : 0);
	}
	close(pipe_fds[1]);
	usleep(20000);
	{
		struct reader *r = reader_pieces("the pipe");
		char bytes[5000];
		struct row row;
		int rows = 0;
		ssize_t n;

		while ((n = read(pipe_fds[0], bytes, sizeof(bytes))) > 0) {
			reader_push(r, bytes, n);
			while (reader_next(r, &row) == 1)
				rows++;
		}
		assert_int_equal(rows, 20000);
		reader_close(r);
	}
	close(pipe_fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void a_full_device_is_said_once(void **state)
{
	struct room *room = *state;
	int fd = open("/dev/full", O_WRONLY);
	struct writer *w = writer_stream(fd, "/dev/full");

	for (int i = 0; i < 10000; i++)
		writer_u64(w, WINDOW, END_RX, METRIC_path_bytes, NULL, i);
	assert_true(writer_error(w));
	assert_int_equal(writer_finish(w), -1);
	assert_heard(room,
		     "zcprof: cannot write /dev/full: No space left on device; the rows behind that are lost\n");
	close(fd);
}

static void a_full_disk_keeps_every_row_that_did_fit(void **state)
{
	struct room *room = *state;
	char expected[256];
	uint64_t rows = 0;
	struct writer *w;
	struct reader *r;
	struct row row;

	if (!unshare(CLONE_NEWNS))
		/* Fails where "/" is no mount (a chroot); then the mount is seen outside until
		 * umount(). */
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (mount("none", room->dir, "tmpfs", 0, "size=128k")) {
		print_message("skip: cannot mount a small tmpfs: %s\n", strerror(errno));
		skip();
	}
	w = writer_create(room->path);
	assert_non_null(w);
	for (int i = 0; i < 10000; i++)
		writer_u64(w, WINDOW, END_RX, METRIC_path_bytes, NULL, i);
	assert_true(writer_error(w));
	assert_int_equal(writer_finish(w), -1);
	snprintf(expected, sizeof(expected),
		 "zcprof: cannot write %s: No space left on device; every row that did fit is kept there\n",
		 room->part);
	assert_heard(room, expected);
	assert_false(exists(room->path));

	r = reader_open(room->part);
	while (reader_next(r, &row) == 1) {
		assert_true(row.number == rows);
		rows++;
	}
	assert_in_range(rows, 4000, 9999);
	assert_non_null(strstr(reader_error(r), "the row is cut off: "));
	reader_close(r);
	assert_int_equal(umount(room->dir), 0);
}

static void a_disk_that_cannot_sync_gives_no_name(void **state)
{
	struct room *room = *state;
	struct writer *w = writer_create(room->path);
	char expected[256];

	writer_u64(w, WINDOW, END_RX, METRIC_path_bytes, NULL, 1);
	fsync_error = EIO;
	assert_int_equal(writer_finish(w), -1);
	fsync_error = 0;
	snprintf(expected, sizeof(expected),
		 "zcprof: cannot write %s: Input/output error; every row that did fit is kept there\n",
		 room->part);
	assert_heard(room, expected);
	assert_false(exists(room->path));
	assert_true(exists(room->part));
}

static void a_name_that_is_taken_by_a_folder_keeps_the_part(void **state)
{
	struct room *room = *state;
	struct writer *w = writer_create(room->path);
	char expected[256];

	assert_int_equal(mkdir(room->path, 0700), 0);
	assert_int_equal(writer_finish(w), -1);
	snprintf(expected, sizeof(expected),
		 "zcprof: cannot write %s: Is a directory; every row that did fit is kept there\n",
		 room->part);
	assert_heard(room, expected);
	assert_true(exists(room->part));
	rmdir(room->path);
}

/* How a child ends that writes something that a caller must not. */
static int status_of(void (*wrong)(struct writer *w))
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		struct writer *w = writer_stream(open("/dev/null", O_WRONLY), "null");

		signal(SIGABRT, SIG_DFL);
		wrong(w);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void number_for_a_fact(struct writer *w)
{
	writer_u64(w, WINDOW, END_RX, METRIC_fact_option, "seconds", 1);
}

static void text_for_a_total(struct writer *w)
{
	writer_fact(w, END_RX, METRIC_path_bytes, NULL, "many");
}

static void buckets_for_a_gauge(struct writer *w)
{
	static const uint64_t buckets[HISTOGRAM_BUCKETS];

	writer_histogram(w, END_RX, METRIC_cpu_busy, NULL, buckets);
}

static void a_long_text(struct writer *w)
{
	char *text = calloc(1, WRITER_TEXT_MAX + 2);

	memset(text, 'x', WRITER_TEXT_MAX + 1);
	writer_fact(w, END_RX, METRIC_fact_option, "cc", text);
}

static void what_no_caller_may_write_aborts(void **state)
{
	static void (*const wrongs[])(struct writer *) = {number_for_a_fact, text_for_a_total,
							  buckets_for_a_gauge, a_long_text};

	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		int status = status_of(wrongs[i]);

		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	}
}

struct kept {
	size_t count;
	enum metric_id id;
	char key[64];
};

static void keep(void *data, const struct row *row)
{
	struct kept *k = data;

	k->count++;
	k->id = row->id;
	snprintf(k->key, sizeof(k->key), "%.*s", (int)row->key.len, row->key.at);
}

/* As a meter may have it: the row is refused, with its name, and what comes next is written. */
static void what_is_not_finite_is_refused(void **state)
{
	static const double wrongs[] = {NAN, INFINITY, -INFINITY};
	struct kept k = {0};
	struct writer *w = writer_capture(keep, &k);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		writer_f64(w, WINDOW, END_HOST, METRIC_power_mean, "cmd", wrongs[i]);
		assert_int_equal(k.count, i + 1);
		assert_int_equal(k.id, METRIC_collector_refused);
		assert_string_equal(k.key, "power/mean/cmd");
	}
	writer_f64(w, WINDOW, END_HOST, METRIC_power_mean, "cmd", 5);
	assert_int_equal(k.id, METRIC_power_mean);
	writer_discard(w);
}

#define in_room(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_room(a_finished_record_has_its_name),
		in_room(an_abandoned_record_is_readable_and_has_not_its_name),
		in_room(a_killed_run_leaves_a_record_from_the_start),
		in_room(a_folder_that_is_not_there_is_one_sentence),
		in_room(a_reader_that_went_away_is_an_error),
		in_room(a_pipe_that_is_full_is_waited_for),
		in_room(a_full_device_is_said_once),
		in_room(a_full_disk_keeps_every_row_that_did_fit),
		in_room(a_disk_that_cannot_sync_gives_no_name),
		in_room(a_name_that_is_taken_by_a_folder_keeps_the_part),
		in_room(what_no_caller_may_write_aborts),
		in_room(what_is_not_finite_is_refused),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

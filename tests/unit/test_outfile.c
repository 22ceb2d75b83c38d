// SPDX-License-Identifier: GPL-2.0-or-later
/* Where an output lands, and what it never touches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/outfile.h"

#define OTHER 65534 /* a user who owns some of the files */

static char home[] = "/tmp/zcprof-test-outfile-XXXXXX";

static int enter(void **state)
{
	(void)state;
	strcpy(home + strlen(home) - 6, "XXXXXX");
	umask(022);
	return mkdtemp(home) && !chmod(home, 0755) && !chdir(home) ? 0 : -1;
}

static int leave(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", home);
	return chdir("/") || system(command);
}

static void put(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void assert_holds(const char *path, const char *expected)
{
	char text[200] = "";
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	assert_string_equal(text, expected);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & (S_IFMT | 07777);
}

static void assert_written(const char *path, const char *lands)
{
	struct outfile_why why = {""};

	if (outfile_write(path, "new", 3, &why))
		fail_msg("%s was refused: %s", path, why.text);
	assert_holds(lands, "new");
}

static void assert_refused(const char *path, const char *because)
{
	struct outfile_why why = {""};

	assert_int_equal(outfile_write(path, "new", 3, &why), -1);
	if (!strstr(why.text, because))
		fail_msg("%s was refused because \"%s\", not \"%s\"", path, why.text, because);
}

static void need_root(void)
{
	if (!geteuid())
		return;
	print_message("skip: files of another user need root\n");
	skip();
}

static void link_of_another(const char *target, const char *path)
{
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(lchown(path, OTHER, OTHER), 0);
}

static void a_file_is_replaced_whole(void **state)
{
	(void)state;
	assert_written("new.txt", "new.txt");
	put("old.txt", "old and longer");
	assert_written("old.txt", "old.txt");
	assert_int_equal(access("old.txt.part", F_OK), -1);
}

static void a_part_that_is_there_is_never_opened(void **state)
{
	(void)state;
	put("precious", "kept");
	assert_int_equal(symlink("precious", "a.part"), 0);
	assert_written("a", "a");
	assert_int_equal(link("precious", "b.part"), 0);
	assert_written("b", "b");
	assert_int_equal(mkfifo("c.part", 0666), 0);
	assert_written("c", "c");
	assert_holds("precious", "kept");
	assert_int_equal(mkdir("d.part", 0777), 0);
	assert_refused("d", "Is a directory");
}

static void a_hard_link_keeps_its_other_name(void **state)
{
	(void)state;
	put("precious", "kept");
	assert_int_equal(link("precious", "x"), 0);
	assert_written("x", "x");
	assert_holds("precious", "kept");
}

static void an_own_link_is_followed(void **state)
{
	(void)state;
	assert_int_equal(mkdir("real", 0755), 0);
	assert_int_equal(symlink("real", "dir"), 0);
	assert_written("dir/x", "real/x");
	assert_int_equal(symlink("real/y", "y"), 0);
	assert_written("y", "real/y");
	assert_true(S_ISLNK(mode_of("y")));
	assert_int_equal(symlink("../real/z", "real/w"), 0);
	assert_written("dir/w", "real/z");
	assert_int_equal(symlink("round", "round"), 0);
	assert_refused("round", "Too many levels of symbolic links");
}

static void a_link_of_another_is_not(void **state)
{
	struct outfile_why why;

	(void)state;
	need_root();
	assert_int_equal(mkdir("real", 0755), 0);
	put("precious", "kept");
	link_of_another("real", "dir");
	assert_refused("dir/x", "\"dir\" on the way is a symbolic link that user 65534 made");
	assert_int_equal(access("real/x", F_OK), -1);
	assert_int_equal(outfile_directory("dir/new", &why), -1);
	assert_int_equal(access("real/new", F_OK), -1);
	link_of_another("precious", "x");
	assert_refused("x", "symbolic link");
	link_of_another("nothing", "y");
	assert_refused("y", "symbolic link");
	assert_int_equal(access("nothing", F_OK), -1);
	/* A link that is ours, to one that is not. */
	assert_int_equal(symlink("dir", "ours"), 0);
	assert_refused("ours/x", "symbolic link");
	assert_holds("precious", "kept");
	/* Who calls sudo is who chose the path. */
	setenv("SUDO_UID", "65534", 1);
	assert_written("dir/x", "real/x");
	unsetenv("SUDO_UID");
}

static void what_is_no_file_is_written_into_or_refused(void **state)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "socket"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct outfile_why why;
	char text[8] = "";

	(void)state;
	assert_int_equal(outfile_write("/dev/null", "new", 3, &why), 0);
	assert_true(S_ISCHR(mode_of("/dev/null")));
	assert_refused("/dev/full", "No space left on device");
	assert_true(S_ISCHR(mode_of("/dev/full")));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_refused("socket", "it is a socket");
	close(fd);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_refused("fifo", "nobody reads from it");
	fd = open("fifo", O_RDONLY | O_NONBLOCK);
	assert_int_equal(outfile_write("fifo", "new", 3, &why), 0);
	assert_int_equal(read(fd, text, sizeof(text)), 3);
	assert_true(S_ISFIFO(mode_of("fifo")));
	close(fd);
	assert_refused(".", "Is a directory");
	assert_refused("/", "Is a directory");
	assert_refused("", "No such file");
	assert_int_equal(mkdir("dir", 0755), 0);
	assert_refused("dir", "Is a directory");
	assert_refused("dir/", "Is a directory");
}

static void a_fifo_of_another_and_a_disk_are_refused(void **state)
{
	int fd;

	(void)state;
	need_root();
	assert_int_equal(mkfifo("fifo", 0666), 0);
	assert_int_equal(chown("fifo", OTHER, OTHER), 0);
	fd = open("fifo", O_RDONLY | O_NONBLOCK);
	assert_refused("fifo", "it is a FIFO that user 65534 made");
	close(fd);
	if (!mknod("disk", S_IFBLK | 0600, makedev(240, 0)))
		assert_refused("disk", "it is a disk");
}

static void an_own_descriptor_has_a_name(void **state)
{
	int fd = open("behind", O_RDWR | O_CREAT, 0600);
	int pipe_fds[2];
	char path[64], text[16] = "";
	struct outfile_why why;

	(void)state;
	/* What was written before stays before it. */
	assert_int_equal(write(fd, "old ", 4), 4);
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	assert_int_equal(outfile_write(path, "new", 3, &why), 0);
	assert_holds("behind", "old new");
	close(fd);
	assert_int_equal(pipe(pipe_fds), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", pipe_fds[1]);
	assert_int_equal(outfile_write(path, "new", 3, &why), 0);
	assert_int_equal(read(pipe_fds[0], text, sizeof(text)), 3);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	assert_refused("/proc/self/cwd", "it is a link of /proc");
	assert_refused("/proc/self/exe", "it is a link of /proc");
}

static void what_is_taken_meanwhile(void **state)
{
	struct outfile_why why;
	struct outfile *o;

	(void)state;
	o = outfile_open("x", &why);
	unlink("x.part");
	put("x.part", "another's");
	assert_int_equal(outfile_finish(o), -ESTALE);
	assert_int_equal(access("x", F_OK), -1);
	o = outfile_open("x", &why);
	assert_int_equal(mkfifo("x", 0600), 0);
	assert_int_equal(outfile_finish(o), -EEXIST);
	assert_true(S_ISFIFO(mode_of("x")));
	/* The directory moves: the file goes with it. It is removed: so is the file. */
	assert_int_equal(mkdir("dir", 0755), 0);
	o = outfile_open("dir/x", &why);
	assert_int_equal(rename("dir", "moved"), 0);
	assert_int_equal(symlink("/", "dir"), 0);
	assert_int_equal(outfile_finish(o), 0);
	assert_int_equal(access("moved/x", F_OK), 0);
	o = outfile_open("moved/y", &why);
	unlink("moved/x");
	unlink("moved/y.part");
	assert_int_equal(rmdir("moved"), 0);
	assert_int_equal(outfile_finish(o), -ENOENT);
	/* What is dropped is the own part only. */
	o = outfile_open("z", &why);
	unlink("z.part");
	put("z.part", "another's");
	outfile_drop(o);
	assert_holds("z.part", "another's");
}

static void the_longest_name(void **state)
{
	char name[NAME_MAX + 2];

	(void)state;
	memset(name, 'x', sizeof(name));
	/* A character of two bytes where ".part" would cut it. */
	memcpy(name + NAME_MAX - 6, "\xc3\xa4", 2);
	name[NAME_MAX] = '\0';
	assert_written(name, name);
	name[NAME_MAX] = 'x';
	name[NAME_MAX + 1] = '\0';
	assert_refused(name, "File name too long");
}

static void modes_are_the_umask_s_and_never_wider_than_before(void **state)
{
	struct outfile_why why;

	(void)state;
	assert_written("a", "a");
	assert_int_equal(mode_of("a"), S_IFREG | 0644);
	chmod("a", 0600);
	assert_written("a", "a");
	assert_int_equal(mode_of("a"), S_IFREG | 0600);
	umask(077);
	assert_written("b", "b");
	assert_int_equal(mode_of("b"), S_IFREG | 0600);
	assert_int_equal(outfile_directory("c/d", &why), 0);
	assert_int_equal(mode_of("c/d"), S_IFDIR | 0700);
	chmod("b", 0666);
	assert_written("b", "b");
	assert_int_equal(mode_of("b"), S_IFREG | 0600);
}

static void a_sticky_directory_is_no_surprise_at_the_end(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(mkdir("tmp", 0777), 0);
	assert_int_equal(chmod("tmp", 01777), 0);
	put("tmp/x", "root's");
	assert_int_equal(seteuid(OTHER), 0);
	assert_written("tmp/y", "tmp/y");
	assert_refused("tmp/x", "belongs to user 0");
	assert_int_equal(seteuid(0), 0);
	/* A part that its user made is no hindrance for root, nor a way to read what root writes. */
	assert_int_equal(symlink("x", "tmp/y.part"), 0);
	assert_int_equal(lchown("tmp/y.part", OTHER, OTHER), 0);
	assert_written("tmp/y", "tmp/y");
	assert_holds("tmp/x", "root's");
}

static void only_a_regular_file_is_read(void **state)
{
	FILE *in;

	(void)state;
	put("a", "text");
	in = outfile_read("a");
	assert_non_null(in);
	fclose(in);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_null(outfile_read("fifo"));
	assert_int_equal(symlink("a", "link"), 0);
	assert_null(outfile_read("link"));
	assert_null(outfile_read("nothing"));
	assert_int_equal(errno, ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_replaced_whole),
		TEST(a_part_that_is_there_is_never_opened),
		TEST(a_hard_link_keeps_its_other_name),
		TEST(an_own_link_is_followed),
		TEST(a_link_of_another_is_not),
		TEST(what_is_no_file_is_written_into_or_refused),
		TEST(a_fifo_of_another_and_a_disk_are_refused),
		TEST(an_own_descriptor_has_a_name),
		TEST(what_is_taken_meanwhile),
		TEST(the_longest_name),
		TEST(modes_are_the_umask_s_and_never_wider_than_before),
		TEST(a_sticky_directory_is_no_surprise_at_the_end),
		TEST(only_a_regular_file_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: zcprof/run/planfile.c */
/* A plan that is a file: what becomes of its lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "zcprof/run/planfile.h"

static void test_plan_file(void **state)
{
	char path[] = "/tmp/zcprof-test-plan-XXXXXX";
	char at_path[64];
	char *argv[] = {"zcprof run", "--rx", "copy", at_path, "--repeat", "2", NULL};
	static const char *const expected[] = {
		"zcprof run",  "--rx",	   "copy", "--read=4K,64K", "--tx=copy", "--control",
		"--seconds=5", "--repeat", "2",
	};
	int fd = mkstemp(path);
	int count;
	char **words;

	(void)state;
	assert_true(fd >= 0);
	assert_true(dprintf(fd, "# a study\n\n  read 4K,64K   # two\n--tx=copy\r\ncontrol\n"
				"seconds\t 5") > 0);
	close(fd);
	snprintf(at_path, sizeof(at_path), "@%s", path);
	words = planfile_expand(6, argv, &count);
	unlink(path);
	assert_non_null(words);
	assert_int_equal(count, 9);
	for (int i = 0; i < count; i++) {
		assert_string_equal(words[i], expected[i]);
		free(words[i]);
	}
	assert_null(words[count]);
	free(words);
	assert_null(planfile_expand(4, argv, &count));
}

/* A plan that includes another, with what it needs; the first who says what a variable is decides. */
static void test_plan_file_variables(void **state)
{
	char folder[] = "/tmp/zcprof-test-plan-XXXXXX";
	char outer[64], inner[64], at_outer[72];
	char *argv[] = {"zcprof run", at_outer, "--set", "SIZES=4K,8K", "--set=NIC=eth1", NULL};
	static const char *const expected[] = {
		"zcprof run",	    "--tx=copy", "--read=4K,8K",
		"--nic=eth1.0",	    "--msg=1M",	 "--power=cmd:sh -c 'echo ${W}'",
		"--link=netns:a,b",
	};
	char **words;
	int count;
	FILE *out;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(outer, sizeof(outer), "%s/outer", folder);
	snprintf(inner, sizeof(inner), "%s/inner", folder);
	snprintf(at_outer, sizeof(at_outer), "@%s", outer);
	out = fopen(outer, "w");
	fputs("set MSG 1M\ntx copy\ninclude inner # beside it\nlink netns:${A},${B}\n", out);
	fclose(out);
	out = fopen(inner, "w");
	fputs("set SIZES=64K\nset MSG=2M\nset A=a\nset B=b\nread ${SIZES}\nnic ${NIC}.0\nmsg ${MSG}\n"
	      "power cmd:sh -c 'echo ${W}'\n",
	      out);
	fclose(out);
	words = planfile_expand(5, argv, &count);
	assert_non_null(words);
	assert_int_equal(count, 7);
	for (int i = 0; i < count; i++) {
		assert_string_equal(words[i], expected[i]);
		free(words[i]);
	}
	free(words);
	/* Without a value; with one that nobody asks for; with a plan that includes itself. */
	assert_null(planfile_expand(2, argv, &count));
	argv[4] = "--set=NOBODY=1";
	assert_null(planfile_expand(5, argv, &count));
	out = fopen(inner, "w");
	fputs("include outer\n", out);
	fclose(out);
	argv[4] = "--set=NIC=eth1";
	assert_null(planfile_expand(5, argv, &count));
	unlink(outer);
	unlink(inner);
	rmdir(folder);
}

/* A reader who stops at a zero would not see what is read behind it. */
static void test_plan_file_is_text(void **state)
{
	static const char text[] = "# zcprof x\0\nread 4K\n";
	char path[] = "/tmp/zcprof-test-plan-XXXXXX";
	char at_path[64];
	char *argv[] = {"zcprof run", at_path, NULL};
	int fd = mkstemp(path), count;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	snprintf(at_path, sizeof(at_path), "@%s", path);
	assert_null(planfile_expand(2, argv, &count));
	unlink(path);
}

/* What has no end of its own is refused, and so is what is no file. */
static void test_plan_file_bounds(void **state)
{
	char folder[] = "/tmp/zcprof-test-plan-XXXXXX";
	char plan[64], other[64], at_plan[72], at_other[72];
	char *argv[] = {"zcprof run", at_plan, NULL};
	int count;
	FILE *out;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(plan, sizeof(plan), "%s/plan", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	snprintf(at_plan, sizeof(at_plan), "@%s", plan);
	snprintf(at_other, sizeof(at_other), "@%s", other);
	/* A value that doubles with every line. */
	out = fopen(plan, "w");
	fputs("set V0 0123456789abcdef\n", out);
	for (int i = 0; i < 40; i++)
		fprintf(out, "set V%d ${V%d}${V%d}\n", i + 1, i, i);
	fclose(out);
	assert_null(planfile_expand(2, argv, &count));
	/* One that is included over and over. */
	out = fopen(other, "w");
	fputs("control\n", out);
	fclose(out);
	out = fopen(plan, "w");
	for (int i = 0; i < 100; i++)
		fputs("include other\n", out);
	fclose(out);
	assert_null(planfile_expand(2, argv, &count));
	unlink(other);
	out = fopen(plan, "w");
	fprintf(out, "read 4K\n#%*s\n", 1 << 20, "");
	fclose(out);
	assert_null(planfile_expand(2, argv, &count));
	assert_int_equal(symlink("plan", other), 0);
	argv[1] = at_other;
	assert_null(planfile_expand(2, argv, &count));
	unlink(other);
	assert_int_equal(mkfifo(other, 0600), 0);
	assert_null(planfile_expand(2, argv, &count));
	unlink(other);
	unlink(plan);
	rmdir(folder);
}

/* A '#' in a name is no comment, and a command's are the shell's. */
static void test_plan_file_hash(void **state)
{
	static const struct {
		const char *line, *word;
	} lines[] = {
		{"power cmd:awk '/#/ { print $2 }' f # of the shell",
		 "--power=cmd:awk '/#/ { print $2 }' f # of the shell"},
		{"  --power=cmd:sh -c 'echo 5 # W'  ", "--power=cmd:sh -c 'echo 5 # W'"},
		{"power csv:meter#2.csv # the second", "--power=csv:meter#2.csv"},
		{"link eth#0\t# odd", "--link=eth#0"},
		{"#read 4K", NULL},
		{"  # read 4K", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		char path[] = "/tmp/zcprof-test-plan-XXXXXX";
		char at_path[64];
		char *argv[] = {"zcprof run", at_path, NULL};
		int fd = mkstemp(path);
		char **words;
		int count;

		assert_true(fd >= 0);
		assert_true(dprintf(fd, "%s\n", lines[i].line) > 0);
		close(fd);
		snprintf(at_path, sizeof(at_path), "@%s", path);
		words = planfile_expand(2, argv, &count);
		unlink(path);
		assert_non_null(words);
		assert_int_equal(count, lines[i].word ? 2 : 1);
		if (lines[i].word)
			assert_string_equal(words[1], lines[i].word);
		for (int w = 0; w < count; w++)
			free(words[w]);
		free(words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan_file),
		cmocka_unit_test(test_plan_file_variables),
		cmocka_unit_test(test_plan_file_is_text),
		cmocka_unit_test(test_plan_file_bounds),
		cmocka_unit_test(test_plan_file_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

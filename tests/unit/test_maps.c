// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/kit/maps.c collectors/kit/process.c */
/*
 * What a process has mapped to be run: of itself and of a child that changes it between two looks.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collectors/kit/maps.h"

#define PAGE 4096

static uint64_t map_code(int fd)
{
	void *at = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	assert_ptr_not_equal(at, MAP_FAILED);
	return (uintptr_t)at;
}

static int made_file(const char *text)
{
	int fd = memfd_create("made by; the test", MFD_CLOEXEC);
	char page[PAGE] = "";

	strcpy(page, text);
	assert_int_equal(write(fd, page, sizeof(page)), sizeof(page));
	return fd;
}

static void let_go(struct maps *m)
{
	for (size_t i = 0; i < m->file_count; i++) {
		if (m->files[i]->fd >= 0)
			close(m->files[i]->fd);
		free(m->files[i]->place);
		free(m->files[i]);
	}
	free(m->noted[0].at);
	free(m->noted[1].at);
	close(m->process);
}

static const struct mapped_file *file_at(const struct maps *m, uint64_t address)
{
	const struct mapping *at = maps_find(m, address);

	return at && at->file >= 0 ? m->files[at->file] : NULL;
}

static void test_files_are_the_mapped_ones(void **state)
{
	int fd = made_file("first");
	uint64_t code = map_code(fd);
	const struct mapped_file *f;
	char text[8] = "";
	struct maps m;

	(void)state;
	assert_int_equal(maps_begin(&m, getpid()), 0);
	assert_true(maps_note(&m) > 1);
	maps_open(&m);
	f = file_at(&m, code + 100);
	assert_non_null(f);
	assert_string_equal(f->object, "memfd:made by; the test");
	if (geteuid()) {
		let_go(&m);
		skip();
	}
	assert_true(f->fd >= 0);
	assert_int_equal(pread(f->fd, text, 5, 0), 5);
	assert_string_equal(text, "first");
	assert_null(maps_find(&m, 1));
	assert_null(maps_find(&m, (uintptr_t)&m));
	/* This very function has a name in a file that can be read. */
	f = file_at(&m, (uintptr_t)test_files_are_the_mapped_ones);
	assert_non_null(f);
	assert_string_equal(f->object, "test_maps");
	assert_true(f->fd >= 0);
	let_go(&m);
	munmap((void *)(uintptr_t)code, PAGE);
	close(fd);
}

/* As where overlayfs has another file behind the same link; here it is the process that has other bytes. */
static void test_a_file_that_differs_from_memory_is_not_read(void **state)
{
	int fd = made_file("first");
	uint64_t code = map_code(fd);
	struct maps m;

	(void)state;
	assert_int_equal(mprotect((void *)(uintptr_t)code, PAGE, PROT_READ | PROT_WRITE), 0);
	*(char *)(uintptr_t)code = 'F';
	assert_int_equal(mprotect((void *)(uintptr_t)code, PAGE, PROT_READ | PROT_EXEC), 0);
	assert_int_equal(maps_begin(&m, getpid()), 0);
	maps_note(&m);
	maps_open(&m);
	assert_non_null(file_at(&m, code));
	assert_int_equal(file_at(&m, code)->fd, -1);
	let_go(&m);
	munmap((void *)(uintptr_t)code, PAGE);
	close(fd);
}

static void test_an_address_of_two_files_is_of_none(void **state)
{
	int first = made_file("first"), second = made_file("second");
	uint64_t stays = map_code(first), changes = map_code(first), goes = map_code(first);
	struct maps m;

	(void)state;
	assert_int_equal(maps_begin(&m, getpid()), 0);
	maps_note(&m);
	munmap((void *)(uintptr_t)goes, PAGE);
	assert_ptr_not_equal(mmap((void *)(uintptr_t)changes, PAGE, PROT_READ | PROT_EXEC,
				  MAP_PRIVATE | MAP_FIXED, second, 0),
			     MAP_FAILED);
	maps_note(&m);
	assert_non_null(maps_find(&m, stays));
	assert_non_null(maps_find(&m, goes));
	assert_null(maps_find(&m, changes));
	let_go(&m);
	munmap((void *)(uintptr_t)stays, PAGE);
	munmap((void *)(uintptr_t)changes, PAGE);
	close(first);
	close(second);
}

static void test_what_has_ended_has_nothing_and_keeps_what_it_had(void **state)
{
	struct maps m;
	int gate[2];
	pid_t child;

	(void)state;
	assert_int_equal(pipe(gate), 0);
	child = fork();
	if (!child) {
		close(gate[1]);
		_exit(read(gate[0], gate, 1) < 0);
	}
	assert_int_equal(maps_begin(&m, child), 0);
	assert_true(maps_note(&m) > 1);
	close(gate[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(maps_note(&m), 0);
	assert_non_null(maps_find(&m,
				  (uintptr_t)test_what_has_ended_has_nothing_and_keeps_what_it_had));
	let_go(&m);
	close(gate[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_are_the_mapped_ones),
		cmocka_unit_test(test_a_file_that_differs_from_memory_is_not_read),
		cmocka_unit_test(test_an_address_of_two_files_is_of_none),
		cmocka_unit_test(test_what_has_ended_has_nothing_and_keeps_what_it_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

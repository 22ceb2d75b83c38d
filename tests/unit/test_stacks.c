// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/kit/stacks.c */
/*
 * What becomes of samples: whose they are, in which context, and that rows and folded stacks are
 * merged and add up.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "collectors/kit/stacks.h"

#define KERNEL(variable, called)                                                                   \
	const struct symbol variable = {(called), "[kernel]", component_of_symbol(called),         \
					context_of_symbol(called)}

static void add(struct stacks *s, enum record_end process, enum record_end cpu, bool idle,
		const struct symbol *leaf, const struct symbol *caller, uint64_t count)
{
	const struct symbol *kernel[] = {leaf, caller};
	static const struct symbol main_symbol = {"main;x", "prog", COMPONENT_user, CONTEXT_TASK};
	const struct symbol *user[] = {&main_symbol};
	struct sample sample = {
		.count = count,
		.kernel = kernel,
		.kernel_depth = leaf ? 1 + !!caller : 0,
		.user = user,
		.user_depth = process != END_HOST,
		.command = idle ? "swapper" : "a b",
		.process_end = process,
		.cpu_end = cpu,
		.packet_end = END_COUNT,
		.idle = idle,
	};

	assert_int_equal(stacks_add(s, &sample), 0);
}

/* What the stacks write, as text. */
static char *rows(struct stacks *s)
{
	static char text[8192];
	int fd = memfd_create("rows", MFD_CLOEXEC);
	struct writer *w = writer_stream(fd, "rows");
	ssize_t len;

	stacks_rows(s, w, 1000);
	assert_int_equal(writer_finish(w), 0);
	len = pread(fd, text, sizeof(text) - 1, 0);
	assert_true(len > 0);
	text[len] = '\0';
	close(fd);
	return text;
}

#define assert_row(text, row) assert_non_null(strstr(text, row "\n"))

/* Over veth: upon the sender's thread, on its CPU. */
static void what_is_received_belongs_to_the_receiver(void **state)
{
	KERNEL(tcp, "tcp_v4_rcv");
	KERNEL(softirq, "handle_softirqs");
	const struct symbol *kernel[] = {&tcp, &softirq};
	struct sample sample = {
		.count = 3,
		.kernel = kernel,
		.kernel_depth = 2,
		.command = "tx-copy-0",
		.process_end = END_TX,
		.cpu_end = END_TX,
		.packet_end = END_RX,
	};
	struct stacks *s = stacks_new();
	const char *text;

	(void)state;
	assert_int_equal(stacks_add(s, &sample), 0);
	sample.packet_end = END_HOST; /* a forwarder's */
	assert_int_equal(stacks_add(s, &sample), 0);
	text = rows(s);
	assert_row(text, ",rx,profile,samples,softirq,3,samples");
	assert_row(text, ",host,profile,samples,softirq,3,samples");
	assert_null(strstr(text, ",tx,"));
	stacks_free(s);
}

static void work_belongs_to_its_process_then_to_its_cpu(void **state)
{
	KERNEL(tcp, "tcp_v4_rcv");
	KERNEL(softirq, "handle_softirqs");
	KERNEL(halt, "pv_native_safe_halt");
	struct stacks *s = stacks_new();
	const char *text;

	(void)state;
	add(s, END_TX, END_RX, false, &tcp, &softirq, 1);   /* its own process, whatever the CPU */
	add(s, END_HOST, END_RX, false, &tcp, &softirq, 2); /* ksoftirqd on rx's CPU */
	add(s, END_HOST, END_RX, false, &tcp, NULL, 4);	    /* a bystander's task there */
	add(s, END_HOST, END_RX, true, &tcp, &softirq, 8);  /* a softirq that woke the CPU up */
	add(s, END_HOST, END_TX, true, &halt, NULL, 16);
	add(s, END_RX, END_RX, false, NULL, NULL, 32);
	text = rows(s);
	assert_row(text, ",tx,profile,samples,softirq,1,samples");
	assert_row(text, ",rx,profile,samples,softirq,10,samples");
	assert_row(text, ",host,profile,samples,task,4,samples");
	assert_row(text, ",tx,profile,samples,idle,16,samples");
	assert_row(text, ",rx,profile,samples,task,32,samples");
	assert_row(text, ",rx,profile,component,softirq/TCP/IP,10000,ns");
	assert_row(text, ",rx,profile,component,task/user,32000,ns");
	assert_row(text, ",tx,profile,component,idle/idle,16000,ns");
	/* Nothing unmapped is a figure too. */
	assert_row(text, ",rx,profile,component,softirq/unmapped,0,ns");
	assert_row(text, ",rx,profile,symbol,softirq;[kernel];tcp_v4_rcv,10,samples");
	stacks_free(s);
}

static void equal_stacks_become_one_line(void **state)
{
	KERNEL(tcp, "tcp_sendmsg");
	KERNEL(entry, "do_syscall_64");
	struct stacks *s = stacks_new();
	char path[] = "/tmp/stacks-XXXXXX", text[256] = "";
	int fd = mkstemp(path);
	ssize_t len;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	add(s, END_TX, END_TX, false, &tcp, &entry, 3);
	add(s, END_TX, END_TX, false, NULL, NULL, 5);
	add(s, END_TX, END_RX, false, &tcp, &entry, 4);
	assert_int_equal(stacks_folded(s, path), 0);
	fd = open(path, O_RDONLY);
	len = read(fd, text, sizeof(text) - 1);
	assert_true(len > 0);
	close(fd);
	unlink(path);
	/* A ';' in a name would part it in two. */
	assert_string_equal(text, "tx;task;a b;main:x 5\n"
				  "tx;task;a b;main:x;do_syscall_64;tcp_sendmsg 7\n");
	stacks_free(s);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
	struct stacks *s = stacks_new();

	(void)state;
	assert_int_equal(stacks_folded(s, "/nonexistent/folder/run.folded"), -1);
	stacks_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_received_belongs_to_the_receiver),
		cmocka_unit_test(work_belongs_to_its_process_then_to_its_cpu),
		cmocka_unit_test(equal_stacks_become_one_line),
		cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes and threads as /proc shows them. A number is given to another when its owner is gone; with the
 * time at which it began it is nobody else's.
 *
 *   process_stat()     what /proc/PID/task/TID/stat says of a thread
 *   process_living()   a thread of the process that has not ended: where its first one has, the number of
 *                      the process shows neither files nor memory nor namespaces, and that of a thread does
 *   process_of()       the process of a thread
 *   process_threads()  each of its threads
 *   process_forked()   whether it has a process that it forked
 *   process_numbers()  whether a number means the same process to /proc as to system calls: it does not where
 *                      /proc is that of another PID namespace, or is none; false with why filled in
 *   process_command()  its command line, as it shows it now: bytes of its own memory, which it may have
 *                      made to keep whoever reads them, so that a child does
 *   process_environment()  the variables that it was started with, in the same way: each ends with a zero
 */
#ifndef COLLECTORS_KIT_PROCESS_H
#define COLLECTORS_KIT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process_stat {
	char name[16];	/* as the thread has it: any bytes */
	char state;	/* 'Z': it has ended */
	bool of_kernel; /* a thread of the kernel's own */
	pid_t parent;
	uint64_t start; /* in ticks since the machine was booted */
};

/* 0, or -1 with errno where it is gone, or cannot be seen. */
int process_stat(pid_t pid, pid_t tid, struct process_stat *stat);
/* pid itself where none lives, or where it cannot be told. */
pid_t process_living(pid_t pid);
/* 0: it is gone. */
pid_t process_of(pid_t tid);
bool process_forked(pid_t pid);
/* 0 or a negative errno: -ENOENT where there is no such process. */
bool process_numbers(char *why, size_t why_size);
int process_threads(pid_t pid, void (*on_thread)(void *data, pid_t pid, pid_t tid), void *data);
/* Its words as text with blanks between; "" where it has none, or did not give it within a second. */
void process_command(pid_t pid, char *text, size_t size);
/* Of more bytes than these the first. How many there are before the zero that ends all, or -1 where it gave none. */
#define PROCESS_ENVIRONMENT_MAX 65536
ssize_t process_environment(pid_t pid, char *text, size_t size);

#endif

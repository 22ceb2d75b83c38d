// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * without_uring COMMAND…               runs it where io_uring_setup(2) is forbidden, as container runtimes do
 * without_uring --register N COMMAND…  … where io_uring_register(2) does not know operation N, as kernels that are older
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int forbid(struct sock_filter *code, unsigned short length)
{
	struct sock_fprog program = {length, code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int forbid_setup(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return forbid(code, sizeof(code) / sizeof(code[0]));
}

/* The first 32 bits of an argument are its value where bytes come least first. */
static int forbid_register(unsigned int operation)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_register, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, operation, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return forbid(code, sizeof(code) / sizeof(code[0]));
}

int main(int argc, char **argv)
{
	int one = argc > 3 && !strcmp(argv[1], "--register") ? 2 : 0;

	if (argc < 2 || (one ? forbid_register((unsigned int)atoi(argv[2])) : forbid_setup())) {
		perror("without_uring");
		return 77;
	}
	execvp(argv[one + 1], argv + one + 1);
	perror(argv[one + 1]);
	return 77;
}

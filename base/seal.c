// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__s390x__)
#define ARCH AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_PPC64LE
#endif

/* Sanitizers have maps of their own, and look into /proc when they report. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static void limit(int what, rlim_t most)
{
	struct rlimit both = {most, most};

	setrlimit(what, &both);
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};

	return syscall(SYS_capset, &header, none) ? -errno : 0;
}

/* In a user namespace there may be no other user to become: without capabilities that is the one who asks. */
static int drop_privileges(void)
{
	if (!setgroups(0, NULL) && !setresgid(NOBODY, NOBODY, NOBODY))
		setresuid(NOBODY, NOBODY, NOBODY);
	prctl(PR_SET_DUMPABLE, 0);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : drop_capabilities();
}

#ifdef ARCH
#define LET(call)                                                                                  \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1),                                     \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static int filter_calls(void)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		LET(read),
		LET(pread64),
		LET(write),
		LET(lseek),
		LET(fstat),
		LET(close),
		LET(brk),
		LET(mmap),
		LET(munmap),
		LET(mremap),
		LET(mprotect),
		LET(madvise),
		LET(futex),
		LET(clock_gettime),
		LET(getrandom),
		LET(rt_sigreturn),
		LET(exit),
		LET(exit_group),
		/* Libraries look at sizes and flags in this way, too; without a path there is nothing that this shows. */
		LET(newfstatat),
		LET(fcntl),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	struct sock_fprog filter = {sizeof(program) / sizeof(program[0]), program};

	if (SANITIZED)
		return 0;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) ? -errno : 0;
}
#else
static int filter_calls(void)
{
	return -ENOSYS;
}
#endif

int seal(size_t memory_bytes, unsigned int cpu_s)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	int error;

	/* If memory is short, this is the first to go. */
	if (fd >= 0) {
		if (write(fd, "1000", 4) < 0)
			errno = 0;
		close(fd);
	}
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_CPU, cpu_s);
	if (!SANITIZED)
		limit(RLIMIT_AS, memory_bytes);
	error = drop_privileges();
	if (!error)
		error = filter_calls();
	/* A kernel without it: then it is a user who may do nothing, which is good enough. */
	if ((error == -ENOSYS || error == -EINVAL) && getuid() == NOBODY)
		error = 0;
	return error;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel types that bpf/ needs, and no others. A field is written here only if a program reads
 * it; where it lies is found when the program is loaded (CO-RE), so a struct here may leave out
 * whatever its namesake in a kernel has besides. tests/unit/test_vmlinux.c checks every one of them
 * against the BTF of the kernel that runs.
 */
#ifndef VMLINUX_VMLINUX_H
#define VMLINUX_VMLINUX_H
#define __VMLINUX_H__ /* to bpf_tracing.h: registers have the names of the kernel */

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;

enum { false, true };

/* From include/uapi/linux/bpf.h: part of the kernel's ABI, the same everywhere. */
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_STACK_TRACE = 7,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_DEVMAP = 14,
	BPF_MAP_TYPE_XSKMAP = 17,
};

enum xdp_action {
	XDP_DROP = 1,
	XDP_PASS = 2,
};

struct xdp_md {
	__u32 data;
	__u32 data_end;
	__u32 data_meta;
	__u32 ingress_ifindex;
	__u32 rx_queue_index;
};

/* The uapi's: where each member stands is all that a program says of it. */
struct __sk_buff {
	__u32 len;
	__u32 pkt_type;
	__u32 mark;
	__u32 queue_mapping;
	__u32 before_data[15];
	__u32 data;
	__u32 data_end;
};

/* What a kernel has of these is asked by bpf_core_enum_value_exists(). */
enum bpf_func_id {
	BPF_FUNC_get_current_task_btf = 158, /* 5.11 */
};

/* Those that the verifier knows by name (kernel/bpf/verifier.c); likewise. */
enum special_kfunc_type {
	KF_bpf_rdonly_cast, /* 6.2 */
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
};

enum {
	BPF_F_USER_STACK = 1U << 8,
	BPF_F_MMAPABLE = 1U << 10,
};

struct bpf_raw_tracepoint_args {
	__u64 args[0];
};

/* The format of raw_syscalls:sys_enter and sys_exit, which is ABI as any tracepoint's of these. */
struct raw_syscalls_event {
	__u64 common;
	long number;
	long result; /* of sys_exit; the first argument in sys_enter */
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct thread_info {
	__u32 status; /* TS_COMPAT, on x86 */
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	int level;
	struct kernfs_node *kn;
	struct cgroup *ancestors[];
};

/* Before 6.1, which turned the ids of those above it into pointers to them. */
struct cgroup___before {
	__u64 ancestor_ids[1];
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

struct nsproxy {
	struct net *net_ns;
};

struct task_struct {
	struct thread_info thread_info;
	int pid;
	int tgid;
	unsigned int flags;
	char comm[16];
	unsigned int __state;
	unsigned int in_iowait : 1;
	unsigned int frozen : 1;
	__u64 start_time; /* CLOCK_MONOTONIC, ns */
	struct css_set *cgroups;
	struct nsproxy *nsproxy;
};

/* Before 5.14. */
struct task_struct___before {
	long state;
};

struct in6_addr {
	union {
		__be32 u6_addr32[4];
	} in6_u;
};

typedef struct {
	__s64 counter;
} atomic64_t;

struct sock_common {
	atomic64_t skc_cookie;
	unsigned short skc_family;
	__be16 skc_dport;
	__be32 skc_daddr;
	struct in6_addr skc_v6_daddr;
};

struct sock {
	struct sock_common __sk_common;
	__u8 sk_shutdown;
	int sk_err;
};

struct inet_sock {
	__be16 inet_sport;
};

struct tcp_sock {
	__u64 bytes_received;
	__u64 bytes_sent;
	__u64 bytes_acked;
	__u64 bytes_retrans;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct net_device {
	char name[16];
	possible_net_t nd_net;
};

struct napi_struct {
	struct net_device *dev;
};

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned int len, data_len;
	unsigned int end; /* an offset from head */
	unsigned char *head;
};

struct skb_shared_info {
	__u8 nr_frags;
	unsigned short gso_segs;
};

struct msghdr {
	unsigned int msg_flags;
};

struct io_kiocb {
	__u64 flags;
};

struct io_uring_cqe {
	__s32 res;
	__u32 flags;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long di, si, dx, cx, ax, orig_ax;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	__u64 regs[31];
	__s32 syscallno;
};
#endif

#pragma clang attribute pop

#endif

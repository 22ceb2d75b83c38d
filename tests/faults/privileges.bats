#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What zcprof may not do, or not as often as it would: told as what it is.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run

setup() {
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	sleep 60 3>&- &
	sleeper=$!
}

teardown() {
	kill "$sleeper" 2>/dev/null || :
}

@test "CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON, and doctor knows it" {
	as_root
	setpriv --bounding-set=-bpf,-perfmon true || skip "capabilities cannot be dropped here"
	run setpriv --bounding-set=-bpf,-perfmon zcprof doctor --area bpf
	[[ "$output" =~ capabilities\ +ok\ +CAP_SYS_ADMIN ]] || [[ "$(setpriv --bounding-set=-bpf,-perfmon zcprof doctor)" =~ capabilities\ +ok\ +CAP_SYS_ADMIN ]]
	zcprof attach --pid "$sleeper" --as rx --warmup 0 --seconds 0.2 --collect syscalls -o "$dir/all.csv"
	grep -q ',collector,means,syscalls,' "$dir/all.csv" || skip "no BPF here"
	setpriv --bounding-set=-bpf,-perfmon zcprof attach --pid "$sleeper" --as rx --warmup 0 --seconds 0.2 --collect syscalls -o "$dir/x.csv"
	grep -q ',collector,means,syscalls,' "$dir/x.csv"
}

@test "root of a user namespace is no root to BPF, and that is what is said" {
	unshare --user --map-root-user true || skip "no user namespaces here"
	run unshare --user --map-root-user zcprof doctor
	[[ "$output" == *"root of a user namespace only"* ]]
	run unshare --user --map-root-user sh -c 'sleep 5 & zcprof attach --pid $! --as rx --warmup 0 --seconds 0.2 --collect syscalls -o "$0"; s=$?; kill $!; exit $s' "$dir/x.csv"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"needs CAP_BPF and CAP_PERFMON of the first user namespace"* ]]
	run ! grep -q ',syscalls,calls,' "$dir/x.csv"
}

@test "few files: C is measured, and what is absent says that files are why" {
	as_root
	(ulimit -n 40 && zcprof attach --pid "$sleeper" --as rx --warmup 0 --seconds 0.5 -o "$dir/x.csv") 2>"$dir/said"
	cat "$dir/said"
	is_record "$dir/x.csv"
	grep -q '^,host,cpu,busy,' "$dir/x.csv"
	grep -q '^,rx,cpu,thread,sleep/' "$dir/x.csv"
	grep -q "^,host,collector,absent,locks,this process may have only 40 files open: raise the hard limit of 'ulimit -n'" "$dir/x.csv"
	run ! grep -E 'start one first|--verbose says more' "$dir/said"
}

@test "a soft limit is raised for zcprof, and not for what it starts" {
	(ulimit -Sn 64 && zcprof attach --as tx --warmup 0 --seconds 0.2 --collect cpu,cstate,softirq -o "$dir/x.csv" -- \
		sh -c 'ulimit -Sn; exec sleep 1') >"$dir/out" 2>"$dir/said"
	[ "$(cat "$dir/out")" = 64 ]
	run ! grep 'files open' "$dir/said"
}

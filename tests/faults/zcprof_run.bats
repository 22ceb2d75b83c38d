#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcprof run when something goes wrong: one sentence, the right exit code, what was finished kept.

load ../host/zcprof_run
load ../port

bats_require_minimum_version 1.5.0

setup() {
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR/out
	export FAKE_GATE=$BATS_TEST_TMPDIR/gate
	fake=(--zcpath "$PWD/tests/fixtures/zcpath-fake" --link loopback --seconds 0.2 --warmup 0
		--collect cpu)
}

teardown() {
	[ -z "$place" ] || rm -rf "$place"
	[ -z "$mounted" ] || umount "$mounted"
	[ -z "$started" ] || kill -9 "$started" 2>/dev/null || :
}

@test "a receiver that dies in mid-run: that run is a .part, the others go on" {
	export FAKE=die-rx
	run zcprof run "${fake[@]}" --repeat 2 -o "$dir"
	echo "$output"
	[ "$status" -eq 1 ]
	[ "$(grep -c 'the receiver ended with exit code 1 before it was .*: the receiver is tired' <<<"$output")" -eq 2 ]
	[[ "$output" == *"2 of 2 runs failed"* ]]
	[ "$(find "$dir" -name 'run-*.csv' | wc -l)" -eq 0 ]
	is_record "$dir/rx=copy,tx=copy/run-2.csv.part"
	[[ "$(value "$dir/refused/rx=copy,tx=copy.csv" host fact refused failed)" == "the receiver ended with exit code 1"* ]]
	# Once it is well again, the same command makes up for them.
	FAKE='' zcprof run "${fake[@]}" --repeat 2 -o "$dir"
	[ "$(find "$dir" -name 'run-*.csv' | wc -l)" -eq 2 ]
	[ "$(find "$dir" -name '*.part' | wc -l)" -eq 0 ]
}

@test "a sender that dies, ends that lie, garble or fail: a sentence each" {
	expect() {
		rm -rf "$dir"
		run zcprof run "${fake[@]}" --repeat 1 -o "$dir"
		echo "$output"
		[ "$status" -eq 1 ]
		[[ "$output" == *"$1"* ]]
		[ -e "$dir/rx=copy,tx=copy/run-1.csv.part" ]
	}
	FAKE=die-tx expect ": the sender is tired"
	FAKE=lie expect "the sender counted 6000000000 bytes and the receiver 6000000001"
	FAKE=garbage expect "the receiver said what is no row"
	FAKE=exit expect "ended with exit code 1: the disk is on fire"
}

@test "an end that hangs is given up after a while" {
	export FAKE=hang
	run zcprof run "${fake[@]}" --repeat 1 -o "$dir"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"the sender was not closed after 15 s"* ]]
}

@test "a zcpath that is missing, of another version, or refuses the configuration" {
	run zcprof run "${fake[@]}" --zcpath /nowhere/zcpath -o "$dir"
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *"cannot run /nowhere/zcpath: No such file or directory"*"--zcpath"* ]]
	FAKE=version run zcprof run "${fake[@]}" -o "$dir"
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *'expected "zcpath '*'it says "zcpath 9.9.9"'* ]]
	FAKE_REFUSE=--read run zcprof run "${fake[@]}" --read 4K -o "$dir"
	echo "$output"
	[ "$status" -eq 2 ]
	[[ "$output" == *"no configuration can run: --read has no meaning"* ]]
	[ ! -e "$dir" ]
	# In a product only those that cannot run are left out.
	FAKE_REFUSE=uring run zcprof run "${fake[@]}" --rx copy,uring --repeat 1 -o "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"rx=uring,tx=copy is left out: uring has no meaning"* ]]
	[ "$(find "$dir" -name 'run-*.csv' | wc -l)" -eq 1 ]
}

@test "the real zcpath refuses what has no meaning, before anything starts" {
	run zcprof run --link loopback --tx copy --flush-every 2 -o "$dir"
	[ "$status" -eq 2 ]
	run zcprof run --link loopback --tx nosuch -o "$dir"
	[ "$status" -eq 2 ]
	[ ! -e "$dir" ]
}

@test "a directory that cannot be written" {
	as_root
	mounted=$BATS_TEST_TMPDIR/ro
	mkdir "$mounted"
	mount -t tmpfs -o ro tmpfs "$mounted"
	run zcprof run "${fake[@]}" -o "$mounted/out"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"cannot create $mounted/out: Read-only file system"* ]]
	run zcprof run "${fake[@]}" -o /proc/zcprof
	[ "$status" -eq 1 ]
}

@test "a disk that is full stops the experiment and keeps what is finished" {
	as_root
	mounted=$BATS_TEST_TMPDIR/small
	mkdir "$mounted"
	mount -t tmpfs -o size=64k tmpfs "$mounted"
	run zcprof run "${fake[@]}" --repeat 20 -o "$mounted/out"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"No space left on device"* ]]
	finished=$(find "$mounted/out" -name '*.csv' | wc -l)
	[ "$finished" -ge 1 ]
	[ "$finished" -lt 20 ]
	[[ "$output" == *"stopped; $finished of 20 runs are whole and kept in"* ]]
	for file in "$mounted"/out/*/*.csv; do
		is_record "$file"
	done
}

@test "Ctrl-C keeps every finished run, and the same command goes on" {
	setsid zcprof run "${fake[@]}" --seconds 0.5 --repeat 4 --seed 1 -o "$dir" \
		2>"$BATS_TEST_TMPDIR/said" 3>&- &
	started=$!
	wait_until 20 test -e "$dir/rx=copy,tx=copy/run-1.csv"
	wait_until 20 test -e "$dir/rx=copy,tx=copy/run-2.csv.part"
	kill -INT "$started"
	# As timeout(1) says it, who is one process: that is one wish.
	sleep 0.1
	kill -INT "$started" || :
	status=0
	wait "$started" || status=$?
	started=
	cat "$BATS_TEST_TMPDIR/said"
	[ "$status" -eq 1 ]
	grep 'interrupted; [1-3] of 4 runs are whole and kept in' "$BATS_TEST_TMPDIR/said"
	is_record "$dir/rx=copy,tx=copy/run-1.csv"
	before=$(stat -c %Y.%i "$dir/rx=copy,tx=copy/run-1.csv")
	zcprof run "${fake[@]}" --seconds 0.5 --repeat 4 -o "$dir"
	[ "$(find "$dir" -name 'run-*.csv' | wc -l)" -eq 4 ]
	[ "$(stat -c %Y.%i "$dir/rx=copy,tx=copy/run-1.csv")" = "$before" ]
	# The seed is the first call's.
	[ "$(value "$dir/rx=copy,tx=copy/run-4.csv" host fact seed)" = 1 ]
}

@test "gone on with: more repeats and more values, and the plan says so" {
	again=("${fake[@]}" -o "$dir")
	zcprof run "${again[@]}" --read 4K,8K --repeat 1
	zcprof run "${again[@]}" --read 4K,8K --repeat 3
	[ "$(find "$dir" -name 'run-*.csv' | wc -l)" -eq 6 ]
	grep -qx 'repeat 3' "$dir/plan"
	zcprof run "${again[@]}" --read 8K,16K,4K --rx copy,uring
	[ "$(find "$dir" -name 'run-*.csv' | wc -l)" -eq 18 ]
	grep -qx 'read 4K,8K,16K' "$dir/plan"
	grep -qx 'rx copy,uring' "$dir/plan"
	grep -qx 'repeat 3' "$dir/plan"
	# Nothing is left to do, by the plan alone too.
	run zcprof run --zcpath "$PWD/tests/fixtures/zcpath-fake" "@$dir/plan" -o "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"18 of 18 runs are in"* ]]
}

@test "gone on with otherwise: refused, by what differs, and nothing is run" {
	zcprof run "${fake[@]}" --read 4K --repeat 1 -o "$dir"
	while IFS='|' read -r options said; do
		run zcprof run "${fake[@]}" --repeat 1 -o "$dir" $options
		echo "$options: $output"
		[ "$status" -eq 1 ]
		[[ "$output" == *"$said"* ]]
	done <<-'END'
		--read 4K --seconds 0.3|was made with "seconds 0.2"
		--read 8K|was made with "read 4K", and 4K is not asked for now
		--read 4K,8K|the folders of several values would be named by them
		--read 4K --mss 1000|was made without "mss"
		--read 4K --control|was made without "control"
		--read 4K --exact|was made without "exact"
		--read 4K --collect cpu,tcp|was made with "collect cpu"
		|was made with "read 4K"
	END
	[ "$(find "$dir" -name '*.csv*' | wc -l)" -eq 1 ]
	run zcprof run "${fake[@]}" --power $'cmd:echo 5\necho 6' -o "$dir"
	[ "$status" -eq 2 ]
	[[ "$output" == *"holds a line break"* ]]
}

@test "what cannot be interrupted is not begun in silence" {
	command -v strace >/dev/null || skip "strace is not installed"
	run strace -qq -o /dev/null -e trace=eventfd2 -e inject=eventfd2:error=EMFILE:when=1 \
		zcprof run "${fake[@]}" --repeat 1 -o "$dir"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"cannot take signals: Too many open files"* ]]
}

children_of() {
	pgrep -P "$1"
}

none_alive() {
	for pid in $1; do
		[ ! -d "/proc/$pid" ] || [ "$(sed 's/.*) \(.\).*/\1/' "/proc/$pid/stat")" = Z ] || return 1
	done
}

@test "a receiver of datagrams alone, and a sender of a stream: refused before anything runs" {
	as_root
	for rx in xsk xdp_drop; do
		run "$BUILD/zcprof" run --rx $rx --tx copy -o "$dir"
		echo "$output"
		[ "$status" -eq 2 ]
		[[ "$output" == *"--rx $rx takes datagrams alone, and --tx copy sends a stream: give --udp BYTES too"* ]]
	done
}

@test "SIGKILL leaves a readable .part, and no process, device or namespace" {
	as_root
	devices=$(ip -o link | wc -l)
	"$BUILD/zcprof" run --seconds 20 --warmup 0 --repeat 1 -o "$dir" 2>/dev/null 3>&- &
	started=$!
	wait_until 20 grep -qs '^1\.[0-9]*,rx,path,bytes,' "$dir/rx=copy,tx=copy/run-1.csv.part"
	# Beside the two ends there may be a child that reads symbols.
	pids=$(children_of "$started")
	ends=$(for pid in $pids; do [ "$(cat "/proc/$pid/comm")" != zcpath ] || echo "$pid"; done)
	[ "$(wc -w <<<"$ends")" -eq 2 ]
	netns=$(for pid in $ends; do readlink "/proc/$pid/ns/net"; done)
	[ "$(sort -u <<<"$netns" | wc -l)" -eq 2 ]
	kill -9 "$started"
	wait_until 5 none_alive "$pids"
	for one in $netns; do
		run bash -c "ls -l /proc/[0-9]*/ns/net 2>/dev/null | grep -F '$one'"
		[ "$status" -ne 0 ]
	done
	[ "$(ip -o link | wc -l)" -eq "$devices" ]
	is_record "$dir/rx=copy,tx=copy/run-1.csv.part"
	[ ! -e "$dir/rx=copy,tx=copy/run-1.csv" ]
	started=
}

@test "an ordinary user is told what is missing, and measures over loopback" {
	as_root
	command -v setpriv >/dev/null || skip "setpriv is not installed"
	# The way to the programs, and to bats' own directories, may be closed to others.
	place=$(mktemp -d /tmp/zcprof-test-XXXXXX)
	cp "$BUILD/zcprof" "$BUILD/zcpath" "$place"
	chmod 777 "$place"
	run setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$place/zcprof"
	[ "$status" -eq 0 ] || skip "another user cannot reach $place"
	run setpriv --reuid 65534 --regid 65534 --clear-groups "$place/zcprof" run -o "$place/veth"
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *"CAP_SYS_ADMIN and CAP_NET_ADMIN missing"*"--link loopback"* ]]
	run setpriv --reuid 65534 --regid 65534 --clear-groups "$place/zcprof" run --link loopback --port "$(free_port)" \
		--seconds 0.5 --warmup 0 --repeat 1 -o "$place/lo"
	echo "$output"
	[ "$status" -eq 0 ]
	# All that is absent for this reason, in one sentence.
	[[ "$output" == *"the records have no "*"syscalls, "*CAP_BPF* ]]
	[ "$(grep -c CAP_BPF <<<"$output")" -eq 1 ]
	file="$place/lo/rx=copy,tx=copy/run-1.csv"
	[ "$(value "$file" rx path bytes)" -gt 0 ]
	value "$file" host cpu busy
	value "$file" tx tcp rtt 0
	[[ "$(value "$file" host collector absent syscalls)" == *CAP_BPF* ]]
}

@test "of a link that cannot be made the step that failed is named" {
	as_root
	command -v strace >/dev/null || skip "strace is not installed"
	for link in veth forward dummy; do
		case $link in
		dummy) sentence="cannot create a dummy device, of which this kernel has none (CONFIG_DUMMY, or the module dummy)" ;;
		*) sentence="cannot create a veth pair: this kernel has no veth devices (CONFIG_VETH, or the module veth)" ;;
		esac
		# The kernel's answer to whatever is asked by netlink.
		run strace -qq -o /dev/null -e inject=sendto:error=EOPNOTSUPP "$BUILD/zcprof" run --link $link --rx copy --tx copy --udp 100 \
			--seconds 0.1 --repeat 1 --collect cpu -o "$BATS_TEST_TMPDIR/$link"
		echo "$output"
		[ "$status" -eq 3 ]
		[[ "$output" == *"$sentence"* ]]
	done
}

@test "a link that cannot be: a sentence and exit code 3" {
	run zcprof run --link nosuch0 --tx-host somewhere -o "$dir"
	[ "$status" -eq 3 ]
	[[ "$output" == *"there is no device nosuch0"* ]]
	run zcprof run --link lo -o "$dir"
	[ "$status" -eq 3 ]
	[[ "$output" == *"--tx-host"*"netns:RX,TX"* ]]
	run zcprof run --tx-host somewhere -o "$dir"
	[ "$status" -eq 3 ]
	[[ "$output" == *"--link veth: both its sides are on this machine"* ]]
	run zcprof run --link netns:nosuch1,nosuch2 -o "$dir"
	[ "$status" -eq 3 ]
	[[ "$output" == *"namespace nosuch1: No such file"* ]]
	[ ! -e "$dir" ]
}

@test "settings that a dead process left are put back by restore and by the next run" {
	as_root
	[ -w /run ] || skip "/run cannot be written"
	setting=$BATS_TEST_TMPDIR/setting
	leave() {
		echo "changed" >"$setting"
		mkdir -p /run/zcprof
		printf 'zcprof-journal 2 4194304 1\nfile - %s as it was\n' "$setting" \
			>/run/zcprof/4194304.1
	}
	leave
	run zcprof restore
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"put back 1 setting that process 4194304"* ]]
	[ "$(cat "$setting")" = "as it was" ]
	run zcprof restore
	[[ "$output" == *"nothing to put back"* ]]
	leave
	run zcprof run "${fake[@]}" --repeat 1 -o "$dir"
	[ "$status" -eq 0 ]
	[[ "$output" == *"put back 1 setting that process 4194304"* ]]
	[ "$(cat "$setting")" = "as it was" ]
	[ ! -e /run/zcprof/4194304.1 ]
}

@test "SIGTERM while the far end is asked what it is, and does not end its answer" {
	printf '#!/bin/sh\nexec %s\n' yes >"$BATS_TEST_TMPDIR/endless"
	chmod +x "$BATS_TEST_TMPDIR/endless"
	zcprof run --zcpath "$BATS_TEST_TMPDIR/endless" --rx copy --tx copy --link loopback --seconds 0.2 --repeat 1 --collect cpu -o "$dir" 3>&- &
	started=$!
	sleep 1
	kill "$started"
	for _ in {1..50}; do
		kill -0 "$started" 2>/dev/null || break
		sleep 0.1
	done
	! kill -0 "$started" 2>/dev/null || false
	run wait "$started"
}

@test "a program in zcpath's place that starts it is said: what threads did is of that program" {
	printf '#!/bin/sh\n"%s" "$@"\nexit $?\n' "$BUILD/zcpath" >"$BATS_TEST_TMPDIR/around"
	printf '#!/bin/sh\nexec "%s" "$@"\n' "$BUILD/zcpath" >"$BATS_TEST_TMPDIR/before"
	chmod +x "$BATS_TEST_TMPDIR"/{around,before}
	options=(--link loopback --port "$(free_port)" --seconds 0.2 --warmup 0 --repeat 1 --collect cpu)
	run -0 zcprof run --zcpath "$BATS_TEST_TMPDIR/around" "${options[@]}" -o "$dir/around"
	[ "$(grep -c '"around", does not become zcpath but starts it' <<<"$output")" -eq 1 ]
	run -0 zcprof run --zcpath "$BATS_TEST_TMPDIR/before" "${options[@]}" -o "$dir/before"
	[[ $output != *"does not become"* ]]
	# How the kernel was started, without what is no matter of speed.
	for word in $(sed 's/ -- .*//' /proc/cmdline); do
		case $word in
		mitigations=* | isolcpus=*) grep -q "^,host,fact,kernel,boot options,.*$word" "$dir"/before/*/run-1.csv ;;
		root=* | panic=* | BOOT_IMAGE=*) run -1 grep -F "$word" "$dir"/before/*/run-1.csv ;;
		esac
	done
	grep -q '^,host,fact,kernel,boot options,' "$dir"/before/*/run-1.csv
}

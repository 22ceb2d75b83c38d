#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Plans that hold more than lists: what is skipped, included, printed, and how long it may take. The
# ends pretend (tests/fixtures/zcpath-fake), so that only the order of things is looked at.

load zcprof_run

setup() {
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR/out
	export FAKE_GATE=$BATS_TEST_TMPDIR/gate
	fake=(--zcpath "$PWD/tests/fixtures/zcpath-fake" --link loopback --seconds 0.1 --warmup 0
		--collect cpu)
	plan=$BATS_TEST_TMPDIR/one.plan
	printf '%s\n' 'set SIZES=4K,64K' 'rx copy,uring' 'include two.plan' 'tx ${TX}' >"$plan"
	printf '%s\n' 'set SIZES=1K' 'read ${SIZES}' 'skip rx=uring read=64K' \
		'table rows=rx cols=read value=T' >"$BATS_TEST_TMPDIR/two.plan"
}

runs() {
	find "$dir" -name 'run-*.csv' | wc -l
}

@test "what is included, set and skipped, and how it is printed" {
	run zcprof run "@$plan" "${fake[@]}" --repeat 2 -o "$dir"
	echo "$output"
	[ "$status" -eq 2 ]
	[[ $output == *'line 4: ${TX} has no value: give --set TX=VALUE'* ]]
	FAKE_REFUSE=send_zc zcprof run "@$plan" --set TX=copy,send_zc "${fake[@]}" --repeat 2 -o "$dir"
	[ "$(runs)" -eq 6 ]
	grep -qx 'read 4K,64K' "$dir/plan"
	grep -qx 'skip rx=uring read=64K' "$dir/plan"
	[ "$(find "$dir/refused" -name '*.csv' | wc -l)" -eq 3 ]
	refused="$dir/refused/rx=copy,tx=send_zc,read=64K.csv"
	[ "$(value "$refused" tx fact refused cannot)" = "send_zc has no meaning" ]
	[ "$(value "$refused" rx fact option path)" = copy ]
	[ "$(value "$refused" rx fact option read)" = 64K ]
	# The directory says how it is to be printed, and why cells are empty.
	run zcroi table "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"tx=copy"*"rx "*"read=4K "*"read=64K"*"uring "*" 40.00 "*"skipped ["* ]]
	[[ $output == *"tx=send_zc"*"cannot run ["*"[1] the plan says skip"*"tx: send_zc has no meaning"* ]]
	# The plan alone does it again, and the same with no skip runs what was skipped.
	run zcprof run "@$dir/plan" --zcpath "$PWD/tests/fixtures/zcpath-fake" -o "$dir"
	[[ $output == *"12 runs"* || $output == *"6 of "* ]]
	zcprof run "${fake[@]}" --rx copy,uring --read 4K,64K --tx copy,send_zc --repeat 2 -o "$dir"
	[ "$(runs)" -eq 16 ]
	grep -qx 'table rows=rx cols=read value=T' "$dir/plan"
	run zcroi table --rows rx --cols tx,read --value T "$dir"
	[[ $output != *skipped* && $output != *"cannot run"* ]]
}

@test "every study is a plan, and says how it is to be printed where it says it" {
	for study in studies/*.plan; do
		run zcprof run "@$study" --dry-run -o "$dir"
		[ "$status" -eq 0 ] || echo "$study: $output"
		[ "$status" -eq 0 ]
	done
	# The talk's matrix: five ways, by GRO, BIG TCP, CPUs and reads, devmem by three batches, uring by one read.
	run zcprof run @studies/full-battle-of-the-zcs.plan --dry-run -o "$dir"
	[[ $output == *"# 104 configurations, 520 runs"* ]]
	# What its tables need: one size of reads, devmem two, and one batch; within about an hour.
	run zcprof run @studies/battle-of-the-zcs.plan --dry-run -o "$dir"
	[[ $output == *"# 48 configurations, 240 runs, "*" skipped by the plan; about "[45][0-9]" min "* ]]
}

@test "studies/run runs every plan of a study, prints its tables and what was published, and makes pages" {
	export BUILD
	run studies/run
	echo "$output"
	[ "$status" -eq 0 ]
	for study in studies/*.plan; do
		grep -q "^$(basename "$study" .plan) .* runs.* about " <<<"$output"
	done
	run studies/run host-stack-mixed "${fake[@]}" --repeat 1 -o "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"==== host-stack-mixed"*"flows "*"Published: Cai et al."*"Page: $dir/host-stack-mixed.html"* ]]
	[ -s "$dir/host-stack-mixed.html" ]
	BUILD=/nonexistent PATH=/usr/bin:/bin run studies/run
	[ "$status" -eq 1 ]
	[[ $output == *"run make first"* ]]
	run studies/run no-such-study
	[ "$status" -eq 2 ]
	[[ $output == *"no study is called no-such-study"* ]]
	run studies/run read-size --no-such-option -o "$dir"
	[ "$status" -eq 2 ]
}

@test "studies/run says why it cannot say how long a plan takes" {
	mkdir "$dir" "$dir/bin"
	ln -s "$BUILD/zcroi" "$dir/bin/"
	zcprof_is() {
		printf '#!/bin/sh\n%s\n' "$1" >"$dir/bin/zcprof"
		chmod +x "$dir/bin/zcprof"
		BUILD=$dir/bin run studies/run
		echo "$output"
	}
	zcprof_is "echo \"zcprof run: unrecognized option '--published=x'\" >&2; exit 2"
	[ "$status" -eq 2 ]
	for study in studies/*.plan; do
		grep -q "^$(basename "$study" .plan)  *not known: zcprof run: unrecognized option '--published=x'$" <<<"$output"
	done
	# Of one plan alone: the others are told.
	zcprof_is 'case $2 in */load.plan) printf "no \033[31mload\n" >&2; exit 3 ;; esac; exec '"$BUILD"'/zcprof "$@"'
	[ "$status" -eq 3 ]
	grep -qx 'load  *not known: no \[31mload' <<<"$output"
	[ "$(grep -c ' runs.* about ' <<<"$output")" -eq $(($(ls studies/*.plan | wc -l) - 1)) ]
	zcprof_is 'exit 0'
	[ "$status" -eq 1 ]
	[[ $output == *"of another version"* ]]
	zcprof_is 'exit 139'
	[ "$status" -eq 139 ]
	[[ $output == *"zcprof ended with 139 and said nothing"* ]]
}

@test "studies/run: Ctrl-C ends the study and not only a plan of it; what zcroi refuses is told; a plan is named as a shell completes it" {
	export BUILD
	cd "$BATS_TEST_TMPDIR"
	mkdir study
	cp "$BATS_TEST_DIRNAME/../../"{studies/run,tools/attended} study/
	printf '%s\n' 'rx copy' 'read 4K,8K' >study/two-a.plan
	cp study/two-a.plan study/two-b.plan
	fake[1]=$BATS_TEST_DIRNAME/../fixtures/zcpath-fake
	cp "$BATS_TEST_DIRNAME/../../VERSION" .
	# As a terminal does it: to all of the foreground, while the first plan is run.
	python3 - study/run two "${fake[@]}" --seconds 30 --repeat 1 -o out >said 2>&1 <<-'END'
		import os, signal, subprocess, sys, time
		study = subprocess.Popen(["bash"] + sys.argv[1:], start_new_session=True,
		                         preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
		for _ in range(600):
		    if any(f.endswith(".part") for _, _, files in os.walk("out") for f in files):
		        break
		    time.sleep(0.05)
		os.killpg(study.pid, signal.SIGINT)
		print("ended with", study.wait())
	END
	cat said
	grep -q 'ended with 130' said
	grep -q 'studies/run: stopped in two-a; the same command goes on' said
	! grep -q '==== two-b' said || false
	[ ! -e out/two-b ]
	# What is printed or made of the runs has failed.
	cp study/two-a.plan study/two-b-and-more.plan
	run bash study/run study/two-b.plan "${fake[@]}" --repeat 1 --output=out --published 'value=T is=x where=rx=copy'
	echo "$output"
	[ "$status" -eq 1 ]
	[ "$(find out -name 'run-*.csv' | wc -l)" -eq 2 ]
	[[ $output == *'two-b/plan: "published value=T is=x'*"Page: out/two-b.html" ]]
	[[ $output != *and-more* ]]
	zcprof run @study/two-b.plan "${fake[@]}" --repeat 1 -o sound/two-b
	mkdir sound/two-b.html
	run bash study/run study/two-b.plan "${fake[@]}" --repeat 1 -o sound
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"two-b.html: "* && $output != *"Page: "* ]]
	run bash study/run two --dry-run --output none
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"==== two-a"*"==== two-b"*" runs"* ]]
	[ ! -e none ]
}

@test "studies/run: a directory that is refused has no table below; where nothing is begun, nothing stays" {
	export BUILD
	cd "$BATS_TEST_TMPDIR"
	mkdir study
	cp "$BATS_TEST_DIRNAME/../../"{studies/run,tools/attended} study/
	cp "$BATS_TEST_DIRNAME/../../VERSION" .
	printf '%s\n' 'rx copy' 'read 4K,8K' >study/one.plan
	fake[1]=$BATS_TEST_DIRNAME/../fixtures/zcpath-fake
	bash study/run one "${fake[@]}" --repeat 1 -o out
	run bash study/run one "${fake[@]}" --seconds 0.2 --repeat 1 -o out
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"runs of another length are no repeats of those"* && $output != *Gbit* && $output != *Page:* ]]
	run bash study/run one "${fake[@]}" --link nosuchdevice0 --rx-host nosuchhost -o new/deep/er
	[ "$status" -ne 0 ]
	[ ! -e new ]
	[ "$(id -u)" = 0 ] || return 0
	run setpriv --bounding-set=-all --inh-caps=-all bash study/run one --zcpath "${fake[1]}" --seconds 0.1 --repeat 1 -o new
	echo "$output"
	[ "$status" -eq 3 ]
	[ ! -e new ]
}

# ended PID: it is gone, within 20 s
ended() {
	for _ in $(seq 200); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}

@test "studies/run: SIGTERM to it alone ends the plan that runs, and so does SIGKILL" {
	export BUILD
	cd "$BATS_TEST_TMPDIR"
	mkdir study
	cp "$BATS_TEST_DIRNAME/../../"{studies/run,tools/attended} study/
	cp "$BATS_TEST_DIRNAME/../../VERSION" .
	printf '%s\n' 'rx copy' 'read 4K,8K' >study/two-a.plan
	cp study/two-a.plan study/two-b.plan
	fake[1]=$BATS_TEST_DIRNAME/../fixtures/zcpath-fake
	for signal in TERM KILL; do
		bash study/run two "${fake[@]}" --seconds 30 --repeat 1 -o "$signal" >"$signal.said" 2>&1 3>&- &
		study=$!
		for _ in $(seq 200); do
			[ -z "$(find "$signal" -name '*.part' 2>/dev/null)" ] || break
			sleep 0.1
		done
		zcprof=$(pgrep -P $study)
		kill -$signal $study
		status=0
		wait $study || status=$?
		ended "$zcprof"
		cat "$signal.said"
		[ -e "$signal/two-a/plan" ] && [ ! -e "$signal/two-b" ] || false
		[ $signal = KILL ] || [ $status = 143 ]
	done
	grep -q 'interrupted; 0 of 2 runs' TERM.said
	grep -q 'studies/run: stopped in two-a; the same command goes on' TERM.said
	grep -q 'interrupted; 0 of 2 runs' KILL.said
}

# testpmd_is TEXT: of a script
testpmd_is() {
	mkdir -p "$dir.bin"
	printf '#!/bin/sh\n%s\n' "$1" >"$dir.bin/dpdk-testpmd"
	chmod +x "$dir.bin/dpdk-testpmd"
}

@test "rows of DPDK beside a plan: what does not begin is tried once, and its words are in the cell" {
	[ "$(id -u)" = 0 ] || skip "namespaces take root"
	testpmd_is "echo tried >>$dir.tried; echo 'EAL: no such driver, \"here\"' >&2; exit 1"
	PATH=$dir.bin:$PATH run studies/packet-reception.beside "$dir" --seconds 1 --repeat 3 --udp 18
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(wc -l <"$dir.tried")" -eq 2 ]
	grep -Fx ',rx,fact,refused,cannot,"dpdk-testpmd: EAL: no such driver here",' "$dir/refused/rx=dpdk_af_xdp,tx=copy,udp=18.csv"
	# The next call tries again.
	PATH=$dir.bin:$PATH studies/packet-reception.beside "$dir" --seconds 1 --repeat 1 --udp 18
	[ "$(wc -l <"$dir.tried")" -eq 4 ]
}

@test "rows of DPDK beside a plan: SIGKILL leaves no process, no namespace, no file" {
	[ "$(id -u)" = 0 ] || skip "namespaces take root"
	testpmd_is "echo \$\$ >$dir.pid; exec sleep 60"
	export TMPDIR=$dir.tmp
	mkdir "$TMPDIR"
	PATH=$dir.bin:$PATH studies/packet-reception.beside "$dir" --seconds 30 --repeat 1 --udp 18 >"$dir.said" 2>&1 3>&- &
	beside=$!
	for _ in $(seq 200); do
		[ ! -s "$dir.pid" ] || break
		sleep 0.1
	done
	ours=$(readlink "/proc/$(cat "$dir.pid")/ns/net")
	children=$(pgrep -P $beside)
	kill -KILL $beside
	wait $beside || :
	for pid in $children $(cat "$dir.pid"); do
		ended "$pid"
	done
	cat "$dir.said"
	[ -z "$(ls "$TMPDIR")" ]
	! ip netns list | grep zcdpk || false
	! readlink /proc/[0-9]*/ns/net 2>/dev/null | grep -F "$ours" || false
}

@test "rows of DPDK beside a plan, where there is none, are cells with the reason" {
	zcprof run "${fake[@]}" --udp 18 --repeat 1 -o "$dir"
	mkdir "$dir.bin"
	for tool in bash mktemp mkdir rm awk ip id; do
		ln -s "$(command -v $tool)" "$dir.bin/"
	done
	PATH=$dir.bin run studies/packet-reception.beside "$dir" --seconds 1 --udp=18,466 --repeat 1
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"no rows of DPDK: dpdk-testpmd is not installed (Debian: dpdk-dev)" ]]
	run zcroi table --rows rx --cols udp --value packets "$dir"
	echo "$output"
	[[ $output == *"dpdk_af_packet "*"cannot run ["*"cannot run ["*"dpdk_af_xdp "*"rx: dpdk-testpmd is not installed (Debian: dpdk-dev)"* ]]
	PATH=$dir.bin:$BUILD run studies/packet-reception.beside "$dir" --link eth1
	[ "$status" -eq 0 ]
}

@test "what an end finds that it cannot do, once it is there, is a cell with the reason, tried once" {
	FAKE=unable=8K run zcprof run "${fake[@]}" --read 4K,8K --repeat 3 -o "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c 'read=8K is left out: the driver has no 8K' <<<"$output")" -eq 1 ]
	[ "$(runs)" -eq 3 ]
	[ "$(value "$dir/refused/rx=copy,tx=copy,read=8K.csv" rx fact refused cannot)" = "the driver has no 8K" ]
	[ -z "$(find "$dir" -name '*.part')" ]
	run zcroi table --rows read --value T "$dir"
	[[ $output == *"8K "*"cannot run [1]"*"[1] rx: the driver has no 8K"* ]]
	# The machine may have changed since: each call tries again, and says so.
	FAKE=unable=8K run zcprof run "${fake[@]}" --read 4K,8K --repeat 3 -o "$dir"
	[[ $output == *"1 configuration was left out by an earlier call, and is tried again"*"read=8K is left out"* ]]
	run zcprof run "${fake[@]}" --read 4K,8K --repeat 1 -o "$dir"
	echo "$output"
	[[ $output == *"is tried again"*"read=8K run 1: 40.00 Gbit/s"* ]]
	[ "$(runs)" -eq 6 ]
	run zcroi table --rows read --value T "$dir"
	[[ $output == *"8K "*"40.00"* && $output != *"cannot run"* ]]
	run zcprof run "${fake[@]}" --read 4K,8K --repeat 3 -o "$dir"
	[[ $output != *"tried again"* ]]
	FAKE=unable=8K run zcprof run "${fake[@]}" --read 8K --repeat 3 -o "$dir.none"
	[ "$status" -eq 3 ]
}

@test "more repeats go on, runs of another length do not, and each says so" {
	zcprof run "${fake[@]}" --read 4K,8K --repeat 1 -o "$dir"
	run zcprof run "${fake[@]}" --read 4K,8K --repeat 3 -o "$dir"
	[[ $output == *"2 of 6 runs are in"* ]]
	[ "$(runs)" -eq 6 ]
	run zcprof run "${fake[@]}" --seconds 0.2 --read 4K,8K --repeat 4 -o "$dir"
	[ "$status" -eq 1 ]
	[[ $output == *"was made with \"seconds 0.1\", and runs of another length are no repeats of those: give another directory"* ]]
}

@test "--dry-run says how long it will take, and what of it is there" {
	run zcprof run "@$plan" --set TX=copy "${fake[@]}" --seconds 10 --warmup 1 --repeat 4 --dry-run -o "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	# Twelve runs of 11 s, and what is around each: at least 2 min 12 s.
	[[ $output == *"# 3 configurations, 12 runs, 1 skipped by the plan; about 2 min "*" s"* ]]
	[ ! -e "$dir" ]
	zcprof run "@$plan" --set TX=copy "${fake[@]}" --repeat 2 -o "$dir"
	run zcprof run "@$plan" --set TX=copy "${fake[@]}" --repeat 4 --within 5s --dry-run -o "$dir"
	echo "$output"
	[[ $output == *"12 runs, 1 skipped by the plan, 6 of them are in $dir already; at most about 5 s"* ]]
}

@test "--within gives up what does not fit, the least known last, and says it" {
	run zcprof run "${fake[@]}" --read 4K,8K,16K --repeat 40 --within 3s -o "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"the time of --within is used up: "*" of 120 runs are not made; 3 configurations have fewer than 40 runs"*"the same command goes on"* ]]
	[ "$(runs)" -ge 1 ] && [ "$(runs)" -lt 120 ] || false
	# A configuration that is new has the fewest runs, and goes first.
	zcprof run "${fake[@]}" --read 4K,8K,16K --repeat 1 -o "$dir.new"
	dir=$dir.new
	zcprof run "${fake[@]}" --read 4K,8K,16K,32K --repeat 40 --within 3s -o "$dir"
	[ "$(find "$dir/rx=copy,tx=copy,read=32K" -name 'run-*.csv' | wc -l)" -ge 1 ]
	# No time at all: a record says so, until there are runs.
	run zcprof run "${fake[@]}" --seconds 20 --read 4K,8K --repeat 1 --within 1s -o "$dir.none"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $(value "$dir.none/refused/rx=copy,tx=copy,read=8K.csv" host fact refused time) == *"--within"* ]]
	for wrong in 0 -1 3x 5ms m ''; do
		run zcprof run --within "$wrong"
		[ "$status" -eq 2 ]
		[[ $output == *"such as 90s, 30m or 2h"* ]]
	done
}

@test "--until leaves out of later rounds what is known well" {
	# The pretending ends are as steady as can be: nothing is run after the least that is asked for.
	run zcprof run "${fake[@]}" --read 4K,8K --until 1% --repeat 30 -o "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"after 5 rounds throughput is known to ±0 %, as asked for"* ]]
	[ "$(runs)" -eq 10 ]
}

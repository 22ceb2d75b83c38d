#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lab/two: two machines of which each is a host of its own, and an experiment over both.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	PATH=$BUILD:$PATH
	out=$BATS_TEST_TMPDIR/out
	lab=(lab/two --kernel "${KERNEL:-7.2}" --mtu 4148 --timeout 400 --out "$out" --)
}

@test "near reaches far by ssh and by the wire, and far reaches near" {
	run "${lab[@]}" sh -c 'hostname; ssh far "hostname; ssh near hostname; zcpath --version"
		head -c 3000000 /dev/zero | ssh far "wc -c"; cat /sys/class/net/zcnic0/mtu; exit 7'
	echo "$output"
	[ "$status" -eq 7 ]
	[ "$(grep -cx near <<<"$output")" -eq 2 ]
	[ "$(grep -cx far <<<"$output")" -eq 1 ]
	[[ $output == *"zcpath "*3000000*4148* ]]
	[ ! -e "$out/far/end" ]
}

@test "both ends of an experiment are measured, each at its own machine" {
	run "${lab[@]}" sh -c 'zcprof run --link zcnic0 --rx-host far --address 10.8.0.2 --rx copy,zcrx \
		--rx-nic zcnic0 --rx-queues 1 --rx-cpu 0 --tx-cpu 1 --cc cubic --seconds 2 --warmup 0.5 --repeat 1 \
		--collect cpu,tcp,syscalls -o "$OUT/run" && zcroi table "$OUT/run"'
	echo "$output"
	[ "$status" -eq 0 ]
	for rx in copy zcrx; do
		record="$out/run/rx=$rx,tx=copy/run-1.csv"
		# What came over the wire was counted by the other machine, and CPUs of both are in it.
		grep -q '^,rx,path,bytes,,[1-9]' "$record"
		grep -q '^,rx,cpu,busy,' "$record"
		grep -q '^,tx,cpu,busy,' "$record"
		zcroi check "$record"
	done
	[ "$(awk -F, '$2 == "rx" && $4 == "bytes_zerocopy" && $1 == "" { print ($6 > 0) }' \
		"$out/run/rx=zcrx,tx=copy/run-1.csv")" = 1 ]
}

# They have one CPU each: emulated ones with more die at times where much of the kernel is traced.
@test "one plan over two machines: what one machine has, of both ends, and C as each has it" {
	# The program that runs, whose folder is first in the PATH of a test, is none to begin with.
	run "${lab[@]:0:7}" --cpus 1 --out "$out" -- env BUILD="$BUILD" PATH="${PATH#*/bats-core:}" bats tests/two/measured.bats
	echo "$output"
	grep '^#' <<<"$output" >&3
	[ "$status" -eq 0 ]
}

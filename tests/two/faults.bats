#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# In the near one of lab/two's machines: what goes wrong at the far one, in mid-run. Each time a sentence in time, what was
# measured here is kept, and the far machine is afterwards what it was before.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run

setup() {
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR/run
	part="$dir/rx=copy,tx=copy/run-1.csv.part"
	wire=$(basename "$(dirname "$(grep -lx 52:54:00:12:35:01 /sys/class/net/*/address)")")
	wait_until 120 answers
	# CPU time is read from /proc: nothing that patches the kernel's code, which emulated CPUs die of at times.
	near=(zcprof run --link zcnic0 --rx-host far --address 10.8.0.2 --rx-gro off --rx-queues-count 2 --rx-rps 0 --pacing 100M
		--collect cpu --warmup 0.2 --repeat 1 -o "$dir")
	state >"$BATS_TEST_TMPDIR/before"
}

teardown() {
	ip link set "$wire" up
}

# wait_until SECONDS COMMAND...: by the clock, for a machine whose CPUs are emulated tries too slowly to count tries
wait_until() {
	local deadline=$((EPOCHSECONDS + $1))
	shift
	until "$@"; do
		[ "$EPOCHSECONDS" -lt "$deadline" ] || { echo "never came true: $*"; return 1; }
		sleep 0.2
	done
}

# Its traffic flows, or it has ended.
flows() { # PID
	grep -qs '^[0-9.]*,rx,path,bytes,' "$part" || ! kill -0 "$1" 2>/dev/null
}

runs() { # PID
	wait_until 120 flows "$1" || { cat "$BATS_TEST_TMPDIR/said"; return 1; }
	kill -0 "$1" 2>/dev/null || { cat "$BATS_TEST_TMPDIR/said"; return 1; }
}

answers() { ssh -o ConnectTimeout=3 far true 2>/dev/null; }

# What the far machine's device is set to.
state() {
	ssh far 'for c in -g -k -l -x; do ethtool $c zcnic0; done
		grep . /sys/class/net/zcnic0/queues/rx-*/rps_cpus /sys/class/net/zcnic0/mtu
		for irq in $(awk '\''$NF ~ /^zcnic0-/ { sub(":", "", $1); print $1 }'\'' /proc/interrupts); do
			grep -H . /proc/irq/$irq/smp_affinity_list; done' | grep -v '^[0-9a-f][0-9a-f]:' # a key by chance, each boot
}

is_as_before() {
	state | diff "$BATS_TEST_TMPDIR/before" - >"$BATS_TEST_TMPDIR/differs"
}

say_run() {
	echo "# said after $took s, exit code $status: $(grep -v 'no longer than\|s left' "$BATS_TEST_TMPDIR/said" | tail -n 2)" >&3
}

in_mid_run() { # COMMAND…
	"${near[@]}" --seconds 90 >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	local run=$! began
	runs $run
	run ! is_as_before
	"$@" 3>&-
	# Of the command that was run there the way back is behind it, as slow as these machines are.
	began=$EPOCHSECONDS status=0
	wait_until 60 grep -q 'run 1: ' "$BATS_TEST_TMPDIR/said"
	took=$((EPOCHSECONDS - began))
	wait $run || status=$?
	echo "# ended after $((EPOCHSECONDS - began)) s" >&3
	[ $((EPOCHSECONDS - began)) -le 60 ]
	output=$(cat "$BATS_TEST_TMPDIR/said")
	say_run
	echo "# kept: $(grep -cE '^[0-9.]*,(tx|tx-host),' "$part") rows of near, $(grep -cE '^[0-9.]*,(rx|rx-host),' "$part") of far" >&3
	[ "$status" -eq 1 ]
	[ "$took" -le 15 ]
	grep -q '^,tx,cpu,busy,' "$part"
	is_record "$part"
}

is_put_back() {
	wait_until 60 answers
	wait_until 60 is_as_before
	echo "# settings there: $(wc -l <"$BATS_TEST_TMPDIR/before") lines, as before" >&3
}

agent() { ssh far "pkill -$1 -f '^zcprof agent'"; }
cut_cable() { ip link set "$wire" down; }
fill_disks() { ssh far 'for at in /run /tmp /dev/shm; do dd if=/dev/zero of=$at/fill bs=1M 2>/dev/null; done; :'; }

@test "its agent is killed" {
	in_mid_run agent KILL
	[[ "$output" == *"far: the connection to its zcprof agent ended"* ]]
	is_put_back
}

@test "its agent is stopped" {
	in_mid_run agent STOP
	[[ "$output" == *"far: nothing was heard of its zcprof agent for 7 s"* ]]
	agent KILL || :
	is_put_back
}

@test "the cable is cut" {
	in_mid_run cut_cable
	[[ "$output" == *"far: "* || "$output" == *"the control connection to the"* ]]
	ip link set "$wire" up
	is_put_back
}

@test "its disks fill up in mid-run: the run is whole all the same; then nothing is set, for it could not be put back" {
	ssh far 'mount -t tmpfs -o size=1m none /tmp; mount -o remount,size=8m /run; mount -o remount,size=1m /dev/shm'
	"${near[@]}" --seconds 30 >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	run=$!
	runs $run
	run ! is_as_before
	fill_disks
	began=$EPOCHSECONDS status=0
	wait $run || status=$?
	took=$((EPOCHSECONDS - began))
	say_run
	[ "$status" -eq 0 ]
	is_record "$dir/rx=copy,tx=copy/run-1.csv"
	is_as_before
	rm -rf "$dir"
	began=$EPOCHSECONDS
	run "${near[@]}" --seconds 1
	echo "# after $((EPOCHSECONDS - began)) s, exit code $status: $output" >&3
	[ "$status" -ne 0 ]
	[[ "$output" == *"No space left on device"* ]]
	ssh far 'rm -f /run/fill /tmp/fill /dev/shm/fill; umount /tmp'
	is_put_back
}

@test "a zcprof of another version there: what differs is said, and the rest is measured" {
	sed 's/zcprof 0\.1\.0/zcprof 0.0.9/g; s/throttled/throddled/g' "$BUILD/zcprof" >"$OUT/far/other"
	ssh far "cp $OUT/far/other /root/other; chmod +x /root/other; /root/other --version" >&3
	began=$EPOCHSECONDS
	run "${near[@]}" --zcprof /root/other --seconds 1
	echo "# after $((EPOCHSECONDS - began)) s, exit code $status: $(grep version <<<"$output")" >&3
	[ "$status" -eq 0 ]
	[[ "$output" == *"far: its zcprof is of another version: here is "*"there "*"0.0.9"*"throttled"*"throddled"* ]]
	is_record "$dir/rx=copy,tx=copy/run-1.csv"
	grep -q '^,rx,cpu,busy,' "$dir/rx=copy,tx=copy/run-1.csv"
	is_put_back
}

@test "no privilege there: nothing is set, and the sentence has the machine's name" {
	ssh far 'printf "#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups zcprof \"\$@\"\n" >/root/bare
		chmod 755 /root /root/bare'
	began=$EPOCHSECONDS
	run "${near[@]}" --zcprof /root/bare --seconds 1
	echo "# after $((EPOCHSECONDS - began)) s, exit code $status: $output" >&3
	[ "$status" -eq 3 ]
	[[ "$output" == *"far: "* ]]
	is_put_back
}

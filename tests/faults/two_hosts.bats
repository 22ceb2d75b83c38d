#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What goes wrong on a host that runs an end: one sentence with its name, in time, what was measured is
# kept, and its settings are as they were.
#
# Waits: for what a far end does not say, until it is given up.

load ../host/zcprof_run

setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root: it makes network namespaces"
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR/out
	ns=zct$$
	make_namespaces
	agent=$BATS_TEST_TMPDIR/agent
	# A namespace stands for the host; whatever runs there has the number of this process.
	cat >"$BATS_TEST_TMPDIR/ssh" <<-END
		#!/bin/bash
		echo \$\$ >"$agent"
		exec ip netns exec "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/ssh"
	near=(ip netns exec "${ns}tx" zcprof run --link tx0 --rx-host "${ns}rx" --address 10.78.0.1 --ssh "$BATS_TEST_TMPDIR/ssh"
		--collect cpu,softnet --warmup 0.1 --repeat 1 -o "$dir")
	part="$dir/rx=copy,tx=copy/run-1.csv.part"
}

teardown() {
	[ ! -s "$agent" ] || [ "$(cat "/proc/$(cat "$agent")/comm" 2>/dev/null)" != zcprof ] ||
		kill -9 "$(cat "$agent")"
	remove_namespaces
	[ -z "$place" ] || rm -rf "$place"
}

# Where the packets of the receiver's device are served.
served_by() {
	ip netns exec "${ns}rx" cat /sys/class/net/rx0/queues/rx-0/rps_cpus
}

flows() {
	grep -q '^[0-9.]*,rx,path,bytes,' "$part" 2>/dev/null
}

# in_mid_run COMMAND…: what goes wrong once traffic flows; how long it took until zcprof had ended is in took.
in_mid_run() {
	"${near[@]}" --rx-irq-cpu 0 --seconds 40 >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	run_pid=$!
	wait_until 60 flows
	[ "$(served_by)" != "$before" ]
	began=$(date +%s)
	"$@"
	status=0
	wait "$run_pid" || status=$?
	took=$(($(date +%s) - began))
	output=$(cat "$BATS_TEST_TMPDIR/said")
	echo "$output"
	echo "exit code $status after $took s"
}

is_as_before() {
	[ "$(served_by)" = "$before" ]
}

kill_agent() { kill -9 "$(cat "$agent")"; }
stop_agent() { kill -STOP "$(cat "$agent")"; }
cut_cable() { ip -n "${ns}rx" link set rx0 down; }

@test "its agent is killed: a sentence, what was measured here, and its settings back" {
	before=$(served_by)
	in_mid_run kill_agent
	[ "$status" -eq 1 ]
	[ "$took" -le 10 ]
	[[ "$output" == *"${ns}rx: the connection to its zcprof agent ended by signal 9"* ]]
	[[ "$(grep '^,rx-host,collector,absent,all,' "$part")" == *"the host was lost in this run"* ]]
	grep -q '^,tx-host,collector,window,cpu,' "$part"
	grep -q '^,tx,cpu,busy,' "$part"
	is_record "$part"
	wait_until 10 is_as_before
}

@test "its agent is stopped: noticed within 10 s" {
	before=$(served_by)
	in_mid_run stop_agent
	[ "$status" -eq 1 ]
	[ "$took" -le 12 ]
	[[ "$output" == *"${ns}rx: nothing was heard of its zcprof agent for 7 s"* ]]
	grep -q '^,tx-host,collector,window,cpu,' "$part"
	wait_until 15 is_as_before
}

@test "the link goes down in mid-run" {
	before=$(served_by)
	in_mid_run cut_cable
	[ "$status" -eq 1 ]
	[ "$took" -le 15 ]
	[[ "$output" == *"the control connection to the"*"broke"* ]]
	grep -q '^,tx-host,collector,window,cpu,' "$part"
	wait_until 15 is_as_before
}

@test "zcprof here is killed: the agent ends what it started, and puts back what that set" {
	before=$(served_by)
	kill_near() { kill -9 "$run_pid"; }
	in_mid_run kill_near
	wait_until 15 is_as_before
	gone() { ! kill -0 "$(cat "$agent")" 2>/dev/null; }
	wait_until 15 gone
}

# All that is set below, at both hosts. ip looks at each name of a namespace on this machine, and says of those that other tests spoiled.
set_at_both() {
	local side
	for side in rx tx; do
		ip netns exec "${ns}$side" sh -c "ip -o link show ${side}0 2>/dev/null | grep -o 'mtu [0-9]*'; cd /sys/class/net/${side}0 && cat gro_flush_timeout threaded queues/*/[rx]ps_cpus
			cat /proc/sys/net/ipv4/tcp_moderate_rcvbuf; ethtool -k ${side}0 | grep -w generic-receive-offload"
	done 2>&1
}

both_as_before() {
	[ "$(set_at_both)" = "$all_before" ]
}

@test "zcprof here is killed at any moment: both hosts are as before, the near one by the next zcprof" {
	all_before=$(set_at_both)
	for i in $(seq "${KILLS:-3}"); do
		rm -f "$agent"
		"${near[@]}" --mtu 1400 --gro sw --gro-flush 20000 --threaded-napi on --xps 0 --sysctl net.ipv4.tcp_moderate_rcvbuf=0 \
			--rx-irq-cpu 0 --seconds 40 >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
		run_pid=$!
		wait_until 60 test -s "$agent"
		sleep "$((RANDOM % 4)).$((RANDOM % 10))"
		kill -9 "$run_pid"
		wait "$run_pid" || :
		nobody() { ! pgrep -f "zcpath [rt]x .*(--bind|--to) 10.78.0.1" >/dev/null || false; }
		wait_until 30 nobody
		ip netns exec "${ns}tx" zcprof restore
		wait_until 20 both_as_before || { diff <(echo "$all_before") <(set_at_both); cat "$BATS_TEST_TMPDIR/said"; false; }
		rm -rf "$dir"
	done
}

@test "no zcprof there, one of another version, one that talks nonsense" {
	expect() {
		printf '#!/bin/bash\n%s\n' "$1" >"$BATS_TEST_TMPDIR/ssh"
		run "${near[@]}" --seconds 1
		echo "$output"
		[ "$status" -eq 3 ]
		[[ "$output" == *"${ns}rx: "*"$2"* ]]
		[ "$(grep -c . <<<"$output")" -eq 1 ]
	}
	header="echo time_s,end,source,metric,key,value,unit"
	expect 'echo "bash: zcprof: command not found" >&2; exit 127' \
		"the connection to its zcprof agent ended with exit code 127: bash: zcprof: command not found"
	expect "$header; echo ',host,agent,hello,1,zcprof 0.0.1 00000000,'; sleep 5" \
		"there \"zcprof 0.0.1 00000000\", which understands nothing of what this one asks; install the same on both sides, or give --push"
	expect "$header; echo ',host,agent,hello,2,zcprof 0.0.1 00000000,'; read -r _; echo ',host,agent,answer,2,did not understand what was asked,'; sleep 5" \
		"does not say which rows it has"
	expect "$header; echo ',host,agent,hello,0,$(zcprof --version | head -n 1) 00000000,'; sleep 5" "another version"
	expect "echo Welcome to this machine; sleep 5" "what is no row"
	expect "$header; echo ',rx-host,fact,kernel,,x,'; sleep 5" "of a machine of another"
	expect "$header; echo ',host,agent,answer,0,,'; sleep 5" "answered what nobody asked"
	# One that never stops talking, on either way, takes neither memory nor time without end.
	hello=$(zcprof agent </dev/null 2>/dev/null | sed -n 2p)
	expect "$header; echo '$hello'; yes 'zcprof: warning: x' >&2 & yes ',host,fact,kernel,,x,'" \
		"says more than any machine has to say"
}

@test "no privilege there: the same sentences, with the host's name, and what can be measured is" {
	command -v setpriv || skip "needs setpriv"
	# shellcheck disable=SC2016
	printf '#!/bin/bash\nhost=$1; shift\nexec ip netns exec "$host" setpriv --reuid 65534 --clear-groups --inh-caps -all "$@"\n' \
		>"$BATS_TEST_TMPDIR/ssh"
	# Whoever has no privilege has to be able to read the programs.
	place=$(mktemp -d)
	chmod 755 "$place"
	cp "$BUILD/zcprof" "$BUILD/zcpath" "$place"
	run "${near[@]}" --zcprof "$place/zcprof" --zcpath "$place/zcpath" \
		--seconds 1 --collect cpu,syscalls
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"warning: ${ns}rx: the records have no syscalls: "*"CAP_"* ]]
	file="$dir/rx=copy,tx=copy/run-1.csv"
	grep -q '^,rx-host,collector,absent,syscalls,' "$file"
	[ "$(sum "$file" rx cpu busy)" -gt 0 ]
	[ "$(sum "$file" tx syscalls calls)" -gt 0 ]
}

# All that is set at both ends, as other tools say it.
dump() {
	served_by
	ip -n "${ns}rx" -d link show rx0
	ip netns exec "${ns}rx" ethtool -k rx0
	ip -n "${ns}tx" -d link show tx0
}

@test "the disk there is full, so that nothing can be noted: nothing is set, and a sentence says so" {
	cat >"$BATS_TEST_TMPDIR/ssh" <<-'END'
		#!/bin/bash
		host=$1
		shift
		exec ip netns exec "$host" unshare --mount bash -c \
			'mkdir -p /run/zcprof && mount -t tmpfs -o size=4k,mode=755 none /run/zcprof &&
			head -c 4096 /dev/zero >/run/zcprof/.full && exec "$@"' bash "$@"
	END
	before=$(dump)
	run "${near[@]}" --rx-mtu 1400 --seconds 1
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *"${ns}rx: rx0 (driver veth) refuses --mtu 1400: No space left on device"* ]]
	[ "$(dump)" = "$before" ]
}

@test "the disk here is full in mid-run: what did fit is kept, and both ends are as they were" {
	before=$(dump)
	mkdir "$dir"
	# Journals of its own too, which no other zcprof of this machine looks at.
	run unshare --mount --propagation private bash -c 'mkdir -p /run/zcprof &&
		mount -t tmpfs -o mode=755 none /run/zcprof && mount -t tmpfs -o size=16k none "$0" && "$@"
		code=$?
		wc -c "$0"/*/*.part
		exit $code' "$dir" "${near[@]}" --rx-mtu 1400 --collect cpu,syscalls,softnet,tcp,nic --seconds 2
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"No space left on device; every row that did fit is kept there"* ]]
	[[ "$output" =~ [1-9][0-9]{3,}\ .*run-1.csv.part ]]
	[ "$(dump)" = "$before" ]
}

@test "--push to a full disk: a sentence, and nothing is left" {
	cat >"$BATS_TEST_TMPDIR/ssh" <<-'END'
		#!/bin/bash
		host=$1
		shift
		exec ip netns exec "$host" unshare --mount bash -c \
			'mount -t tmpfs -o size=64k none /tmp && exec "$@"' bash "$@"
	END
	run "${near[@]}" --push --seconds 1
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *"${ns}rx: --push cannot copy zcprof"* ]]
}

@test "--push to where programs may not run: a sentence, and nothing is left" {
	mkdir "$BATS_TEST_TMPDIR/tmp"
	cat >"$BATS_TEST_TMPDIR/ssh" <<-END
		#!/bin/bash
		host=\$1
		shift
		exec ip netns exec "\$host" unshare --mount bash -c \\
			'mount --bind "$BATS_TEST_TMPDIR/tmp" /tmp && mount -o remount,bind,noexec /tmp && exec "\$@"' bash "\$@"
	END
	run "${near[@]}" --push --seconds 1
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *"${ns}rx: the connection to its zcprof agent ended with exit code 126"* ]]
	[ -z "$(ls "$BATS_TEST_TMPDIR/tmp")" ]
}

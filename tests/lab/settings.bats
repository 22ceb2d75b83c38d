#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Settings that a veth has not: rings, HW GRO, header split from a size on, rules for flows; run in
# the lab's machine, and seen there by ethtool and by what the card counts:
#
#   BUILD=build lab/run --mtu 4148 -- bats tests/lab/settings.bats

bats_require_minimum_version 1.5.0
load zcnic

setup() {
	zcnic_setup
	nic -K ntuple off
	state >before
}

teardown() {
	zcnic_teardown
	ip netns exec rx "$BUILD/zcprof" restore
}

nic() { # COMMAND ARGUMENT...: ethtool -COMMAND zcnic0 ARGUMENT...
	local command=$1
	shift
	ip netns exec rx ethtool "$command" zcnic0 "$@"
}

state() {
	for command in -g -x -n -k -l; do
		nic $command
	done
	ip -n rx -d link show zcnic0
}

seen() { # PATTERN COMMAND...
	local pattern=$1
	shift
	"$@" | grep -qE "$pattern" || { echo "no \"$pattern\" in: $*"; "$@"; return 1; }
}

current() { # COMMAND: what is set now, without what could be
	nic "$1" | sed -n '/Current/,$p'
}

card() { # COUNTER: of all queues
	nic -S | awk -v name="_$1:" '$1 ~ name { n += $2 } END { printf "%.0f\n", n }'
}

# Begins an end that waits, with these settings.
hold() {
	rx --path copy "$@"
}

@test "rings, queues, HW GRO, rules for flows and BIG TCP are set, seen, and put back" {
	hold --rx-ring 512 --queues-count 2 --gro sw --arfs on --big-tcp 150000 --mtu 3000 --tso off
	seen '^RX:[[:space:]]+512' current -g
	seen '^Combined:[[:space:]]+2' current -l
	seen '^generic-receive-offload: on' nic -k
	seen '^rx-gro-hw: off' nic -k
	seen '^ntuple-filters: on' nic -k
	seen '^tcp-segmentation-offload: off' nic -k
	seen 'mtu 3000 .*' ip -n rx link show zcnic0
	seen 'gro_max_size 150000 ' ip -n rx -d link show zcnic0
	kill -TERM "$rx_pid"
	wait "$rx_pid" || :
	state | diff before -
}

@test "what is left by SIGKILL, restore puts back" {
	hold --rx-ring 512 --queues-count 2 --gro sw --arfs on --big-tcp 150000 --mtu 3000
	# timeout(1) and what it runs, which would outlive it.
	pkill -KILL -f "zcpath rx .*--port $port( |$)"
	wait "$rx_pid" || :
	seen '^RX:[[:space:]]+512' current -g
	ip netns exec rx "$BUILD/zcprof" restore
	state | diff before -
}

@test "who merges packets is what the card says" {
	for gro in hw sw; do
		merged=$(card merged_packets)
		both --path copy --gro $gro -- --path copy --bytes 20M --verify
		merged=$(($(card merged_packets) - merged))
		echo "# --gro $gro: the card merged $merged packets" >&3
		if [ $gro = hw ]; then
			[ "$merged" -gt 0 ]
		else
			[ "$merged" = 0 ]
		fi
	done
	state | diff before -
}

@test "header split from a size on, where kernel and driver can" {
	hold --hds-thresh 700 || grep -q "hds-thresh" rx.err
	if grep -q "refuses" rx.err; then
		skip "$(cat rx.err)"
	fi
	seen '^HDS thresh:[[:space:]]+700' current -g
	kill -TERM "$rx_pid"
	wait "$rx_pid" || :
	state | diff before -
}

@test "threaded NAPI is seen in threads, irq-suspend by the kernel's own netlink" {
	hold --threaded-napi on --busy-poll 50 --irq-suspend 300000 --gro-flush 20000 --defer-irqs 5
	seen 'napi/zcnic0' ps -eo comm
	seen '^20000$' ip netns exec rx cat /sys/class/net/zcnic0/gro_flush_timeout
	kill -TERM "$rx_pid"
	wait "$rx_pid" || :
	! ps -eo comm | grep -q 'napi/zcnic0' || false
}

@test "what it cannot is said" {
	for asked in "coalesce rx-frames=3" "rx-ring 1000000" "tx-ring 256" "queues-count 1000" "lro on"; do
		# shellcheck disable=SC2086 # a name and a value
		run $in_rx "$BUILD/zcpath" rx --bind "$host" --check --$asked
		echo "$output" >&3
		[ "$status" = 3 ]
		[[ $output == *" refuses --"* ]]
	done
	state | diff before -
}

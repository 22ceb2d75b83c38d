#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Settings of a card with a driver of the kernel's own: rings both ways and real interrupts, by virtio:
#
#   BUILD=build lab/vm --nics -- bats tests/lab/virtio.bats

bats_require_minimum_version 1.5.0
load ../host/zcpath

setup() {
	modprobe virtio_net 2>/dev/null || :
	[ -e /sys/module/virtio_net ] || skip "there is no virtio card here: see lab/vm --nics"
	zcpath_setup
	if ! ip netns list | grep -q '^rx'; then
		n=1
		for device in $(grep -l 52:54:00:12:34:5 /sys/class/net/*/address | cut -d / -f 5 | sort); do
			[ $n = 1 ] && name=rx || name=tx
			ip netns add $name
			ip link set "$device" netns $name name v$name
			ip -n $name addr add 10.9.1.$n/24 dev v$name
			ip -n $name link set v$name up
			ip -n $name link set lo up
			n=$((n + 1))
		done
	fi
	# shellcheck disable=SC2034 # rx and tx use them
	host=10.9.1.1 in_rx="ip netns exec rx" in_tx="ip netns exec tx"
	state >before
}

teardown() {
	echo "rx: $(cat rx.err 2>/dev/null) tx: $(cat tx.err 2>/dev/null)"
	zcpath_teardown
	ip netns exec rx "$BUILD/zcprof" restore
}

card() { ip netns exec rx ethtool "$1" vrx 2>&1; }

state() {
	local command
	for command in -g -c -k -l; do
		card $command
	done
	ip -n rx -d link show vrx
	grep -H . /proc/irq/*/smp_affinity_list
}

seen() { # PATTERN COMMAND...
	local pattern=$1
	shift
	"$@" | grep -qE "$pattern" || { echo "no \"$pattern\" in: $*"; "$@"; return 1; }
}

current() { card "$1" | sed -n '/Current/,$p'; }

# Held by an end that waits; a reason of the driver's is none of ours.
hold() {
	rx --path copy "$@" || { grep -q refuses rx.err && skip "$(cat rx.err)"; }
}

is_back() {
	kill -TERM "$rx_pid"
	wait "$rx_pid" || :
	state | diff before -
}

@test "rings both ways are set, seen by ethtool, and put back" {
	hold --rx-ring 128 --tx-ring 64
	seen '^RX:[[:space:]]+128' current -g
	seen '^TX:[[:space:]]+64' current -g
	tx --path copy --bytes 5M --verify
	rx_ends
	[ "$rx_code" = 0 ]
	state | diff before -
}

@test "what its driver takes only while the device is down is refused in its words" {
	run $in_rx "$BUILD/zcpath" rx --bind "$host" --check --coalesce tx-frames=0
	echo "# $output" >&3
	[ "$status" = 3 ]
	[[ $output == *"refuses --coalesce tx-frames=0: it is busy; there are drivers that take this only while the device is down"* ]]
	state | diff before -
}

@test "--irq-cpu is seen in /proc/interrupts, and put back" {
	irqs() { awk '/virtio[0-9]+-input/ { sub(":", "", $1); print $1, $3 }' /proc/interrupts; }
	on_1() { irqs | awk '{ n += $2 } END { printf "%.0f\n", n }'; }
	for irq in $(irqs | cut -d ' ' -f 1); do
		echo 0 >"/proc/irq/$irq/smp_affinity_list"
	done
	state >before
	both --path copy -- --path copy --bytes 5M
	before=$(on_1)
	both --path copy --irq-cpu 1 -- --path copy --bytes 5M
	echo "# interrupts on CPU 1: $before, with --irq-cpu 1: $(on_1)" >&3
	[ "$(on_1)" -gt "$before" ]
	state | diff before -
}

@test "GRO, TSO and threaded NAPI are seen, and put back" {
	hold --gro off --tso off --threaded-napi on
	seen '^generic-receive-offload: off' card -k
	seen '^tcp-segmentation-offload: off' card -k
	seen 'napi/vrx' ps -eo comm
	is_back
}

@test "--irq-suspend: while a busy poller finds data the card interrupts less" {
	device=$(basename "$(ip netns exec rx readlink /sys/class/net/vrx/device)")
	raised() { awk -v name="$device-input.0" '$NF == name { print $2 + $3 }' /proc/interrupts; }
	count() {
		before=$(raised)
		# So slowly that each packet would be one.
		both --path copy --cpu 0 "$@" -- --path copy --cpu 1 --pacing 50M --bytes 5M
		count=$(($(raised) - before))
	}
	count
	without=$count
	count --busy-poll 200 --irq-suspend 20000000 --gro-flush 200000 --defer-irqs 100
	echo "# interrupts: $without, with --irq-suspend: $count" >&3
	[ "$count" -lt "$((without / 2))" ]
}

@test "what it cannot is said" {
	for asked in "rx-ring 1000000" "csum off" "hds-thresh 100" "queues-count 64" "gro hw" "coalesce rx-frames=7"; do
		# shellcheck disable=SC2086 # a name and a value
		run $in_rx "$BUILD/zcpath" rx --bind "$host" --check --$asked
		echo "# $output" >&3
		[ "$status" = 3 ]
		[[ $output == *" refuses"* || $output == *"has no"* ]]
	done
	state | diff before -
}

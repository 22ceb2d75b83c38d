#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Settings do what they say to traffic, as the kernel's own counts show: interrupts by CPU, packets that RPS handed on,
# the queue that was sent by, bytes of an skb, CPU time of NAPI threads. Beside tests/lab/settings.bats, which sees that
# they are set and put back:
#
#   BUILD=build lab/run --mtu 4148 -- bats tests/lab/settings_work.bats

bats_require_minimum_version 1.5.0
load zcnic

setup() {
	zcnic_setup
	# Everything on CPU 0, unless a test asks for more.
	served_by zcnic0 0
	served_by zcnic1 0
}

teardown() {
	zcnic_teardown
	ip netns exec rx "$BUILD/zcprof" restore
}

# The interrupts of a port's queues, as NUMBER COUNT-ON-CPU-0 COUNT-ON-CPU-1.
interrupts() { # PORT
	awk -v name="^$1-TxRx-" '$NF ~ name { sub(":", "", $1); print $1, $2, $3 }' /proc/interrupts
}

served_by() { # PORT CPU
	local irq
	for irq in $(interrupts "$1" | cut -d ' ' -f 1); do
		echo "$2" >"/proc/irq/$irq/smp_affinity_list"
	done
}

on_cpu() { # CPU: interrupts of zcnic0 so far
	interrupts zcnic0 | awk -v at=$(($1 + 2)) '{ n += $at } END { printf "%.0f\n", n }'
}

# Packets that another CPU handed to this one (received_rps).
handed() { # CPU
	local column
	column=$(awk -v line=$(($1 + 1)) 'NR == line { print $10 }' /proc/net/softnet_stat)
	echo $((16#$column))
}

card() { # NAMESPACE DEVICE COUNTER
	ip netns exec "$1" ethtool -S "$2" | awk -v name="$3:" '$1 == name { print $2 }'
}

traffic() { # OPTION OF THE RECEIVER...
	both --path copy --cpu 0 "$@" -- --path copy --bytes 20M
}

@test "--irq-cpu: the card interrupts that CPU, and afterwards the one of before" {
	before=$(on_cpu 1)
	traffic
	[ "$(on_cpu 1)" -eq "$before" ]
	traffic --irq-cpu 1
	echo "# interrupts on CPU 1: 0, with --irq-cpu 1: $(($(on_cpu 1) - before))" >&3
	[ "$(on_cpu 1)" -gt $((before + 10)) ]
	for irq in $(interrupts zcnic0 | cut -d ' ' -f 1); do
		[ "$(cat "/proc/irq/$irq/smp_affinity_list")" = 0 ]
	done
	after=$(on_cpu 1)
	traffic
	[ "$(on_cpu 1)" -eq "$after" ]
}

@test "--rps: softnet_stat counts what was handed to that CPU" {
	before=$(handed 1)
	traffic
	without=$(($(handed 1) - before))
	before=$(handed 1)
	traffic --rps 1
	with=$(($(handed 1) - before))
	echo "# handed to CPU 1: $without, with --rps 1: $with" >&3
	[ "$without" -eq 0 ]
	[ "$with" -gt 50 ]
	[ "$(ip netns exec rx cat /sys/class/net/zcnic0/queues/rx-0/rps_cpus)" = 0 ]
}

@test "--rfs: packets go to the CPU of their reader" {
	before=$(handed 1)
	both --path copy --cpu 1 --rfs 4096 -- --path copy --cpu 0 --bytes 20M
	with=$(($(handed 1) - before))
	echo "# handed to CPU 1, where the reader is: $with" >&3
	[ "$with" -gt 50 ]
	[ "$(cat /proc/sys/net/core/rps_sock_flow_entries)" = 0 ]
}

@test "--xps: the queue that is sent by is the one of the sender's CPU" {
	for cpu in 0 1; do
		# What an acknowledgement lets go is sent where that was received.
		served_by zcnic1 $cpu
		before_0=$(card tx zcnic1 tx_queue_0_bytes)
		before_1=$(card tx zcnic1 tx_queue_1_bytes)
		both --path copy --cpu 0 -- --path copy --queues-count 2 --xps 0-1 --cpu $cpu --bytes 20M
		sent_0=$(($(card tx zcnic1 tx_queue_0_bytes) - before_0))
		sent_1=$(($(card tx zcnic1 tx_queue_1_bytes) - before_1))
		echo "# sender on CPU $cpu: queue 0 $sent_0 bytes, queue 1 $sent_1" >&3
		if [ $cpu = 0 ]; then
			[ "$sent_0" -gt $((2 * sent_1)) ]
		else
			[ "$sent_1" -gt $((2 * sent_0)) ]
		fi
	done
}

@test "--gro: an skb that reaches IP has as many bytes as they say" {
	skbs() { ip netns exec rx awk '$1 == "Ip:" { n++ } n == 2 && $1 == "Ip:" { print $4 }' /proc/net/snmp; }
	for how in "--gro off" "--gro sw" "--gro hw"; do
		before=$(skbs)
		# shellcheck disable=SC2086 # words
		traffic $how
		each=$((20000000 / ($(skbs) - before)))
		echo "# $how: an skb has $each bytes on average" >&3
		case $how in
		"--gro off") [ "$each" -le 4148 ] ;;
		*) [ "$each" -gt 8000 ] ;;
		esac
	done
}

@test "--threaded-napi: threads of their own do the work" {
	polled() { # nanoseconds that such threads have run
		local pid ran n=0
		for pid in $(pgrep '^napi/zcnic0'); do
			read -r ran _ <"/proc/$pid/schedstat" && n=$((n + ran))
		done
		echo "$n"
	}
	[ "$(polled)" -eq 0 ]
	rx --path copy --cpu 0 --threaded-napi on
	before=$(polled)
	tx --path copy --warmup 0 --seconds 2 &
	most=0
	while kill -0 $! 2>/dev/null; do
		now=$(polled)
		[ "$now" -le "$most" ] || most=$now
		sleep 0.1
	done
	rx_ends
	echo "# NAPI threads ran $(((most - before) / 1000000)) ms meanwhile" >&3
	[ $((most - before)) -gt 5000000 ]
	[ "$(pgrep -c '^napi/zcnic0')" -eq 0 ]
}

@test "--defer-irqs, --busy-poll and --irq-suspend: the card interrupts as often as the kernel lets it" {
	count() { # RX-OPTION…
		before=$(($(on_cpu 0) + $(on_cpu 1)))
		# So slowly that each packet would be one.
		both --path copy --cpu 0 "$@" -- --path copy --cpu 1 --pacing 50M --bytes 5M
		count=$(($(on_cpu 0) + $(on_cpu 1) - before))
	}
	count
	without=$count
	count --gro-flush 200000 --defer-irqs 100
	deferred=$count
	count --busy-poll 200 --gro-flush 200000 --defer-irqs 100
	polled=$count
	count --busy-poll 200 --irq-suspend 20000000 --gro-flush 200000 --defer-irqs 100
	echo "# interrupts: $without, deferred $deferred, with a busy poller $polled, suspended $count" >&3
	[ "$without" -gt 50 ]
	[ "$deferred" -lt $((without / 2)) ]
	[ "$count" -lt $((without / 2)) ]
	traffic # and comes back
	[ "$(cat /proc/irq/"$(interrupts zcnic0 | head -1 | cut -d ' ' -f 1)"/smp_affinity_list)" = 0 ]
}

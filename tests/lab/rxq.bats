#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# --cpu rxq: threads run where the card serves their flows, whichever CPU that is:
#
#   BUILD=build lab/run --mtu 4148 --cpus 4 --memory 4096 -- bats tests/lab/rxq.bats

load zcnic
load ../host/zcprof_run

FLOWS=30

setup() {
	zcnic_setup
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR/out
	[ "$(nproc)" -ge 4 ] || skip "needs four CPUs"
	# No queue is served by the CPU of its number.
	for queue in 0 1 2 3; do
		echo $((3 - queue)) >"/proc/irq/$(interrupt_of $queue)/smp_affinity_list"
	done
}

teardown() {
	zcnic_teardown
}

# The interrupt of a queue of zcnic0, by what /proc/interrupts calls it.
interrupt_of() {
	awk -v name="zcnic0-TxRx-$1" '$NF == name { sub(":", "", $1); print $1 }' /proc/interrupts
}

# The CPU of each flow of the receiver as KEY VALUE, by its number.
of_flows() { # METRIC
	awk -F, -v metric="$1" '$1 == "" && $2 == "rx" && $3 == "path" && $4 == metric { print $5, $6 }' "$file" | sort -n
}

# What cannot run here ends without a byte, and is not waited for. On a slow machine the first look at it after the first
# second may be at any later one.
is_over() { ! kill -0 "$1" 2>/dev/null; }
flowing_or_over() { flowing || is_over "$1"; }
flowing() { grep -qsE '^[1-9][0-9]*\.[0-9]*,rx,path,bytes,' "$dir"/*/run-1.csv.part; }

# experiment OPTION…; where each data thread of the receiver may run is in threads, as FLOW CPUS
experiment() {
	zcprof run --link netns:rx,tx --flows $FLOWS --tx copy --cc cubic --pacing 4M --msg 256K --collect cpu,profile \
		--seconds 8 --warmup 1 --repeat 1 -o "$dir" "$@" 3>&- &
	local run=$!
	wait_until 200 flowing_or_over $run
	# All at once, for a slow machine's run may be over before a loop is.
	: >threads
	until [ "$(wc -l <threads)" -ge $FLOWS ] || is_over $run; do
		# shellcheck disable=SC2046 # files
		grep -hsE '^(Name|Cpus_allowed_list):' $(pgrep -x zcpath | sed 's,.*,/proc/&/task/*/status,') </dev/null |
			awk '$1 == "Name:" { n = split($2, word, "-"); flow = word[1] == "rx" && word[n] ~ /^[0-9]+$/ ? word[n] : "" }
				$1 != "Name:" && flow != "" { print flow, $2 }' | sort -n >threads || :
	done
	wait "$run"
	file=$(echo "$dir"/*/run-1.csv)
	is_record "$file"
}

@test "$FLOWS flows run on the CPUs of their queues, and their softirq work too" {
	experiment --rx-cpu rxq
	[ "$(of_flows flow_queue | wc -l)" -eq $FLOWS ]
	for queue in 0 1 2 3; do
		echo "s/ $queue\$/ $(interrupt_of $queue)/"
	done >to_irq
	# The card's interrupts by their names, and each thread as the kernel has it.
	diff <(of_flows flow_queue | sed -f to_irq) <(of_flows flow_irq)
	diff <(of_flows flow_queue | awk '{ print $1, 3 - $2 }') <(of_flows flow_cpu)
	diff threads <(of_flows flow_cpu)
	diff <(of_flows flow_served | sed 's|/| |' | cut -d ' ' -f 1,2) <(of_flows flow_cpu)
	# RSS has used every queue, and the profile found softirqs on each of their CPUs.
	for cpu in 0 1 2 3; do
		echo "# CPU $cpu: $(of_flows flow_cpu | grep -c " $cpu\$") flows; samples in softirqs: $(
			grep -E ",profile,on_cpu,$cpu/softirq," "$file" | cut -d, -f2,6 | tr ',\n' ' ;')" >&3
		of_flows flow_cpu | grep -q " $cpu\$"
		grep -qE "^,(rx|tx|host),profile,on_cpu,$cpu/softirq,[1-9]" "$file"
	done
}

@test "one CPU further than where the queue is served, and where --irq-cpu put all queues" {
	FLOWS=6 experiment --rx-cpu rxq+1
	diff <(of_flows flow_queue | awk '{ print $1, (3 - $2 + 1) % 4 }') <(of_flows flow_cpu)
	rm -rf "$dir"
	FLOWS=6 experiment --rx-cpu rxq --rx-irq-cpu 2
	[ "$(of_flows flow_cpu | cut -d ' ' -f 2 | sort -u)" = 2 ]
	# Then it is known where the end is, and C is that CPU's.
	[ "$(value "$file" rx fact end_cpus)" = 2 ]
	[ "$(cat "/proc/irq/$(interrupt_of 0)/smp_affinity_list")" = 3 ]
}

@test "flows that rules bring to queues that memory is bound to" {
	# A queue of zcrx is one flow's unless it is shared; devmem's memory is bound to all of them, and flows take turns.
	FLOWS=2 experiment --rx zcrx --rx-nic zcnic0 --rx-queues 1-2 --area 8M --rx-cpu rxq
	[ "$(of_flows flow_queue | cut -d ' ' -f 2 | tr '\n' ' ')" = "1 2 " ]
	[ "$(of_flows flow_cpu | cut -d ' ' -f 2 | tr '\n' ' ')" = "2 1 " ]
	rm -rf "$dir"
	FLOWS=4 experiment --rx devmem --rx-nic zcnic0 --rx-queues 1-2 --area 16M --rx-cpu rxq
	[ "$(of_flows flow_queue | cut -d ' ' -f 2 | tr '\n' ' ')" = "1 2 1 2 " ]
	[ "$(of_flows flow_cpu | cut -d ' ' -f 2 | tr '\n' ' ')" = "2 1 2 1 " ]
}

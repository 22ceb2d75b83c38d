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

# Rows FLOW VALUE of a metric of the receiver.
of_flows() {
	awk -F, -v metric="$1" '$1 == "" && $2 == "rx" && $3 == "path" && $4 == metric { print $5, $6 }' "$file"
}

# experiment OPTION…; where each data thread of the receiver may run is in threads, as FLOW CPUS
experiment() {
	zcprof run --link netns:rx,tx --flows $FLOWS --tx copy --cc cubic --collect cpu,softirq,profile \
		--seconds 4 --warmup 1 --repeat 1 -o "$dir" "$@" 3>&- &
	local run=$! task
	file=$(echo "$dir"/*/run-1.csv)
	wait_until 200 grep -qs '^[12]\.[0-9]*,rx,path,bytes,' "$dir"/*/run-1.csv.part
	for task in /proc/[0-9]*/task/*; do
		case $(cat "$task/comm" 2>/dev/null) in rx-*-[0-9]*) ;; *) continue ;; esac
		echo "$(sed 's/.*-//' "$task/comm")" "$(awk '/^Cpus_allowed_list/ { print $2 }' "$task/status")"
	done >threads
	wait "$run"
	file=$(echo "$dir"/*/run-1.csv)
	is_record "$file"
}

@test "$FLOWS flows run on the CPUs of their queues, and their softirq work too" {
	experiment --rx-cpu rxq
	[ "$(of_flows flow_queue | wc -l)" -eq $FLOWS ]
	while read -r flow queue; do
		[ "$(of_flows flow_irq | awk -v f="$flow" '$1 == f { print $2 }')" = "$(interrupt_of "$queue")" ]
		cpu=$((3 - queue))
		[ "$(of_flows flow_cpu | awk -v f="$flow" '$1 == f { print $2 }')" = $cpu ]
		[ "$(of_flows flow_served | awk -v f="$flow" '$1 ~ "^" f "/" { sub(".*/", "", $1); print $1 }')" = $cpu ]
		# By the kernel's word of the thread itself.
		[ "$(awk -v f="$flow" '$1 == f { print $2 }' threads)" = $cpu ]
	done < <(of_flows flow_queue)
	# RSS has used every queue, and the profile found softirqs on each of their CPUs.
	for cpu in 0 1 2 3; do
		echo "# CPU $cpu: $(of_flows flow_cpu | grep -c " $cpu\$") flows, softirq samples $(
			grep -E ",profile,on_cpu,$cpu/softirq," "$file" | cut -d, -f2,6 | tr ',\n' '= ')" >&3
		of_flows flow_cpu | grep -q " $cpu\$"
		grep -qE "^,(rx|tx|host),profile,on_cpu,$cpu/softirq,[1-9]" "$file"
		[ "$(sum "$file" rx softirq net_rx_time)" -gt 0 ]
	done
}

@test "one CPU further than where the queue is served, and where --irq-cpu put all queues" {
	experiment --rx-cpu rxq+1
	while read -r flow queue; do
		[ "$(of_flows flow_cpu | awk -v f="$flow" '$1 == f { print $2 }')" = $(((3 - queue + 1) % 4)) ]
	done < <(of_flows flow_queue)
	rm -rf "$dir"
	experiment --rx-cpu rxq --rx-irq-cpu 2
	[ "$(of_flows flow_cpu | grep -c ' 2$')" -eq $FLOWS ]
	# Then it is known where the end is, and C is that CPU's.
	[ "$(value "$file" rx fact end_cpus)" = 2 ]
	[ "$(cat "/proc/irq/$(interrupt_of 0)/smp_affinity_list")" = 3 ]
}

@test "flows that rules bring to queues that memory is bound to" {
	experiment --rx zcrx --rx-nic zcnic0 --rx-queues 1-2 --area 8M --flows 4 --rx-cpu rxq
	[ "$(of_flows flow_queue | sort -n | cut -d ' ' -f 2 | tr '\n' ' ')" = "1 2 1 2 " ]
	[ "$(of_flows flow_cpu | sort -n | cut -d ' ' -f 2 | tr '\n' ' ')" = "2 1 2 1 " ]
}

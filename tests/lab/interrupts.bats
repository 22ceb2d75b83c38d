#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Which CPUs somebody had given to a card's interrupts is so again afterwards, whatever became of their numbers:
#
#   BUILD=build lab/run -- bats tests/lab/interrupts.bats

load zcnic

setup() {
	zcnic_setup
	module=$(PATH=$PATH "$BATS_TEST_DIRNAME/../../lab/module" "${KERNEL:-7.2}")
	n=0
	for irq in $(numbers zcnic0); do
		echo $((n % 2)) >"/proc/irq/$irq/smp_affinity_list"
		n=$((n + 1))
	done
	state >before
}

teardown() {
	zcnic_teardown
	ip netns exec rx "$BUILD/zcprof" restore
}

numbers() { # PORT: of its queues, in their order
	awk -v name="^$1-TxRx-" '$NF ~ name { sub(":", "", $1); print $NF, $1 }' /proc/interrupts | sort -V | cut -d ' ' -f 2
}

# The CPUs of each queue of both ports, by its name.
state() {
	local port irq n
	for port in zcnic0 zcnic1; do
		n=0
		for irq in $(numbers $port); do
			echo "$port-TxRx-$n $(cat "/proc/irq/$irq/smp_affinity_list")"
			n=$((n + 1))
		done
	done
}

differs() { ! state | cmp -s before -; }

# Both ends, in mid-run: the card is known by the flow's address.
killed_with() { # OPTION...
	rx --path copy "$@"
	tx --path copy --pacing 50M --seconds 60 &
	for _ in $(seq 300); do
		! differs || break
		sleep 0.1
	done
	differs
	pkill -KILL -f "zcpath [rt]x .*--port $port( |$)"
	wait || :
	differs
}

@test "killed, and put back" {
	killed_with --irq-cpu 1
	"$BUILD/zcprof" restore
	state | diff before -
}

@test "killed, and put back while the port is down: then nobody handles them" {
	killed_with --irq-cpu 1
	ip -n rx link set zcnic0 down
	[ -z "$(numbers zcnic0)" ]
	"$BUILD/zcprof" restore
	ip -n rx link set zcnic0 up
	state | diff before -
}

@test "after another number of queues each has the CPUs that it had" {
	rx --path copy --queues-count 2
	[ "$(numbers zcnic0 | wc -l)" -eq 2 ]
	# As a driver does that makes its interrupts anew.
	for irq in $(numbers zcnic0); do
		echo 0-1 >"/proc/irq/$irq/smp_affinity_list"
	done
	kill -TERM "$rx_pid"
	wait "$rx_pid" || :
	state | diff before -
}

@test "killed, and the driver loaded again: they are found by name, and whoever has their numbers is left alone" {
	was=$(numbers zcnic0)
	killed_with --irq-cpu 1
	rmmod zcnic
	insmod "$module" queues=4
	# Now the first port is called as the second was.
	ip link set zcnic0 name other
	ip link set zcnic1 name zcnic0
	ip link set other name zcnic1
	ip link set zcnic0 up
	ip link set zcnic1 up
	[ "$(numbers zcnic1)" = "$was" ]
	for irq in $(numbers zcnic0) $(numbers zcnic1); do
		echo 0-1 >"/proc/irq/$irq/smp_affinity_list"
	done
	"$BUILD/zcprof" restore
	state >&3
	# The two that were on CPU 1 before had not been changed.
	[ "$(state | grep ' 0$' | tr '\n' ' ')" = "zcnic0-TxRx-0 0 zcnic0-TxRx-2 0 " ]
}

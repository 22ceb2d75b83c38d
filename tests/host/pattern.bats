#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# On which CPUs the flows of each pattern meet, as the kernel says of their threads.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
}

teardown() {
	zcpath_teardown
}

placed() { # END: the CPU of each flow's thread, in the order of the flows
	local pid task

	pid=$(pgrep -f "^$BUILD/zcpath $1 .*--port $port( |$)")
	for task in /proc/"$pid"/task/*; do
		awk '/^Name:.*-copy-/ { sub(/.*-/, "", $2); flow = $2 } /^Cpus_allowed_list:/ { cpu = $2 }
			END { if (flow != "") print flow, cpu }' "$task/status"
	done | sort -n | awk '{ printf "%s%s", sep, $2; sep = " " }'
}

meets() { # PATTERN RX TX ARG…: the CPUs of the threads at both ends
	rx --cpu 0,1 --pattern "$1"
	tx --cpu 0,1 --pattern "$1" --seconds 20 "${@:4}" &
	wait_for ',open,' tx.csv
	echo "$1: rx $(placed rx), tx $(placed tx)"
	[ "$(placed rx)" = "$2" ]
	[ "$(placed tx)" = "$3" ]
	pkill -INT -f "^$BUILD/zcpath tx .*--port $port( |$)"
	wait %+ || true
	rx_ends
}

@test "each pattern has its flows where it says" {
	meets one-to-one "0 1 0 1" "0 1 0 1" --flows 4
	meets incast "0 0 0 0" "0 1 0 1" --flows 4
	meets outcast "0 1 0 1" "0 0 0 0" --flows 4
	meets all-to-all "0 1 0 1" "0 0 1 1"
	[ "$(value tx bytes_life)" = "$(value rx bytes_life)" ]
}

@test "a pattern that cannot be is one sentence" {
	refused() {
		run --separate-stderr "$BUILD/zcpath" "${@:2}"
		echo "$stderr"
		[ "$status" = 2 ]
		[[ "$stderr" == *$1* ]]
	}
	refused "expected one-to-one, incast, outcast, all-to-all or mixed" rx --pattern ring
	refused "says which CPUs flows meet on" rx --pattern incast
	refused "multiple of 4" tx --to ::1 --cpu 0,1 --pattern all-to-all --flows 3
}

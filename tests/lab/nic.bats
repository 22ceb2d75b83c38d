#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A NIC that 'zcpath rx' makes ready for zero copy, and leaves as it was; run in the lab's machine:
#
#   BUILD=build lab/run -- bats tests/lab/nic.bats

bats_require_minimum_version 1.5.0
load zcnic

setup() {
	zcnic_setup
	holder_pid=
	# As a NIC comes: nothing of what zero copy needs.
	nic -G tcp-data-split off
	nic -K ntuple off
	nic -X default
	state >before
}

teardown() {
	zcnic_teardown
	let_go
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
	ls /run/zcprof 2>/dev/null || true
}

as_before() {
	state >after
	diff before after
}

fact() { # KEY: what the record says of the NIC
	sed -n "s/^,rx,fact,nic,zero copy: $1,\(.*\),$/\1/p" rx.csv | grep .
}

# Traffic that goes on, and leaves the CPUs to others; wait for what stopped it.
begin() { # RX-OPTION...
	rx "$@"
	$in_tx "$BUILD/zcpath" tx --to "$host" --port "$port" --pacing 50M --seconds $((2 * patience)) >tx.csv 2>tx.err 3>&- &
	tx_pid=$!
	wait_for ',open,' rx.csv
}

@test "header split, RSS and rules are set for the run, said, and put back" {
	for path in zcrx devmem; do
		for host in 10.9.0.1 fd09::1; do
			echo "$path to $host"
			both --path $path --nic zcnic0 --queues 1-2 -- --flows 2 --bytes 16M --verify
			[ "$(value rx bytes_zerocopy)" = $((16 << 20)) ]
			[ "$(value rx bad_bytes)" = 0 ]
			as_before
			[[ $(fact "header split") == "\"enabled for this run, was "* ]]
			[ "$(fact "flow steering")" = '"on for this run, was off"' ]
			[ "$(fact RSS)" = "kept off these queues for this run" ]
			[ "$(fact queues)" = 1-2 ]
			[[ $(fact rule) == "tcp"* ]]
			[[ $(fact "rule 2") == "tcp"* ]]
			[ "$(fact ring)" = "1024 entries" ]
		done
	done
}

@test "during the run the NIC has what it needs, and no other traffic comes to the queues" {
	begin --verbose --path zcrx --nic zcnic0 --queues 3
	nic -g >during
	cat during
	grep -q "TCP data split:.*on" during
	[ "$(nic -n | grep -c "Action: Direct to queue 3")" = 1 ]
	nic -x | awk '/^ *[0-9]+:/ { for (i = 2; i <= NF; i++) n[$i]++ } END { exit !(n[0] && n[1] && n[2]) || n[3] }'
	grep -q "zcnic0: header split: enabled for this run" rx.err
	grep -q "zcnic0: rule: tcp4 10.9.0.2 [0-9]* 10.9.0.1 $((port + 1)) 3" rx.err
	kill -INT "$rx_pid"
	rx_ends
	wait "$tx_pid" || true
	as_before
}

@test "what is set already is left alone, and said" {
	nic -G tcp-data-split on
	nic -K ntuple on
	nic -X equal 2
	nic -N flow-type tcp4 dst-port 4 action 1
	state >before
	both --path zcrx --nic zcnic0 --queues 3 -- --bytes 8M
	[[ $(fact "header split") == "\"enabled, from 0 bytes on\"" ]]
	[ "$(fact "flow steering")" = on ]
	[ "$(fact RSS)" = "off these queues" ]
	as_before
	nic -N delete 0 || nic -N delete "$(nic -n | awk '/Filter:/ { print $2 }')"
}

@test "after a signal everything is put back by the end itself, whichever it is" {
	for path in zcrx devmem; do
		for signal in INT TERM; do
			begin --path $path --nic zcnic0 --queues 2
			kill -$signal "$rx_pid"
			rx_ends
			wait "$tx_pid" || true
			as_before
		done
	done
}

@test "after SIGKILL the next start puts everything back first, or 'zcprof restore' does" {
	for path in zcrx devmem; do
		begin --path $path --nic zcnic0 --queues 2
		pkill -KILL -f "zcpath rx .*--port $port"
		wait || true
		[ "$(nic -n | grep -c "Action: Direct to queue 2")" = 1 ]
		# At once, while the kernel may still be taking the memory out of the queue.
		both --path $path --nic zcnic0 --queues 2 -- --bytes 8M --verify
		grep -q "put back 4 settings that process" rx.err
		as_before

		begin --path $path --nic zcnic0 --queues 2
		pkill -KILL -f "zcpath rx .*--port $port"
		wait || true
		ip netns exec rx "$BUILD/zcprof" restore
		as_before
	done
}

# Someone who still has what the killed end had: restore has to wait for him, and not for ever.
killed_and_held() { # PATH
	local rx
	begin --path "$1" --nic zcnic0 --queues 2 --area 1M
	rx=$(pgrep -f "zcpath rx .*--port $port" | while read -r pid; do
		[ "$(cat /proc/"$pid"/comm)" != zcpath ] || echo "$pid"
	done)
	"$BATS_TEST_DIRNAME/../tool/hold_sockets.py" "$rx" >held 2>&1 3>&- &
	holder_pid=$!
	wait_for held held
	pkill -KILL -f "zcpath [rt]x .*--port $port"
	wait "$rx_pid" "$tx_pid" || true
}

let_go() {
	[ -z "$holder_pid" ] || kill "$holder_pid" 2>/dev/null || true
	[ -z "$holder_pid" ] || wait "$holder_pid" || true
	holder_pid=
}

on_queue_2() {
	nic -x | awk '/^ *[0-9]+:/ { for (i = 2; i <= NF; i++) n += $i == 2 } END { print n + 0 }'
}

@test "restore waits until the kernel has let go of the queue, and if it does not, says so" {
	for path in zcrx devmem; do
		killed_and_held $path
		ip netns exec rx "$BUILD/zcprof" restore 2>restore.err &
		restore_pid=$!
		sleep 0.5
		[ "$(on_queue_2)" = 0 ]
		nic -g | grep -q "^RX:.*256$"
		let_go
		wait $restore_pid
		cat restore.err
		grep -q "put back 5 settings" restore.err
		as_before

		killed_and_held $path
		code=0
		ZCPROF_PATIENCE=1 ip netns exec rx timeout "$patience" "$BUILD/zcprof" restore 2>restore.err || code=$?
		echo "$path, still held: $code: $(cat restore.err)"
		[ $code = 1 ]
		grep -q "cannot put back the RSS table of zcnic0 yet: a queue of it is still held" restore.err
		grep -q "cannot put back the receive rings of zcnic0 yet" restore.err
		[ "$(on_queue_2)" = 0 ]
		let_go
		ip netns exec rx "$BUILD/zcprof" restore
		as_before
	done
}

@test "rings that the area cannot fill are shortened for the run, and a card that insists takes them" {
	# 512 buffers: each ring of zcrx has its own, and those of devmem share them.
	for queue in 1 2; do
		echo 1 >/sys/kernel/debug/zcnic/zcnic.0/rx$queue/whole_ring
	done
	for case in zcrx:512 devmem:256; do
		path=${case%:*} entries=${case#*:}
		both --path "$path" --nic zcnic0 --queues 1-2 --area 2M -- --flows 2 --bytes 16M --verify
		check_figures $((16 << 20))
		[ "$(value rx bytes_zerocopy)" = $((16 << 20)) ]
		[ "$(fact ring)" = "\"$entries entries for this run, was 1024\"" ]
		as_before
		begin --path "$path" --nic zcnic0 --queues 1-2 --area 3M
		nic -g >during
		cat during
		grep -q "^RX:.*$entries$" during
		kill -INT "$rx_pid"
		rx_ends
		wait "$tx_pid" || true
		as_before
	done
	# Larger buffers are fewer.
	echo 40 >/proc/sys/vm/nr_hugepages
	both --path zcrx --nic zcnic0 --queues 1 --hugepages --area 16M --rx-buf-len 32K -- --bytes 16M --verify
	[ "$(fact ring)" = '"512 entries for this run, was 1024"' ]
	as_before
}

refused() { # PATTERN RX-OPTION...: one sentence, exit 3, and nothing changed
	local pattern=$1 code=0
	shift
	$in_rx timeout "$patience" "$BUILD/zcpath" rx --bind "$host" --port "$port" "$@" >rx.csv 2>rx.err || code=$?
	echo "$*: $code: $(cat rx.err)"
	[ "$code" = 3 ]
	[[ "$(<rx.err)" == *$pattern* ]]
	[ "$(wc -l <rx.err)" = 1 ]
	as_before
}

@test "a NIC that lacks something is one sentence that names it" {
	refused "there is no device nope here" --path zcrx --nic nope --queues 1
	refused "--area has 32 buffers for each ring of zcnic0, which has 1024 entries and cannot be set to 32" \
		--path zcrx --nic zcnic0 --queues 1 --area 128K
	grep -q "rings have at least 64 entries); give --area 4096K" rx.err
	refused "--area has 42 buffers for each ring" --path devmem --nic zcnic0 --queues 1-3 --area 512K
	grep -q "give --area 12288K" rx.err
	refused "zcnic0 has no queue 9: it has 4 receive queues" --path zcrx --nic zcnic0 --queues 9
	refused "leaves none to other traffic" --path zcrx --nic zcnic0 --queues 0-3
	refused "lo cannot receive without copy: its driver has no header split" --path zcrx --nic lo --queues 0
	ip -n rx link add odd0 type dummy
	refused "odd0 cannot receive without copy: its driver has no" --path devmem --nic odd0 --queues 0
	ip -n rx link del odd0
	# Without CAP_NET_ADMIN nothing can be set, and nothing is noted.
	code=0
	$in_rx setpriv --reuid=nobody --clear-groups --inh-caps=-all --bounding-set=-all \
		timeout "$patience" "$BUILD/zcpath" rx --bind "$host" --port "$port" --path zcrx --nic zcnic0 --queues 1 \
		>nobody.csv 2>nobody.err || code=$?
	cat nobody.err
	[ "$code" = 3 ]
	grep -q CAP_NET_ADMIN nobody.err
	as_before
}

@test "two at a time on one NIC: the second is told of the first" {
	begin --path zcrx --nic zcnic0 --queues 1
	code=0
	$in_rx "$BUILD/zcpath" rx --bind "$host" --port $((port + 2)) --path zcrx --nic zcnic0 --queues 2 \
		>second.csv 2>second.err || code=$?
	cat second.err
	[ "$code" = 3 ]
	grep -q "another 'zcpath rx' has made zcnic0 ready for itself" second.err
	kill -INT "$rx_pid"
	rx_ends
	wait "$tx_pid" || true
	as_before
}

@test "more flows than queues: one sentence with zcrx, or one queue that all share; shared queues with devmem" {
	rx --path zcrx --nic zcnic0 --queues 1-2
	code=0
	tx --flows 3 --bytes 8M || code=$?
	rx_ends
	cat rx.err
	[ "$rx_code" = 3 ]
	grep -q "3 flows need a queue each, and --queues has 2" rx.err
	as_before
	both --path zcrx --nic zcnic0 --queues 1-2 --share-queue -- --flows 3 --bytes 12M --verify
	[ "$(value rx bytes_zerocopy)" = $((12 << 20)) ]
	as_before
	both --path devmem --nic zcnic0 --queues 1-2 -- --flows 3 --bytes 12M --verify
	[ "$(value rx bytes_zerocopy)" = $((12 << 20)) ]
	as_before
}

#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hundreds of flows: as many connections as were asked for, each with its bytes; and what a machine cannot give them is
# said before the first of them. Thousands are for tests/scale.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
}

teardown() {
	zcpath_teardown
}

refused() { # PATTERN COMMAND…: one sentence, exit code 3, at once
	local pattern=$1
	shift
	run --separate-stderr "$@"
	echo "$status: $stderr"
	[ "$status" = 3 ] && [[ "$stderr" =~ $pattern ]] && [ "$(wc -l <<<"$stderr")" = 1 ] || false
}

with_files() { # NUMBER COMMAND…
	(ulimit -n "$1" && shift && exec "$@")
}

@test "300 flows of each pattern: so many connections, and every byte in its place" {
	for pattern in one-to-one incast outcast all-to-all; do
		rx --path copy --pattern $pattern --cpu 0
		tx --path copy --pattern $pattern --cpu 0 --flows 300 --bytes 30M --msg 64K --verify &
		rx_ends
		wait $!
		[ "$rx_code" = 0 ]
		[ "$(value rx bytes_life)" = $((30 << 20)) ]
		[ "$(value rx bad_bytes)" = 0 ]
		[ "$(grep -c '^,rx,path,flow_bytes,' rx.csv)" = 300 ]
		# By --bytes each has its share, to the byte.
		[ "$(awk -F, '$4 == "flow_bytes" { print $6 }' rx.csv | sort -u)" = "$(echo -e "104857\n104858")" ]
	done
}

@test "as many threads and connections as flows, by other tools, at both ends" {
	rx --path uring --buffers 8 --read 4K
	exec 8> >(exec "$BUILD/zcpath" tx --to 127.0.0.1 --port "$port" --path uring --flows 250 --gate >tx.csv 2>tx.err 3>&-)
	wait_for ',state,,ready,' tx.csv
	[ "$(ss -Htn state established "dport = :$((port + 1))" | wc -l)" = 250 ]
	for pid in $(pgrep -f "zcpath [rt]x .*--port $port( |$)"); do
		[ "$(cat "/proc/$pid/comm")" = zcpath ] || continue
		[ "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)" = 251 ]
	done
	exec 8>&-
	rx_ends
}

@test "open files: what the limit lacks is said by the sender, and by the receiver of so many" {
	refused "tx copy with 200 flows takes 216 open files, and 100 are left here: raise .*ulimit -n.*or take fewer flows" \
		with_files 100 "$BUILD/zcpath" tx --to 127.0.0.1 --flows 200 --check
	refused "rx copy with 50 flows takes 116 open files" with_files 100 "$BUILD/zcpath" rx --check=50
	with_files 100 "$BUILD/zcpath" rx --check=40
	with_files 100 "$BUILD/zcpath" rx --check=80 --blocking
	refused "tx uring with 50 flows takes 116 open files" \
		with_files 100 "$BUILD/zcpath" tx --to 127.0.0.1 --flows 50 --path uring --check
	run "$BUILD/zcpath" rx --check=0
	[ "$status" = 2 ]
	run "$BUILD/zcpath" tx --to 127.0.0.1 --check=5
	[ "$status" = 2 ]
}

@test "a receiver that hears of more flows than it can have tells its sender, before a flow is there" {
	in_rx="prlimit --nofile=60:60"
	rx
	code=0
	tx --flows 30 --seconds 1 || code=$?
	rx_ends
	[ "$rx_code" = 3 ] && [ "$code" = 1 ] || false
	grep -q "zcpath rx: rx copy with 30 flows takes 76 open files, and 60 are left here" rx.err
	grep -q "the peer gave up: rx copy with 30 flows" tx.err
}

# What a file of the kernel's says, to this command alone.
saying() { # FILE NUMBER COMMAND…
	echo "$2" >number
	# shellcheck disable=SC2016 # expanded there
	unshare -m sh -c 'file=$1 && shift && mount --bind number "$file" && exec "$@"' sh "$1" "${@:3}"
}

# The limits of a control group and of the one above it, of which 7 and 100 are taken.
grouped() { # NUMBER NUMBER-ABOVE COMMAND…
	mkdir -p group/above/own
	echo "$1" >group/above/own/pids.max && echo 7 >group/above/own/pids.current
	echo "$2" >group/above/pids.max && echo 100 >group/above/pids.current
	echo 0::/above/own >cgroup
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind group /sys/fs/cgroup && mount --bind cgroup /proc/$$/cgroup && exec "$@"' sh "${@:3}"
}

@test "threads: of the machine's, what others have is taken off; and each control group has its limit" {
	[ "$(id -u)" = 0 ] || skip "a mount namespace takes root"
	many=("$BUILD/zcpath" tx --to 127.0.0.1 --flows 1000 --check)
	tasks=$(awk '{ sub(".*/", "", $4); print $4 }' /proc/loadavg)
	for limit in pid_max threads-max; do
		refused "tx copy with 1000 flows takes 1002 threads, and [0-9]+ are left here: see 'sysctl kernel.pid_max.*or take fewer flows" \
			saying /proc/sys/kernel/$limit $((tasks + 700)) "${many[@]}"
		# Some come and go meanwhile.
		[[ "$stderr" =~ and\ ([0-9]+)\ are ]] && [ "${BASH_REMATCH[1]}" -ge 400 ] || false
		saying /proc/sys/kernel/$limit $((tasks + 2000)) "${many[@]}"
	done
	few=("$BUILD/zcpath" rx --path uring --check=50)
	refused "rx uring with 50 flows takes 52 threads, and 51 are left here" grouped 58 max "${few[@]}"
	refused "rx uring with 50 flows takes 52 threads, and 51 are left here" grouped max 151 "${few[@]}"
	refused "rx uring with 50 flows takes 52 threads, and 0 are left here" grouped max 99 "${few[@]}"
	grouped 59 152 "${few[@]}"
}

@test "threads of a user: said before; and where others of that user have them, by whom the kernel refuses one" {
	[ "$(id -u)" = 0 ] || skip "another user takes root"
	user=$((61000 + port % 4000))
	limited() { # THREADS
		echo "setpriv --reuid=$user --regid=$user --clear-groups prlimit --nproc=$1"
	}
	$(limited 100) "$BUILD/zcpath" --version || skip "other users cannot run $BUILD/zcpath"
	# shellcheck disable=SC2046 # words
	refused "rx copy with 50 flows takes 52 threads, and 51 are left here: .*'ulimit -u'" \
		$(limited 51) "$BUILD/zcpath" rx --check=50
	$(limited 52) "$BUILD/zcpath" rx --check=50
	# Either end may have so many, and both may not.
	in_rx=$(limited 150)
	in_tx=$in_rx
	rx
	code=0
	tx --flows 100 --seconds 1 || code=$?
	rx_ends
	cat rx.err tx.err
	[ "$rx_code" != 0 ] && [ "$code" != 0 ] || false
	grep -q 'cannot start a thread for flow [0-9]*: Resource temporarily unavailable; use fewer --flows' rx.err tx.err
	[ "$(wc -l <rx.err)" = 1 ] && [ "$(wc -l <tx.err)" = 1 ] || false
}

# Mappings that malloc may make for so many threads: two for each of its arenas, of which there are 8 for each CPU.
arenas_of() { # THREADS
	local most=$((8 * $(getconf _NPROCESSORS_ONLN)))
	echo $((2 * ($1 < most ? $1 : most)))
}

@test "mappings: what the limit lacks is said before" {
	[ "$(id -u)" = 0 ] || skip "a mount namespace takes root"
	takes=$((5 * 100 + 80 + $(arenas_of 100)))
	refused "rx uring with 100 flows takes $takes mappings of memory, and $((takes - 1)) are left here: raise sysctl vm.max_map_count, or take fewer flows" \
		saying /proc/sys/vm/max_map_count $((takes - 1)) "$BUILD/zcpath" rx --path uring --check=100
	saying /proc/sys/vm/max_map_count $takes "$BUILD/zcpath" rx --path uring --check=100
}

# What zcpath says that 200 flows take: it is asked where there are too few.
said_of() { # files|threads|maps END PATH
	local few=(prlimit --nofile=20:20) flows=(--check=200)
	[ "$2" = rx ] || flows=(--to 127.0.0.1 --flows 200 --check)
	case $1 in
	threads) few=(saying /proc/sys/kernel/threads-max 1) ;;
	maps) few=(saying /proc/sys/vm/max_map_count 1) ;;
	esac
	"${few[@]}" "$BUILD/zcpath" "$2" --path "$3" "${flows[@]}" 2>&1 | grep -o 'takes [0-9]*' | cut -d ' ' -f 2
}

# What the kernel says that a process has.
there_of() { # files|threads|maps PID
	case $1 in
	files) find "/proc/$2/fd" -mindepth 1 | wc -l ;;
	threads) find "/proc/$2/task" -mindepth 1 -maxdepth 1 | wc -l ;;
	maps) wc -l <"/proc/$2/maps" ;;
	esac
}

@test "files, threads and mappings that 200 flows are said to take are what they take, on each path" {
	[ "$(id -u)" = 0 ] || skip "a mount namespace takes root"
	for pair in copy,copy uring,uring mmap,send_zc copy,zerocopy uring,sendfile; do
		rx --path "${pair%,*}" --read 4K
		exec 8> >(exec "$BUILD/zcpath" tx --to 127.0.0.1 --port "$port" --path "${pair#*,}" --msg 16K --flows 200 --gate >tx.csv 2>tx.err 3>&-)
		wait_for ',state,,ready,' tx.csv
		for pid in $(pgrep -f "zcpath [rt]x .*--port $port( |$)"); do
			[ "$(cat "/proc/$pid/comm")" = zcpath ] || continue
			end=$(tr '\0' '\n' <"/proc/$pid/cmdline" | sed -n 2p)
			path=${pair%,*}
			[ "$end" = rx ] || path=${pair#*,}
			for what in files threads maps; do
				said=$(said_of $what "$end" "$path") there=$(there_of $what "$pid")
				echo "$end $path: $there $what, of $said"
				# The rest is for what has nothing to do with flows; and mappings that lie beside each other may be one.
				rest=64
				[ $what != maps ] || rest=$((64 + 200 + $(arenas_of 200)))
				[ "$there" -le "$said" ] && [ $((said - there)) -le $rest ] || false
			done
		done
		exec 8>&-
		rx_ends
	done
}

@test "ports: a sender has one for each flow" {
	[ "$(id -u)" = 0 ] || skip "a network namespace takes root"
	narrow() {
		unshare -n sh -c 'sysctl -qw net.ipv4.ip_local_port_range="40000 40099" && exec "$@"' sh "$@"
	}
	refused "tx copy with 101 flows takes 101 ports of its own, and 100 are left here: widen sysctl net.ipv4.ip_local_port_range" \
		narrow "$BUILD/zcpath" tx --to 127.0.0.1 --flows 101 --check
	narrow "$BUILD/zcpath" tx --to 127.0.0.1 --flows 100 --check
}

@test "zcprof run: what cannot have so many flows is left out with that sentence, and the others run" {
	cat >zcpath <<-END
		#!/bin/sh
		exec prlimit --nofile=80:80 "$BUILD/zcpath" "\$@"
	END
	chmod +x zcpath
	"$BUILD/zcprof" run --zcpath "$PWD/zcpath" --port "$port" --collect cpu --flows 20,40 --warmup 0 --seconds 0.3 \
		--repeat 1 -o out 2>said
	cat said
	grep -q "flows=40.* is left out: rx copy with 40 flows takes 96 open files, and 80 are left here" said
	[ "$(grep -c '^,rx,path,flow_bytes,' out/*flows=20*/run-1.csv)" = 20 ]
}

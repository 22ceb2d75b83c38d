#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Very many flows: FLOWS (10000) of each pattern, on each path of streams and with requests, every byte checked; what it takes
# until they are ready, which has to grow as they do; and zcprof run with so many and all of its sources.

bats_require_minimum_version 1.5.0
load ../host/zcpath

FLOWS=${FLOWS:-10000}
# Of a stream each has so many bytes: of so many threads each has its turns, on however few CPUs. And what both ends of
# all may hold has to be less than net.ipv4.tcp_mem is: beyond, the kernel drops what came, and all wait for timers.
EACH_KB=64
BUFFER=32K

setup() {
	# Two files are the most that a flow takes. Who may not have as many is told by zcpath.
	[ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge $((2 * FLOWS + 100)) ] || ulimit -n $((2 * FLOWS + 100)) 2>/dev/null || :
	zcpath_setup
}

teardown() {
	exec 8>&-
	zcpath_teardown
}

# As many as files allow, where the hard limit is lower and cannot be raised.
flows_of() { # RX-OPTION…
	"$BUILD/zcpath" rx "$@" --check="$FLOWS" 2>/dev/null && echo "$FLOWS" || echo $((($(ulimit -Hn) - 50) / 2))
}

# moved RX-OPTION… -- TX-OPTION…: a run of so many, to its end
moved() {
	local for_rx=() code=0 begun=$SECONDS n
	while [ "$1" != -- ]; do
		for_rx+=("$1")
		shift
	done
	shift
	n=$(flows_of "${for_rx[@]}")
	"$BUILD/zcpath" rx --port "$port" "${for_rx[@]}" >rx.csv 2>rx.err 3>&- &
	rx_pid=$!
	wait_for ',listening,' rx.csv "$rx_pid"
	[[ " $* " == *" --rpc "* ]] || set -- --bytes $((n * EACH_KB))K "$@"
	"$BUILD/zcpath" tx --to 127.0.0.1 --port "$port" --flows "$n" --sndbuf $BUFFER --verify "$@" >tx.csv 2>tx.err 3>&- || code=$?
	[ "$code" = 0 ] || kill "$rx_pid" || :
	rx_ends
	echo "# $n flows, ${for_rx[*]} | $*: $((SECONDS - begun)) s" >&3
	cat tx.err rx.err
	[ "$code" = 0 ] && [ "$rx_code" = 0 ] || return
	[ "$(value rx bytes_life)" = "$(value tx bytes_life)" ] && [ "$(value rx bad_bytes)" = 0 ] || return
	[ "$(grep -c '^,rx,path,flow_bytes,' rx.csv)" = "$n" ]
}

@test "streams: each pattern" {
	moved --path copy --blocking --read 16K --rcvbuf $BUFFER -- --path copy
	for pattern in incast outcast all-to-all; do
		moved --path copy --blocking --read 16K --rcvbuf $BUFFER --pattern $pattern --cpu 0 -- --path copy --pattern $pattern --cpu 0
	done
}

@test "streams: each path" {
	moved --path copy --read 16K --rcvbuf $BUFFER -- --path send_zc --plain-buffers
	moved --path uring --read 4K --buffers 8 --rcvbuf $BUFFER -- --path uring
	moved --path mmap --read 16K --rcvbuf $BUFFER -- --path zerocopy
	moved --path copy --blocking --read 16K --rcvbuf $BUFFER -- --path sendfile
}

@test "requests: each path, and beside long flows" {
	moved --path copy --blocking --read 4K -- --path copy --rpc 64:64 --rate 2000 --seconds 1
	moved --path uring --read 4K --buffers 8 -- --path uring --rpc 64:64 --rate 2000 --seconds 1
	moved --path mmap --read 16K -- --path zerocopy --rpc 64:64 --rate 2000 --seconds 1
	moved --path copy --read 4K -- --path send_zc --plain-buffers --rpc 64:64 --rate 2000 --seconds 1
	moved --path copy --blocking --read 4K --pattern mixed -- --path copy --rpc 64:64 --rate 2000 --seconds 1 --pattern mixed --long-flows 10
}

# profiled FLOWS OPTION…: a whole record that has each flow at both ends, what each source could not do as a reason, and that zcroi reads
profiled() {
	local begun=$SECONDS flows=$1
	shift
	rm -rf out
	PATH=$BUILD:$PATH zcprof run --rx copy --tx copy --port "$port" --flows "$flows" --blocking --rcvbuf $BUFFER --sndbuf $BUFFER \
		--seconds 2 --warmup 0.5 --repeat 1 -o out "$@" 2>said || { cat said; false; }
	echo "# zcprof run --flows $flows $*: $((SECONDS - begun)) s, $(du -k out/*/run-1.csv | cut -f1) KB" >&3
	record=$(echo out/*/run-1.csv)
	for end in rx tx; do
		[ "$(awk -F, -v end=$end '$1 == "" && $2 == end && $4 == "rtt"' "$record" | wc -l)" = "$flows" ]
		[ "$(awk -F, -v end=$end '$1 == "" && $2 == end && $3 == "cpu" && $4 == "thread" && $5 ~ /-copy-/' "$record" | wc -l)" = "$flows" ]
	done
	[ "$(awk -F, '$1 == "" && $2 == "rx" && $3 == "path" && $4 == "bytes" { print ($6 > 0) }' "$record")" = 1 ]
	# Every source has figures, or the reason.
	for source in cpu tcp syscalls softirq profile copy skb locks; do
		grep -qE "^[^,]*,[a-z]+,($source|collector,absent,$source)," "$record"
	done
	"$BUILD/zcroi" check "$record"
	"$BUILD/zcroi" table "$record"
	"$BUILD/zcroi" show tcp "$record" >shown
	[ "$(grep -c "^rx " shown)" = "$flows" ]
}

@test "zcprof run, with all sources: of requests as many flows, of streams, which all want a CPU all the time, a fifth" {
	[ "$(id -u)" = 0 ] || skip "BPF takes root"
	profiled "$FLOWS" --read 4K --rpc 64:64 --rate 2000
	profiled $((FLOWS / 5)) --read 16K
	[ "$(grep -c '^,rx,path,flow_bytes,' "$record")" = $((FLOWS / 5)) ]
}

# CPU ticks of both ends until N flows are ready
start_up() {
	rx --path uring --read 4K --buffers 8
	exec 8> >(exec "$BUILD/zcpath" tx --to 127.0.0.1 --port "$port" --path uring --flows "$1" --gate >tx.csv 2>tx.err 3>&-)
	for _ in $(seq 600); do
		! grep -q ',state,,ready,' tx.csv || break
		sleep 0.1
	done
	grep -q ',state,,ready,' tx.csv
	ticks=0
	for pid in $(pgrep -f "zcpath [rt]x .*--port $port( |$)"); do
		[ "$(cat "/proc/$pid/comm")" = zcpath ] || continue
		ticks=$((ticks + $(awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$pid/stat")))
	done
	exec 8>&-
	rx_ends
	port=$(free_port)
}

@test "the CPU time until all are ready grows as the flows do" {
	start_up $((FLOWS / 5))
	few=$ticks
	start_up "$FLOWS"
	echo "# ready: $few ticks of $((FLOWS / 5)) flows, $ticks of $FLOWS" >&3
	# Twice five times: by the square it would be 25 times. A tick more, for what is less than one.
	[ "$ticks" -le $((10 * (few + 1))) ]
}

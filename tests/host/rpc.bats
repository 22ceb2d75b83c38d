#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Requests and responses: every byte of both directions is checked, each request is answered once, and
# latency counts from when a request was due.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
}

teardown() {
	zcpath_teardown
}

rpc_paths() { # END: those that can do requests and responses, as they say themselves
	for path in $("$BUILD/zcpath" paths | awk -v e="$1" '$1 == e && $3 == "yes" { print $2 }'); do
		if [ "$1" = tx ]; then
			"$BUILD/zcpath" tx --check --to "$host" --path "$path" --rpc 1:1 2>/dev/null && echo "$path"
		else
			echo "$path"
		fi
	done
}

# Both ends, every byte of requests and answers checked.
exchange() { # RX TX ARG…
	echo "rx $1, tx $2, ${*:3}"
	both --path "$1" -- --path "$2" --seconds 0.3 --warmup 0 --verify "${@:3}"
	[ "$(value rx bytes_life)" = "$(value tx bytes_life)" ]
	[ "$(value rx bad_bytes)" = 0 ]
	[ "$(value tx bad_bytes)" = 0 ]
	[ "$(value tx responses)" -gt 0 ]
	# The window's edge may fall between the two counts of one answer, in each flow.
	local apart=$(($(buckets tx latency) - $(value tx responses)))
	[ "${apart#-}" -le 3 ]
}

@test "every path that can: requests and answers of every kind of size, in every depth" {
	for t in $(rpc_paths tx); do
		for r in $(rpc_paths rx); do
			if [ "$r" != copy ]; then
				rx --path "$r"
				tx --path "$t" --rpc 1:1 --seconds 0.1 --warmup 0 || {
					rx_ends
					grep -q "answers no requests" rx.err
					[ "$rx_code" = 3 ]
					continue
				}
				rx_ends
			fi
			exchange "$r" "$t" --rpc 1:1
			exchange "$r" "$t" --rpc 64:70001 --rpc-depth 3
			exchange "$r" "$t" --rpc 100003:1 --rpc-depth 16
			exchange "$r" "$t" --rpc 1M:1M --rpc-depth 64 --flows 2
			exchange "$r" "$t" --rpc 200:300 --rate 2000 --flows 3
		done
	done
}

@test "a receiver that asks for each receive anew takes requests, in every depth" {
	for options in --singleshot "--singleshot --plain-file"; do
		# shellcheck disable=SC2086 # $options are words
		both --path uring $options -- --path copy --rpc 64:64 --rpc-depth 16 --seconds 0.3 --warmup 0 --verify
		echo "$options: rearms $(value rx rearms), responses $(value tx responses)"
		[ "$(value rx rearms)" -gt 0 ]
		[ "$(value tx responses)" -gt 0 ]
		[ "$(value tx bad_bytes)" = 0 ]
	done
}

@test "short flows: each request on a connection of its own, every byte checked" {
	for flows in 1 3; do
		exchange copy copy --rpc 64:64 --reconnect --flows $flows
		exchange copy copy --rpc 300001:70001 --reconnect --flows $flows
	done
	# One connection per request, and none left open.
	[ "$(value tx calls connect)" -ge "$(value tx responses)" ]
	# Of each flow one may have been accepted before the window opened, and answered in it.
	[ $(($(value rx calls accept4) + 3)) -ge "$(value rx responses)" ]
	began=${EPOCHREALTIME/./}
	both --path copy -- --path copy --rpc 64:64 --reconnect --rate 200 --flows 2 --seconds 2 --warmup 0
	# What came due before the window opened is answered in it, and on a loaded machine the window closes late.
	due=$(((${EPOCHREALTIME/./} - began) * 200 / 1000000 + 2))
	echo "answered $(value tx responses), due $due at the most"
	[ "$(value tx responses)" -ge 300 ] && [ "$(value tx responses)" -le "$due" ] || false
	rx --path uring
	code=0
	tx --path copy --rpc 1:1 --reconnect || code=$?
	rx_ends
	[ "$rx_code" = 3 ]
	grep -q "answers no short flows" rx.err
}

@test "a rate is kept, whatever the answers do, and what was due is accounted for" {
	both --path copy -- --path copy --rpc 64:64 --rate 500 --flows 2 --seconds 2 --warmup 0.2
	answered=$(value tx responses)
	echo "answered $answered, unanswered $(value tx unanswered)"
	# What waits at one edge comes in at the other. The window may be longer than asked for.
	due=$(($(value tx window_ns) / 2000000))
	[ "$answered" -ge $((due * 9 / 10)) ] && [ "$answered" -le $((due * 11 / 10)) ] || false
	local apart=$(($(buckets tx service) - answered)) # by an edge between the two counts, in each flow
	[ "${apart#-}" -le 2 ]
}

@test "a receiver that stands still 20 ms of each second shows in p99.9, and in the requests it kept waiting" {
	rx --path copy
	tx --path copy --rpc 64:64 --rate 1000 --seconds 3 --warmup 0.2 3>&- &
	sending=$!
	stall "^$BUILD/zcpath rx .*--port $port "
	wait $sending
	rx_ends
	[ "$rx_code" = 0 ]
	late=$(awk -F, '$3 == "path" && $4 == "latency" && $5 >= 5000000 { n += $6 } END { printf "%.0f\n", n }' tx.csv)
	echo "p99.9 $(quantile tx latency 0.999) ns; $late requests waited 5 ms and more, in $(wc -l <stalled) stalls"
	[ "$(quantile tx latency 0.999)" -ge 15000000 ]
	# Of each 20 that fell into a stall 15 waited for 5 ms; a client that waits itself would have met 1.
	[ "$late" -ge $(($(wc -l <stalled) * 13)) ]
}

@test "a server that never comes back ends the run" {
	rx --path copy
	stopped=$(pgrep -P "$rx_pid" -x zcpath)
	tx --rpc 64:64 --seconds 30 --warmup 0 2>/dev/null &
	client=$!
	wait_for ',open,' tx.csv
	kill -STOP "$stopped"
	code=0
	wait $client || code=$?
	kill -CONT "$stopped"
	[ "$code" = 1 ]
	grep -q "no byte has moved for 5 s" tx.err
	rx_ends
	[ "$rx_code" = 1 ]
}

@test "what has no meaning for requests is refused in a sentence" {
	refused() { # PATTERN ARG…
		run --separate-stderr "$BUILD/zcpath" tx --to "$host" "${@:2}"
		echo "$stderr"
		[ "$status" = 2 ]
		[[ "$stderr" == *$1* ]]
	}
	refused "expected REQUEST:RESPONSE" --rpc 64
	refused "expected 1 to 64M" --rpc 0:1
	refused "expected 1 to 64M" --rpc 1:65M
	refused "expected" --rpc 1:x
	refused "of requests or datagrams: give --rpc REQUEST:RESPONSE or --udp BYTES too" --rate 5
	refused "for requests: give --rpc" --rpc-depth 5
	refused "--msg has no meaning with --rpc" --rpc 1:1 --msg 5
	refused "--bytes has no meaning with --rpc" --rpc 1:1 --bytes 5
	refused "for requests: give --rpc" --reconnect
	refused "makes no short flows" --rpc 1:1 --reconnect --path sendfile
	refused "one connection at a time" --rpc 1:1 --reconnect --rpc-depth 2
	refused "--rpc-depth has no meaning with --rate" --rpc 1:1 --rate 5 --rpc-depth 2
	refused "--arrivals says when requests or datagrams are due: give --rate N too" --rpc 1:1 --arrivals poisson
	refused "give --pattern mixed too" --rpc 1:1 --flows 4 --long-flows 2
}

@test "zcroi diff says what one request cost each end" {
	[ "$(nproc)" -gt 1 ] || skip "each end takes a CPU of its own, to have a cost of its own"
	"$BUILD/zcprof" run --link loopback --port "$port" --rx-cpu 0 --tx-cpu 1 --rpc 64:64,4K:64 --seconds 0.4 --warmup 0.1 --repeat 1 --collect cpu -o asked
	run --separate-stderr "$BUILD/zcroi" diff --format csv asked/*64:64 asked/*4K:64
	for end in rx tx; do
		said=$(grep -m1 "^result,CPU per request at $end," <<<"$output" | cut -d, -f4)
		counted=$(awk -F, -v end=$end '
			$1 == "" && $2 == end && $4 == "busy" { busy += $6 }
			$1 == "" && $2 == end && $4 == "window_ns" { ns = $6 }
			$1 == "" && $2 == end && $4 == "responses" { n = $6 }
			END { print busy / 100 * ns / n }' asked/*rpc=64:64/run-1.csv)
		echo "$end: $said ns, by hand $counted"
		awk -v a="$said" -v b="$counted" 'BEGIN { exit !(b > 0 && a / b > 0.999 && a / b < 1.001) }'
	done
}

# How many sockets each data thread of an end has open, while both ends stand still.
sockets_of() { # END
	local pid task
	pid=$(pgrep -f "^$BUILD/zcpath $1 .*--port $port( |\$)")
	for task in $(grep -l "^$1-copy-" "/proc/$pid"/task/*/comm); do
		find "${task%comm}fd" -mindepth 1 -printf '%l\n' | grep -c ^socket:
	done | sort | uniq -c | awk '{ print $1 "x" $2 }'
}

both_stand_still() { # RX-OPTION...
	rx --path copy "$@"
	tx --path copy --rpc 1:1 --flows 3 --seconds 1.5 --warmup 0 &
	wait_for ',open,' rx.csv "$rx_pid"
	sleep 0.1
	pkill -STOP -f "^$BUILD/zcpath [rt]x .*--port $port( |\$)"
	sockets="$(sockets_of rx) $(sockets_of tx)"
	echo "$*: $sockets"
	pkill -CONT -f "^$BUILD/zcpath [rt]x .*--port $port( |\$)"
	wait $!
	rx_ends
	[ "$rx_code" = 0 ]
}

@test "threads of requests have nothing open but their own connection, so what others close is closed" {
	both_stand_still --blocking
	[ "$sockets" = "3x1 3x1" ]
	both_stand_still
	[ "$sockets" = "3x1 3x1" ]
}

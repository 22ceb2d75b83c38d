#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Requests and answers in datagrams: every byte of both directions is checked, what was lost is counted to the request,
# and what is no answer counts as none.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
}

teardown() {
	zcpath_teardown
	[ -z "${ns-}" ] || ip netns del $ns
}

able() { # END: the paths that do it, as they say themselves
	for path in $("$BUILD/zcpath" paths | awk -v e="$1" '$1 == e && $3 == "yes" { print $2 }'); do
		if [ "$1" = tx ]; then
			"$BUILD/zcpath" tx --check --to "$host" --path "$path" --udp 1400 --rpc 64:64 2>/dev/null && echo "$path"
		else
			# A receiver is told by its sender.
			rx --path "$path" 2>/dev/null || continue
			tx --udp 64 --rpc 64:64 --seconds 0.05 --warmup 0 && echo "$path"
			rx_ends
		fi
	done
}

exchange() { # RX TX ARG…
	echo "rx $1, tx $2, ${*:3}"
	both --path "$1" -- --path "$2" --seconds 0.2 --warmup 0 --verify "${@:3}"
	[ "$(value rx bad_bytes)" = 0 ]
	[ "$(value tx bad_bytes)" = 0 ]
	[ "$(value rx datagrams_refused)" = 0 ]
	[ "$(value tx datagrams_refused)" = 0 ]
	[ "$(value tx answers_duplicate)" = 0 ]
	[ "$(value tx responses)" -gt 0 ]
	# The window's edge may fall between the two counts of one answer, in each flow.
	near "$(buckets tx latency)" "$(value tx responses)" 3
}

@test "every path that can: requests and answers of every kind of size, in every depth" {
	for t in $(able tx); do
		for r in $(able rx); do
			exchange "$r" "$t" --udp 16 --rpc 16:16
			exchange "$r" "$t" --udp 65507 --rpc 17:65507 --rpc-depth 2
			exchange "$r" "$t" --udp 65507 --rpc 65507:23 --rpc-depth 2
			exchange "$r" "$t" --udp 1400 --rpc 64:1K --rpc-depth 64 --flows 2
			exchange "$r" "$t" --udp 1400 --rpc 200:300 --rate 2000 --flows 3
			exchange "$r" "$t" --udp 1400 --rpc 64:64 --rate 2000 --arrivals poisson
		done
	done
	# Requests that the kernel joined are answered one by one.
	both --path copy --udp-gro -- --path copy --udp 1400 --rpc 1000:64 --rpc-depth 64 --seconds 0.2 --warmup 0 --verify
	near "$(value rx responses)" "$(value tx responses)" 70
}

@test "what was due is answered, lost or waited for: none is forgotten" {
	for how in "--rate 2000" "--rate 2000 --flows 50 --arrivals poisson" "--rpc-depth 4 --flows 3"; do
		rx --path copy
		# shellcheck disable=SC2086 # words
		led 0.5 --path copy --udp 64 --rpc 64:64 $how
		rx_ends
		[ "$rx_code" = 0 ]
		done=$(($(value tx responses) + $(value tx requests_lost)))
		echo "$how: answered $(value tx responses), lost $(value tx requests_lost), waiting $(value tx unanswered), sent $(value tx datagrams)"
		[ $((done + $(value tx unanswered))) -ge "$(value tx datagrams)" ]
		# The window may close while a flow is between a request's begin and the count of its datagram.
		[ "${how#--rate}" != "$how" ] || [ $((done + $(value tx unanswered))) -le $(($(value tx datagrams) + 3)) ]
		most=$(($(value tx window_ns) / 500000 + 300))
		[ "${how#--rate}" = "$how" ] || [ $((done + $(value tx unanswered))) -le $most ]
	done
}

own_namespace() {
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	command -v nft >/dev/null || skip "needs nft, to drop some"
	ns=urr$$
	ip netns add $ns
	ip -n $ns link set lo up
	in_rx="ip netns exec $ns" in_tx="ip netns exec $ns"
}

# Full buffers of sockets, too: of 50000 datagrams on a loaded machine some find one.
kernel_dropped() {
	ip netns exec $ns awk '/^Udp:/ { if (n++) print $4 }' /proc/net/snmp
}

@test "what was lost is what a rule dropped, requests and answers, to the request; both loops go on" {
	own_namespace
	rx=uring
	for how in "--path copy --rpc-depth 1" "--path copy --rpc-depth 16 --flows 2" "--path copy --rate 2000" \
		"--path uring --rate 3000 --arrivals poisson --flows 3" "--path send_zc --rpc-depth 4"; do
		[ $rx = copy ] && rx=uring || rx=copy
		"$BUILD/zcpath" paths | grep -q "^rx *$rx *yes" || rx=copy
		# shellcheck disable=SC2086 # words
		"$BUILD/zcpath" tx --check --to "$host" --udp 64 --rpc 64:64 $how || continue
		# Each 10th request, and each 13th answer, until some hundred are dropped: well before the window closes.
		ip netns exec $ns nft -f - <<-END
			table inet drops {}
			delete table inet drops
			table inet drops {
				counter dropped { }
				chain in {
					type filter hook input priority 0;
					udp dport $((port + 1)) numgen inc mod 10 == 0 quota until 800 bytes counter name dropped drop
					udp sport $((port + 1)) numgen inc mod 13 == 0 quota until 600 bytes counter name dropped drop
				}
			}
		END
		full=$(kernel_dropped)
		rx --path $rx
		# shellcheck disable=SC2086 # words
		led 1.6 --udp 64 --rpc 64:64 --rpc-timeout 50 $how
		rx_ends
		[ "$rx_code" = 0 ]
		dropped=$(ip netns exec $ns nft list counter inet drops dropped | awk '/packets/ { print $2 }')
		full=$(($(kernel_dropped) - full))
		lost=$(value tx requests_lost) late=$(value tx answers_late)
		echo "$how: lost $lost of $(value tx datagrams), $late answers came late; dropped by the rule $dropped, by full sockets $full"
		[ "$dropped" -ge 14 ]
		[ $((lost - late)) = $((dropped + full)) ]
		[ "$(value tx answers_duplicate)" = 0 ]
		near "$(buckets tx latency)" "$(value tx responses)" 3
		# What was lost is in no bucket: each of those came in its time.
		[ "$(quantile tx "$([[ $how == *--rate* ]] && echo service || echo latency)" 1)" -le 51000000 ]
	done
}

@test "a server that stands still loses what had to wait too long, and a closed loop goes on" {
	rx --path copy
	pid=$(pgrep -f "^$BUILD/zcpath rx .*--port $port ")
	: >tx.csv
	{
		wait_for ',ready,' tx.csv >&2
		echo open
		sleep 0.2
		kill -STOP "$pid"
		sleep 0.7
		kill -CONT "$pid"
		sleep 0.5
		echo close
	} | tx --path copy --udp 64 --rpc 64:64 --rpc-timeout 100 --gate
	rx_ends
	[ "$rx_code" = 0 ]
	echo "lost $(value tx requests_lost), late $(value tx answers_late), answered $(value tx responses)"
	[ "$(value tx requests_lost)" -ge 3 ]
	# Each was answered after all, and counts in no latency.
	[ "$(value tx answers_late)" = "$(value tx requests_lost)" ]
	[ "$(quantile tx latency 1)" -le 101000000 ]
}

@test "a server that never answers: all is lost, both ends end well, and say so" {
	own_namespace
	ip netns exec $ns nft "add table inet drops; add chain inet drops in { type filter hook input priority 0; }; add rule inet drops in udp dport $((port + 1)) drop"
	for how in "" "--rate 1000"; do
		rx --path copy
		# shellcheck disable=SC2086 # words
		tx --path copy --udp 64 --rpc 64:64 --rpc-timeout 20 --seconds 0.5 --warmup 0 $how
		rx_ends
		[ "$rx_code" = 0 ]
		[ "$(value tx responses)" = 0 ]
		[ "$(buckets tx latency)" = 0 ]
		[ "$(value tx requests_lost)" -ge 8 ]
	done
}

@test "an end that stands still 20 ms of each second shows in p99.9, and in the requests that it kept waiting" {
	for end in rx tx; do
		rx --path copy
		tx --path copy --udp 64 --rpc 64:64 --rate 1000 --seconds 3 --warmup 0.2 3>&- &
		sending=$!
		stall "^$BUILD/zcpath $end .*--port $port "
		wait $sending
		rx_ends
		late=$(awk -F, '$3 == "path" && $4 == "latency" && $5 >= 5000000 { n += $6 } END { printf "%.0f\n", n }' tx.csv)
		echo "$end: p99.9 $(quantile tx latency 0.999) ns; $late requests took 5 ms and more, in $(wc -l <stalled) stalls"
		[ "$(quantile tx latency 0.999)" -ge 15000000 ]
		# Of each 20 that fell into a stall 15 waited for 5 ms; a client that waits itself would have met 1.
		[ "$late" -ge $(($(wc -l <stalled) * 13)) ]
	done
}

forge() { # RX TX
	rx --path "$1"
	tx --path "$2" --udp 1400 --rpc 64:80 --rate 500 --rpc-timeout 100 --seconds 3 --warmup 0 --verify 3>&- &
	sending=$!
	wait_for ',open,' tx.csv
	client=$(ip netns exec $ns ss -Huan "dport = :$((port + 1))" | awk '{ sub(".*:", "", $4); print $4; exit }')
	ip netns exec $ns python3 - "$client" "$((port + 1))" >said <<-'END'
		import socket, struct, subprocess, sys, time
		client, server = int(sys.argv[1]), int(sys.argv[2])
		raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
		tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
		tap.bind(("lo", 0))
		def put(source, to, data):
		    raw.sendto(struct.pack("!HHHH", source, to, 8 + len(data), 0) + data, ("127.0.0.1", 0))
		def taken(source, seconds, most):
		    """What comes from that port: the payloads. lo hands each packet to a tap twice."""
		    seen, until = {}, time.monotonic() + seconds
		    while len(seen) < most and time.monotonic() < until:
		        tap.settimeout(0.1)
		        try:
		            packet = tap.recv(2048)
		        except TimeoutError:
		            continue
		        ip = packet[14:]
		        if ip[9] == 17 and struct.unpack("!H", ip[20:22])[0] == source:
		            seen[ip[28:44]] = ip[28:]
		    return list(seen.values())
		# Numbers that were asked for and not, tokens that are guessed, sizes that are others, and what was said turned round.
		request, answer = taken(client, 5, 1)[0], taken(server, 5, 1)[0]
		forged = [bytes(80), b"", b"x", b"\xff" * 80, answer[:8] + bytes(72), answer[:79], answer + b"x", request + bytes(16),
		          struct.pack("<Q", 1 << 60) + answer[8:]]
		for f in forged:
		    put(server, client, f)
		for f in [bytes(64), b"", b"\xff" * 64, request[:63], request + b"x", answer[:64], request[:8] + answer[8:16] + request[16:]]:
		    put(client, server, f)
		# One answer three times more.
		for _ in range(3):
		    put(server, client, answer)
		# All answers are dropped for a while, and come when their time is over.
		nft = lambda words: subprocess.run(["nft"] + words.split(), check=True)
		nft("add table inet d")
		nft("add chain inet d in { type filter hook input priority 0 ; }")
		nft(f"add rule inet d in udp sport {server} drop")
		while True:  # what was under way to the tap
		    tap.settimeout(0)
		    try:
		        tap.recv(2048)
		    except BlockingIOError:
		        break
		late = taken(server, 3, 30)
		nft("delete table inet d")
		time.sleep(0.15)
		for a in late:
		    put(server, client, a)
		print(len(late))
	END
	wait $sending
	rx_ends
	[ "$rx_code" = 0 ]
	echo "refused: tx $(value tx datagrams_refused), rx $(value rx datagrams_refused); doubled $(value tx answers_duplicate); late $(value tx answers_late) of $(<said); lost $(value tx requests_lost)"
	[ "$(value tx datagrams_refused)" = 9 ]
	[ "$(value rx datagrams_refused)" = 7 ]
	[ "$(value tx answers_duplicate)" = 3 ]
	[ "$(<said)" = 30 ]
	near "$(value tx answers_late)" 30 $(($(value tx requests_lost) - 30))
	[ "$(value tx answers_late)" -ge 30 ]
	[ "$(value tx bad_bytes)" = 0 ]
	[ "$(value rx bad_bytes)" = 0 ]
}

@test "forged requests and answers are refused, doubled and late answers counted apart, each to the datagram" {
	own_namespace
	forge copy copy
	"$BUILD/zcpath" paths | grep -q '^tx *uring *yes' || skip "no io_uring for the other way"
	forge uring uring
}

@test "zcroi: the table says what was lost and what that does to percentiles, show latency counts it" {
	own_namespace
	ip netns exec $ns nft "add table inet drops; add chain inet drops in { type filter hook input priority 0; }; add rule inet drops in udp dport $((port + 1)) numgen inc mod 10 == 0 drop"
	ip netns exec $ns "$BUILD/zcprof" run --link loopback --port "$port" --udp 64 --rpc 64:64 --rpc-timeout 20 --rate 1000 --seconds 0.5 --warmup 0 --repeat 1 --collect cpu -o out
	"$BUILD/zcroi" check out/*/run-1.csv
	run "$BUILD/zcroi" table out
	echo "$output"
	[[ "${output//$'\n' /}" == *"% of the requests were lost"*"no figure of latency"* ]]
	lost=$("$BUILD/zcroi" table --format csv --value lost,p50,requests out | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /lost/ && !at) at = i } NR == 2 { print $at }')
	echo "lost $lost %"
	awk -v l="$lost" 'BEGIN { exit !(l > 7 && l < 40) }'
	run "$BUILD/zcroi" show latency out/rx=copy,tx=copy
	echo "$output"
	[[ "${output//$'\n' /}" == *"had no answer within 20 ms"* ]]
}

@test "what has no meaning for requests in datagrams is refused in a sentence" {
	refused() { # PATTERN ARG…
		run --separate-stderr "$BUILD/zcpath" tx --to "$host" "${@:2}"
		echo "$stderr"
		[ "$status" = 2 ]
		[[ "$stderr" == *$1* ]]
	}
	refused "give another for --rpc with --udp: copy" --udp 64 --rpc 64:64 --path zerocopy
	refused "give another for --rpc with --udp: copy" --udp 64 --rpc 64:64 --path xsk
	refused "16 or more of each" --udp 64 --rpc 15:16
	refused "16 or more of each" --udp 64 --rpc 16:15
	refused "one datagram each, of --udp bytes at most" --udp 64 --rpc 64:65
	refused "one datagram each, of --udp bytes at most" --udp 64 --rpc 65:64
	refused "--stamp has no meaning with --rpc" --udp 64 --rpc 64:64 --stamp kernel
	refused "--udp-gso has no meaning with --rpc" --udp 64 --rpc 64:64 --udp-gso 4
	refused "--vectored has no meaning with --rpc" --udp 64 --rpc 64:64 --path uring --vectored
	refused "--flush-every has no meaning with --rpc" --udp 64 --rpc 64:64 --path send_zc --flush-every 8
	refused "--pattern mixed has long flows" --udp 64 --rpc 64:64 --pattern mixed --flows 2
	refused "--reconnect is of connections" --udp 64 --rpc 64:64 --reconnect
	refused "nobody answers there" --udp 64 --rpc 64:64 --away 10.99.0.2
	refused "requests that may be lost" --rpc 64:64 --rpc-timeout 5
	refused "for requests: give --rpc" --udp 64 --rpc-timeout 5
	refused "expected 1 to 4000" --udp 64 --rpc 64:64 --rpc-timeout 4001
	rx --path xdp_drop || skip "no XDP here"
	code=0
	tx --udp 64 --rpc 64:64 || code=$?
	rx_ends
	[ "$rx_code" = 3 ]
	grep -q "answers no requests in datagrams; give it another for --udp with --rpc, such as copy" rx.err
}

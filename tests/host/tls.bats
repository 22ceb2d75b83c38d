#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Records of TLS by the kernel (--tls): verified bytes, and what is seen on the way is none of them.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
	[ ! -w /proc/sys/kernel/modprobe ] || modprobe tls 2>/dev/null || true
}

teardown() {
	zcpath_teardown
}

has_tls() {
	"$BUILD/zcpath" tx --to 127.0.0.1 --tls --check 2>why.err || skip "$(cat why.err)"
}

@test "a kernel without TLS is said in one sentence" {
	run --separate-stderr "$BUILD/zcpath" tx --to 127.0.0.1 --tls --check
	[ "$status" != 0 ] || skip "this kernel has it"
	echo "$stderr"
	[ "$status" = 3 ]
	[[ "$stderr" == "zcpath tx: this kernel has no TLS (CONFIG_TLS) for --tls: "* ]]
	[ "$(wc -l <<<"$stderr")" = 1 ]
}

@test "what has no stream, and paths that cannot, are refused" {
	for words in "--udp 100" "--rpc 64:64 --reconnect" "--path send_zc"; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr "$BUILD/zcpath" tx --to 127.0.0.1 --tls $words --check
		echo "$stderr"
		[ "$status" = 2 ]
		[[ "$stderr" == *"--tls "* ]]
	done
}

@test "every byte is what was sent, by each pair of paths, and both ways" {
	has_tls
	for rx in copy "copy --blocking" uring "uring --singleshot" "uring --bundles --read 4K"; do
		for tx in "copy --flows 3" "copy --write 777 --msg 70001" sendfile "copy --rpc 64:70001" "sendfile --rpc 4K:64"; do
			size=20M
			[[ $tx != *777* ]] || size=2M
			[[ $rx != uring* || $tx != *rpc* ]] || continue
			how="--bytes $size"
			[[ $tx != *rpc* ]] || how="--seconds 0.3 --warmup 0.1"
			echo "$rx, $tx"
			# shellcheck disable=SC2086 # words
			both --path $rx -- --path $tx --tls $how --verify
			[ "$(value rx bad_bytes)" = 0 ]
			[ "$(value rx bytes_life)" = "$(value tx bytes_life)" ]
			[ "$(value rx bytes_life)" -gt 0 ]
			! value tx bytes_copied || false
		done
	done
}

# The pattern that --verify checks begins alike in each message: on the wire without TLS it is there, and with it is not.
@test "what is on the way is encrypted, and in records" {
	has_tls
	[ "$(id -u)" = 0 ] || skip "looking at packets takes root"
	for how in "" --tls; do
		"${PYTHON:-/usr/bin/python3}" - "$((port + 1))" >seen <<-'END' 3>&- &
			import os, socket, sys, time
			s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
			s.bind(("lo", 0)); s.settimeout(0.2)
			port, end, raw = int(sys.argv[1]), None, b""
			open("watches", "w").write("watches")
			while end is None or time.time() < end: # others' packets may come without end
			    if end is None and os.path.exists("over"): end = time.time() + 2
			    try: p, where = s.recvfrom(70000)
			    except socket.timeout:
			        if end: break
			        continue
			    if where[2] == socket.PACKET_OUTGOING: continue # it comes again as received
			    ip = (p[0] & 15) * 4
			    if p[9] != 6 or int.from_bytes(p[ip+2:ip+4], "big") != port: continue
			    raw += p[ip + (p[ip+12] >> 4) * 4:]
			print(len(raw), raw.count(bytes([0x17, 3, 3])), len(set(raw[64:4160])))
			open("raw", "wb").write(raw[64:])
		END
		watcher=$!
		wait_for watches watches "$watcher"
		# shellcheck disable=SC2086
		both --path copy -- --path copy --bytes 200000 --msg 4096 --verify $how
		touch over
		wait "$watcher"
		rm over watches
		mv raw "bytes$how"
		cat seen
	done
	# The same message again and again: without TLS it comes again in the bytes, and with it never.
	again() {
		/usr/bin/python3 -c 'import sys; b = open(sys.argv[1], "rb").read(); print(b.count(b[1000:1032]))' "$1"
	}
	echo "again: $(again bytes) plain, $(again bytes--tls) encrypted"
	[ "$(again bytes)" -gt 10 ]
	[ "$(again bytes--tls)" = 1 ]
}

@test "a receiver that cannot take records says so, and the sender too" {
	has_tls
	for path in mmap "copy --trunc" uring; do
		how=
		[ "$path" != uring ] || how="--rpc 64:64"
		# shellcheck disable=SC2086
		rx --path $path
		# shellcheck disable=SC2086
		! tx --tls $how --seconds 0.2 || false
		rx_ends
		[ "$rx_code" = 3 ]
		grep -Eq "(takes no records|answers no requests in records) of TLS; give it copy" rx.err
	done
}

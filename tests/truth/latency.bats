#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the latency source follows of the packets that a program receives, against what the program knows
# that it sent.
#
# Alone: a packet is to wait for as long as the test lets it.

load measured.sh

setup() {
	measured_setup
}

teardown() {
	stop_all
}

# Pings itself, waits for 0.3 s, and receives the answers: as many packets as it says, none of which is merged
# with another, as those of TCP are.
pings() { # PACKETS
	[ "$(id -u)" = 0 ] || skip "needs root, for a network namespace"
	unshare -n python3 -c '
import socket, subprocess, sys, time
count = int(sys.argv[1])
subprocess.check_call(["ip", "link", "set", "lo", "up"])
with open("/proc/sys/net/ipv4/ping_group_range", "w") as f:
    f.write("0 0")
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
s.setsockopt(socket.SOL_SOCKET, 33, 1 << 30)  # SO_RCVBUFFORCE
s.connect(("127.0.0.1", 0))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(count):
    s.send(b"\x08" + bytes(7))
time.sleep(0.3)
got = 0
s.setblocking(False)
try:
    while True:
        s.recv(16)
        got += 1
except BlockingIOError:
    pass
print("received", got, flush=True)
print("done", flush=True)
sys.stdin.readline()
' "$1" <"$dir/work.in" >"$dir/work.out" 2>&1 3>&- &
	pid=$!
	started+=("$pid")
	heard work ready
}

# Tells it to begin, and waits for up to a minute.
pinged() {
	echo >&"${to[work]}"
	for _ in 1 2 3 4 5; do
		! heard work "done" >/dev/null || return 0
	done
	heard work "done"
}

@test "with --exact each packet of one flow is followed" {
	pings 2000
	measure --exact --rx "$pid" latency
	tell measure open
	pinged
	measured
	cat "$dir/work.out" && grep "latency,[^n]" "$dir/run.csv"
	grep -q "received 2000" "$dir/work.out"
	[ "$(figure host latency followed "")" = 1 ]
	[ "$(figure rx latency samples task)" = 2000 ]
	[ "$(awk -F, '$2 == "rx" && $4 == "flow_samples" { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")" = 2000 ]
	[ "$(awk '{ print ($1 / 2000 >= 3e8) }' <<<"$(figure rx latency total task)")" = 1 ]
}

@test "without it a quarter of the packets is, and the record says so" {
	pings 20
	measure --rx "$pid" latency
	tell measure open
	pinged
	sleep 1 # so that it has had its turn
	measured
	[ "$(figure host latency followed "")" = 0.25 ]
}

# The table has room for 262,144.
@test "when more wait than are remembered, newcomers are left out, and counted, and not who waits longest" {
	[ "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" -gt 2000000 ] || skip "needs 1 GB of memory"
	pings 280000
	measure --exact --rx "$pid" latency
	tell measure open
	pinged
	measured
	cat "$dir/work.out" && grep "latency,[^n]" "$dir/run.csv"
	read -r _ received < <(grep received "$dir/work.out")
	samples=$(figure rx latency samples task)
	untracked=$(awk -F, '$4 == "untracked" { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")
	[ "$samples" -ge 255000 ]
	# Others' packets find no room either.
	[ $((samples + untracked)) -ge "$received" ]
	[ "$untracked" -ge 15000 ]
}

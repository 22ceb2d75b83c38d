#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What packets meet on their way, as facts: each made to be there a known number of times.

load ../host/zcprof_run

setup() {
	as_root
	PATH=$BUILD:$PATH
	netns=zcprof-way-$$
	record=$BATS_TEST_TMPDIR/run.csv
	ip netns add "$netns"
	ip -n "$netns" link add way0 type veth peer name way1
	ip -n "$netns" link set way0 up
}

teardown() {
	[ -z "$tap" ] || kill "$tap" 2>/dev/null || :
	ip netns delete "$netns"
}

# met KEY: what the record says now
met() {
	ip netns exec "$netns" zcprof attach --iface way0 --as rx --seconds 0.1 --warmup 0 --collect cpu -o "$record" 2>/dev/null
	value "$record" rx fact on_path "$1"
}

@test "rules of nft, in several tables and families" {
	[ "$(met 'nft rules')" = 0 ]
	{
		echo "add table inet a; add chain inet a in { type filter hook input priority 0; }"
		for i in $(seq 1200); do echo "add rule inet a in ip daddr 10.1.$((i / 250)).$((i % 250)) counter"; done
		echo "add table ip6 b; add chain ip6 b c; add rule ip6 b c counter"
	} | ip netns exec "$netns" nft -f -
	[ "$(met 'nft rules')" = 1201 ]
}

@test "packet sockets that see this device, and not those of another" {
	tap_at() {
		# What the one before said is not to be taken for its word.
		rm -f "$BATS_TEST_TMPDIR/tap"
		ip netns exec "$netns" python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
if sys.argv[1]: s.bind((sys.argv[1], 3))
print("there", flush=True)
time.sleep(60)' "$1" >"$BATS_TEST_TMPDIR/tap" 3>&- &
		tap=$!
		wait_until 5 grep -q there "$BATS_TEST_TMPDIR/tap"
	}
	[ "$(met 'packet sockets')" = 0 ]
	tap_at way1
	[ "$(met 'packet sockets')" = 0 ]
	kill "$tap"
	tap_at way0
	[ "$(met 'packet sockets')" = 1 ]
	kill "$tap"
	tap_at ""
	[ "$(met 'packet sockets')" = 1 ]
}

# met_without FOLDER…: what the record says of conntrack where nothing of these is there
met_without() {
	ip netns exec "$netns" bash -c 'for folder; do mount -t tmpfs none "$folder"; done
		exec zcprof attach --iface way0 --as rx --seconds 0.1 --warmup 0 --collect cpu -o "$0"' "$record" "$@" 2>/dev/null
	value "$record" rx fact on_path conntrack
}

@test "connection tracking without its module is off, and not known where its file alone is hidden" {
	[ -d /proc/sys/net/netfilter ] || skip "this kernel has no net.netfilter to be hidden"
	[ -d /sys/module/nf_conntrack ] || skip "this kernel has no connection tracking"
	[ "$(met_without /proc/sys/net/netfilter /sys/module)" = off ]
	[ -z "$(met_without /proc/sys/net/netfilter)" ]
}

@test "the queueing discipline, with the rate of a token bucket" {
	[ "$(met qdisc)" = noqueue ]
	ip netns exec "$netns" tc qdisc add dev way0 root tbf rate 5gbit burst 256kb latency 5ms
	[ "$(met qdisc)" = "tbf 5 Gbit/s" ]
	# Above what fits the older 32 bits.
	ip netns exec "$netns" tc qdisc replace dev way0 root tbf rate 100gbit burst 4mb latency 5ms
	[ "$(met qdisc)" = "tbf 100 Gbit/s" ]
	ip netns exec "$netns" tc qdisc replace dev way0 root pfifo
	[ "$(met qdisc)" = pfifo ]
}

@test "one kind of discipline is not taken for another whose name begins with it" {
	ip -n "$netns" link del way0
	ip -n "$netns" link add way0 numtxqueues 2 numrxqueues 2 type veth peer name way1
	ip -n "$netns" link set way0 up
	ip netns exec "$netns" tc qdisc add dev way0 root handle 1: mq || skip "the kernel has no mq"
	# The kernel lists one of them first, and either may be that.
	for at in "1:1 1:2" "1:2 1:1"; do
		ip netns exec "$netns" tc qdisc replace dev way0 parent "${at% *}" pfifo_fast
		ip netns exec "$netns" tc qdisc replace dev way0 parent "${at#* }" pfifo
		met qdisc
		grep -E ',on_path,qdisc,"mq, (pfifo_fast, pfifo|pfifo, pfifo_fast)",' "$record"
	done
}

@test "what other disciplines do to packets" {
	local tried=0
	# said WORDS DISCIPLINE…: of those that this kernel has
	said() {
		local words=$1
		shift
		ip netns exec "$netns" tc qdisc replace dev way0 root "$@" || return 0
		tried=$((tried + 1))
		[ "$(met qdisc)" = "$words" ]
	}
	said "fq 3 Gbit/s a flow" fq maxrate 3gbit
	said fq fq
	said "netem loss 0.3 % duplicate 5 % delay 2 ms 40 Gbit/s" netem delay 2ms loss 0.3% duplicate 5% rate 40gbit
	said "netem delay 0.1 ms reorder 90 % corrupt 1 %" netem delay 100us reorder 90% corrupt 1%
	said netem netem
	said "cake 4 Gbit/s" cake bandwidth 4gbit
	[ $tried -gt 0 ] || skip "the kernel has none of them"
}

@test "the widest class of htb" {
	ip netns exec "$netns" tc qdisc add dev way0 root handle 1: htb default 1 ||
		skip "the kernel has no htb (CONFIG_NET_SCH_HTB)"
	ip netns exec "$netns" tc class add dev way0 parent 1: classid 1:1 htb rate 1gbit ceil 3gbit burst 1m quantum 60000
	ip netns exec "$netns" tc class add dev way0 parent 1: classid 1:2 htb rate 2gbit burst 1m quantum 60000
	[ "$(met qdisc)" = "htb 3 Gbit/s" ]
}

@test "what the device stands on, and what it belongs to" {
	[ "$(met devices)" = veth ]
	ip -n "$netns" link add way2 type bridge || skip "the kernel has no bridge (CONFIG_BRIDGE)"
	ip -n "$netns" link set way0 master way2
	[ "$(met devices)" = "veth in a bridge" ]
	ip -n "$netns" link set way0 nomaster
	ip -n "$netns" link set way0 name way3
	ip -n "$netns" link add way0 link way3 type macvlan || skip "the kernel has no macvlan (CONFIG_MACVLAN)"
	[ "$(met devices)" = "macvlan on veth" ]
}

@test "what routes over the device say of TCP" {
	ip -n "$netns" link set way1 up
	ip -n "$netns" addr add 192.0.2.1/24 dev way0
	[ "$(met 'route metrics')" = none ]
	ip -n "$netns" route change 192.0.2.0/24 dev way0 mtu lock 1300 window 65535
	met 'route metrics'
	grep -q ',route metrics,"mtu 1300, window 65535",' "$record"
	# Of another device.
	ip -n "$netns" addr add 198.51.100.1/24 dev way1
	ip -n "$netns" route change 198.51.100.0/24 dev way1 advmss 900
	met 'route metrics'
	grep -q ',route metrics,"mtu 1300, window 65535",' "$record"
}

@test "policy rules of routing" {
	[ "$(met 'routing rules')" = "$(ip -n "$netns" rule | wc -l)" ]
	for priority in 100 101 102 103; do
		ip -n "$netns" rule add from 198.51.100.0/24 prio $priority table main
	done
	[ "$(met 'routing rules')" = "$(ip -n "$netns" rule | wc -l)" ]
}

@test "how large a packet may be" {
	met devices
	[ "$(value "$record" rx fact nic gso_max_size)" = 65536 ]
	ip -n "$netns" link set way0 gso_max_size 4096
	met devices
	[ "$(value "$record" rx fact nic gso_max_size)" = 4096 ]
}

@test "how the process of an end is run" {
	chrt -i 0 prlimit --memlock=65536:65536 sleep 60 3>&- &
	tap=$!
	wait_until 5 grep -q '^Max locked memory  *65536 ' "/proc/$tap/limits"
	zcprof attach --pid "$tap" --as rx --seconds 0.1 --warmup 0 --collect cpu -o "$record"
	[ "$(value "$record" rx fact process scheduling)" = idle ]
	[ "$(value "$record" rx fact process 'locked memory limit')" = 65536 ]
	[ "$(value "$record" rx fact process 'traced by')" = nobody ]
	chrt -o -p 0 "$tap"
	renice -n 7 -p "$tap"
	command -v strace || skip "strace is not installed"
	strace -o /dev/null -p "$tap" 3>&- &
	wait_until 5 grep -q 'TracerPid:.[1-9]' "/proc/$tap/status"
	zcprof attach --pid "$tap" --as rx --seconds 0.1 --warmup 0 --collect cpu -o "$record"
	[ "$(value "$record" rx fact process scheduling)" = "other nice 7" ]
	[ "$(value "$record" rx fact process 'traced by')" = strace ]
}

@test "how much memory a control group leaves to an end" {
	local file group
	if [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
		group=/sys/fs/cgroup/memory/zcprof-$$ file=memory.limit_in_bytes
	else
		group=/sys/fs/cgroup/zcprof-$$ file=memory.max
	fi
	mkdir "$group" || skip "no control groups here"
	sleep 60 3>&- &
	tap=$!
	if ! echo 64M >"$group/$file" || ! echo "$tap" >"$group/cgroup.procs"; then
		kill "$tap"
		rmdir "$group"
		skip "the memory controller is not for us"
	fi
	zcprof attach --pid "$tap" --as rx --seconds 0.1 --warmup 0 --collect cpu -o "$record"
	kill "$tap"
	wait "$tap" || :
	rmdir "$group"
	[ "$(value "$record" rx fact process 'memory limit')" = 67108864 ]
}

@test "filters of tc, at both hooks" {
	ip netns exec "$netns" tc qdisc add dev way0 clsact
	[ "$(met 'tc filters')" = 0 ]
	for hook in ingress ingress egress; do
		ip netns exec "$netns" tc filter add dev way0 $hook bpf bytecode "1,6 0 0 0,"
	done
	[ "$(met 'tc filters')" = 3 ]
}

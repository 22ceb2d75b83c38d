#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What was changed comes back, wherever it was changed, whoever killed zcprof and wherever 'zcprof
# restore' is run; and nobody undoes what a living one does. KILLS says how often it is killed at
# random: 'make test-kills'.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run

KILLS=${KILLS:-8}
RPS=/sys/class/net/lo/queues/rx-0/rps_cpus

setup() {
	port=$(free_port)
	as_root
	two_cpus
	[ -w /run ] || skip "/run cannot be written"
	[ -e $RPS ] || skip "this kernel has no receive packet steering"
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	started=()
	named=()
}

teardown() {
	for pid in "${started[@]}"; do
		kill -9 "$pid" 2>/dev/null || :
	done
	zcprof restore || :
	for name in "${named[@]}"; do
		ip netns del "$name" 2>/dev/null || :
	done
}

# A process in namespaces of its own that does nothing: holder UNSHARE-OPTION...
holder() {
	unshare "$@" --mount sh -c 'mount -t sysfs none /sys && ip link set lo up && exec sleep 1000' 3>&- &
	held=$!
	started+=("$held")
	inside=(nsenter --target "$held" --net --mount)
	wait_until 10 grep -qs sleep "/proc/$held/comm"
}

# A namespace with a name and lo: named NAME
named() {
	ip netns add "$1"
	named+=("$1")
	ip -n "$1" link set lo up
}

# place COMMAND...: zcpath rx with a placement, started by COMMAND, until it has placed
place() {
	: >"$dir/rows"
	"$@" zcpath rx --bind 127.0.0.1 --port "$port" --irq-cpu 1 >"$dir/rows" 2>"$dir/said" 3>&- &
	placer=$!
	started+=("$placer")
	wait_until 10 grep -q listening "$dir/rows" || { cat "$dir/said"; false; }
	"$@" zcpath tx --to 127.0.0.1 --port "$port" --seconds 100 >/dev/null 2>&1 3>&- &
	started+=($!)
	wait_until 10 grep -q irq_affinity "$dir/rows" || { cat "$dir/said"; false; }
}

kill_placer() {
	kill -9 "$placer"
	wait "$placer" 2>/dev/null || :
}

restored() {
	run zcprof restore
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"put back 1 setting that process"* ]]
}

@test "a namespace with a name, and one without: restore from outside puts back" {
	named zck$$-named
	place ip netns exec zck$$-named
	kill_placer
	[ "$(ip netns exec zck$$-named cat $RPS)" != 0 ]
	restored
	[ "$(ip netns exec zck$$-named cat $RPS)" = 0 ]
	holder --net
	place "${inside[@]}"
	kill_placer
	[ "$("${inside[@]}" cat $RPS)" != 0 ]
	restored
	[ "$("${inside[@]}" cat $RPS)" = 0 ]
}

@test "restore in another network namespace puts back, and throws nothing away" {
	named zck$$-named
	before=$(cat $RPS)
	place env
	kill_placer
	[ "$(cat $RPS)" != "$before" ]
	run ip netns exec zck$$-named zcprof restore
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(cat $RPS)" = "$before" ]
	[ "$(ip netns exec zck$$-named cat $RPS)" = 0 ]
}

@test "a reader of what restore says that has gone: everything is put back all the same" {
	for name in zck$$-one zck$$-two; do
		named "$name"
		ip netns exec "$name" zcprof setup --mtu 30000 lo
		[ "$(ip netns exec "$name" cat /sys/class/net/lo/mtu)" -eq 30000 ]
	done
	{ sleep 0.5; zcprof restore 2>&1; echo $? >"$dir/code"; } | true
	[ "$(cat "$dir/code")" -eq 0 ]
	for name in zck$$-one zck$$-two; do
		[ "$(ip netns exec "$name" cat /sys/class/net/lo/mtu)" -eq 65536 ]
	done
}

moved() { # PID INODE
	[ "$(stat -Lc %i "/proc/$1/ns/net")" != "$2" ]
}

@test "where only a socket or a mount keeps the namespace: it is found, or the journal stays" {
	ready=$dir/ready
	unshare --net --mount sh -c 'mount -t sysfs none /sys && ip link set lo up && exec "$@"' _ \
		python3 -c '
import ctypes, os, socket, sys, time
home = os.open("/proc/1/ns/net", os.O_RDONLY) if os.access("/proc/1/ns/net", os.R_OK) else os.open(sys.argv[2], os.O_RDONLY)
s = socket.socket()
open(sys.argv[1], "w").write("x")
while os.path.exists(sys.argv[1]):
    time.sleep(0.02)
assert not ctypes.CDLL(None).setns(home, 0)
time.sleep(1000)' "$ready" "/proc/$$/ns/net" 3>&- &
	held=$!
	started+=("$held")
	inside=(nsenter --target "$held" --net --mount)
	wait_until 10 test -e "$ready"
	inode=$(stat -Lc %i "/proc/$held/ns/net")
	place "${inside[@]}"
	kill_placer
	rm "$ready"
	wait_until 10 moved "$held" "$inode"
	run zcprof restore
	echo "$output"
	if [ "$status" -eq 0 ]; then
		[[ "$output" == *"put back 1 setting that process"* ]]
	else
		[[ "$output" == *"net:[$inode]"*"stay changed"* ]]
		find /run/zcprof -name "$placer.*" | grep -q .
	fi
}

@test "a namespace that is gone takes its journal with it, or it is said why it cannot be told" {
	holder --net
	place "${inside[@]}"
	kill_placer
	kill -9 "$held"
	wait "$held" 2>/dev/null || :
	sleep 1 # the kernel takes it down behind its last user's back
	run zcprof restore
	echo "$output"
	if [ "$status" -eq 0 ]; then
		run find /run/zcprof -name "$placer.*"
		[ -z "$output" ]
	else
		[[ "$output" == *"stay changed"*"outside of containers"* ]]
		rm /run/zcprof/"$placer".*
	fi
}

@test "restore in another PID namespace leaves a living run alone, and puts back what a dead one left" {
	holder --net
	place "${inside[@]}"
	changed=$("${inside[@]}" cat $RPS)
	for where in "unshare --pid --fork --mount-proc" "unshare --pid --fork" \
		"unshare --pid --fork --mount-proc --net" "unshare --user --map-root-user"; do
		run $where zcprof restore
		echo "$where: $output"
		[ "$("${inside[@]}" cat $RPS)" = "$changed" ]
	done
	kill_placer
	run unshare --pid --fork --mount-proc zcprof restore
	echo "$output"
	# It is found by its handle on newer kernels; else it is no process's that can be seen there.
	if [ "$status" -ne 0 ]; then
		[[ "$output" == *"stay changed"*"outside of containers"* ]]
		[ "$("${inside[@]}" cat $RPS)" = "$changed" ]
		restored
	fi
	[ "$("${inside[@]}" cat $RPS)" = 0 ]
}

@test "a run in a PID namespace that is killed as a whole: restore outside puts back" {
	before=$(cat $RPS)
	place unshare --pid --fork --kill-child --mount-proc
	kill_placer
	restored
	[ "$(cat $RPS)" = "$before" ]
}

@test "many at once put back what many left: once, all of it" {
	holder --net
	place "${inside[@]}"
	kill_placer
	restoring=()
	for i in 1 2 3 4 5; do
		zcprof restore 2>"$dir/restore-$i" 3>&- &
		restoring+=($!)
	done
	wait "${restoring[@]}"
	[ "$(cat "$dir"/restore-* | grep -c 'put back 1 setting')" -eq 1 ]
	[ "$("${inside[@]}" cat $RPS)" = 0 ]
}

@test "/sys of another namespace: nothing is set there" {
	holder --net
	before=$(cat $RPS)
	: >"$dir/rows"
	nsenter --target "$held" --net zcpath rx --bind 127.0.0.1 --port "$port" --irq-cpu 1 >"$dir/rows" 2>"$dir/said" 3>&- &
	started+=($!)
	wait_until 10 grep -q listening "$dir/rows"
	nsenter --target "$held" --net zcpath tx --to 127.0.0.1 --port "$port" --seconds 0.1 --warmup 0 >/dev/null
	cat "$dir/said"
	grep -q -- "--irq-cpu has no effect on lo: Invalid cross-device link" "$dir/said"
	[ "$(cat $RPS)" = "$before" ]
	[ "$("${inside[@]}" cat $RPS)" = 0 ]
}

# ---- at random ----

# All that a run or an attach of this file could change; devices here have no interrupts of their own.
settings() {
	cat $RPS
	for name in zck$$-rx zck$$-tx; do
		ip netns exec $name sh -c 'grep -r . /sys/class/net/*/queues/ /sys/class/net/*/gro_flush_timeout /sys/class/net/*/threaded /proc/sys/net 2>/dev/null
			ip -d link; ethtool -k rx0 || ethtool -k tx0; nft list ruleset' 2>/dev/null
	done
	"${inside[@]}" sh -c 'grep -r . /sys/class/net/*/queues/ /proc/sys/net 2>/dev/null'
}

# What counts up by itself.
still_settings() {
	settings | grep -Ev 'inflight|tx_timeout|/byte_queue_limits/|nf_conntrack_count|/(tcp_fastopen_key|entropy|uuid)'
}

other_settings() {
	! still_settings | cmp -s "$dir/before" - || false
}

both_up() {
	[ "$(ip -n zck$$-rx -br link show rx0 | awk '{ print $2 }')" = UP ] &&
		[ "$(ip -n zck$$-tx -br link show tx0 | awk '{ print $2 }')" = UP ]
}

links() {
	named zck$$-rx
	named zck$$-tx
	ip -n zck$$-rx link add rx0 type veth peer name tx0 netns zck$$-tx
	ip -n zck$$-rx address add 10.77.0.1/24 dev rx0
	ip -n zck$$-tx address add 10.77.0.2/24 dev tx0
	ip -n zck$$-rx link set rx0 up
	ip -n zck$$-tx link set tx0 up
	wait_until 10 both_up
}

# The n-th way to run, attach or restore, as a command in $command. On devices of this test alone more is set: each way of
# setting something (nic/settings/) has one here.
choose() {
	local more=(--mtu 3000 --csum off --gro sw --gro-flush 20000 --threaded-napi on --xps 0-1 --rx-loss 10000
		--sysctl net.ipv4.tcp_moderate_rcvbuf=0)
	local run=(zcprof run --irq-cpu 1 --collect cpu,syscalls --seconds 5 --warmup 0 --repeat 1
		--port "$port" -o "$dir/killed-$1")
	case $(($1 % 8)) in
	0) command=("${run[@]}" "${more[@]}" --link netns:zck$$-rx,zck$$-tx) ;;
	1) command=("${run[@]}" --link loopback) ;;
	2) command=("${inside[@]}" "${run[@]}" --link loopback) ;;
	3) command=("${run[@]}" --link veth) ;;
	4) command=(unshare --pid --fork --kill-child --mount-proc "${run[@]}" "${more[@]}" --link netns:zck$$-rx,zck$$-tx) ;;
	5) command=("${inside[@]}" unshare --pid --fork --kill-child --mount-proc "${run[@]}" --link loopback) ;;
	6) command=(zcprof attach --collect cpu -o "$dir/attached.csv" --terminate --seconds 5 --
		ip netns exec zck$$-tx zcpath rx --irq-cpu 1 --port "$port") ;;
	7) command=(zcprof restore) ;;
	esac
}

# Something to be put back where restore is what is killed.
leave_something() {
	place ip netns exec zck$$-rx
	kill_placer
}

nobody_left() {
	! pgrep -f -- "--port $port( |\$)" >/dev/null || false
}

put_back_somewhere() {
	case $(($1 % 3)) in
	0) zcprof restore ;;
	1) ip netns exec zck$$-tx zcprof restore ;;
	2) "${inside[@]}" zcprof restore ;;
	esac
}

@test "SIGKILL of run, attach and restore at random moments, in host, named, unnamed and PID namespaces" {
	holder --net
	links
	still_settings >"$dir/before"
	[ "$(wc -l <"$dir/before")" -gt 50 ]
	changed=0
	for i in $(seq "$KILLS"); do
		choose "$i"
		[ "${command[1]}" != restore ] || leave_something
		"${command[@]}" >"$dir/out" 2>&1 3>&- &
		victim=$!
		started+=("$victim")
		# Two of them have changed something by then, however slow the machine is.
		case $((i % 8)) in
		1 | 2) wait_until 20 other_settings || { cat "$dir/out"; false; } ;;
		esac
		sleep "0.$((RANDOM % 9))$((RANDOM % 9))"
		kill -9 "$victim" 2>/dev/null || :
		wait "$victim" 2>/dev/null || :
		wait_until 10 nobody_left || { pgrep -af -- "--port $port( |\$)"; cat "$dir/out"; false; }
		! other_settings || changed=$((changed + 1))
		put_back_somewhere "$i" >"$dir/restore" 2>&1 || {
			echo "kill $i: ${command[*]}"
			cat "$dir/restore"
			grep -q "outside of containers" "$dir/restore"
		}
		still_settings | diff "$dir/before" - || {
			echo "kill $i: ${command[*]}"
			cat "$dir/restore"
			false
		}
	done
	echo "# $KILLS kills, $changed of them with settings changed" >&3
	[ "$changed" -gt 0 ]
}

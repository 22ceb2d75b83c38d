#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcprof attach when something goes wrong: one sentence, the right exit code, what was measured kept.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run

setup() {
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	started=
	public=
}

teardown() {
	[ -z "$public" ] || rm -rf "$public"
	[ -z "$started" ] || kill -9 "$started" 2>/dev/null || :
}

work() {
	"$@" >/dev/null 2>&1 3>&- &
	started=$!
}

@test "wrong usage is refused before anything is done" {
	refused() {
		run zcprof attach "$@"
		echo "$output"
		[ "$status" -eq 2 ]
		[ -z "$(ls -A "$dir")" ]
	}
	refused -o "$dir/x.csv"
	[[ "$output" == *"expected --pid"* ]]
	refused --pid 1
	[[ "$output" == *"-o FILE is needed"* ]]
	refused --pid zero -o "$dir/x.csv"
	refused --pid 0 -o "$dir/x.csv"
	refused --pid 1 --seconds 0 -o "$dir/x.csv"
	refused --pid 1 --power watts -o "$dir/x.csv"
	[[ "$output" == *"expected cmd:COMMAND"* ]]
	refused --pid 1 --power idle:measure -o "$dir/x.csv"
	[[ "$output" == *"what is there already does not idle"* ]]
	refused --pid 1 --collect nothing -o "$dir/x.csv"
	[[ "$output" == *"there is no collector nothing"* ]]
	refused --pid 1 -o "$dir/x.csv" -- true
	refused --rx-pid 1 --tx-pid 1 -o "$dir/x.csv"
	refused --rx-pid 1 --tx-pid 2 --cpu 0 -o "$dir/x.csv"
	[[ "$output" == *"--rx-cpu and --tx-cpu"* ]]
	refused --pid 1 --rx-cpu 0 -o "$dir/x.csv"
	[[ "$output" == *"--rx-cpu and --rx-iface need --rx-pid"* ]]
}

@test "no such process, and a command that is not there" {
	work sleep 0
	wait "$started"
	run zcprof attach --pid "$started" -o "$dir/x.csv"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"there is no process $started"* ]]
	run zcprof attach -o "$dir/x.csv" -- /nowhere/command
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"cannot run /nowhere/command: No such file or directory"* ]]
	[ -z "$(ls -A "$dir")" ]
}

@test "another user's process" {
	as_root
	setpriv --reuid 65534 --clear-groups true || skip "cannot become another user here"
	public=$(mktemp -d)
	chmod 777 "$public"
	work sleep 60
	run setpriv --reuid 65534 --clear-groups "$BUILD/zcprof" attach --pid "$started" -o "$public/x.csv"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"cannot look into process $started: Permission denied; run as its owner or as root"* ]]
	[ -z "$(ls -A "$public")" ]
}

@test "a process that ends in mid-window: what was measured is kept, and the record says so" {
	# One CPU is busy all the while, so that its figure cannot be a zero by being lost.
	work timeout 2 sh -c 'while :; do :; done'
	run zcprof attach --pid "$started" --as tx --seconds 20 --warmup 0.1 --collect cpu -o "$dir/x.csv"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"process $started ended after "*"the record has what was measured until then"* ]]
	is_record "$dir/x.csv"
	grep -q "^,host,fact,attached,ended,process $started ended after " "$dir/x.csv"
	between 1e8 "$(value "$dir/x.csv" tx path window_ns)" 2.5e9
	between 50 "$(value "$dir/x.csv" host cpu busy)" 100000
	# It had no connection: then nothing is said of its bytes, and not that there were none.
	run ! value "$dir/x.csv" tx path bytes
	zcroi check "$dir/x.csv"
	zcroi table "$dir/x.csv" | grep -q 'shorter than asked for: process'
}

@test "Ctrl-C keeps what was measured" {
	work sleep 60
	zcprof attach --pid "$started" --as rx --seconds 60 --interval 0.1 --collect cpu -o "$dir/x.csv" \
		2>"$dir/said" 3>&- &
	attached=$!
	wait_until 20 grep -qs '^[0-9]' "$dir/x.csv.part"
	kill -INT "$attached"
	status=0
	wait "$attached" || status=$?
	cat "$dir/said"
	[ "$status" -eq 1 ]
	grep -q '^,host,fact,attached,ended,interrupted after ' "$dir/x.csv"
	zcroi check "$dir/x.csv"
	kill -0 "$started"
}

@test "a command that fails, one that forks, one that is over before the window" {
	run zcprof attach --collect cpu --as tx --warmup 0.1 -o "$dir/x.csv" -- sh -c 'sleep 2; exit 7'
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"sh ended with exit code 7"* ]]
	[[ "$output" == *"processes that it forked: they are not measured"* ]]
	[ "$(grep -c forked <<<"$output")" -eq 1 ]
	zcroi check "$dir/x.csv"
	rm "$dir"/x.*
	run zcprof attach --collect cpu -o "$dir/x.csv" -- true
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"ended before the window opened"* ]]
	[ -z "$(ls -A "$dir")" ]
}

@test "a process that is stopped, a thread of the kernel, and a device that is not there" {
	sleep 30 &
	started=$!
	kill -STOP "$started"
	run -0 zcprof attach --pid "$started" --as rx --collect cpu --warmup 0 --seconds 0.2 -o "$dir/x.csv"
	kill -KILL "$started"
	[[ $output == *"process $started is stopped: nothing is counted of it until it goes on (kill -CONT)"* ]]
	# Nobody's, and seen from any PID namespace or from none.
	kernel=$(grep -ls '^PPid:	2$' /proc/[0-9]*/status | head -n 1 | cut -d / -f 3)
	if [ -n "$kernel" ]; then
		run -0 zcprof attach --pid "$kernel" --as rx --collect cpu --warmup 0 --seconds 0.2 -o "$dir/y.csv"
		[[ $output == *"process $kernel is a thread of the kernel"* ]]
	fi
	run -1 zcprof attach --iface nosuch0 --seconds 0.2 -o "$dir/z.csv"
	[[ $output == *"there is no device nosuch0 here; 'ip link' lists them"* ]]
}

@test "--terminate: a command that does not end when it is told to is killed, and the record is whole" {
	began=$SECONDS
	run zcprof attach --collect cpu --seconds 1 --terminate -o "$dir/deaf.csv" -- \
		sh -c 'trap "" TERM; while :; do sleep 0.1; done'
	echo "$output"
	[ "$status" -eq 0 ]
	[ $((SECONDS - began)) -le 30 ]
	[[ "$output" == *"was told to end, did not within 10 s, and was killed"* ]]
	is_record "$dir/deaf.csv"
}

@test "a command that is told to end just as it is waited for is not waited for without end" {
	for _ in 1 2 3; do
		zcprof attach --collect cpu --seconds 0.2 -o "$dir/w.csv" -- sleep 60 2>"$dir/said" 3>&- &
		attached=$!
		started=$attached
		sleep 1.2
		kill -TERM "$attached"
		for _ in $(seq 150); do
			kill -0 "$attached" 2>/dev/null || break
			sleep 0.1
		done
		! kill -0 "$attached" 2>/dev/null || false
		wait "$attached" || :
	done
}

@test "--adapter and --terminate where they mean nothing" {
	run -2 zcprof attach --pid 1 --adapter iperf3 -o "$dir/x.csv"
	[[ "$output" == *"--adapter and --terminate are for a command"* ]]
	run -2 zcprof attach --adapter ping -o "$dir/x.csv" -- ping -c 1 localhost
	[[ "$output" == *"expected one of iperf3, neper, netperf, testpmd, or none"* ]]
	run -2 zcprof attach --terminate -o "$dir/x.csv" -- sleep 1
	[[ "$output" == *"--terminate needs --seconds"* ]]
	[ ! -e "$dir/x.csv" ]
}

@test "a command does not outlive an interrupted zcprof" {
	zcprof attach --collect cpu --as tx --warmup 0.1 -o "$dir/x.csv" -- sleep 61.5 2>"$dir/said" 3>&- &
	attached=$!
	wait_until 5 pgrep -f 'sleep 61.5'
	sleep 0.5
	kill -KILL "$attached"
	wait_until 5 bash -c "! pgrep -x -f 'sleep 61.5'"
}

@test "what a command prints comes through untouched, however much it is and whatever" {
	head -c 3000000 /dev/urandom >"$dir/bytes"
	zcprof attach --collect cpu --as tx --warmup 0.1 --adapter netperf -o "$dir/x.csv" -- \
		sh -c 'sleep 2; cat "$0"; printf "and no line end"' "$dir/bytes" >"$dir/out" 2>"$dir/said"
	printf 'and no line end' >>"$dir/bytes"
	cmp "$dir/bytes" "$dir/out"
	grep -q 'netperf did not say what it moved' "$dir/said"
	# A child that it leaves behind keeps the pipe, and nobody waits for that one.
	begun=$SECONDS
	zcprof attach --collect cpu --as tx --warmup 0.1 --adapter netperf -o "$dir/x.csv" -- \
		sh -c 'sleep 20 2>/dev/null & echo $!; sleep 2' >"$dir/out" 2>"$dir/said"
	[ $((SECONDS - begun)) -lt 15 ]
	kill "$(cat "$dir/out")"
}

@test "a reader of what a command prints that goes away: the command gets to know" {
	{
		zcprof attach --collect cpu --as tx --warmup 0.1 --adapter netperf -o "$dir/x.csv" -- \
			sh -c 'sleep 2; exec yes' 2>"$dir/said" || echo "$?" >"$dir/status"
	} | head -c 10 >"$dir/out"
	cat "$dir/said"
	[ "$(cat "$dir/status")" -eq 1 ]
	grep -q 'sh was ended by signal 13' "$dir/said"
	[ "$(head -c 4 "$dir/out")" = "$(printf 'y\ny\n')" ]
}

@test "no cgroup2 here: that is this machine's fault, and not of the words" {
	as_root
	run unshare --mount sh -c 'umount -a -t cgroup2 && exec "$@"' sh \
		zcprof attach --cgroup some/where -o "$dir/x.csv"
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *"no cgroup2 is mounted here: mount -t cgroup2 none /sys/fs/cgroup, or give --pid" ]]
	[ -z "$(ls -A "$dir")" ]
}

# Ten kilobytes each tenth of a second for three seconds, then a reset.
sends_and_resets='
import socket, struct, time
listener = socket.create_server(("127.0.0.1", 0))
s = socket.create_connection(listener.getsockname())
other = listener.accept()[0]
for _ in range(30):
    s.sendall(bytes(10000))
    left = 10000
    while left:
        left -= len(other.recv(left))
    time.sleep(0.1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
s.close()'

# Without what BPF needs, as where it is locked.
without_bpf() {
	setpriv --bounding-set=-bpf,-perfmon,-sys_admin "$@"
}

@test "a connection that is reset forgets what it moved: it is known from just before" {
	as_root
	run -0 zcprof attach --collect cpu --as tx --warmup 0.5 -o "$dir/x.csv" -- python3 -c "$sends_and_resets"
	echo "$output"
	bytes=$(value "$dir/x.csv" tx path bytes)
	if [[ "$output" != *"ended without their last figures"* ]]; then
		[ $((bytes % 10000)) -eq 0 ]
		between 100000 "$bytes" 300000
	else
		run ! zcprof attach -v --collect syscalls --as tx --warmup 0 -o "$dir/y.csv" -- sleep 0.5
	fi
}

@test "without BPF the last that was seen of a connection that was reset counts, and that is said" {
	as_root
	without_bpf true || skip "capabilities cannot be dropped here"
	# Connections of other tests are of nobody that is known.
	run -0 unshare --net sh -c 'ip link set lo up && exec "$@"' sh setpriv --bounding-set=-bpf,-perfmon,-sys_admin \
		zcprof attach --collect cpu --as tx --warmup 0.5 -o "$dir/x.csv" -- python3 -c "$sends_and_resets"
	echo "$output"
	[[ "$output" == *"ended without their last figures: its bytes may be too few"* ]]
	# Of what it sent in three seconds the warm-up and what came after the last look are missing.
	between 10000 "$(value "$dir/x.csv" tx path bytes)" 300000
}

@test "without BPF it is not known whose connections came and went: then there is no figure, and why" {
	as_root
	without_bpf true || skip "capabilities cannot be dropped here"
	{ sleep 1.5; echo; sleep 3; echo; } | without_bpf zcprof attach --collect cpu --as tx --warmup 0.2 -o "$dir/x.csv" -- \
		"$BUILD/tests/tool/mover" client 100 100000 2>"$dir/said"
	cat "$dir/said"
	run ! value "$dir/x.csv" tx path bytes
	grep -q '^,tx,collector,absent,throughput,.*moved [0-9]* bytes: whose they were is not known' "$dir/x.csv"
	zcroi check "$dir/x.csv"
}

@test "a window that was held up, and one below the ticks that bill CPUs: said, and no C of the second" {
	work sleep 60
	zcprof attach --pid "$started" --as rx --warmup 0 --seconds 3 --interval 0.1 --collect cpu -o "$dir/x.csv" 2>"$dir/said" 3>&- &
	attached=$!
	wait_until 20 grep -qs '^0\.[0-9]' "$dir/x.csv.part"
	kill -STOP "$attached"
	sleep 3.5
	kill -CONT "$attached"
	wait "$attached"
	cat "$dir/said"
	grep -q 'the window was .* s long and not 3.00' "$dir/said"
	run -0 zcroi check "$dir/x.csv"
	[[ "$output" == *"whole, but its window of "*" s is longer than the 3.0 s that were asked for"* ]]
	zcroi table "$dir/x.csv" | tr '\n' ' ' | grep -q 'doubtful: .* is whole, but its window'
	zcprof attach --pid "$started" --as rx --warmup 0 --seconds 0.03 --collect cpu -o "$dir/y.csv"
	if [ "$(value "$dir/y.csv" rx path window_ns)" -lt 90000000 ]; then
		run ! grep -q ',cpu,busy,' "$dir/y.csv"
		grep -q '^,host,collector,absent,C,.*is too short' "$dir/y.csv"
		grep -q ',cpu,thread,sleep/' "$dir/y.csv"
	fi
	zcroi check "$dir/y.csv"
}

@test "what would be accepted and do nothing is refused, or said" {
	cpu=$(($(getconf _NPROCESSORS_CONF) + 3))
	sleep 100 3>&- &
	started=$!
	refused() {
		local code=$1 said=$2
		shift 2
		run zcprof "$@"
		echo "$*: $status: $output"
		[ "$status" -eq "$code" ]
		[[ "$output" == *"$said"* ]]
	}
	refused 3 "this machine has no CPU $cpu" attach --pid $! --cpu "0,$cpu" -o "$dir/x.csv"
	refused 3 "this machine has no CPU $cpu" attach --cpu "$cpu-$((cpu + 2))" -o "$dir/x.csv"
	refused 3 "this machine has no CPU $cpu" run --rx-irq-cpu "$cpu" --link loopback -o "$dir/x"
	refused 2 "--pid is there twice, $! and 1" attach --pid $! --pid 1 -o "$dir/x.csv"
	refused 2 "--cgroup is there twice" attach --cgroup a --cgroup b -o "$dir/x.csv"
	for twice in 'rx=a rx=b' 'path=a rx=b' 'udp=18 tx-udp=22'; do
		refused 2 "--given '$twice': expected one value for each option" attach --pid $! --given "$twice" -o "$dir/x.csv"
	done
	refused 2 "--given is there twice, 'rx=a' and 'udp=18': give all options in one" attach --pid $! --given rx=a --given udp=18 -o "$dir/x.csv"
	refused 2 "--iface is there twice" attach --pid $! --iface a --iface b -o "$dir/x.csv"
	refused 2 "--power has no effect" attach --pid $! --collect cpu --power cmd:true -o "$dir/x.csv"
	refused 2 "--power has no effect" run --no-collect power --power idle:5 -o "$dir/x"
	refused 2 "leave no collector" attach --pid $! --collect cpu --no-collect cpu -o "$dir/x.csv"
	refused 2 "no collector without a name" attach --pid $! --collect "" -o "$dir/x.csv"
	refused 2 "no collector without a name" run --collect cpu, -o "$dir/x"
	refused 2 "--mtu 12: expected 1280 to 65535" run --mtu 12 -o "$dir/x"
	refused 0 "--ssh has no effect" run --ssh a --dry-run
	refused 0 "--ipv6 has no effect" run --ipv6 --address 1.2.3.4 --dry-run
	[ ! -e "$dir/x.csv" ]
	[ ! -e "$dir/x" ]
}

@test "a window shorter than a look has its figures where they were asked for" {
	sleep 100 3>&- &
	started=$!
	zcprof attach --pid $! --as tx --collect cpu --warmup 0 --seconds 0.3 --openmetrics "$dir/m.prom" \
		--interval 5 -o "$dir/run.csv"
	grep -q '^zcprof_cpu_' "$dir/m.prom"
	grep -q '^0\.[0-9]*,[a-z]*,cpu,' "$dir/run.csv"
	run zcprof attach --pid $! --as tx --collect cpu --warmup 0 --seconds 0.3 --live
	echo "$output"
	[[ "$output" == *" s machine: "* ]]
	# Intervals reach to the window's end, however late it came.
	zcprof attach --pid $! --as tx --collect cpu --warmup 0 --seconds 1 --interval 0.3 -o "$dir/run.csv"
	awk -F, '$1 + 0 > last { last = $1 } END { exit !(last >= 0.95) }' "$dir/run.csv"
}

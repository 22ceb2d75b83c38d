#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcprof attach to processes whose sockets, threads or cgroups are not where one looks first. Each counts itself
# what it moves inside the window (tests/tool/mover).

bats_require_minimum_version 1.5.0
load ../host/zcprof_run

setup() {
	as_root
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	mover=
	group=
	mounted=
	spaces=
}

teardown() {
	[ -z "$spaces" ] || kill "$spaces" 2>/dev/null || :
	[ -z "$mover" ] || kill -9 "$mover" 2>/dev/null || :
	[ -z "$mounted" ] || umount "$mounted" || :
	if [ -n "$group" ]; then
		wait_until 5 empty "$group"
		for inner in "$group"/*/; do
			rmdir "$inner" 2>/dev/null || :
		done
		rmdir "$group"
	fi
}

empty() {
	[ -z "$(cat "$1"/cgroup.procs)" ]
}

make_group() {
	local root
	root=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
	[ -n "$root" ] && [ -w "$root/cgroup.procs" ] || skip "no cgroup2 that can be written"
	group=$root/zcprof-kinds$$
	mkdir "$group"
}

# mover KIND N...: starts it, until it is ready
mover() {
	mkfifo "$dir/lines"
	"$BUILD/tests/tool/mover" "$@" <"$dir/lines" >"$dir/moved" 3>&- &
	mover=$!
	exec 9>"$dir/lines"
	wait_until 5 grep -q ready "$dir/moved"
}

# measure END ARGUMENT...: in a window of two $seconds; the mover's own count is $moved then
measure() {
	local end=$1
	shift
	# Rows inside the window are there once it is open.
	zcprof attach -v --as "$end" --warmup 0.1 --seconds "${seconds:-2}" --interval 0.1 -o "$dir/run.csv" "$@" 2>"$dir/said" 3>&- 9>&- &
	attached=$!
	wait_until 20 grep -qs '^[0-9]' "$dir/run.csv.part"
	echo >&9
	wait "$attached" || { cat "$dir/said"; false; }
	cat "$dir/said"
	[ "$(wc -l <"$dir/moved")" -eq 2 ]
	moved=$(tail -n 1 "$dir/moved")
	echo >&9
	is_record "$dir/run.csv"
	zcroi check "$dir/run.csv"
}

@test "a process whose first thread has ended" {
	mover leader 20000000
	measure tx --pid "$mover" --collect cpu,tcp,syscalls
	[ "$(value "$dir/run.csv" tx path bytes)" -eq "$moved" ]
	[ "$(sum "$dir/run.csv" tx syscalls calls write)" -ge 306 ]
	[ "$(sum "$dir/run.csv" tx cpu thread)" -gt 0 ]
	grep -q '^,tx,fact,attached,,.*mover leader' "$dir/run.csv"
	[ "$(sum "$dir/run.csv" tx tcp segments_out)" -gt 100 ]
}

@test "a thread that has a table of files of its own" {
	mover files 20000000
	measure tx --pid "$mover" --collect cpu,tcp
	[ "$(value "$dir/run.csv" tx path bytes)" -eq "$moved" ]
}

@test "a socket that only a ring's table of files has" {
	mover direct 20000000
	measure rx --pid "$mover" --collect cpu,tcp
	[ "$(value "$dir/run.csv" rx path bytes)" -eq "$moved" ]
	[ "$(sum "$dir/run.csv" rx tcp segments_in)" -gt 100 ]
}

@test "a threaded cgroup, and one that is named by a second mount of cgroup2 or by a bind of itself" {
	make_group
	mover files 20000000
	mkdir "$group/inner"
	echo "$mover" >"$group/cgroup.procs"
	echo threaded >"$group/inner/cgroup.type"
	thread=$(ls /proc/"$mover"/task | tail -n 1)
	echo "$thread" >"$group/inner/cgroup.threads"
	mounted=$dir/second
	mkdir "$mounted"
	mount -t cgroup2 none "$mounted"
	zcprof attach --as tx --cgroup "$mounted/${group##*/}" --warmup 0 --seconds 0.2 --collect cpu -o "$dir/second.csv"
	grep -q '^,tx,cpu,thread,mover/' "$dir/second.csv"
	umount "$mounted"
	mount --bind "$group" "$mounted"
	zcprof attach --as tx --cgroup "$mounted" --warmup 0 --seconds 0.2 --collect cpu -o "$dir/bind.csv"
	grep -q '^,tx,cpu,thread,mover/' "$dir/bind.csv"
	measure tx --cgroup "${group##*/}/inner" --collect cpu,syscalls
	[ "$(value "$dir/run.csv" tx path bytes)" -eq "$moved" ]
	[ "$(sum "$dir/run.csv" tx syscalls calls write)" -ge 306 ]
	[ "$(grep -c '^,tx,cpu,thread,' "$dir/run.csv")" -eq 1 ]
	grep -q "^,tx,cpu,thread,mover/$thread," "$dir/run.csv"
}

# As of a service that is started again: it has another cgroup of that name then.
@test "a cgroup that is removed inside the window has ended, and that is said" {
	make_group
	sleep 60 3>&- &
	sleeper=$!
	echo "$sleeper" >"$group/cgroup.procs"
	zcprof attach --as rx --cgroup "${group##*/}" --warmup 0 --seconds 30 --interval 0.1 --collect cpu -o "$dir/gone.csv" 2>"$dir/said" 3>&- &
	attached=$!
	wait_until 20 grep -qs '^[0-9]' "$dir/gone.csv.part"
	kill "$sleeper"
	wait_until 5 rmdir "$group" 2>/dev/null
	mkdir "$group"
	status=0
	wait "$attached" || status=$?
	cat "$dir/said"
	[ "$status" -eq 1 ]
	grep -q "^,host,fact,attached,ended,.*${group##*/} ended after" "$dir/gone.csv"
}

# CPU time in ns of all rows of threads, against what was counted: 5 % and two ticks.
same_time() {
	echo "threads: $1, by themselves: $2"
	between "$(awk -v x="$2" 'BEGIN { print 0.95 * x - 2e7 }')" "$1" "$(awk -v x="$2" 'BEGIN { print 1.05 * x + 2e7 }')"
}

@test "threads that come and end inside the window: all their time is there" {
	seconds=4
	mover threads 90 5
	measure tx --pid "$mover" --collect cpu
	same_time "$(sum "$dir/run.csv" tx cpu thread)" "$moved"
	between 4e8 "$(value "$dir/run.csv" tx cpu thread '(ended)')" 6e8
}

@test "processes of a cgroup that come and end inside the window: all their time is there" {
	make_group
	mover threads 1 1
	sh -c 'echo $$ >"$0/cgroup.procs"; exec sleep 30' "$group" 3>&- 9>&- &
	stays=$!
	wait_until 5 grep -q . "$group/cgroup.procs"
	zcprof attach --as tx --cgroup "${group##*/}" --warmup 0.1 --seconds 60 --interval 0.1 --collect cpu -o "$dir/run.csv" 3>&- 9>&- &
	attached=$!
	wait_until 20 grep -qs '^[0-9]' "$dir/run.csv.part"
	for i in 1 2 3 4 5 6 7 8; do
		{ echo; echo; } | sh -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$group" "$BUILD/tests/tool/mover" threads 10 5 3>&- 9>&-
	done | awk '/[0-9]/ { sum += $1 } END { printf "%.0f\n", sum }' >"$dir/sum"
	# However long they took.
	kill -INT "$attached"
	wait "$attached" || [ $? -eq 1 ]
	kill "$stays"
	zcroi check "$dir/run.csv"
	same_time "$(sum "$dir/run.csv" tx cpu thread)" "$(cat "$dir/sum")"
}

@test "connections of a client that come and go inside the window: all their bytes" {
	mover client 1000 100000
	measure tx --pid "$mover" --collect cpu,syscalls
	[ "$(value "$dir/run.csv" tx path bytes)" -eq "$moved" ]
	[ "$(sum "$dir/run.csv" tx syscalls calls connect)" -eq 1000 ]
}

@test "connections of one socket, one after another: all their bytes" {
	mover again 20 100000
	measure tx --pid "$mover" --collect cpu,syscalls
	[ "$(value "$dir/run.csv" tx path bytes)" -eq "$moved" ]
}

@test "connections of a server that come and go inside the window: all their bytes, and no others'" {
	mover server 1000 100000
	measure rx --pid "$mover" --collect cpu,syscalls
	[ "$(value "$dir/run.csv" rx path bytes)" -eq "$moved" ]
}

@test "connections of a namespace that come and go inside the window: all bytes of both ends" {
	unshare --net sh -c 'ip link set lo up && exec sleep 60' 3>&- &
	spaces=$!
	wait_until 5 sh -c "nsenter -t $spaces -n ip link show lo 2>/dev/null | grep -q UP"
	mkfifo "$dir/lines"
	nsenter -t "$spaces" -n "$BUILD/tests/tool/mover" client 300 100000 <"$dir/lines" >"$dir/moved" 3>&- &
	mover=$!
	exec 9>"$dir/lines"
	wait_until 5 grep -q ready "$dir/moved"
	measure tx --netns "$spaces" --collect cpu
	[ "$(value "$dir/run.csv" tx path bytes)" -eq "$moved" ]
}

@test "short connections that the other side resets: no figure, and how much it would be" {
	zcprof attach --as rx --warmup 0.2 --collect cpu -o "$dir/run.csv" -- python3 -c '
import os, socket, struct, time
listener = socket.create_server(("127.0.0.1", 0))
if not os.fork():
    time.sleep(2)
    for _ in range(50):
        s = socket.create_connection(listener.getsockname())
        s.sendall(bytes(10000))
        time.sleep(0.005)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
    os._exit(0)
for _ in range(50):
    s, _ = listener.accept()
    try:
        while s.recv(100000):
            pass
    except OSError:
        pass
    s.close()
time.sleep(1)'
	run ! value "$dir/run.csv" rx path bytes
	grep -q '^,rx,collector,absent,throughput,.* were reset by the other side, and moved [0-9]* bytes' "$dir/run.csv"
	zcroi check "$dir/run.csv"
}

# A process that sends to another, which says the port of the sender: receives FILE
receives() {
	python3 -c '
import os, socket, time
listener = socket.create_server(("127.0.0.1", 0))
if not os.fork():
    s = socket.create_connection(listener.getsockname())
    try:
        while True:
            s.sendall(bytes(1000000))
            time.sleep(0.002)
    except OSError:
        os._exit(0)
s, peer = listener.accept()
print(peer[1], flush=True)
while s.recv(1000000):
    pass' >"$1" 3>&- &
	receiver=$!
	wait_until 5 test -s "$1"
}

@test "flows of latency are those of the process that is measured, on CPUs where others receive too" {
	receives "$dir/other"
	spaces=$receiver
	receives "$dir/own"
	mover=$receiver
	zcprof attach --as rx --pid "$mover" --cpu "0-$(($(nproc) - 1))" --exact --warmup 0 --seconds 1 --collect latency -o "$dir/run.csv"
	grep -q ',collector,means,latency,' "$dir/run.csv" || skip "latency cannot be measured here"
	[ "$(sum "$dir/run.csv" rx latency flow_samples "127.0.0.1:$(cat "$dir/own")")" -gt 50 ]
	run ! grep "latency,flow_samples,127.0.0.1:$(cat "$dir/other")," "$dir/run.csv"
	[ "$(grep -c ',latency,flow_samples,' "$dir/run.csv")" -eq 1 ]
}

@test "a number that is given to another thread: each counts for itself" {
	unshare --pid --fork --mount-proc sh -c 'echo 100 >/proc/sys/kernel/ns_last_pid' 2>/dev/null || skip "numbers cannot be chosen here"
	make_group
	burn='import time, sys
end = time.process_time() + float(sys.argv[1])
while time.process_time() < end:
    pass
print(flush=True)
time.sleep(60)'
	export group dir burn
	unshare --pid --fork --mount-proc --kill-child bash -c '
		in_group() { (echo 0 >"$group/cgroup.procs"; exec python3 -c "$burn" "$1") >"$2" & }
		in_group 0.8 "$dir/first"
		first=$!
		until [ -s "$dir/first" ]; do sleep 0.05; done
		zcprof attach --as tx --cgroup "${group##*/}" --warmup 0 --seconds 3 --collect cpu,iowait -o "$dir/run.csv" &
		attached=$!
		until [ -s "$dir/run.csv.part" ]; do sleep 0.05; done
		sleep 0.7
		kill -9 "$first"
		wait "$first"
		echo $((first - 1)) >/proc/sys/kernel/ns_last_pid
		in_group 0.1 "$dir/second"
		echo "$first $!" >"$dir/numbers"
		wait "$attached"' 3>&- 2>"$dir/said" || { cat "$dir/said"; false; }
	read -r first second <"$dir/numbers"
	[ "$first" -eq "$second" ] || skip "the number was given to another"
	between 9e7 "$(value "$dir/run.csv" tx cpu thread "python3/$second")" 4e8
	zcroi check "$dir/run.csv"
}

@test "a thread that taskset moves in the window: on which CPUs it might run, at both edges" {
	sleep 60 3>&- &
	mover=$!
	before=$(awk '/^Cpus_allowed_list/ { print $2 }' "/proc/$mover/status")
	[[ $before == 0?* ]] || skip "takes CPU 0 and another"
	zcprof attach --as tx --pid "$mover" --warmup 0.1 --seconds 2 --interval 0.2 --collect cpu -o "$dir/run.csv" 3>&- &
	attached=$!
	wait_until 10 grep -q '^0\.' "$dir/run.csv.part"
	taskset -cp 0 "$mover"
	wait "$attached"
	zcroi check "$dir/run.csv"
	grep ',allowed,' "$dir/run.csv"
	[ "$(value "$dir/run.csv" tx cpu allowed "open/$before")" = 1 ]
	[ "$(value "$dir/run.csv" tx cpu allowed close/0)" = 1 ]
	[ "$(grep -c ',tx,cpu,allowed,' "$dir/run.csv")" = 2 ]
}

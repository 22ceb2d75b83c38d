#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The screen of --live, on a terminal of its own (tests/tool/screen.py): keys, sizes, what ends, and that the
# terminal is as it was, whatever zcprof ended by.

bats_require_minimum_version 1.5.0
load zcprof_run

setup() {
	as_root
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	started=()
	# A name that would move a terminal's cursor.
	program=$dir/$'x\033[31my'
	cp "$BUILD/tests/tool/calls" "$program"
	mkfifo "$dir/go"
	"$program" known 1 10 <"$dir/go" >"$dir/calls.out" 3>&- &
	target=$!
	started+=("$target")
	exec 9>"$dir/go"
	wait_until 5 grep -q . "$dir/calls.out"
	cd "$dir" || return
}

teardown() {
	exec 9>&-
	[ -z "${ns-}" ] || remove_namespaces
	for pid in "${started[@]}"; do
		kill -9 "$pid" 2>/dev/null || :
	done
}

# Python with the module, and what every test has: on_terminal ARGUMENT... <<PROGRAM
on_terminal() {
	{
		cat <<-'END'
			import os, re, signal, sys, time
			from screen import Screen
			target = int(sys.argv[1])
			attach = ["zcprof", "attach", "--pid", sys.argv[1], "--as", "tx", "--warmup", "0", "--live",
			          "--interval", "0.3", "--collect", "syscalls,cpu,selfcost"]
		END
		cat
	} >"$dir/program.py"
	PYTHONPATH=$BATS_TEST_DIRNAME/../tool PYTHONDONTWRITEBYTECODE=1 /usr/bin/env python3 "$dir/program.py" "$target" "$@"
}

@test "keys: pause, sort, end, a source, help, a record of now; any size; q leaves" {
	on_terminal <<-'END'
		s = Screen(attach, said="said")
		s.until(b"CPU 0", b"measuring takes")
		# The name of the process is text.
		s.until(b"x [31my known 1 10")
		s.press(b"s")
		s.until(b"sort: total")
		s.press(b"e")
		s.until(b"end: host")
		s.press(b"eee\t")
		s.until(b"end: all", b"cpu: ", b" figures", rb"x\x1b[31my/")
		assert b"\033[31my" not in s.seen
		s.press(b"\033[Z")
		s.until(b"source: -")
		s.press(b"h")
		s.until(b"the figures stay as they are")
		s.press(b"hp")
		s.until(b"paused")
		clock = re.search(rb"zcprof  (\d+) s", s.seen)[1]
		time.sleep(1.5)
		s.until(b"paused", b"zcprof  " + clock + b" s")
		s.press(b"p")
		time.sleep(1)
		s.until(b"source: -")
		assert re.search(rb"zcprof  (\d+) s", s.seen)[1] != clock
		for rows, columns in ((5, 20), (1, 1), (60, 200), (24, 80)):
		    s.resize(rows, columns)
		    time.sleep(0.4)
		    s.press(b"s\f")
		    s.read(0.3)
		s.press(b"w")
		s.until(b"the window until now is in")
		s.press(b"q")
		assert s.ended() == 0
	END
	cat said
	grep -q 'the window until now is in zcprof-.*\.csv' said
	zcroi check zcprof-*.csv
	[ "$(value zcprof-*.csv tx path window_ns)" -gt 0 ]
}

@test "SIGTERM, SIGHUP, SIGKILL and a crash leave the terminal as it was" {
	on_terminal <<-'END'
		for how in (signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGSEGV):
		    s = Screen(attach)
		    s.until(b"CPU 0")
		    assert s.in_screen()
		    os.kill(s.child, how)
		    status = s.ended()
		    print(how, status)
		    assert (status & 127) == (how if how in (signal.SIGKILL, signal.SIGSEGV) else 0), status
	END
	# Nobody is left, neither zcprof nor the child that saw to the terminal.
	wait_until 5 nobody_left
}

nobody_left() {
	! pgrep -f "^zcprof attach --pid $target " >/dev/null || false
}

@test "what is measured ends: the screen says so and stays; a key leaves it" {
	on_terminal <<-'END'
		s = Screen(attach, said="said")
		s.until(b"CPU 0")
		os.kill(target, signal.SIGKILL)
		s.until(b"ended, q leaves", b"ended after")
		time.sleep(1)
		assert s.in_screen()
		s.press(b"q")
		assert os.waitstatus_to_exitcode(s.ended()) == 1
	END
	grep -q "process $target ended after" said
}

@test "zcprof run --live: all runs on one screen; q leaves the screen, and they go on" {
	on_terminal <<-'END'
		s = Screen(["zcprof", "run", "--live", "--link", "loopback", "--seconds", "3", "--warmup", "0.2", "--repeat", "2",
		            "--collect", "cpu,syscalls", "-o", "runs"])
		s.until(b"run 1 of 2", b"CPU 0", seconds=60)
		s.until(b"run 2 of 2", b"first figures", seconds=60)
		s.press(b"q")
		status = s.ended()
		assert status == 0, (status, s.seen)
		assert b"2 runs are in runs" in s.seen
	END
	[ "$(find runs -name 'run-*.csv' | wc -l)" -eq 2 ]
	zcroi check runs/*/run-1.csv runs/*/run-2.csv
}

@test "zcprof run --live: what the sources of another machine have, too, and the record is sound" {
	ns=zcl$$
	make_namespaces
	ip netns exec "${ns}tx" "$BASH" -c 'PYTHONPATH=$1 PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/env python3 - "$2"' x "$BATS_TEST_DIRNAME/../tool" "${ns}rx" <<-'END'
		import os, sys
		from screen import Screen
		s = Screen(["zcprof", "run", "--live", "--link", "tx0", "--rx-host", sys.argv[1], "--address", "10.78.0.1", "--ssh", "ip netns exec",
		            "--zcprof", os.environ["BUILD"] + "/zcprof", "--seconds", "6", "--warmup", "0.2", "--repeat", "1",
		            "--collect", "cpu,syscalls,copy", "-o", "far"], rows=50, columns=100)
		# A call that only the receiver makes.
		s.until(b"recvfrom", b"sendto", seconds=60)
		s.press(b"w")
		s.until(b"the window until now is in")
		status = s.ended()
		assert status == 0, (status, s.seen)
	END
	# A look is no part of it: each figure stands there once.
	zcroi check far/*/run-1.csv
	# What was kept of it meanwhile has both machines' sources, too.
	zcroi check zcprof-*.csv
	[ "$(value zcprof-*.csv rx syscalls calls recvfrom)" -gt 0 ]
	[ "$(value zcprof-*.csv tx syscalls calls sendto)" -gt 0 ]
	[ "$(value zcprof-*.csv rx-host syscalls lost)" -ge 0 ]
	remove_namespaces
}

@test "no terminal that can: lines" {
	TERM=dumb run -0 zcprof attach --pid "$target" --as tx --warmup 0 --seconds 1.5 --live --collect cpu </dev/null
	[[ "$output" == *"s machine: CPU "* ]]
	[[ "$output" != *$'\033'* ]]
}

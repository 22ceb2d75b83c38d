#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcprof attach while its window is open: rows of a time series, OpenMetrics in a file and by HTTP, a
# screen. The work is known: 3000 calls of getppid() by tests/tool/calls, begun in mid-window.

bats_require_minimum_version 1.5.0
load zcprof_run

setup() {
	as_root
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	started=()
	mkfifo "$dir/go"
	"$BUILD/tests/tool/calls" known 1 3000 <"$dir/go" >"$dir/calls.out" 3>&- &
	calls=$!
	started+=("$calls")
	exec 9>"$dir/go"
	# It has said that it is ready, and waits.
	wait_until 5 grep -q . "$dir/calls.out"
}

teardown() {
	exec 9>&-
	for pid in "${started[@]}"; do
		kill -9 "$pid" 2>/dev/null || :
	done
}

work() {
	echo >&9
}

in_window() {
	grep -q '^[0-9]' "$1"
}

answers() {
	/usr/bin/python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])' "$1" 2>/dev/null
}

prometheus() {
	/usr/bin/python3 -c 'import prometheus_client' 2>/dev/null ||
		skip "python3-prometheus-client is not installed"
}

# The value of one sample, read by Prometheus's own parser: sample FORMAT FILE NAME END KEY
sample() {
	/usr/bin/python3 -c '
import importlib, sys
parser = "prometheus_client.openmetrics.parser" if sys.argv[1] == "openmetrics" else "prometheus_client.parser"
parse = importlib.import_module(parser).text_string_to_metric_families
families = list(parse(open(sys.argv[2]).read()))
assert len(families) > 5
for family in families:
    assert family.name.startswith("zcprof_") and family.documentation and family.type != "unknown", family
    for s in family.samples:
        if s.name == sys.argv[3] and s.labels == {"end": sys.argv[4], "key": sys.argv[5]}:
            print(int(s.value))' "$@"
}

@test "--interval: the steps of a total are the total; the window's rows are as without" {
	zcprof attach --pid "$calls" --as tx --warmup 0 --seconds 3 --interval 0.5 -o "$dir/i.csv" 3>&- &
	attached=$!
	started+=("$attached")
	wait_until 10 in_window "$dir/i.csv.part"
	work
	wait "$attached"
	[ "$(value "$dir/i.csv" tx syscalls calls getppid)" -eq 3000 ]
	[ "$(awk -F, '$1 != "" && $3 == "syscalls" && $4 == "calls" && $5 == "getppid" { n += $6 }
		END { print n }' "$dir/i.csv")" -eq 3000 ]
	# Every half second, and what is left at the window's end; on a busy machine some are late or left out.
	awk -F, -v window="$(value "$dir/i.csv" tx path window_ns)" '
		$1 != "" && $3 == "cpu" && $4 == "busy" { if (last < 0.5 * n || n && $1 <= last) bad = 1; last = $1; n++ }
		END { exit bad || n < 3 || n > 1 + window / 5e8 || last > window / 1e9 + 0.05 || last < window / 1e9 - 0.05 }' "$dir/i.csv"
	zcroi check "$dir/i.csv"
	zcroi show syscalls "$dir/i.csv" | grep -q getppid
}

@test "--openmetrics FILE: what Prometheus reads there is what was done, and never a part of it" {
	prometheus
	zcprof attach --pid "$calls" --as tx --warmup 0 --seconds 4 --interval 0.2 --collect syscalls,cpu \
		--openmetrics "$dir/z.prom" 2>"$dir/said" 3>&- &
	attached=$!
	started+=("$attached")
	wait_until 5 test -e "$dir/z.prom"
	work
	for _ in $(seq 100); do
		[ "$(tail -n 1 "$dir/z.prom")" = "# EOF" ]
	done
	wait "$attached"
	[ "$(sample textfile "$dir/z.prom" zcprof_syscalls_calls_total tx getppid)" -eq 3000 ]
	[ "$(sample textfile "$dir/z.prom" zcprof_cpu_idle_seconds_total host 0)" -le 5 ]
}

@test "--openmetrics :PORT: GET /metrics and nothing else; a client that says nothing; until it is stopped" {
	prometheus
	zcprof attach -v --pid "$calls" --as tx --warmup 0 --interval 0.2 --collect syscalls --openmetrics :0 \
		2>"$dir/said" 3>&- &
	attached=$!
	started+=("$attached")
	wait_until 5 grep -q 'serving http://127.0.0.1:' "$dir/said"
	url=$(sed -n 's|.*\(http://127.0.0.1:[0-9]*\)/metrics.*|\1|p' "$dir/said")
	port=${url##*:}
	wait_until 10 answers "$url/metrics"
	work
	# One that asks for nothing is dropped after two seconds, and the next is answered.
	exec 8<>"/dev/tcp/127.0.0.1/$port"
	sleep 1
	/usr/bin/python3 - "$url" "$dir/z.prom" <<-'END'
		import sys, urllib.error, urllib.request
		answer = urllib.request.urlopen(sys.argv[1] + "/metrics", timeout=5)
		assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
		open(sys.argv[2], "wb").write(answer.read())
		for url, data, status in ((sys.argv[1] + "/", None, 404), (sys.argv[1] + "/metrics", b"x", 405)):
		    try:
		        urllib.request.urlopen(url, data, timeout=5)
		        sys.exit("answered")
		    except urllib.error.HTTPError as error:
		        assert error.code == status, error
	END
	exec 8>&-
	[ "$(sample openmetrics "$dir/z.prom" zcprof_syscalls_calls_total tx getppid)" -eq 3000 ]
	# Not to other addresses of this machine.
	! (exec 8<>"/dev/tcp/$(hostname -I | cut -d ' ' -f 1)/$port") 2>/dev/null || false
	kill -INT "$attached"
	wait "$attached"
}

@test "--live: lines with their time where there is no terminal; a screen where there is one, left as it was" {
	zcprof attach --pid "$calls" --as tx --warmup 0 --seconds 3.5 --live --collect syscalls,cpu,locks \
		>"$dir/lines" 2>"$dir/said" 3>&- &
	attached=$!
	started+=("$attached")
	wait_until 10 in_window "$dir/lines"
	work
	wait "$attached"
	cat "$dir/lines"
	grep -qE '^[23]\.[0-9] s tx syscalls: .*(close|getppid) [23]\.[0-9]+ k/s' "$dir/lines"
	grep -qE '^2\.[0-9] s machine: CPU [0-9]+ %' "$dir/lines"
	run ! grep -q $'\033' "$dir/lines"
	"$BUILD/tests/tool/calls" known 1 10 <"$dir/go" >"$dir/calls2.out" 3>&- &
	started+=($!)
	/usr/bin/env python3 - $! "$dir/lines" <<-'END'
		import os, pty, sys, termios, time
		pid, fd = pty.fork()
		if not pid:
		    os.environ["TERM"] = "xterm"
		    os.execvp("zcprof", ["zcprof", "attach", "--pid", sys.argv[1], "--as", "tx", "--warmup", "0",
		                         "--live", "--interval", "0.3", "--collect", "syscalls,cpu,locks"])
		before = termios.tcgetattr(fd)
		seen, end = b"", time.time() + 20
		def read_until(enough):
		    global seen
		    while not enough() and time.time() < end:
		        try:
		            more = os.read(fd, 65536)
		        except OSError:
		            return
		        if not more:
		            return
		        seen += more
		# In one mode it is ours, with nothing echoed; and a figure has come.
		read_until(lambda: b"machine" in seen and b"CPU 0" in seen)
		assert b"\033[?1049h" in seen and not termios.tcgetattr(fd)[3] & (termios.ECHO | termios.ICANON), seen
		os.write(fd, b"q")
		read_until(lambda: False)
		status = os.waitpid(pid, 0)[1]
		print(seen)
		assert os.waitstatus_to_exitcode(status) == 0, status
		assert termios.tcgetattr(fd) == before
		left = seen.rindex(b"\033[?1049l")
		assert b"\033[?1049h" not in seen[left:] and seen.rindex(b"\033[?25l") < max(seen.rfind(b"\033[?12l\033[?25h"), seen.rfind(b"\033[?25h"))
	END
}

@test "what does not fit is said" {
	run -2 zcprof attach --pid 1 --interval 1
	[[ "$output" == *"-o FILE is needed"* ]]
	run -2 zcprof attach --pid 1 --interval 0.01 -o "$dir/x.csv"
	[[ "$output" == *"expected 0.05 seconds or more"* ]]
	run -2 zcprof attach --pid 1 --openmetrics :99999
	[[ "$output" == *"expected a port from 0 to 65535"* ]]
	run -1 zcprof attach --pid "$calls" --openmetrics "$dir/no/z.prom" --seconds 1.3 --collect cpu -o "$dir/no/x.csv"
	[[ "$output" == *"cannot create $dir/no/x.csv.part"* ]]
	# It goes on without, and says so once.
	run -0 --separate-stderr zcprof attach --pid "$calls" --as tx --openmetrics "$dir/no/z.prom" --seconds 1.3 \
		--interval 0.2 --collect cpu
	[ "$(grep -c "cannot write $dir/no/z.prom: No such file" <<<"$stderr")" -eq 1 ]
}

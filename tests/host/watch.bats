#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcprof watch: rules, rounds, restarts of what is watched and of itself, a folder of bounded size. What is
# watched is tests/tool/calls under another name, which waits.

bats_require_minimum_version 1.5.0
load zcprof_run

setup() {
	port=$(free_port)
	as_root
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	started=()
	# A name that would move a terminal's cursor.
	program=$dir/$'we\033[31mird name'
	cp "$BUILD/tests/tool/calls" "$program"
	mkfifo "$dir/go"
	exec 9<>"$dir/go"
}

teardown() {
	exec 9>&-
	for pid in "${started[@]}"; do
		kill -9 "$pid" 2>/dev/null || :
	done
}

begin() {
	"$program" known 1 10 <"$dir/go" >"$dir/calls.out" 3>&- &
	target=$!
	started+=("$target")
	wait_until 5 grep -q . "$dir/calls.out"
}

watch() {
	exec zcprof watch --seconds 0.4 --warmup 0.1 --every 2 --collect cpu,syscalls -o "$dir/kept" "$@"
}

records() {
	find "$dir/kept" -name '*.csv' | wc -l
}

there_are() {
	[ "$(records)" -ge "$1" ]
}

@test "what ended and was begun anew is found again; each window is a record; Prometheus reads the sum" {
	begin
	first=$target
	watch --rule "odd:exe=$program" --rule none:comm=no-such-name --openmetrics "$dir/w.prom" \
		--label rack=7 2>"$dir/said" 3>&- &
	watching=$!
	started+=("$watching")
	wait_until 20 there_are 1
	kill -9 "$first"
	wait "$first" || :
	begin
	before=$(records)
	wait_until 20 there_are $((before + 1))
	kill -TERM "$watching"
	wait "$watching"
	cat "$dir/said"
	grep -h '^,[a-z]*,fact,attached,pid,' "$dir"/kept/odd/*.csv
	grep -qh "fact,attached,pid,$first," "$dir"/kept/odd/*.csv
	grep -qh "fact,attached,pid,$target," "$dir"/kept/odd/*.csv
	grep -qh 'fact,label,rack,7' "$dir"/kept/odd/*.csv
	[ "$(grep -c 'none: there is no such process now' "$dir/said")" -eq 1 ]
	# Repeats of one configuration, by the rule's name, whole and readable.
	[[ "$(zcroi table --format csv "$dir/kept" 2>&1)" == *odd* ]]
	for record in "$dir"/kept/odd/*.csv; do zcroi check "$record"; done
	run ! grep -q $'\033' "$dir/said" "$dir"/kept/odd/*.csv "$dir/w.prom"
	grep -q '^zcprof_watch_windows_total{end="host",rack="7",rule="odd"} [1-9]' "$dir/w.prom"
	grep -q '^zcprof_watch_windows_total{end="host",rack="7",rule="none"} 0' "$dir/w.prom"
	[ "$(tail -n 1 "$dir/w.prom")" = "# EOF" ]
	/usr/bin/python3 -c 'import prometheus_client' 2>/dev/null || skip "python3-prometheus-client is not installed"
	/usr/bin/python3 - "$dir/w.prom" "$first" "$target" <<-'END'
		import sys
		from prometheus_client.parser import text_string_to_metric_families as textfile
		samples = [s for f in textfile(open(sys.argv[1]).read()) for s in f.samples]
		seconds = [s.value for s in samples if s.name == "zcprof_watch_seconds_total" and s.labels["rule"] == "odd"]
		windows = [s.value for s in samples if s.name == "zcprof_watch_windows_total" and s.labels["rule"] == "odd"]
		assert 0.4 * windows[0] <= seconds[0], (seconds, windows)
		# Counters over all windows: each CPU was something for as long as they were, within ticks.
		cpu = sum(s.value for s in samples if s.name.startswith("zcprof_cpu_") and s.labels.get("key") == "0"
		          and s.name.split("_")[2] in ("user", "system", "irq", "softirq", "iowait", "idle", "steal", "unaccounted"))
		assert abs(cpu - seconds[0]) < 0.05 * windows[0], (cpu, seconds)
		# Of a thread its name, and no number that is another's after a restart.
		threads = [s.labels["key"] for s in samples if s.name.startswith("zcprof_cpu_thread")]
		assert any("ird name" in key for key in threads), threads
		assert not any(key.endswith("/" + pid) for key in threads for pid in sys.argv[2:]), threads
	END
}

@test "the folder stays within its size, the oldest go, and nothing else is touched" {
	begin
	mkdir -p "$dir/kept/odd" "$dir/away"
	echo mine >"$dir/kept/odd/notes.csv"
	touch -d 2020-01-01 "$dir/kept/odd/notes.csv"
	head -c 300000 /dev/urandom >"$dir/kept/odd/20200101T000000Z-1.csv"
	touch -d 2020-01-01 "$dir/kept/odd/20200101T000000Z-1.csv"
	head -c 300000 /dev/urandom >"$dir/away/20190101T000000Z-1.csv"
	ln -s "$dir/away" "$dir/kept/link"
	ln -s "$dir/away/20190101T000000Z-1.csv" "$dir/kept/odd/20190101T000000Z-1.csv"
	run -0 watch --rule "odd:exe=$program" --rounds 2 --keep 200K
	[ ! -e "$dir/kept/odd/20200101T000000Z-1.csv" ]
	[ -e "$dir/kept/odd/notes.csv" ]
	[ -e "$dir/away/20190101T000000Z-1.csv" ]
	[ "$(find "$dir/kept/odd" -name '20[2-9]*.csv' -type f | wc -l)" -ge 1 ]
	# Fewer than one record: none stays.
	run -0 watch --rule "odd:exe=$program" --rounds 1 --keep 1
	[ "$(find "$dir/kept" -name '20*.csv' -type f | wc -l)" -eq 0 ]
}

@test "rounds of which every window failed are no success" {
	begin
	# Nobody may write there, root neither.
	mkdir -p "$dir/kept"
	touch "$dir/kept/odd"
	run -1 watch --rule "odd:exe=$program" --rounds 2
	echo "$output"
	[[ "$output" == *"odd: there is no record"* ]]
	# Where there is nothing to measure nothing failed.
	run -0 watch --rule "none:exe=$program.not" --rounds 1
}

@test "one at a time in a folder; killed and started again it goes on" {
	begin
	watch --rule "odd:exe=$program" 2>"$dir/said" 3>&- &
	watching=$!
	started+=("$watching")
	wait_until 20 there_are 1
	run -1 watch --rule "odd:exe=$program" --rounds 1
	[[ "$output" == *"another zcprof keeps records in $dir/kept"* ]]
	kill -9 "$watching"
	wait "$watching" || :
	before=$(records)
	# The window that was going on dies with it, and a new one keeps others out again.
	run -0 watch -v --rule "odd:exe=$program" --rounds 1
	echo "$output"
	find "$dir/kept"
	[ "$(records)" -gt "$before" ]
}

@test "--verbose: what each window would warn of is said once, that each was kept each time" {
	begin
	run -0 zcprof watch -v --seconds 0.2 --warmup 0 --every 1 --collect cpu,nic -o "$dir/kept" --rule "odd:exe=$program" --rounds 3
	echo "$output"
	[ "$(grep -c 'warning: the records have no nic' <<<"$output")" -eq 1 ]
	[ "$(grep -c "odd: $dir/kept/.*\.csv" <<<"$output")" -eq 3 ]
}

@test "by name, by port, in turn where there are more than are measured at a time" {
	begin
	first=$target
	begin
	zcpath rx --path copy --bind 127.0.0.1 --port "$port" >"$dir/rx.csv" 2>&1 3>&- &
	listener=$!
	started+=("$listener")
	wait_until 5 grep -q listening "$dir/rx.csv"
	run -0 watch --rule "name:comm=$(basename "$program")" --rule at:port="$port" --rule none:port=$((port + 8)) --most 1 --rounds 2
	for pid in "$first" "$target"; do
		grep -qh "fact,attached,pid,$pid," "$dir"/kept/name/*.csv
	done
	grep -qh "fact,attached,pid,$listener," "$dir"/kept/at/*.csv
	[ "$(find "$dir/kept/name" -name '*.csv' | wc -l)" -eq 2 ]
	[ ! -e "$dir/kept/none" ]
}

@test "rules that mean nothing are refused with what is expected" {
	run -2 zcprof watch -o "$dir/kept"
	[[ "$output" == *"expected a rule"*"/etc/zcprof/watch.conf"* ]]
	run -2 zcprof watch --rule comm=x
	[[ "$output" == *"-o DIR is needed"* ]]
	for rule in comm x=y comm= port=0 port=70000 exe=nginx :comm=x ../up:comm=x .hidden:comm=x 'a b:comm=x'; do
		run -2 zcprof watch --rule "$rule" -o "$dir/kept"
		[[ "$output" == *"--rule $rule: "* ]]
	done
	run -2 zcprof watch --rule comm=x --rule comm=x -o "$dir/kept"
	[[ "$output" == *"another rule has the name comm-x"* ]]
	for where in :70000 :x ''; do
		run -2 zcprof watch --rule comm=x --openmetrics "$where" -o "$dir/kept"
		[[ "$output" == *"--openmetrics"*"expected a "* ]]
	done
	run -2 zcprof watch --rule "x:cgroup=$(printf 'a%.0s' {1..5000})" -o "$dir/kept"
	[[ "$output" == *"it is longer than a path may be"* ]]
	run -2 zcprof watch --rule comm=x --every 3 --seconds 5 -o "$dir/kept"
	[[ "$output" == *"shorter than a window"* ]]
	[ ! -e "$dir/kept" ]
}

@test "the unit file is one that systemd takes, and its example a file of options" {
	sed 's/^# rule web/rule web/; s/every 60/every 1/; s/seconds 5/seconds 0.1/' packaging/watch.conf >"$dir/watch.conf"
	run -0 zcprof watch "@$dir/watch.conf" --warmup 0 --rounds 1 --collect cpu -o "$dir/kept"
	command -v systemd-analyze >/dev/null || skip "systemd-analyze is not there"
	sed "s|/usr/bin/zcprof|$BUILD/zcprof|; /^Documentation/d" packaging/zcprof-watch.service >"$dir/zcprof-watch.service"
	run systemd-analyze verify "$dir/zcprof-watch.service"
	echo "$output"
	[ "$status" -eq 0 ]
	run ! grep -q zcprof <<<"$output"
}

@test "killed and begun anew it serves at its port at once, though the last scrape's connection lingers there" {
	local port
	watch --rule comm=no-such-name --openmetrics :0 2>"$dir/said" 3>&- &
	started+=($!)
	wait_until 10 grep -q serving "$dir/said"
	port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/metrics.*|\1|p' "$dir/said")
	# Of HTTP/1.0 the server closes first, and so keeps the connection in TIME_WAIT.
	/usr/bin/python3 - "$port" <<-'END'
		import socket, sys
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		s.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
		while s.recv(65536):
		    pass
	END
	kill -9 "${started[-1]}"
	wait "${started[-1]}" || :
	begin
	watch --rule "odd:exe=$program" --openmetrics ":$port" 2>"$dir/again" 3>&- &
	started+=($!)
	wait_until 10 grep -q "serving http://127.0.0.1:$port/" "$dir/again"
}

@test "a scrape says which record the last window is, as an exemplar; a file for node exporter does not" {
	local port record
	begin
	watch --rule "odd:exe=$program" --openmetrics :0 2>"$dir/said" 3>&- &
	started+=($!)
	wait_until 20 there_are 1
	port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/metrics.*|\1|p' "$dir/said")
	scrape() {
		/usr/bin/python3 -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())' "http://127.0.0.1:$port/metrics"
	}
	named() {
		record=$(scrape | sed -n 's/^zcprof_watch_windows_total{.*} [1-9][0-9]* # {record="\(.*\)"} 1$/\1/p')
		[ -n "$record" ] && [ -s "$dir/kept/odd/$record" ] || false
	}
	wait_until 20 named
	(watch --rule "odd:exe=$program" --rounds 1 --openmetrics "$dir/w.prom" -o "$dir/other")
	grep -q '^zcprof_watch_windows_total{.*} 1$' "$dir/w.prom"
}

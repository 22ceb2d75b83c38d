#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What Prometheus itself makes of it: the rules, and SCRAPES (3) attached processes, each looking every INTERVAL (1)
# seconds at COLLECT (all), scraped for SCRAPE_SECONDS (30) by the real one, at 127.0.0.1 alone. Nothing is refused, every metric has its type, and each panel of the
# dashboard whose sources measure here has figures.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run

setup() {
	as_root
	command -v promtool prometheus >/dev/null || skip "prometheus is not installed"
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	here=$BATS_TEST_DIRNAME/../../packaging/prometheus
	started=()
}

teardown() {
	for pid in "${started[@]}"; do
		kill "$pid" 2>/dev/null || :
	done
	for pid in "${started[@]}"; do
		wait "$pid" 2>/dev/null || :
	done
}

@test "promtool: the rules are rules, and each alert is raised by what it is for" {
	promtool check rules "$here/zcprof.rules.yml"
	cd "$here"
	promtool test rules zcprof.rules.test.yml
}

@test "promtool: a file for the textfile collector has nothing to be said of; a hostile name of a thread is a value" {
	/usr/bin/python3 -c '
import ctypes, time
ctypes.CDLL(None).prctl(15, b"=\x1b[2J\xe5\x90\"|\\", 0, 0, 0)
time.sleep(8)' 3>&- &
	started+=($!)
	sleep 0.5
	zcprof attach --pid $! --as tx --warmup 0 --seconds 2 --interval 0.5 --label rack=7 --openmetrics "$dir/z.prom"
	promtool check metrics <"$dir/z.prom"
	grep -F 'key="\\x3d\\x1b[2J\\xe5\\x90\"|' "$dir/z.prom"
}

@test "every expression of the rules and the dashboard names metrics of the registry" {
	/usr/bin/python3 - "$here" "$BATS_TEST_DIRNAME/../../docs/metrics.md" <<-'END'
		import json, re, sys
		here, docs = sys.argv[1:]
		known = set()
		source = None
		for line in open(docs):
		    if m := re.match(r"## `(\w+)`", line):
		        source = m[1]
		    elif m := re.match(r"\| `(\w+)` \|", line):
		        known.add((source, m[1]))
		text = open(here + "/zcprof.rules.yml").read()
		text += "".join(t["expr"] for p in json.load(open(here + "/zcprof-dashboard.json"))["panels"] for t in p["targets"])
		own = {"zcprof_keys_left_out", "zcprof_build"}
		for name in set(re.findall(r"(?<![:\w])zcprof_[a-z_]+(?=[\[{) ])", text)) - own:
		    source, rest = name.removeprefix("zcprof_").split("_", 1)
		    assert any(s == source and (rest + "_").startswith(m.removesuffix("_ns") + "_") for s, m in known), name
	END
}

@test "a real Prometheus scrapes attached processes, refuses nothing, and has every panel's figures" {
	local n=${SCRAPES:-3} seconds=${SCRAPE_SECONDS:-30} port url moved

	moved=$(free_port)
	zcpath rx --path uring --port "$moved" >"$dir/rx.csv" 2>&1 3>&- &
	started+=($!)
	rx=$!
	sleep 0.5
	# Paced: what is looked at is the scrapes.
	zcpath tx --to 127.0.0.1 --port "$moved" --seconds $((seconds + 3600)) --write 16K --pacing 400M >"$dir/tx.csv" 2>&1 3>&- &
	started+=($!)
	: >"$dir/targets"
	for ((i = 0; i < n; i++)); do
		zcprof attach -v --pid "$rx" --as rx --warmup 0 --interval "${INTERVAL:-1}" --label slot=$i ${COLLECT:+--collect $COLLECT} \
			--openmetrics :0 2>"$dir/said-$i" 3>&- &
		started+=($!)
		pids[i]=$!
	done
	for ((i = 0; i < n; i++)); do
		wait_until 60 grep -q 'serving http://127.0.0.1:' "$dir/said-$i"
		sed -n 's|.*http://\(127.0.0.1:[0-9]*\)/metrics.*|"\1"|p' "$dir/said-$i" >>"$dir/targets"
	done
	cat >"$dir/prometheus.yml" <<-END
		global: {scrape_interval: 5s, evaluation_interval: 5s}
		rule_files: [$here/zcprof.rules.yml]
		scrape_configs:
		  - job_name: zcprof
		    sample_limit: 5000
		    label_limit: 24
		    static_configs: [{targets: [$(paste -sd, "$dir/targets")]}]
	END
	promtool check config "$dir/prometheus.yml"
	port=$(free_port)
	prometheus --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/tsdb" \
		--web.listen-address=127.0.0.1:"$port" >"$dir/prometheus.log" 2>&1 3>&- &
	started+=($!)
	url=http://127.0.0.1:$port
	# Until everything that it will need was looked up once.
	sleep $((seconds / 3))
	memory before
	sleep $((seconds - seconds / 3))
	memory after
	run /usr/bin/python3 "$BATS_TEST_DIRNAME/asked.py" "$url" "$n" "$here/zcprof-dashboard.json"
	echo "$output"
	[ -z "${KEEP-}" ] || { echo "$output" && cat "$dir/before" "$dir/after"; } >"$KEEP"
	[ "$status" -eq 0 ]
	run grep -E 'level=(warn|error)' "$dir/prometheus.log"
	echo "$output"
	[ "$status" -eq 1 ]
	# One zcprof holds what it held: nothing grows with each scrape.
	awk 'NR == FNR { b[$1] = $2; next } { grown = $2 - b[$1]; if (grown > most) most = grown } END { print "most that one grew by, KiB:", most; exit most > 8192 }' "$dir/before" "$dir/after"
}

free_port() {
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

memory() { # FILE
	local i
	for i in "${!pids[@]}"; do
		awk -v pid="${pids[i]}" '/^VmRSS/ { print pid, $2 }' "/proc/${pids[i]}/status" >>"$dir/$1" || {
			echo "one of them has ended; it said last:"
			tail -n 3 "$dir/said-$i"
			return 1
		}
	done
}

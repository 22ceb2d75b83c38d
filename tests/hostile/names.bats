#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Names and words that others choose: of threads, cgroups, devices, meters, far ends, and in records.
# None moves a cursor, breaks a format, or becomes a formula.

# ESC, a line break, half a character, a right-to-left mark, quotes, markup, a formula.
evil=$'=\e[2J\xe5\x90"|<b>'

load ../port

setup() {
	port=$(free_port)
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	dir=$BATS_TEST_TMPDIR
	unset group
}

teardown() {
	[ -z "${pid-}" ] || kill "$pid" || :
	[ -z "${pid-}" ] || wait "$pid" || :
	[ -z "${group-}" ] || rmdir "$group"
	ip netns del zcevil$$ 2>/dev/null || :
}

# A process with a thread of that name, which works until it is ended.
named() {
	python3 -c '
import ctypes, sys, time, os
ctypes.CDLL(None).prctl(15, os.fsencode(sys.argv[1])[:15], 0, 0, 0)
while True: sum(range(99999)); time.sleep(.001)' "$1" 3>&- &
	pid=$!
	sleep 0.4
}

# No control character but line ends, and valid UTF-8 without marks of direction; JSON is JSON.
assert_safe() {
	python3 - "$@" <<-'END'
		import json, sys
		for path in sys.argv[1:]:
		    text = open(path, 'rb').read().decode()
		    bad = [c for c in text if (ord(c) < 32 and c != '\n') or 127 <= ord(c) < 160 or c in '\u200f\u202e\u2066']
		    assert not bad, (path, bad)
		    if path.endswith('.json'): json.loads(text)
	END
}

# Every page that zcroi makes of a record, in every format.
assert_pages_safe() {
	local part format page
	mkdir -p "$dir/pages"
	for part in threads facts cstate syscalls symbols components cpu tcp nic softnet power; do
		for format in text csv json md; do
			page=$dir/pages/$part.$format
			"$BUILD/zcroi" show "$part" --format $format "$1" >"$page" 2>"$page.heard" || rm "$page"
		done
	done
	assert_safe "$dir"/pages/*
}

@test "the name of a thread, in the record, its pages, OpenMetrics, the live view and folded stacks" {
	named "$evil"
	timeout 20 "$BUILD/zcprof" attach --as rx --pid "$pid" --seconds 2.2 --interval 1 --collect cpu,profile --openmetrics "$dir/m.prom" --live -o "$dir/x.csv" >"$dir/live" 2>"$dir/heard"
	[ -s "$dir/live" ] && [ -s "$dir/m.prom" ] || false
	assert_safe "$dir/x.csv" "$dir/m.prom" "$dir/live" "$dir/heard" "$dir/x.folded"
	grep -q ',rx,cpu,thread,"\\x3d\\x1b\[2J\\xe5\\x90""|<b>' "$dir/x.csv"
	grep -qF 'key="\\x3d\\x1b[2J\\xe5\\x90\"|<b>' "$dir/m.prom"
	grep -qF '\x1b[2J' "$dir/x.folded"
	"$BUILD/zcroi" check "$dir/x.csv"
	assert_pages_safe "$dir/x.csv"
	grep -qF '\\x1b\[2J\\xe5\\x90"\|&lt;b&gt;' "$dir/pages/threads.md"
	if /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null; then
		/usr/bin/python3 -c '
import sys
from prometheus_client.parser import text_string_to_metric_families as parse
keys = [s.labels.get("key", "") for f in parse(open(sys.argv[1], encoding="utf-8").read()) for s in f.samples]
assert any("\\x1b[2J" in k for k in keys), keys' "$dir/m.prom"
	fi
}

@test "the name of a cgroup that is attached to" {
	group=/sys/fs/cgroup/$'zc=\e[2J\xff|\n'
	mkdir "$group" 2>/dev/null || { unset group; skip "cannot make a cgroup here"; }
	run timeout 20 "$BUILD/zcprof" attach --as rx --cgroup "$group" --seconds 0.2 --collect cpu -o "$dir/x.csv"
	printf '%s\n' "$output" >"$dir/heard"
	assert_safe "$dir/heard"
	[ ! -e "$dir/x.csv" ] || assert_safe "$dir/x.csv"
	[ ! -e "$dir/x.csv" ] || assert_pages_safe "$dir/x.csv"
}

@test "the name of a device" {
	local name ns=zcevil$$ there
	name=$(printf '=\033[2J|"\377')
	there=(ip netns exec $ns)
	ip netns add $ns
	ip -n $ns link add zcevil-a type veth peer name zcevil-b || skip "no veth"
	ip -n $ns link set zcevil-a name "$name" && ip -n $ns link set "$name" up || skip "no such name"
	run timeout 20 "${there[@]}" "$BUILD/zcprof" attach --as rx --iface "$name" --seconds 0.2 --collect cpu,nic -o "$dir/x.csv"
	printf '%s\n' "$output" >"$dir/heard"
	"${there[@]}" "$BUILD/zcprof" doctor >"$dir/doctor" 2>&1 || :
	"${there[@]}" "$BUILD/zcprof" doctor "$name" >"$dir/doctor2" 2>&1 || :
	assert_safe "$dir/heard" "$dir/doctor" "$dir/doctor2"
	assert_safe "$dir/x.csv"
	assert_pages_safe "$dir/x.csv"
}

@test "what a meter says" {
	printf '#!/bin/sh\nwhile :; do printf "\\033[2Jwatts\\377 many\\n"; printf "\\033]0;x\\007\\n" >&2; sleep 0.1; done\n' >"$dir/meter"
	chmod +x "$dir/meter"
	timeout 20 "$BUILD/zcprof" attach --as rx --iface lo --seconds 0.5 --collect power --power "cmd:$dir/meter" -o "$dir/x.csv" >"$dir/heard" 2>&1 || :
	assert_safe "$dir/heard"
	[ ! -e "$dir/x.csv" ] || assert_safe "$dir/x.csv"
}

@test "a far end that says what it likes" {
	printf '#!/bin/sh\nprintf "\\033[2Jit is \\377 all well\\n" >&2\nprintf "\\033[31m,rx\\n"\nexit 1\n' >"$dir/zcpath"
	chmod +x "$dir/zcpath"
	cp "$BUILD/zcprof" "$dir/zcprof"
	timeout 20 "$dir/zcprof" run --rx copy --tx copy --link loopback --port "$port" --seconds 0.1 --warmup 0 --repeat 1 --collect cpu -o "$dir/out" >"$dir/heard" 2>&1 || :
	assert_safe "$dir/heard"
	grep -qF '\x1b[2J' "$dir/heard"
}

@test "a record that somebody made: check, every page, diff and table" {
	{
		printf 'time_s,end,source,metric,key,value,unit\n,host,fact,record_version,,1,\n'
		printf ',host,fact,configuration,,"\033[2J=x|\n`<b>",\n'
		printf ',host,fact,option,"=\033]0;x\a","\377\342\200\256",\n'
		printf ',rx,collector,absent,profile,"\033[31m\n\n",\n'
		printf ',rx,cpu,thread,"@\033[2J\t|/7",5,ns\n,rx,cstate,none,0,5,ns\n'
		printf ',rx,cstate,time,"0/=\033[2J",5,ns\n,rx,cstate,time,"0/\377,",5,ns\n'
		printf ',rx,syscalls,calls,"\033[2J",5,calls\n,rx,path,bytes,,5,bytes\n,rx,path,window_ns,,5,ns\n'
	} >"$dir/x.csv"
	local name
	name=$dir/$'\e[2J\n.csv'
	mv "$dir/x.csv" "$name"
	"$BUILD/zcroi" check "$name" >"$dir/check" 2>&1 || :
	assert_safe "$dir/check"
	assert_pages_safe "$name"
	mkdir "$dir/y"
	cp "$name" "$dir/y/run-1.csv"
	for command in table "diff $dir/y" "table --format csv" "table --format json" "table --format md"; do
		# shellcheck disable=SC2086 # words
		timeout 10 "$BUILD/zcroi" $command "$name" >"$dir/page" 2>&1 || [ $? -ne 124 ]
		assert_safe "$dir/page"
	done
	printf '\033[2J\377\n' >"$dir/none.csv"
	"$BUILD/zcroi" check "$dir/none.csv" >"$dir/check" 2>&1 || :
	assert_safe "$dir/check"
}

@test "what a plan of others holds moves no cursor: where it is refused, and where it is printed" {
	cd "$BATS_TEST_TMPDIR"
	tried() { # PLAN
		run "$BUILD/zcprof" run @x.plan --dry-run -o out
		echo "$output" | cat -v
		[ "$status" -eq 2 ]
		! LC_ALL=C grep -q $'[\e\x9b\a]' <<<"$output" || false
		[[ $output == *"the plan x.plan, line 2: it holds what nobody sees, such as an escape, or what is no UTF-8: take it out" ]]
	}
	for line in $'rx \e[31mcopy' $'skip rx=\e[31mx' $'r\e[31mx copy' $'published by \e]0;x\a' $'table \x9b' $'read\t4K\t# \e[2J' $'label a=\xe2\x80\xaeb'; do
		printf 'tx copy\n%s\n' "$line" >x.plan
		tried
	done
	# Sound, with tabs, in other letters, and of a system that ends lines otherwise.
	printf 'tx\tcopy\r\npublished by Møller, 同步\r\n' >x.plan
	"$BUILD/zcprof" run @x.plan --dry-run -o out | grep -qx 'published by Møller, 同步'
	# The plan that a directory keeps may be somebody else's by now.
	mkdir out
	printf '%s\n' 'rx copy' 'tx copy' 'seconds 100' 'link veth' $'published by \e[31mred' $'table rows=\e[2J' 'seed 1' 'repeat 5' >out/plan
	run "$BUILD/zcprof" run --dry-run -o out
	echo "$output" | cat -v
	[ "$status" -eq 0 ]
	[[ $output == *'published by \x1b[31mred'* && $output == *'table rows=\x1b[2J'* ]]
}

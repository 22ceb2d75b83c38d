#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A file that may grow no more (ulimit -f) is a sentence and exit code 1, and not the end by a signal.

bats_require_minimum_version 1.5.0
load ../consistent

setup() {
	dir=$BATS_TEST_TMPDIR
	from=$BATS_TEST_DIRNAME/../fixtures/import
}

# $1: blocks of 1 KiB; the rest: a command
limited() {
	(
		ulimit -f "$1"
		exec "${@:2}"
	)
}

@test "zcroi: a record and a page that do not fit" {
	run -1 limited 1 "$BUILD/zcroi" import --end rx "$from/devmem-1cpu.report" -o "$dir/r.csv"
	[[ $output == *"File too large; every row that did fit is kept there"* ]]
	[ ! -e "$dir/r.csv" ]
	"$BUILD/zcroi" import --end rx --throughput 1G --seconds 1 "$from/devmem-1cpu.report" -o "$dir/r.csv"
	run -1 limited 1 "$BUILD/zcroi" report "$dir/r.csv" -o "$dir/page.html"
	[[ $output == *"File too large"* ]]
	[ ! -e "$dir/page.html" ]
}

@test "zcprof: a record that does not fit, and a command that is not spared its own limit" {
	run -1 limited 2 "$BUILD/zcprof" attach --iface lo --as rx --seconds 0.3 --warmup 0 --collect cpu,nic,netstat -o "$dir/a.csv"
	[[ $output == *"File too large; every row that did fit is kept there"* ]]
	[ ! -e "$dir/a.csv" ]
	run limited 1 "$BUILD/zcprof" attach --as tx --seconds 1 --collect cpu -o "$dir/b.csv" -- bash -c "head -c 5000 /dev/zero >$dir/grown; echo child \$? >&2"
	[[ $output == *"child 153"* ]]
	rm -f "$dir"/*.part
}

@test "zcprof restore: a journal that may not grow is put back all the same" {
	[ "$(id -u)" = 0 ] || skip "takes root, to mount"
	mkdir -m 755 "$dir/run"
	echo changed >"$dir/first"
	{
		echo "zcprof-journal 3 999999 1 $(cat /proc/sys/kernel/random/boot_id)"
		echo "file - $dir/first back"
		for i in $(seq 40); do echo "file - $dir/gone/$i x"; done
	} >"$dir/run/999999.1.1"
	run unshare -m bash -c 'mkdir -p /run/zcprof && mount --bind "$0" /run/zcprof && ulimit -f 1 && exec "$BUILD/zcprof" restore' "$dir/run"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(cat "$dir/first")" = back ]
	[ -z "$(ls "$dir/run")" ]
}

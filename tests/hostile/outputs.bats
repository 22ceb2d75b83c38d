#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A root program that writes where others may write too: nothing of anybody's is followed, replaced or
# overwritten, and what is no file stays what it is.

load ../port

setup() {
	port=$(free_port)
	[ "$(id -u)" -eq 0 ] || skip "files of another user need root"
	dir=$BATS_TEST_TMPDIR
	theirs=$dir/theirs
	mkdir "$theirs"
	echo kept >"$dir/precious"
	chmod 600 "$dir/precious"
	chmod 755 "$dir" "$BATS_RUN_TMPDIR"
	chown 65534:65534 "$theirs"
	header=time_s,end,source,metric,key,value,unit
}

# As the user whose directory it is.
other() {
	setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"
}

attach() {
	timeout 20 "$BUILD/zcprof" attach --iface lo --as rx --seconds "${seconds-0.2}" --collect "${collect-cpu}" "$@"
}

assert_kept() {
	[ "$(cat "$dir/precious")" = kept ]
	[ "$(stat -c %a "$dir/precious")" = 600 ]
}

@test "a symbolic link where the part or the file is to lie" {
	other ln -s ../precious "$theirs/x.csv.part"
	attach -o "$theirs/x.csv"
	[ "$(head -n 1 "$theirs/x.csv")" = $header ]
	[ ! -L "$theirs/x.csv" ]
	assert_kept
	other ln -s ../precious "$theirs/y.csv"
	run attach -o "$theirs/y.csv"
	[ "$status" -eq 1 ]
	[[ $output == *"cannot create $theirs/y.csv.part: \"y.csv\" on the way is a symbolic link that user 65534 made; "* ]]
	assert_kept
}

@test "a symbolic link for a directory of the way: nothing is written behind it" {
	mkdir "$dir/etc"
	other ln -s ../etc "$theirs/sub"
	run attach -o "$theirs/sub/x.csv"
	[ "$status" -eq 1 ]
	run "$BUILD/zcprof" run --rx copy --tx copy --link loopback --port "$port" --seconds 0.1 --warmup 0 --repeat 1 --collect cpu -o "$theirs/sub"
	[ "$status" -eq 1 ]
	[[ $output == *"is a symbolic link that user 65534 made"* ]]
	other mkdir "$theirs/out"
	other ln -s ../../etc "$theirs/out/rx=copy,tx=copy"
	run "$BUILD/zcprof" run --rx copy --tx copy --link loopback --port "$port" --seconds 0.1 --warmup 0 --repeat 1 --collect cpu -o "$theirs/out"
	[ "$status" -eq 1 ]
	[ -z "$(ls -A "$dir/etc")" ]
}

@test "symbolic links where sidecars, OpenMetrics and plans are to lie" {
	for f in x.folded.part x.folded m.prom.part; do
		other ln -s ../precious "$theirs/$f"
	done
	seconds=1.5 collect=profile run attach --interval 0.5 --openmetrics "$theirs/m.prom" -o "$theirs/x.csv"
	[ -s "$theirs/m.prom" ] && [ ! -L "$theirs/m.prom" ] || false
	assert_kept
	other mkdir "$theirs/out"
	other ln -s ../../precious "$theirs/out/plan"
	run "$BUILD/zcprof" run --rx copy --tx copy --link loopback --port "$port" --seconds 0.1 --warmup 0 --repeat 1 --collect cpu -o "$theirs/out"
	[ "$status" -eq 1 ]
	[[ $output != *kept* ]]
	rm "$theirs/out/plan"
	other mkfifo "$theirs/out/plan"
	run timeout 10 "$BUILD/zcprof" run --rx copy --tx copy --link loopback --port "$port" --seconds 0.1 --warmup 0 --repeat 1 --collect cpu -o "$theirs/out"
	[ "$status" -eq 1 ]
	[[ $output == *"cannot read $theirs/out/plan: "* ]]
	assert_kept
}

@test "devices stay devices" {
	run attach -o /dev/full
	[ "$status" -eq 1 ]
	[[ $output == *"cannot write /dev/full: No space left on device; the rows behind that are lost" ]]
	[ -c /dev/full ]
	seconds=1.5 attach --interval 0.5 --openmetrics /dev/null -o /dev/null
	[ -c /dev/null ]
	[ ! -e /dev/null.part ] && [ ! -e /dev/full.part ] && [ ! -e /dev/null.folded ] || false
}

@test "-o /dev/stdout and -o >(cat): the record, and no file beside it" {
	attach -o /dev/stdout >"$dir/out.csv" 2>"$dir/heard"
	[ "$(head -n 1 "$dir/out.csv")" = $header ]
	attach -o /dev/stdout 2>"$dir/heard" | cat >"$dir/piped.csv"
	[ "$(head -n 1 "$dir/piped.csv")" = $header ]
	attach -o >(cat >"$dir/sub.csv") 2>"$dir/heard"
	for _ in $(seq 100); do
		[ ! -s "$dir/sub.csv" ] || break
		sleep 0.1
	done
	[ "$(head -n 1 "$dir/sub.csv")" = $header ]
	collect=profile attach -o /dev/stdout >"$dir/out.csv" 2>"$dir/heard"
	[ ! -e /dev/stdout.folded ]
}

@test "FIFOs and sockets" {
	mkfifo "$dir/own"
	run attach -o "$dir/own"
	[ "$status" -eq 1 ]
	[[ $output == *"nobody reads from it"* ]]
	cat "$dir/own" >"$dir/read.csv" &
	attach -o "$dir/own" 2>"$dir/heard"
	wait $!
	[ "$(head -n 1 "$dir/read.csv")" = $header ]
	[ -p "$dir/own" ]
	other mkfifo "$theirs/fifo"
	run attach -o "$theirs/fifo"
	[ "$status" -eq 1 ]
	[[ $output == *"it is a FIFO that user 65534 made"* ]]
	run attach -o "$theirs"
	[ "$status" -eq 1 ]
	[[ $output == *"Is a directory"* ]]
}

@test "a directory that goes away while the window is open is an error in words" {
	other mkdir "$theirs/gone"
	{ until [ -e "$theirs/gone/x.csv.part" ]; do sleep 0.02; done; rm -rf "$theirs/gone"; } 3>&- &
	seconds=1.5 run attach -o "$theirs/gone/x.csv"
	[ "$status" -eq 1 ]
	[[ $output == *"it was removed or replaced meanwhile, and the rows with it"* ]]
}

@test "two outputs of one name, or an output that is an input: refused before anything is measured" {
	printf '0,5\n1,6\n' >"$dir/log.csv"
	ln "$dir/log.csv" "$dir/kept.csv"
	ln -s . "$dir/same"
	for prom in x.csv x.csv.part same/x.csv ../${dir##*/}/x.csv; do
		run attach --interval 0.1 --openmetrics "$dir/$prom" -o "$dir/x.csv"
		[ "$status" -eq 2 ]
		[[ $output == *"-o and --openmetrics are the same file"* ]]
	done
	run attach --interval 0.1 --openmetrics "$dir/x.folded" -o "$dir/x.csv"
	[ "$status" -eq 2 ]
	[[ $output == *"the folded stacks beside -o and --openmetrics are the same file"* ]]
	run attach --power "csv:$dir/log.csv" -o "$dir/same/log.csv"
	[ "$status" -eq 2 ]
	run attach --power "csv:$dir/log.csv" --openmetrics "$dir/log.csv"
	[ "$status" -eq 2 ]
	cmp "$dir/log.csv" "$dir/kept.csv"
	[ ! -e "$dir/x.csv" ]
	run attach -o "$dir/x.csv/"
	[ "$status" -eq 1 ]
	[ ! -e "$dir/x.csv" ]
}

@test "modes: the umask's, and never wider than those of what is replaced" {
	(umask 077 && attach -o "$dir/a.csv")
	[ "$(stat -c %a "$dir/a.csv")" = 600 ]
	attach -o "$dir/a.csv"
	[ "$(stat -c %a "$dir/a.csv")" = 600 ]
	(umask 077 && "$BUILD/zcprof" run --rx copy --tx copy --link loopback --port "$port" --seconds 0.1 --warmup 0 --repeat 1 --collect cpu -o "$dir/new")
	[ -z "$(find "$dir/new" -perm /077)" ]
}

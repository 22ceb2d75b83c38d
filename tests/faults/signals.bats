#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Who is told to end ends, once, with all that it has begun, and puts back what it has set: programs and scripts alike.

load ../host/zcprof_run

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	export FAKE_GATE=$dir/gate BUILD
	fake=(--zcpath "$PWD/tests/fixtures/zcpath-fake" --link loopback --warmup 0 --collect cpu)
	started=()
}

teardown() {
	for pid in "${started[@]}"; do
		kill -9 "$pid" 2>/dev/null || :
	done
}

part_of() { # FOLDER
	find "$1" -name '*.part' 2>/dev/null | grep -q .
}

gone() { # PID...
	for pid; do
		[ ! -d "/proc/$pid" ] || [ "$(sed 's/.*) \(.\).*/\1/' "/proc/$pid/stat" 2>/dev/null)" = Z ] || return 1
	done
}

# Those that have begun with this word in their environment, which nobody takes off.
of_mark() { # MARK
	grep -lzx "MARK=$1" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3
}

several_of_mark() {
	[ "$(of_mark "$1" | wc -l)" -ge 3 ]
}

none_of_mark() {
	# shellcheck disable=SC2046 # a word each
	gone $(of_mark "$1")
}

@test "Ctrl-C twice in a hurry is one wish: the record is kept; later on it ends at once, and says what that leaves" {
	PYTHONPATH=$PWD/tests/tool python3 - "$dir" "${fake[@]}" <<-'END'
		import os, pty, signal, subprocess, sys, time
		from terminal import everything
		dir, fake = sys.argv[1], sys.argv[2:]

		def run(name, fakes, keys):
		    pid, fd = pty.fork()
		    if not pid:
		        os.environ["FAKE"] = fakes
		        os.execvp("zcprof", ["zcprof", "run", *fake, "--seconds", "0.5", "--repeat", "40", "-o", f"{dir}/{name}"])
		    first = f"{dir}/{name}/rx=copy,tx=copy/run-1.csv" + (".part" if fakes else "")
		    until = time.time() + 60
		    while not os.path.exists(first):
		        assert time.time() < until, "it did not begin"
		        time.sleep(0.02)
		    if fakes:
		        ends = []
		        while len(ends) < 2:
		            assert time.time() < until, "it has no ends"
		            time.sleep(0.05)
		            ends = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True).stdout.split()
		        for end in ends:
		            os.kill(int(end), signal.SIGSTOP)
		    for pause in keys:
		        time.sleep(pause)
		        os.write(fd, b"\x03")
		    seen = everything(fd)
		    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
		    print(name, code, seen.decode())
		    return code, seen

		code, seen = run("hurry", "", [0, 0.1, 0.1])
		assert code == 1 and b"interrupted; " in seen and b"at once" not in seen
		# Its ends hang, and a person who has waited means it.
		code, seen = run("meant", "hang", [0, 2.2])
		assert code == 1 and b"zcprof: ended at once; " in seen and b"zcprof restore" in seen
	END
	is_record "$dir/hurry/rx=copy,tx=copy/run-1.csv"
}

@test "a hangup ends a run, and under nohup it does not" {
	for way in "" nohup; do
		$way zcprof run "${fake[@]}" --seconds 0.5 --repeat 2 -o "$dir/hup$way" >"$dir/said$way" 2>&1 3>&- &
		started+=($!)
		wait_until 30 part_of "$dir/hup$way"
		kill -HUP $!
		status=0
		wait $! || status=$?
		cat "$dir/said$way"
		[ "$status" -eq $([ -n "$way" ] && echo 0 || echo 1) ]
	done
	grep -q 'interrupted; ' "$dir/said"
	[ "$(find "$dir/hupnohup" -name 'run-*.csv' | wc -l)" -eq 2 ]
}

@test "zcpath whose terminal has gone puts back what it has set" {
	as_root
	export dir
	unshare --net --mount bash -c '
		cd "$dir" || exit 77
		mount -t sysfs none /sys && ip link set lo up || exit 77
		"$BUILD/zcpath" rx --mtu 40000 >rows 2>said 3>&- &
		for _ in $(seq 200); do ! grep -q listening rows || break; sleep 0.05; done
		cat /sys/class/net/lo/mtu
		kill -HUP $!
		wait $!
		cat said /sys/class/net/lo/mtu' >"$dir/out" || [ $? != 77 ] || skip "no namespaces here"
	cat "$dir/out"
	[ "$(sed -n 1p "$dir/out")" = 40000 ]
	[ "$(tail -n 1 "$dir/out")" = 65536 ]
}

# told SIGNAL STATUS FOLDER COMMAND...: to the script alone, when it runs; with all that it has begun it is gone then
told() {
	local signal=$1 expected=$2 folder=$3 mark=$RANDOM$RANDOM
	shift 3
	# Not as a job in the background, for which a shell ignores SIGINT.
	MARK=$mark python3 -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' "$@" >"$dir/said" 2>&1 3>&- &
	script=$!
	started+=("$script")
	wait_until 60 $begun "$folder" || { cat "$dir/said"; false; }
	wait_until 30 several_of_mark "$mark"
	kill "-$signal" "$script"
	status=0
	wait "$script" || status=$?
	echo "$signal: $status"
	cat "$dir/said"
	[ "$status" -eq "$expected" ]
	# Of one that was killed, the others are told by the kernel, and take a moment.
	if [ "$signal" = KILL ]; then
		wait_until 20 none_of_mark "$mark"
	else
		wait_until 2 none_of_mark "$mark"
	fi
}

@test "studies/run, told alone: SIGINT, SIGTERM, SIGHUP and SIGKILL end all of it" {
	begun=part_of
	for signal in "INT 130" "TERM 143" "HUP 129" "KILL 137"; do
		# shellcheck disable=SC2086 # two words
		told $signal "$dir/${signal% *}" studies/run read-size "${fake[@]}" --seconds 30 --repeat 1 -o "$dir/${signal% *}"
		[ "${signal% *}" = KILL ] || grep -q 'studies/run: stopped in read-size; the same command goes on' "$dir/said"
	done
}

@test "tools/demo, told alone: SIGINT, SIGTERM and SIGKILL end all of it" {
	as_root
	begun=part_of
	export DEMO_OPTIONS="--seconds 30 --warmup 0 --repeat 1 --collect cpu"
	for signal in "INT 130" "TERM 143" "KILL 137"; do
		# shellcheck disable=SC2086
		B=$BUILD DEMO_DIR=$dir/${signal% *} told $signal "$dir/${signal% *}" tools/demo
		[ "${signal% *}" = KILL ] || grep -q 'interrupted; 0 of ' "$dir/said"
	done
}

soaking() { # FOLDER
	grep -qs ,open, "$1"/soak/*.tx.csv
}

@test "tools/soak, told alone: SIGTERM and SIGKILL end all of it, namespaces too" {
	as_root
	begun=soaking
	mkdir "$dir/b"
	ln -s "$BUILD/zcpath" "$dir/b/zcpath"
	export ONLY='copy .*--path copy --pacing'
	for signal in "INT 130" "TERM 143" "KILL 137"; do
		rm -rf "$dir/b/soak"
		# shellcheck disable=SC2086
		told $signal "$dir/b" tools/soak "$dir/b" 100
		! find /run/netns -name "zcsoak$script-*" 2>/dev/null | grep . || false
	done
}

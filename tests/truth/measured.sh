# SPDX-License-Identifier: GPL-2.0-or-later
# For tests of the collectors that use BPF: a process with known work, and the collectors on it.
#
#   work ARGUMENT...       starts tests/tool/calls, which waits before its work; sets $pid
#   measure ARGUMENT...    starts tests/tool/collect on it; its window is not open yet
#   tell work|measure WORD one line to it, then waits until it says WORD
#   figure END SOURCE METRIC KEY   the value of that row
#   stop_all               in teardown

# shellcheck source=tests/consistent.bash
source "${BASH_SOURCE[0]%/*}/../consistent.bash"

measured_setup() {
	dir=$BATS_TEST_TMPDIR
	tool=$BUILD/tests/tool
	mkfifo "$dir/work.in" "$dir/measure.in"
	# Open for reading too, so that neither side waits for the other to open.
	declare -gA to
	exec {work_fd}<>"$dir/work.in" {measure_fd}<>"$dir/measure.in"
	to=([work]=$work_fd [measure]=$measure_fd)
	started=()
}

heard() {
	local seconds=$((10 * ${ZCPROF_PATIENCE:-1}))
	for _ in $(seq $((100 * seconds))); do
		grep -q "$2" "$dir/$1.out" && return
		sleep 0.01
	done
	echo "'$1' did not say '$2' within $seconds s; it said:"
	cat "$dir/$1.out"
	return 1
}

work() {
	"$tool/calls" "$@" <"$dir/work.in" >"$dir/work.out" 3>&- &
	pid=$!
	started+=("$pid")
	heard work ready
}

measure() {
	"$tool/collect" "$@" <"$dir/measure.in" >"$dir/run.csv" 2>"$dir/measure.out" 3>&- &
	measuring=$!
	started+=("$measuring")
	heard measure ready
	if grep -q ',collector,absent,' "$dir/run.csv"; then
		skip "$(grep ',collector,absent,' "$dir/run.csv")"
	fi
}

tell() {
	echo >&"${to[$1]}"
	heard "$1" "$2"
}

# The rows are whole when the collectors have ended.
measured() {
	tell measure closed
	wait "$measuring"
	# Another kernel's machine may have no zcroi.
	[ ! -x "$BUILD/zcroi" ] || consistent "$dir/run.csv"
}

figure() {
	awk -F, -v "want=$1,$2,$3,$4" '$2 "," $3 "," $4 "," $5 == want { print $6 }' "$dir/run.csv"
}

stop_all() {
	for one in "${started[@]}"; do
		kill -9 "$one" 2>/dev/null || :
	done
	wait 2>/dev/null || :
}

# SPDX-License-Identifier: GPL-2.0-or-later
# Helpers for tests that run zcpath; load from tests/host and tests/faults.
#
#   rx ARG…            start 'zcpath rx', and wait until it listens; its rows go to rx.csv
#   tx ARG…            run 'zcpath tx' against it; its rows go to tx.csv
#   led SECONDS ARG…   the same for so long, with a window that opens before the first byte
#   rx_ends            wait for rx; its exit code is $rx_code
#   value END METRIC [KEY]   one figure of source path over the whole window
#
# $in_rx and $in_tx are put before each program ('ip netns exec NAME'); $host is where rx listens. $patience is for how
# many seconds an end may run, and an event be waited for.

load ../port

# What a hello says, and a welcome, in the control protocol's version of this tree.
CONTROL_VERSION=$(awk '$2 == "CONTROL_VERSION" { print $3 }' "${BASH_SOURCE[0]%/*}/../../datapath/control.h")
USUAL="version=$CONTROL_VERSION flows=1 msg=1024 limit=0 verify=0 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy"

zcpath_setup() {
	cd "$BATS_TEST_TMPDIR" || return
	port=$(free_port)
	host=127.0.0.1
	in_rx=
	in_tx=
	rx_pid=
	patience=${ZCPROF_PATIENCE:+300} # a machine whose CPUs are emulated
	patience=${patience:-60}
}

zcpath_teardown() {
	# By the port, which is this test's own: what timeout(1), strace or setpriv stand before, too.
	pkill -KILL -f "zcpath [rt]x .*--port $port( |$)" || true
}

wait_for() { # PATTERN FILE [PID]: while there is patience, or until that process has ended
	for _ in $(seq $((20 * ${patience-60}))); do
		grep -q "$1" "$2" 2>/dev/null && return
		[ -z "${3-}" ] || kill -0 "$3" 2>/dev/null || break
		sleep 0.05
	done
	grep -q "$1" "$2" 2>/dev/null && return
	echo "no '$1' in $2 after ${patience-60} s, or it ended:"
	cat "$2" rx.err
	return 1
}

rx() {
	: >rx.csv
	# shellcheck disable=SC2086 # $in_rx is words
	$in_rx timeout "$patience" "$BUILD/zcpath" rx --bind "$host" --port "$port" "$@" >rx.csv 2>rx.err 3>&- &
	rx_pid=$!
	wait_for ',listening,' rx.csv "$rx_pid"
}

tx() {
	# shellcheck disable=SC2086
	$in_tx timeout "$patience" "$BUILD/zcpath" tx --to "$host" --port "$port" "$@" >tx.csv 2>tx.err 3>&-
}

# A sender that is led by its gate, whose window opens before the first byte, for so many seconds.
led() { # SECONDS ARG…
	: >tx.csv
	{ wait_for ',ready,' tx.csv >&2; echo open; sleep "$1"; echo close; } | tx --gate "${@:2}" || {
		echo "tx ${*:2}: exit $?: $(cat tx.err rx.err)"
		return 1
	}
}

rx_ends() {
	rx_code=0
	wait "$rx_pid" || rx_code=$?
	rx_pid=
}

value() { # END METRIC [KEY]
	awk -F, -v metric="$2" -v key="${3-}" \
		'$1 == "" && $3 == "path" && $4 == metric && $5 == key { print $6; found = 1 }
		 END { exit !found }' "$1.csv"
}

# A run of both ends that has to end well; "--" parts the options of rx from those of tx.
both() {
	local for_rx=()

	while [ "$1" != -- ]; do
		for_rx+=("$1")
		shift
	done
	shift
	rx "${for_rx[@]}"
	tx "$@" || {
		echo "tx $*: exit $?: $(cat tx.err)"
		return 1
	}
	rx_ends
	[ "$rx_code" = 0 ] || {
		echo "rx ${for_rx[*]}: exit $rx_code: $(cat rx.err)"
		return 1
	}
}

# What a path says of its figures has to fit together, whichever path it is.
check_figures() { # BYTES
	local end

	for end in rx tx; do
		[ "$(value $end bytes)" = "$1" ]
		[ "$(value $end bytes_life)" = "$1" ]
		[ $(($(value $end bytes_zerocopy) + $(value $end bytes_copied))) = "$1" ]
	done
	[ "$(value rx bad_bytes)" = 0 ]
	[ "$(value rx strangers)" = 0 ]
}

# ---- what an end counted by how long it took ----

buckets() { # END METRIC: how many are in all of them
	awk -F, -v m="$2" '$3 == "path" && $4 == m { n += $6 } END { printf "%.0f\n", n }' "$1.csv"
}

quantile() { # END METRIC SHARE: the lower edge of its bucket, in ns
	awk -F, -v m="$2" -v share="$3" '$3 == "path" && $4 == m { edge[++n] = $5; in_it[n] = $6; all += $6 }
		END { while (sum < share * all) sum += in_it[++i]; print edge[i] }' "$1.csv"
}

at_least() { # END METRIC NS: how many
	awk -F, -v m="$2" -v ns="$3" '$3 == "path" && $4 == m && $5 >= ns { n += $6 } END { printf "%.0f\n", n }' "$1.csv"
}

near() { # FIGURE OTHER MOST
	local apart=$(($1 - $2))
	echo "$1 and $2"
	[ "${apart#-}" -le "$3" ]
}

stall() { # PATTERN: what is called so stands still for 20 ms of each second, once the window is open
	local pid

	wait_for ',open,' tx.csv
	: >stalled
	for _ in 1 2 3; do
		pid=$(pgrep -f "$1") && kill -STOP "$pid" || break
		sleep 0.02
		kill -CONT "$pid" && echo >>stalled || break
		sleep 0.98
	done
	[ -s stalled ] || skip "this machine is too busy to stop it in time"
}

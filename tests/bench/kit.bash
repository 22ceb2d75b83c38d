# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What benchmarks share: where other programs are, two network namespaces with a veth pair between them, zcpath at both
# ends, for a run or all the time, and ratios with an interval.
#
# PEERS names folders (with ':' between them) in which others' programs lie, each in itself or in a folder of it:
# neper's tcp_stream and tcp_rr, kperf/client and kperf/server, send-zerocopy, io_uring_zerocopy_tx (or zc_tx),
# tcp_mmap, netperf and netserver, iperf3. What is not there is looked for in PATH; what is nowhere is left out, and
# said.
set -euo pipefail
# shellcheck source=tools/attended
. "$(dirname "${BASH_SOURCE[0]}")/../../tools/attended"
[ -n "${OUT-}" ] || [ "$(id -u)" != 0 ] || apart "$0" "$@"
# A C library that registers rseq(2) as those before 2.41 do costs each wake-up 70 instructions on Linux 7.2, and the
# programs may come with libraries of their own.
export GLIBC_TUNABLES=glibc.pthread.rseq=0
BUILD=${BUILD:-build}
script=$(basename "$0")
dir=${OUT:-$BUILD/bench} # OUT: in the lab's machine
csv=$dir/${script%.sh}.csv
a=zcbench$$-a # the sender's or client's side, on CPU 0
b=zcbench$$-b # the receiver's or server's, on CPU 1
to=10.99.0.2
work=
peers=()
declare -A at=()

cannot() {
	echo "$script: $*" >&2
	exit 3
}

# What every comparison needs, and COMMAND...
needs() {
	local tool
	for tool in ip awk taskset "$@"; do
		command -v "$tool" >/dev/null || cannot "needs $tool; run tools/install-deps bench"
	done
	[ "$(id -u)" = 0 ] || cannot "needs root, to make network namespaces"
	[ "$(nproc)" -ge 2 ] || cannot "needs two CPUs, one for each end"
	mkdir -p "$dir"
	work=$(mktemp -d)
	trap clean_up EXIT
	trap 'exit 1' INT TERM
}

clean_up() {
	local job
	for job in $(jobs -p); do
		kill "$job" 2>/dev/null || :
	done
	wait
	ip netns del $a 2>/dev/null || :
	ip netns del $b 2>/dev/null || :
	rm -rf "$work"
}

# The path of a program; nothing if it is nowhere.
found() { # FILE...
	local file root folder
	for file; do
		for root in ${PEERS:+${PEERS//:/ }}; do
			for folder in "$root" "$root"/*; do
				[ ! -f "$folder/$file" ] || [ ! -x "$folder/$file" ] || { realpath "$folder/$file"; return; }
			done
		done
		! command -v "$file" || return 0
	done
}

# One more to compare with, if its programs are there: their paths are in ${at[NAME]}, ${at[NAME_2]}... A FILE may have other names
# behind '|'.
peer() { # NAME FROM-WHERE FILE...
	local name=$1 from=$2 n=1 file path
	local -a names
	shift 2
	for file; do
		IFS='|' read -ra names <<<"$file"
		path=$(found "${names[@]}")
		[ -n "$path" ] || {
			echo "without $name: ${names[0]} is neither in PEERS (${PEERS:-none given}) nor in PATH; $from"
			return 0
		}
		at[$name$([ $n = 1 ] || echo _$n)]=$path
		n=$((n + 1))
	done
	peers+=("$name")
}

some_peer() {
	[ ${#peers[@]} -gt 0 ] || cannot "no program to compare with is here: name folders in PEERS"
}

# $a and $b with v0 each.
two_namespaces() { # MTU
	local ns
	mkdir -p /var/run # of a machine that has next to nothing (lab/vm --only)
	ip netns add $a
	ip netns add $b
	ip link add name v0 netns $a mtu "$1" address 02:00:00:00:00:0a type veth \
		peer name v0 netns $b mtu "$1" address 02:00:00:00:00:0b
	for ns in $a $b; do
		# No run shall begin with what the kernel remembers of the congestion of the one before.
		ip netns exec "$ns" sysctl -qw net.ipv4.tcp_no_metrics_save=1
		ip -n "$ns" link set lo up
		ip -n "$ns" link set v0 up
	done
	ip -n $a addr add 10.99.0.1/24 dev v0
	ip -n $b addr add $to/24 dev v0
	# Nor shall one find a neighbour that is to be asked after, and take the long way to it meanwhile.
	ip -n $a neigh add $to lladdr 02:00:00:00:00:0b dev v0 nud permanent
	ip -n $b neigh add 10.99.0.1 lladdr 02:00:00:00:00:0a dev v0 nud permanent
	# Of the route, for those who have no option for it; a namespace may not choose any.
	ip -n $a route change 10.99.0.0/24 dev v0 congctl cubic
	ip -n $b route change 10.99.0.0/24 dev v0 congctl cubic
	# What it needs from the kernel is there before the first round.
	ip netns exec $b ss -Hltni >"$work/listeners"
}

# Before a command: there, and for a minute at the most. (A function would leave the command behind when it is ended.)
in_a=(timeout -k 2 60 ip netns exec "$a")
in_b=(timeout -k 2 60 ip netns exec "$b")

# A port of $b is listened on, or 50 s are over.
until_listening() { # PORT
	local tries
	for ((tries = 0; tries < 2500; tries++)); do
		[ -z "$(ip netns exec $b ss -Hltn "sport = :$1")" ] || return 0
		sleep 0.02
	done
}

until_says() { # FILE WORDS
	local tries
	for ((tries = 0; tries < 5000; tries++)); do
		! grep -qs "$2" "$1" || return 0
		sleep 0.02
	done
	echo "$script: no '$2' in 100 s; it says:" >&2
	cat "$1" >&2
	exit 1
}

# Two zcpaths that copy over the pair until the script ends; their processes are $rx and $tx.
copy_on() {
	mine ip netns exec $b "$BUILD/zcpath" rx --path copy --bind $to --cpu 1 --cc cubic >"$work/rx.csv" 2>"$work/rx.err" &
	rx=$!
	until_says "$work/rx.csv" listening
	mine ip netns exec $a "$BUILD/zcpath" tx --path copy --to $to --cpu 0 --cc cubic --msg 256K --seconds 86400 \
		>"$work/tx.csv" 2>&1 &
	tx=$!
	until_says "$work/tx.csv" state,,open
}

# What $rx's device took in so far, $bytes, and the time, $us: without a process, which would need a CPU.
taken_in() {
	local line
	while read -r line; do
		case $line in v0:*) read -r _ bytes _ <<<"$line" ;; esac
	done <"/proc/$rx/net/dev"
	us=${EPOCHREALTIME/./}
}

# What it takes in over the next SECONDS, as bytes per ms: $copied.
copied_in() { # SECONDS
	local from_bytes from_us
	taken_in
	from_bytes=$bytes from_us=$us
	sleep "$1"
	taken_in
	copied=$(((bytes - from_bytes) * 1000 / (us - from_us)))
}

# zcpath's rx on side a or b; its process is a child of $receiver, its rows are in $work/rx.csv.
receiver() { # SIDE RX-OPTION...
	local -n inside=in_$1
	local tries
	: >"$work/rx.csv"
	"${inside[@]}" "$BUILD/zcpath" rx "${@:2}" >"$work/rx.csv" 2>"$work/rx.err" &
	receiver=$!
	# By the clock of instructions time runs on while a file is waited for.
	for ((tries = 0; tries < 2500; tries++)); do
		! grep -q listening "$work/rx.csv" || return 0
		kill -0 "$receiver" 2>/dev/null || return 0
		sleep 0.02
	done
}

# zcpath's tx to it, until both have ended; its rows are in $work/tx.csv.
sender() { # TX-OPTION...
	"${in_a[@]}" "$BUILD/zcpath" tx --to $to --cpu 0 "$@" >"$work/tx.csv" 2>"$work/tx.err" || :
	wait "$receiver" || cat "$work/tx.err" "$work/rx.err" >&2
}

zcpath() { # RX-OPTION... -- TX-OPTION...
	local for_rx=()
	while [ "$1" != -- ]; do
		for_rx+=("$1")
		shift
	done
	receiver b --bind $to --cpu 1 "${for_rx[@]}"
	sender "${@:2}"
}

# kperf's client between its two servers: what it prints is in $work/client. Each server is kept on its CPU from outside,
# for kperf places the thread that starts its worker and not the worker, and both then meet on one CPU, which wakes faster.
kperf_between() { # OPTION...
	local servers
	"${in_a[@]}" taskset -c 0 "${at[kperf_2]}" --no-daemon --pid-file "$work/a.pid" >"$work/a.log" 2>&1 &
	servers=$!
	"${in_b[@]}" taskset -c 1 "${at[kperf_2]}" --no-daemon --pid-file "$work/b.pid" >"$work/b.log" 2>&1 &
	servers+=" $!"
	until_listening 18323
	"${in_a[@]}" "${at[kperf]}" --src 10.99.0.1 --dst $to --cpu-src-wrk 0 --cpu-dst-wrk 1 --validate no "$@" \
		>"$work/client" 2>"$work/client.err" || cat "$work/client.err" >&2
	# shellcheck disable=SC2086 # a word each
	kill $servers 2>/dev/null || :
	# shellcheck disable=SC2086
	wait $servers || :
}

# The sum of a figure of the whole window.
figure() { # FILE END SOURCE METRIC
	awk -F, -v e="$2" -v s="$3" -v m="$4" '$1 == "" && $2 == e && $3 == s && $4 == m { n += $6 } END { printf "%.0f\n", n }' "$1"
}
per_second() { # FILE END METRIC: of path, by its window
	awk -v n="$(figure "$1" "$2" path "$3")" -v ns="$(figure "$1" "$2" path window_ns)" \
		'BEGIN { if (ns > 0) printf "%.1f\n", n / ns * 1e9 }'
}
gbits() { per_second "$1" "$2" bytes | awk '{ printf "%.4f\n", $1 * 8 / 1e9 }'; }

# The programs one after the other in rounds, in another order each time: PROGRAM WHAT prints its figure.
rounds() { # ROUNDS WHAT PROGRAM...
	local rounds=$1 what=$2 round program value
	shift 2
	[ -s "$csv" ] && [ "$(head -1 "$csv")" = round,what,program,value ] || echo round,what,program,value >"$csv"
	for round in $(seq "$rounds"); do
		for program in $(shuf -e "$@"); do
			value=$("$program" "$what") || value=
			if [[ $value =~ ^[0-9.]+$ ]] && [[ $value =~ [1-9] ]]; then
				echo "$round,$what,$program,$value" | tee -a "$csv" >&2
			else
				echo "round $round: $program ($what) gave no figure" >&2
				tail -n 2 "$work/client" "$work/server" 2>/dev/null | head -c 1000 >&2 || :
			fi
		done
	done
}

# By the clock of instructions of lab/vm, each of which takes INSTRUCTION_NS: how many of them there were, of the whole
# machine, for one THING, of which a value is SO-MANY a second.
instructions() { # THING [SO-MANY]
	[ -n "${INSTRUCTION_NS:-}" ] || return 0
	awk -F, -v ns="$INSTRUCTION_NS" -v thing="$1" -v many="${2:-1}" '
		NR > 1 { k = sprintf("%-12s %-14s", $2, $3); n[k]++; s[k] += log($4) }
		END { for (k in n) printf "%s %.0f instructions for a %s\n", k, 1e9 / ns / many / exp(s[k] / n[k]), thing }' "$csv" | sort
}

# Of each WHAT: ours to each of the others, and to the best of them in each round. The ratio of geometric means by
# round with its 95 % interval (Student's t on the logarithms of the rounds' ratios) and, since a run may fall into
# another mode of the machine, the median of these ratios. 1 where one of the last is below 1 for sure.
ratios() { # UNIT OURS OTHER...
	awk -F, -v unit="$1" -v ours="$2" -v others="${*:3}" '
		function t975(df, z) { # Abramowitz and Stegun 26.7.5
			z = 1.959964
			return z + (z^3 + z) / (4 * df) + (5*z^5 + 16*z^3 + 3*z) / (96 * df^2) + (3*z^7 + 19*z^5 + 17*z^3 - 15*z) / (384 * df^3)
		}
		function median(x, n, i, j, y) {
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && x[j] < x[j - 1]; j--) { y = x[j]; x[j] = x[j - 1]; x[j - 1] = y }
			return (x[int((n + 1) / 2)] + x[int((n + 2) / 2)]) / 2
		}
		# Of ours and of what other(round) is.
		function say(what, name, note, r, n, s, q, u, v, x, mean, half, other) {
			n = s = q = u = v = 0
			split("", x)
			for (r = 1; r <= last; r++) {
				other = name == "best" ? best[what, r] : value[what, name, r]
				if (!value[what, ours, r] || !other)
					continue
				x[++n] = log(value[what, ours, r] / other)
				s += x[n]; q += x[n] * x[n]; u += log(value[what, ours, r]); v += log(other)
			}
			if (n < 2) {
				printf "%-12s %-14s no two rounds with both figures\n", what, name
				return
			}
			mean = s / n
			half = t975(n - 1) * sqrt((q - n * mean * mean > 0 ? q - n * mean * mean : 0) / (n - 1) / n)
			printf "%-12s %-14s %-8s %9.4g, it %9.4g %s  ratio %.3f (%.3f to %.3f), median %.3f, %d rounds%s\n", what, name, ours,
				exp(u / n), exp(v / n), unit, exp(mean), exp(mean - half), exp(mean + half), exp(median(x, n)), n, note
			below += mean + half < 0
		}
		NR == 1 { next }
		{
			value[$2, $3, $1] = $4
			if (!($2 in known)) { known[$2]; order[++whats] = $2 }
			if ($1 > last) last = $1
		}
		END {
			count = split(others, other, " ")
			for (w = 1; w <= whats; w++) {
				what = order[w]
				split("", won)
				for (r = 1; r <= last; r++)
					for (i = 1; i <= count; i++)
						if (value[what, other[i], r] > best[what, r]) {
							best[what, r] = value[what, other[i], r]
							name[what, r] = other[i]
						}
				for (r = 1; r <= last; r++)
					if (best[what, r]) won[name[what, r]]++
				note = ""
				for (i = 1; i <= count; i++) {
					say(what, other[i], "")
					if (won[other[i]]) note = note (note == "" ? " (" : ", ") other[i] " " won[other[i]]
				}
				if (count > 1)
					say(what, "best", note ")")
			}
			exit below > 0
		}' "$csv"
}

# SPDX-License-Identifier: GPL-2.0-or-later
# For the tests of zcprof run.

load ../consistent
load ../port

as_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root: it makes network namespaces"
}

two_cpus() {
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs: one for each end"
}

# What a machine has once, such as a sysctl, is this test's until it ends, whatever is tested beside it and from which tree.
of_the_machine() {
	exec {machine}>/run/lock/zcprof-tests
	flock -w 200 "$machine"
}

# The value of the one row that matches: value FILE END SOURCE METRIC [KEY]
value() {
	awk -F, -v end="$2" -v source="$3" -v metric="$4" -v key="$5" '
		$1 == "" && $2 == end && $3 == source && $4 == metric && $5 == key {
			print $6
			found = 1
		}
		END { exit !found }' "$1"
}

# The sum of the values of all that match: sum FILE END SOURCE METRIC [KEY-PATTERN]
sum() {
	awk -F, -v end="$2" -v source="$3" -v metric="$4" -v key="${5:-.*}" '
		$1 == "" && $2 == end && $3 == source && $4 == metric && $5 ~ "^" key "$" { s += $6 }
		END { printf "%.0f\n", s }' "$1"
}

# between LEAST VALUE MOST
between() {
	awk -v least="$1" -v value="$2" -v most="$3" 'BEGIN {
		if (value < least || value > most) {
			print value " is not between " least " and " most
			exit 1
		}
	}'
}

# A whole record: every row has seven fields, quotes undone, and the facts come first.
is_record() {
	[ "$(head -n 1 "$1")" = "time_s,end,source,metric,key,value,unit" ]
	[ "$(sed -n 2p "$1")" = ",host,fact,record_version,,1," ]
	python3 -c '
import csv, sys
for row in csv.reader(open(sys.argv[1], newline="")):
    assert len(row) == 7, row' "$1"
	# What did not finish has no figures of its window.
	case $1 in *.csv) consistent "$1" ;; esac
}

# wait_until SECONDS COMMAND...
wait_until() {
	local tries=$(($1 * 20))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || { echo "never came true: $*"; return 1; }
		sleep 0.05
	done
}

# Two named namespaces, 10.78.0.1 on rx0 in the first and 10.78.0.2 on tx0 in the second.
make_namespaces() {
	ip netns add "${ns}rx"
	ip netns add "${ns}tx"
	ip -n "${ns}rx" link add name rx0 type veth peer name tx0 netns "${ns}tx"
	ip -n "${ns}rx" address add 10.78.0.1/24 dev rx0
	ip -n "${ns}tx" address add 10.78.0.2/24 dev tx0
	for n in rx tx; do
		ip -n "$ns$n" link set "${n}0" up
		ip -n "$ns$n" link set lo up
	done
}

remove_namespaces() {
	for n in rx tx; do
		ip netns del "$ns$n" 2>/dev/null || :
	done
}

# SPDX-License-Identifier: GPL-2.0-or-later
# What tests of zcroi share: records with known figures (synthetic.bash), and what was printed, as one line or as data.
#
#   flat                    $output, whose sentences are wrapped, in one line
#   json EXPRESSION         of Python, of the JSON on standard input, which is page
#   experiment, read_size   records with what is known of them

load synthetic

setup() {
	zcroi=$BUILD/zcroi
	dir=$BATS_TEST_TMPDIR
}

# Sentences are wrapped: the output as one line.
flat() {
	tr -s '\n ' '  ' <<<"$output"
}

# copy: 40.1 to 40.5 Gbit/s at 180 %; zc: 36.2 to 37.0 at 190 %
experiment() {
	local i
	for i in 1 2 3 4 5; do
		synthetic "$dir/out/copy/run-$i.csv" configuration=rx=copy,tx=copy repeat=$i \
			gbit=40.$i crx=100 ctx=80 seed=7 order=$((2 * i))
		synthetic "$dir/out/zc/run-$i.csv" configuration=rx=copy,tx=send_zc repeat=$i \
			tx_path=send_zc gbit=36.$((2 * i)) crx=100 ctx=90 seed=7 \
			order=$((2 * i - 1))
	done
}

# $1: directory, $2: --read, $3: Gbit/s, $4: ns of system call entry, $5: calls, $6: ns a call
read_size() {
	local i
	for i in 1 2 3 4 5; do
		synthetic "$1/one/run-$i.csv" repeat=$i read="$2" started="2025-03-10T1$7:0$i:00.000Z" \
			gbit="$3.$i" crx=100 ctx=80 rx_calls=$(($5 + i)) rx_ns=$(($6 + i)) \
			components="task/data_copy=400000000$i task/syscall_entry=$(($4 + i * 1000000)) task/unmapped=10000000$i"
	done
}

json() {
	python3 -c 'import json, sys
page = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1"
}

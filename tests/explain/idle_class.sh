# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # pair.sh reads them
# Beside a task that takes all of the receiver's CPU, with and without the fault, the ends run as SCHED_IDLE.
expected=priority
where=host
needs=chrt
default_size=1

prepare() {
	mine taskset -c $RX_CPU sh -c 'while :; do :; done' &
	faulty=$!
	trap 'kill $faulty; clean' EXIT
}

inject() {
	command=(chrt -i 0)
}

undo() {
	command=()
}

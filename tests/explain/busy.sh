# SPDX-License-Identifier: GPL-2.0-or-later
# $SIZE ordinary tasks want all of an end's CPU.
# shellcheck shell=bash disable=SC2034,SC2154
ends="rx tx"
expected=neighbour
where=host
default_size=1

inject() {
	busy=()
	for _ in $(seq "$SIZE"); do
		mine taskset -c "$CPU" sh -c 'while :; do :; done' &
		busy+=($!)
	done
}

undo() {
	kill "${busy[@]}"
	wait "${busy[@]}" || :
}

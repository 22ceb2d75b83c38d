# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # pair.sh reads them
# $SIZE policy rules that each packet's route is looked up by at the receiver, which looks up each (no early demux).
expected=routing
where=host
needs=ip
default_size=2000

prepare() {
	in_rx sh -c 'echo 0 >/proc/sys/net/ipv4/ip_early_demux'
}

rules() {
	local i
	for i in $(seq "$SIZE"); do
		echo "rule $1 from 198.51.100.0/24 prio $i table main"
	done | in_rx ip -batch -
}

inject() {
	rules add
}

undo() {
	rules del
}

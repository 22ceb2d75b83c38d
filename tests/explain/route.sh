# SPDX-License-Identifier: GPL-2.0-or-later
# The sender's route to the receiver says something of TCP.
# shellcheck shell=bash disable=SC2034,SC2154
ends="congctl"
where=host
default_size=1

case $END in
congctl) expected=congestion_control words=(congctl bbr) ;;
esac

inject() {
	in_tx ip route change 10.7.7.0/24 dev "$TX_DEVICE" src 10.7.7.2 "${words[@]}"
}

undo() {
	in_tx ip route change 10.7.7.0/24 dev "$TX_DEVICE" src 10.7.7.2
}

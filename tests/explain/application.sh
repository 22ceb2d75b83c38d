# SPDX-License-Identifier: GPL-2.0-or-later
# A new release of the application does something else around its calls, $SIZE of it (application.c).
# shellcheck shell=bash disable=SC2034,SC2154
ends="sleeps locks peeks splits touches logs maps sndbuf rcvbuf datagrams paces mss corks nagles congests unsent priority"
where=host
needs=gcc

case $END in
sleeps) expected=sleeps default_size=200 ;;
locks) expected=user_locks default_size=20000 options=(--flows 4 --write 64K) ;;
peeks) expected=receives default_size=1 options=(--read 16K) ;;
splits) expected="sends small_sends write_size" default_size=1448 ;;
touches) expected=user_code default_size=4 ;;
logs) expected=files default_size=1 ;;
maps) expected="memory faults" default_size=256 ;;
sndbuf) expected=send_buffer default_size=8192 ;;
rcvbuf) expected=receive_buffer default_size=8192 ;;
datagrams) expected=datagram_buffer default_size=4096 options=(--udp 1400) of_streams=() ;;
paces) expected=pacing default_size=50000000 ;;
mss) expected=segment_size default_size=536 ;;
corks) expected=held_back default_size=1 options=(--rpc 100:100) ;;
nagles) expected=held_back default_size=1000 options=(--rpc 2000:2000) ;;
congests) expected=congestion_control default_size=1 ;;
unsent) expected=unsent_limit default_size=2048 ;;
priority) expected=classes default_size=65556 ;;
esac

# A class for what has the priority 1:14, 65556, as a number.
prepare() {
	local fault=${END^^}
	[ "$END" != datagrams ] || fault=RCVBUF
	preload tests/explain/application.c "-DFAULT=$fault" "-DAMOUNT=$SIZE"
	[ "$END" = priority ] || return 0
	in_tx tc qdisc add dev "$TX_DEVICE" root handle 1: htb default 10
	in_tx tc class add dev "$TX_DEVICE" parent 1: classid 1:10 htb rate 40gbit burst 10mb cburst 10mb quantum 60000
	in_tx tc class add dev "$TX_DEVICE" parent 1: classid 1:14 htb rate 500mbit
}

inject() {
	export EXPLAIN_FAULT=yes
}

undo() {
	unset EXPLAIN_FAULT
	rm -f /tmp/explain-application.log
}

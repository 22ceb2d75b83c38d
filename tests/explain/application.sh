# SPDX-License-Identifier: GPL-2.0-or-later
# A new release of the application does something else around its calls, $SIZE of it (application.c).
# shellcheck shell=bash disable=SC2034,SC2154
ends="sleeps locks peeks splits touches logs maps sndbuf rcvbuf paces mss"
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
sndbuf) expected="send_buffer_limit send_buffer" default_size=8192 ;;
rcvbuf) expected="receive_window receive_buffer" default_size=8192 ;;
paces) expected=pacing default_size=50000000 ;;
mss) expected=segment_size default_size=536 ;;
esac

inject() {
	preload tests/explain/application.c "-DFAULT=${END^^}" "-DAMOUNT=$SIZE"
}

undo() {
	zcpath=$BUILD/zcpath
	rm -f /tmp/explain-application.log
}

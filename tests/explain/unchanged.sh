# SPDX-License-Identifier: GPL-2.0-or-later
# Nothing is changed, in the lab's machine: plain sockets, requests, and what receives without copying.
# shellcheck shell=bash disable=SC2034,SC2154
ends="copy rpc zcrx devmem hwgro"
expected=none
where=lab
collect=,netstat,qdisc
default_size=1

case $END in
copy) collect+=,profile ;;
rpc) options=(--rpc "1K:1K") ;;
zcrx) options=(--rx zcrx --rx-nic zcnic0 --rx-queues 1) ;;
devmem) options=(--rx devmem --rx-nic zcnic0 --rx-queues 1 --tx devmem) ;;
hwgro) options=(--rx-gro hw) ;;
esac

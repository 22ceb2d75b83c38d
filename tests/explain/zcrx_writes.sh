# SPDX-License-Identifier: GPL-2.0-or-later
# A receiver of zcrx is sent to by $SIZE bytes at a time.
# shellcheck shell=bash disable=SC2034,SC2154
expected="write_size small_sends"
where=lab
collect=,iouring
default_size=512
options=(--rx zcrx --rx-nic zcnic0 --rx-queues 1 --tx send_zc)
options_after=(--write "$SIZE")

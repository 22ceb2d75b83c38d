# SPDX-License-Identifier: GPL-2.0-or-later
# Waiting for zcrx's completions is iowait, where it was idle time; the sender paces itself to $SIZE Mbit/s.
# shellcheck shell=bash disable=SC2034,SC2154
expected=iowait
where=lab
collect=,iowait
default_size=200
options=(--rx zcrx --rx-nic zcnic0 --rx-queues 1 --pacing "${SIZE}M" --rx-no-iowait=yes)
options_after=(--rx-no-iowait=no)

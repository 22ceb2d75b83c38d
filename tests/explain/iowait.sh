# SPDX-License-Identifier: GPL-2.0-or-later
# Waiting for completions is iowait, where it was idle time; the sender paces itself to $SIZE Gbit/s.
# shellcheck shell=bash disable=SC2034,SC2154
expected=iowait
where=host
default_size=2
options=(--rx uring --pacing "${SIZE}G" --rx-no-iowait=yes)
options_after=(--rx-no-iowait=no)

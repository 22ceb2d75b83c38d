# SPDX-License-Identifier: GPL-2.0-or-later
# Nothing is changed; io_uring at both ends.
# shellcheck shell=bash disable=SC2034,SC2154
expected=none
where=host
default_size=1
options=(--rx uring --tx uring)

# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver sets its socket buffer to $SIZE KiB.
# shellcheck shell=bash disable=SC2034,SC2154
expected=receive_buffer
where=host
default_size=32
options_after=(--rcvbuf "${SIZE}K")

# SPDX-License-Identifier: GPL-2.0-or-later
# The sender sets its socket buffer to $SIZE KiB.
# shellcheck shell=bash disable=SC2034,SC2154
expected=send_buffer
where=host
default_size=16
options_after=(--sndbuf "${SIZE}K")

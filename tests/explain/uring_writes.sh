# SPDX-License-Identifier: GPL-2.0-or-later
# The sender gives $SIZE bytes to one request of io_uring.
# shellcheck shell=bash disable=SC2034,SC2154
expected=write_size
where=host
default_size=2048
options=(--tx uring)
options_after=(--write "$SIZE")

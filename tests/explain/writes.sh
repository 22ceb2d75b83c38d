# SPDX-License-Identifier: GPL-2.0-or-later
# The sender gives $SIZE bytes to one send.
# shellcheck shell=bash disable=SC2034,SC2154
expected=write_size
where=host
default_size=1024
options_after=(--write "$SIZE")

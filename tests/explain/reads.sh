# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver asks for $SIZE bytes at a time.
# shellcheck shell=bash disable=SC2034,SC2154
expected=read_size
where=host
default_size=2048
options_after=(--read "$SIZE")

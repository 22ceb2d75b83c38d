# SPDX-License-Identifier: GPL-2.0-or-later
# TCP segments hold $SIZE bytes.
# shellcheck shell=bash disable=SC2034,SC2154
expected=segment_size
where=host
default_size=536
options_after=(--mss "$SIZE")

# SPDX-License-Identifier: GPL-2.0-or-later
# The message's memory is not registered, so that each zero-copy send has its pages pinned.
# shellcheck shell=bash disable=SC2034,SC2154
expected="pinning none"
where=host
default_size=1
options=(--tx send_zc)
options_after=(--plain-buffers)

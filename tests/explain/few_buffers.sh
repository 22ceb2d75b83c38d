# SPDX-License-Identifier: GPL-2.0-or-later
# The ring of provided buffers holds $SIZE of them.
# shellcheck shell=bash disable=SC2034,SC2154
expected=few_buffers
where=host
default_size=2
options=(--rx uring --read 4096)
options_after=(--buffers "$SIZE")

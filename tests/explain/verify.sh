# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver looks at every byte.
# shellcheck shell=bash disable=SC2034,SC2154
expected=verify
where=host
default_size=1
options_after=(--verify)

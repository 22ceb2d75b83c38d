# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver blocks in recv where it waited in epoll.
# shellcheck shell=bash disable=SC2034,SC2154
expected="setting none"
where=host
default_size=1
options_after=(--blocking)

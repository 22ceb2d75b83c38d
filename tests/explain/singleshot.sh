# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver posts one request per receive.
# shellcheck shell=bash disable=SC2034,SC2154
expected="singleshot setting none"
where=host
default_size=1
options=(--rx uring)
options_after=(--singleshot)

# SPDX-License-Identifier: GPL-2.0-or-later
# The sender paces its flow to $SIZE Gbit/s.
# shellcheck shell=bash disable=SC2034,SC2154
expected=pacing
where=host
default_size=8
options_after=(--pacing "${SIZE}G")

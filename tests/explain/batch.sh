# SPDX-License-Identifier: GPL-2.0-or-later
# devmem's buffers are given back $SIZE at a time.
# shellcheck shell=bash disable=SC2034,SC2154
expected=token_batch
where=lab
collect=,syscalls
default_size=1
options=(--rx devmem --rx-nic zcnic0 --rx-queues 1 --tx devmem)
options_after=(--rx-batch "$SIZE")

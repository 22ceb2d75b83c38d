# SPDX-License-Identifier: GPL-2.0-or-later
# A seccomp filter of $SIZE steps, which no cache of the kernel spares, looks at each system call.
# shellcheck shell=bash disable=SC2034,SC2154
expected="seccomp lsm"
where=host
needs=python3
default_size=4000
options=(--read 4K --write 4K)

inject() {
	command=(python3 tests/explain/seccomp.py "$SIZE")
}

undo() {
	command=()
}

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hold_sockets.py PID: takes what of PID's descriptors keeps its queues (its netlink sockets and its rings
# of io_uring), so that they stay held when PID dies; says "held", and lets go when it is ended.
import ctypes
import os
import signal
import sys

PIDFD_GETFD = 438  # the same on every architecture

pid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
pidfd = os.pidfd_open(pid)
held = []
with open(f"/proc/{pid}/net/netlink", encoding="ascii") as table:
    netlink = {line.split()[9] for line in table if "Inode" not in line}
for fd in os.listdir(f"/proc/{pid}/fd"):
    target = os.readlink(f"/proc/{pid}/fd/{fd}")
    if target == "anon_inode:[io_uring]" or target.removeprefix("socket:[").rstrip("]") in netlink:
        taken = libc.syscall(PIDFD_GETFD, pidfd, int(fd), 0)
        if taken < 0:
            sys.exit(f"descriptor {fd} of {pid}: {os.strerror(ctypes.get_errno())}")
        held.append(taken)
os.close(pidfd)
print("held", len(held), flush=True)
signal.pause()

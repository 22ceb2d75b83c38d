# SPDX-License-Identifier: GPL-2.0-or-later
"""seccomp.py STEPS COMMAND…: runs the command under a filter that allows all, after so many steps.

The steps look at an argument, so that the kernel cannot keep an answer for the number of the call
(kernel/seccomp.c: seccomp_cache_prepare()).
"""
import ctypes
import os
import struct
import sys

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
LOAD_WORD, ADD_CONSTANT, RETURN, ALLOW = 0x20, 0x04, 0x06, 0x7FFF0000
FIRST_ARGUMENT = 16

steps = int(sys.argv[1])
code = struct.pack("HBBI", LOAD_WORD, 0, 0, FIRST_ARGUMENT)
code += struct.pack("HBBI", ADD_CONSTANT, 0, 0, 1) * steps
code += struct.pack("HBBI", RETURN, 0, 0, ALLOW)
held = ctypes.create_string_buffer(code, len(code))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(held)))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0):
    sys.exit(f"seccomp: {os.strerror(ctypes.get_errno())}")
os.execvp(sys.argv[2], sys.argv[2:])

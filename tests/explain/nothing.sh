# SPDX-License-Identifier: GPL-2.0-or-later
# Nothing is changed: of several paths and patterns, with runs that take turns and, apart…, runs one after the other.
# shellcheck shell=bash disable=SC2034,SC2154
ends="copy small uring flows rpc mmap sendfile zerocopy apart apartsmall apartrpc aparturing"
expected=none
where=host
default_size=1

case $END in
apart*) apart=yes ;;
esac
case ${END#apart} in
small) options=(--read 16K --write 16K) ;;
uring) options=(--rx uring --tx uring) ;;
flows) options=(--flows 2) ;;
rpc) options=(--rpc "256:256" --rpc-depth 4) ;;
mmap) options=(--rx mmap) ;;
sendfile) options=(--tx sendfile) ;;
zerocopy) options=(--tx zerocopy) ;;
esac

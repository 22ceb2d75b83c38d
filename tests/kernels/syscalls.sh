# SPDX-License-Identifier: GPL-2.0-or-later
# Four threads that make known calls.
work known 4 2000
measure --tx "$pid" syscalls
across tell work "done"
same "getppid calls" "$(figure tx syscalls calls getppid)" 8000
same "close errors" "$(figure tx syscalls errors close)" 8000
same "sleeps" "$(figure tx syscalls calls clock_nanosleep)" 40
within "shortest sleep" 5000000 "$(figure tx syscalls min clock_nanosleep)" 50000000
same lost "$(figure tx syscalls lost '')" 0

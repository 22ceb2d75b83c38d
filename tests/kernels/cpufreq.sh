# SPDX-License-Identifier: GPL-2.0-or-later
# A frequency lies between what the CPU says of itself as its least and its most.
measure cpufreq
across sleep 0.1
at=/sys/devices/system/cpu/cpu0/cpufreq
within "kHz of CPU 0" "$(<$at/cpuinfo_min_freq)" "$(figure host cpufreq frequency 0)" "$(<$at/cpuinfo_max_freq)"

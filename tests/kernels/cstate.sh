# SPDX-License-Identifier: GPL-2.0-or-later
# Sysfs, read by hand inside the window and around it.
reading() {
	for state in /sys/devices/system/cpu/cpu*/cpuidle/state*; do
		[ -e "$state/time" ] || continue
		echo us "$(<"$state/time")"
		echo entries "$(<"$state/usage")"
	done
}
all() {
	awk -F, -v m="$1" '$3 == "cstate" && $4 == m { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv"
}
measure cstate
across sleep 1
within "ns idle" $(($(least us) * 1000)) "$(all time)" $(($(most us) * 1000))
within entries "$(least entries)" "$(all entries)" "$(most entries)"

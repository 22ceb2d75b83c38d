# SPDX-License-Identifier: GPL-2.0-or-later
# Two tasks that never sleep share a CPU for two seconds, so one of them always waits.
reading() {
	sed -n 's/^some .*total=/cpu /p' /proc/pressure/cpu | awk '{ printf "cpu %.0f\n", $2 * 1000 }'
}
compete() {
	timeout 2 taskset -c 0 bash -c 'while :; do :; done' 3>&- &
	timeout 2 taskset -c 0 bash -c 'while :; do :; done' 3>&- || :
}
[ -r /proc/pressure/cpu ] && cat /proc/pressure/cpu >/dev/null 2>&1 || absent "this kernel counts no pressure"
measure --rx $$ pressure
across compete
# PSI is brought up to date every other second, where nothing else makes it.
within "ns in which a task waited for a CPU" 1000000000 "$(figure host pressure stalled cpu)" $(($(most cpu) + 100000000))

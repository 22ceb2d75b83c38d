#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zcprof doctor on a machine that may be changed: each sysctl is made worse, is seen, and the command
# that doctor prints makes it well again; a module that is not loaded, a daemon, a lockdown. One CPU, for emulated ones
# die where the kernel patches code that another runs.
#
#   BUILD=build lab/run --cpus 1 -- bats tests/lab/doctor.bats
#
# On kernels without the software NIC, such as 6.1:
#
#   lab/vm --kernel 6.1 --cpus 1 -- env BUILD="$PWD/build" bats tests/lab/doctor.bats

bats_require_minimum_version 1.5.0

load ../quoted

setup() {
	[ "$(cat /sys/block/nvme0n1/device/serial 2>/dev/null | tr -d ' ')" = lab ] ||
		grep -q loglevel=5.*softlockup_panic=1 /proc/cmdline ||
		skip "this machine is not the lab's: it is changed here"
	PATH=$BUILD:$PATH
}

# row AREA CHECK: its state, what was found, and what mends it, with tabs between
row() {
	zcprof doctor --area "$1" --rate 200G --rtt 1e-4 --format csv | quoted |
		sed -n "s/^\"$1\",\"$2\",\"\(.*\)\"\$/\1/p" | sed 's/""/"/g' |
		awk -F '","' '{ print $1 "\t" $2 "\t" $4 }'
}

# worse AREA CHECK STATE SYSCTL VALUE: that state with this value, and ok after the mend
worse() {
	local said
	# Not every kernel has each of them.
	[ -e "/proc/sys/${4//./\/}" ] || return 0
	sysctl -qw "$4=$5"
	said=$(row "$1" "$2")
	echo "with $4=$5: $said"
	[ "${said%%$'\t'*}" = "$3" ]
	eval "${said##*$'\t'}" >/dev/null
	said=$(row "$1" "$2")
	echo "then: $said"
	[ "${said%%$'\t'*}" = ok ]
}

@test "each sysctl that is worse is seen, and what is printed mends it" {
	better="could be better"
	worse system io_uring missing kernel.io_uring_disabled 2
	worse system io_uring "$better" kernel.io_uring_disabled 1
	worse system "kernel symbols" "$better" kernel.kptr_restrict 2
	worse system "numa balancing" "$better" kernel.numa_balancing 1
	worse memory optmem "$better" net.core.optmem_max 20480
	worse memory max_map_count "$better" vm.max_map_count 30000
	worse memory hugepages "$better" vm.nr_hugepages 1
	# A kernel with its JIT compiler always on takes no 0.
	! sysctl -qw net.core.bpf_jit_enable=0 2>/dev/null || worse bpf jit "$better" net.core.bpf_jit_enable 0
	worse plumbing "receive buffer" "$better" net.ipv4.tcp_rmem "4096 131072 200000"
	worse plumbing "send buffer" "$better" net.ipv4.tcp_wmem "4096 16384 200000"
	worse plumbing rmem_max "$better" net.core.rmem_max 200000
	worse plumbing wmem_max "$better" net.core.wmem_max 200000
	worse plumbing tcp_mem "$better" net.ipv4.tcp_mem "100 200 300"
}

@test "io_uring that is forbidden takes its features along; limits, a daemon and a module come and go" {
	if [ -e /proc/sys/kernel/io_uring_disabled ]; then
		sysctl -qw kernel.io_uring_disabled=2
		[[ $(row kernel send_zc) == missing$'\t'"io_uring cannot be used here"* ]]
		sysctl -qw kernel.io_uring_disabled=0
	fi
	[[ $(row kernel send_zc) == ok* ]]

	[[ $(ulimit -l 1024; row memory memlock) == "could be better"* ]]
	[[ $(ulimit -l 1024; eval "$(row memory memlock | cut -f 3)"; row memory memlock) == ok* ]]

	cp "$(command -v sleep)" /tmp/irqbalance
	/tmp/irqbalance 60 3>&- &
	until pgrep -x irqbalance >/dev/null; do sleep 0.1; done
	[[ $(row system irqbalance) == "could be better"*"systemctl stop irqbalance" ]]
	kill $!
	wait $! || :
	[[ $(row system irqbalance) == ok* ]]

	# Debian's 6.1 has none.
	modprobe -nq udmabuf || [ -e /dev/udmabuf ] || return 0
	modprobe -r udmabuf 2>/dev/null || :
	if [ ! -e /dev/udmabuf ]; then
		[[ $(row memory udmabuf) == missing* ]]
		eval "$(row memory udmabuf | cut -f 3)"
	fi
	echo 16 >/sys/module/udmabuf/parameters/size_limit_mb
	[[ $(row memory udmabuf) == "could be better"* ]]
	eval "$(row memory udmabuf | cut -f 3)"
	[[ $(row memory udmabuf) == ok* ]]
}

@test "what the kernel was built with is what it is known to have" {
	release=$(uname -r)
	at_least() { printf '%s\n' "$1" "${release%%[-+]*}" | sort -VC; }
	for check in zcrx,6.15 no_iowait,6.15 send_zc,6.0; do
		if at_least "${check#*,}"; then
			[[ $(row kernel "${check%,*}") == ok* ]]
		else
			[[ $(row kernel "${check%,*}") == missing$'\t'"this kernel has no IORING_"* ]]
		fi
		row kernel "${check%,*}"
	done
	row kernel devmem
	row kernel "page_pool statistics"
	state="could be better"
	! at_least 6.16 || state=ok
	at_least 6.12 || state=missing
	[[ $(row kernel devmem) == "$state"* ]]
}

@test "each means of BPF works on a kernel of Debian's" {
	for means in fentry kprobe raw_tracepoint breakpoint; do
		row bpf $means
		[[ $(row bpf $means) == ok* ]]
	done
	[[ $(ZCPROF_WITHOUT=fentry row bpf fentry) == missing* ]]
}

# The last, for there is no way back.
@test "a kernel that was locked down says so, and what no longer works is missing" {
	mount -t securityfs securityfs /sys/kernel/security 2>/dev/null || :
	[ -e /sys/kernel/security/lockdown ] || skip "this kernel has no lockdown"
	[[ $(row bpf lockdown) == ok* ]]
	row collector softirq
	[[ $(row collector softirq) == ok* ]]
	echo confidentiality >/sys/kernel/security/lockdown
	[[ $(row bpf lockdown) == missing*"lockdown= on the kernel's command line"* ]]
	row collector softirq
	[[ $(row collector softirq) == missing* ]]
}

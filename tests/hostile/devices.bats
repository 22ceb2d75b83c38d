#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What a device is called, and what its namespace's processes put where its files should be.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run

setup() {
	as_root
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	ns=zcprof-reads-$$
	started=()
	ip netns add "$ns"
}

teardown() {
	for pid in "${started[@]}"; do
		kill -9 "$pid" 2>/dev/null || :
	done
	ip netns del "$ns" 2>/dev/null || :
	ip netns del "$ns-2" 2>/dev/null || :
}

pair() {
	ip -n "$ns" link add "$1" type veth peer name peer
	ip -n "$ns" link set "$1" mtu 1432 up
	ip -n "$ns" link set peer up
}

# attach DEVICE: the facts of that device of the namespace
attach() {
	run -0 timeout 20 zcprof attach --netns "$ns" --iface "$1" --as rx --seconds 0.1 --warmup 0 --collect nic -o "$dir/r.csv"
	echo "$output"
	! grep -q 'collector,absent,nic' "$dir/r.csv" || false
}

fact() {
	grep -c "^,rx,fact,$1,\$" "$dir/r.csv" || :
}

@test "a name of pattern characters is that device, and no pattern" {
	pair 'e[0]'
	ip -n "$ns" link add e0 type veth peer name e1
	attach 'e[0]'
	grep -Fqx ',rx,fact,link,device,e[0],' "$dir/r.csv"
	[ "$(fact nic,mtu,1432)" -eq 1 ]
	[ "$(grep -c 'queues/rx-0/rps_cpus' "$dir/r.csv")" -eq 1 ]
	ip -n "$ns" link set 'e[0]' down
	ip -n "$ns" link set 'e[0]' name '*?{a,b}$(id)'
	attach '*?{a,b}$(id)'
	[ "$(fact nic,mtu,1432)" -eq 1 ]
}

@test "an alternative name, short or long, and an address's label: the record has the device's own name" {
	long=$(printf 'a%.0s' {1..100})
	pair fifteen-letters
	ip -n "$ns" link property add dev fifteen-letters altname uplink altname "$long"
	ip -n "$ns" address add 10.99.3.1/24 dev fifteen-letters label fifteen-letters 2>/dev/null
	for name in uplink "$long" fifteen-letters fifteen-l:1; do
		[ "$name" != fifteen-l:1 ] || { ip -n "$ns" link set fifteen-letters down && ip -n "$ns" link set fifteen-letters name fifteen-l; }
		attach "$name"
		grep -Eqx ',rx,fact,link,device,fifteen-l(etters)?,' "$dir/r.csv"
		grep -Eqx ',rx,fact,attached,bytes,"?device fifteen-l(etters)?, headers included"?,' "$dir/r.csv"
		[ "$(fact nic,mtu,1432)" -eq 1 ]
	done
}

@test "a device that is not there is refused, whatever its name looks like" {
	for name in . .. ../../../etc lo/../lo 'l?' "$(printf 'b%.0s' {1..127})"; do
		run -1 zcprof attach --netns "$ns" --iface "$name" --as rx --seconds 0.1 -o "$dir/r.csv"
		[[ "$output" == *"there is no device "*" in the network of "* ]]
		[ ! -e "$dir/r.csv" ]
	done
}

@test "labels of a link's addresses are not taken for its devices, and --irq-cpu works there" {
	two_cpus
	ip netns add "$ns-2"
	ip link add v0 netns "$ns" type veth peer name v1 netns "$ns-2"
	ip -n "$ns" address add 10.99.4.1/24 dev v0 label v0:1
	ip -n "$ns-2" address add 10.99.4.2/24 dev v1 label v1:web
	for n in "$ns v0" "$ns-2 v1"; do
		ip -n "${n% *}" link set lo up
		ip -n "${n% *}" link set "${n#* }" up
	done
	run -0 --separate-stderr timeout 60 zcprof run --link "netns:$ns,$ns-2" --rx copy --tx copy --rx-irq-cpu 1 --pacing 100M --seconds 0.5 --warmup 0 --repeat 1 --collect cpu,nic -o "$dir/out"
	[[ "$stderr" != *"no effect"* ]]
	cp "$dir"/out/*/run-1.csv "$dir/r.csv"
	[ "$(fact link,device,v0)" -eq 1 ]
	grep -qx ',tx,fact,link,device,v1,' "$dir/r.csv"
	[ "$(fact nic,mtu,1500)" -eq 1 ]
	[ "$(fact irq_affinity,v0/rx-0,1)" -eq 1 ]
	[ "$(fact irq_affinity,queues/rx-0/rps_cpus,2)" -eq 1 ]
}

@test "doctor quotes a name that a shell would take for more, and sees the device behind an alternative name" {
	pair 'a;$(reboot)'
	ip -n "$ns" link property add dev 'a;$(reboot)' altname other
	run -0 ip netns exec "$ns" zcprof doctor other --area nic --format csv
	[[ "$output" == *'1432 bytes'* ]]
	[[ "$output" == *'ip link set dev a\;\$\(reboot\) mtu 4168'* ]]
	[[ "$output" != *'dev a;'* ]]
}

# A process with a /sys of its own making: everything that zcprof might want is something else.
@test "a measured process's own /sys is not read: no foreign file in the record, and no hang" {
	pair v0
	echo "secret" >"$dir/secret"
	chmod 600 "$dir/secret"
	mkdir -p "$dir/farm/class/net/v0/queues/rx-0" "$dir/farm/class/net/v0/device"
	for file in mtu threaded queues/rx-0/rps_cpus; do
		ln -s "$dir/secret" "$dir/farm/class/net/v0/$file"
	done
	mkfifo "$dir/farm/class/net/v0/tx_queue_len"
	ln -s /dev/tty "$dir/farm/class/net/v0/gro_flush_timeout"
	ln -s /etc "$dir/farm/class/net/v0/device/msi_irqs"
	ip netns exec "$ns" unshare -m sh -c "mount --bind '$dir/farm' /sys && exec sleep 60" 3>&- &
	started+=($!)
	wait_until 5 test -e "/proc/$!/root/sys/class/net/v0/tx_queue_len"
	run -0 timeout -s KILL 20 zcprof attach --pid "$!" --iface v0 --as rx --seconds 0.1 --warmup 0 --collect nic -o "$dir/r.csv"
	! grep -q secret "$dir/r.csv" || false
	[ "$(fact nic,mtu,1432)" -eq 1 ]
	[ "$(fact nic,tx_queue_len,1000)" -eq 1 ]
	[ "$(fact irq_affinity,queues/rx-0/rps_cpus,0)" -eq 1 ]
}

# As nsenter leaves it, and as a container has it that shares its host's /sys.
@test "a /sys that shows another namespace's devices is not taken for this one's" {
	ip netns add "$ns-2"
	pair v0
	ip -n "$ns-2" link add v0 mtu 1300 type veth peer name peer
	ip netns exec "$ns-2" nsenter --net="/run/netns/$ns" \
		timeout 20 zcprof attach --iface v0 --as rx --seconds 0.1 --warmup 0 --collect nic -o "$dir/r.csv"
	[ "$(fact nic,mtu,1432)" -eq 1 ]
	run -0 ip netns exec "$ns-2" nsenter --net="/run/netns/$ns" zcprof doctor v0 --area nic --format csv
	[[ "$output" == *'1432 bytes'* ]]
	# RPS of the other namespace's device of this name stays as it is.
	ip -n "$ns" link set peer netns "$ns-2" name far
	ip -n "$ns" address add 10.99.5.1/24 dev v0
	ip -n "$ns-2" address add 10.99.5.2/24 dev far
	ip -n "$ns-2" link set far up
	ip netns exec "$ns-2" nsenter --net="/run/netns/$ns" \
		timeout 20 zcpath rx --bind 10.99.5.1 --port 47113 --irq-cpu 0 >"$dir/rx" 2>"$dir/rx.err" 3>&- &
	receiver=$!
	wait_until 5 ip netns exec "$ns" sh -c 'ss -Hltn | grep -q :47113'
	run ip netns exec "$ns-2" timeout 20 zcpath tx --to 10.99.5.1 --port 47113 --seconds 0.2 --warmup 0
	echo "$output"
	wait "$receiver"
	grep -q 'another network namespace' "$dir/rx.err"
	[ "$(ip netns exec "$ns-2" cat /sys/class/net/v0/queues/rx-0/rps_cpus)" = 0 ]
}

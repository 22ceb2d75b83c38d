#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Records of many hosts: what they say of themselves, and that runs of two are no repeats of each other.

bats_require_minimum_version 1.5.0
load synthetic
load zcprof_run

setup() {
	port=$(free_port)
	zcroi=$BUILD/zcroi
	dir=$BATS_TEST_TMPDIR
	PATH=$BUILD:$PATH
}

@test "a record says the host, its boot and the labels; a name can be left out; a plan keeps both" {
	as_root
	local attach=(zcprof attach --iface lo --as rx --seconds 0.2 --warmup 0 --collect cpu)

	"${attach[@]}" --label rack=7 --label rack=8 --label 'why=ü,"x"' --label 'sum==SUM(1)' -o "$dir/a.csv"
	[ "$(value "$dir/a.csv" host fact host "")" = "$(uname -n)" ]
	[ "$(value "$dir/a.csv" host fact host boot)" = "$(cat /proc/sys/kernel/random/boot_id)" ]
	[ "$(value "$dir/a.csv" host fact label rack)" = 8 ]
	grep -qxF ',host,fact,label,why,"ü,""x""",' "$dir/a.csv"
	grep -qxF ',host,fact,label,sum,\x3dSUM(1),' "$dir/a.csv"
	"${attach[@]}" --no-host-name -o "$dir/b.csv"
	[ -z "$(value "$dir/b.csv" host fact host "")" ]
	[ -n "$(value "$dir/b.csv" host fact host boot)" ]
	grep -c fact,label "$dir/b.csv" | grep -qx 0

	local run=(zcprof run --link loopback --port "$port" --seconds 0.2 --warmup 0 --repeat 1 --collect cpu -o "$dir/r")
	"${run[@]}" --no-host-name --label why=before
	[ "$(value "$dir/r/rx=copy,tx=copy/run-1.csv" host fact label why)" = before ]
	grep -qx 'label why=before' "$dir/r/plan"
	grep -qx 'no-host-name' "$dir/r/plan"
	run -1 "${run[@]}" --no-host-name --label why=after
	[[ $output == *'was made with "label why=before"'* ]]
	zcprof run @"$dir/r/plan" --label why=again -o "$dir/s"
	[ "$(value "$dir/s/rx=copy,tx=copy/run-1.csv" host fact label why)" = again ]
	[ -z "$(value "$dir/s/rx=copy,tx=copy/run-1.csv" host fact host "")" ]
}

@test "a label that cannot be one is refused with what it may be" {
	local bad
	for bad in rack =7 7a=1 a-b=1 a.b=1 end=rx key=x host=a __x=1 le=1 'a=' 'a= x' 'a=x ' 'a=b #c' $'a=b\nc' \
		$'a=\e[31m' $'a=\xff' $'a=\xe2\x80\xae' "$(printf 'a%.0s' {1..64})=1" "a=$(printf 'x%.0s' {1..256})"; do
		run -2 "$BUILD/zcprof" attach --pid 1 --label "$bad" -o "$dir/x.csv"
		[[ $output == *--label* ]]
	done
	local many=()
	for n in {1..17}; do
		many+=(--label "l$n=1")
	done
	run -2 "$BUILD/zcprof" attach --pid 1 "${many[@]}" -o "$dir/x.csv"
	[[ $output == *"more than 16 labels"* ]]
}

@test "zcroi: runs of two hosts in one directory are two configurations, and that is said" {
	for host in a b; do
		for repeat in 1 2 3; do
			synthetic "$dir/one/$host-$repeat.csv" host="$host" boot="b$host" repeat=$repeat \
				gbit=$([ $host = a ] && echo 4$repeat || echo 2$repeat)
		done
	done
	run -0 "$zcroi" table --format csv "$dir/one"
	[[ $output == *"one on a,3,42,"* && $output == *"one on b,3,22,"* ]]
	[[ $output == *"The runs are of 2 hosts: a, b. Those of two hosts are no repeats of each other"* ]]
	# In one directory for each: by their directories, as ever.
	mkdir -p "$dir/f/a/one" "$dir/f/b/one"
	cp "$dir"/one/a-* "$dir/f/a/one"
	cp "$dir"/one/b-* "$dir/f/b/one"
	run -0 "$zcroi" table --format csv "$dir/f"
	[[ $output == *"$dir/f/a/one,3,42,"* && $output == *"$dir/f/b/one,3,22,"* ]]
	# Several of one directory: by both.
	synthetic "$dir/g/a/eth0.csv" host=a configuration=eth0 gbit=40
	synthetic "$dir/g/a/eth1.csv" host=a configuration=eth1 gbit=30
	synthetic "$dir/g/b/eth0.csv" host=b configuration=eth0 gbit=20
	synthetic "$dir/g/b/eth1.csv" host=b configuration=eth1 gbit=10
	run -0 "$zcroi" table --format csv "$dir/g"
	[[ $output == *"$dir/g/a/eth0,1,40,"* && $output == *"$dir/g/b/eth1,1,10,"* ]]
	# Of one host nothing is said.
	run -0 "$zcroi" table "$dir/f/a"
	[[ $output != *hosts* ]]
	# And what differs between two hosts is that they are two.
	run -0 "$zcroi" diff "$dir/f/a" "$dir/f/b"
	[[ $output == *"host host: a in A, b in B"* ]]
	[[ $output == *"A is of a and B of b: by how much two machines"* ]]
}

@test "zcroi: repeats of several boots without a host's name are said to be unsure" {
	synthetic "$dir/u/run-1.csv" boot=x repeat=1
	synthetic "$dir/u/run-2.csv" boot=y repeat=2
	run -0 "$zcroi" table "$dir/u"
	[[ $output == *"leave out which host they are of, and are of 2 starts of a kernel"* ]]
	synthetic "$dir/u/run-3.csv" boot=y host=h repeat=3
	run -0 "$zcroi" table "$dir/u"
	[[ $output == *"2 other runs do not say of which host they are"* ]]
}

@test "zcroi table --by: a line for each value of a label; a host is one sample" {
	# Of rack 7: host a (22) and b (40): 31; of rack 8: c; d has none.
	for repeat in 1 2 3 4 5; do
		synthetic "$dir/f/a/one/run-$repeat.csv" host=a label=rack=7 repeat=$repeat gbit=$((10 + 10 * (repeat % 3)))
		synthetic "$dir/f/c/one/run-$repeat.csv" host=c label=rack=8 repeat=$repeat gbit=50
	done
	synthetic "$dir/f/b/one/run-1.csv" host=b label=rack=7 gbit=40
	synthetic "$dir/f/d/one/run-1.csv" host=d gbit=60
	run -0 "$zcroi" table --by rack --format csv "$dir/f"
	[[ $output == *'"one, rack 7",6,31,'* ]]
	[[ $output == *'"one, rack 8",5,50,,,'* ]]
	[[ $output == *'"one, no rack",1,60,,,'* ]]
	[[ $output == *"By rack: each host is one sample, the mean of its runs."* ]]
	[[ $output != *"First here"* && $output != *"Best by"* ]]
	run -0 "$zcroi" table --by host --format csv "$dir/f"
	[[ $output == *'"one, host a",5,22,'* ]]
	run -0 "$zcroi" table --by kernel --format csv "$dir/f"
	[[ $output == *'"one, kernel 6.18",12,43,'* ]]
	# What would be without effect is refused; a label is a fact to a pivot too.
	run -2 "$zcroi" table --by rack --rows path "$dir/f"
	[[ $output == *"give those of one"* ]]
	run -0 "$zcroi" table --where label:rack=8 --flat --format csv "$dir/f"
	[[ $output == *'"one, host c",5,50,'* || $output == *'one,5,50,'* ]]
	[[ $output != *host=a* && $output != *",22,"* ]]
	run -0 "$zcroi" table --rows label:rack --value T --format csv "$dir/f/c"
	[[ $output == *8,50* ]]
	run -1 "$zcroi" table --by nothing "$dir/f"
	[[ $output == *"no run has such a label"* ]]
}

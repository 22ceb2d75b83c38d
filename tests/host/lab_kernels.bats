#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tools/lab-kernels with a stand-in of the machine: repeats are divided among its starts, what is there is not run again,
# and what a kernel cannot is said with its reason.

setup() {
	tree=$BATS_TEST_TMPDIR
	mkdir -p "$tree"/{tools,lab,build,studies}
	cp tools/{lab-kernels,attended} "$tree/tools"
	cp tests/host/synthetic.bash "$tree"
	ln -s "$BUILD/zcroi" "$tree/build"
	touch "$tree"/build/zc{prof,path} "$tree"/lab/{vm,init,ports,zcnic.ko} "$tree/calls"
	printf 'rx copy,zcrx\ntx copy\nrepeat 3\n' >"$tree/studies/kernels.plan"
	printf '#!/bin/sh\necho lab/zcnic.ko\n' >"$tree/lab/module"
	# Of 6.12 it is as slow as its start, of 7.2 twice as fast; with BURN a tenth slower.
	cat >"$tree/lab/run" <<-'END'
		#!/bin/bash
		. ./synthetic.bash
		while [ "$1" != -- ]; do
			case $1 in --kernel) kernel=$2 ;; --start) start=$2 ;; --out) out=$2 ;; esac
			shift
		done
		burn=$(printf '%s\n' "$@" | sed -n 's/^BURN=//p') each=$(printf '%s\n' "$@" | sed -n 's/^EACH=//p')
		echo "$kernel $start $burn $each" >>calls
		mkdir -p "$out/runs/refused"
		touch "$out"/{kernel.log,runs/plan}
		faster=$([ $kernel = 6.12 ] && echo 1 || echo 2)
		[ $burn = 0 ] || faster=1.8
		record() {
			for n in $(seq $each); do
				synthetic "$out/runs/$1/run-$n.csv" configuration="$1" rx_path=$2 kernel=$kernel boot=$kernel-$burn-$start \
					started=2026-01-0${start}T00:00:0$n.000Z gbit="$(awk "BEGIN { print $faster * (10 + ($start + $n) / 1000) }")"
			done
		}
		record rx=copy,tx=copy copy
		if [ $kernel = 6.12 ]; then
			printf '%s\n' time_s,end,source,metric,key,value,unit ,host,fact,record_version,,1, \
				',host,fact,configuration,,"rx=zcrx,tx=copy",' ,rx,fact,option,path,zcrx, ,tx,fact,option,path,copy, \
				',rx,fact,refused,cannot,"too old, it is",' >"$out/runs/refused/rx=zcrx,tx=copy.csv"
		else
			record rx=zcrx,tx=copy zcrx
		fi
	END
	chmod +x "$tree"/lab/{run,module}
	cd "$tree" || return
}

kernels() {
	run tools/lab-kernels build kernels "$@"
	echo "$output"
	[ "$status" = 0 ]
}

@test "the kernels are compared, what starts differ by is said to be missing, and what a kernel cannot with its reason" {
	kernels 6.12 7.2
	[ "$(tr '\n' ';' <calls)" = "6.12 1 0 3;7.2 1 0 3;" ]
	[ "$(find build/lab/kernels -name "run-*.csv" | wc -l)" = 9 ]
	[[ $output == *"== rx=copy,tx=copy: kernel 6.12, then 7.2"*"10.00 to 20.01 Gbit/s, x 2 "*"B is 100 % "*" faster"* ]]
	[[ $output == *"== rx=zcrx,tx=copy: kernel 6.12, then 7.2"*"kernel 6.12 could not: rx=zcrx,tx=copy: rx: too old, it is"* ]]
	[[ $output == *"one start of its machine"*"STARTS=3 has it." ]]
}

@test "as many starts as repeats; the same call runs nothing again; one more start, and other programs, do" {
	STARTS=3 kernels 7.2
	[ "$(tr '\n' ';' <calls)" = "7.2 1 0 1;7.2 2 0 1;7.2 3 0 1;" ]
	STARTS=3 kernels 7.2
	[ "$(wc -l <calls)" = 3 ]
	STARTS=4 kernels 7.2
	[ "$(wc -l <calls)" = 4 ]
	[ "$(ls build/lab/kernels/7.2/runs/rx=copy,tx=copy/)" = "$(printf 'run-%d.csv\n' 1 2 3 4)" ]
	# Two runs of the first, two of the second; then all of one.
	STARTS=2 kernels 7.2
	[ "$(tail -n 2 calls | tr '\n' ';')" = "7.2 1 0 2;7.2 2 0 2;" ]
	[ "$(ls build/lab/kernels/7.2/runs/rx=copy,tx=copy/)" = "$(printf 'run-%d.csv\n' 1 2 3 4)" ]
	kernels 7.2
	[ "$(ls build/lab/kernels/7.2/runs/rx=copy,tx=copy/)" = "$(printf 'run-%d.csv\n' 1 2 3)" ]
	[ "$(wc -l <calls)" = 7 ]
	# Of a study with other configurations nothing is left.
	sed -i 's/copy,zcrx/copy/' studies/kernels.plan
	mkdir -p build/lab/kernels/7.2/runs/rx=uring,tx=copy
	mv build/lab/kernels/7.2/runs/rx=zcrx,tx=copy/* build/lab/kernels/7.2/runs/rx=uring,tx=copy
	echo other >build/zcpath
	kernels 7.2
	[ ! -e build/lab/kernels/7.2/runs/rx=uring,tx=copy ]
	[ "$(wc -l <calls)" = 8 ]
	[ "$(ls build/lab/kernels/7.2/runs/rx=copy,tx=copy/)" = "$(printf 'run-%d.csv\n' 1 2 3)" ]
}

@test "one kernel named twice, the second made worse: told apart" {
	BURN=14 STARTS=3 kernels 7.2 7.2
	[ "$(tail -n 3 calls | tr '\n' ';')" = "7.2 1 14 1;7.2 2 14 1;7.2 3 14 1;" ]
	[[ $output == *"== rx=copy,tx=copy: kernel 7.2, then 7.2-2"*"x 0.900 "*": worse"* ]]
	[[ $output != *"is in no interval"* ]]
}

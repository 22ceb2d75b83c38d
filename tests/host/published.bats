#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What others published, beside what an experiment has of it: lines "published ..." of a plan. Figures are worked out by hand.

bats_require_minimum_version 1.5.0
load zcroi

setup() {
	zcroi=$BUILD/zcroi
	dir=$BATS_TEST_TMPDIR/out
	# 20 Gbit/s by 4K reads, 30 by 64K, where memory is three of the four seconds of the receiver.
	for i in 1 2 3; do
		synthetic "$dir/rx=copy,tx=copy,read=4K/run-$i.csv" repeat=$i read=4K gbit=20.$i crx=50 ctx=80 \
			configuration="rx=copy,tx=copy,read=4K"
		synthetic "$dir/rx=copy,tx=copy,read=64K/run-$i.csv" repeat=$i read=64K gbit=30.$i crx=120 ctx=80 \
			configuration="rx=copy,tx=copy,read=64K" components="task/memory=3e9 softirq/netdev=1e9"
	done
	synthetic "$dir/rx=uring,tx=copy,read=4K/run-1.csv" repeat=1 read=4K gbit=25 crx=50 ctx=80 \
		configuration="rx=uring,tx=copy,read=4K" rx_path=uring rx_calls=50 rx_ns=100
}

published() {
	printf '%s\n' 'rx copy,uring' 'read 4K,64K,1M' 'skip rx=copy read=1M' "$@" >"$dir/plan"
	run --separate-stderr "$zcroi" table --format csv "$dir"
	echo "$output $stderr"
	[ "$status" -eq 0 ]
}

@test "a figure, a ratio of two configurations, and how they lie to what was published" {
	published 'table rows=rx cols=read value=T' 'published by A, 2020: 100 Gbit/s' \
		'published value=T is=40.4 where=rx=copy where=read=4K' \
		'published value=T is=2 where=rx=copy where=read=64K per=read=4K' \
		'published value=T is=0.5 where=rx=copy where=read=64K per=read=4K' \
		'published value=T/CPU is=25 where=rx=copy where=read=4K' \
		'published value=T is=1.5 where=rx=uring where=read=4K per=rx=copy' \
		'published Something to know.'
	# The middle of 20.1, 20.2, 20.3 is 20.2, half of 40.4; 30.2 by it is 1.495 and more than 1.
	python3 - <<-END
		import csv, io
		text = """$output"""
		rows = [r for r in csv.DictReader(io.StringIO(text)) if r["table"] == "published"]
		near = lambda a, b: abs(float(a) / b - 1) < 1e-6
		assert near(rows[0]["here"], 20.2) and near(rows[0]["here_by_published"], 0.5), rows[0]
		assert rows[0]["says"] == "" and rows[0]["unit"] == "Gbit/s"
		assert near(rows[1]["here"], 30.2 / 20.2) and rows[1]["unit"] == "x", rows[1]
		assert near(rows[1]["here_by_published"], 30.2 / 20.2 / 2)
		assert float(rows[1]["here_low"]) < 30.2 / 20.2 < float(rows[1]["here_high"])
		assert rows[1]["says"] == "the same way", rows[1]
		assert rows[2]["says"] == "the other way", rows[2]
		# 20.2 Gbit/s by 80 %: the sender is the busier one.
		assert near(rows[3]["here"], 20.2 / 0.8), rows[3]
		assert rows[4]["says"] == "one run says nothing", rows[4]
	END
	[[ $stderr == *"no goal"* && $stderr == *"Something to know."* ]]
}

@test "what was published over another link is beside it, and not compared" {
	sed -i '0,/,fact,kernel,/s/^.*,fact,kernel,.*/&\n,host,fact,link,,loopback,/' "$dir"/*/run-?.csv
	for over in nic dummy; do
		published 'table rows=rx cols=read value=T' 'published by A' \
			"published value=T is=2 where=rx=copy where=read=64K per=read=4K over=$over"
		[[ $output != *"the same way"* && $output == *",0.747"* ]]
		run "$zcroi" table "$dir"
		[[ $(flat) == *"over another ["*"] published over ${over/nic/a NIC}, measured over loopback here: not compared"* ]]
	done
	published 'published value=T is=2 where=rx=copy where=read=64K per=read=4K over=loopback'
	[[ $output == *"the same way"* ]]
	# In namespaces the driver says it; of neither it is not known.
	sed -i 's/,host,fact,link,,loopback,/,host,fact,link,,"netns:a,b",\n,tx,fact,nic,driver,mlx5_core,/' "$dir"/*/run-?.csv
	published 'published value=T is=2 where=rx=copy where=read=64K per=read=4K over=nic'
	[[ $output == *"the same way"* ]]
	sed -i 's/driver,mlx5_core/driver,veth/' "$dir"/*/run-?.csv
	published 'published value=T is=2 where=rx=copy where=read=64K per=read=4K over=nic'
	[[ $output != *"the same way"* ]]
	sed -i '/fact,nic,driver/d; /fact,link/d' "$dir"/*/run-?.csv
	run "$zcroi" table "$dir"
	[[ $(flat) == *"measured over what is not known here: not compared, for the records do not say"* ]]
	# Every figure of a study says what it is of, where its paper does.
	[ "$(cat studies/*.plan | grep -c '^published value=.* over=')" -ge 30 ]
}

@test "what is not there says why, and nothing is a zero" {
	published 'table rows=rx cols=read value=T' 'published by A' \
		'published value=T is=40 where=rx=copy where=read=1M' \
		'published value=T is=40 where=rx=copy where=read=256K' \
		'published value=T is=40 where=rx=copy' \
		'published value=requests is=40 where=rx=copy where=read=4K' \
		'published value=rx-share:data_copy is=49 where=rx=copy where=read=4K'
	[[ $output == *'the plan says skip rx=copy read=1M'* && $output == *'no such configuration'* ]]
	[[ $output == *'more than one configuration'* && $output == *'the records have no such figure'* ]]
	[ "$(grep -c ',40,,,,' <<<"$output")" -eq 4 ]
	run "$zcroi" table "$dir"
	echo "$output"
	[[ $output == *"skipped ["* && $output == *"not run ["* && $output == *"several ["* ]]
	[ "$(awk '{ if (length > m) m = length } END { print m }' <<<"$output")" -le 120 ]
}

@test "shares of an end's CPU, ratios of counters, and names of one's own" {
	run --separate-stderr "$zcroi" table --rows read --format csv --where rx=copy \
		--value 'pages=rx-share:memory,rx-without:memory,each=path.bytes/path.window_ns' "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	# 3 of 4 ns, so that it could be four times as much; bytes by ns are Gbit/s by eight, of both ends by both.
	[[ $output == *64K,75,*4,*3.775,* ]]
	run "$zcroi" table --rows read --where rx=copy --value each=path.bytes/rx-syscalls.calls:recv "$dir"
	[[ $output == *" bytes/call"* && $output != *bytes/calls* ]]
	run "$zcroi" table --rows read --where rx=uring --value each=path.bytes/rx-syscalls.errors "$dir"
	echo "$output"
	[[ $(flat) == *"] what it is divided by was counted, and there was none of it"* ]]
	# A call that an end did not make, where others of it were counted, is a zero; of an end without any it is not known.
	# That there is such a call, another record of the experiment says: a name that none has may be a typo.
	printf ',rx,syscalls,calls,sendto,7,calls\n' >>"$dir/rx=copy,tx=copy,read=4K/run-1.csv"
	run --separate-stderr "$zcroi" table --rows read --format csv --where rx=uring \
		--value rx-syscalls.calls:recv,rx-syscalls.calls:sendto,tx-syscalls.calls:sendto "$dir"
	echo "$output"
	[[ ${lines[1]} == '4K,5,,,,0,,,' ]]
	printf ',rx,profile,symbol,task;[kernel];_copy_to_iter,30,samples\n' >>"$dir/rx=copy,tx=copy,read=64K/run-1.csv"
	for typo in rx-syscalls.calls:recvv rx-share:data_copi rx-without:data_copi rx-syscalls.calls:recvv/path.bytes; do
		run --separate-stderr "$zcroi" table --rows read --format csv --value "T,$typo" "$dir"
		echo "$output $stderr"
		[[ ${lines[0]} != *recvv* && ${lines[0]} != *copi* ]]
		[[ $stderr == *"no record here has "* ]]
	done
	for wrong in rx-share: share:memory rx-latency.napi_to_copy@q99 rx-cpu.iowait@p99 rx-cpu.iowait/nothing.at_all; do
		run "$zcroi" table --rows read --value "$wrong" "$dir"
		[ "$status" -eq 2 ]
		[[ $(flat) == *"expected T, C, P"* ]]
	done
}

@test "lines that are wrong are said with their words; a plan's own tables and a page have them too" {
	for wrong in 'value=T where=rx=copy' 'value=T is=x where=rx=copy' 'value=none is=4 where=rx=copy' 'value=T is=-1 where=rx=copy' \
		'value=T is=1 where=rx=copy over=eth0'; do
		printf '%s\n' 'rx copy,uring' "published $wrong" >"$dir/plan"
		run "$zcroi" table "$dir"
		echo "$output"
		[ "$status" -eq 1 ]
		[[ $output == *"/plan: \"published $wrong\": "*"mend it, or give --flat"* ]]
		"$zcroi" table --flat "$dir" >/dev/null
	done
	# A plan of others' that would take minutes and gigabytes.
	{ echo 'rx copy' && yes 'published value=T is=4 where=rx=copy where=read=4K per=read=64K' | head -n 20000; } >"$dir/plan"
	run timeout 20 "$zcroi" table "$dir"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *'/plan: it has 20000 lines "table" and "published", and more than 1000 are too many; mend it, or give --flat'* ]]
	published 'published by A <b>, 2020' 'published value=T is=40.4 where=rx=copy where=read=4K'
	"$zcroi" report "$dir" -o "$dir.html"
	grep -q 'A &lt;b&gt;, 2020' "$dir.html"
	run --separate-stderr "$zcroi" report --format md "$dir"
	[[ $output == *"### Published: A "* ]]
}

@test "what was asked for tells configurations apart, whatever the kernel made of it" {
	# As of a buffer that the kernel doubles: the records have the effective 64K, and the name what was asked for.
	sed -i 's/rx=copy,tx=copy,read=64K/rx=copy,tx=copy,read=32K/' "$dir/rx=copy,tx=copy,read=64K"/run-*.csv
	published 'published by A' 'published value=T is=30.2 where=rx=copy where=read=32K' \
		'published value=T is=30.2 where=rx=copy where=read=64K' 'published value=T is=30.2 where=rx=copy where=read=3K'
	[ "$(grep -c ',30.2,30.2' <<<"$output")" -eq 1 ]
	[ "$(grep -c 'no such configuration' <<<"$output")" -ge 2 ]
	run "$zcroi" table --rows rx,read --value T "$dir"
	[[ $output == *"copy "*"32K "*"30.2"* && $output != *64K* ]]
}

@test "a table wider than a terminal is cut, each row says what it is in every part, and no column is lost" {
	names=$(seq -f 'figure_%g=rx-path.bytes' -s, 1 12)
	run "$zcroi" table --rows rx,read --where read=4K --value "$names" "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(awk '{ if (length > m) m = length } END { print m }' <<<"$output")" -le 120 ]
	[ "$(grep -o 'figure [0-9]*' <<<"$output" | sort -u | wc -l)" -eq 12 ]
	[ "$(grep -c '^copy *4K' <<<"$output")" -eq "$(grep -c '^rx *read' <<<"$output")" ]
	[ "$(grep -c '^copy *4K' <<<"$output")" -ge 2 ]
}

@test "an interval that is known to no digit is said by its factor" {
	printf '' >"$dir/plan"
	rm -r "$dir/rx=copy,tx=copy,read=64K" "$dir/rx=uring,tx=copy,read=4K"
	synthetic "$dir/rx=copy,tx=copy,read=4K/run-1.csv" repeat=1 read=4K gbit=1 crx=50 ctx=80 configuration="rx=copy,tx=copy,read=4K"
	rm "$dir/rx=copy,tx=copy,read=4K/run-3.csv"
	run "$zcroi" table --rows read --value T "$dir"
	echo "$output"
	# 1 and 20.2 by Student's t of one degree: exp(12.706 * ln(20.2) / 2) either way of the geometric mean.
	factor=$(python3 -c "import math; print('%.1g' % math.exp(12.7062 * math.log(20.2) / 2))")
	[[ $output == *"(x/$factor)"* ]]
}

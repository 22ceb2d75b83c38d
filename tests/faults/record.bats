#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Files that are no record, or a broken one: one sentence with file, line and column, and exit 1.

setup() {
	cd "$BATS_TEST_TMPDIR"
	zcroi=$BUILD/zcroi
	header=time_s,end,source,metric,key,value,unit
}

# refused FILE SENTENCE
refused() {
	run "$zcroi" check "$1"
	echo "$output"
	[ "$status" = 1 ]
	[ "$output" = "zcroi: $2" ]
}

@test "a file that is not there" {
	refused none.csv "cannot read none.csv: No such file or directory"
}

@test "a directory" {
	mkdir folder.csv
	run "$zcroi" check folder.csv
	[ "$status" = 1 ]
	[ "${#lines[@]}" = 1 ]
}

@test "an empty file, a picture, another CSV, 10,000 random bytes" {
	: >empty.csv
	printf '\211PNG\r\n\032\n\0\0\0\rIHDR' >picture.csv
	printf 'name,value\nx,1\n' >other.csv
	head -c 10000 /dev/urandom >random.csv
	for file in empty picture other random; do
		refused $file.csv "$file.csv:1:1: expected the header line $header"
	done
}

@test "a record of another version" {
	printf '%s\n,host,fact,record_version,,2,\n' $header >new.csv
	refused new.csv "new.csv:2:28: expected record version 1, found \"2\"; read it with the zcroi that came with the program that wrote it"
}

@test "a field that means nothing" {
	printf '%s\n,rx,path,bites,,42,bytes\n' $header >x.csv
	refused x.csv 'x.csv:2:5: expected a metric of the registry, found "bites" of source "path"'
}

@test "a .part file that was cut off in a row" {
	printf '%s\n,host,fact,record_version,,1,\n,rx,path,mess' $header >run-1.csv.part
	refused run-1.csv.part "run-1.csv.part:3:14: the row is cut off: expected 7 fields, found 4"
}

@test "a row of 2 MiB" {
	{
		printf '%s\n,rx,fact,option,' $header
		head -c 2097152 /dev/zero | tr '\0' x
		printf ',v,\n'
	} >long.csv
	refused long.csv "long.csv:2:1: the row is longer than 1048576 bytes"
}

@test "a file that ends in a quoted field" {
	printf '%s\n,rx,fact,option,"a\nb\n' $header >open.csv
	refused open.csv "open.csv:2:17: the row is cut off: the quote that opens here is never closed"
}

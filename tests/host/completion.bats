#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of bash, as tools/completion makes it of what the programs say themselves.

setup_file() {
	tools/completion "$BUILD" "$PWD/studies" >"$BATS_FILE_TMPDIR/completion"
}

# complete WORD…: what is offered for the last of them, sorted, on one line.
complete_words() {
	bash -c '. "$0"; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _zcprof; printf "%s\n" "${COMPREPLY[@]}"' \
		"$BATS_FILE_TMPDIR/completion" "$@" | sort | tr '\n' ' '
}

@test "commands, and every option that --help has, is offered" {
	for program in zcpath zcprof zcroi; do
		commands=$(complete_words $program "" | tr ' ' '\n' | grep -v -- -)
		[ "$(wc -w <<<"$commands")" -ge 3 ]
		for command in $commands; do
			[ "$command" != paths ] || continue
			offered=" $(complete_words $program "$command" --)"
			for option in $("$BUILD/$program" "$command" --help | sed -nE 's/^ +(-., )?(--[a-z0-9-]+).*/\2/p'); do
				[[ $offered == *" $option "* ]] || { echo "$program $command: $option"; false; }
			done
		done
	done
}

@test "options of one end, which --help does not show" {
	[[ " $(complete_words zcprof run --tx-)" == *" --tx-write "* ]]
	[[ " $(complete_words zcprof run --rx-)" == *" --rx-read "* ]]
	[[ " $(complete_words zcprof run --rx-)" != *" --rx-write "* ]]
	[[ " $(complete_words zcprof attach --rx-)" == *" --rx-cgroup "* ]]
}

@test "values: paths, sources, formats, lists, flags, plans" {
	[ "$(complete_words zcprof run --rx zc)" = "zcrx " ]
	[ "$(complete_words zcprof run --rx = zc)" = "zcrx " ]
	[ "$(complete_words zcprof run --tx copy,sen)" = "copy,send_zc copy,sendfile " ]
	[ "$(complete_words zcpath tx --path de)" = "devmem " ]
	[ "$(complete_words zcprof attach --collect cpu,page)" = "cpu,pagealloc cpu,pagepool " ]
	[ "$(complete_words zcroi table --format =)" = "csv json md text " ]
	[ "$(complete_words zcprof attach --adapter n)" = "neper netperf none " ]
	[[ $(complete_words zcroi show sy) == *symbols* ]]
	[[ $(complete_words zcprof run "@$PWD/studies/b") == *"@$PWD/studies/battle-of-the-zcs.plan"* ]]
	# What stands behind "--" are files, and a value that is no name is nothing.
	[[ $(complete_words zcprof attach -o x -- ./tool) == *./tools* ]]
	[ -z "$(complete_words zcprof run --repeat "" | tr -d ' ')" ]
}

@test "a hostile name of a file is a word and no command" {
	mkdir "$BATS_TEST_TMPDIR/x"
	cd "$BATS_TEST_TMPDIR/x"
	: >'$(touch ..'
	: >'a;touch b'
	[[ $(complete_words zcroi table '$') == '$(touch ..'* ]]
	[[ $(complete_words zcroi table a) == 'a;touch b'* ]]
	[ ! -e b ]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What texts name is there: files, targets, options; and what they count is as many.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

texts() {
	printf '%s\n' README.md CONTRIBUTING.md lab/README.md docs/*.md man/*.1
}

@test "every file and folder that a text or a comment names is there, and every target of make" {
	python3 - $(texts) <<-'END'
		import glob, os, re, sys

		there = []
		for folder, folders, files in os.walk("."):
		    folders[:] = [f for f in folders if not f.startswith((".", "build", "node_modules"))]
		    there += [os.path.join(folder, f)[2:] for f in files]
		rooms = {f.split("/")[0] for f in there if "/" in f}
		targets = set(re.findall(r"^([\w.-]+):", "".join(open(f).read() for f in ["Makefile"] + glob.glob("tools/*.mk")), re.M))
		bad = []

		def is_there(path):
		    # Names that stand for any: x.c, END_x.c, NAME.bats.
		    return (os.path.exists(path) or glob.glob(path) or re.search(r"(^|[/_])(x|[A-Z]+)\.", path) or
		            re.search(r"[<*]", path))

		for text in sys.argv[1:]:
		    words = open(text).read().replace("\\-", "-").replace("\\&", "")
		    for path in re.findall(r"(?<![\w/.$-])((?:[\w.-]+/)+[\w.*<-]*\w)", words):
		        if path.split("/")[0] in rooms and path.split("/")[-1].count(".") and not is_there(path):
		            bad.append(f"{text}: {path}")
		    for target in re.findall(r"`make ([a-z-]+)", words):
		        if target not in targets:
		            bad.append(f"{text}: make {target}")
		for source in there:
		    if not source.endswith((".c", ".h", ".def")):
		        continue
		    for comment in re.findall(r"/\*.*?\*/", open(source).read(), re.S):
		        for path in re.findall(r"(?<![\w/.])((?:[a-z_]+/)+\w+\.(?:c|h|def|bats|md))\b", comment):
		            # The kernel has a folder tools too.
		            if path.split("/")[0] in rooms - {"tools"} and not is_there(path):
		                bad.append(f"{source}: {path}")
		print("\n".join(bad))
		sys.exit(bool(bad))
	END
}

commands() {
	cat <<-'END'
		zcprof run
		zcprof attach
		zcprof watch
		zcprof doctor
		zcprof setup
		zcprof restore
		zcroi table
		zcroi show
		zcroi diff
		zcroi explain
		zcroi whatif
		zcroi history
		zcroi import
		zcroi report
		zcroi plot
		zcroi check
	END
}

# --help of each command: options_of PROGRAM COMMAND
options_of() {
	"$BUILD/$1" "$2" --help | sed -nE 's/^ +(-., )?(--[a-z0-9-]+).*/\2/p' | grep -vxe --help -e --usage -e --version
}

@test "manual pages, or the page of options, know every option of --help" {
	known=0
	while read -r program command; do
		for option in $(options_of "$program" "$command"); do
			known=$((known + 1))
			echo "$program $command $option"
			grep -q -e "\`$option\b" docs/options.md || tr -d '\\' <"man/$program.1" | grep -q -e "$option\b"
		done
	done < <(commands)
	[ "$known" -gt 200 ]
}

@test "what --help lays out by lines fits into a terminal of 80 columns" {
	# What is text is laid out by argp, which tells it from examples and lists by nothing.
	while read -r program command; do
		# shellcheck disable=SC2086 # no word, or one
		ARGP_HELP_FMT=rmargin=2000 "$BUILD/$program" $command --help |
			awk -v of="$program $command" '/^  [^ -]/ && length > 79 { print of ": " $0; bad = 1 } END { exit bad }'
		# shellcheck disable=SC2086
		! "$BUILD/$program" $command --help | awk 'length > 79 || /^ +$/' | grep . || { echo "$program $command"; false; }
	done < <(commands; printf '%s\n' zcprof zcroi zcpath "zcpath rx" "zcpath tx")
}

@test "causes that explain knows are about as many as the README says" {
	some=$(tr '\n' ' ' <README.md | grep -oE 'and some [0-9]+ more, each only with the counters' | tr -dc 0-9)
	there=$(grep -c '^MECHANISM' analyze/causes/mechanisms.def)
	[ "$((there - some))" -ge 0 ]
	[ "$((there - some))" -lt 20 ]
}

@test "zcprof(1) names every source that --collect takes" {
	sources=$("$BUILD/zcprof" doctor --area collector --format json |
		python3 -c 'import json, sys; print(*[row["check"] for row in json.load(sys.stdin)])')
	[[ $sources == *syscalls* ]]
	for source in $sources; do
		echo "$source"
		sed -n '/collect " LIST"/,/^\.TP/p' man/zcprof.1 | grep -qx "\.B $source"
	done
}

# shellcheck shell=bash disable=SC2154 # tools/completion puts the table before it
# What there may be behind an option, by the word that its --help has for it.
_zcprof_values() { # OPTION WORD
	case $1=$2 in
	--rx=PATHS | --rx-path=*) echo "${_zcprof_words[of rx]}" ;;
	--tx=PATHS | --tx-path=*) echo "${_zcprof_words[of tx]}" ;;
	--path=PATH) echo "${_zcprof_words[of ${words[1]}]}" ;;
	--collect=* | --no-collect=*) echo "${_zcprof_words[of SOURCE]}" ;;
	--adapter=*) echo "${_zcprof_words[of ADAPTER]} none" ;;
	--format=*) [[ ${words[0]} == *zcroi ]] && echo text csv json md ;;
	--link=*) echo veth loopback && ls /sys/class/net ;;
	--cc=* | --rx-cc=* | --tx-cc=*) cat /proc/sys/net/ipv4/tcp_available_congestion_control ;;
	*=yes,no) echo yes no ;;
	*=END) echo rx tx ;;
	*=KIND) echo "${_zcprof_words[of KIND]}" ;;
	*=DEVICE | *=IFACE) ls /sys/class/net ;;
	*=NETNS) ls /run/netns ;;
	*) [[ $2 =~ ^[a-z|]+$ && $2 == *'|'* ]] && echo "${2//|/ }" ;;
	esac 2>/dev/null
}

_zcprof_find() { # FOUND...: of these what begins as what was typed
	local IFS=$' \t\n'
	mapfile -t COMPREPLY < <(compgen -W "$*" -- "$cur")
}

_zcprof_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}

# Plan files: any file behind '@', and those that were installed.
_zcprof_plans() {
	local studies=${_zcprof_words[of STUDIES]}

	mapfile -t COMPREPLY < <(compgen -P @ -f -- "${cur#@}")
	[ ! -d "$studies" ] || mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "$(printf '@%s ' "$studies"/*.plan)" -- "$cur")
}

# A list, separated by commas, is completed at its end.
_zcprof_value() { # OPTION WORD
	local values before=""

	values=$(_zcprof_values "$1" "$2")
	if [ -z "$values" ]; then
		case $2 in CPUS | LIST | N | BYTES | S | SECONDS | US | RATE | BITS | PORT | PID | PERCENT | '') ;; *) _zcprof_files ;; esac
		return
	fi
	if [[ $cur == *,* ]]; then
		before=${cur%,*},
		cur=${cur##*,}
	fi
	_zcprof_find "$values"
	COMPREPLY=("${COMPREPLY[@]/#/$before}")
}

_zcprof() {
	local cur words cword at program command option word previous

	COMPREPLY=()
	# As they were typed: readline takes '=' and ':' for ends of words.
	cur=${COMP_WORDS[COMP_CWORD]}
	words=("${COMP_WORDS[@]}")
	cword=$COMP_CWORD
	program=${words[0]##*/}
	command="$program ${words[1]-}"
	if ((cword == 1)); then
		_zcprof_find "${_zcprof_words[$program]} --help --version"
		return
	fi
	previous=${words[cword - 1]}
	[ "$cur" != "=" ] || { cur="" && previous="=" && ((cword++)); }
	[ "$previous" != "=" ] || previous=${words[cword - 2]}
	# What stands behind "--" is another program's.
	for ((at = 2; at < cword; at++)); do
		[ "${words[at]}" != -- ] || { _zcprof_files && return; }
	done
	for word in ${_zcprof_words[$command]-}; do
		option=${word%%[?=]*}
		case $word in
		"$previous"=*)
			_zcprof_value "$option" "${word#*=}"
			return
			;;
		"$previous"\?=*)
			# A value that may be left out stands behind '='.
			if [ "${words[cword - 1]}" = "=" ] || [ "${COMP_WORDS[COMP_CWORD]}" = "=" ]; then
				_zcprof_value "$option" "${word#*=}"
				return
			fi
			;;
		esac
	done
	case $cur in
	-*)
		# shellcheck disable=SC2046,SC2086 # words
		_zcprof_find $(printf '%s\n' ${_zcprof_words[$command]-} | sed 's/[?=].*//')
		;;
	@*) _zcprof_plans ;;
	*)
		if [ "$command" = "zcroi show" ] && ((cword == 2)); then
			_zcprof_find "${_zcprof_words[of PART]}"
		else
			_zcprof_files
		fi
		;;
	esac
}

complete -F _zcprof zcpath zcprof zcroi

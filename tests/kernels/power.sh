# SPDX-License-Identifier: GPL-2.0-or-later
# A meter that takes 100 W and 50 W more for each second from now on (of a machine that was up for days it would be
# megawatts, which no meter means): the mean is its power at the middle of the window. What the machine's own meters say
# stands in the record beside it.
began=$(cut -d . -f 1 /proc/uptime)
cat >"$dir/meter" <<-END
	while read -r seconds _ </proc/uptime; do
		echo \$((100 + (10#\${seconds/./} - 100 * $began) / 2))
		sleep 0.1
	done
END
measure --power "cmd:bash $dir/meter" power
sleep 2
across sleep 2
read -r least most < <(awk -v began="$began" '$1 == "open" { o = $2 } $1 == "closed" { m = 100 + 25 * (o + $2 - 2 * began); print m - 10, m + 10 }' "$dir/measure.out")
within "W of a known ramp" "$least" "$(figure host power mean cmd)" "$most"

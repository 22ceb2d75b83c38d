// SPDX-License-Identifier: GPL-2.0-or-later
// What each configuration gave and cost: return on investment, throughput, CPU by mode, power.

function known(name, all = configurations) {
	return all.some((c) => c.middle[quantity[name]] !== null);
}

// One quantity of all configurations: bar, interval and repeats.
function quantityMarks(all, name, panel, colour) {
	const q = quantity[name];
	const { heading, unit } = data.quantities[q];
	const there = all.filter((c) => c.middle[q] !== null);
	const told = (v) => `${heading} ${figure(v)}${unit ? ` ${unit}` : ''}`;

	return {
		bars: there.map((c) => ({ name: c.name, panel, from: 0, to: c.middle[q], colour,
			title: `${c.name}\n${told(c.middle[q])}${c.low[q] === null ? '' : `\n95 %: ${figure(c.low[q])}..${figure(c.high[q])}`}` })),
		lines: there.filter((c) => c.low[q] !== null).map((c) => ({ name: c.name, panel, low: c.low[q], high: c.high[q] })),
		points: there.flatMap((c) => c.runs.filter((r) => r.values[q] !== null).map((r) => ({ name: c.name, panel, value: r.values[q],
			title: `${c.name} ${r.file}\n${told(r.values[q])}${r.apart ? '\nunlike its siblings' : ''}` }))),
	};
}

function quantityTable(names) {
	return { name: names[0], title: '', columns: [['configuration', 'configuration', '', 't', 0],
		...names.flatMap((n) => {
			const { heading, unit } = data.quantities[quantity[n]];

			return [[n, heading, unit, 'n', -2], [n, '95 %', unit, 'i', -2]];
		}), ['runs', 'each repeat', '', 't', 0]],
	rows: configurations.map((c) => [c.name, ...names.flatMap((n) => [c.middle[quantity[n]], c.low[quantity[n]] === null ? null
		: [c.low[quantity[n]], c.high[quantity[n]]]]),
	c.runs.map((r) => (r.values[quantity[names[0]]] === null ? '–' : figure(r.values[quantity[names[0]]]))).join(' ')]) };
}

const roiKinds = [['roi_cpu_total', 'CPU of both ends'], ['roi_cpu_rx', 'CPU of rx'], ['roi_cpu_tx', 'CPU of tx'],
	['roi_power_total', 'Power of both ends'], ['roi_power_rx', 'Power of rx'], ['roi_power_tx', 'Power of tx']];

function roiChart(name, n) {
	const q = quantity[name];
	const all = configurations.filter((c) => c.middle[q] !== null)
		.sort((x, y) => y.middle[q] - x.middle[q]).slice(0, n);
	const { heading, words: spoken } = data.quantities[q];

	return chart({
		title: `${heading}: ${spoken}`,
		summary: `${spoken}, ${all.length} configurations, from ${all[0].name} with ${figure(all[0].middle[q])} down to ${all.at(-1).name} with ${figure(all.at(-1).middle[q])}`,
		draw: (width) => lyingBars(width, { names: all.map((c) => c.name), label: heading, ...quantityMarks(all, name, '', 'var(--c0)') }),
		table: quantityTable([name]),
	});
}

function drawRoi(host) {
	const kinds = roiKinds.filter(([name]) => known(name));
	const place = el('div');
	const show = (name) => someOf(place, configurations.length, (n) => roiChart(name, n));

	if (!hasCharts || !kinds.length)
		return;
	if (kinds.length > 1) {
		host.append(el('p', { class: 'tools' }, el('label', { for: 'roi-of' }, 'By'),
			el('select', { id: 'roi-of', onchange: (e) => show(e.target.value) }, kinds.map(([name, text]) => el('option', { value: name }, text)))));
	}
	host.append(place);
	show(kinds[0][0]);
}

// Of the modes of a CPU those that are C, then iowait, which is none of it, and stands behind it.
const modes = [['user', 'var(--c0)'], ['system', 'var(--c5)'], ['softirq', 'var(--c1)'], ['irq', 'var(--c2)'], ['unaccounted', 'var(--c3)'], ['iowait', 'var(--line)']];
const scopes = ['rx', 'tx', 'total'];

// C by mode, one bar upon the other; steal stands in the table.
function cpuChart(all) {
	const panels = scopes.filter((s, i) => all.some((c) => c.modes[i][0] !== null));
	const bars = all.flatMap((c) => scopes.flatMap((scope, s) => {
		let from = 0;

		return modes.map(([mode, colour], m) => {
			const percent = c.modes[s][m] ?? 0;
			const bar = { name: c.name, panel: scope, from, to: from + percent, colour, title: `${c.name}, ${scope}\n${mode} ${fixed(percent, 1)} %` };

			from += percent;
			return bar;
		}).filter((b) => b.to > b.from);
	}));

	if (!bars.length)
		return null;
	return chart({
		title: 'CPU time by mode; 100 % is one CPU. C is what stands before iowait',
		summary: `CPU time of rx, tx and both by mode: user, system, softirq, irq, what no tick met, and iowait, of ${all.length} configurations; the table behind it has the figures`,
		legend: modes,
		draw: (width) => lyingBars(width, { names: all.map((c) => c.name), panels, bars, label: '%' }),
		table: { name: 'modes', title: '', columns: [['configuration', 'configuration', '', 't', 0], ['end', 'end', '', 't', 0],
			...['user', 'system', 'softirq', 'irq', 'unaccounted', 'iowait', 'steal'].map((m) => [m, m, '%', 'n', 1])],
		rows: all.flatMap((c) => scopes.map((scope, s) => [c.name, scope, ...c.modes[s]]).filter((row) => row[2] !== null)) },
	});
}

function throughputChart(all) {
	return chart({
		title: 'Throughput at the receiver',
		summary: `Throughput in Gbit/s of ${all.length} configurations, with intervals and repeats; the table behind it has the figures`,
		draw: (width) => lyingBars(width, { names: all.map((c) => c.name), label: 'Gbit/s', ...quantityMarks(all, 'throughput_gbit_s', '', 'var(--c0)') }),
		table: quantityTable(['throughput_gbit_s']),
	});
}

const POWER_IDLE = 5;

function powerChart(all) {
	const names = { rx: 'power_rx_w', tx: 'power_tx_w', total: 'power_total_w' };
	const panels = scopes.filter((s) => known(names[s], all));
	const marks = panels.map((s) => quantityMarks(all, names[s], s, 'var(--c4)'));
	const idle = panels.map((s) => ({ panel: s, at: all.find((c) => c.efficiency[POWER_IDLE][scopes.indexOf(s)] !== null)?.efficiency[POWER_IDLE][scopes.indexOf(s)] }))
		.filter((r) => r.at !== undefined);

	return chart({
		title: `Power${idle.length ? '; the dashed line is what the machine takes when it idles' : ''}`,
		summary: 'Power in watts of each configuration; the table behind it has the figures',
		draw: (width) => lyingBars(width, { names: all.map((c) => c.name), panels, label: 'W', rules: idle,
			bars: marks.flatMap((m) => m.bars), lines: marks.flatMap((m) => m.lines), points: marks.flatMap((m) => m.points) }),
		table: quantityTable(panels.map((s) => names[s])),
	});
}

const efficiencies = [['Gbit/s per core', 0], ['Gbit/s per core and GHz', 1], ['Gbit/s per W', 2], ['J per GB', 3]];

function efficiencyTable(all) {
	const there = efficiencies.flatMap(([heading, e]) => scopes.map((scope, s) => ({ heading, e, scope, s })))
		.filter(({ e, s }) => all.some((c) => c.efficiency[e][s] !== null));

	return { name: 'efficiency', title: 'What a core and a watt gave; how each is measured stands in All other counters, efficiency',
		columns: [['configuration', 'configuration', '', 't', 0], ...there.map(({ heading, scope }) => [`${heading} ${scope}`, heading, scope, 'n', -2])],
		rows: all.map((c) => [c.name, ...there.map(({ e, s }) => c.efficiency[e][s])]) };
}

// Configurations of one number of CPUs belong together: they are drawn apart from the others.
function drawResources(host) {
	const of = (c) => `${c.cpus[0] ?? '?'}/${c.cpus[1] ?? '?'}`;
	const sets = [...groups(configurations, of)];

	host.replaceChildren();
	for (const [cpus, all] of sets) {
		const place = el('div');
		const [rx, tx] = cpus.split('/');
		const said = rx === tx ? `${rx} CPU${rx === '1' ? '' : 's'} for each end` : `${rx} CPUs for rx, ${tx} for tx`;

		if (sets.length > 1)
			host.append(el('h3', {}, cpus === '?/?' ? 'CPUs not known' : said));
		host.append(place);
		someOf(place, all.length, (n) => {
			const some = all.slice(0, n);

			return [throughputChart(some), cpuChart(some), known('power_total_w', some) ? powerChart(some) : null, tableElement(efficiencyTable(some))].filter(Boolean);
		});
	}
}

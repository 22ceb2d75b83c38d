// SPDX-License-Identifier: GPL-2.0-or-later
// What was chosen and found, those facts first that differ; and the rows of all records.

const factColumns = [['end', 'end', '', 't', 0], ['fact', 'fact', '', 't', 0], ['key', 'key', '', 't', 0]];

function drawFacts(host) {
	const { same, differ } = data.facts;
	const many = configurations.length > 12;
	const shown = many ? configurations.slice(0, 12) : configurations;

	if (differ.length) {
		host.append(tableElement({ name: 'facts-that-differ', title: `What differs${many ? '; the first 12 configurations' : ''}`,
			columns: [...factColumns, ...shown.map((c) => [c.name, c.name, '', 't', 0])],
			rows: differ.map(([end, fact, key, values]) => [end, fact, key, ...values.slice(0, shown.length).map(factText)]) }));
	} else {
		host.append(el('p', {}, 'No fact differs between these configurations.'));
	}
	host.append(el('details', { id: 'facts-same', open: !differ.length }, el('summary', {}, `${same.length} facts that are the same in all runs`),
		tableElement({ name: 'facts', title: 'What is the same in all runs', columns: [...factColumns, ['value', 'value', '', 't', 0]],
			rows: same.map(([end, fact, key, value]) => [end, fact, key, value === '' ? '(empty)' : value]) })));
}

const rowHead = ['configuration', 'run', 'time_s', 'end', 'source', 'metric', 'key', 'value', 'unit'];

// The rows of a configuration's records, each with its configuration and run before it.
function rowsOf(index) {
	const { keys, runs } = records(index);
	const { name, runs: files } = configurations[index];
	const lines = [];
	const add = (run, time, end, id, key, value) => {
		const [source, metric, unit, kind] = data.registry[id];

		lines.push([name, files[run].file, time, data.ends[end], source, metric, key, value, kind === 'fact' ? '' : unit].map(csvField).join(','));
	};

	runs.forEach(({ figures, facts, moments }, run) => {
		for (const [end, id, key, value] of facts)
			add(run, '', end, id, key, value);
		for (const line of moments.split('\n').filter(Boolean)) {
			const [time, k, value] = line.split(' ');

			add(run, time, ...keys[k], value);
		}
		figures.split(' ').forEach((value, k) => value !== '-' && value !== '' && add(run, '', ...keys[k], value));
	});
	return lines;
}

function downloadRows(name, indexes) {
	download(name, `${rowHead.join(',')}\n${indexes.flatMap(rowsOf).join('\n')}\n`);
}

function drawRows(host) {
	host.append(
		el('p', {}, 'All rows of all records are in this page. As CSV they have the columns of a record, time_s, end, source, metric, key, value and unit, with the configuration and the run before them.'),
		el('p', { class: 'tools' }, el('button', { type: 'button', id: 'rows-all', onclick: () => downloadRows('rows.csv', configurations.map((c, i) => i)) }, 'All configurations')));
	const list = el('p', { class: 'tools' });

	onPair(() => list.replaceChildren(...sides().map(({ side, index, configuration }) =>
		el('button', { type: 'button', onclick: () => downloadRows(`rows-${side}.csv`, [index]) }, `${pair.b >= 0 ? `${side}: ` : ''}${configuration.name}`))));
	host.append(list);
}

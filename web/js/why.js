// SPDX-License-Identifier: GPL-2.0-or-later
// Two configurations: what explain says of them, what was set otherwise, and where the costs differ.

// "remedy     take fewer" is a term and what is said of it.
function sentenceElement(text) {
	const [, term, rest] = text.match(/^(\S+(?: \S+)?)\s{2,}(.*)$/s) ?? [];

	return term ? [el('dt', {}, term), el('dd', {}, rest)] : [el('dt'), el('dd', {}, text)];
}

function explainElement(page) {
	const [first, ...rest] = page.leads;

	return el('div', { class: 'explain' },
		el('p', { class: 'lead' }, first),
		el('dl', {}, rest.flatMap(sentenceElement)),
		page.tables.map((t) => tableElement(t)),
		notesElement(page.notes));
}

function settingsTable() {
	return { name: 'settings', title: 'What was set or found otherwise', columns: [['end', 'end', '', 't', 0], ['fact', 'fact', '', 't', 0],
		...sides().map(({ side, configuration }) => [side, side, configuration.name, 't', 0])],
	rows: data.facts.differ.map(([end, fact, key, values]) => [end, `${fact} ${key}`.trim(), ...sides().map(({ index }) => factText(values[index]))])
		.filter((row) => row.length < 4 || row[2] !== row[3]) };
}

function factText(value) {
	return value === null ? 'not recorded' : value === false ? 'differs between its runs' : value === '' ? '(empty)' : value;
}

function costsTable() {
	const costs = sides().map(({ index }) => componentsOf(index));
	const order = componentOrder(costs);
	const there = ends.filter((end) => costs.some((c) => c[end]));
	const of = (cost, end, name) => cost[end]?.get(name) ?? (cost[end] ? 0 : null);

	return { name: 'costs', title: 'CPU time per KB of payload, by component', columns: [['component', 'component', '', 't', 0],
		...there.flatMap((end) => [...sides().map(({ side }) => [`${end}_${side}`, `${end} ${side}`, 'ns/KB', 'n', 2]),
			...(costs.length > 1 ? [[`${end}_change`, `${end} B−A`, 'ns/KB', 'n', 2]] : [])])],
	rows: order.map((name) => [name, ...there.flatMap((end) => {
		const both = costs.map((c) => of(c, end, name));

		return costs.length > 1 ? [...both, both.includes(null) ? null : both[1] - both[0]] : both;
	})]) };
}

function drawWhy(host) {
	onPair(() => {
		const said = data.pairs[`${pair.a}-${pair.b}`];

		host.replaceChildren();
		if (pair.b < 0)
			host.append(el('p', {}, 'There is one configuration only: nothing to hold it against.'));
		else if (pair.a === pair.b)
			host.append(el('p', {}, 'A and B are the same configuration: choose another.'));
		else if (said)
			host.append(explainElement(said));
		else
			host.append(el('p', {}, `Of so many configurations the page has what explain says of the first, ${configurations[0].name}, as A against each other; of these two 'zcroi explain' says it.`));
		if (pair.b >= 0)
			host.append(tableElement(settingsTable()));
		host.append(tableElement(costsTable()));
	});
}

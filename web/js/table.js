// SPDX-License-Identifier: GPL-2.0-or-later
// Tables as zcroi prints them: {name, title, columns: [[name, heading, unit, kind, decimals]], rows}.

function csvOf(table) {
	const head = table.columns.flatMap(([name, , , kind]) => (kind === 'i' ? [`${name}_low`, `${name}_high`] : [name]));
	const lines = table.rows.map((row) => row.flatMap((cell, i) => {
		if (table.columns[i][3] === 'i')
			return Array.isArray(cell) ? cell : [null, null];
		return [typeof cell === 'object' ? null : cell];
	}));

	return [head, ...lines].map((fields) => `${fields.map(csvField).join(',')}\n`).join('');
}

function compareCells(a, b) {
	const known = (c) => typeof c === 'number' || typeof c === 'string';

	if (!known(a) || !known(b))
		return known(b) - known(a);
	return typeof a === 'number' && typeof b === 'number' ? b - a : String(a).localeCompare(String(b), 'en', { numeric: true });
}

// A heading sorts, and where the registry knows its name says what it means.
function headCell(table, i, source, sort) {
	const [name, heading, unit, kind] = table.columns[i];
	const cell = el('th', { scope: 'col', class: kind === 't' ? null : 'n' });

	cell.append(sort && table.rows.length > 2 ? el('button', { type: 'button', class: 'sort', onclick: () => sort(i, cell) }, heading || name)
		: heading || name);
	if (definitionOf(source, name))
		cell.append(' ', definitionButton(source, name));
	if (unit)
		cell.append(el('span', { class: 'unit' }, ` ${unit}`));
	return cell;
}

function bodyRow(table, row, source) {
	const metric = table.columns[0][0] === 'metric';

	return el('tr', {}, row.map((cell, i) => {
		const [, , , kind, decimals] = table.columns[i];
		const why = cell !== null && typeof cell === 'object' && !Array.isArray(cell);
		const text = words(cell, decimals);

		if (i === 0)
			return el('th', { scope: 'row' }, text || '–', metric && definitionOf(source, text) ? [' ', definitionButton(source, text)] : null);
		return el('td', { class: [kind === 't' ? '' : 'n', why ? 'why' : ''].join(' ').trim() || null }, text);
	}));
}

// The table as an element, in a box that scrolls sideways where it has to.
function tableElement(table, { source = '', caption = table.title, file = table.name } = {}) {
	const body = el('tbody');
	const fill = (rows) => body.replaceChildren(...rows.map((row) => bodyRow(table, row, source)));
	let sorted = -1;
	const sort = (i, cell) => {
		const turned = sorted === i;

		sorted = turned ? -1 : i;
		for (const other of cell.parentElement.children)
			other.removeAttribute('aria-sort');
		cell.setAttribute('aria-sort', turned ? 'ascending' : 'descending');
		fill([...table.rows].sort((a, b) => (turned ? -1 : 1) * compareCells(a[i], b[i])));
	};
	const head = el('tr', {}, table.columns.map((c, i) => headCell(table, i, source, sort)));
	const made = el('table', {}, el('caption', {}, el('span', {}, caption || file)), el('thead', {}, head), body);

	fill(table.rows);
	return el('div', { class: 'table' },
		el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': caption || file }, made),
		el('button', { type: 'button', class: 'csv', onclick: () => download(`${file}.csv`, csvOf(table)),
			'aria-label': `Download ${caption || file} as CSV` }, 'CSV'));
}

// The page of a part: its tables, and what has to be said of them.
function partElement(page, options) {
	return el('div', {},
		page.leads.map((text) => el('p', {}, text)),
		page.tables.map((t) => tableElement(t, options)),
		notesElement(page.notes));
}

function notesElement(notes) {
	return notes.length ? el('ul', { class: 'notes' }, notes.map((text) => el('li', {}, text))) : null;
}

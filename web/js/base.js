// SPDX-License-Identifier: GPL-2.0-or-later
// What all parts of the page are made of: its data, elements, and figures as zcroi prints them.
'use strict';

const byId = (id) => document.getElementById(id);
const parsed = (id) => JSON.parse(byId(id).textContent);
const data = parsed('data');
const configurations = data.configurations;
// The place of a quantity among the results of a run.
const quantity = Object.fromEntries(data.quantities.map((q, i) => [q.name, i]));
const hasCharts = typeof charts !== 'undefined';

// A block of data of one configuration is parsed when it is asked for.
function lazily(prefix) {
	const known = new Map();

	return (i) => {
		if (!known.has(i))
			known.set(i, parsed(prefix + i));
		return known.get(i);
	};
}
const details = lazily('details-');
const records = lazily('rows-');

// el('p', { class: 'x', onclick }, 'text', child): texts are never taken for HTML.
function el(name, attributes = {}, ...children) {
	const made = document.createElement(name);

	for (const [key, value] of Object.entries(attributes)) {
		if (key.startsWith('on'))
			made.addEventListener(key.slice(2), value);
		else if (value === true)
			made.setAttribute(key, '');
		else if (value !== false && value !== null && value !== undefined)
			made.setAttribute(key, value);
	}
	made.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
	return made;
}

// As printf's %.*f: what lies exactly between two goes to the even digit.
function fixed(value, decimals) {
	const scaled = value * 2 ** (decimals + 1);

	if (Number.isInteger(scaled) && Math.abs(scaled) < 2 ** 52) {
		const digits = value * 10 ** decimals;

		if (Math.abs(digits % 1) === 0.5) {
			const even = 2 * Math.round(digits / 2);

			return (even / 10 ** decimals).toFixed(decimals);
		}
	}
	return value.toFixed(decimals);
}

function fourDigits(largest) {
	const decimals = largest > 0 && Number.isFinite(largest) ? 3 - Math.floor(Math.log10(largest)) : 3;

	return Math.min(6, Math.max(0, decimals));
}

// -2 is DECIMALS_EACH of page/page.h.
function figure(value, decimals = -2) {
	const size = Math.abs(value);

	if (decimals !== -2)
		return fixed(value, decimals);
	if (Number.isInteger(size))
		return fixed(value, 0);
	return fixed(value, size >= 0.1 && size < 1 ? 3 : fourDigits(size));
}

// A cell of a table as a person reads it.
function words(cell, decimals) {
	if (cell === null)
		return '';
	if (typeof cell === 'number')
		return figure(cell, decimals);
	if (Array.isArray(cell))
		return `${figure(cell[0], decimals)}..${figure(cell[1], decimals)}`;
	return typeof cell === 'object' ? cell.why : cell;
}

function download(name, text) {
	const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
	const link = el('a', { href: url, download: name });

	document.body.append(link);
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// RFC 4180, and nothing that a spreadsheet would compute: as page/data.c and base/visible.c.
function csvField(value) {
	let text = value === null || value === undefined ? '' : String(value);

	if (typeof value === 'string' && /^[=+\-@]./s.test(text) && !/^[+-][\d.]+( %)?$/.test(text))
		text = `\\x${text.charCodeAt(0).toString(16).padStart(2, '0')}${text.slice(1)}`;
	return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The page of zcroi report in a browser: what it shows, by mouse, keyboard and for a screen reader.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { experiment } from './experiment.js';

const { BUILD, MODULES, CHROMIUM } = process.env;
const load = createRequire(join(MODULES, '/'));
const zcroi = (...args) => execFileSync(join(BUILD, 'zcroi'), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const work = mkdtempSync(join(tmpdir(), 'zcroi-page-'));
let browser;
let address;
let said = [];

before(async () => {
	const { default: puppeteer } = await import(load.resolve('puppeteer-core'));

	experiment(join(work, 'out'));
	zcroi('report', '--title', 'A <b>title</b>', join(work, 'out'), '-o', join(work, 'report.html'));
	address = `file://${join(work, 'report.html')}`;
	browser = await puppeteer.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
});

after(async () => {
	await browser?.close();
	rmSync(work, { recursive: true });
});

// An open page, all of it drawn; what it says on the console or asks of a network is kept in said.
async function opened({ width = 1280, scheme = 'light', hash = '' } = {}) {
	const page = await browser.newPage();

	said = [];
	page.on('console', (message) => said.push(message.text()));
	page.on('pageerror', (error) => said.push(error.message));
	page.on('dialog', (dialog) => said.push(`dialog ${dialog.message()}`) && dialog.dismiss());
	page.on('request', (request) => /^(file|data|blob):/.test(request.url()) || said.push(request.url()));
	await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
	await page.setViewport({ width, height: 900 });
	await page.goto(address + hash);
	await page.waitForFunction(() => 'ready' in document.documentElement.dataset);
	return page;
}

const text = (page, selector) => page.$eval(selector, (e) => e.textContent);
const status = (page) => text(page, '#flame-body .status');

for (const width of [390, 1280, 2560]) {
	for (const scheme of ['light', 'dark']) {
		test(`${width} pixels wide, ${scheme}: nothing on the console, no request, nothing beyond the edge`, async () => {
			const page = await opened({ width, scheme });

			assert.deepEqual(said, []);
			assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
			assert.ok(await page.$$eval('.drawing svg', (all) => all.length) >= 5);
			await page.close();
		});

		test(`${width} pixels wide, ${scheme}: axe finds no serious fault`, async () => {
			const page = await opened({ width, scheme });

			await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
			await page.evaluate(readFileSync(load.resolve('axe-core/axe.min.js'), 'utf8'));
			const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
			const serious = violations.filter((v) => ['serious', 'critical'].includes(v.impact))
				.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`);

			assert.deepEqual(serious, []);
			await page.close();
		});
	}
}

test('what others wrote is text, in each part', async () => {
	const page = await opened();

	assert.equal(await text(page, 'h1'), 'A <b>title</b>');
	assert.match(await text(page, '#absent'), /no PMU <\/script><script>alert\(1\)/);
	assert.equal(await page.$('img'), null);
	await page.close();
});

test('tables show what zcroi prints, to the last digit', async () => {
	const page = await opened();
	const printed = zcroi('show', 'syscalls', join(work, 'out/rx=copy,tx=copy')).split('\n')
		.filter((line) => /^(recvfrom|sendto) /.test(line)).map((line) => line.split(/\s+/));
	const shown = await page.$$eval('#syscalls-body .sides > div:first-child tbody tr', (rows) => rows.map((r) => [...r.cells].map((c) => c.innerText.trim())));

	assert.equal(printed.length, 2);
	assert.deepEqual(shown, printed);
	await page.close();
});

test('the rows that can be downloaded are those of the records', async () => {
	const page = await opened();
	const rows = await page.evaluate(() => rowsOf(0));
	const { name } = await page.evaluate(() => configurations[0]);
	const wanted = [1, 2, 3].flatMap((n) => readFileSync(join(work, 'out', name, `run-${n}.csv`), 'utf8').split('\n').slice(1).filter(Boolean)
		.map((line) => `"${name}",run-${n}.csv,${line}`));

	assert.deepEqual([...rows].sort(), wanted.sort());
	await page.close();
});

test('the flame graph is driven by keyboard', async () => {
	const page = await opened();
	const press = async (...keys) => {
		for (const key of keys)
			await page.keyboard.press(key);
	};
	// Frames move on a timer, if only by one tick.
	const width = () => new Promise((done) => { setTimeout(done, 200); })
		.then(() => page.$eval('.flame .active rect', (r) => Number(r.getAttribute('width'))));

	await page.focus('#flame-search');
	await press('Enter');
	assert.equal(await page.evaluate(() => document.activeElement.className), 'flame');
	assert.match(await status(page), /^rx: /);
	await press('ArrowUp');
	assert.match(await status(page), /^task: /);
	await press('ArrowRight');
	assert.match(await status(page), /^softirq: /);
	const before = await width();
	await press('Enter');
	assert.ok(await width() > 2 * before, 'Enter zooms');
	await press('ArrowDown');
	assert.match(await status(page), /^rx: /);
	await press('Escape', 'ArrowUp', 'ArrowRight');
	assert.ok(Math.abs(await width() - before) < 1, 'Escape resets');
	await press('/');
	await page.keyboard.type('tcp_cleanup');
	assert.match(await status(page), /^1 frame found/);
	await press('Enter', 'n');
	assert.match(await status(page), /^tcp_cleanup: /);
	assert.deepEqual(said, []);
	await page.close();
});

test('what differs is seen, and stacks that are gone are reached', async () => {
	const page = await opened();

	await page.select('#flame-end', 'tx');
	await page.select('#flame-show', 'change');
	// It is drawn once the browser has found out how wide it is.
	await page.select('#flame-widths', 'b');
	await page.waitForSelector('.flame g[name=new_in_b]');
	assert.equal(await page.$('.flame g[name=gone_in_b]'), null);
	await page.select('#flame-widths', 'a');
	await page.waitForSelector('.flame g[name=gone_in_b]');
	assert.equal(await page.$('.flame g[name=new_in_b]'), null);
	await page.focus('#flame-search');
	await page.keyboard.type('gone_in_b');
	await page.keyboard.press('Enter');
	await page.keyboard.press('n');
	await page.keyboard.press('ArrowDown');
	assert.match(await status(page), /^send: /);
	await page.keyboard.press('ArrowDown');
	assert.match(await status(page), /^threads: .* in A, .* in B/);
	await page.keyboard.press('n');
	assert.match(await status(page), /^gone_in_b: .* in A, 0 ns\/KB in B, .*gone in B$/);
	await page.close();
});

test('a link leads to a part with its two configurations', async () => {
	const page = await opened();

	await page.click('.swap');
	const link = await page.$eval('#contents a[href^="#syscalls"]', (a) => a.getAttribute('href'));
	await page.close();
	const again = await opened({ hash: link });
	assert.equal(await text(again, '#syscalls-body .sides > div:first-child h3'), 'A rx=copy,tx=send_zc');
	assert.ok(await again.evaluate(() => Math.abs(document.getElementById('syscalls').getBoundingClientRect().top) < 200));
	await again.close();
});

test('a definition is a click away, and Escape closes it', async () => {
	const page = await opened();

	await page.click('#syscalls-body .what');
	assert.match(await text(page, 'dialog[open]'), /calls that returned in the window/i);
	await page.keyboard.press('Escape');
	assert.equal(await page.$('dialog[open]'), null);
	await page.close();
});

test('it prints', async () => {
	const page = await opened();
	const paper = await page.pdf({ format: 'A4' });

	assert.ok(paper.length > 20000);
	assert.deepEqual(said, []);
	await page.close();
});

// Another page in place of the usual one.
async function openedOf(name, ...args) {
	const usual = address;

	zcroi('report', ...args, '-o', join(work, name));
	address = `file://${join(work, name)}`;
	try {
		return await opened();
	} finally {
		address = usual;
	}
}

test('a configuration that moved nothing has no cost by payload, and all of the page is drawn', async () => {
	experiment(join(work, 'nothing'), [40, 0]);
	const page = await openedOf('nothing.html', join(work, 'nothing'));

	assert.deepEqual(said, []);
	assert.match(await text(page, '#components-charts'), /rx=copy,tx=copy/);
	await page.close();
});

test('a page whose charts are pictures: all are seen, its tables are open, and nothing is said', async () => {
	const page = await openedOf('still.html', '--still', join(work, 'out'));
	const widths = await page.$$eval('img.picture', (all) => Promise.all(all.map((i) => i.decode().then(() => i.naturalWidth))));

	assert.deepEqual(said, []);
	assert.ok(widths.length >= 3 && widths.every((w) => w > 0));
	assert.equal(await page.$('.drawing, .flame svg'), null);
	assert.ok(await page.$$eval('details.behind', (all) => all.length > 0 && all.every((d) => d.open)));
	await page.close();
});

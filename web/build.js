// SPDX-License-Identifier: GPL-2.0-or-later
// build.js MODULES OUT: makes OUT/charts.js, one file of libraries.js and what it takes of the packages in
// MODULES, and OUT/licences.txt, the licence of each package that has a part in it.
import { createRequire } from 'node:module';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [modules, out] = process.argv.slice(2);
const { buildSync } = createRequire(join(modules, '/'))('esbuild');
const made = buildSync({
	entryPoints: [new URL('libraries.js', import.meta.url).pathname],
	bundle: true,
	minify: true,
	format: 'iife',
	globalName: 'charts',
	target: 'es2020',
	charset: 'utf8',
	legalComments: 'none',
	nodePaths: [modules],
	loader: { '.css': 'empty' },
	outfile: join(out, 'charts.js'),
	metafile: true,
	write: false,
});

function licence(name) {
	const folder = join(modules, name);
	const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));

	if (!file)
		throw new Error(`${name} has no file with its licence`);
	return `${name} ${about.version}, ${about.license}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

const used = Object.values(made.metafile.outputs).flatMap((o) => Object.entries(o.inputs))
	.filter(([, part]) => part.bytesInOutput)
	.map(([path]) => path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean);
const text = made.outputFiles.find((f) => f.path.endsWith('.js')).text;

// Nothing in it may end the <script> that it stands in.
writeFileSync(join(out, 'charts.js'), text.replace(/<(?=\/script|!--)/gi, '\\x3c'));
writeFileSync(join(out, 'licences.txt'), [...new Set(used)].sort().map(licence).join('\n---\n\n'));
if (!existsSync(join(out, 'charts.js')))
	process.exit(1);

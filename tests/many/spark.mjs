// SPDX-License-Identifier: GPL-2.0-or-later
// Statements on standard input: what Spark's grammar has against them, a line each; nothing: they are right.
import { readFileSync } from 'node:fs';
import { SparkSQL } from 'dt-sql-parser';

for (const { startLine, message } of new SparkSQL().validate(readFileSync(0, 'utf8').replaceAll('"end"', '`end`')))
	console.log(`${startLine}: ${message}`);

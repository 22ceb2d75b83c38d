// SPDX-License-Identifier: GPL-2.0-or-later
// duckdb.mjs MODULES: runs the statements on standard input in this folder, by the DuckDB of MODULES, and prints the
// rows of the last one as JSON lines, numbers to their last digit, and how long all took on standard error.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const { DuckDBInstance } = createRequire(resolve(process.argv[2], "x"))("@duckdb/node-api");
const text = readFileSync(0, "utf8");
const db = await (await DuckDBInstance.create(":memory:")).connect();
const begin = process.hrtime.bigint();
let last;
for (const statement of text.split(/;\s*$/m))
	if (statement.trim()) last = await db.runAndReadAll(statement);
const rows = last.getRowObjectsJS();
console.error(`${Number((process.hrtime.bigint() - begin) / 1000n)} us`);
for (const row of rows)
	console.log(JSON.stringify(row, (key, value) => (typeof value === "bigint" ? Number(value) : value)));

// SPDX-License-Identifier: Apache-2.0
// Prints what the first route costs over the wire, and fails above the limit.
import { readFileSync, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT = 300_000;
const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'));
const first = ['index.html', 'src/pages/Today.tsx', 'src/words/vi.ts'];
const files = new Set();

function collect(key) {
	const chunk = manifest[key];
	if (!chunk) throw new Error(`no ${key} in the build`);
	if (files.has(chunk.file)) return;
	files.add(chunk.file);
	for (const css of chunk.css ?? []) files.add(css);
	for (const next of chunk.imports ?? []) collect(next);
}
first.forEach(collect);
let total = gzipSync(readFileSync('dist/index.html'), { level: 9 }).length;
for (const file of files) total += statSync(`dist/${file}.gz`).size;
console.log(`first route: ${(total / 1000).toFixed(1)} kB compressed in ${files.size + 1} files (limit ${LIMIT / 1000} kB)`);
if (total > LIMIT) process.exit(1);

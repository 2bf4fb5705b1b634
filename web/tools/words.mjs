// SPDX-License-Identifier: Apache-2.0
// Both catalogues say the same things: same keys, same {names}; every key that
// the source asks for is there, and none is there that nobody asks for.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const faults = [];
function load(lang) {
	const all = new Map();
	for (const file of readdirSync(`src/words/${lang}`)) {
		const area = file.replace(/\.json$/, '');
		for (const [key, text] of Object.entries(JSON.parse(readFileSync(`src/words/${lang}/${file}`, 'utf8')))) {
			if (typeof text !== 'string' || text === '') faults.push(`${lang}/${file}: ${key} is empty`);
			if (text !== text.normalize('NFC')) faults.push(`${lang}/${file}: ${key} is not NFC`);
			all.set(`${area}.${key}`, text);
		}
	}
	return all;
}
const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join(' ');
// Vietnamese has one form for every number; English has two.
const base = (key) => key.replace(/_(one|other)$/, '');

const vi = load('vi');
const en = load('en');
const viBase = new Set([...vi.keys()].map(base));
const enBase = new Set([...en.keys()].map(base));
for (const key of viBase) if (!enBase.has(key)) faults.push(`en lacks ${key}`);
for (const key of enBase) if (!viBase.has(key)) faults.push(`vi lacks ${key}`);
for (const [key, text] of vi) {
	const other = en.get(key);
	if (other !== undefined && names(other) !== names(text)) faults.push(`${key}: {${names(text)}} and {${names(other)}}`);
}

function sources(dir) {
	return readdirSync(dir).flatMap((name) => {
		const path = join(dir, name);
		if (statSync(path).isDirectory()) return name === 'words' ? [] : sources(path);
		return /\.tsx?$/.test(name) ? [path] : [];
	});
}
const used = new Set();
const prefixes = new Set();
for (const path of sources('src')) {
	const text = readFileSync(path, 'utf8');
	for (const m of text.matchAll(/['"`]([a-z]\w*\.[\w.]+)['"`]/g)) if (viBase.has(m[1])) used.add(m[1]);
	for (const m of text.matchAll(/`([a-z]\w*\.[\w.]*)\$\{/g)) prefixes.add(m[1]);
	for (const m of text.matchAll(/\bt\(\s*['"]([^'"]+)['"]/g))
		if (!viBase.has(m[1])) faults.push(`${path}: no words for ${m[1]}`);
}
for (const key of viBase)
	if (!used.has(key) && ![...prefixes].some((p) => key.startsWith(p))) faults.push(`nobody asks for ${key}`);

for (const fault of faults) console.error(fault);
console.log(`words: ${viBase.size} keys, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);

// SPDX-License-Identifier: Apache-2.0
// The starter rules: each is well formed, and does what its examples say (test/rules/README.md).
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import yaml from 'js-yaml';
import { folder, khien } from './lib.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RULES = join(ROOT, 'packs', 'rules');
const EXAMPLES = join(ROOT, 'test', 'rules');
const names = readdirSync(RULES).filter((f) => f.endsWith('.yml')).map((f) => f.slice(0, -4)).sort();

// Dates stay text: 2026-11-22 is no moment in time.
const schema = yaml.CORE_SCHEMA;
const rules = names.map((name) => {
  const text = readFileSync(join(RULES, `${name}.yml`), 'utf8');
  const docs = yaml.loadAll(text, null, { schema });
  return { name, text, docs, main: docs.at(-1) };
});
const examples = new Map(
  readdirSync(EXAMPLES).filter((f) => f.endsWith('.json')).map((f) => [f.slice(0, -5), JSON.parse(readFileSync(join(EXAMPLES, f), 'utf8'))]),
);
const playbooks = new Set(
  readdirSync(join(ROOT, 'packs', 'playbook')).map((f) => /^id: (\S+)$/m.exec(readFileSync(join(ROOT, 'packs', 'playbook', f), 'utf8'))[1]),
);

const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'];
const TACTICS = [
  'reconnaissance', 'resource-development', 'initial-access', 'execution', 'persistence', 'privilege-escalation', 'stealth',
  'defense-impairment', 'credential-access', 'discovery', 'lateral-movement', 'collection', 'command-and-control',
  'exfiltration', 'impact',
];
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
// Letters that only Vietnamese text with its marks has.
const MARKED = /[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹàáãèéìíĩòóõùúũý]/i;

test('there are starter rules, each with examples, and no examples without a rule', () => {
  assert.ok(names.length >= 70, `${names.length} rules`);
  assert.deepEqual([...examples.keys()].sort(), names);
});

test('every document says what Sigma and the responder need', () => {
  const ids = new Map();
  const called = new Map();
  for (const { name, text, docs, main } of rules) {
    assert.match(name, /^(win|lnx|web|fw|av)(-[a-z0-9]+)+$/);
    assert.equal(text, text.normalize('NFC'), `${name} is not NFC`);
    assert.doesNotMatch(text, /\t|[ ]$/m, `${name}: tab or blank at the end of a line`);
    for (const doc of docs) {
      assert.match(doc.id, UUID4, name);
      assert.ok(!ids.has(doc.id), `${name} has the id of ${ids.get(doc.id)}`);
      ids.set(doc.id, name);
      assert.ok(doc.title.length <= 110 && !doc.title.endsWith('.'), `${name}: title`);
      assert.ok(doc.description.length >= 20, `${name}: description`);
      assert.equal(doc.status, 'experimental', name);
      assert.equal(doc.author, 'Khiên', name);
      assert.equal(doc.license, 'Apache-2.0', name);
      assert.match(doc.date, /^\d{4}-\d\d-\d\d$/, name);
      assert.ok(LEVELS.includes(doc.level), `${name}: level ${doc.level}`);
      assert.ok(!doc.detection !== !doc.correlation, `${name}: detection or correlation`);
      if (doc.detection) assert.ok(Object.keys(doc.logsource).length > 0 && doc.detection.condition, name);
      if (doc.name) assert.ok(!called.has(doc.name), `${name} uses the name ${doc.name} again`);
      called.set(doc.name, name);
      for (const ref of doc.correlation?.rules ?? [])
        assert.ok(docs.some((d) => d.name === ref && d !== doc), `${name}: no rule ${ref} in the file`);
    }
    assert.ok(main.falsepositives.length > 0, `${name}: falsepositives`);
    for (const url of main.references ?? []) assert.match(url, /^https:\/\/\S+$/);
  }
});

test('tags are tactics and techniques of ATT&CK', () => {
  for (const { name, main } of rules) {
    const tags = main.tags.map((tag) => tag.replace(/^attack\./, ''));
    for (const tag of tags)
      assert.ok(TACTICS.includes(tag) || /^t1\d{3}(\.0\d\d)?$/.test(tag), `${name}: ${tag}`);
    assert.equal(new Set(tags).size, tags.length, `${name}: a tag twice`);
    assert.ok(tags.some((tag) => TACTICS.includes(tag)) && tags.some((tag) => /^t\d/.test(tag)), `${name}: tactic and technique`);
  }
});

test('title and advice are in Vietnamese and English, the playbook exists', () => {
  for (const { name, main } of rules) {
    const { title, advice, playbook } = main.khien;
    assert.match(title.vi, MARKED, `${name}: ${title.vi}`);
    assert.match(advice.vi, MARKED, `${name}: ${advice.vi}`);
    assert.doesNotMatch(advice.en, MARKED, `${name}: ${advice.en}`);
    for (const text of [advice.vi, advice.en]) {
      assert.ok(text.length >= 40 && text.length <= 400, `${name}: length of ${text}`);
      assert.match(text, /\.$/, name);
    }
    assert.ok(playbooks.has(playbook), `${name}: no playbook ${playbook}`);
  }
});

// Written out: {"$repeat": n, "$every": seconds, "$event": {…}} is n events.
function written(sequence) {
  return sequence.flatMap((event) => {
    if (typeof event === 'string' || !('$repeat' in event)) return [event];
    return Array.from({ length: event.$repeat }, (_, i) => {
      const one = JSON.parse(JSON.stringify(event.$event).replaceAll('{n}', String(i + 1)));
      const at = Date.parse(one.TimeCreated_SystemTime) + i * event.$every * 1000;
      one.TimeCreated_SystemTime = new Date(at).toISOString().replace('Z', '0000Z');
      return one;
    });
  });
}

test('examples are what their format says', () => {
  for (const [name, e] of examples) {
    assert.equal(e.rule, rules.find((r) => r.name === name).main.id, name);
    assert.ok(['json', 'syslog', 'web', 'auditd', 'csv'].includes(e.format), name);
    assert.ok(e.positive.length > 0 && e.negative.length > 0, `${name}: both kinds`);
    for (const event of [...e.positive, ...e.negative].flatMap((sequence) => written(sequence))) {
      if (e.format !== 'json') {
        assert.ok(typeof event === 'string' && !event.includes('\n'), name);
        continue;
      }
      assert.ok(event.Channel && event.Provider_Name && event.Computer && Number.isInteger(event.EventID), `${name}: ${JSON.stringify(event)}`);
      assert.ok(Date.parse(event.TimeCreated_SystemTime) > 0, `${name}: time`);
    }
  }
});

test('khien takes every document', () => {
  const r = khien(['rules', 'check', RULES, '--json']);
  assert.deepEqual(r.json?.refused, [], r.err);
  assert.deepEqual(r.json.unmapped, []);
  assert.equal(r.json.loaded, rules.reduce((sum, rule) => sum + rule.docs.length, 0));
});

const ENDING = { json: 'jsonl', csv: 'csv', syslog: 'log', web: 'log', auditd: 'log' };
const put = (file, format, sequence) =>
  writeFileSync(file, written(sequence).map((x) => (format === 'json' ? JSON.stringify(x) : x) + '\n').join(''));

// The files below ${dir} in which the rule ${id} of ${file} was found.
function found(dir, file, id) {
  const out = join(folder(), 'out.jsonl');
  const r = khien(['hunt', dir, '--rules', file, '--json', out]);
  assert.ok(existsSync(out), `khien hunt ${file}: ${r.status} ${r.err}`);
  const lines = readFileSync(out, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  return lines.filter((line) => line.rule_id === id);
}

// Correlations see all files of a hunt together, so their sequences are hunted one by one.
for (const { name, main } of rules)
  test(`${name}: found where it should be, and only there`, () => {
    const e = examples.get(name);
    const file = join(RULES, `${name}.yml`);
    const all = [...e.positive.map((s, i) => [`positive-${i}`, s, true]), ...e.negative.map((s, i) => [`negative-${i}`, s, false])];
    if (main.correlation) {
      for (const [label, sequence, expected] of all) {
        const dir = folder();
        put(join(dir, `${label}.${ENDING[e.format]}`), e.format, sequence);
        assert.equal(found(dir, file, main.id).length > 0, expected, label);
      }
      return;
    }
    const dir = join(folder(), 'logs');
    mkdirSync(dir);
    for (const [label, sequence] of all) put(join(dir, `${label}.${ENDING[e.format]}`), e.format, sequence);
    const hits = new Set(found(dir, file, main.id).map((line) => line.file.replace(/\.\w+$/, '')));
    assert.deepEqual([...hits].sort(), all.filter(([, , expected]) => expected).map(([label]) => label).sort());
  });

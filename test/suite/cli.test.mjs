// SPDX-License-Identifier: Apache-2.0
// The command line: help, examples, exit statuses, JSON, both languages.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { folder, khien, newData } from './lib.mjs';

const data = newData({ testClock: true });
const names = khien(['--help'])
  .out.split('\n')
  .filter((l) => /^ {2}\S/.test(l) && !l.startsWith('  khien'))
  .map((l) => l.trim().split(/ {2,}/)[0]);

test('the help lists every command with a sentence, in both languages', () => {
  assert.ok(names.length > 90, String(names.length));
  for (const lang of ['vi', 'en']) {
    const text = khien(['--lang', lang, '--help']).out;
    for (const line of text.split('\n').filter((l) => /^ {2}\S/.test(l) && !l.startsWith('  khien')))
      assert.match(line, /^ {2}\S.* {1,}\S+/, line);
    assert.doesNotMatch(text, /\bop\.[a-z]/, 'a key without text');
  }
});

test('each command has --help with an example and no key without its text', () => {
  for (const name of names)
    for (const lang of ['vi', 'en']) {
      const r = khien([...name.split(' '), '--help', '--lang', lang]);
      assert.equal(r.status, 0, name);
      assert.match(r.out, lang === 'vi' ? /Ví dụ:\n {2}khien / : /Example:\n {2}khien /, name);
      assert.doesNotMatch(r.out, /\b(op|field|param|cli)\.[a-z_]+/, `${name}: ${r.out}`);
      for (const line of r.out.split('\n').filter((l) => /^ {2}(--)?[a-z_]+( [A-Z…]+)? {2,}/.test(l)))
        assert.match(line, /^ {2}\S+( [A-Z…]+)? {2,}\S/, `${name} (${lang}): a parameter without a sentence: ${line}`);
    }
});

test('the manual page is made from the same table and groff takes it', () => {
  const page = khien(['man']).out;
  for (const name of names) assert.ok(page.includes(`khien ${name}`), name);
  assert.doesNotMatch(page, /\bop\.[a-z]+\.[a-z]+/);
});

test('wrong use is 2 and says what is near', () => {
  for (const [args, near] of [
    [['inciden', 'list'], /incident list/],
    [['incident', 'list', '--stat', 'open', '--data', data.dir], /state/],
    [['incident', 'list', '--limit'], /limit/],
    [['incident', 'show', 'a', 'b', '--data', data.dir], /“b”/],
    [['clock', 'set'], /./],
    [[], /--help/],
  ]) {
    const r = khien(args);
    assert.equal(r.status, 2, `${args}: ${r.err}`);
    assert.match(r.err, near, String(args));
    assert.equal(r.out, '');
  }
});

test('what does not hold is 1, in JSON too', () => {
  const r = khien(['incident', 'show', 'SC-2026-9999', '--data', data.dir, '--json']);
  assert.equal(r.status, 1);
  assert.equal(JSON.parse(r.err).error, 'err.not_found');
  assert.match(khien(['evidence', 'show', 'SC-2026-9999', '--data', data.dir]).err, /Không tìm thấy SC-2026-9999/, 'it names what was looked for');
  assert.equal(khien(['incident', 'list', '--data', join(folder(), 'none')]).status, 1);
});

test('malformed packs are told with file, line and column', () => {
  const dir = folder();
  mkdirSync(join(dir, 'playbook'));
  writeFileSync(join(dir, 'playbook', 'x.yaml'), 'id: x\nkind: playbook\nversion: 1\ntitel: y\n');
  const r = khien(['pack', 'check', dir]);
  assert.equal(r.status, 1);
  assert.match(r.out, /x\.yaml:4:1: /);
  const j = khien(['pack', 'check', dir, '--json']);
  assert.equal(j.status, 1);
  assert.ok(j.json.faults.some((f) => f.line === 4 && f.column === 1 && f.file.endsWith('x.yaml')), j.out);
  assert.equal(khien(['pack', 'check', 'packs', '--complete']).status, 0);
  const none = khien(['pack', 'check', folder()]);
  assert.equal(none.status, 1);
  assert.match(none.err, /không có tệp gói nào/);
});

test('the clock can be set only where it is a test clock, and the wall clock going back is recorded', () => {
  data.run('clock', 'set', '2026-11-23T08:00:00+07:00');
  data.run('report', 'new', '--symptoms', 'phishing');
  data.run('clock', 'set', '2026-11-23T07:00:00+07:00');
  data.run('report', 'new', '--symptoms', 'phishing');
  const entries = spawnSync('sqlite3', [join(data.dir, 'khien.db'), "select count(*) from ledger_entry where payload like '%clock_back_ms%'"], { encoding: 'utf8' });
  assert.ok(Number(entries.stdout) > 0);
  const real = newData();
  assert.equal(khien(['clock', 'set', '2026-11-23', '--data', real.dir]).status, 1);
});

test('the sample is removed by one command', () => {
  const d = newData();
  d.run('sample', 'remove', '--name', 'Sở Thật');
  assert.equal(d.run('agency', 'show').name, 'Sở Thật');
  assert.equal(d.run('user', 'list').items.length, 0);
  assert.equal(d.run('ledger', 'verify').ok, true);
});

test('files that no row names are removed after a day, those of evidence are kept', () => {
  const d = newData();
  const piece = join(folder(), 'nhat-ky.txt');
  writeFileSync(piece, 'kept');
  d.run('incident', 'open', '--title', 'Thử');
  d.run('evidence', 'add', 'SC-' + new Date().getFullYear() + '-0001', '--file', piece, '--kind', 'file', '--form', 'copy', '--collected-at', new Date().toISOString(), '--place', 'Phòng 203', '--method', 'Sao chép');
  const orphan = (name, text) => {
    const hash = createHash('sha256').update(text).digest('hex');
    mkdirSync(join(d.dir, 'blobs', hash.slice(0, 2)), { recursive: true });
    writeFileSync(join(d.dir, 'blobs', hash.slice(0, 2), hash.slice(2)), text);
    return join(d.dir, 'blobs', hash.slice(0, 2), hash.slice(2));
  };
  const old = orphan('old', 'refused long ago'), young = orphan('young', 'perhaps being entered'), kept = orphan('kept', 'kept');
  const before = new Date(Date.now() - 3 * 86400e3);
  for (const file of [old, kept]) utimesSync(file, before, before);
  d.run('work', 'run');
  assert.deepEqual([old, young, kept].map((file) => existsSync(file)), [false, true, true]);
});

test('only what the server needs is linked into it', () => {
  const libraries = spawnSync('ldd', [join(process.env.KHIEN_BUILD ?? 'build', 'khien')], { encoding: 'utf8' }).stdout;
  for (const heavy of ['libcurl', 'libmagic', 'libseccomp']) assert.ok(!libraries.includes(heavy), heavy);
});

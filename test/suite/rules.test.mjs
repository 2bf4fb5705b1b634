// SPDX-License-Identifier: Apache-2.0
// rules.test.mjs: releases of rules taken into a data directory, gone back from; hostile archives;
// what khien rules check says.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { Person, folder, khien, newData, serve } from './lib.mjs';

function crc32(data) {
  let c = ~0;
  for (const byte of data) {
    c ^= byte;
    for (let i = 0; i < 8; i++) c = (c >>> 1) ^ (c & 1 ? 0xedb88320 : 0);
  }
  return ~c >>> 0;
}

// Members { name, data, mode?, size? (what the directory says), flags?, method? } as a zip archive.
function zip(members) {
  const parts = [], directory = [];
  let at = 0;
  for (const m of members) {
    const name = Buffer.from(m.name), data = Buffer.from(m.data ?? ''), packed = deflateRawSync(data);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(0x800 | (m.flags ?? 0), 2);
    head.writeUInt16LE(m.method ?? 8, 4);
    head.writeUInt16LE(0x21, 8);
    head.writeUInt32LE(crc32(data), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(m.size ?? data.length, 18);
    head.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(0x031e, 4);
    head.copy(entry, 6, 0, 26);
    entry.writeUInt32LE(((m.mode ?? 0o100644) << 16) >>> 0, 38);
    entry.writeUInt32LE(at, 42);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), head, name, packed);
    directory.push(entry, name);
    at += 30 + name.length + packed.length;
  }
  const list = Buffer.concat(directory), end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length & 0xffff, 8);
  end.writeUInt16LE(members.length & 0xffff, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end]);
}

// The same as tar; type '0' file, '2' link.
function tar(members) {
  const blocks = [];
  for (const m of members) {
    const h = Buffer.alloc(512), data = Buffer.from(m.data ?? '');
    h.write(m.name.slice(0, 100), 0);
    h.write('0000644\0' + '0000000\0' + '0000000\0', 100);
    h.write((m.size ?? data.length).toString(8).padStart(11, '0') + '\0', 124);
    h.write('00000000000\0        ' + (m.type ?? '0'), 136);
    if (m.link) h.write(m.link, 157);
    h.write('ustar\0' + '00', 257);
    h.write(h.reduce((a, b) => a + b, 0).toString(8).padStart(6, '0') + '\0 ', 148);
    blocks.push(h, data, Buffer.alloc((512 - (data.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const id = (n) => `7b1f0000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const rule = (n, { title = `Rule ${n}`, word = `word${n}`, source = 'category: process_creation\n  product: windows' } = {}) =>
  `title: ${title}\nid: ${id(n)}\nlevel: high\nlogsource:\n  ${source}\ndetection:\n  s:\n    CommandLine|contains: ${word}\n  condition: s\n`;
const cloud = rule(90, { source: 'product: aws\n  service: cloudtrail' });

const first = [
  { name: 'sigma-x/version.txt', data: 'Release r2026-08-05\n' },
  { name: 'sigma-x/rules/windows/a.yml', data: rule(1) },
  { name: 'sigma-x/rules/windows/b.yml', data: rule(2) },
  { name: 'sigma-x/rules-emerging-threats/2026/c.yml', data: rule(3) },
  { name: 'sigma-x/rules/cloud/d.yml', data: cloud },
  { name: 'sigma-x/rules/broken.yml', data: 'title: x\nlogsource: {product: windows}\ndetection:\n  condition: nobody\n' },
  { name: 'sigma-x/unsupported/e.yml', data: rule(5) },
  { name: 'sigma-x/.github/workflow.yml', data: 'on: push\n' },
  { name: 'sigma-x/README.md', data: '# not a rule\n' },
];

function put(name, data) {
  const path = join(folder(), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
  return path;
}

test('an archive is taken in, another one compared with it, and the first one gone back to', () => {
  const data = newData();
  const one = data.run('rules', 'import', put('sigma.zip', zip(first)));
  assert.equal(one.number, 1);
  assert.equal(one.is_new, true);
  assert.equal(one.label, 'Release r2026-08-05');
  assert.equal(one.files, 5);
  assert.equal(one.loaded, 3);
  assert.equal(one.left_out, 1);
  assert.deepEqual(one.unmapped.map((u) => u.file), ['rules/cloud/d.yml']);
  assert.deepEqual(one.refused.map((u) => [u.file, u.line > 0, u.reason !== '']), [['rules/broken.yml', true, true]]);
  assert.equal(one.added_count, 5);
  assert.deepEqual(one.added, []);

  const second = first.filter((m) => !m.name.endsWith('/b.yml'));
  second[1] = { ...second[1], data: rule(1, { title: 'Rule 1, better' }) };
  second.push({ name: 'sigma-x/rules/windows/f.yml', data: rule(6) });
  const moved = second.findIndex((m) => m.name.endsWith('/c.yml'));
  second[moved] = { ...second[moved], name: 'sigma-x/rules/windows/moved.yml' };
  const two = data.run('rules', 'import', put('sigma2.tar.gz', gzipSync(tar(second))));
  assert.equal(two.number, 2);
  assert.deepEqual(two.added.map((r) => r.rule_id), [id(6)]);
  assert.deepEqual(two.changed.map((r) => r.title), ['Rule 1, better']);
  assert.deepEqual(two.gone.map((r) => r.rule_id), [id(2)]);

  const titles = () => data.run('rules', 'list').items.map((r) => r.title);
  const shipped = khien(['rules', 'list', '--json']).json.items.length;
  assert.ok(titles().includes('Rule 1, better') && !titles().includes('Rule 2'));
  assert.equal(titles().length, shipped + 3);
  data.run('rules', 'revert', '1');
  assert.ok(titles().includes('Rule 1') && titles().includes('Rule 2'));
  assert.deepEqual(data.run('rules', 'versions').items.map((v) => [v.number, v.is_used]), [[1, true], [2, false]]);
  data.run('rules', 'revert', '0');
  assert.equal(titles().length, shipped);
  assert.equal(khien(['rules', 'revert', '7', '--data', data.dir]).status, 1);

  // The same content again is the same version, whatever it is packed in.
  const dir = folder();
  for (const m of first) {
    mkdirSync(dirname(join(dir, m.name)), { recursive: true });
    writeFileSync(join(dir, m.name), m.data);
  }
  const again = data.run('rules', 'import', dir);
  assert.equal(again.is_new, false);
  assert.equal(again.number, 1);
  assert.equal(data.run('ledger', 'verify').ok, true);
  assert.ok(data.run('ledger', 'list').items.filter((e) => e.op.startsWith('rules ')).length >= 5);
  assert.deepEqual(readdirSync(data.dir).filter((n) => n.startsWith('.rules')), []);
});

test('a hunt with the data directory uses the rules that were taken in, and the shipped ones', () => {
  const data = newData();
  data.run('rules', 'import', put('r.zip', zip([{ name: 'rules/a.yml', data: rule(1, { word: 'Khong-Ai-Dung' }) }])));
  const log = put('log.json', JSON.stringify({ Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 1, Provider_Name: 'Microsoft-Windows-Sysmon', CommandLine: 'x khong-ai-dung y; vssadmin delete shadows /all', Image: 'C:\\Windows\\System32\\vssadmin.exe' }) + '\n');
  const out = join(folder(), 'out.json');
  assert.equal(khien(['hunt', log, '--data', data.dir, '--json', out]).status, 0);
  const found = readFileSync(out, 'utf8').trim().split('\n').map((l) => JSON.parse(l));
  assert.ok(found.some((d) => d.rule_id === id(1)));
  assert.ok(found.some((d) => d.rule_id !== id(1)), 'the shipped rules are there as well');
  assert.equal(khien(['hunt', log, '--data', data.dir, '--rules', put('b.yml', rule(8)), '--json', out]).status, 0);
  assert.equal(readFileSync(out, 'utf8'), '', '--rules means those alone');
  rmSync(join(data.dir, 'rules'), { recursive: true });
  assert.equal(khien(['hunt', log, '--data', data.dir]).status, 1, 'rules that are gone are no silence');
});

test('hostile archives change nothing and say why', () => {
  const data = newData(), ok = { name: 'rules/a.yml', data: rule(1) };
  const many = Array.from({ length: 20001 }, (_, i) => ({ name: `rules/${i}.yml`, data: 'a: 1' }));
  const cases = [
    ['leaves the folder', zip([ok, { name: '../../etc/evil.yml', data: 'x' }]), 'etc/evil'],
    ['absolute', zip([ok, { name: '/tmp/khien-evil.yml', data: 'x' }]), '/tmp/khien-evil'],
    ['backslashes', zip([ok, { name: '..\\evil.yml', data: 'x' }]), 'evil'],
    ['leaves the folder (tar)', tar([ok, { name: 'a/../../evil.yml', data: 'x' }]), 'evil'],
    ['not a rule, but leaves the folder', tar([ok, { name: '../.bashrc', data: 'x' }]), 'bashrc'],
    ['twice', zip([ok, ok]), 'rules/a.yml'],
    ['twice (tar)', tar([ok, { name: './rules/a.yml', data: rule(2) }]), 'rules/a.yml'],
    ['bomb', zip([ok, { name: 'rules/bomb.yml', data: Buffer.alloc(64 << 20, 0x20) }]), 'bomb.yml'],
    ['bomb whose size lies', zip([ok, { name: 'rules/bomb.yml', data: Buffer.alloc(8 << 20, 0x20), size: 100 }]), 'bomb.yml'],
    ['many files of nearly the largest size', zip([...Array(100)].map((_, i) => ({ name: `rules/${i}.yml`, data: Buffer.alloc((1 << 20) - 1, 0x20) }))), ''],
    ['too many', zip(many), '20000'],
    ['encrypted', zip([{ ...ok, flags: 1 }]), 'rules/a.yml'],
    ['packed as nobody does', zip([{ ...ok, method: 97 }]), 'không giải nén được ở đây'],
    ['cut', zip(first).subarray(0, 900), ''],
    ['cut (tar)', tar(first).subarray(0, 3000), ''],
    ['cut (gzip)', gzipSync(tar(first)).subarray(0, 500), ''],
    ['deeper than a backup holds', zip([{ name: 'rules/' + 'a/'.repeat(30) + 'x.yml', data: rule(1) }]), 'a/a/a'],
    ['a file that is a folder too', tar([{ name: 'rules/a.yml', data: rule(1) }, { name: 'rules/a.yml/b.yml', data: rule(2) }]), 'rules/a.yml'],
    ['no rule in it', zip([{ name: 'README.md', data: 'x' }]), ''],
    ['no archive', Buffer.from('just text\n'), ''],
    ['nothing', Buffer.alloc(0), ''],
  ];
  for (const [name, bytes, told] of cases) {
    const r = khien(['rules', 'import', put('evil.bin', bytes), '--data', data.dir, '--json']);
    assert.equal(r.status, 1, name);
    assert.equal(r.json?.error, 'rules.child', name);
    assert.ok(r.json.detail.includes(told) && r.json.detail.length > 25, `${name}: ${r.json.detail}`);
  }
  assert.deepEqual(data.run('rules', 'versions').items, []);
  assert.deepEqual(readdirSync(data.dir).filter((n) => n.startsWith('.rules') || n === 'rules'), []);
  assert.ok(!existsSync('/tmp/khien-evil.yml'));
});

test('links in an archive are counted and never followed', () => {
  const data = newData();
  const t = data.run('rules', 'import', put('l.tar', tar([
    { name: 'rules/', type: '5' }, { name: 'rules/a.yml', data: rule(1) },
    { name: 'rules/link.yml', type: '2', link: '/etc/passwd' }, { name: 'rules/hard.yml', type: '1', link: 'rules/a.yml' },
  ])));
  assert.deepEqual([t.files, t.links, t.loaded], [1, 2, 1]);
  const z = data.run('rules', 'import', put('l.zip', zip([
    { name: 'rules/b.yml', data: rule(2) }, { name: 'rules/link.yml', data: '/etc/passwd', mode: 0o120777 },
  ])));
  assert.deepEqual([z.files, z.links, z.loaded], [1, 1, 1]);
});

test('over HTTP versions are listed and gone back to, imports are not', async () => {
  const data = newData();
  data.run('rules', 'import', put('r.zip', zip(first)));
  const server = await serve(data.dir);
  const admin = new Person(server.url);
  await admin.signIn(data.login, data.password);
  assert.equal((await admin.ok('GET', '/rules/versions')).items[0].label, 'Release r2026-08-05');
  assert.equal((await admin.ok('POST', '/rules/revert', { number: 0 })).number, 0);
  assert.equal((await admin.ok('GET', '/rules/versions')).items[0].is_used, false);
  assert.equal((await admin.call('POST', '/rules/import', { path: '/etc' })).status, 404);
  await server.stop();
});

test('what an import left that died is removed, and nothing else', () => {
  const data = newData();
  for (const n of [1, 2]) data.run('rules', 'import', put(`sweep${n}.zip`, zip([{ name: 'rules/one.yml', data: rule(n) }])));
  const rules = join(data.dir, 'rules');
  const make = (path, days) => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'x.yml'), rule(1));
    utimesSync(path, Date.now() / 1000 - days * 86400, Date.now() / 1000 - days * 86400);
  };
  const known = readdirSync(rules);
  assert.ok(known.length >= 2);
  for (const name of known) utimesSync(join(rules, name), 1000000000, 1000000000);
  make(join(rules, '0123456789abcdef'), 2);
  make(join(rules, 'fedcba9876543210'), 0);
  make(join(rules, 'ghi-chu'), 2);
  make(join(data.dir, '.rules-0011223344556677'), 2);
  make(join(data.dir, '.rules-8899aabbccddeeff'), 0);
  data.run('rules', 'import', put('more.zip', zip([{ name: 'rules/one.yml', data: rule(9) }])));
  assert.deepEqual(readdirSync(rules).filter((n) => !known.includes(n) && n !== 'ghi-chu').includes('0123456789abcdef'), false);
  for (const name of [...known, 'fedcba9876543210', 'ghi-chu']) assert.ok(existsSync(join(rules, name)), name);
  assert.deepEqual(readdirSync(data.dir).filter((n) => n.startsWith('.rules-')), ['.rules-8899aabbccddeeff']);
  data.run('rules', 'revert', '0');
  // An edition that is only known again is not taken for one that nobody knows.
  for (const name of known) utimesSync(join(rules, name), 1000000000, 1000000000);
  assert.equal(data.run('rules', 'import', put('more2.zip', zip([{ name: 'rules/one.yml', data: rule(9) }]))).is_new, false);
});

test('a backup carries the rules', () => {
  const data = newData(), env = { ...process.env, KHIEN_PASSPHRASE: 'mot mat khau dai' };
  data.run('rules', 'import', put('r.zip', zip(first)));
  const file = join(folder(), 'b.bak'), back = join(folder(), 'data');
  assert.equal(khien(['backup', 'self', file, '--data', data.dir], { env }).status, 0);
  const r = khien(['backup', 'restore', file, '--data', back], { env });
  assert.equal(r.status, 0, r.err);
  assert.ok(khien(['rules', 'list', '--data', back, '--json']).json.items.some((x) => x.title === 'Rule 3'));
});

// ---- khien rules check ----------------------------------------------------------------------

test('rules check tells of every document that is there', () => {
  const dir = folder();
  const put = (name, text) => {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  };
  put('ok.yml', rule(1));
  put('two.YAML', rule(2) + '---\n' + rule(3));
  put('deep/er/cloud.yml', cloud);
  put('empty.yml', '');
  put('comment.yml', '# nothing\n---\n');
  put('syntax.yml', 'title: [\n');
  put('expand.yml', rule(4).replace('CommandLine|contains: word4', "CommandLine|expand: '%hosts%'"));
  put('same.yml', rule(1));
  put('modifier.yml', rule(5).replace('|contains', '|soundslike'));
  put('readme.txt', 'no rule');
  symlinkSync(join(dir, 'ok.yml'), join(dir, 'link.yml'));
  symlinkSync('..', join(dir, 'deep', 'loop'));
  const r = khien(['rules', 'check', dir, '--json']);
  assert.equal(r.status, 0, 'rules that cannot be used are an answer');
  assert.equal(typeof r.json.loaded, 'number');
  assert.equal(r.json.loaded, 3);
  assert.deepEqual(r.json.unmapped.map((u) => u.file), ['deep/er/cloud.yml']);
  assert.deepEqual(r.json.refused.map((u) => u.file).sort(), ['comment.yml', 'deep/loop', 'empty.yml', 'expand.yml', 'link.yml', 'modifier.yml', 'same.yml', 'syntax.yml']);
  for (const u of [...r.json.unmapped, ...r.json.refused]) assert.ok(u.line >= 1 && u.reason.length > 5, JSON.stringify(u));
  // Out of the cache it is told once more.
  assert.deepEqual(khien(['rules', 'check', dir, '--json']).json, r.json);
  assert.equal(khien(['rules', 'check', dir, '--strict']).status, 1);
  assert.equal(khien(['rules', 'check', join(dir, 'ok.yml'), '--strict']).status, 0);
  assert.equal(khien(['rules', 'check', join(dir, 'nowhere')]).status, 1);
});

// SPDX-License-Identifier: Apache-2.0
// khien hunt, khien rules, khien logs: on small logs of our own, and where it is present on the
// shared test data (../shared or KHIEN_SHARED).
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { evtx } from './evtx.mjs';
import { BUILD, KHIEN, folder, khien } from './lib.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHARED = process.env.KHIEN_SHARED ?? resolve(ROOT, '../shared');

const RULES = {
  'xoa-ban-sao.yml': `title: Shadow copies deleted
id: 11111111-1111-4111-8111-111111111111
status: test
description: All shadow copies of a machine are deleted by a command.
logsource: {product: windows, category: process_creation}
detection:
  sel:
    Image|endswith: '\\vssadmin.exe'
    CommandLine|contains|all: [delete, shadows]
  condition: sel
level: high
tags: [attack.impact, attack.t1490]
khien:
  title: {vi: "Xóa bản sao bóng", en: "Shadow copies deleted"}
  advice: {vi: "Cô lập máy.", en: "Isolate the machine."}
`,
  'dang-nhap-sai.yml': `title: Failed sign-in
id: 22222222-2222-4222-8222-222222222222
name: failed_sign_in
status: test
description: Somebody could not sign in to a Windows machine.
logsource: {product: windows, service: security}
detection:
  sel: {EventID: 4625}
  condition: sel
level: low
tags: [attack.credential-access, attack.t1110]
---
title: Many failed sign-ins
id: 33333333-3333-4333-8333-333333333333
status: test
description: Many of them from one address within minutes.
correlation:
  type: event_count
  rules: [failed_sign_in]
  group-by: [IpAddress]
  timespan: 5m
  condition: {gte: 5}
  generate: true
level: critical
tags: [attack.credential-access, attack.t1110.001]
`,
  'web-shell.yml': `title: Upload folder runs a script
id: 44444444-4444-4444-8444-444444444444
status: test
description: A script in the folder for uploads is asked for.
logsource: {category: webserver}
detection:
  sel: {cs-uri-query|contains: 'cmd='}
  condition: sel
level: medium
tags: [attack.persistence, attack.t1505.003]
`,
};

const HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>';
const at = (s) => new Date(Date.UTC(2026, 10, 20, 1, 12, 0) + s * 1000).toISOString().replace(/Z$/, '0000Z');
const win = (s, host, id, fields) => JSON.stringify({ TimeCreated_SystemTime: at(s), Channel: 'Security', Provider_Name: 'Microsoft-Windows-Security-Auditing', EventID: id, Computer: host, EventRecordID: 100 + s, ...fields });

// Logs of two machines and a web server; answers the folder.
function logs() {
  const dir = join(folder(), 'nhat-ky');
  mkdirSync(join(dir, 'PC-07', 'sâu'), { recursive: true });
  const failed = [...Array(6).keys()].map((i) => win(i * 10, 'PC-07', 4625, { TargetUserName: 'ketoan', IpAddress: '198.51.100.7' }));
  writeFileSync(join(dir, 'PC-07', 'security.jsonl'), [...failed,
    win(600, 'PC-07', 4688, { NewProcessName: 'C:\\Windows\\System32\\vssadmin.exe', CommandLine: 'vssadmin.exe Delete Shadows /all /quiet' }),
    win(1140, 'PC-07', 4688, { NewProcessName: 'C:\\Windows\\System32\\vssadmin.exe', CommandLine: `vssadmin delete shadows ${HOSTILE}` }),
    win(1200, 'PC-07', 1102, { SubjectUserName: 'ketoan' }),
    ''].join('\n'));
  writeFileSync(join(dir, 'PC-07', 'sâu', `a&b<i>'x'.json`), win(90000, HOSTILE, 4625, { TargetUserName: HOSTILE, IpAddress: '10.0.0.1' }) + '\n');
  writeFileSync(join(dir, 'access.log.gz'), gzipSync([...Array(3000).keys()].map((i) =>
    `203.0.113.${i % 250} - - [20/Nov/2026:08:${String(10 + (i % 50)).padStart(2, '0')}:00 +0700] "GET /upload/${i}.php?${i % 1000 === 7 ? 'cmd=whoami' : 'p=1'} HTTP/1.1" 200 ${i} "-" "Mozilla/5.0"`).join('\n') + '\n'));
  writeFileSync(join(dir, 'may-chu.log'), 'Nov 20 08:12:00 web01 sshd[900]: Failed password for root from 198.51.100.7 port 5 ssh2\n');
  writeFileSync(join(dir, 'anh.bin'), Buffer.from([0, 1, 2, 3, 255, 254, 0, 0, 7]));
  writeFileSync(join(dir, 'trong.log'), '');
  symlinkSync(dir, join(dir, 'vong-lap'));
  return dir;
}

function rulesDir() {
  const dir = join(folder(), 'quy-tac');
  mkdirSync(dir);
  for (const [name, text] of Object.entries(RULES)) writeFileSync(join(dir, name), text);
  return dir;
}

const env = { ...process.env, KHIEN_LANG: 'vi', XDG_CACHE_HOME: folder() };
const run = (...args) => khien(args, { env });
const lines = (file) => readFileSync(file, 'utf8').split('\n').filter(Boolean).map((l) => JSON.parse(l));

// Hunts and answers { status, out, err, found } with the detections of --json.
function hunt(path, rules, ...args) {
  const file = join(folder(), 'ra.json');
  const r = run('hunt', path, '--rules', rules, '--json', file, ...args);
  return { ...r, found: existsSync(file) ? lines(file) : [], file };
}

const dir = logs();
const rules = rulesDir();
const all = hunt(dir, rules);
const of = (found, n) => found.filter((d) => d.rule_id.startsWith(String(n).repeat(8)));

test('each detection says rule, level, tags, file, record, time, host and why', () => {
  assert.equal(all.status, 0, all.err);
  const [one, two] = of(all.found, 1);
  assert.deepEqual({ ...one, matched: undefined }, {
    rule_id: '11111111-1111-4111-8111-111111111111', title: 'Shadow copies deleted', level: 'high', tags: ['attack.impact', 'attack.t1490'],
    file: 'PC-07/security.jsonl', record: 7, time: '2026-11-20T01:22:00.000Z', host: 'PC-07', matched: undefined,
  });
  for (const m of one.matched) assert.deepEqual(Object.keys(m), ['field', 'value', 'pattern']);
  const why = one.matched.find((m) => m.pattern.includes('endswith'));
  assert.equal(why.value, 'C:\\Windows\\System32\\vssadmin.exe');
  assert.match(why.pattern, /vssadmin\.exe/);
  assert.equal(two.record, 8);
  assert.ok(two.matched.some((m) => m.value.includes(HOSTILE)));
  assert.equal(of(all.found, 2).length, 7);
  assert.deepEqual(of(all.found, 4).map((d) => d.record), [8, 1008, 2008]);
  assert.equal(of(all.found, 4)[0].file, 'access.log.gz');
});

test('a correlation is found after its events, with their places', () => {
  const [many] = of(all.found, 3);
  assert.ok(many, 'not found');
  assert.equal(many.level, 'critical');
  assert.equal(many.file, 'PC-07/security.jsonl');
  assert.ok(many.count >= 5);
  assert.deepEqual(many.events.slice(0, 2), [{ file: 'PC-07/security.jsonl', record: 1 }, { file: 'PC-07/security.jsonl', record: 2 }]);
  assert.deepEqual(many.matched[0], { field: 'IpAddress', value: '198.51.100.7', pattern: 'group-by' });
});

test('a correlation stands at the event that completed it, on that machine, however late it is decided', () => {
  const place = folder();
  const rule = join(place, 'dung-hai.yml');
  const count = (condition) => RULES['dang-nhap-sai.yml'].replace('condition: {gte: 5}', `condition: ${condition}`).replace('group-by: [IpAddress]', 'group-by: [TargetUserName]');
  const log = join(place, 'a.json');
  const failed = (s, host) => win(s, host, 4625, { TargetUserName: 'ketoan' });
  writeFileSync(rule, count('{eq: 2}'));
  writeFileSync(log, [failed(0, 'PC-01'), failed(1, 'PC-02'), failed(1000, 'PC-03'), failed(1001, 'PC-04'), ''].join('\n'));
  assert.deepEqual(of(hunt(log, rule).found, 3).map((d) => [d.record, d.host]), [[2, 'PC-02'], [4, 'PC-04']]);
  writeFileSync(rule, count('{gte: 1500}'));
  writeFileSync(log, [...Array(1500).keys()].map((i) => failed(i / 10, `PC-${i}`)).join('\n') + '\n');
  const [many] = of(hunt(log, rule).found, 3);
  assert.deepEqual([many.record, many.host, many.events.length, many.events[19].record], [1500, 'PC-1499', 20, 1500]);
});

test('a correlation means the rule of that name in its own file', () => {
  const place = folder();
  const file = (n, method) => `title: nen\nname: nen\nid: ${n}1111111-0000-4000-8000-000000000000\nlogsource: {category: webserver}\ndetection:\n  s: {cs-method: ${method}}\n  condition: s\n---\ntitle: nhiều\nid: ${n}2222222-0000-4000-8000-000000000000\ncorrelation: {type: event_count, rules: [nen], group-by: [c-ip], timespan: 1m, condition: {gte: 2}}\n`;
  const line = (method) => `10.0.0.1 - - [22/Nov/2025:14:30:05 +0700] "${method} / HTTP/1.1" 200 512\n`;
  writeFileSync(join(place, 'a.yml'), file(1, 'GET'));
  writeFileSync(join(place, 'b.yml'), file(2, 'POST'));
  writeFileSync(join(place, 'a.log'), line('POST') + line('POST') + line('GET'));
  assert.deepEqual(hunt(join(place, 'a.log'), place).found.map((d) => d.rule_id), ['22222222-0000-4000-8000-000000000000']);
  writeFileSync(join(place, 'c.yml'), file(3, 'HEAD').split('---\n')[1]);
  const check = run('rules', 'check', place, '--json').json;
  assert.deepEqual(check.refused.map((r) => `${r.file} ${r.error}`), ['c.yml sigma.name.several']);
});

test('correlations upon correlations that double with every level end, and it is told', () => {
  const place = folder();
  const id = (n, i) => `${n}0000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
  const event = (n) => `title: x${n}-0\nname: x${n}-0\nid: ${id(n, 0)}\nlogsource: {category: webserver}\ndetection:\n  s: {cs-method: GET}\n  condition: s\n`;
  const upon = (n, i) => `title: x${n}-${i}\nname: x${n}-${i}\nid: ${id(n, i)}\ncorrelation:\n  type: event_count\n  rules: [x1-${i - 1}, x2-${i - 1}]\n  timespan: 1m\n  condition: {gte: 1}\n`;
  writeFileSync(join(place, 'doi.yml'), [event(1), event(2), ...[...Array(40).keys()].flatMap((i) => [upon(1, i + 1), upon(2, i + 1)])].join('---\n'));
  writeFileSync(join(place, 'a.log'), '10.0.0.1 - - [22/Nov/2025:14:30:05 +0700] "GET / HTTP/1.1" 200 512\n');
  const r = run('hunt', join(place, 'a.log'), '--rules', join(place, 'doi.yml'));
  assert.equal(r.status, 0, r.err);
  assert.match(r.out, /Quy tắc đếm, chuỗi gặp nhiều hơn mức giữ được/);
});

test('one and several threads, with and without prefilter and cache: the same bytes', () => {
  const want = readFileSync(all.file, 'utf8');
  assert.ok(want.length > 1000);
  for (const args of [['--threads', '1'], ['--threads', '2'], ['--threads', '7'], ['--no-prefilter'], ['--no-cache'], ['--threads', '2', '--no-prefilter']])
    assert.equal(readFileSync(hunt(dir, rules, ...args).file, 'utf8'), want, args.join(' '));
});

test('the table: levels, tactics, hosts, the story, the rules, and what could not be seen', () => {
  assert.match(all.out, /Kết quả: 13 phát hiện/);
  assert.match(all.out, /Nghiêm trọng +1\n/);
  assert.match(all.out, /Phá hoại +2\n/);
  assert.match(all.out.replace(/\s+/g, ' '), /Trên PC-07 từ 08:12 đến 08:31 20\/11\/2026: .*Xóa bản sao bóng \(2 lần\)/);
  assert.match(all.out, /Không thể thấy/);
  assert.match(all.out, /Nhật ký Security của PC-07 đã bị xóa 1 lần/);
  assert.match(all.out.replace(/\s+/g, ' '), /Không có nhật ký Sysmon trên 2 máy/);
  assert.match(all.out.replace(/\s+/g, ' '), /2 tệp không đọc được hoặc không phải nhật ký: anh\.bin, trong\.log/);
  assert.doesNotMatch(all.out, /hunt\.[a-z_.]+|\{[a-z]+\}/);
  const english = khien(['hunt', dir, '--rules', rules, '--lang', 'en'], { env });
  assert.match(english.out, /On PC-07 from 08:12 to 08:31/);
  assert.doesNotMatch(english.out, /hunt\.[a-z_.]+/);
});

test('no detection is never said without what could not be seen', () => {
  const none = hunt(dir, rules, '--tag', 'attack.t9999');
  assert.equal(none.status, 0);
  assert.equal(none.found.length, 0);
  const said = none.out.indexOf('Không có phát hiện nào'), gaps = none.out.lastIndexOf('Không thể thấy');
  assert.ok(said >= 0 && gaps > said);
  assert.match(none.out.slice(gaps), /Security/);
  const empty = join(folder(), 'rong');
  mkdirSync(empty);
  assert.match(run('hunt', empty, '--rules', rules).out, /Không đọc được sự kiện nào/);
});

test('an output that is a log to be read or another output is refused before anything is lost', () => {
  const place = folder('taken');
  const log = join(place, 'a.log'), out = join(place, 'out');
  writeFileSync(log, '10.0.0.1 - - [22/Nov/2025:14:30:05 +0700] "GET / HTTP/1.1" 200 512\n');
  const before = readFileSync(log, 'utf8');
  symlinkSync('a.log', join(place, 'link'));
  for (const args of [['--json', log], ['--html', join(place, 'link')], ['--json', out, '--csv', out], ['--json', '-', '--timeline', '-']]) {
    const r = khien(['hunt', log, '--rules', rules, ...args], { env });
    assert.equal(r.status, 2, args.join(' '));
    assert.match(r.err, /đã là nơi ghi kết quả khác/);
    assert.equal(readFileSync(log, 'utf8'), before);
  }
});

test('what could not be written out is never an answer', { skip: !existsSync('/dev/full') }, () => {
  const full = openSync('/dev/full', 'w');
  for (const args of [['rules', 'list', '--json'], ['rules', 'list'], ['rules', 'check', rules], ['logs', 'stat', join(dir, 'PC-07', 'security.jsonl')], ['hunt', dir, '--rules', rules]]) {
    const r = spawnSync(KHIEN, args, { encoding: 'utf8', env, stdio: ['ignore', full, 'pipe'] });
    assert.equal(r.status, 1, args.join(' '));
    assert.match(r.stderr, /Hết chỗ trống/, args.join(' '));
  }
  closeSync(full);
});

// What Windows exports as XML, one event.
const exported = (channel, id, host, time, more = '', provider = 'Microsoft-Windows-Eventlog') => `<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="${provider}"/><EventID>${id}</EventID><TimeCreated SystemTime="${time}"/><Channel>${channel}</Channel><Computer>${host}</Computer></System>${more}</Event>\n`;

test('what could not be seen is true: which log was cleared and when, spellings of a host, events without a template', () => {
  const dir = folder('gaps-true');
  const gapsOf = (...args) => {
    const out = khien(['hunt', dir, '--lang', 'en', ...args]).out;
    return out.slice(out.lastIndexOf('What could not be seen')).replace(/\s+/g, ' ');
  };
  writeFileSync(join(dir, 'a.xml'), `<Events>${exported('System', 104, 'PC-01', '2026-11-22T01:00:00Z', '<UserData><LogFileCleared><SubjectUserName>an</SubjectUserName><Channel>Windows PowerShell</Channel></LogFileCleared></UserData>')}${exported('Security', 1102, 'PC-01', '2026-11-22T02:00:00Z')}${exported('System', 104, 'PC-01', '2026-11-22T03:00:00Z', '', 'SomeDriver')}</Events>`);
  writeFileSync(join(dir, 'b.xml'), `<Events>${exported('Security', 1102, 'pc-01', '2026-11-20T02:00:00Z')}${exported('System', 104, 'PC-02', '2026-11-20T02:00:00Z')}</Events>`);
  writeFileSync(join(dir, 'c.evtx'), evtx([{ id: '4688', time: '2026-11-21T01:00:00Z', provider: 'Microsoft-Windows-Security-Auditing', channel: 'Security', host: 'pc-01', data: { NewProcessName: 'C:\\a.exe' } }]));
  const gaps = gapsOf();
  assert.match(gaps, /Log Windows PowerShell of PC-01 was cleared 1 times, last at 08:00 22\/11\/2026/);
  assert.match(gaps, /Log Security of PC-01 was cleared 2 times, last at 09:00 22\/11\/2026/);
  assert.match(gaps, /A log of PC-02 was cleared 1 times/);
  assert.doesNotMatch(gaps, /Log System of \S+ was cleared/);
  assert.match(gaps, /1 of 1 process creations \(4688\) have no command line/);
  assert.match(gaps, /No process creation \(4688 or Sysmon 1\) on 1 hosts: PC-02/);
  assert.match(gaps, /Channel Security is missing for 1 hosts: PC-02/);
  assert.doesNotMatch(gaps, /Channel System is missing/);
  assert.doesNotMatch(gaps, /logs begin after/);
  assert.match(gapsOf('--from', '2026-10-01'), /3 logs begin after 00:00 01\/10\/2026.*PC-02 · System \(09:00 20\/11\/2026\)/);
  assert.doesNotMatch(gapsOf('--from', '2026-11-21'), /logs begin after.*Security/);
});

test('4688 without command lines is told', () => {
  const d = folder();
  writeFileSync(join(d, 'a.jsonl'), win(0, 'PC-09', 4688, { NewProcessName: 'C:\\a.exe' }) + '\n');
  assert.match(run('hunt', d, '--rules', rules).out, /1 trong 1 sự kiện tạo tiến trình \(4688\) không có dòng lệnh/);
  const said = (folder) => run('hunt', folder, '--rules', rules).out.replace(/\s+/g, ' ');
  assert.match(said(d), /4688\) nào trên 1 máy có dòng lệnh: PC-09\. Hãy bật/);
  // One without among others is no reason to switch on what is on.
  writeFileSync(join(d, 'a.jsonl'), win(0, 'PC-09', 4688, { NewProcessName: 'C:\\a.exe' }) + '\n' + win(1, 'PC-09', 4688, { NewProcessName: 'C:\\a.exe', CommandLine: 'a' }) + '\n');
  assert.match(said(d), /1 trong 2 sự kiện tạo tiến trình \(4688\) không có dòng lệnh/);
  assert.doesNotMatch(said(d), /Hãy bật “Include/);
});

test('level, tag and time choose', () => {
  const ids = (r) => [...new Set(r.found.map((d) => d.rule_id[0]))].sort().join('');
  assert.equal(ids(hunt(dir, rules, '--level', 'high')), '13');
  assert.equal(ids(hunt(dir, rules, '--tag', 'attack.t1110')), '23');
  assert.equal(ids(hunt(dir, rules, '--tag', 'attack.t1490', '--tag', 'attack.persistence')), '14');
  assert.deepEqual(of(hunt(dir, rules, '--from', '2026-11-20T01:25:00Z', '--to', '2026-11-20T02:00:00Z').found, 1).map((d) => d.record), [8]);
  assert.deepEqual(of(hunt(dir, rules, '--from', '2026-11-20 08:00', '--to', '2026-11-20 08:22').found, 1).map((d) => d.record), [7]);
  const all = ids(hunt(dir, rules));
  assert.equal(ids(hunt(dir, rules, '--from', '2026-11-20', '--to', '20/11/2026')), all, 'a day alone counts to its end');
  assert.notEqual(ids(hunt(dir, rules, '--to', '2026-11-19')), all);
});

test('a file alone is shown by its name, paths in their order', () => {
  const one = hunt(join(dir, 'PC-07', 'security.jsonl'), rules);
  assert.equal(of(one.found, 1)[0].file, 'security.jsonl');
  const file = join(folder(), 'x.json');
  run('hunt', join(dir, 'access.log.gz'), join(dir, 'PC-07'), '--rules', rules, '--json', file);
  assert.deepEqual([...new Set(lines(file).map((d) => d.file))], ['access.log.gz', 'security.jsonl', `sâu/a&b<i>'x'.json`]);
});

test('csv and timeline: every detection once, harmless, in the order of time', () => {
  const csv = join(folder(), 'a.csv'), timeline = join(folder(), 'a.tl');
  assert.equal(run('hunt', dir, '--rules', rules, '--csv', csv, '--timeline', timeline).status, 0);
  const rows = readFileSync(csv, 'utf8').trimEnd().split('\r\n');
  assert.equal(rows[0], 'time,level,rule_id,title,host,file,record,tags,matched');
  assert.equal(rows.length, all.found.length + 1);
  const times = readFileSync(timeline, 'utf8').trimEnd().split('\r\n');
  assert.match(times[0], /^datetime,timestamp_desc,message,/);
  const stamps = times.slice(1).map((l) => l.split(',')[0]);
  assert.equal(stamps.length, all.found.length);
  assert.deepEqual(stamps, [...stamps].sort());
});

test('html: one page without outside resources or scripts, everything escaped', () => {
  const file = join(folder(), 'a.html');
  assert.equal(run('hunt', dir, '--rules', rules, '--html', file).status, 0);
  const html = readFileSync(file, 'utf8');
  assert.match(html, /^<!doctype html>/);
  assert.match(html, /<\/html>\n$/);
  assert.doesNotMatch(html, /<(script|img|link|iframe|object)|@import|url\(|<[^>]*\ssrc=|href="(?!#)/i);
  assert.doesNotMatch(html.replace(/"[^"]*"/g, '""'), /<[a-z][^>]*\son[a-z]+=/i);
  assert.ok(html.includes('&lt;script&gt;alert(1)'), 'the hostile text is there, as text');
  assert.ok(html.includes('a&amp;b&lt;i&gt;&#39;x&#39;.json'));
  for (const part of ['timeline', 'stories', 'gaps', 'attack', 'hosts', 'details', 'cover']) assert.ok(html.includes(`id="${part}"`), part);
  for (const text of ['T1490', 'Xóa bản sao bóng', 'Cô lập máy.', 'PC-07/security.jsonl']) assert.ok(html.includes(text), text);
});

test('the journal reaches the rules for Linux, exported either way', () => {
  const dir = folder();
  const entry = { __REALTIME_TIMESTAMP: '1795141920000000', _HOSTNAME: 'web01', SYSLOG_IDENTIFIER: 'sshd', MESSAGE: 'Failed password for root from 198.51.100.7 port 5 ssh2' };
  writeFileSync(join(dir, 'a.json'), JSON.stringify(entry) + '\n');
  writeFileSync(join(dir, 'a.export'), Object.entries(entry).map(([name, value]) => `${name}=${value}\n`).join('') + '\n');
  const rule = join(folder(), 'ssh.yml');
  writeFileSync(rule, 'title: SSH\nid: 66666666-6666-4666-8666-666666666666\nlogsource: {product: linux, service: sshd}\ndetection:\n  sel: {src_ip: 198.51.100.7, action: failed}\n  words: [Failed password]\n  condition: sel and words\n');
  assert.deepEqual(hunt(dir, rule).found.map((d) => `${d.file} ${d.record} ${d.host} ${d.time}`), ['a.export 1 web01 2026-11-20T02:32:00.000Z', 'a.json 1 web01 2026-11-20T02:32:00.000Z']);
});

test('records of auditd, also sent by syslog, and of Zeek: the machine is not the one at the other end', () => {
  const dir = folder();
  const record = `type=USER_LOGIN msg=audit(1795141920.000:7): pid=1 uid=0 msg='op=login exe="/usr/sbin/sshd" hostname=198.51.100.7 res=failed'\n`;
  writeFileSync(join(dir, 'audit.log'), record + `node=web02 ${record}`);
  writeFileSync(join(dir, 'messages'), `Nov 20 09:32:00 web01 audispd: ${record}`);
  const rule = join(folder(), 'vao.yml');
  writeFileSync(rule, 'title: In\nid: 66666666-6666-4666-8666-666666666666\nlogsource: {product: linux, service: auditd}\ndetection:\n  sel: {type: USER_LOGIN, res: failed}\n  condition: sel\n');
  assert.deepEqual(hunt(dir, rule).found.map((d) => `${d.file} ${d.record} ${d.host}`), ['audit.log 1 ', 'audit.log 2 web02', 'messages 1 web01']);
  const zeek = folder();
  writeFileSync(join(zeek, 'http.log'), JSON.stringify({ ts: 1795141920.5, uid: 'C1', 'id.orig_h': '10.0.0.9', 'id.resp_h': '198.51.100.7', method: 'GET', host: 'xau.example', uri: '/a' }) + '\n');
  writeFileSync(rule, 'title: Zeek\nid: 66666666-6666-4666-8666-666666666666\nlogsource: {product: zeek, service: http}\ndetection:\n  sel: {host: xau.example}\n  condition: sel\n');
  assert.deepEqual(hunt(zeek, rule).found.map((d) => d.host), ['']);
});

test('logs of network devices reach the rules for them', () => {
  const d = folder(), r = folder();
  const rule = (n, source, detection) => writeFileSync(join(r, `${n}.yml`), `title: ${n}\nid: ${n}\nlogsource: ${source}\ndetection:\n${detection}  condition: sel\nlevel: low\n`);
  rule('zeek-dns', '{product: zeek, service: dns}', '  sel: {query|endswith: .xau.example}\n');
  rule('zeek-http', '{product: zeek, service: http}', '  sel: {c-uri|contains: cmd.jsp}\n');
  rule('any-dns', '{category: dns}', '  sel: {query|endswith: .xau.example}\n');
  rule('cisco', '{product: cisco, service: aaa}', '  sel: [no access-session]\n');
  rule('cisco-asa', '{product: cisco, service: aaa}', '  sel: ["%ASA-5-111010"]\n');
  rule('duo', '{product: cisco, service: duo}', '  sel: {event_type: authentication, reason: bypass_user}\n');
  rule('nginx', '{service: nginx}', '  sel: [exited on signal]\n');
  rule('fortigate', '{category: firewall}', '  sel: {src_ip|cidr: 10.0.0.0/8, dst_port: 445, action: deny}\n');
  writeFileSync(join(d, 'fw.log'), ['traffic', 'utm'].map((type) => `<189>date=2026-11-20 time=08:12:00 devname="FG" logid="0000000013" type="${type}" srcip=10.0.0.1 dstip=10.0.0.2 dstport=445 action="deny"\n`).join(''));
  writeFileSync(join(d, 'dns.log'), ['#separator \\x09', '#path\tdns', '#fields\tts\tuid\tid.orig_h\tquery', '1763796605.5\tCx\t10.0.0.1\ta.xau.example', '1763796605.6\tCy\t10.0.0.1\t-', ''].join('\n'));
  writeFileSync(join(d, 'zeek.json'), [{ uid: 'a', 'id.orig_h': '10.0.0.1', query: 'b.xau.example' }, { uid: 'b', 'id.orig_h': '10.0.0.1', method: 'GET', uri: '/cmd.jsp' }].map((x) => JSON.stringify(x)).join('\n'));
  writeFileSync(join(d, 'sw.log'), 'Nov 20 08:12:00 sw1 77: Nov 20 08:12:00.1: %PARSER-5-CFGLOG_LOGGEDCMD: User:an  logged command:no access-session x\n<166>Nov 20 2026 08:12:01: %ASA-5-111010: User an\n');
  writeFileSync(join(d, 'duo.json'), '{"timestamp":1763796605,"event_type":"authentication","reason":"bypass_user"}\n');
  writeFileSync(join(d, 'error.log'), '2026/11/20 08:12:00 [alert] 7#7: worker process 9 exited on signal 11\r\n');
  assert.deepEqual(hunt(d, r).found.map((x) => `${x.file} ${x.record} ${x.rule_id}`).sort(), ['dns.log 4 any-dns', 'dns.log 4 zeek-dns', 'duo.json 1 duo',
    'error.log 1 nginx', 'fw.log 1 fortigate', 'sw.log 1 cisco', 'sw.log 2 cisco-asa', 'zeek.json 1 any-dns', 'zeek.json 1 zeek-dns', 'zeek.json 2 zeek-http']);
});

// ---- indicators --------------------------------------------------------------------------

const SHA = 'a'.repeat(63) + '1', MD5 = 'b'.repeat(31) + '2';

function iocLogs() {
  const d = folder();
  const rows = [
    { CommandLine: `certutil -hashfile x ${SHA.toUpperCase()}` }, { Hashes: `MD5=${MD5},IMPHASH=0` }, { DestinationIp: '203.0.113.77' },
    { QueryName: 'www.xau.example' }, { QueryName: 'xau.example.vn' }, { CommandLine: 'curl HTTPS://doc.example/a/B?x=1 -o x' },
    { Image: 'C:\\Users\\Public\\thu la.exe' }, { Image: 'C:\\Users\\Public\\khac thu la.exec' }, { DestinationIp: '10.99.3.4' }, { SourceIp: '2001:db8:0:0::5' },
  ];
  writeFileSync(join(d, 'a.jsonl'), rows.map((f, i) => win(i, 'PC-01', 9999, f)).join('\n') + '\n');
  return d;
}

// What of the rows is found with this list: "record kind".
function indicators(name, text) {
  const file = join(folder(), name);
  writeFileSync(file, text);
  const r = hunt(iocLogs(), rules, '--ioc', file);
  assert.equal(r.status, 0, r.err);
  return r.found.filter((d) => d.rule_id.startsWith('khien-ioc-')).map((d) => `${d.record} ${d.rule_id.slice(10)}`);
}

test('indicators as plain text, defanged too', () => {
  const text = `# danh sách\n${SHA};ghi chú\n${MD5}\n203[.]0.113[.]77\nxau.example\nhxxps://doc.example/a/b\nthu la.exe\n10.99.0.0/16\n2001:db8::5\n`;
  assert.deepEqual(indicators('a.txt', text), ['1 sha256', '2 md5', '3 ip', '4 domain', '6 url', '7 filename', '9 ip', '10 ip']);
});

test('indicators as CSV, MISP and STIX', () => {
  assert.deepEqual(indicators('a.csv', `type,value,comment\nsha256,${SHA},"xem https://doc.example/a/b"\nip,203.0.113.77,\n`), ['1 sha256', '3 ip']);
  const misp = { Event: { Attribute: [{ type: 'ip-dst', value: '203.0.113.77' }, { type: 'comment', value: 'xau.example' }],
    Object: [{ Attribute: [{ type: 'filename|md5', value: `khac.exe|${MD5}` }, { type: 'domain', value: 'xau.example' }] }] } };
  assert.deepEqual(indicators('misp.json', JSON.stringify({ response: [misp] })), ['2 md5', '3 ip', '4 domain']);
  const stix = { type: 'bundle', objects: [
    { type: 'indicator', pattern: `[file:hashes.'SHA-256' = '${SHA}' OR ipv4-addr:value = '203.0.113.77']` },
    { type: 'indicator', revoked: true, pattern: `[file:hashes.MD5 = '${MD5}']` }, { type: 'domain-name', value: 'xau.example' }] };
  assert.deepEqual(indicators('stix.json', JSON.stringify(stix)), ['1 sha256', '3 ip', '4 domain']);
});

test('entries of a list that are not looked for are told', () => {
  const file = join(folder(), 'a.txt');
  writeFileSync(file, '203.0.113.77\nmột câu\nxau.example\nhai câu\n');
  const r = hunt(iocLogs(), rules, '--ioc', file);
  assert.match(r.out.replace(/\s+/g, ' '), /2 mục trong danh sách không phải là dấu hiệu/);
});

test('a list without indicators is refused with its name', () => {
  const file = join(folder(), 'khong.txt');
  writeFileSync(file, 'không có gì ở đây cả\n');
  const r = run('hunt', dir, '--rules', rules, '--ioc', file);
  assert.equal(r.status, 1);
  assert.match(r.err, /khong\.txt/);
});

// ---- wrong use, endings -----------------------------------------------------------------------

test('exit status: 0 done, 1 failed, 2 wrong use', () => {
  assert.equal(run('hunt', join(dir, 'khong-co')).status, 1);
  assert.equal(run('hunt').status, 2);
  for (const wrong of [['--level', 'rat-cao'], ['--from', 'hom qua'], ['--threads', '0'], ['--khong-co', 'x']]) {
    const r = run('hunt', dir, '--rules', rules, ...wrong);
    assert.equal(r.status, 2, wrong.join(' '));
    assert.ok(r.err.length > 20);
  }
  const full = run('hunt', dir, '--rules', rules, '--json', '/dev/full');
  assert.equal(full.status, 1);
  assert.equal(run('hunt', dir, '--rules', join(dir, 'khong-co')).status, 1);
});

test('--json - puts detections on standard output and the table elsewhere', () => {
  const r = run('hunt', dir, '--rules', rules, '--json', '-');
  assert.equal(r.out, readFileSync(all.file, 'utf8'));
  assert.match(r.err, /Kết quả: 13 phát hiện/);
});

test('what a hunt writes into the folder it reads is not read', () => {
  const d = folder();
  writeFileSync(join(d, 'a.jsonl'), win(0, 'PC-09', 4625, { IpAddress: '10.0.0.1' }) + '\n');
  for (let i = 0; i < 2; i++) {
    const r = run('hunt', d, '--rules', rules, '--json', join(d, 'z.json'), '--csv', join(d, 'z.csv'), '--html', join(d, 'z.html'), '--timeline', join(d, 'z.tl'));
    assert.equal(r.status, 0, r.err);
    assert.match(r.out, /Đã đọc 1 tệp, 1 sự kiện/);
    assert.deepEqual(lines(join(d, 'z.json')).map((x) => x.file), ['a.jsonl']);
  }
});

test('a hunt that could find nothing is refused, and it is said what is wrong', () => {
  const d = folder(), log = join(d, 'a.jsonl'), none = folder(), there = join(d, 'co');
  writeFileSync(log, win(0, 'PC-09', 4625, { IpAddress: '10.0.0.1' }) + '\n');
  mkdirSync(there);
  for (const [status, args, said] of [
    [2, ['hunt', log, '--from', '2026-11-23', '--to', '2026-11-20'], /Đến: .*sớm hơn/],
    [1, ['hunt', log, '--rules', none], new RegExp(`Không có quy tắc nào dùng được trong ${none}`)],
    [1, ['hunt', log, '--rules', join(none, 'khong-co')], /Không tìm thấy .*khong-co/],
    [1, ['hunt', join(d, 'khong-co')], /Không tìm thấy .*khong-co/],
    [1, ['hunt', log, '--html', there], /là một thư mục/],
    [1, ['hunt', log, '--html', '/dev/full'], /Hết chỗ trống/],
    [1, ['rules', 'check', none], /Không có tệp quy tắc nào/],
    [1, ['rules', 'test', none], /Không có ví dụ nào/],
  ]) {
    const r = run(...args);
    assert.equal(r.status, status, `${args}: ${r.err}`);
    assert.match(r.err, said);
    assert.doesNotMatch(r.err, /[A-Z][a-z]+ (such|left|a directory)/, 'no words of the system');
  }
});

test('Ctrl-C prints what was found so far', async () => {
  const d = folder();
  const block = Array.from({ length: 20000 }, (_, i) => win(i, 'PC-07', 4625, { IpAddress: '10.0.0.1', TargetUserName: 'x'.repeat(200) })).join('\n') + '\n';
  for (let i = 0; i < 40; i++) writeFileSync(join(d, `${String(i).padStart(2, '0')}.jsonl`), block);
  const child = spawn(KHIEN, ['hunt', d, '--rules', rules, '--threads', '1', '--json', join(d, 'ra')], { env });
  let out = '', err = '';
  child.stdout.on('data', (x) => (out += x));
  child.stderr.on('data', (x) => (err += x));
  const ended = new Promise((done) => child.once('close', done));
  while (child.exitCode === null && (!existsSync(join(d, 'ra')) || readFileSync(join(d, 'ra')).length === 0)) await new Promise((done) => setTimeout(done, 10));
  assert.equal(child.exitCode, null, err);
  child.kill('SIGINT');
  assert.equal(await ended, 1);
  assert.match(out, /Đã dừng giữa chừng/);
  assert.match(out, /Failed sign-in/);
  const found = readFileSync(join(d, 'ra'), 'utf8').split('\n').filter(Boolean);
  assert.ok(found.length > 0 && found.length < 40 * 20000);
  for (const l of [found[0], found.at(-1)]) JSON.parse(l);
  assert.match(err, /dừng/);
});

// ---- rules, logs ---------------------------------------------------------------------------------

test('rules check names what cannot be used, with file, line and reason', () => {
  const d = folder();
  mkdirSync(join(d, 'sau'));
  writeFileSync(join(d, 'tot.yml'), RULES['xoa-ban-sao.yml']);
  writeFileSync(join(d, 'sau', 'la.yml'), RULES['xoa-ban-sao.yml'].replace('product: windows, category: process_creation', 'product: may-pha-ca').replace(/1{8}/, '55555555'));
  writeFileSync(join(d, 'sau', 'hong.yml'), RULES['xoa-ban-sao.yml'].replace('condition: sel', 'condition: sel and').replace(/1{8}/, '66666666'));
  const r = run('rules', 'check', d, '--json');
  assert.equal(r.status, 0, r.err);
  assert.equal(r.json.loaded, 1);
  assert.deepEqual(r.json.unmapped.map((x) => x.file), ['sau/la.yml']);
  assert.deepEqual(r.json.refused.map((x) => x.file), ['sau/hong.yml']);
  for (const x of [...r.json.unmapped, ...r.json.refused]) assert.ok(x.line >= 1 && x.reason.length > 10, JSON.stringify(x));
  const again = run('rules', 'check', d, '--json');
  assert.deepEqual(again.json, r.json, 'also out of the cache');
  assert.equal(run('rules', 'check', d, '--strict').status, 1);
  assert.match(run('rules', 'check', d).out, /sau\/hong\.yml:\d+: .+/);
});

test('rules list, show and test', () => {
  const list = run('rules', 'list', '--rules', rules, '--level', 'high', '--json').json.items;
  assert.deepEqual(list.map((r) => r.rule_id[0]).sort(), ['1', '3']);
  const one = run('rules', 'show', '11111111-1111-4111-8111-111111111111', '--rules', rules, '--json').json;
  assert.equal(one.title_vi, 'Xóa bản sao bóng');
  assert.equal(run('rules', 'show', 'khong-co', '--rules', rules).status, 1);
  const d = folder();
  const event = { TimeCreated_SystemTime: at(0), Channel: 'Security', EventID: 4625, Computer: 'a', IpAddress: '1.2.3.4' };
  const example = { rule: '33333333-3333-4333-8333-333333333333', format: 'json', positive: [[{ $repeat: 5, $every: 10, $event: event }]], negative: [[event, event], [{ $repeat: 5, $every: 200, $event: event }]] };
  writeFileSync(join(d, 'x.json'), JSON.stringify(example));
  const good = run('rules', 'test', d, '--rules', rules, '--json');
  assert.deepEqual(good.json, { logs: 3, failures: [], ok: true });
  writeFileSync(join(d, 'x.json'), JSON.stringify({ ...example, positive: example.negative }));
  const bad = run('rules', 'test', d, '--rules', rules);
  assert.equal(bad.status, 1);
  assert.match(bad.out, /x\.json/);
});

test('logs dump and stat', () => {
  const dump = run('logs', 'dump', join(dir, 'PC-07', 'security.jsonl'));
  const rows = dump.out.trim().split('\n').map((l) => JSON.parse(l));
  assert.equal(rows.length, 9);
  assert.deepEqual([rows[6].record, rows[6].format, rows[6].fields.EventID, rows[6].fields.Computer], [7, 'json', 4688, 'PC-07']);
  assert.equal(rows[0].time, '2026-11-20T01:12:00.000Z');
  const stat = run('logs', 'stat', join(dir, 'access.log.gz'), '--json').json;
  assert.deepEqual([stat.format, stat.packing, stat.events], ['web', 'gzip', 3000]);
  const ids = run('logs', 'stat', join(dir, 'PC-07', 'security.jsonl'), '--json').json.event_ids;
  assert.deepEqual(ids[0], { source: 'Security', event_id: '4625', events: 6 });
  assert.equal(run('logs', 'dump', join(dir, 'khong-co')).status, 1);
});

test('the engine is in no process that does not hunt', () => {
  const elf = (name) => readFileSync(join(BUILD, name)).toString('latin1');
  assert.ok(elf('khien-hunt').includes('libpcre2-8.so'));
  assert.ok(elf('khien-worker').includes('libpcre2-8.so'));
  assert.ok(!elf('khien').includes('libpcre2-8.so'), 'the server');
});

test('khien-hunt alone says who runs it', () => {
  const r = spawnSync(join(BUILD, 'khien-hunt'), [], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  assert.equal(r.status, 2);
  assert.match(r.stderr, /khien hunt/);
});

// ---- shared data -------------------------------------------------------------------------------

const data = join(SHARED, 'data');
test('EVTX: every regression pair has at least its matches; threads and prefilter change nothing', { skip: !existsSync(data) && 'shared test data is not here' }, () => {
  const trees = readdirSync(join(data, 'sigma')).filter((d) => d.startsWith('rules')).map((d) => join(data, 'sigma', d)).flatMap((d) => ['--rules', d]);
  const evtx = join(data, 'evtx', 'regression');
  const go = (...args) => {
    const file = join(folder(), 'ra.json');
    const r = khien(['hunt', evtx, ...trees, '--json', file, ...args], { env });
    assert.equal(r.status, 0, r.err);
    return readFileSync(file, 'utf8');
  };
  const text = go('--threads', '1');
  const count = new Map();
  for (const d of text.split('\n').filter(Boolean).map((l) => JSON.parse(l))) {
    const key = `${dirname(d.file)} ${d.rule_id}`;
    if (d.file.endsWith('.evtx')) count.set(key, (count.get(key) ?? 0) + 1);
  }
  let pairs = 0;
  for (const info of readdirSync(evtx, { recursive: true }).filter((f) => f.endsWith('info.yml'))) {
    const yml = readFileSync(join(evtx, info), 'utf8');
    const id = /^rule_metadata:\s*\n\s*- id: (\S+)/m.exec(yml)?.[1];
    const least = Number(/match_count: (\d+)/.exec(yml)?.[1] ?? 1);
    if (!id || !readdirSync(join(evtx, dirname(info))).some((f) => f.endsWith('.evtx'))) continue;
    pairs++;
    assert.ok((count.get(`${dirname(info)} ${id}`) ?? 0) >= least, `${info}: ${id}`);
  }
  assert.ok(pairs > 50, `${pairs} pairs`);
  assert.equal(go('--threads', '2'), text);
  assert.equal(go('--no-prefilter'), text);
});

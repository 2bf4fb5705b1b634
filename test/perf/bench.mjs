// SPDX-License-Identifier: Apache-2.0
// Every figure that has a goal, measured on the real program, with its goal beside it.
// KHIEN_BUILD: where the programs are; KHIEN_INCIDENTS, KHIEN_SECONDS: for a quick look.
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BUILD, newData, person, serve } from '../suite/lib.mjs';

const INCIDENTS = Number(process.env.KHIEN_INCIDENTS ?? 10000);
const SECONDS = process.env.KHIEN_SECONDS ?? '5';

function line(what, value, unit, goal, holds) {
  const verdict = goal === undefined ? '' : `${goal.padEnd(12)} ${holds ? 'ok' : 'MISSED'}`;
  console.log(`${what.padEnd(46)} ${String(value).padStart(10)} ${unit.padEnd(9)} ${verdict}`.trimEnd());
}
const most = (what, value, unit, max) => line(what, value.toFixed(2), unit, `<= ${max}`, value <= max);
const least = (what, value, unit, min) => line(what, value.toFixed(0), unit, `>= ${min}`, value >= min);

function run(name, ...args) {
  const r = spawnSync(join(BUILD, 'perf', name), args, { encoding: 'utf8' });
  if (r.error || r.status !== 0) throw new Error(`${name}: ${r.error ?? r.stderr}`);
  return r.stdout;
}

// One load on the server; paths in turn.
function load(server, { clients, paths, signedIn, body }) {
  const args = ['-c', String(clients), '-s', SECONDS];
  if (signedIn) args.push('-H', `Cookie: ${signedIn.cookie}`, '-H', `X-CSRF-Token: ${signedIn.csrf}`);
  if (body) args.push('-X', 'POST', '-d', JSON.stringify(body));
  return JSON.parse(run('load', ...args, String(server.port), ...paths.map((p) => `/api/v1${p}`)));
}

function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]) / 1024;
  return { resident: mb('VmRSS'), anonymous: mb('RssAnon') };
}

// Milliseconds of CPU a process has used, user and system.
function cpuMs(pid) {
  const part = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(part[11]) + Number(part[12])) * 10;
}

// Incidents that were filled in have their duties opened first, as after a restore; seconds until nothing is done.
async function settled(pid) {
  const from = performance.now();
  for (let before = -1, now = cpuMs(pid); now - before > 50 && performance.now() - from < 120000; ) {
    await wait(1000);
    [before, now] = [now, cpuMs(pid)];
  }
  return (performance.now() - from) / 1000;
}

// The median of writing 4 kB over what is there and waiting for the disk.
function bareSync(dir) {
  const fd = openSync(join(dir, 'sync-probe'), 'w');
  const page = Buffer.alloc(4096, 1);
  const ms = [];
  for (let i = 0; i < 64; i++) writeSync(fd, page);
  fdatasyncSync(fd);
  for (let i = 0; i < 300; i++) {
    const from = process.hrtime.bigint();
    writeSync(fd, page, 0, 4096, (i % 64) * 4096);
    fdatasyncSync(fd);
    ms.push(Number(process.hrtime.bigint() - from) / 1e6);
  }
  closeSync(fd);
  return ms.sort((a, b) => a - b)[150];
}

async function startMs(dir) {
  const times = [];
  for (let i = 0; i < 5; i++) {
    const from = performance.now();
    const server = await serve(dir);
    times.push(performance.now() - from);
    await server.stop();
  }
  return times.sort((a, b) => a - b)[2];
}

async function empty() {
  const data = newData({ sample: false });
  most('ready after start, empty store', await startMs(data.dir), 'ms', 300);
  const server = await serve(data.dir);
  await wait(2000);
  const m = memory(server.child.pid);
  most('idle on an empty store, anonymous', m.anonymous, 'MB', 8);
  most('idle on an empty store, resident', m.resident, 'MB', 20);
  await server.stop();
}

function latency(server, what, signedIn, paths) {
  const before = cpuMs(server.child.pid);
  const r = load(server, { clients: 4, paths, signedIn });
  const cpu = (cpuMs(server.child.pid) - before) / r.requests;
  most(`${what}, p50`, r.p50_ms, 'ms', 3);
  most(`${what}, p99`, r.p99_ms, 'ms', 15);
  line(`  ${r.per_s}/s, ${r.bytes} bytes; CPU of the server each`, (cpu * 1000).toFixed(0), 'us');
}

const report = { description: 'Máy kế toán 3 không mở được tệp nào, màn hình đòi tiền %n', symptoms: ['files_changed'], place: 'Phòng Kế toán', contact_name: 'Nguyễn Thị Mẫu' };

function creates(server, dir) {
  const before = bareSync(dir);
  const one = load(server, { clients: 1, paths: ['/reports'], body: report });
  const bare = (before + bareSync(dir)) / 2;
  most('report create, 1 client, p50', one.p50_ms, 'ms', 1.5);
  most('report create, 1 client, p99', one.p99_ms, 'ms', 10);
  line('  bare write and fdatasync of 4 kB, p50', bare.toFixed(3), 'ms');
  most('  create divided by it', one.p50_ms / bare, 'times', 6);
  least('report creates, 64 clients', load(server, { clients: 64, paths: ['/reports'], body: report }).per_s, '/s', 1000);
}

async function main() {
  const noise = () => line('load average of the machine', loadavg()[0].toFixed(2), '');
  line('cores, memory', `${cpus().length}, ${(totalmem() / 2 ** 30).toFixed(0)} GB`, '');
  noise();
  await empty();
  const data = newData();
  const from = performance.now();
  run('fill', data.dir, String(INCIDENTS));
  line(`filling with ${INCIDENTS} incidents`, ((performance.now() - from) / 1000).toFixed(1), 's');
  most('ready after start, loaded store', await startMs(data.dir), 'ms', 300);
  const server = await serve(data.dir, { args: ['--public-per-minute', '-1'] });
  line('duties of what was filled in, settled after', (await settled(server.child.pid)).toFixed(1), 's');
  const who = await person(server, data, data.login);
  const page = await who.ok('GET', '/incidents?limit=20');
  const shows = page.items.map((i) => `/incidents/${i.id}`);
  latency(server, 'incident list, 4 clients', who, ['/incidents']);
  latency(server, 'incident list of words, 4 clients', who, ['/incidents?q=tien%20chuoc', '/incidents?q=thu%20la']);
  latency(server, 'incident, 4 clients', who, shows);
  latency(server, 'timeline of one, 4 clients', who, shows.map((s) => `${s}/timeline`));
  latency(server, 'search, 4 clients', who, ['/search?q=tien%20chuoc', '/search?q=ke%20toan', '/search?q=SC-2026-0042', '/search?q=203.0.7.9']);
  latency(server, 'report list, 4 clients', who, ['/reports']);
  latency(server, 'task list, 4 clients', who, ['/tasks']);
  latency(server, 'today, 4 clients', who, ['/today']);
  const reads = ['/incidents', '/search?q=tien%20chuoc', ...shows.slice(0, 2)];
  for (const [what, paths] of [['list', ['/incidents']], ['incident', shows], ['search', ['/search?q=ke%20toan']]])
    line(`  ${what} alone, 64 clients`, load(server, { clients: 64, paths, signedIn: who }).per_s, '/s');
  least('reads, 64 clients (list, search, 2 incidents)', load(server, { clients: 64, paths: reads, signedIn: who }).per_s, '/s', 8000);
  creates(server, data.dir);
  noise();
  most('resident under the load', memory(server.child.pid).resident, 'MB', 64);
  line('  anonymous', memory(server.child.pid).anonymous.toFixed(2), 'MB');
  await server.stop();
  const verify = data.run('ledger', 'verify');
  least('ledger verify, tree', (verify.size * 1000) / verify.checked.tree_ms, 'entries/s', 800000);
  line('  with the tables', ((verify.size * 1000) / (verify.checked.tree_ms + verify.checked.rows_ms)).toFixed(0), 'entries/s');
  const size = spawnSync('node', ['tools/size.mjs'], { cwd: join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../web'), encoding: 'utf8' });
  if (size.stdout) most('first route of the signed-in app', Number(/([\d.]+) kB/.exec(size.stdout)[1]), 'kB', 300);
}

await main();

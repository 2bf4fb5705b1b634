// SPDX-License-Identifier: Apache-2.0
// kill -9 at any moment: what was acknowledged is there once, and the ledger holds.
// KHIEN_ROUNDS says how often (20; test/long asks for more).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { KHIEN, folder, khien, newData, serve } from './lib.mjs';

const ROUNDS = Number(process.env.KHIEN_ROUNDS ?? 20);
const WRITERS = 8;

const data = newData();
const agent = new Agent({ keepAlive: true, maxSockets: WRITERS });
after(() => agent.destroy());

const known = new Map(); // key -> code, once it was acknowledged
const open = new Set(); // keys that were sent and never answered
let serial = 0;

// Sends one report; answers its code, or undefined when no answer came.
function send(port, key) {
  return new Promise((done) => {
    const body = JSON.stringify({ description: `báo cáo ${key}`, idempotency_key: key });
    const r = request({ port, host: '127.0.0.1', agent, method: 'POST', path: '/api/v1/reports',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (answer) => {
      let text = '';
      answer.on('data', (d) => (text += d));
      answer.on('error', () => done(undefined));
      answer.on('end', () => {
        if (!answer.complete) return done(undefined);
        assert.equal(answer.statusCode, 201, text);
        done(JSON.parse(text).code);
      });
    });
    r.on('error', () => done(undefined));
    r.end(body);
  });
}

async function writer(port, state, keys) {
  while (!state.dead) {
    const key = keys.pop() ?? `k${++serial}`;
    open.add(key);
    const code = await send(port, key);
    if (code === undefined) continue;
    // A key that was answered before answers the same again.
    if (known.has(key)) assert.equal(code, known.get(key));
    known.set(key, code);
    open.delete(key);
  }
}

// Every report there is, by its description.
function stored() {
  const count = new Map();
  for (let offset = 0, more = true; more; offset += 200) {
    const page = data.run('report', 'list', '--state', 'all', '--limit', '200', '--offset', String(offset));
    for (const r of page.items) count.set(r.description, [...(count.get(r.description) ?? []), r.code]);
    more = page.more;
  }
  return count;
}

function check() {
  const verified = khien(['ledger', 'verify', '--data', data.dir, '--json']);
  assert.equal(verified.status, 0, verified.out + verified.err);
  assert.equal(verified.json.ok, true);
  const count = stored();
  for (const [key, code] of known) assert.deepEqual(count.get(`báo cáo ${key}`), [code], `report ${key}`);
  // What was never answered is there once or not at all.
  for (const key of open) assert.ok((count.get(`báo cáo ${key}`) ?? []).length <= 1, `report ${key} twice`);
  for (const text of count.keys()) assert.ok(known.has(text.slice(8)) || open.has(text.slice(8)), `${text} came from nowhere`);
  return count.size;
}

test(`kill -9 of the server, ${ROUNDS} rounds of ${WRITERS} writers`, async (t) => {
  for (let round = 0; round < ROUNDS; round++) {
    const server = await serve(data.dir);
    const state = { dead: false };
    // Half of what got no answer is sent again under its key, as a browser would.
    const again = [...open].filter((_, i) => i % 2 === 0);
    const before = known.size;
    const writers = Array.from({ length: WRITERS }, () => writer(server.port, state, again));
    await wait(40 + Math.random() * 400);
    // A slow machine gets in half of the rounds as long as it takes, so that there is something to lose.
    for (const end = Date.now() + 30000; round % 2 === 0 && known.size < before + 2 && Date.now() < end; ) await wait(20);
    const dying = server.stop('SIGKILL');
    state.dead = true;
    assert.equal((await dying).signal, 'SIGKILL');
    await Promise.all(writers);
    assert.ok(round > 0 || known.size > before, 'nothing was written in the first round');
    if (round % 10 === 9 || round === ROUNDS - 1) t.diagnostic(`round ${round + 1}: ${check()} reports stored, ${known.size} acknowledged`);
    else assert.equal(khien(['ledger', 'verify', '--data', data.dir, '--json']).status, 0, `ledger after round ${round}`);
  }
  assert.ok(known.size >= ROUNDS, `only ${known.size} writes were acknowledged`);
  // And it goes on working: everything that was left over can be sent now.
  const server = await serve(data.dir);
  for (const key of [...open]) {
    const code = await send(server.port, key);
    assert.ok(code !== undefined);
    known.set(key, code);
    open.delete(key);
  }
  await server.stop();
  check();
});

test('kill -9 of the command line', async () => {
  const rounds = Math.min(ROUNDS, 40);
  let lived = 0;
  for (let round = 0; round < rounds; round++) {
    const child = spawn(KHIEN, ['report', 'new', '--data', data.dir, '--json', '--description', `báo cáo c${round}`], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (d) => (text += d));
    const timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * 60);
    await new Promise((done) => child.on('close', done));
    clearTimeout(timer);
    if (text.endsWith('\n')) {
      known.set(`c${round}`, JSON.parse(text).code);
      lived++;
    } else open.add(`c${round}`);
  }
  check();
  assert.ok(lived < rounds || rounds < 10, 'every command lived: the test killed none');
});

test('kill -9 of a backup leaves no file', async () => {
  const box = folder();
  for (let round = 0; round < 8; round++) {
    const file = join(box, `b${round}`);
    const child = spawn(KHIEN, ['backup', 'self', file, '--data', data.dir, '--passphrase', 'mot cum mat khau', '--json'], { stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), 10 + Math.random() * 200);
    await new Promise((done) => child.on('exit', done));
    clearTimeout(timer);
    if (!existsSync(file)) continue;
    const back = join(box, `r${round}`);
    const r = khien(['backup', 'restore', file, '--data', back, '--passphrase', 'mot cum mat khau', '--json']);
    assert.equal(r.status, 0, r.err);
    assert.equal(khien(['ledger', 'verify', '--data', back, '--json']).status, 0);
  }
  // What is left of the killed ones has a name nobody takes for a backup.
  for (const name of readdirSync(box)) assert.match(name, /^(b\d|r\d|b\d\.[0-9a-f]{16}\.part.*)$/);
});

// SPDX-License-Identifier: Apache-2.0
// Disks that are full or fail: the answer says so, nothing is lost, and it goes on afterwards.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { KHIEN, Person, cli, folder, khien, newData, person, serve } from './lib.mjs';

const mounts = [];
after(() => mounts.forEach((dir) => spawnSync('umount', ['-l', dir])));

// A small file system of its own, or undefined where that is not permitted.
function smallDisk(size) {
  const dir = folder();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', dir]).status !== 0) return undefined;
  mounts.push(dir);
  return dir;
}

function canTrace() {
  const r = spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO:when=1', 'true']);
  return r.status === 0;
}

const free = (dir) => { const s = statfsSync(dir); return s.bavail * s.bsize; };

// Leaves about ${left} bytes.
function fill(dir, left) {
  writeFileSync(join(dir, 'filler'), Buffer.alloc(Math.max(0, free(dir) - left)));
}

const codes = (run) => run('report', 'list', '--state', 'all', '--limit', '200').items.map((r) => r.code);

// An answer of the API that says what is wrong, in Vietnamese.
function assertProblem(r, status, type) {
  assert.ok([status].flat().includes(r.status), r.text);
  assert.match(r.type, /^application\/problem\+json/);
  if (type !== undefined) assert.equal(r.json.type, `urn:khien:error:${type}`);
  assert.equal(r.json.status, r.status);
  assert.match(r.json.detail, /[ạảãàáâậầấẩẫăắằặẳẵọỏơợờớởỡòóõôộổỗồốịỉĩìíụủũùúưựữửừứẹẻẽèéêệểễềếđ]/, r.json.detail);
}

test('a full disk is told, nothing is lost, and it works again when there is room', async (t) => {
  const disk = smallDisk('6m');
  if (disk === undefined) return t.skip('mounting a tmpfs is not permitted here');
  const dir = join(disk, 'data');
  const run = cli(dir);
  run('init', '--sample');
  const server = await serve(dir);
  const reporter = new Person(server.url);
  const acknowledged = [];
  const first = await reporter.ok('POST', '/reports', { description: 'trước khi đầy' });
  acknowledged.push(first.code);
  fill(disk, 400 << 10);
  let refused;
  for (let i = 0; i < 500 && refused === undefined; i++) {
    const r = await reporter.call('POST', '/reports', { description: `báo cáo ${i} ${'x'.repeat(4000)}` });
    if (r.status === 201) acknowledged.push(r.json.code);
    else refused = r;
  }
  assert.ok(refused !== undefined, 'the disk was never full');
  assertProblem(refused, 507);
  // Reading goes on, and a file is refused as clearly as a row.
  assert.equal((await reporter.call('GET', `/reports/${first.code}`)).status, 200);
  const form = new FormData();
  form.append('description', 'có ảnh');
  form.append('files', new Blob([Buffer.alloc(2 << 20, 1)]), 'anh.png');
  assertProblem(await reporter.call('POST', '/reports', form), 507);
  assert.equal((await reporter.ok('GET', '/health')).status, 'ok');
  // Neither a backup onto the full disk nor what it began stays there.
  const backup = khien(['backup', 'self', join(disk, 'b'), '--data', dir, '--passphrase', 'mot cum mat khau', '--json']);
  assert.equal(backup.status, 1);
  assert.deepEqual(readdirSync(disk).sort(), ['data', 'filler']);
  rmSync(join(disk, 'filler'));
  const again = await reporter.call('POST', '/reports', { description: 'sau khi có chỗ' });
  assert.equal(again.status, 201, again.text);
  acknowledged.push(again.json.code);
  await server.stop();
  assert.equal(run('ledger', 'verify').ok, true);
  const stored = codes(run);
  for (const code of acknowledged) assert.equal(stored.filter((c) => c === code).length, 1, code);
  assert.equal(stored.length, acknowledged.length);
});

test('many at once on a full disk: what was refused is not there, what was taken is', async (t) => {
  const disk = smallDisk('32m');
  if (disk === undefined) return t.skip('mounting a tmpfs is not permitted here');
  const dir = join(disk, 'data');
  const run = cli(dir);
  run('init', '--sample');
  const server = await serve(dir);
  const taken = [], refused = [];
  // Many changes share a commit, and the larger ones write to the disk before it.
  for (let round = 0; round < 4; round++) {
    fill(disk, 2 << 20);
    await Promise.all(Array.from({ length: 16 }, async (_, i) => {
      const reporter = new Person(server.url);
      for (let n = 0; n < 8; n++) {
        const key = `${round}-${i}-${n}`;
        const r = await reporter.call('POST', '/reports', { description: `${key} ${'chữ '.repeat(1 + ((i * 8 + n) % 5) * 300)}`, idempotency_key: key });
        if (r.status === 201) taken.push(key);
        else {
          assertProblem(r, [507, 503]);
          refused.push({ key, type: r.json.type });
        }
      }
    }));
    rmSync(join(disk, 'filler'));
  }
  assert.ok(taken.length > 8 && refused.length > 8, `${taken.length} taken, ${refused.length} refused`);
  await server.stop();
  assert.equal(run('ledger', 'verify').ok, true);
  const stored = [];
  for (let offset = 0, more = true; more; offset += 200) {
    const page = run('report', 'list', '--state', 'all', '--limit', '200', '--offset', String(offset));
    stored.push(...page.items.map((r) => r.description.split(' ')[0]));
    more = page.more;
  }
  for (const key of taken) assert.equal(stored.filter((k) => k === key).length, 1, `${key} was taken`);
  for (const { key, type } of refused) if (!type.endsWith('unknown_outcome')) assert.ok(!stored.includes(key), `${key} was refused, and is there`);
});

test('the command line on a full disk fails and changes nothing', async (t) => {
  const disk = smallDisk('4m');
  if (disk === undefined) return t.skip('mounting a tmpfs is not permitted here');
  const dir = join(disk, 'data');
  const run = cli(dir);
  run('init', '--sample');
  const before = run('ledger', 'verify').size;
  fill(disk, 8 << 10);
  const r = khien(['report', 'new', '--data', dir, '--json', '--description', 'x'.repeat(7000)]);
  assert.equal(r.status, 1, r.out);
  assert.match(r.err, /507|full|chỗ trống/);
  rmSync(join(disk, 'filler'));
  assert.equal(run('ledger', 'verify').size, before);
  run('report', 'new', '--description', 'có chỗ rồi');
  assert.equal(run('ledger', 'verify').size, before + 1);
});

test('a data directory that finds no room leaves nothing that would be taken for one', (t) => {
  const disk = smallDisk('300k');
  if (disk === undefined) return t.skip('mounting a tmpfs is not permitted here');
  const dir = join(disk, 'data');
  const r = khien(['init', '--sample', '--data', dir]);
  assert.equal(r.status, 1, r.out);
  assert.match(r.err, /chỗ trống/);
  assert.ok(!existsSync(dir));
  assert.equal(spawnSync('mount', ['-o', 'remount,size=30m', disk]).status, 0);
  cli(dir)('init', '--sample');
  // A key of old is nobody's to remove.
  rmSync(join(dir, 'khien.db'));
  const again = khien(['init', '--data', dir]);
  assert.equal(again.status, 1);
  assert.match(again.err, /Đã có .*ledger\.key/);
  assert.ok(existsSync(join(dir, 'keys/ledger.key')));
});

// Makes the system calls of a running server fail.
async function injectInto(pid, what) {
  const tracer = spawn('strace', ['-f', '-qq', '-o', '/dev/null', '-p', String(pid), '-e', `inject=${what}`], { stdio: 'ignore' });
  const ended = new Promise((done) => tracer.once('exit', done));
  const held = () => readdirSync(`/proc/${pid}/task`).every((thread) => /TracerPid:\t[1-9]/.test(readStatus(`${pid}/task/${thread}`)));
  for (let i = 0; i < 1000 && !held(); i++) await wait(20);
  assert.ok(held(), 'strace holds every thread');
  await wait(300); // from then on it also sees their calls
  return async () => {
    tracer.kill('SIGINT');
    await ended;
  };
}

function readStatus(pid) {
  const r = spawnSync('cat', [`/proc/${pid}/status`], { encoding: 'utf8' });
  return r.stdout;
}

for (const when of [1, 2, 5]) {
  test(`fsync and fdatasync fail (call ${when}): not known, writes stop, a restart recovers`, async (t) => {
    if (!canTrace()) return t.skip('strace cannot inject here');
    const data = newData();
    let server = await serve(data.dir);
    const reporter = new Person(server.url);
    const acknowledged = [(await reporter.ok('POST', '/reports', { description: 'trước' })).code];
    const release = await injectInto(server.child.pid, `fsync,fdatasync:error=EIO:when=${when}+`);
    const keys = [];
    let unknown;
    for (let i = 0; i < 100 && unknown === undefined; i++) {
      keys.push(`k${i}`);
      const r = await reporter.call('POST', '/reports', { description: `lần k${i}`, idempotency_key: `k${i}` });
      if (r.status === 201) acknowledged.push(r.json.code);
      else unknown = r;
    }
    assert.ok(unknown !== undefined, 'no flush ever failed');
    // A checkpoint's flush may have failed first: then writes stopped before this one began.
    assertProblem(unknown, 503);
    assert.match(unknown.json.type, /unknown_outcome|writes_stopped/);
    // From then on nothing is written, whether or not the disk works again.
    await release();
    assertProblem(await reporter.call('POST', '/reports', { description: 'sau lỗi' }), 503, 'writes_stopped');
    assert.equal((await reporter.ok('GET', '/health')).status, 'stopped');
    assert.equal((await reporter.call('GET', `/reports/${acknowledged[0]}`)).status, 200);
    await server.stop();
    assert.equal(khien(['ledger', 'verify', '--data', data.dir]).status, 0);
    server = await serve(data.dir);
    const later = new Person(server.url);
    assert.equal((await later.ok('GET', '/health')).status, 'ok');
    // Whoever did not know asks again under the key, and it is there once.
    const last = await later.ok('POST', '/reports', { description: `lần ${keys.at(-1)}`, idempotency_key: keys.at(-1) });
    acknowledged.push(last.code);
    await server.stop();
    const stored = codes(data.run);
    for (const code of acknowledged) assert.equal(stored.filter((c) => c === code).length, 1, code);
    assert.equal(stored.length, acknowledged.length);
    assert.equal(data.run('ledger', 'verify').ok, true);
  });
}

test('a file whose flush fails is not kept; the next one is', async (t) => {
  if (!canTrace()) return t.skip('strace cannot inject here');
  const data = newData();
  const server = await serve(data.dir);
  const reporter = new Person(server.url);
  const form = () => {
    const f = new FormData();
    f.append('description', 'có tệp');
    f.append('files', new Blob([Buffer.alloc(100000, 7)]), 'nhat-ky.log');
    return f;
  };
  const release = await injectInto(server.child.pid, 'fsync:error=EIO:when=1+');
  const r = await reporter.call('POST', '/reports', form());
  assertProblem(r, 503);
  await release();
  assert.deepEqual(codes(data.run), []);
  const again = await reporter.call('POST', '/reports', form());
  assert.equal(again.status, 201, again.text);
  await server.stop();
  assert.equal(data.run('evidence', 'verify', '--all').ok, true);
  assert.equal(data.run('ledger', 'verify').ok, true);
});

test('the command line says that it does not know', async (t) => {
  if (!canTrace()) return t.skip('strace cannot inject here');
  const data = newData();
  const r = spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=fdatasync,fsync', '-e', 'inject=fdatasync,fsync:error=EIO:when=1+',
    KHIEN, 'report', 'new', '--data', data.dir, '--json', '--description', 'mất điện', '--idempotency-key', 'k'], { encoding: 'utf8' });
  assert.equal(r.status, 1, r.stdout + r.stderr);
  assert.equal(khien(['ledger', 'verify', '--data', data.dir]).status, 0);
  data.run('report', 'new', '--description', 'mất điện', '--idempotency-key', 'k');
  assert.equal(codes(data.run).length, 1);
  assert.ok(existsSync(join(data.dir, 'khien.db')));
});

// SPDX-License-Identifier: Apache-2.0
// khien serve as a program: addresses, TLS, the public listener, stopping, hostile clients.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { KHIEN, freePort, newData, Person, serve } from './lib.mjs';

const data = newData();

// Starts a server that should refuse to; answers its status and words.
function refuses(...args) {
  const r = spawnSync(KHIEN, ['serve', '--data', data.dir, ...args], { encoding: 'utf8', timeout: 60000 });
  return { status: r.status, err: r.stderr + r.stdout };
}

// One HTTPS request that trusts anybody; answers status, headers, text.
function ask(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((done, fail) => {
    const r = httpsRequest(url, { method, headers, rejectUnauthorized: false, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (d) => (text += d));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, text, cert: r.socket.getPeerCertificate?.() }));
    });
    r.on('error', fail);
    r.end(body);
  });
}

// Sends bytes as they are and reads until the end.
function raw(port, bytes, { half = false } = {}) {
  return new Promise((done) => {
    let text = '';
    const s = connect(port, '127.0.0.1', () => (half ? s.write(bytes) : s.end(bytes)));
    s.on('data', (d) => (text += d));
    s.on('error', () => done(text));
    s.on('close', () => done(text));
  });
}

test('an address beyond this machine needs TLS', () => {
  const r = refuses('--listen', '0.0.0.0:0');
  assert.equal(r.status, 2);
  assert.match(r.err, /TLS/);
  assert.match(r.err, /--public-listen/);
});

test('an address that is none, or a certificate that is none, is told', () => {
  assert.match(refuses('--listen', 'localhost').err, /127\.0\.0\.1:8686/);
  assert.notEqual(refuses('--listen', '127.0.0.1:0', '--tls-cert', '/dev/null', '--tls-key', '/dev/null').status, 0);
  assert.equal(refuses('--listen', '127.0.0.1:0', '--tls-self-signed', '--tls-cert', '/dev/null').status, 2);
  assert.notEqual(refuses('--listen', '127.0.0.1:0', '--trusted-proxy', 'somebody').status, 0);
});

test('a port that is taken is named', async () => {
  const server = await serve(data.dir);
  const r = refuses('--listen', `127.0.0.1:${server.port}`);
  assert.equal(r.status, 1);
  assert.match(r.err, new RegExp(`127.0.0.1:${server.port}`));
  await server.stop();
});

test('a self-signed certificate is made once, kept private, and used', async () => {
  const server = await serve(data.dir, { args: ['--tls-self-signed'] });
  const url = `https://127.0.0.1:${server.port}`;
  const health = await ask(url + '/api/v1/health');
  assert.equal(health.status, 200);
  assert.match(health.headers['strict-transport-security'], /max-age=\d+/);
  const printed = /[0-9A-F]{2}(:[0-9A-F]{2}){31}/.exec(server.log());
  assert.ok(printed, server.log());
  assert.equal(health.cert.fingerprint256, printed[0]);
  assert.match(health.cert.subjectaltname, /IP Address:127\.0\.0\.1/);

  const signed = await ask(url + '/api/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: data.login, password: data.password }),
  });
  assert.equal(signed.status, 201);
  assert.match(signed.headers['set-cookie'][0], /; Secure/);
  await server.stop();

  assert.equal(statSync(join(data.dir, 'keys/tls.key')).mode & 0o777, 0o600);
  const kept = readFileSync(join(data.dir, 'keys/tls.crt'), 'utf8');
  const again = await serve(data.dir, { args: ['--tls-self-signed'] });
  assert.ok(again.log().includes(printed[0]));
  await again.stop();
  assert.equal(readFileSync(join(data.dir, 'keys/tls.crt'), 'utf8'), kept);
});

test('the public listener has the report and nothing else, and sets no cookie', async () => {
  const port = await freePort();
  const server = await serve(data.dir, { args: ['--public-listen', `127.0.0.1:${port}`] });
  const out = `http://127.0.0.1:${port}`;
  assert.ok(server.log().includes(`http://127.0.0.1:${port}/bao-su-co`));
  const sent = await fetch(out + '/api/v1/reports', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ description: 'Máy in tự in' }),
  });
  assert.equal(sent.status, 201);
  const { code } = await sent.json();
  assert.equal((await fetch(`${out}/api/v1/reports/${code}`)).status, 200);
  assert.equal(sent.headers.get('set-cookie'), null);
  for (const path of ['/api/v1/session', '/api/v1/incidents', '/api/v1/users', '/su-co'])
    assert.equal((await fetch(out + path)).status, 404, path);
  const front = await fetch(out + '/', { redirect: 'manual' });
  assert.equal(front.headers.get('location'), '/bao-su-co');
  await server.stop();
});

test('stopping finishes what is under way and is over soon', async () => {
  const server = await serve(data.dir);
  const body = JSON.stringify({ description: 'Đang gửi thì máy chủ dừng' });
  const head = `POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nExpect: 100-continue\r\n\r\n`;
  let text = '';
  const s = connect(server.port, '127.0.0.1', () => s.write(head));
  const closed = new Promise((done) => s.on('close', done));
  s.on('data', (d) => (text += d));
  s.on('error', () => {});
  // It has the head once it asks for the rest.
  for (let i = 0; i < 1000 && !text.startsWith('HTTP/1.1 100'); i++) await new Promise((done) => setTimeout(done, 20));
  s.write(body.slice(0, 5));
  const started = Date.now();
  server.child.kill('SIGTERM');
  await new Promise((done) => setTimeout(done, 300));
  s.write(body.slice(5));
  const { code } = await server.ended;
  await closed;
  assert.equal(code, 0);
  assert.match(text, /^HTTP\/1\.1 100[^]*\r\n\r\nHTTP\/1\.1 201/);
  assert.ok(Date.now() - started < 25000);
});

test('Ctrl-C with idle connections stops at once', async () => {
  const server = await serve(data.dir);
  const idle = connect(server.port, '127.0.0.1');
  idle.on('error', () => {});
  await new Promise((done) => setTimeout(done, 200));
  const started = Date.now();
  const { code } = await server.stop('SIGINT');
  assert.equal(code, 0);
  assert.ok(Date.now() - started < 10000);
});

test('slow, huge and broken requests get an answer or an end, and others do not wait', async () => {
  const server = await serve(data.dir);
  const slow = raw(server.port, 'POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{', { half: true });
  assert.match(await raw(server.port, `GET /${'a'.repeat(5000)} HTTP/1.1\r\nHost: x\r\n\r\n`), /^HTTP\/1\.1 414/);
  assert.match(await raw(server.port, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20000)}\r\n\r\n`), /^HTTP\/1\.1 431/);
  assert.match(await raw(server.port, 'GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1\.1 400[^]*<!doctype html>/);
  assert.match(await raw(server.port, 'GET /api/v1/health HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400/);
  assert.doesNotMatch(await raw(server.port, Buffer.from([0x16, 3, 1, 0, 0, 0, 0, 0])), /^HTTP\/1\.1 200/);
  const person = new Person(server.url);
  assert.equal((await person.call('GET', '/health')).status, 200);
  await server.stop();
  await slow;
});

test('a big load is answered, and memory stays small', async () => {
  const server = await serve(data.dir);
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]);
  const before = rss();
  const sanitized = /asan|san$/.test(KHIEN.split('/').at(-2));
  await Promise.all(Array.from({ length: 200 }, () => fetch(server.url + '/api/v1/health').then((r) => r.text())));
  if (!sanitized) {
    assert.ok(before <= 20480, `${before} kB after start`);
    assert.ok(rss() <= 65536, `${rss()} kB after load`);
  }
  await server.stop();
});

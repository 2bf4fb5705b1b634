// SPDX-License-Identifier: Apache-2.0
// Somebody is told: by mail and webhook, at once; the chief of office after ten
// minutes; never twice, also when the server is killed.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import test from 'node:test';
import { newData, Person, person, serve } from './lib.mjs';

// A mail server that keeps what it is given (RFC 5321, as much as a client needs).
function mailServer() {
  const mails = [];
  let refuse = false;
  const server = net.createServer((socket) => {
    let buffer = '';
    let data = false;
    let mail = { to: [] };
    const say = (line) => socket.write(line + '\r\n');
    socket.on('error', () => {});
    if (refuse) return socket.end('421 later\r\n');
    say('220 test ESMTP');
    socket.on('data', (chunk) => {
      buffer += chunk;
      for (;;) {
        if (data) {
          const end = buffer.indexOf('\r\n.\r\n');
          if (end < 0) return;
          mail.text = buffer.slice(0, end);
          buffer = buffer.slice(end + 5);
          mails.push(mail);
          mail = { to: [] };
          data = false;
          say('250 kept');
          continue;
        }
        const end = buffer.indexOf('\r\n');
        if (end < 0) return;
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (/^EHLO/i.test(line)) socket.write('250-test\r\n250 8BITMIME\r\n');
        else if (/^DATA/i.test(line)) (data = true), say('354 go on');
        else if (/^RCPT TO:<([^>]*)>/i.test(line)) mail.to.push(/<([^>]*)>/.exec(line)[1]), say('250 ok');
        else if (/^QUIT/i.test(line)) say('221 bye'), socket.end();
        else say('250 ok');
      }
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done({
    mails, url: `smtp://127.0.0.1:${server.address().port}`, refuse: (v) => (refuse = v), close: () => server.close(),
  })));
}

function hookServer() {
  const calls = [];
  const server = http.createServer((req, res) => {
    let body = '';
    req.on('data', (d) => (body += d)).on('end', () => {
      calls.push({ headers: req.headers, body: JSON.parse(body) });
      res.writeHead(204).end();
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done({
    calls, url: `http://127.0.0.1:${server.address().port}/hook`, close: () => server.close(),
  })));
}

async function until(what, found, ms = 40000) {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (found()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail(`not within ${ms} ms: ${what}`);
}

const data = newData({ testClock: true });
const { run } = data;
const mail = await mailServer();
const hook = await hookServer();
run('clock', 'set', '2026-11-23T08:00:00+07:00');
run('setting', 'set', 'mail.url', mail.url);
run('setting', 'set', 'mail.morning', '');
run('setting', 'set', 'mail.from', 'khien@example.vn');
run('setting', 'set', 'webhook.url', hook.url);
run('setting', 'set', 'webhook.secret', 'khoa');
let server = await serve(data.dir);
const to = (address) => mail.mails.filter((m) => m.to.includes(address));
let first;

test('a new report goes at once to administrator, substitute and webhook', async () => {
  first = await new Person(server.url).ok('POST', '/reports', { symptoms: ['phishing'], description: 'Thư giả mạo', contact_name: 'Người Báo Tin' });
  await until('two mails', () => mail.mails.length >= 2);
  await until('the webhook', () => hook.calls.length >= 1);
  assert.equal(to('quantri@example.vn').length, 1);
  assert.equal(to('duphong@example.vn').length, 1);
  assert.equal(hook.calls[0].body.event, 'report.new');
  assert.match(hook.calls[0].headers['khien-signature'], /^sha256=[0-9a-f]{64}$/);
  for (const m of mail.mails) {
    const body = Buffer.from(m.text.split('\r\n\r\n')[1].replaceAll('\r\n', ''), 'base64').toString();
    assert.ok(body.includes(first.number), body);
    assert.ok(!body.includes('Người Báo Tin'), 'the reporter is not named in mail');
  }
});

test('nobody takes it: after ten minutes, not before, the chief of office is told once', async () => {
  run('clock', 'set', '2026-11-23T08:09:30+07:00');
  await new Promise((done) => setTimeout(done, 2500));
  assert.equal(to('chanhvp@example.vn').length, 0);
  run('clock', 'set', '2026-11-23T08:10:30+07:00');
  await until('the chief', () => to('chanhvp@example.vn').length > 0);
  run('clock', 'set', '2026-11-23T09:00:00+07:00');
  await new Promise((done) => setTimeout(done, 2500));
  assert.equal(to('chanhvp@example.vn').length, 1);
});

test('a report that was taken bothers nobody else', async () => {
  const admin = await person(server, data, data.login);
  const second = await admin.ok('POST', '/reports', { symptoms: ['phishing'], channel: 'phone' });
  await admin.ok('POST', `/incidents/${second.incident_id}/take`);
  run('clock', 'set', '2026-11-23T10:00:00+07:00');
  await new Promise((done) => setTimeout(done, 2500));
  assert.equal(to('chanhvp@example.vn').length, 1);
});

test('killed while the mail server is away, it tells everybody once after the restart', async () => {
  const before = to('quantri@example.vn').length;
  mail.refuse(true);
  await new Person(server.url).ok('POST', '/reports', { symptoms: ['antivirus'], description: 'Cảnh báo' });
  await new Promise((done) => setTimeout(done, 1500));
  await server.stop('SIGKILL');
  mail.refuse(false);
  server = await serve(data.dir);
  await until('the mail', () => to('quantri@example.vn').length > before, 90000);
  await new Promise((done) => setTimeout(done, 1500));
  assert.equal(to('quantri@example.vn').length, before + 1);
});

test('the ledger holds', async () => {
  assert.equal(run('ledger', 'verify').ok, true);
  await server.stop();
  mail.close();
  hook.close();
});

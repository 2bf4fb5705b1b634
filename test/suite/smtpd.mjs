// SPDX-License-Identifier: Apache-2.0
// smtpd.mjs: Debian's OpenSMTPD on loopback, and a gate before it that can delay and break.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, chownSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { folder, freePort } from './lib.mjs';

const SMTPD = '/usr/sbin/smtpd';
// Its parts change to users of their own, which takes root.
export const canServeMail = existsSync(SMTPD) && process.getuid() === 0;

// Its queue and its control socket are one for the whole machine: suites that run beside each other take turns.
// The lock goes when its holder's input ends, however this program ends.
async function turn() {
  const holder = spawn('flock', ['/tmp/khien-smtpd.lock', 'sh', '-c', 'echo mine; read -r done'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((done, fail) => {
    holder.stdout.once('data', done);
    holder.once('exit', (code) => fail(new Error(`flock ended with ${code}`)));
  });
  for (const part of [holder, holder.stdin, holder.stdout]) part.unref();
  return () => holder.stdin.end();
}

// Starts it; answers { port, mails(), stop() }. What goes to tuchoi@… is refused.
export async function mailServer() {
  const pass = await turn();
  const dir = folder('khien-smtpd-');
  const box = join(dir, 'box');
  const port = await freePort();
  mkdirSync(box);
  chmodSync(dir, 0o755);
  chownSync(box, 65534, 65534);
  writeFileSync(join(dir, 'smtpd.conf'), [
    `listen on 127.0.0.1 port ${port} hostname "mail.example.vn"`,
    `action "keep" maildir "${box}" virtual { "@" = "nobody" } user nobody`,
    'match from any for rcpt-to "tuchoi@example.vn" reject',
    'match from any for any action "keep"', ''].join('\n'));
  const child = spawn(SMTPD, ['-d', '-f', join(dir, 'smtpd.conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const s of [child.stdout, child.stderr]) s.on('data', (d) => (log += d));
  process.on('exit', () => child.kill('SIGTERM'));
  for (const end = Date.now() + 15000; ; ) {
    if (await answers(port)) break;
    if (Date.now() > end || child.exitCode !== null) throw new Error(`smtpd: ${log}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  return {
    port,
    mails: () => (existsSync(join(box, 'new')) ? readdirSync(join(box, 'new')).sort() : []).map((f) => parse(readFileSync(join(box, 'new', f), 'latin1'))),
    stop: () => new Promise((done) => (child.once('exit', done), child.kill('SIGTERM'))).then(pass),
  };
}

function answers(port) {
  return new Promise((done) => {
    const s = net.connect(port, '127.0.0.1').on('error', () => done(false));
    s.once('data', (d) => (s.end('QUIT\r\n'), done(String(d).startsWith('220'))));
  });
}

// { headers: {name: text}, parts: [{ type, name, data }] } of a mail as it lies in the box.
function parse(raw) {
  const cut = raw.search(/\r?\n\r?\n/);
  const headers = head(raw.slice(0, cut));
  const boundary = /boundary="?([^";\r\n]+)/.exec(headers['content-type'] ?? '');
  const body = raw.slice(cut).replace(/^\r?\n\r?\n/, '');
  const parts = boundary === null ? [part(headers, body)] :
    body.split(`--${boundary[1]}`).slice(1, -1).map((p) => {
      const text = p.replace(/^\r?\n/, '');
      const at = text.search(/\r?\n\r?\n/);
      return part(head(text.slice(0, at)), text.slice(at).replace(/^\r?\n\r?\n/, ''));
    });
  return { headers, parts };
}

function head(text) {
  const headers = {};
  for (const line of text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const at = line.indexOf(':');
    if (at > 0) headers[line.slice(0, at).toLowerCase()] = words(line.slice(at + 1).trim());
  }
  return headers;
}

// RFC 2047.
function words(text) {
  return text.replace(/\?=\s+=\?/g, '?==?').replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, how, s) =>
    (how.toLowerCase() === 'b' ? Buffer.from(s, 'base64') : Buffer.from(s.replace(/_/g, ' ').replace(/=([0-9A-F]{2})/gi, (_m, h) => String.fromCharCode(parseInt(h, 16))), 'latin1')).toString());
}

function part(headers, body) {
  const base64 = /base64/i.test(headers['content-transfer-encoding'] ?? '');
  return {
    type: (headers['content-type'] ?? 'text/plain').split(';')[0],
    name: /filename\*?="?(?:utf-8'')?([^";]+)/i.exec(headers['content-disposition'] ?? '')?.[1],
    data: base64 ? Buffer.from(body.replace(/\s/g, ''), 'base64') : Buffer.from(body, 'latin1'),
  };
}

/*
 * A gate before the server: ${how} is 'pass', 'late' (three seconds before the
 * greeting), 'before' (breaks when DATA is said) or 'silent' (hands the message on,
 * then breaks before the answer comes back).
 */
export function gate(port) {
  let how = 'pass';
  const seen = { connections: 0 };
  const server = net.createServer((client) => {
    const way = how;
    let said = '';
    seen.connections++;
    client.on('error', () => {});
    const open = () => {
      const to = net.connect(port, '127.0.0.1').on('error', () => client.destroy());
      let ended = false;
      client.on('data', (d) => {
        said += d.toString('latin1');
        if (way === 'before' && /^DATA\r\n/im.test(said)) return client.destroy(), to.destroy();
        to.write(d);
        if (said.endsWith('\r\n.\r\n')) ended = true;
      });
      to.on('data', (d) => (way === 'silent' && ended ? client.destroy() : client.write(d)));
      client.on('close', () => (way === 'silent' ? setTimeout(() => to.destroy(), 2000) : to.destroy()));
      to.on('close', () => client.destroy());
    };
    if (way === 'late') setTimeout(open, 3000);
    else open();
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done({
    url: `smtp://127.0.0.1:${server.address().port}`, seen, set: (v) => (how = v), close: () => server.close(),
  })));
}

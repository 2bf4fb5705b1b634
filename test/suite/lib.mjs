// SPDX-License-Identifier: Apache-2.0
// lib.mjs: real programs for the suites: data directories, servers, signed-in people.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const BUILD = resolve(process.env.KHIEN_BUILD ?? 'build');
export const KHIEN = join(BUILD, 'khien');
export const VERIFY = join(BUILD, 'khien-verify');

export const YEAR = new Date(Date.now() + 7 * 3600_000).getUTCFullYear(); // in Vietnam, as in the numbers of today's incidents

const folders = [];
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const dir of folders) rmSync(dir, { recursive: true, force: true });
});

export function folder(name = 'khien-test-') {
  const dir = mkdtempSync(join(tmpdir(), name));
  folders.push(dir);
  return dir;
}

// Runs khien; answers { status, out, err, json } (json when --json was asked for and printed).
export function khien(args, options = {}) {
  const r = spawnSync(KHIEN, args, { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, KHIEN_LANG: 'vi' }, ...options });
  let json;
  try {
    json = JSON.parse(r.stdout || r.stderr);
  } catch {
    json = undefined;
  }
  return { status: r.status, out: r.stdout, err: r.stderr, json };
}

// The command line on one data directory, in JSON; throws when the exit status is not 0.
export function cli(data) {
  return (...args) => {
    const r = khien([...args, '--data', data, '--json']);
    if (r.status !== 0) throw Object.assign(new Error(`khien ${args.join(' ')}: ${r.err}`), r);
    return r.json;
  };
}

// A new data directory; answers { dir, run, login, password }.
export function newData({ sample = true, testClock = false } = {}) {
  const dir = join(folder(), 'data');
  const made = cli(dir)('init', ...(sample ? ['--sample'] : []), ...(testClock ? ['--test-clock'] : []));
  return { dir, run: cli(dir), login: made.login, password: made.password };
}

export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer().on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

// Starts khien serve and waits for "ready"; answers { url, child, stop }.
export async function serve(dir, options) {
  for (let i = 0; ; i++) {
    const port = await freePort();
    try {
      return await serveAt(port, dir, options);
    } catch (e) {
      // Between the two somebody else may have taken it.
      if (i === 4 || !/Address already in use/.test(e.message)) throw e;
    }
  }
}

async function serveAt(port, dir, { args = [], wrap = [] } = {}) {
  const words = [...wrap, KHIEN, 'serve', '--data', dir, '--listen', `127.0.0.1:${port}`, ...args];
  const child = spawn(words[0], words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.stderr.on('data', (d) => (log += d));
  await new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error(`not ready: ${log}`)), 60000);
    child.stdout.on('data', (d) => {
      log += d;
      if (log.includes('ready')) {
        clearTimeout(late);
        done();
      }
    });
    child.once('exit', (code) => fail(new Error(`khien serve ended with ${code}: ${log}`)));
  });
  // A server that dies on its own says why; one that a test kills does not.
  const ended = new Promise((done) =>
    child.once('exit', (code, signal) => {
      if (code) console.error(`khien serve ended with ${code}:\n${log}`);
      done({ code, signal });
    }),
  );
  // A test that failed before it stopped its server must not wait for it for ever.
  for (const part of [child, child.stdout, child.stderr]) part.unref();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    child,
    log: () => log,
    get ended() {
      child.ref();
      return ended;
    },
    stop: async (signal = 'SIGTERM') => {
      child.ref();
      child.kill(signal);
      return ended;
    },
  };
}

// One person's view of the API: cookie and CSRF token kept; call(method, path, body).
export class Person {
  constructor(url) {
    this.url = url;
    this.cookie = '';
    this.csrf = '';
  }

  async call(method, path, body, headers = {}) {
    const init = { method, headers: { 'accept-language': 'vi', ...headers }, redirect: 'manual' };
    if (this.cookie) init.headers.cookie = this.cookie;
    if (this.csrf && method !== 'GET') init.headers['x-csrf-token'] = this.csrf;
    if (body instanceof FormData) init.body = body;
    else if (body !== undefined) {
      init.headers['content-type'] = 'application/json';
      init.body = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    }
    // While a program was waited for, the server may have ended a connection that lay idle: first that is seen.
    await new Promise(setImmediate);
    const answer = await fetch(this.url + '/api/v1' + path, init);
    const text = await answer.text();
    const set = answer.headers.getSetCookie?.() ?? [answer.headers.get('set-cookie')].filter(Boolean);
    if (set.length > 0) this.cookie = set[0].split(';')[0];
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: answer.status, type: answer.headers.get('content-type'), headers: answer.headers, text, json };
  }

  // The same, but throws unless the answer is 2xx; answers the JSON.
  async ok(method, path, body) {
    const r = await this.call(method, path, body);
    if (r.status < 200 || r.status > 299) throw new Error(`${method} ${path}: ${r.status} ${r.text}`);
    return r.json;
  }

  async signIn(login, password) {
    const r = await this.ok('POST', '/session', { login, password });
    this.csrf = r.csrf;
    return r;
  }
}

// Gives a sample account a password and signs it in.
export async function person(server, data, login, password = `mat-khau-${login}-dai`) {
  if (login === data.login) password = data.password;
  else data.run('user', 'password', login, '--password', password);
  const p = new Person(server.url);
  const first = await p.signIn(login, password);
  if (first.must_change_password) {
    await p.ok('POST', '/me/password', { old: password, new: password + '2' });
    await p.signIn(login, password + '2');
  }
  return p;
}

// SPDX-License-Identifier: Apache-2.0
// What people, programs and attackers send: every answer says what is wrong and
// what to do, text stays text, and the server goes on.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { KHIEN, Person, folder, khien, newData, person, serve } from './lib.mjs';

const data = newData();
const server = await serve(data.dir);
after(() => server.stop());
const reporter = new Person(server.url);
const admin = await person(server, data, data.login);
const substitute = await person(server, data, 'duphong');

const HOSTILE = [
  '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'; DROP TABLE report; --", "' OR '1'='1", '../../../../etc/passwd',
  '..\\..\\windows\\system32', '${jndi:ldap://x}', '{{7*7}}', '%00%0d%0aSet-Cookie:x=1', '=cmd|calc!A1', '&lt;b&gt;&amp;amp;',
  '\u202egnp.exe', 'a\u0300\u0301\u0302', '🤷🏽‍♂️', 'javascript:alert(1)', '%s%s%n', '@err.csrf', 'x'.repeat(110),
];

function isProblem(r, status, type) {
  const wanted = [status].flat();
  assert.ok(wanted.includes(r.status), `${r.status} instead of ${wanted}: ${r.text}`);
  assert.match(r.type, /^application\/problem\+json/, r.text);
  assert.match(r.json.type, /^urn:khien:error:[a-z0-9_.]+$/);
  if (type !== undefined) assert.equal(r.json.type, `urn:khien:error:${type}`, r.text);
  assert.equal(r.json.status, r.status);
  assert.ok(r.json.title.length > 3 && r.json.detail.length > 10, r.text);
  assert.doesNotMatch(r.json.detail, /^(err|http|server)\.|\{[a-z_]+\}/, r.text);
}

// Bytes as they are; answers what came back until the other side ended.
function raw(bytes, { wait = 10000 } = {}) {
  return new Promise((done) => {
    let text = '';
    const s = connect(server.port, '127.0.0.1', () => s.write(bytes));
    s.setTimeout(wait, () => s.destroy());
    s.on('data', (d) => (text += d.toString('latin1')));
    s.on('error', () => done(text));
    s.on('close', () => done(text));
  });
}

const page = async (path, init) => {
  const r = await fetch(server.url + path, { redirect: 'manual', ...init });
  return { status: r.status, type: r.headers.get('content-type'), text: await r.text(), headers: r.headers };
};

// ---- text stays text ---------------------------------------------------------------

test('hostile text in every field of a report comes back as it was', async () => {
  for (const text of HOSTILE) {
    const sent = { description: text, place: text, system: text, done: text, contact_name: text, contact_division: text, contact_phone: text.slice(0, 60),
      contact_email: 'a@b.vn' };
    const made = await reporter.ok('POST', '/reports', sent);
    const listed = (await admin.ok('GET', '/reports?limit=200')).items.find((r) => r.code === made.code);
    const shown = await admin.ok('GET', `/reports/${listed.id}/record`);
    // A system nobody registered is a place like any other.
    const { system, place, ...same } = sent;
    for (const [field, value] of Object.entries(same)) assert.equal(shown[field], value, field);
    assert.equal(shown.place, `${place}; ${system}`);
    await reporter.ok('POST', `/reports/${made.code}/answer`, { text });
    const status = await reporter.ok('GET', `/reports/${made.code}`);
    assert.equal(status.messages.at(-1).text, text);
    const html = await page(`/bao-su-co/${made.code}`);
    assert.equal(html.status, 200);
    notExecuted(html.text, made.code);
  }
  const one = await admin.ok('GET', '/search?q=' + encodeURIComponent("'; DROP TABLE"));
  assert.ok(Array.isArray(one.items));
});

// The page holds the text, but none of it as markup.
function notExecuted(html, where) {
  assert.doesNotMatch(html, /<script>alert|<img src=x|<b>&amp;amp|href="javascript:/i, where);
  // Attributes without their values: an event handler would be a name of its own.
  assert.doesNotMatch(html.replace(/"[^"]*"/g, '""'), /<[a-z][^>]*\son[a-z]+=/i, where);
}

test('hostile text in the form without JavaScript is shown as text, also beside an error', async () => {
  for (const text of HOSTILE) {
    for (const extra of [{}, { occurred_at: '32/13/2026' }]) {
      const body = new URLSearchParams({ description: text, place: text, contact_name: text, ...extra });
      const r = await page('/bao-su-co', { method: 'POST', body });
      assert.ok([200, 201, 303, 400, 422].includes(r.status), `${r.status} ${r.text.slice(0, 300)}`);
      notExecuted(r.text, text);
      assert.match(r.headers.get('content-security-policy'), /default-src 'none'/);
    }
    notExecuted((await page('/bao-su-co?' + new URLSearchParams({ lang: text, code: text }))).text, 'query');
    notExecuted((await page('/' + encodeURIComponent(text))).text, 'path');
    notExecuted((await page('/bao-su-co/' + encodeURIComponent(text))).text, 'code');
    notExecuted((await page('/y-kien/' + encodeURIComponent(text))).text, 'token');
  }
});

test('hostile text in every field of every operation is taken as text or refused, never more', async () => {
  const doc = await reporter.ok('GET', '/openapi.json');
  const incident = await admin.ok('POST', '/incidents', { title: 'Để thử' });
  const scope = await admin.ok('POST', `/incidents/${incident.id}/scope`, { kind: 'machine', name: 'PC-01', state: 'suspected' });
  const ids = { '/incidents/{id}': incident.id, '/scope/{id}': scope.id };
  // What would end this test's own world: its session, the sample people, the agency.
  const spared = /^(sample_remove|user_|totp_|password_|session_|profile_|agency_set)/;
  let tried = 0, taken = 0;
  for (const [path, item] of Object.entries(doc.paths))
    for (const [method, op] of Object.entries(item)) {
      if (op['x-khien-rights'] === undefined || spared.test(op.operationId)) continue;
      const properties = op.requestBody?.content['application/json'].schema.properties ?? {};
      const id = Object.entries(ids).find(([p]) => path.startsWith(p))?.[1];
      for (const text of HOSTILE) {
        const value = (name, schema) => {
          if (schema.enum) return schema.enum[0];
          if (schema.type === 'array') return schema.items?.enum ? [schema.items.enum[0]] : [text];
          if (schema.type === 'integer') return schema.minimum ?? 1;
          if (schema.type === 'boolean') return false;
          if (schema.type === 'object') return { [text]: text };
          if (schema.format === 'date-time') return '2026-01-01T00:00:00Z';
          return text.slice(0, Math.max(1, Math.min(schema.maxLength ?? 150, 150)));
        };
        const body = {};
        for (const [name, schema] of Object.entries(properties))
          if (name !== 'version' && name !== 'idempotency_key') body[name] = value(name, schema);
        const at = path.replace(/\{([a-z_]+)\}/g, (_, name) => (name === 'id' && id) || encodeURIComponent(text));
        const query = (op.parameters ?? []).filter((p) => p.in === 'query').map((p) => [p.name, value(p.name, p.schema)]);
        const answers = [await admin.call(method.toUpperCase(), at + (query.length ? '?' + new URLSearchParams(query) : ''), op.requestBody ? body : undefined)];
        // And each text alone, since one wrong field hides the others.
        for (const name of Object.keys(properties).filter((n) => typeof body[n] === 'string' && body[n] !== '' && id !== undefined).slice(0, text === HOSTILE[0] ? 20 : 0)) {
          const needed = Object.fromEntries((op.requestBody.content['application/json'].schema.required ?? []).map((n) => [n, body[n]]));
          answers.push(await admin.call(method.toUpperCase(), at, { ...needed, [name]: body[name] }));
        }
        for (const r of answers) {
          tried++;
          assert.ok(r.status < 500, `${method} ${at}: ${r.status} ${r.text}`);
          if (r.status >= 400) isProblem(r, r.status);
          else taken++;
          if (r.type?.includes('json')) assert.ok(r.text === '' || r.json !== undefined, `${method} ${path}: not JSON`);
        }
      }
    }
  assert.ok(tried > 1500 && taken > 200, `${taken} of ${tried}`);
  assert.equal((await admin.ok('GET', '/ledger/verify')).ok, true);
});

test('what was taken is the same in the incident, its timeline and its dossier', async () => {
  for (const text of HOSTILE.slice(0, 8)) {
    const incident = await admin.ok('POST', '/incidents', { title: text });
    assert.equal(incident.title, text);
    const note = await admin.ok('POST', `/incidents/${incident.id}/notes`, { text });
    assert.equal(note.text, text);
    const lines = (await admin.ok('GET', `/incidents/${incident.id}/timeline`)).items;
    assert.ok(lines.some((l) => l.text === text), text);
    const out = join(folder(), 'd.zip');
    data.run('dossier', 'export', incident.number, out);
    assert.ok(existsSync(out));
  }
});

// ---- files ------------------------------------------------------------------------------

const withFile = (content, name, fields = {}) => {
  const form = new FormData();
  for (const [k, v] of Object.entries({ description: 'có tệp', ...fields })) form.append(k, v);
  form.append('files', new Blob([content]), name);
  return form;
};

test('hostile file names become names, never paths', async () => {
  const before = readdirSync(data.dir).sort();
  for (const name of ['../../../etc/passwd', '/etc/shadow', '..', '.', 'a\u0000b', 'a\nb\r\nX: y', '"; filename="x', '<script>alert(1)</script>.png',
    'CON', '.htaccess', 'x'.repeat(4000), '\u202egnp.exe', '%2e%2e%2fpasswd', '\\\\server\\share', ' ']) {
    const r = await reporter.call('POST', '/reports', withFile('nội dung', name));
    assert.ok(r.status === 201 || (r.status >= 400 && r.status < 500), `${JSON.stringify(name)}: ${r.status} ${r.text}`);
    if (r.status !== 201) continue;
    const listed = (await admin.ok('GET', '/reports?limit=200')).items.find((i) => i.code === r.json.code);
    const file = (await admin.ok('GET', `/incidents/${listed.incident_id}/evidence`)).items[0];
    assert.ok(file.name.length > 0 && Buffer.byteLength(file.name) < 300, file.name);
    assert.doesNotMatch(file.name, /[/\\\u0000-\u001f]|^\.\.?$/, JSON.stringify(file.name));
    const got = await admin.call('GET', `/evidence/${file.id}/file`);
    assert.equal(got.status, 200);
    assert.equal(got.text, 'nội dung');
    assert.match(got.headers.get('content-disposition'), /^attachment; /);
    assert.equal(got.headers.get('x-content-type-options'), 'nosniff');
  }
  assert.deepEqual(readdirSync(data.dir).sort(), before);
});

test('files too large, too many or empty are told', async () => {
  isProblem(await reporter.call('POST', '/reports', withFile(Buffer.alloc(21 << 20), 'to.bin')), 413);
  const many = withFile('a', 'a.txt');
  for (let i = 0; i < 12; i++) many.append('files', new Blob(['b']), `b${i}.txt`);
  isProblem(await reporter.call('POST', '/reports', many), [413, 422]);
  const empty = await reporter.call('POST', '/reports', withFile('', 'rong.txt'));
  assert.ok(empty.status === 201 || empty.status === 422, empty.text);
  isProblem(await reporter.call('POST', '/reports', {}), 422);
  isProblem(await reporter.call('POST', '/reports', new FormData()), [400, 422]);
  isProblem(await reporter.call('POST', '/reports', { description: 'x'.repeat(9000) }), [413, 422]);
  isProblem(await reporter.call('POST', '/reports', `{"description":"${'x'.repeat(2 << 20)}"}`), 413);
});

test('an upload that is cut off leaves nothing', async () => {
  const before = (await admin.ok('GET', '/reports?state=all&limit=200')).items.length;
  const head = 'POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: 100000\r\n\r\n';
  const part = '--B\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n' + 'z'.repeat(5000);
  await new Promise((done) => {
    const s = connect(server.port, '127.0.0.1', () => s.write(head + part, () => setTimeout(() => { s.destroy(); done(); }, 100)));
  });
  // Whole by its length, but without the last boundary.
  const short = '--B\r\nContent-Disposition: form-data; name="description"\r\n\r\ncắt';
  const text = await raw(`POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: ${Buffer.byteLength(short)}\r\n\r\n${short}`);
  assert.match(text, /^HTTP\/1\.1 4\d\d/);
  assert.match(text, /problem\+json/);
  assert.equal((await admin.ok('GET', '/reports?state=all&limit=200')).items.length, before);
  for (let i = 0; i < 300 && readdirSync(join(data.dir, 'blobs')).some((n) => n.startsWith('tmp-')); i++) await new Promise((d) => setTimeout(d, 100));
  assert.deepEqual(readdirSync(join(data.dir, 'blobs')).filter((n) => n.startsWith('tmp-')), []);
});

// ---- HTTP -----------------------------------------------------------------------------------

test('wrong methods, types and addresses are told', async () => {
  const put = await reporter.call('PUT', '/reports', {});
  isProblem(put, 405, 'method');
  assert.match(put.headers.get('allow'), /POST/);
  isProblem(await reporter.call('POST', '/health', {}), 405);
  isProblem(await reporter.call('GET', '/khong-co'), 404);
  for (const path of ['/../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/api/v1/../../../etc/passwd', '/trang/..%2f..%2fkhien.db', '//etc/passwd'])
    assert.doesNotMatch(await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`), /root:|SQLite format/, path);
  for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])
    isProblem(await reporter.call('POST', '/reports', new Uint8Array([123, 125]), { 'content-type': type }).then(async (r) => r.status === 415 ? r : rawType(type)), 415);
  for (const body of ['', '{', '[]', '"x"', 'null', '{"description":}', '{"description":"a","description":"b"}', '{"description":"\\ud800"}', '['.repeat(5000)])
    isProblem(await reporter.call('POST', '/reports', body), [400, 422]);
  for (const body of ['{"description":5}', '{"description":{"a":1}}', '{"description":["a"]}', '{"khong_co":1}', '{"symptoms":"x y"}', '{"symptoms":[5]}', '{"description":"a\\u0000b"}'])
    isProblem(await reporter.call('POST', '/reports', body), [400, 422]);
  for (const description of [5, true, { a: 1 }, ['a']]) isProblem(await reporter.call('POST', '/reports', { description }), 422, 'not_text');
  isProblem(await admin.call('GET', '/search?q=a&x=1'), 400, 'unknown_param'); // nothing is near a word of one letter
  isProblem(await admin.call('GET', '/search?qq=a'), 400, 'unknown_param_near');
  const state = await admin.call('GET', '/incidents?state=mo');
  isProblem(state, 422, 'state_name');
  assert.match(state.json.detail, /open, all, received, .*closed/);
});

// fetch() is too polite for some types.
async function rawType(type) {
  const text = await raw(`POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: 2\r\n\r\n{}`);
  const [head, body] = text.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), type: /content-type: (.*)/i.exec(head)[1], text: body, json: JSON.parse(Buffer.from(body, 'latin1').toString()) };
}

test('the answer is in the language that was asked for', async () => {
  const vi = await reporter.call('POST', '/reports', {}, { 'accept-language': 'vi-VN,vi;q=0.9,en;q=0.8' });
  const en = await reporter.call('POST', '/reports', {}, { 'accept-language': 'en-GB,en;q=0.9' });
  assert.match(vi.json.detail, /Hãy/);
  assert.match(en.json.detail, /^[\x20-\x7e“”’…]+$/);
  const none = await raw('GET /api/v1/khong-co HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(Buffer.from(none, 'latin1').toString(), /Hãy|không/i);
});

test('invalid UTF-8 is refused wherever it stands', async () => {
  const bad = Buffer.concat([Buffer.from('{"description":"'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')]);
  isProblem(await reporter.call('POST', '/reports', new Uint8Array(bad)), [400, 422]);
  const part = Buffer.concat([Buffer.from('--B\r\nContent-Disposition: form-data; name="description"\r\n\r\n'), Buffer.from([0xe1, 0xba]), Buffer.from('\r\n--B--\r\n')]);
  const form = await raw(Buffer.concat([Buffer.from(`POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: ${part.length}\r\n\r\n`), part]));
  assert.match(form, /^HTTP\/1\.1 4(00|22)/);
  for (const path of ['/api/v1/reports/%ff%fe', '/bao-su-co/%c0%af', '/api/v1/search?q=%ff', '/%ff', `/api/v1/search?q=${'%ff'.repeat(2000)}`]) {
    const told = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(told, /^HTTP\/1\.1 4(00|14)/, path);
    assert.match(told, path.startsWith('/api/') ? /Content-Type: application\/problem\+json/ : /Content-Type: text\/html/, path);
  }
});

test('huge and broken heads are refused, and others do not wait', async () => {
  const big = await raw(`GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-Big: ${'y'.repeat(200000)}\r\n\r\n`);
  assert.ok(big === '' || /^HTTP\/1\.1 4\d\d/.test(big), big.slice(0, 100));
  const many = await raw(`GET /api/v1/health HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(20000)}\r\n`);
  assert.ok(many === '' || /^HTTP\/1\.1 4\d\d/.test(many), many.slice(0, 100));
  const long = await raw(`GET /${'z'.repeat(100000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  assert.ok(long === '' || /^HTTP\/1\.1 4\d\d/.test(long), long.slice(0, 100));
  for (const bytes of ['\r\n\r\n\r\n', 'GET\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\x16\x03\x01\x02\x00\x01', 'POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n',
    'POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'])
    assert.doesNotMatch(await raw(bytes, { wait: 1500 }), /^HTTP\/1\.1 2/, JSON.stringify(bytes));
  // Two hundred clients that send one letter and then nothing.
  const slow = Array.from({ length: 200 }, () => {
    const s = connect(server.port, '127.0.0.1', () => s.write('G'));
    return s.on('error', () => {});
  });
  await new Promise((done) => setTimeout(done, 500));
  const from = Date.now();
  assert.equal((await reporter.ok('GET', '/health')).status, 'ok');
  assert.ok(Date.now() - from < 10000, `${Date.now() - from} ms`);
  slow.forEach((s) => s.destroy());
});

// ---- people ----------------------------------------------------------------------------------

test('guessing a password is slowed down, for that name alone', async () => {
  const guess = new Person(server.url);
  const answers = [];
  for (let i = 0; i < 8; i++) answers.push(await guess.call('POST', '/session', { login: 'canbo', password: `doan-lan-${i}` }));
  assert.equal(answers[0].status, 401);
  isProblem(answers.at(-1), 429, 'too_many');
  assert.match(answers.at(-1).headers.get('retry-after'), /^\d+$/);
  // No difference between a name that is there and one that is not.
  const nobody = await guess.call('POST', '/session', { login: 'khong-co-ai', password: 'doan-lan-1' });
  assert.equal(nobody.status, 401);
  assert.equal(nobody.json.detail, answers[0].json.detail);
  assert.equal((await substitute.call('GET', '/session')).status, 200);
});

test('without its token, or from another page, a request changes nothing', async () => {
  const csrf = admin.csrf;
  admin.csrf = '';
  isProblem(await admin.call('POST', '/incidents', { title: 'giả' }), 403, 'csrf');
  admin.csrf = csrf;
  isProblem(await admin.call('POST', '/incidents', { title: 'giả' }, { origin: 'https://xau.example' }), 403, 'origin');
  isProblem(await admin.call('POST', '/incidents', { title: 'giả' }, { 'sec-fetch-site': 'cross-site' }), 403, 'origin');
});

test('two people edit one incident: the second is told what changed', async () => {
  const made = await admin.ok('POST', '/incidents', { title: 'Bản đầu' });
  const seen = made.version;
  await admin.ok('PATCH', `/incidents/${made.id}`, { title: 'Của người thứ nhất', version: seen });
  const second = await substitute.call('PATCH', `/incidents/${made.id}`, { summary: 'Của người thứ hai', version: seen });
  isProblem(second, 409, 'conflict');
  assert.ok(second.json.changes?.length > 0, second.text);
  assert.match(second.json.changes.join(' '), /Nguyễn Văn Quản|Bản đầu|thứ nhất|Tên/);
  const now = await substitute.ok('GET', `/incidents/${made.id}`);
  assert.equal(now.title, 'Của người thứ nhất');
  assert.equal(now.summary ?? null, null);
  await substitute.ok('PATCH', `/incidents/${made.id}`, { summary: 'Của người thứ hai', version: now.version });
  // At the same moment: one of them wins.
  const version = (await admin.ok('GET', `/incidents/${made.id}`)).version;
  const race = await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? admin : substitute).call('PATCH', `/incidents/${made.id}`, { title: `Đua ${i}`, version })));
  assert.equal(race.filter((r) => r.status === 200).length, 1, race.map((r) => r.status).join(' '));
  assert.equal(race.filter((r) => r.status === 409).length, 9);
});

// ---- times and packs ---------------------------------------------------------------------------

test('the same word of a list many times over is one condition', async () => {
  for (const path of ['/incidents?', '/alerts?'])
    for (const word of ['state', 'level', 'source', 'symptoms', 'kind'])
      for (const value of ['new', 'received', 'high'])
        assert.ok([200, 422, 400].includes((await admin.call('GET', path + `${word}=${value}&`.repeat(90))).status), path + word);
  assert.equal((await admin.call('GET', '/incidents?' + 'state=received&'.repeat(90))).status, 200);
});

test('dates that are none, lie ahead or run backwards are refused', async () => {
  const incident = await admin.ok('POST', '/incidents', { title: 'Thời gian' });
  const future = new Date(Date.now() + 864e5).toISOString();
  for (const occurred_at of ['hôm qua', '2026-02-30', '2026-13-01T00:00:00Z', '99:99 22/11/2026', '-1', '9'.repeat(30), future])
    isProblem(await reporter.call('POST', '/reports', { description: 'a', occurred_at }), 422);
  isProblem(await admin.call('POST', `/incidents/${incident.id}/notes`, { text: 'a', occurred_at: '2026-01-02T00:00:00Z', told_at: '2026-01-01T00:00:00Z' }), 422, 'time_order');
  isProblem(await admin.call('POST', `/incidents/${incident.id}/notes`, { text: 'a', occurred_at: future }), 422);
  isProblem(await admin.call('PATCH', `/incidents/${incident.id}`, { occurred_at: '2026-02-02T00:00:00Z', detected_at: '2026-02-01T00:00:00Z' }), 422, 'time_order');
  const told = await admin.ok('POST', `/incidents/${incident.id}/notes`, { text: 'đúng thứ tự', occurred_at: '2026-01-01T08:00:00+07:00', told_at: '2026-01-01T08:30:00+07:00' });
  assert.equal(told.occurred_at, '2026-01-01T01:00:00.000Z');
});

test('a clock set back is no reason to lose or mix up anything', () => {
  const own = newData({ testClock: true });
  own.run('clock', 'set', '2026-11-23T08:00:00+07:00');
  own.run('incident', 'open', '--title', 'Trước');
  own.run('clock', 'set', '2026-11-22T08:00:00+07:00');
  const note = own.run('note', 'add', 'SC-2026-0001', '--text', 'sau khi lùi giờ');
  assert.equal(note.text, 'sau khi lùi giờ');
  assert.equal(note.entered_at, '2026-11-22T01:00:00.000Z');
  const seqs = own.run('ledger', 'list').items.map((e) => e.seq);
  assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b));
  assert.equal(own.run('ledger', 'verify').ok, true);
});

test('a broken pack of the agency is named with file and line, and the shipped ones hold', async () => {
  const own = newData();
  const dir = join(own.dir, 'packs', 'playbook');
  mkdirSync(dir, { recursive: true });
  const bad = { 'a.yaml': 'a: [1\nb: 2\n', 'b.yaml': '\xff\xfe', 'c.yaml': '*x\n', 'd.yaml': '? !!binary x\n', 'e.yaml': `${'- '.repeat(3000)}x\n`, 'f.yaml': '' };
  for (const [name, text] of Object.entries(bad)) {
    rmSync(dir, { recursive: true });
    mkdirSync(dir);
    writeFileSync(join(dir, name), Buffer.from(text, 'latin1'));
    const r = khien(['pack', 'check', join(own.dir, 'packs'), '--json']);
    assert.equal(r.status, 1, `${name}: ${r.out}${r.err}`);
    assert.ok(r.json.faults.some((f) => f.file.endsWith(name) && f.detail.length > 10), `${name}: ${r.out}`);
    const started = await serve(own.dir);
    const who = new Person(started.url);
    assert.equal((await who.ok('GET', '/health')).own_packs_ok, false, name);
    assert.ok((await who.ok('POST', '/reports', { description: 'vẫn chạy' })).card.do_now.length > 0);
    assert.equal((await started.stop()).code, 0);
    assert.match(started.log(), new RegExp(name.replace('.', '\\.')));
  }
});

test('files given to the command line may be missing, folders, or anything', () => {
  const box = folder();
  const incident = data.run('incident', 'open', '--title', 'Dòng lệnh').number;
  const add = (file) => khien(['evidence', 'add', incident, '--data', data.dir, '--json', '--file', file, '--kind', 'file', '--form', 'copy', '--collected_at', '2026-01-01T00:00:00Z',
    '--place', 'p', '--method', 'm']);
  assert.equal(add(join(box, 'khong-co')).status, 1);
  assert.equal(add(box).status, 1);
  assert.equal(add('/dev/zero').status, 1);
  assert.equal(add(KHIEN).status, 0);
  assert.equal(khien(['dossier', 'export', incident, box, '--data', data.dir]).status, 1);
  assert.equal(khien(['ledger', 'verify', '--data', join(box, 'khong-co')]).status, 1);
  writeFileSync(join(box, 'khien.db'), 'đây không phải cơ sở dữ liệu'.repeat(1000));
  const broken = khien(['incident', 'list', '--data', box]);
  assert.equal(broken.status, 1);
  assert.match(broken.err, /[Hh]ãy/);
});

test('after all this everything still holds', async () => {
  assert.equal((await reporter.ok('GET', '/health')).status, 'ok');
  assert.equal(data.run('ledger', 'verify').ok, true);
  assert.equal(data.run('evidence', 'verify', '--all').ok, true);
});

// SPDX-License-Identifier: Apache-2.0
// Each role calls each operation of the table, by the API.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Person, newData, person, serve } from './lib.mjs';

// Said once more here, so that a change of the table is noticed.
const ROLES = {
  netadmin: ['quantri', 'self read handle inspect admin alert_intake'],
  substitute: ['duphong', 'self read handle inspect alert_intake'],
  director: ['giamdoc', 'self read direct inspect'],
  deputy_director: ['phogiamdoc', 'self read direct inspect'],
  office_chief: ['chanhvp', 'self read handle'],
  office: ['vanphong', 'self'],
  division_head: ['truongphong', 'self read'],
  registry_clerk: ['vanthu', 'self register'],
  inspector: ['thanhtra', 'self read inspect'],
  staff: ['canbo', 'self'],
};
const PUBLIC = ['GET /agency', 'GET /directions/by-token/{token}', 'GET /health', 'GET /reports/{code}', 'GET /symptoms',
  'POST /directions/by-token/{token}', 'POST /reports', 'POST /reports/{code}/answer'];

const data = newData();
const server = await serve(data.dir);
after(() => server.stop());
const nobody = new Person(server.url);
const people = {};
for (const [role, [login]] of Object.entries(ROLES)) people[role] = await person(server, data, login);
const incident = data.run('incident', 'open', '--title', 'Máy chủ lạ').id;

const doc = await nobody.ok('GET', '/openapi.json');
const operations = Object.entries(doc.paths).flatMap(([path, item]) =>
  Object.entries(item).filter(([, op]) => op['x-khien-rights'] !== undefined).map(([method, op]) =>
    ({ method: method.toUpperCase(), path, needs: op['x-khien-rights'], id: op.operationId })));
const name = (op) => `${op.method} ${op.path}`;

// The right is asked before the arguments: an argument nobody knows stops what is
// allowed before it does anything.
function ask(who, op) {
  const path = op.path.replace(/\{[a-z_]+\}/g, '00000000-0000-7000-8000-000000000000');
  const reads = op.method === 'GET' || op.method === 'DELETE';
  return who.call(op.method, path + (reads ? '?khong_co=1' : ''), reads ? undefined : { khong_co: 1 });
}

test('the table is all there', () => {
  assert.ok(operations.length > 100, String(operations.length));
  for (const op of operations) for (const right of op.needs) assert.ok(['self', 'read', 'handle', 'direct', 'inspect', 'admin', 'register', 'alert_intake'].includes(right), `${name(op)}: ${right}`);
});

test('what is open to everybody is this and nothing else', () => {
  assert.deepEqual(operations.filter((op) => op.needs.length === 0).map(name).sort(), PUBLIC);
});

test('each role has its rights', async () => {
  for (const [role, [, rights]] of Object.entries(ROLES)) {
    const session = await people[role].ok('GET', '/session');
    assert.deepEqual(session.rights.sort(), rights.split(' ').sort(), role);
    assert.deepEqual(session.account.roles, [role]);
  }
});

test('nobody is told to sign in', async () => {
  for (const op of operations) {
    const r = await ask(nobody, op);
    if (op.needs.length === 0) assert.ok(r.status !== 401 && r.status !== 403, `${name(op)}: ${r.text}`);
    else assert.equal(r.status, 401, `${name(op)}: ${r.text}`);
    if (r.status >= 400) assert.match(r.type, /^application\/problem\+json/, name(op));
  }
});

for (const [role, [, rights]] of Object.entries(ROLES))
  test(`${role} may do what the table says and nothing more`, async () => {
    for (const op of operations) {
      const allowed = op.needs.every((right) => rights.split(' ').includes(right));
      const r = await ask(people[role], op);
      if (allowed) assert.ok(r.status !== 401 && r.status !== 403 && r.status < 500, `${name(op)} for ${role}: ${r.status} ${r.text}`);
      else {
        assert.equal(r.status, 403, `${name(op)} for ${role}: ${r.text}`);
        assert.equal(r.json.type, 'urn:khien:error:forbidden');
      }
    }
  });

test('without its token no request of a session changes anything', async () => {
  const csrf = people.netadmin.csrf;
  for (const wrong of ['', 'x', csrf.slice(1), csrf + '0']) {
    people.netadmin.csrf = wrong;
    for (const op of operations.filter((o) => o.method !== 'GET' && o.needs.length > 0)) {
      const r = await ask(people.netadmin, op);
      assert.equal(r.status, 403, `${name(op)}: ${r.text}`);
      assert.equal(r.json.type, 'urn:khien:error:csrf', name(op));
    }
  }
  people.netadmin.csrf = csrf;
});

test('what depends on more than one right is asked inside', async () => {
  const playbook = (await people.netadmin.ok('GET', '/playbooks')).items[0].id;
  const approval = { doc_number: '12/QĐ-STC', doc_date: '2026-01-05T00:00:00+07:00', signer: 'Lê Minh Giám' };
  for (const role of ['substitute', 'office_chief', 'division_head', 'inspector'])
    assert.equal((await people[role].call('POST', `/playbooks/${playbook}/approve`, approval)).status, 403, role);
  assert.equal((await people.director.call('POST', `/playbooks/${playbook}/approve`, approval)).status, 200);
  for (const role of ['division_head', 'staff', 'office'])
    assert.ok([403, 404].includes((await people[role].call('GET', `/incidents/${incident}/dossier`)).status), role);
  assert.equal((await people.inspector.call('GET', `/incidents/${incident}/dossier`)).status, 200);
});

test('who reported is told to those who handle it, and to nobody else', async () => {
  const secret = 'Người Báo Kín Đáo';
  const code = (await nobody.ok('POST', '/reports', { description: 'lạ', contact_name: secret, contact_phone: '0909 111 222' })).code;
  const mine = (await people.netadmin.ok('GET', '/reports?limit=200')).items.find((r) => r.code === code);
  assert.equal(mine.contact_name, secret);
  const paths = [`/incidents/${mine.incident_id}`, '/incidents', `/incidents/${mine.incident_id}/timeline`, '/search?q=nguoi%20bao%20kin', '/today',
    '/changes?after=0', '/deadlines', `/incidents/${mine.incident_id}/evidence`, '/ledger', `/reports/${code}`];
  for (const role of ['director', 'inspector', 'division_head', 'staff'])
    for (const path of paths) {
      const r = await people[role].call('GET', path);
      assert.ok(!r.text.includes(secret) && !r.text.includes('0909 111 222'), `${role} ${path}: ${r.text.slice(0, 400)}`);
    }
});

test('a restricted incident is not there for those it is kept from', async () => {
  const title = 'Việc chỉ ít người biết';
  const kept = await people.netadmin.ok('POST', '/incidents', { title });
  await people.netadmin.ok('POST', `/incidents/${kept.id}/restrict`, { restricted: true, reason: 'cần kín' });
  await people.netadmin.ok('POST', `/incidents/${kept.id}/notes`, { text: 'ghi chú của việc kín' });
  const paths = operations.filter((op) => op.method === 'GET' && op.path.startsWith('/incidents/{id}')).map((op) => op.path.replace('{id}', kept.id));
  assert.ok(paths.length > 8);
  for (const role of ['substitute', 'office_chief', 'inspector', 'division_head']) {
    for (const path of paths) {
      const r = await people[role].call('GET', path);
      assert.ok(r.status === 404 || r.status === 403, `${role} ${path}: ${r.status}`);
      assert.ok(!r.text.includes(title), `${role} ${path}`);
    }
    for (const path of ['/incidents?state=all', '/search?q=it%20nguoi%20biet', '/search?q=viec%20kin', '/today', '/changes?after=0', `/incidents/${kept.number}`, '/ledger']) {
      const r = await people[role].call('GET', path);
      assert.ok(!r.text.includes(title) && !r.text.includes('việc kín'), `${role} ${path}: ${r.text.slice(0, 300)}`);
    }
    const w = await people[role].call('POST', `/incidents/${kept.id}/notes`, { text: 'x' });
    assert.ok(w.status === 404 || w.status === 403, `${role}: ${w.status}`);
  }
  assert.equal((await people.director.call('GET', `/incidents/${kept.id}`)).status, 200);
});

test('a closed account and an ended session may nothing', async () => {
  const gone = people.staff;
  assert.equal((await gone.call('GET', '/session')).status, 200);
  data.run('user', 'disable', 'canbo');
  assert.equal((await gone.call('GET', '/session')).status, 401);
  const clerk = people.registry_clerk;
  assert.ok((await clerk.call('DELETE', '/session')).status < 300);
  clerk.cookie = clerk.cookie || 'khien=x';
  assert.equal((await clerk.call('GET', '/sessions')).status, 401);
});

test('nothing of all this damaged anything', () => {
  assert.equal(data.run('ledger', 'verify').ok, true);
});

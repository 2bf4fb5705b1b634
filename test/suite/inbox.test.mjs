// SPDX-License-Identifier: Apache-2.0
// The inbox in everyday use: a code read aloud, photos somebody holds, an incident told on the
// telephone, corrective actions of every state.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Person, newData, person, serve } from './lib.mjs';

const data = newData();
const server = await serve(data.dir);
after(() => server.stop());
const admin = await person(server, data, data.login);
const reporter = new Person(server.url);

test('a report is found by its code, however it is typed, and nothing else with it', async () => {
  const codes = [];
  for (const place of ['Máy 1', 'Máy 2', 'Máy 3']) codes.push((await reporter.ok('POST', '/reports', { description: 'Máy chậm', place })).code);
  for (const said of [codes[1], codes[1].toLowerCase(), codes[1].replaceAll('-', ' ')])
    for (const state of ['all', 'waiting']) {
      const found = (await admin.ok('GET', `/reports?state=${state}&q=${encodeURIComponent(said)}`)).items;
      assert.deepEqual(found.map((r) => r.place), ['Máy 2'], said);
    }
  assert.equal((await admin.ok('GET', `/reports?state=taken&q=${codes[1]}`)).items.length, 0);
  assert.equal((await admin.ok('GET', '/reports?q=cham')).items.length, 3, 'words are still looked up');
});

test('the code of a report few may see finds nothing for the others', async () => {
  const code = (await reporter.ok('POST', '/reports', { description: 'Việc kín' })).code;
  const id = (await admin.ok('GET', `/reports?q=${code}`)).items[0].incident_id;
  const other = await person(server, data, 'chanhvp');
  assert.equal((await other.ok('GET', `/reports?q=${code}`)).items.length, 1);
  await admin.ok('POST', `/incidents/${id}/restrict`, { restricted: true, reason: 'cần kín' });
  assert.equal((await other.ok('GET', `/reports?q=${code}`)).items.length, 0);
});

test('what a reporter sent in is held by who takes the incident, and by the lead from then on', async () => {
  const form = (name) => {
    const f = new FormData();
    f.append('description', 'Ảnh màn hình');
    f.append('files', new Blob([`ảnh ${name}`], { type: 'image/png' }), `${name}.png`);
    return f;
  };
  const made = await reporter.ok('POST', '/reports', form('mot'));
  const report = (await admin.ok('GET', `/reports?q=${made.code}`)).items[0];
  const held = async () => (await admin.ok('GET', `/incidents/${report.incident_id}/evidence`)).items.map((e) => e.holder);
  assert.deepEqual(await held(), [null]);
  await admin.ok('POST', `/incidents/${report.incident_id}/take`);
  assert.deepEqual(await held(), ['Nguyễn Văn Quản']);
});

test('an incident told on the telephone takes the symptoms of the report form', async () => {
  const symptoms = (await reporter.ok('GET', '/symptoms')).items;
  const known = symptoms.find((s) => s.type);
  const made = await admin.ok('POST', '/incidents', { symptoms: [known.id] });
  assert.equal(made.title, known.title);
  assert.equal(made.type, known.type);
  assert.ok(JSON.stringify(await admin.ok('GET', `/incidents/${made.id}/timeline`)).includes(known.title));
  const named = await admin.ok('POST', '/incidents', { symptoms: [known.id], title: 'Tên riêng', type: 'loss' });
  assert.equal(named.title, 'Tên riêng');
  assert.equal(named.type, 'loss');
  assert.equal((await admin.call('POST', '/incidents', { symptoms: ['khong_co'] })).json.type, 'urn:khien:error:symptom');
  assert.equal((await admin.call('POST', '/incidents', {})).status, 422);
});

test('corrective actions of every state in one list', async () => {
  const id = (await admin.ok('POST', '/incidents', { title: 'Việc khắc phục' })).id;
  const add = (title) => admin.ok('POST', `/incidents/${id}/actions`, { title, owner: data.login, due_at: '2030-01-01T00:00:00Z' });
  await add('một');
  const two = await add('hai');
  await admin.ok('PATCH', `/actions/${two.id}`, { state: 'done' });
  const titles = (...words) => data.run('action', 'list', ...words).items.map((a) => a.title).sort();
  assert.deepEqual(titles('--state', 'all'), ['hai', 'một']);
  assert.deepEqual(titles('--state', 'open'), ['một']);
  assert.deepEqual(titles('--state', 'done'), ['hai']);
});

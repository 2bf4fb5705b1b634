// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document is valid, and real answers are what it says.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { newData, Person, person, serve } from './lib.mjs';

const data = newData();
const server = await serve(data.dir);
const stranger = new Person(server.url);
const doc = await stranger.ok('GET', '/openapi.json');
const admin = await person(server, data, data.login);

test('a validator accepts the document as OpenAPI 3.1', async () => {
  const validator = new Validator();
  const result = await validator.validate(structuredClone(doc));
  assert.deepEqual(result.errors ?? [], []);
  assert.equal(result.valid, true);
  assert.match(doc.openapi, /^3\.1\./);
});

test('each operation has an id, a summary, answers and problems', () => {
  let count = 0;
  const ids = new Set();
  for (const [path, item] of Object.entries(doc.paths))
    for (const [method, op] of Object.entries(item)) {
      if (!['get', 'post', 'put', 'patch', 'delete'].includes(method)) continue;
      count++;
      assert.ok(op.operationId && !ids.has(op.operationId), `${method} ${path}`);
      ids.add(op.operationId);
      assert.ok(op.summary && !/^op\./.test(op.summary), `${method} ${path} has no summary`);
      assert.ok(Object.keys(op.responses).some((s) => s.startsWith('2')), `${method} ${path}`);
      for (const p of op.parameters ?? []) assert.ok(p.$ref || (p.name && p.schema), `${method} ${path}`);
    }
  assert.ok(count > 90, String(count));
});

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(doc, 'doc');

function schemaOf(method, path, status) {
  const op = doc.paths[path]?.[method.toLowerCase()];
  assert.ok(op, `${method} ${path} is not in the document`);
  let answer = op.responses[status] ?? op.responses[`${String(status)[0]}XX`] ?? op.responses.default;
  assert.ok(answer, `${method} ${path} does not say ${status}`);
  if (answer.$ref) answer = answer.$ref.slice(2).split('/').reduce((at, key) => at[key], doc);
  return answer.content;
}

function pointer(method, path, status, type) {
  const escape = (s) => s.replaceAll('~', '~0').replaceAll('/', '~1');
  const op = doc.paths[path][method.toLowerCase()];
  let key = op.responses[status] ? String(status) : op.responses[`${String(status)[0]}XX`] ? `${String(status)[0]}XX` : 'default';
  let at = `#/paths/${escape(path)}/${method.toLowerCase()}/responses/${key}`;
  if (op.responses[key].$ref) at = op.responses[key].$ref;
  return `doc${at}/content/${escape(type)}/schema`;
}

async function check(who, method, path, params = {}, body) {
  const real = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name]));
  const r = await who.call(method, real + (params.query ?? ''), body);
  const type = r.type.split(';')[0];
  const content = schemaOf(method, path, r.status);
  assert.ok(content?.[type], `${method} ${path} ${r.status}: ${type} is not in the document`);
  const validate = ajv.compile({ $ref: pointer(method, path, r.status, type) });
  assert.ok(validate(/json/.test(type) ? r.json : r.text), `${method} ${path} ${r.status}: ${JSON.stringify(validate.errors)} ${r.text.slice(0, 300)}`);
  return r;
}

test('answers of every list are what the document says', async () => {
  for (const [path, item] of Object.entries(doc.paths)) {
    if (!item.get || path.includes('{') || path === '/openapi.json') continue;
    const needed = (item.get.parameters ?? []).filter((p) => p.required);
    const query = needed.length > 0 ? '?' + needed.map((p) => `${p.name}=x`).join('&') : '';
    const r = await check(admin, 'GET', path, { query });
    assert.ok(r.status < 300 || needed.length > 0, `${path} ${r.status} ${r.text}`);
  }
});

test('a report, an incident and what belongs to it are what the document says', async () => {
  const report = (await check(stranger, 'POST', '/reports', {}, { symptoms: ['phishing'], description: 'http://xau.example.com' })).json;
  await check(stranger, 'GET', '/reports/{code}', { code: report.code });
  const record = (await check(admin, 'GET', '/reports/{id}/record', { id: report.code })).json;
  const id = record.incident_id;
  for (const path of Object.keys(doc.paths))
    if (doc.paths[path].get && /^\/incidents\/\{\w+\}(\/[a-z]+)?$/.test(path) && !doc.paths[path].get.responses['200']?.content?.['application/zip'] && !path.endsWith('/dossier'))
      await check(admin, 'GET', path, { [/\{(\w+)\}/.exec(path)[1]]: id });
});

test('problems are RFC 9457 in the language asked for', async () => {
  const vi = await check(stranger, 'GET', '/incidents');
  assert.equal(vi.status, 401);
  assert.equal(vi.type.split(';')[0], 'application/problem+json');
  const en = await stranger.call('GET', '/incidents', undefined, { 'accept-language': 'en' });
  assert.notEqual(en.json.detail, vi.json.detail);
  const bad = await check(admin, 'POST', '/incidents', {}, { titel: 'x' });
  assert.equal(bad.status, 400);
  assert.match(bad.json.detail, /title/, 'names the nearest');
  await server.stop();
});

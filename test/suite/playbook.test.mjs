// SPDX-License-Identifier: Apache-2.0
// Playbooks as approved documents: edited, compared, approved, printed, withdrawn, by the API and
// the command line, while the server runs and incidents keep the edition they began with.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { folder, khien, newData, person, serve, Person } from './lib.mjs';

const data = newData({ testClock: true });
const { run } = data;
run('clock', 'set', '2026-11-23T08:00:00+07:00');
const server = await serve(data.dir);
const admin = await person(server, data, data.login);
const substitute = await person(server, data, 'duphong');
const director = await person(server, data, 'giamdoc');
const tmp = folder();

const begin = async (playbook) => {
  const { id } = await admin.ok('POST', '/incidents', { title: 'Cổng thông tin chậm' });
  await admin.ok('POST', `/incidents/${id}/take`, {});
  await admin.ok('POST', `/incidents/${id}/playbook`, { playbook });
  return id;
};
const running = async (id) => (await admin.ok('GET', `/incidents/${id}/tasks`)).playbook.version;
const approval = (edition, number = '12/QĐ-STC') => ({ edition, doc_number: number, doc_date: '2026-01-05T00:00:00+07:00', signer: 'Lê Minh Giám' });
const text = (lines) => lines.replace(/\s+/g, ' ');

test('sixteen playbooks, one for every type of incident, the general one for the rest', async () => {
  const { items } = await admin.ok('GET', '/playbooks');
  assert.deepEqual(items.map((p) => p.code).sort(), Array.from({ length: 16 }, (_, i) => `PB-${String(i).padStart(2, '0')}`));
  assert.equal(items.filter((p) => p.is_fallback).length, 1);
  const types = items.flatMap((p) => p.types);
  assert.equal(new Set(types).size, types.length);
});

test('a report of a strange sign-in alone is answered with passwords', async () => {
  const nobody = new Person(server.url);
  const { card } = await nobody.ok('POST', '/reports', { symptoms: ['account_strange'], description: 'Có đăng nhập lạ' });
  assert.equal(card.playbook, 'intrusion');
  assert.match(card.do_now.join(' '), /mật khẩu/);
  assert.match(card.do_not.join(' '), /OTP/);
});

test('every playbook is whole in English', async () => {
  const vietnamese = /[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]/i;
  for (const { id } of (await admin.ok('GET', '/playbooks')).items) {
    const r = await admin.call('GET', `/playbooks/${id}`, undefined, { 'accept-language': 'en' });
    const { source, ...rest } = r.json;
    assert.ok(source);
    // Names of Vietnamese papers stay as they are cited.
    const said = JSON.stringify(rest).replaceAll('Khiên', '').replaceAll('QĐ-TTg', '').replaceAll('NĐ-CP', '');
    assert.doesNotMatch(said, vietnamese, id);
  }
});

let before, after;

test('a draft is saved with fields, and what differs is told step by step', async () => {
  before = await begin('PB-04');
  const now = await admin.ok('GET', '/playbooks/PB-04/text');
  assert.equal(now.state, 'shipped');
  const values = now.values;
  values.priority_steps[0].max_minutes = 3;
  values.priority_steps.splice(1, 1);
  values.contain.push({ id: 'c6', text: { vi: 'Gọi số trực của nhà mạng 1800 1234.', en: 'Call the ISP.' }, role: 'substitute', mandatory: true, max_minutes: 5,
    needs_approval: false, produces_evidence: false, reversible: true, undo_text: 'Báo nhà mạng đã ổn định.' });
  values.signs.push('Dấu hiệu riêng của cơ quan');
  const saved = await admin.ok('POST', '/playbooks/PB-04/text', { values, note: 'Thêm số trực nhà mạng' });
  assert.equal(saved.version, 2);
  assert.equal(saved.state, 'draft');
  assert.deepEqual(saved.gaps, []);
  const diff = await admin.ok('GET', '/playbooks/PB-04/compare');
  assert.deepEqual([diff.from.version, diff.to.version], [1, 2]);
  assert.deepEqual([diff.added, diff.removed, diff.changed], [1, 1, 1]);
  assert.deepEqual(diff.items.map((i) => [i.change, i.step]), [['changed', 'p1'], ['removed', 'p2'], ['added', 'c6']]);
  assert.deepEqual(diff.items[0].fields, ['max_minutes']);
  assert.deepEqual(diff.lists.find((l) => l.list === 'signs').added, ['Dấu hiệu riêng của cơ quan']);
  // A draft governs nothing.
  assert.equal(await running(await begin('PB-04')), 1);
  const list = await admin.ok('GET', '/playbooks');
  assert.deepEqual(list.drafts.map((d) => [d.id, d.edition, d.note]), [['dos', 2, 'Thêm số trực nhà mạng']]);
});

test('somebody else saved in between: conflict, nothing lost', async () => {
  const { yaml, row_version } = await admin.ok('GET', '/playbooks/dos/text');
  await admin.ok('POST', '/playbooks/dos/text', { yaml, version: row_version });
  const late = await admin.call('POST', '/playbooks/dos/text', { yaml, version: row_version });
  assert.equal(late.status, 409, late.text);
});

test('a fault is told with line and column, and the draft stays', async () => {
  const { yaml } = await admin.ok('GET', '/playbooks/dos/text');
  const lines = yaml.split('\n');
  const at = lines.findIndex((l) => l.includes('role: "netadmin"'));
  lines[at] = '    role: "netadmni"';
  const r = await admin.call('POST', '/playbooks/dos/text', { yaml: lines.join('\n') });
  assert.equal(r.status, 422, r.text);
  assert.equal(r.json.line, at + 1);
  assert.equal(r.json.column, 11);
  assert.match(r.json.detail, /netadmin/);
  assert.equal(r.json.missing.length, 1);
  for (const bad of ['', 'x: [', '- a\n- b\n', 'id: dos\nkind: holidays\n', `${yaml}\n---\nid: y\n`, yaml.replace('id: "dos"', 'id: "malware"'), yaml.replace('["dos"]', '["dos", "phishing"]')]) {
    const w = await admin.call('POST', '/playbooks/dos/text', { yaml: bad });
    assert.equal(w.status, 422, `${bad.slice(0, 40)}: ${w.text}`);
  }
  assert.equal((await admin.ok('GET', '/playbooks/dos/text')).yaml, yaml);
});

test('only whoever may approves, and says which edition', async () => {
  assert.equal((await substitute.call('POST', '/playbooks/PB-04/approve', approval(2))).status, 403);
  assert.equal((await substitute.call('POST', '/playbooks/PB-04/text', { yaml: 'x' })).status, 403);
  const { edition, ...unsaid } = approval(2);
  assert.equal(edition, 2);
  assert.equal((await director.call('POST', '/playbooks/PB-04/approve', unsaid)).status, 422);
  const r = await director.ok('POST', '/playbooks/PB-04/approve', approval(2));
  assert.equal(r.state, 'in_force');
  assert.equal(r.approved.doc_number, '12/QĐ-STC');
});

test('from then on new incidents use it, those at work keep theirs', async () => {
  after = await begin('PB-04');
  assert.equal(await running(after), 2);
  assert.equal(await running(before), 1);
  const tasks = (await admin.ok('GET', `/incidents/${after}/tasks`)).items;
  assert.ok(tasks.some((t) => t.title.includes('1800 1234')));
  assert.ok(!(await admin.ok('GET', `/incidents/${before}/tasks`)).items.some((t) => t.title.includes('1800 1234')));
  const english = await admin.call('GET', `/incidents/${after}/tasks`, undefined, { 'accept-language': 'en' });
  assert.ok(english.json.items.some((t) => t.title === 'Call the ISP.'));
});

test('the command line puts an edition in force and the running server follows', async () => {
  const { yaml } = await admin.ok('GET', '/playbooks/PB-04/text');
  const file = join(tmp, 'pb-04.yaml');
  writeFileSync(file, yaml.replace('1800 1234', '1800 9999'));
  assert.equal(run('playbook', 'save', 'PB-04', '--file', file).version, 3);
  run('playbook', 'approve', 'PB-04', '--edition', '3', '--doc-number', '20/QĐ-STC', '--doc-date', '20/11/2026', '--signer', 'Lê Minh Giám');
  const incident = await begin('PB-04');
  assert.equal(await running(incident), 3);
  assert.equal(await running(after), 2);
  const { items } = await admin.ok('GET', '/playbooks/PB-04/texts');
  assert.deepEqual(items.map((e) => [e.version, e.state, e.is_current, e.incidents]), [[3, 'in_force', true, 1], [2, 'replaced', false, 1], [1, 'shipped', false, 2]]);
});

test('printed as a paper in Word and PDF, with the approval or as a draft', async () => {
  const pdf = join(tmp, 'pb.pdf');
  run('playbook', 'print', 'PB-04', '--out', pdf);
  const said = text(spawnSync('pdftotext', [pdf, '-'], { encoding: 'utf8' }).stdout);
  assert.match(said, /PHƯƠNG ÁN ỨNG CỨU SỰ CỐ TỪ CHỐI DỊCH VỤ/);
  assert.match(said, /20\/QĐ-STC/);
  assert.match(said, /1800 9999/);
  assert.doesNotMatch(said, /thiếu:/);
  assert.equal(said, said.normalize('NFC'));
  run('playbook', 'print', 'PB-04', '--out', join(tmp, 'again.pdf'));
  assert.ok(readFileSync(join(tmp, 'again.pdf')).equals(readFileSync(pdf)));
  const docx = join(tmp, 'pb.docx');
  run('playbook', 'print', 'PB-01', '--out', docx);
  const xml = spawnSync('unzip', ['-p', docx, 'word/document.xml'], { encoding: 'utf8', maxBuffer: 1 << 26 }).stdout;
  assert.match(xml.replace(/<[^>]*>/g, ''), /BẢN THẢO, CHƯA PHÊ DUYỆT/);
  const r = await admin.call('GET', '/playbooks/PB-04/print?format=pdf&edition=1');
  assert.equal(r.status, 200, r.text.slice(0, 300));
  assert.ok(r.text.startsWith('%PDF'));
  assert.match(r.headers.get('content-disposition'), /PB-04-1\.pdf/);
  const wrong = khien(['playbook', 'print', 'PB-04', '--out', join(tmp, 'pb.rtf'), '--data', data.dir]);
  assert.notEqual(wrong.status, 0);
});

test('withdrawn: what came with the program holds again, incidents keep theirs', async () => {
  assert.equal((await admin.call('POST', '/playbooks/PB-04/withdraw', { edition: 2, reason: 'x' })).status, 409);
  const r = await admin.ok('POST', '/playbooks/PB-04/withdraw', { edition: 3, reason: 'Soạn lại theo quy định mới' });
  assert.equal(r.state, 'withdrawn');
  assert.equal(await running(await begin('PB-04')), 1);
  assert.equal(await running(after), 2);
  assert.equal((await admin.ok('GET', '/playbooks/PB-04')).version, 1);
});

test('after a restart everything is as it was, and the ledger proves it', async () => {
  await server.stop();
  const again = await serve(data.dir);
  const me = await person(again, data, data.login);
  assert.equal((await me.ok('GET', `/incidents/${after}/tasks`)).playbook.version, 2);
  assert.equal((await me.ok('GET', '/playbooks/PB-04?edition=3')).state, 'withdrawn');
  assert.equal(run('ledger', 'verify').ok, true);
  await again.stop();
});

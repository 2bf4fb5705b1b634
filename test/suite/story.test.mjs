// SPDX-License-Identifier: Apache-2.0
// The story of one incident, from a report to the proved, closed case, by the
// API and the command line, with the test clock.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { VERIFY, folder, newData, person, serve, Person, freePort } from './lib.mjs';

const data = newData({ testClock: true });
const { run } = data;
const at = (text) => run('clock', 'set', text);
at('2026-11-23T08:00:00+07:00');
run('agency', 'set', '--hotline', '0900 000 001');
const server = await serve(data.dir);
const reporter = new Person(server.url);
const admin = await person(server, data, data.login);
const substitute = await person(server, data, 'duphong');
const director = await person(server, data, 'giamdoc');
let code, incident, number;
const show = () => admin.ok('GET', `/incidents/${incident}`);
const step = (to, more = {}) => admin.call('POST', `/incidents/${incident}/advance`, { to, ...more });

test('a colleague reports from a telephone and gets card, code and number to call', async () => {
  const form = new FormData();
  form.append('symptoms', 'ransom_note');
  form.append('symptoms', 'files_changed');
  form.append('description', 'Màn hình đòi tiền, mở hxxp://xau[.]example[.]com/tra-tien; tệp baocao.docx.locked');
  form.append('place', 'Máy kế toán 3');
  form.append('contact_name', 'Ngô Thị Bình');
  form.append('files', new Blob([Buffer.from('89504e470d0a1a0a', 'hex')], { type: 'image/png' }), 'man hinh.png');
  const r = await reporter.call('POST', '/reports', form);
  assert.equal(r.status, 201, r.text);
  assert.equal(r.headers.get('set-cookie'), null);
  code = r.json.code;
  assert.ok(r.json.card.do_now.length >= 3 && r.json.card.do_not.length >= 3);
  assert.equal(r.json.card.playbook, 'ransomware');
  assert.equal(r.json.hotline, '0900 000 001');
  const seen = await reporter.ok('GET', `/reports/${code}`);
  assert.equal(seen.step, 1);
  assert.equal(seen.hotline, '0900 000 001');
});

test('the same report sent again under its key is one report', async () => {
  const body = { symptoms: ['phishing'], description: 'Thư lạ', idempotency_key: 'k-1' };
  const a = await reporter.ok('POST', '/reports', body);
  const b = await reporter.ok('POST', '/reports', body);
  assert.equal(a.code, b.code);
});

test('the inbox shows the urgent one first, and taking it hides the telephone number', async () => {
  const inbox = await admin.ok('GET', '/reports?state=waiting');
  assert.equal(inbox.items[0].code, code);
  assert.equal(inbox.items[0].contact_name, 'Ngô Thị Bình');
  incident = inbox.items[0].incident_id;
  number = inbox.items[0].incident_number;
  assert.match(number, /^SC-2026-\d{4}$/);
  const duties = (await show()).duties;
  assert.ok(duties.length > 0 && duties.every((d) => d.is_provisional), 'provisional duties at received');
  await admin.ok('POST', `/incidents/${incident}/take`);
  const seen = await reporter.ok('GET', `/reports/${code}`);
  assert.equal(seen.step, 2);
  assert.equal(seen.hotline, null);
  const again = await substitute.call('POST', `/incidents/${incident}/take`);
  assert.equal(again.status, 409);
});

test('the administrator asks, the reporter answers', async () => {
  await admin.ok('POST', `/reports/${code}/ask`, { text: 'Anh/chị đã rút dây mạng chưa?' });
  assert.equal((await reporter.ok('GET', `/reports/${code}`)).messages[0].direction, 'out');
  await reporter.ok('POST', `/reports/${code}/answer`, { text: 'Rồi ạ.' });
  const list = (await admin.ok('GET', `/reports/${code}/record`)).messages;
  assert.deepEqual(list.map((m) => m.direction), ['out', 'in']);
});

test('a paper report is entered with its true times and merged without losing anything', async () => {
  at('2026-11-23T08:20:00+07:00');
  const paper = await admin.ok('POST', '/reports', {
    symptoms: ['files_changed'], place: 'Máy kế toán 5', channel: 'paper',
    occurred_at: '2026-11-23T07:40:00+07:00', told_at: '2026-11-23T07:55:00+07:00',
  });
  const other = (await admin.ok('GET', `/reports/${paper.code}/record`)).incident_id;
  await admin.ok('POST', `/incidents/${other}/merge`, { into: number, reason: 'Cùng một vụ' });
  const whole = await show();
  assert.equal(whole.reports.length, 2);
  assert.equal(whole.detected_at, '2026-11-23T00:40:00.000Z', 'the clocks start at the first detection');
  const merged = await admin.ok('GET', `/incidents/${other}`);
  assert.equal(merged.state, 'duplicate');
  assert.equal(merged.duplicate_of, number);
});

test('ten questions at most give type, level, class and reasons; changed facts score again', async () => {
  const questions = (await admin.ok('GET', '/triage/questions')).items;
  assert.ok(questions.length > 0 && questions.length <= 10);
  const answers = {};
  for (const q of questions) for (const p of q.parts) answers[p.id] = 'unknown';
  const first = await admin.ok('POST', `/incidents/${incident}/triage`, { answers: { ...answers, ...encrypted(questions) } });
  let now = await show();
  assert.equal(now.type, 'ransomware', JSON.stringify(first));
  assert.ok(now.level >= 1 && now.level <= 4);
  assert.equal(now.playbook, 'ransomware');
  const scores = (await admin.ok('GET', `/incidents/${incident}/scores`)).items;
  assert.equal(scores.length, 1);
  await admin.ok('POST', `/incidents/${incident}/triage`, { answers: encrypted(questions) });
  assert.equal((await admin.ok('GET', `/incidents/${incident}/scores`)).items.length, 2);
});

// The answers that say "files are encrypted" whatever the parts are called.
function encrypted(questions) {
  const part = questions.flatMap((q) => q.parts).find((p) => p.choices.some((c) => c.id === 'encrypted'));
  assert.ok(part, 'a question about encrypted files');
  return { [part.id]: 'encrypted' };
}

test('a system is named, and the response begins with the playbook as tasks', async () => {
  await admin.ok('POST', `/incidents/${incident}/scope`, { kind: 'system', name: 'Máy chủ tệp và ổ đĩa dùng chung', state: 'affected' });
  await admin.ok('POST', `/incidents/${incident}/scope`, { kind: 'machine', name: 'Máy kế toán 3', state: 'affected' });
  const r = await step('initial_response');
  assert.equal(r.status, 200, r.text);
  const tasks = (await admin.ok('GET', `/incidents/${incident}/tasks`)).items;
  assert.ok(tasks.filter((t) => t.phase === 'priority' && t.is_mandatory).length > 0);
  const book = (await admin.ok('GET', '/playbooks')).items.find((p) => p.id === 'ransomware');
  assert.equal(book.approved, null, 'not approved until the agency records it');
});

test('guards warn with what is missing, and let on with a reason', async () => {
  const refused = await step('option_selection');
  assert.equal(refused.status, 409);
  assert.ok(refused.json.missing.length > 0, refused.text);
  const tasks = (await admin.ok('GET', `/incidents/${incident}/tasks`)).items.filter((t) => t.phase === 'priority');
  for (const t of tasks)
    await admin.ok('POST', `/tasks/${t.id}/done`, { note: 'Đã làm', done_at: '2026-11-23T08:10:00+07:00', without_approval: t.needs_approval });
  const r = await step('option_selection');
  assert.equal(r.status, 200, r.text);
});

test('the director is asked by a one-time link and answers on the telephone', async () => {
  const asked = await admin.ok('POST', `/incidents/${incident}/directions`, {
    question: 'Cho phép ngắt máy chủ tệp 2 giờ?', situation: 'Mã độc đang lây.', cost: 'Dừng 2 giờ.', if_not: 'Lây rộng.', asked: 'giamdoc',
  });
  const token = asked.link.split('/').pop();
  const phone = new Person(server.url);
  assert.equal((await phone.ok('GET', `/directions/by-token/${token}`)).question, 'Cho phép ngắt máy chủ tệp 2 giờ?');
  await phone.ok('POST', `/directions/by-token/${token}`, { answer: 'approve', words: 'Đồng ý, làm ngay' });
  const twice = await phone.call('POST', `/directions/by-token/${token}`, { answer: 'refuse' });
  assert.ok(twice.status >= 400, twice.text);
  const list = (await admin.ok('GET', `/incidents/${incident}/directions`)).items;
  assert.equal(list[0].answer, 'approve');
  await admin.ok('POST', `/incidents/${incident}/directions/record`, {
    question: 'Báo Đội ứng cứu tỉnh?', channel: 'oral', asked_name: 'Phó Giám đốc', answer: 'approve', words: 'Báo đi',
    answered_at: '2026-11-23T08:15:00+07:00',
  });
});

test('signs are found in words, matched with earlier incidents the reader may see', async () => {
  const signs = (await admin.ok('GET', `/incidents/${incident}/observables`)).items;
  assert.ok(signs.some((o) => o.type === 'url' && o.value.includes('xau.example.com')), JSON.stringify(signs));
  const old = await admin.ok('POST', '/incidents', { title: 'Vụ trước', description: 'liên hệ http://xau.example.com/tra-tien' });
  const matched = (await admin.ok('GET', `/incidents/${incident}/observables`)).items.flatMap((o) => o.matches);
  assert.ok(matched.some((m) => m.number === old.number));
  await admin.ok('POST', `/incidents/${old.id}/restrict`, { restricted: true });
  const hidden = (await substitute.ok('GET', `/incidents/${incident}/observables`)).items.flatMap((o) => o.matches);
  assert.ok(!hidden.some((m) => m.number === old.number), 'a match must not give a restricted incident away');
  assert.equal((await substitute.call('GET', `/incidents/${old.id}`)).status, 404);
});

test('evidence has its record, its custody needs both, and it cannot be replaced', async () => {
  const file = join(folder(), 'nhat ky.log');
  writeFileSync(file, 'một dòng nhật ký\n');
  const e = run('evidence', 'add', number, '--file', file, '--kind', 'log', '--form', 'copy', '--collected_at',
    '2026-11-23T08:18:00+07:00', '--place', 'Phòng máy chủ', '--method', 'Chép qua USB chống ghi');
  const sha = createHash('sha256').update('một dòng nhật ký\n').digest('hex');
  const shown = await admin.ok('GET', `/evidence/${e.number}`);
  assert.equal(shown.sha256, sha);
  assert.equal(shown.custody[0].action, 'collect');
  await admin.ok('POST', `/evidence/${e.number}/transfer`, { to: 'duphong', place: 'Phòng máy chủ', reason: 'Bàn giao ca' });
  const open = (await admin.ok('GET', `/evidence/${e.number}`)).custody.find((c) => c.action === 'transfer');
  assert.equal(open.state, 'open');
  await substitute.ok('POST', `/custody/${open.id}/confirm`);
  if ((await admin.ok('GET', `/evidence/${e.number}`)).custody.find((c) => c.id === open.id).state === 'open')
    await admin.ok('POST', `/custody/${open.id}/confirm`);
  const done = (await admin.ok('GET', `/evidence/${e.number}`));
  assert.equal(done.custody.find((c) => c.id === open.id).state, 'done');
  assert.equal(done.holder_name ?? done.holder, 'Trần Thị Dự');
  run('evidence', 'verify', e.number);
});

test('containment carries a probe; one that turns untrue reopens its task', async () => {
  await admin.ok('PATCH', `/incidents/${incident}`, { option_chosen: 'Cô lập máy, khôi phục từ bản sao lưu' });
  const r = await step('containment', { force: true, reason: 'Đã cô lập trước' });
  assert.equal(r.status, 200, r.text);
  const port = await freePort();
  const tasks = (await admin.ok('GET', `/incidents/${incident}/tasks`)).items.filter((t) => t.phase === 'contain');
  const task = tasks[0];
  const probe = await admin.ok('POST', `/incidents/${incident}/probes`, { kind: 'tcp_closed', target: `127.0.0.1:${port}`, task: task.id });
  await admin.ok('POST', `/probes/${probe.id}/run`);
  for (const t of tasks) await admin.ok('POST', `/tasks/${t.id}/done`, { note: 'Xong', without_approval: t.needs_approval });
  assert.equal((await admin.ok('GET', `/incidents/${incident}/probes`)).items[0].state, 'true');
  const listener = createServer().listen(port, '127.0.0.1');
  await new Promise((done) => listener.once('listening', done));
  await admin.ok('POST', `/probes/${probe.id}/run`);
  listener.close();
  assert.equal((await admin.ok('GET', `/incidents/${incident}/probes`)).items[0].state, 'false');
  const reopened = (await admin.ok('GET', `/incidents/${incident}/tasks`)).items.find((t) => t.id === task.id);
  assert.equal(reopened.state, 'open');
  assert.equal((await show()).probes_red, 1);
  await admin.ok('POST', `/probes/${probe.id}/run`);
  await admin.ok('POST', `/tasks/${task.id}/done`, { note: 'Đóng lại cổng', without_approval: task.needs_approval });
});

async function finishPhase(phase) {
  for (const t of (await admin.ok('GET', `/incidents/${incident}/tasks`)).items)
    if (t.phase === phase && t.state === 'open') await admin.ok('POST', `/tasks/${t.id}/done`, { note: 'Xong', without_approval: t.needs_approval });
}

async function passChecks(bad) {
  const checks = (await admin.ok('GET', `/incidents/${incident}/checks`)).items;
  assert.ok(checks.length > 3);
  const last = Math.max(...checks.map((c) => c.round));
  for (const [i, c] of checks.filter((x) => x.round === last).entries())
    await admin.ok('PATCH', `/checks/${c.id}`, { result: bad && i === 0 ? 'fail' : 'pass', note: 'Đã kiểm tra' });
}

test('an unstable system goes back to containment; a stable one ends the response', async () => {
  for (const [phase, to] of [['contain', 'eradication'], ['eradicate', 'recovery'], ['recover', 'validation']]) {
    await finishPhase(phase);
    const r = await step(to, { force: true, reason: 'Tiếp tục' });
    assert.equal(r.status, 200, r.text);
  }
  await passChecks(true);
  assert.equal((await step('response_ended')).status, 409, 'a failed check does not end a response');
  const back = await step('containment', { reason: 'Kiểm tra không đạt' });
  assert.equal(back.status, 200, back.text);
  assert.equal((await show()).loop_count, 1);
  for (const [phase, to] of [['contain', 'eradication'], ['eradicate', 'recovery'], ['recover', 'validation']]) {
    await finishPhase(phase);
    const r = await step(to, { force: true, reason: 'Tiếp tục' });
    assert.equal(r.status, 200, r.text);
  }
  await finishPhase('validate');
  await passChecks(false);
  const end = await step('response_ended', { force: true, reason: 'Ổn định' });
  assert.equal(end.status, 200, end.text);
  const now = await show();
  assert.ok(now.watch_until_at && now.response_ended_at);
  assert.equal(Date.parse(now.watch_until_at) - Date.parse(now.response_ended_at), 72 * 3600e3);
});

test('a failed watch leads back to containment with a mandatory task', async () => {
  const r = await step('containment', { reason: 'Mã độc xuất hiện lại' });
  assert.equal(r.status, 200, r.text);
  assert.equal((await show()).loop_count, 2);
  const tasks = (await admin.ok('GET', `/incidents/${incident}/tasks`)).items;
  assert.ok(tasks.some((t) => t.origin === 'watch' && t.is_mandatory && t.state === 'open'));
  for (const [phase, to] of [['contain', 'eradication'], ['eradicate', 'recovery'], ['recover', 'validation']]) {
    await finishPhase(phase);
    assert.equal((await step(to, { force: true, reason: 'Tiếp tục' })).status, 200);
  }
  await finishPhase('validate');
  await passChecks(false);
  assert.equal((await step('response_ended', { force: true, reason: 'Ổn định' })).status, 200);
});

test('closing asks for what is owed, then the case is sealed', async () => {
  at('2026-11-27T09:00:00+07:00');
  assert.equal((await step('review')).status, 200);
  for (const phase of ['priority', 'identify', 'contain', 'eradicate', 'recover', 'validate', 'watch', 'review']) await finishPhase(phase);
  const refused = await step('closed');
  assert.equal(refused.status, 409);
  assert.ok(refused.json.missing.length >= 2, refused.text);
  await admin.ok('PUT', `/incidents/${incident}/review`, {
    root_cause: 'Mở tệp đính kèm lạ', went_well: 'Báo nhanh', went_badly: 'Chưa có bản sao lưu ngoại tuyến', damage: 'Dừng 1 ngày', lessons: 'Sao lưu ngoại tuyến hằng ngày',
  });
  await admin.ok('POST', `/incidents/${incident}/actions`, { title: 'Mua ổ sao lưu ngoại tuyến', owner: 'chanhvp', due_at: '2026-12-15T17:00:00+07:00' });
  for (const d of (await admin.ok('GET', `/incidents/${incident}/duties`)).items)
    if (!['sent', 'acknowledged', 'cancelled', 'superseded'].includes(d.state)) await admin.ok('POST', `/duties/${d.id}/chase`, { note: 'Đã gửi công văn, chờ xác nhận' });
  const closed = await step('closed');
  assert.equal(closed.status, 200, closed.text);
  const now = await show();
  assert.equal(now.state, 'closed');
  assert.match(now.seal, /^[0-9a-f]{64}$/);
  assert.equal((await reporter.ok('GET', `/reports/${code}`)).step, 5);
});

test('the dossier is checked alone, and a changed one is not believed', () => {
  const file = join(folder(), 'ho-so.zip');
  run('dossier', 'export', number, file);
  const good = spawnSync(VERIFY, [file], { encoding: 'utf8' });
  assert.equal(good.status, 0, good.stdout + good.stderr);
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length / 3)] ^= 1;
  writeFileSync(file, bytes);
  assert.equal(spawnSync(VERIFY, [file]).status, 1);
});

test('the timeline tells it all with its times, and the ledger holds', async () => {
  const items = [];
  for (let page = { more: true }; page.more; items.push(...page.items))
    page = await admin.ok('GET', `/incidents/${incident}/timeline?limit=200&offset=${items.length}`);
  assert.ok(items.length > 40);
  for (const e of items) assert.ok(e.occurred_at && e.entered_at && e.text && !/^timeline\./.test(e.text), JSON.stringify(e));
  const kinds = new Set(items.map((e) => e.kind));
  for (const k of ['report', 'state', 'task', 'direction', 'evidence', 'probe', 'score', 'review']) assert.ok(kinds.has(k), k);
  const v = run('ledger', 'verify');
  assert.equal(v.ok, true, JSON.stringify(v));
});

test('search ignores diacritics and case and hides what is restricted', async () => {
  const hits = (await admin.ok('GET', '/search?q=' + encodeURIComponent('thong bao TONG tien'))).items;
  assert.ok(hits.some((h) => h.number === number), JSON.stringify(hits));
  const q = (await substitute.ok('GET', '/search?q=' + encodeURIComponent('Vụ trước'))).items;
  assert.equal(q.length, 0);
});

test('changes tell who polls what is new, in order and without gaps for the reader', async () => {
  const changes = async (who) => {
    const items = [];
    for (let page = []; page.length > 0 || items.length === 0; items.push(...page)) {
      page = (await who.ok('GET', `/changes?after=${items.at(-1)?.seq ?? 0}&limit=200`)).items;
      if (page.length === 0) break;
    }
    return items;
  };
  const seqs = (await changes(admin)).map((c) => c.seq);
  assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b));
  const hidden = await changes(substitute);
  assert.ok(hidden.length < seqs.length);
});

test('the director sees, and changes nothing that is not his', async () => {
  assert.equal((await director.call('GET', `/incidents/${incident}`)).status, 200);
  assert.equal((await director.call('PATCH', `/incidents/${incident}`, { title: 'x' })).status, 403);
});

test('Ctrl-C stops the server cleanly', async () => {
  const { code: status } = await server.stop('SIGINT');
  assert.equal(status, 0);
});

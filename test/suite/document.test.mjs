// SPDX-License-Identifier: Apache-2.0
// A paper's life: from the case to a draft with its gaps marked, through
// approval, the clerk's number and dispatch, to the answer; by a real mail
// server that also refuses, delays and breaks off.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { KHIEN, VERIFY, Person, folder, khien, newData, person, serve } from './lib.mjs';
import { canServeMail, gate, mailServer } from './smtpd.mjs';

const data = newData({ testClock: true });
const { run } = data;
const at = (text) => run('clock', 'set', text);
at('2026-11-23T08:00:00+07:00');
const smtpd = canServeMail ? await mailServer() : null;
const way = smtpd === null ? null : await gate(smtpd.port);
if (way !== null) {
  run('setting', 'set', 'mail.url', way.url);
  run('setting', 'set', 'mail.from', 'khien@example.vn');
}
const server = await serve(data.dir);
const admin = await person(server, data, data.login);
const substitute = await person(server, data, 'duphong');
const director = await person(server, data, 'giamdoc');
const clerk = await person(server, data, 'vanthu');
const staff = await person(server, data, 'canbo');
after(async () => {
  await server.stop();
  if (way !== null) way.close();
  if (smtpd !== null) await smtpd.stop();
});

const out = folder();
const SECRET = 'Người Báo Kín Đáo';
let incident, number, initial, cover;
const show = (id) => admin.ok('GET', `/documents/${id}`);
const post = (id, step, body = {}, who = admin) => who.ok('POST', `/documents/${id}/${step}`, body);
const gaps = (d) => d.gaps.map((g) => g.field);

async function until(what, found, ms = 40000) {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    const result = await found();
    if (result) return result;
    await new Promise((done) => setTimeout(done, 100));
  }
  return assert.fail(`not within ${ms} ms: ${what}`);
}

// The text of a PDF, one blank between words.
function pdfText(file) {
  const r = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.normalize('NFC').replace(/\s+/g, ' ');
}

test('the forms are listed, with what each asks', async () => {
  const forms = (await admin.ok('GET', '/forms')).items;
  for (const id of ['mau-03', 'mau-04', 'thong-bao-su-co', 'cover-bc', 'bao-cao-dien-bien']) assert.ok(forms.some((f) => f.id === id), id);
  const form = run('form', 'show', 'mau-03');
  assert.equal(form.mail_tag, '[TBSC]');
  assert.ok(form.fields.find((f) => f.id === 'reporter_name').required);
  assert.ok(!form.fields.some((f) => /type_list|loai_su_co/.test(f.id)), 'Mẫu 03 has no list of types');
});

test('no secrecy marking is ever offered', async () => {
  for (const { id } of (await admin.ok('GET', '/forms')).items) {
    const text = JSON.stringify(await admin.ok('GET', `/forms/${id}`)).replace(/phải được giữ bí mật/g, '');
    assert.ok(!/TUYỆT MẬT|TỐI MẬT|ĐỘ MẬT|độ mật/.test(text), id);
  }
  const doc = await new Person(server.url).ok('GET', '/openapi.json');
  const words = JSON.stringify(doc.paths['/documents/{id}'] ?? doc.paths['/api/v1/documents/{id}']);
  assert.ok(!/secrecy|do_mat/.test(words));
});

test('a report becomes a case that may exceed what the agency can do', async () => {
  const code = (await new Person(server.url).ok('POST', '/reports', { symptoms: ['ransom_note'], description: 'Màn hình đòi tiền', contact_name: SECRET, contact_phone: '0909 111 222' })).code;
  const report = (await admin.ok('GET', '/reports?state=waiting')).items.find((r) => r.code === code);
  incident = report.incident_id;
  number = report.incident_number;
  await admin.ok('POST', `/incidents/${incident}/take`);
  await admin.ok('POST', `/incidents/${incident}/scope`, { kind: 'system', name: 'Cổng thông tin điện tử của Sở', state: 'affected' });
  await admin.ok('POST', `/incidents/${incident}/beyond`, { confirmed: true, reason: 'Mã độc lây nhanh' });
  const duties = (await admin.ok('GET', `/incidents/${incident}/duties`)).items;
  assert.ok(duties.some((d) => d.obligation === 'D05'), JSON.stringify(duties.map((d) => d.obligation)));
});

test('a draft is made from the case at once, its gaps marked and listed, the reporter not in it', async () => {
  const started = performance.now();
  initial = await admin.ok('POST', '/documents', { form: 'mau-03', incident: number });
  assert.ok(performance.now() - started < 5000, 'a draft is there at once'); // some 30 ms, where nothing else runs
  assert.equal(initial.state, 'draft');
  assert.match(initial.number, /^VB-2026-\d{4}$/);
  assert.match(initial.basis, /^ATTT-2017/);
  assert.equal(initial.values.reporter_name, 'Sở Mẫu tỉnh Ví Dụ');
  assert.equal(initial.values.system_name, 'Cổng thông tin điện tử của Sở');
  assert.equal(initial.values.system_level, '2');
  assert.deepEqual(initial.values.public_ips, ['203.0.113.10']);
  assert.equal(initial.values.detected_date, '2026-11-23');
  assert.equal(initial.values.detected_time, '08:00');
  assert.ok(gaps(initial).includes('notified_to'), JSON.stringify(initial.gaps));
  assert.ok(initial.duties.some((d) => d.obligation === 'D05'), 'it is tied to the duty it discharges');
  assert.ok(initial.proposed.some((p) => p.role === 'national_coordinator'));
  const printed = JSON.stringify(initial);
  assert.ok(!printed.includes(SECRET) && !printed.includes('0909 111 222'), 'the reporter is not named');
  cover = await show(initial.cover_id);
  assert.equal(cover.form, 'cover-bc');
  assert.equal(cover.encloses_id, initial.id);
  run('document', 'export', initial.number, '--format', 'pdf', '--out', join(out, 'draft.pdf'));
  const text = pdfText(join(out, 'draft.pdf'));
  assert.ok(text.includes('BÁO CÁO BAN ĐẦU SỰ CỐ MẠNG'), text.slice(0, 400));
  assert.ok(text.includes('thiếu'), 'what is missing is seen in print');
  assert.ok(!text.includes(SECRET));
  const duty = (await admin.ok('GET', `/incidents/${incident}/duties`)).items.find((d) => d.obligation === 'D05');
  assert.equal(duty.state, 'drafting');
});

test('values are checked where they are entered, per field', async () => {
  const edit = (values) => admin.call('PATCH', `/documents/${initial.id}`, { values });
  for (const ip of ['10.1.2.3', '172.16.0.1', '192.168.1.20', '100.64.0.9', '169.254.1.1', '127.0.0.1', 'fc00::1', 'fe80::1', '::1']) {
    const r = await edit({ public_ips: [ip] });
    assert.equal(r.status, 422, `${ip}: ${r.text}`);
    assert.match(r.text, /public_ips|nội bộ/);
  }
  for (const bad of [{ khong_co: 'x' }, { system_level: '9' }, { detected_date: '31/02/2026' }, { detected_time: '25:00' }, { public_ips: 7 }, { services: 'web' }, { public_ips: ['x'] }])
    assert.equal((await edit(bad)).status, 422, JSON.stringify(bad));
  assert.deepEqual((await show(initial.id)).values, initial.values, 'nothing of that was kept');
  const r = await edit({ summary: 'Máy 10.0.0.5 và 192.168.1.7 bị mã hóa', notified_to: ['coordinator'], reported_at: '2026-11-22T09:00', services: ['other'] });
  assert.equal(r.status, 200, r.text);
  const faults = Object.fromEntries(r.json.faults.map((f) => [f.field, f.message]));
  assert.match(faults.summary, /10\.0\.0\.5/);
  assert.ok(faults.reported_at, 'reported before it was detected');
  assert.ok(faults.services, 'other services without saying which');
  assert.ok(faults.notified_to, 'nobody has been told yet');
});

test('what is edited is kept as editions, and two people do not overwrite each other', async () => {
  at('2026-11-23T08:40:00+07:00');
  const before = await show(initial.id);
  const detection = before.fields.find((f) => f.id === 'detection_methods').choices.find((c) => !c.with_text).id;
  const d = await admin.ok('PATCH', `/documents/${initial.id}`, {
    version: before.version, note: 'hoàn chỉnh',
    values: { summary: 'Cổng thông tin bị chiếm quyền, đã tách khỏi mạng.', detection_methods: [detection], notified_to: ['isp'], reported_at: '2026-11-23T08:30', services: null, services_text: null },
  });
  assert.ok(d.editions.length >= 3 && d.edition === d.editions.at(-1).edition);
  assert.equal(d.editions.at(-1).note, 'hoàn chỉnh');
  assert.deepEqual((await admin.ok('GET', `/documents/${initial.id}?edition=1`)).edition_values, initial.values);
  const changes = (await admin.ok('GET', `/documents/${initial.id}/diff?edition=1`)).changes.map((x) => x.field);
  assert.ok(changes.includes('summary') && !changes.includes('reporter_name'), changes.join());
  const late = await substitute.call('PATCH', `/documents/${initial.id}`, { version: before.version, values: { summary: 'đè' } });
  assert.equal(late.status, 409, late.text);
  assert.deepEqual(gaps(d), [], JSON.stringify(d.gaps));
  assert.deepEqual(d.faults, []);
});

test('the leadership approves, the clerk numbers what was handed over and sees nothing else', async () => {
  const slip = await admin.ok('POST', '/documents', { form: 'phieu-trinh', incident: number });
  assert.equal((await clerk.ok('GET', '/documents')).items.length, 0);
  assert.equal((await staff.call('GET', '/documents')).status, 403);
  await post(initial.id, 'submit');
  assert.equal((await admin.call('PATCH', `/documents/${initial.id}`, { values: {} })).status, 409, 'no longer a draft');
  const back = await post(initial.id, 'return', { reason: 'Ghi rõ phạm vi' }, director);
  assert.equal(back.state, 'draft');
  await post(initial.id, 'submit');
  const approved = await post(initial.id, 'approve', {}, director);
  assert.equal(approved.approved_by, 'Lê Minh Giám');
  const seen = (await clerk.ok('GET', '/documents')).items.map((d) => d.id);
  assert.deepEqual(seen.sort(), [initial.id, cover.id].sort());
  assert.equal((await clerk.call('GET', `/documents/${slip.id}`)).status, 404);
  assert.equal((await clerk.call('PATCH', `/documents/${initial.id}`, { values: {} })).status, 403);
  assert.equal((await staff.call('POST', `/documents/${initial.id}/number`, { number: '1', date: '2026-11-23' })).status, 403);
  const d = await post(initial.id, 'number', { number: '9', date: '2026-11-23', eoffice: 'EO-77' }, clerk);
  assert.equal(d.state, 'numbered');
  assert.equal(d.reference, '09/BC-SM');
  assert.deepEqual(d.warnings, []);
  assert.ok((await admin.ok('GET', `/incidents/${incident}/timeline?limit=200`)).items.some((e) => /09\/BC-SM ngày 23\/11\/2026/.test(e.text ?? e.sentence)), 'a day as people write it');
  cover = await show(cover.id);
  assert.equal(cover.doc_number, '09');
  assert.equal(cover.state, 'numbered', 'form and cover go together');
});

test('who signs for the head is said; only what the agency uses is taken', async () => {
  const d = await post(initial.id, 'number', { number: '9', date: '2026-11-23', signer: 'phogiamdoc' });
  assert.equal((await show(cover.id)).authority, 'KT', 'a deputy signs for the head');
  run('document', 'export', cover.number, '--out', join(out, 'kt.pdf'));
  const text = pdfText(join(out, 'kt.pdf'));
  assert.match(text, /KT\. GIÁM ĐỐC/);
  assert.match(text, /PHÓ GIÁM ĐỐC/);
  assert.equal((await admin.call('POST', `/documents/${initial.id}/number`, { number: '9', date: '2026-11-23', signer: 'chanhvp' })).status, 422);
  run('setting', 'set', 'document.authorities', 'KT TL');
  await post(initial.id, 'number', { number: '9', date: '2026-11-23', signer: 'chanhvp' });
  assert.equal((await show(cover.id)).authority, 'TL');
  await post(initial.id, 'number', { number: '9', date: '2026-11-23', signer: 'giamdoc' });
  assert.equal((await show(cover.id)).authority, null);
  assert.equal(d.state, 'numbered');
  const typo = await post(initial.id, 'number', { number: '9', date: '2026-11-23', signer: 'phogiamdocc' });
  assert.ok(typo.warnings.some((x) => /phogiamdocc.*không có chức vụ/.test(x)), 'a login mistyped is told');
  await post(initial.id, 'number', { number: '9', date: '2026-11-23', signer: 'giamdoc' });
});

test('a number used twice in a year is told, not refused', async () => {
  const other = await admin.ok('POST', '/documents', { form: 'to-trinh', incident: number });
  const d = await post(other.id, 'number', { number: '09', date: '2026-11-24' });
  assert.ok(d.warnings.some((w) => w.includes('09')), JSON.stringify(d.warnings));
  assert.ok(d.warnings.some((w) => /chưa được duyệt/.test(w)), 'without approval: told');
  assert.ok(d.warnings.some((w) => /sau ngày hôm nay/.test(w)), 'a date ahead: told');
  assert.equal(d.state, 'numbered');
});

test('the printed paper is what it was, whatever changes afterwards', async () => {
  at('2026-11-23T09:50:00+07:00');
  const file = (name) => createHash('sha256').update(readFileSync(join(out, name))).digest('hex');
  for (const format of ['pdf', 'docx', 'html']) {
    run('document', 'export', cover.number, '--format', format, '--out', join(out, `a.${format}`));
    run('document', 'export', initial.number, '--out', join(out, `i.${format}`));
  }
  const text = pdfText(join(out, 'a.pdf'));
  for (const part of ['CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'SỞ MẪU TỈNH VÍ DỤ', 'Số: 09/BC-SM', 'ngày 23 tháng 11 năm 2026', 'GIÁM ĐỐC', 'Lê Minh Giám', 'Nơi nhận'])
    assert.ok(text.includes(part), `${part}: ${text}`);
  assert.ok(pdfText(join(out, 'i.pdf')).includes('Cổng thông tin bị chiếm quyền'));
  await admin.ok('PATCH', `/incidents/${incident}`, { title: 'Tên khác hẳn' });
  await admin.ok('POST', `/incidents/${incident}/scope`, { kind: 'machine', name: 'Máy lạ', state: 'affected' });
  at('2026-11-23T10:00:00+07:00');
  for (const format of ['pdf', 'docx', 'html']) {
    const again = khien(['document', 'export', cover.number, '--out', join(out, `b.${format}`), '--data', data.dir, '--json'], {
      cwd: '/', env: { PATH: process.env.PATH, HOME: '/nonexistent', TZ: 'America/New_York', LANG: 'de_DE.UTF-8' } });
    assert.equal(again.status, 0, again.err);
    assert.equal(file(`b.${format}`), file(`a.${format}`), format);
  }
});

test('a file over the API, refused without the right and where there is none', async () => {
  const r = await admin.call('GET', `/documents/${initial.id}/file?format=pdf`);
  assert.equal(r.status, 200);
  assert.match(r.text, /^%PDF-/);
  assert.match(r.headers.get('content-disposition'), /mau-03\.pdf/);
  assert.equal((await staff.call('GET', `/documents/${initial.id}/file`)).status, 403);
  const none = khien(['document', 'export', initial.number, '--out', join(out, 'x.odt'), '--data', data.dir]);
  assert.equal(none.status, 2, none.err);
});

test('dispatch by hand or E-Office is recorded with its proof; without one it is told', async () => {
  const receipt = join(out, 'bien nhan.txt');
  writeFileSync(receipt, 'Đã nhận\n');
  const bare = run('document', 'send', initial.number, '--to', 'system_owner', '--channel', 'eoffice');
  assert.ok(bare.warnings.some((w) => /bằng chứng/.test(w)), JSON.stringify(bare.warnings));
  assert.equal(bare.state, 'issued');
  const d = run('document', 'send', initial.number, '--to', 'provincial_ir_unit', '--channel', 'hand', '--at', '2026-11-23T09:40:00+07:00', '--file', receipt);
  const hand = d.dispatches.find((p) => p.channel === 'hand');
  assert.equal(hand.state, 'sent');
  assert.equal(hand.sent_at, '2026-11-23T02:40:00.000Z');
  assert.equal(hand.proof_sha256, createHash('sha256').update('Đã nhận\n').digest('hex'));
  assert.ok(hand.proof_evidence_id, 'the receipt is kept as evidence');
  assert.equal((await show(cover.id)).state, 'issued');
});

const mailed = { skip: smtpd === null && 'needs root and opensmtpd' };
const dispatch = async (id, address) => (await show(id)).dispatches.findLast((p) => p.address === address);

const box = (address) => ((list) => list.length > 0 && list)(smtpd.mails().filter((m) => m.headers.to?.includes(address)));

test('by mail it goes once, with cover and form attached, its subject as the form asks', mailed, async () => {
  const asked = await post(initial.id, 'send', { to: ['national_coordinator'], channel: 'mail' });
  const mine = asked.dispatches.find((p) => p.channel === 'mail');
  assert.equal(mine.state, 'sending');
  const done = await until('the mail', async () => {
    const p = await dispatch(initial.id, mine.address);
    return p.state === 'sending' ? null : p;
  });
  assert.equal(done.state, 'sent', JSON.stringify(done));
  assert.match(done.proof, /^Message-ID .+@example\.vn$/);
  const mails = await until('the box', () => box(mine.address));
  assert.equal(mails.length, 1);
  const [mail] = mails;
  assert.match(mail.headers.subject, /^\[TBSC\] /);
  assert.match(mail.headers.subject, /09\/BC-SM/);
  assert.ok(done.proof.includes(/<([^>]+)>/.exec(mail.headers['message-id'])[1]));
  const pdfs = mail.parts.filter((p) => p.type === 'application/pdf');
  assert.equal(pdfs.length, 2);
  pdfs.forEach((p, i) => writeFileSync(join(out, `mail${i}.pdf`), p.data));
  assert.ok(pdfText(join(out, 'mail0.pdf')).includes('Số: 09/BC-SM'), 'the cover comes first');
  assert.ok(pdfText(join(out, 'mail1.pdf')).includes('BÁO CÁO BAN ĐẦU SỰ CỐ MẠNG'));
  assert.ok(mail.parts[0].data.toString().includes(number));
  assert.match(mail.parts[0].data.toString(), /09\/BC-SM ngày 23\/11\/2026/, 'a day as people write it');
  assert.ok(!mail.parts.some((p) => p.data.toString().includes(SECRET)));
});

test('the same paper does not go to the same place twice by itself', mailed, async () => {
  const r = await admin.call('POST', `/documents/${initial.id}/send`, { to: ['national_coordinator'], channel: 'mail' });
  assert.equal(r.status, 409, r.text);
  assert.match(r.text, /document\.sent_already|đã gửi/);
});

test('all its recipients served, the duty is sent; their answers are recorded or chased', async () => {
  if (smtpd === null) run('document', 'send', initial.number, '--to', 'national_coordinator', '--channel', 'fax', '--proof', 'fax ok');
  const duty = async () => (await admin.ok('GET', `/incidents/${incident}/duties`)).items.find((d) => d.obligation === 'D05');
  assert.equal((await duty()).state, 'sent', JSON.stringify(await duty()));
  const which = await admin.call('POST', `/documents/${initial.id}/ack`, { how: 'gọi điện' });
  assert.equal(which.status, 422, 'of several dispatches one has to be named');
  await post(initial.id, 'chase', { note: 'Đã gọi', dispatch: (await show(initial.id)).dispatches[0].id });
  for (const p of (await show(initial.id)).dispatches) await post(initial.id, 'ack', { dispatch: p.id, how: 'Văn thư gọi báo đã nhận' });
  assert.ok((await show(initial.id)).dispatches.every((p) => p.acknowledged_at !== null));
  assert.equal((await duty()).state, 'acknowledged');
});

test('Mẫu 04 quotes number and date of the cover under which Mẫu 03 went', async () => {
  const final = await admin.ok('POST', '/documents', { form: 'mau-04', incident: number });
  assert.equal(final.values.initial_ref_no, '09/BC-SM');
  assert.equal(final.values.initial_ref_date, '2026-11-23');
  run('document', 'export', final.number, '--out', join(out, 'mau04.pdf'));
  assert.ok(pdfText(join(out, 'mau04.pdf')).includes('09/BC-SM'));
});

test('a refused address is a failure told with the server\'s words; nothing is tried again', mailed, async () => {
  const d = await admin.ok('POST', '/documents', { form: 'to-trinh', incident: number });
  await post(d.id, 'send', { to: ['Nơi từ chối'], channel: 'mail', address: 'tuchoi@example.vn' });
  const p = await until('the refusal', async () => { const x = await dispatch(d.id, 'tuchoi@example.vn'); return x.state === 'sending' ? null : x; });
  assert.equal(p.state, 'failed');
  assert.match(p.why, /Invalid recipient/);
});

test('a server that is slow gets its time', mailed, async () => {
  way.set('late');
  const d = await admin.ok('POST', '/documents', { form: 'to-trinh', incident: number });
  await post(d.id, 'send', { to: ['Nơi chậm'], channel: 'mail', address: 'cham@example.vn' });
  await until('the slow one', async () => (await dispatch(d.id, 'cham@example.vn')).state === 'sent');
  way.set('pass');
});

test('broken off before the end, it is tried again and arrives once', mailed, async () => {
  way.set('before');
  const d = await admin.ok('POST', '/documents', { form: 'to-trinh', incident: number });
  await post(d.id, 'send', { to: ['Nơi đứt'], channel: 'mail', address: 'dut@example.vn' });
  await until('the failed attempt', async () => (await dispatch(d.id, 'dut@example.vn')).why !== null);
  assert.equal((await dispatch(d.id, 'dut@example.vn')).state, 'sending');
  way.set('pass');
  await until('the second attempt', async () => (await dispatch(d.id, 'dut@example.vn')).state === 'sent', 80000);
  assert.equal(smtpd.mails().filter((m) => m.headers.to?.includes('dut@example.vn')).length, 1);
});

test('an answer lost midway is unknown: told, never sent again by itself, settled by a person', mailed, async () => {
  way.set('silent');
  const d = await admin.ok('POST', '/documents', { form: 'to-trinh', incident: number });
  await post(d.id, 'send', { to: ['Nơi im lặng'], channel: 'mail', address: 'imlang@example.vn' });
  const p = await until('the silence', async () => { const x = await dispatch(d.id, 'imlang@example.vn'); return x.state === 'sending' ? null : x; });
  assert.equal(p.state, 'unknown');
  way.set('pass');
  const before = way.seen.connections;
  await new Promise((done) => setTimeout(done, 4000));
  const arrived = () => smtpd.mails().filter((m) => m.headers.to?.includes('imlang@example.vn'));
  assert.equal(arrived().length, 1, 'it had arrived after all');
  assert.equal((await dispatch(d.id, 'imlang@example.vn')).state, 'unknown');
  const lines = (await admin.ok('GET', `/incidents/${incident}/timeline?kind=document&limit=200`)).items.map((e) => e.text);
  assert.ok(lines.some((t) => t.includes('KHÔNG RÕ') && t.includes('Nơi im lặng')), 'the timeline tells');
  assert.equal((await admin.call('POST', `/documents/${d.id}/send`, { to: ['Nơi im lặng'], channel: 'mail', address: 'imlang@example.vn' })).status, 409);
  await post(d.id, 'resend', { dispatch: p.id });
  await until('the second', async () => (await dispatch(d.id, 'imlang@example.vn')).state === 'sent');
  const two = await until('two in the box', () => (arrived().length === 2 ? arrived() : null));
  assert.equal(two[0].headers['message-id'], two[1].headers['message-id'], 'the receiver can tell that it is the same');
  assert.ok(way.seen.connections > before);
});

test('a notice as a short mail is the mail itself; a text message discharges nothing', mailed, async () => {
  const d = await admin.ok('POST', '/documents', { form: 'thong-bao-su-co', incident: number, variant: 'e-mail' });
  assert.ok(d.duties.some((x) => x.obligation === 'D03'), JSON.stringify(d.duties));
  await post(d.id, 'send', { to: ['Cơ quan điều phối'], channel: 'mail', address: 'thongbao@example.vn' });
  await until('the notice', async () => (await dispatch(d.id, 'thongbao@example.vn')).state === 'sent');
  const [mail] = await until('the box', () => box('thongbao@example.vn'));
  assert.match(mail.headers.subject, /^\[TBSC\]/);
  assert.equal(mail.parts.length, 1);
  assert.ok(mail.parts[0].data.toString().includes('Sở Mẫu tỉnh Ví Dụ'));
  const sms = await admin.ok('POST', '/documents', { form: 'thong-bao-su-co', incident: number, variant: 'sms' });
  assert.deepEqual(sms.duties, []);
  run('document', 'export', sms.number, '--format', 'txt', '--out', join(out, 'sms.txt'));
  const text = readFileSync(join(out, 'sms.txt'), 'utf8').trim();
  assert.ok([...text].length <= 300, `${[...text].length}: ${text}`);
});

test('the signed file that comes back is the document', async () => {
  const d = await admin.ok('POST', '/documents', { form: 'to-trinh', incident: number });
  await post(d.id, 'number', { number: '21', date: '2026-11-23' });
  const signed = join(out, 'da ký.pdf');
  const bytes = Buffer.from('%PDF-1.7\n% bản đã ký số\n');
  writeFileSync(signed, bytes);
  const wrong = join(out, 'bài hát.mp3');
  writeFileSync(wrong, 'ID3 la la la');
  assert.equal(khien(['document', 'attach', d.number, '--file', wrong, '--data', data.dir]).status, 1);
  const kept = run('document', 'attach', d.number, '--file', signed);
  assert.equal(kept.signed_sha256, createHash('sha256').update(bytes).digest('hex'));
  assert.ok(kept.signed_evidence_id);
  const r = await fetch(`${server.url}/api/v1/documents/${d.id}/file`, { headers: { cookie: admin.cookie } });
  assert.deepEqual(Buffer.from(await r.arrayBuffer()), bytes);
  run('document', 'export', d.number, '--format', 'pdf', '--out', join(out, 'printed.pdf'));
  assert.ok(readFileSync(join(out, 'printed.pdf')).length > 2000, 'the print is still to be had');
  if (smtpd === null) return;
  await post(d.id, 'send', { to: ['Nơi nhận bản ký'], channel: 'mail', address: 'banky@example.vn' });
  await until('the signed one', async () => (await dispatch(d.id, 'banky@example.vn')).state === 'sent');
  const [mail] = await until('the box', () => box('banky@example.vn'));
  assert.deepEqual(mail.parts[1].data, bytes);
});

test('a signed scan of many pages goes by mail; one too large is refused before anything is sent, with another way', async () => {
  const d = await admin.ok('POST', '/documents', { form: 'to-trinh', incident: number });
  await post(d.id, 'number', { number: '22', date: '2026-11-23' });
  const scan = (mb) => {
    const file = join(out, `quet-${mb}.pdf`);
    writeFileSync(file, Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(mb * 1_000_000, 'k')]));
    return file;
  };
  run('document', 'attach', d.number, '--file', scan(11));
  const large = await show(d.id);
  assert.equal(large.is_mailable, false);
  if (smtpd === null) run('setting', 'set', 'mail.url', 'smtp://127.0.0.1:9');
  const refused = await admin.call('POST', `/documents/${d.id}/send`, { to: ['Nơi nhận bản quét'], channel: 'mail', address: 'banquet@example.vn' });
  assert.equal(refused.status, 413);
  assert.match(refused.json.detail, /11 MB.*10 MB.*E-Office/);
  assert.deepEqual((await show(d.id)).dispatches, []);
  await post(d.id, 'send', { to: ['Nơi nhận bản quét'], channel: 'eoffice', proof: 'E-Office 2026/22' });
  run('document', 'attach', d.number, '--file', scan(9));
  assert.equal((await show(d.id)).is_mailable, true);
  if (smtpd === null) return;
  await post(d.id, 'send', { to: ['Nơi nhận bản quét'], channel: 'mail', address: 'banquet@example.vn' });
  await until('the scan', async () => (await dispatch(d.id, 'banquet@example.vn')).state === 'sent');
  const [mail] = await until('the box', () => box('banquet@example.vn'));
  assert.equal(mail.parts[1].data.length, 9_000_009);
});

test('a recalled paper tells whom it had reached; one that replaces it says what differs', async () => {
  const wrong = await show(initial.id);
  const next = await admin.ok('POST', `/documents/${initial.id}/replace`, { reason: 'Ghi nhầm thời điểm' });
  assert.equal(next.state, 'draft');
  assert.equal(next.replaces_id, initial.id);
  assert.equal((await show(initial.id)).state, 'issued', 'the old one holds until the new one is out');
  assert.equal((await admin.call('POST', `/documents/${initial.id}/replace`, { reason: 'lần nữa' })).status, 409);
  await admin.ok('PATCH', `/documents/${next.id}`, { values: { detected_time: '07:45', summary: wrong.values.summary + ' Phát hiện sớm hơn.' } });
  const diff = await admin.ok('GET', `/documents/${next.id}/diff`);
  assert.deepEqual(diff.changes.map((c) => c.field).sort(), ['detected_time', 'summary']);
  assert.equal(diff.against_reference, '09/BC-SM');
  assert.equal(diff.changes.find((c) => c.field === 'detected_time').before, '08:00');
  await post(next.id, 'number', { number: '25', date: '2026-11-23' });
  await post(next.id, 'issue');
  const old = await show(initial.id);
  assert.equal(old.state, 'replaced');
  assert.equal(old.replaced_by_id, next.id);
  assert.equal((await admin.call('POST', `/documents/${initial.id}/send`, { to: ['x'], channel: 'hand', proof: 'y' })).status, 409);
  const again = await admin.ok('POST', '/documents', { form: 'mau-04', incident: number });
  assert.equal(again.values.initial_ref_no, '25/BC-SM', 'what is quoted is what holds');
  run('document', 'send', next.number, '--to', 'system_owner', '--channel', 'eoffice', '--proof', 'EO-90');
  const recalled = await post(next.id, 'recall', { reason: 'Gửi nhầm nơi nhận' });
  assert.equal(recalled.state, 'recalled');
  assert.ok(recalled.warnings.some((w) => w.includes('1')), JSON.stringify(recalled.warnings));
});

test('a situation report counts on and begins where the last one ended', async () => {
  const first = await admin.ok('POST', '/documents', { form: 'bao-cao-dien-bien', incident: number });
  assert.equal(first.values.number_of, 1);
  await post(first.id, 'number', { number: '30', date: '2026-11-23' });
  await post(first.id, 'issue');
  at('2026-11-23T11:00:00+07:00');
  await admin.ok('POST', `/incidents/${incident}/notes`, { text: 'Việc mới sau báo cáo số 1' });
  const second = await admin.ok('POST', '/documents', { form: 'bao-cao-dien-bien', incident: number });
  assert.equal(second.values.number_of, 2);
  const told = second.values.events.map((e) => e.text).join('\n');
  assert.ok(told.includes('Việc mới sau báo cáo số 1'), told);
  assert.ok(!told.includes('Cổng thông tin điện tử của Sở'), 'what the first one told is not told again');
});

test('an expired basis is refused as ground, the one that replaced it named', async () => {
  mkdirSync(join(data.dir, 'packs/regulation'), { recursive: true });
  const shipped = readFileSync('packs/regulation/attt-2017.yaml', 'utf8');
  const other = newData({ testClock: true });
  mkdirSync(join(other.dir, 'packs/regulation'), { recursive: true });
  writeFileSync(join(other.dir, 'packs/regulation/attt-2017.yaml'), shipped.replace(/^valid_to: .*$/m, 'valid_to: 2026-12-31').replace(/^version: .*$/m, 'version: 90'));
  other.run('clock', 'set', '2026-12-30T08:00:00+07:00');
  const id = other.run('incident', 'open', '--title', 'Sự cố cuối năm').number;
  other.run('document', 'draft', '--form', 'mau-03', '--incident', id);
  other.run('clock', 'set', '2027-01-02T08:00:00+07:00');
  const refused = khien(['document', 'draft', '--form', 'mau-03', '--incident', id, '--data', other.dir]);
  assert.equal(refused.status, 1);
  assert.match(refused.err, /ATTT-2017/);
  assert.match(refused.err, /31\/12\/2026/);
  assert.match(refused.err, /ANM-2026/, 'the replacing regulation is named');
  assert.equal(khien(['document', 'draft', '--form', 'mau-03', '--incident', id, '--basis', 'ATTT-2017', '--data', other.dir]).status, 1);
  const d = other.run('document', 'draft', '--form', 'to-trinh', '--incident', id, '--basis', 'ANM-2026');
  assert.match(d.basis, /^ANM-2026/);
  other.run('document', 'export', d.number, '--out', join(out, 'basis.pdf'));
  assert.ok(!pdfText(join(out, 'basis.pdf')).includes('20/2017/TT-BTTTT'), 'what expired is not cited');
});

test('a restricted case keeps its papers to itself', async () => {
  const kept = await admin.ok('POST', '/incidents', { title: 'Việc kín' });
  await admin.ok('POST', `/incidents/${kept.id}/restrict`, { restricted: true, reason: 'cần kín' });
  const d = await admin.ok('POST', '/documents', { form: 'to-trinh', incident: kept.id });
  await post(d.id, 'approve', { by: 'giamdoc' });
  for (const who of [substitute, clerk]) {
    for (const path of [`/documents/${d.id}`, `/documents/${d.id}/diff`, `/documents/${d.id}/file?format=pdf`]) assert.equal((await who.call('GET', path)).status, 404, path);
    assert.ok(!(await who.ok('GET', '/documents?limit=200')).items.some((x) => x.id === d.id));
    assert.equal((await who.call('POST', `/documents/${d.id}/number`, { number: '1', date: '2026-11-23' })).status, 404);
  }
  assert.equal((await director.call('GET', `/documents/${d.id}`)).status, 200);
});

test('hostile text in every field still gives a valid paper', async () => {
  const hostile = ['<w:t>&amp;</w:t>]]><script>alert(1)</script>', '\u202eđảo\u202c \u2066x\u2069 \u200f', 'a'.repeat(100000), '{{7*7}} {agency.name} {', '# **đậm** `x` | y', '\u0007\u001b[31m\u0085', '=cmd|/C calc', '﷽'.repeat(2000), 'dòng\r\n\r\n\tdòng', '\ud83d\ude00'];
  const c = await admin.ok('POST', '/incidents', { title: '<b>&"\u202e', description: hostile[0] });
  for (const form of ['mau-03', 'bao-cao-dien-bien', 'to-trinh']) {
    const d = await admin.ok('POST', '/documents', { form, incident: c.id });
    let n = 0;
    for (const f of d.fields) {
      const text = hostile[n++ % hostile.length];
      let value;
      if (f.type === 'line' || f.type === 'text') value = text;
      else if (f.type === 'list') value = [text, ...hostile.slice(3)];
      else if (f.type === 'table') value = [Object.fromEntries(f.columns.filter((x) => ['line', 'text'].includes(x.type)).map((x) => [x.id, text]))];
      else if (f.type === 'choices') value = f.choices.map((x) => x.id);
      else continue;
      const r = await admin.call('PATCH', `/documents/${d.id}`, { values: { [f.id]: value } });
      assert.equal(r.status, 200, `${form} ${f.id}: ${r.text.slice(0, 300)}`);
    }
    for (const format of ['pdf', 'docx', 'html', 'txt']) {
      const file = join(out, `hostile-${form}.${format}`);
      run('document', 'export', d.number, '--format', format, '--out', file);
      if (format === 'pdf') pdfText(file);
      if (format === 'docx') {
        assert.equal(spawnSync('unzip', ['-tq', file]).status, 0);
        const xml = spawnSync('unzip', ['-p', file, 'word/document.xml'], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
        assert.ok(!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069]/.test(xml), 'no control and no turning characters');
        assert.ok(!xml.includes('<script'));
      }
      if (format === 'html') assert.ok(!readFileSync(file, 'utf8').includes('<script>alert'));
    }
  }
});

test('what was done to papers is in the timeline, the ledger holds, the dossier has them', async () => {
  const lines = (await admin.ok('GET', `/incidents/${incident}/timeline?kind=document&limit=200`)).items.map((e) => e.text);
  for (const part of ['Soạn văn bản', 'Trình lãnh đạo', 'duyệt văn bản', 'lấy số 09/BC-SM', 'Phát hành', 'Gửi văn bản', 'xác nhận đã nhận', 'Thu hồi', 'được thay thế bằng'])
    assert.ok(lines.some((t) => t.includes(part)), part);
  assert.ok(!lines.join().includes(SECRET));
  assert.equal(run('ledger', 'verify').ok, true);
  const zip = join(out, 'ho-so.zip');
  run('dossier', 'export', number, zip);
  const verified = spawnSync(VERIFY, [zip], { encoding: 'utf8' });
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  const list = spawnSync('unzip', ['-Z1', zip], { encoding: 'utf8' }).stdout.split('\n');
  assert.ok(list.some((f) => f.startsWith('documents/') && f.endsWith('.pdf')), list.filter((f) => !f.startsWith('entries') && !f.startsWith('proofs')).join());
});

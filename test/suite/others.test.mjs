// SPDX-License-Identifier: Apache-2.0
// Others outside: contacts, papers that come in, help that is asked for, personal data.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Person, folder, newData, person, serve } from './lib.mjs';

const data = newData({ testClock: true });
const at = (time) => data.run('clock', 'set', time);
at('2026-11-23T08:00:00+07:00');
const server = await serve(data.dir);
after(() => server.stop());
const admin = await person(server, data, data.login);
const substitute = await person(server, data, 'duphong');
const head = await person(server, data, 'truongphong');
const nobody = new Person(server.url);
const hours = (n) => n * 3600e3;
const time = (text) => Date.parse(text);

const refused = async (who, status, type, method, path, body) => {
  const r = await who.call(method, path, body);
  assert.equal(r.status, status, `${method} ${path}: ${r.text}`);
  if (type) assert.equal(r.json.type, `urn:khien:error:${type}`, r.text);
  return r.json;
};
const open = async (title) => (await admin.ok('POST', '/incidents', { title, take: true })).id;
const duties = async (id, state = 'all') => {
  const items = (await admin.ok('GET', `/incidents/${id}/duties?limit=200`)).items;
  return state === 'all' ? items : items.filter((d) => !['cancelled', 'superseded'].includes(d.state));
};
const duty = async (id, obligation) => (await duties(id, 'alive')).filter((d) => d.obligation === obligation);
const scope = (id, kind, name, state, more = {}) => admin.ok('POST', `/incidents/${id}/scope`, { kind, name, state, ...more });
const help = (id) => admin.ok('GET', `/incidents/${id}/escalations`);

// ---- contacts ------------------------------------------------------------------------

test('a new agency has no contact at all, and no role names a body by itself', () => {
  const bare = newData({ sample: false });
  assert.deepEqual(bare.run('contact', 'list').items, []);
  const roles = bare.run('recipient', 'list').items;
  assert.ok(roles.length > 10);
  for (const r of roles) assert.equal(r.count, 0, r.role);
  assert.ok(roles.find((r) => r.role === 'system_owner').obligations.includes('ATTT-2017/D03'));
});

test('the sample\'s contacts are plainly made up and go with the sample', () => {
  const sample = newData();
  const items = sample.run('contact', 'list', '--limit', '200').items;
  assert.ok(items.length >= 10);
  for (const c of items) {
    assert.equal(c.is_sample, true);
    assert.match(c.name, /mẫu/i, c.name);
    for (const field of ['phone', 'mobile', 'phone_after_hours']) if (c[field]) assert.match(c[field], /^0[29]00 0/, c[field]);
    if (c.email) assert.match(c.email, /@example\.vn$/);
  }
  sample.run('contact', 'add', '--role', 'system_owner', '--name', 'UBND tỉnh Thật');
  sample.run('sample', 'remove', '--name', 'Sở Thật');
  assert.deepEqual(sample.run('contact', 'list', '--all', 'true').items.map((c) => c.name), ['UBND tỉnh Thật']);
});

let office;
test('a contact is entered, looked at, and looked at again after a year', async () => {
  office = await admin.ok('POST', '/contacts', { role: 'provincial_police', name: 'Công an tỉnh Thử', phone: '0200 111 222', channel: 'eoffice' });
  assert.deepEqual(office.warnings.map((w) => w.id), ['unverified']);
  assert.equal(office.is_stale, true);
  office = await admin.ok('POST', `/contacts/${office.id}/verify`, { how: 'Gọi lại số trực ban' });
  assert.equal(office.verified_on, '2026-11-23');
  assert.equal(office.verify_by, '2027-11-23');
  assert.equal(office.verified_by, 'Nguyễn Văn Quản');
  assert.deepEqual(office.warnings, []);
  at('2027-11-22T08:00:00+07:00');
  assert.equal((await admin.ok('GET', `/contacts/${office.id}`)).is_stale, false);
  at('2027-11-23T00:00:00+07:00');
  const later = await admin.ok('GET', `/contacts/${office.id}`);
  assert.equal(later.is_stale, true);
  assert.deepEqual(later.warnings.map((w) => w.id), ['stale']);
  at('2026-11-23T08:30:00+07:00');
});

test('the calendar shows who has to be looked at again, and when', async () => {
  const items = (await admin.ok('GET', '/calendar?from=2027-11-23T00:00:00%2B07:00&to=2027-11-24T00:00:00%2B07:00')).items;
  const mine = items.find((i) => i.kind === 'contact' && i.id === office.id);
  assert.equal(time(mine.due_at), time('2027-11-23T00:00:00+07:00'));
});

test('what was verified is no longer so when it is changed', async () => {
  const same = await admin.ok('PATCH', `/contacts/${office.id}`, { note: 'Hỏi phòng trực trước' });
  assert.equal(same.verified_on, '2026-11-23');
  const moved = await admin.ok('PATCH', `/contacts/${office.id}`, { phone: '0200 111 333', version: same.version });
  assert.equal(moved.verified_on, null);
  await refused(admin, 409, 'conflict', 'PATCH', `/contacts/${office.id}`, { phone: '1', version: same.version });
  await admin.ok('POST', `/contacts/${office.id}/verify`, { how: 'Gọi lại', verified_on: '2026-11-23' });
  await refused(admin, 422, 'email', 'PATCH', `/contacts/${office.id}`, { email: 'không có a còng' });
});

test('a body that no longer exists is warned of, whatever its name looks like, and not blocked', async () => {
  for (const name of ['Sở Thông tin và Truyền thông tỉnh Thử', 'SỞ TT&TT', 'So thong tin va truyen thong', 'VNCERT', 'Trung tâm VNCERT/CC']) {
    const c = await admin.ok('POST', '/contacts', { role: 'national_coordinator', name, channel: 'mail' });
    assert.deepEqual(c.warnings.map((w) => w.id).sort(), ['address', 'gone', 'unverified'], name);
    assert.match(c.warnings.find((w) => w.id === 'gone').text, /01\/03\/2025/);
    const gone = await admin.ok('POST', `/contacts/${c.id}/retire`, { reason: 'Cơ quan không còn' });
    assert.equal(gone.is_retired, true);
    assert.deepEqual(gone.warnings, []);
    await refused(admin, 409, 'contact_retired', 'PATCH', `/contacts/${c.id}`, { phone: '1' });
  }
  const fine = await admin.ok('POST', '/contacts', { role: 'other', name: 'Sở Khoa học và Công nghệ' });
  assert.deepEqual(fine.warnings.map((w) => w.id), ['unverified']);
});

test('who handles incidents may change contacts, others only read them', async () => {
  await substitute.ok('POST', '/contacts', { role: 'isp', name: 'Nhà mạng Thử', phone: '1800 0000', channel: 'phone' });
  assert.ok((await head.ok('GET', '/contacts')).items.length > 0);
  await refused(head, 403, 'forbidden', 'POST', '/contacts', { role: 'isp', name: 'x' });
  await refused(nobody, 401, 'auth', 'GET', '/contacts');
});

test('the agency\'s own points of contact carry the fields of Mẫu 01 and 02', async () => {
  const own = { role: 'own_reception', name: 'Văn phòng Sở', person: 'Trực ban', title: 'Chuyên viên', address: 'Số 1', phone: '0200 1', mobile: '0900 1',
    fax: '0200 2', email: 'a@b.vn', website: 'https://b.vn', pgp: 'User ID: a\nFingerprint: 00', messengers: 'Zalo 0900 1', phone_after_hours: '0900 9' };
  const made = await admin.ok('POST', '/contacts', own);
  for (const [k, v] of Object.entries(own)) assert.equal(made[k], v, k);
  assert.equal(made.is_own, true);
});

test('a member of the network that changes its contact has 24 hours to say so', async () => {
  const of = async () => (await admin.ok('GET', '/duties?state=all&limit=200')).items.filter((d) => d.obligation === 'D10');
  await admin.ok('POST', '/contacts', { role: 'own_deputy', name: 'Dự phòng', mobile: '0900 5' });
  assert.equal((await of()).length, 0, 'no member, no duty');
  await admin.ok('PATCH', '/agency', { is_network_member: true });
  at('2026-11-23T09:00:00+07:00');
  const mine = (await admin.ok('GET', '/contacts?role=own_contact')).items[0];
  await admin.ok('PATCH', `/contacts/${mine.id}`, { mobile: '0900 77' });
  const owed = await of();
  assert.equal(owed.length, 1);
  assert.equal(time(owed[0].due_at), time('2026-11-24T09:00:00+07:00'));
  await admin.ok('PATCH', '/agency', { is_network_member: false });
});

// ---- papers that come in ---------------------------------------------------------------

let warning;
test('a warning is registered with everything §7.6 asks, and no task comes of it before its source is checked', async () => {
  warning = await admin.ok('POST', '/incoming', { kind: 'warning', issuer: 'Công an tỉnh Thử', doc_number: '77/CAT-PA05', doc_date: '2026-11-20',
    basis: 'NĐ 331/2026', content: 'Lỗ hổng máy chủ thư bị khai thác từ 203.0.113.99', systems: 'mail.somau.example.vn',
    actions: '- Rà soát nhật ký máy chủ thư\n- Cập nhật bản vá\n\n- Báo cáo kết quả', answer_how: 'Công văn qua E-Office', urgency: 'urgent',
    due_at: '2026-11-27T17:00:00+07:00' });
  assert.match(warning.number, /^VBD-2026-\d{4}$/);
  assert.equal(warning.state, 'received');
  assert.equal(warning.doc_date, '2026-11-20');
  assert.equal(warning.receiver, 'Nguyễn Văn Quản');
  await refused(admin, 409, 'incoming_unverified', 'POST', `/incoming/${warning.id}/tasks`, { open: true });
  const due = async (who) => (await who.ok('GET', '/calendar?from=2026-11-27T00:00:00%2B07:00&to=2026-11-28T00:00:00%2B07:00')).items.some((i) => i.kind === 'incoming' && i.id === warning.id);
  assert.ok(await due(substitute));
  assert.ok(!await due(head), 'a head of division sees its own incidents alone');
  await refused(admin, 409, 'incoming_unverified', 'POST', `/incoming/${warning.id}/answer`, { result: 'x' });
  await refused(admin, 422, 'incoming_how', 'POST', `/incoming/${warning.id}/verify`, { how: 'callback' });
  await refused(admin, 422, 'incoming_how', 'POST', `/incoming/${warning.id}/verify`, { how: 'digital_signature', contact: office.id });
  const ok = await admin.ok('POST', `/incoming/${warning.number}/verify`, { how: 'callback', contact: office.id });
  assert.equal(ok.state, 'verified');
  assert.equal(ok.contact_name, 'Công an tỉnh Thử');
  assert.equal(ok.verified_by, 'Nguyễn Văn Quản');
  await refused(admin, 409, 'incoming_state', 'PATCH', `/incoming/${warning.id}`, { content: 'khác' });
  await admin.ok('PATCH', `/incoming/${warning.id}`, { receiver: 'Trần Thị Dự' });
});

let advised;
test('a verified warning becomes an incident of its own with one task a line and the letter\'s due time', async () => {
  await refused(admin, 422, 'incoming_incident', 'POST', `/incoming/${warning.id}/tasks`, {});
  const r = await admin.ok('POST', `/incoming/${warning.id}/tasks`, { open: true, assignee: 'duphong' });
  assert.deepEqual(r.tasks.map((t) => t.title), ['Rà soát nhật ký máy chủ thư', 'Cập nhật bản vá', 'Báo cáo kết quả']);
  for (const t of r.tasks) {
    assert.equal(time(t.due_at), time('2026-11-27T17:00:00+07:00'));
    assert.equal(t.assignee_name, 'Trần Thị Dự');
  }
  advised = r.incident_id;
  const incident = await admin.ok('GET', `/incidents/${advised}`);
  assert.equal(incident.type, 'advisory');
  assert.match(incident.title, /^Cảnh báo của Công an tỉnh Thử, số 77\/CAT-PA05$/);
  assert.equal(time(incident.detected_at), time(warning.received_at));
  const signs = (await admin.ok('GET', `/incidents/${advised}/observables`)).items.map((o) => o.value);
  assert.ok(signs.includes('203.0.113.99') && signs.includes('mail.somau.example.vn'), signs.join());
  assert.ok((await admin.ok('GET', `/incidents/${advised}/timeline?limit=200`)).items.some((t) => t.text?.includes('VBD-') || t.sentence?.includes('VBD-')));
});

test('the answer goes back and the paper is done', async () => {
  at('2026-11-27T18:00:00+07:00');
  const listed = (await admin.ok('GET', '/incoming')).items.find((n) => n.id === warning.id);
  assert.equal(listed.is_overdue, true);
  await refused(admin, 422, 'time_order', 'POST', `/incoming/${warning.id}/answer`, { result: 'x', answered_at: '2026-11-01T08:00:00+07:00' });
  const done = await admin.ok('POST', `/incoming/${warning.id}/answer`, { result: 'Không có máy bị ảnh hưởng', answered_at: '2026-11-27T16:00:00+07:00' });
  assert.equal(done.state, 'answered');
  assert.equal(done.is_overdue, false);
  assert.ok(!(await admin.ok('GET', '/incoming')).items.some((n) => n.id === warning.id));
  at('2026-11-23T10:00:00+07:00');
});

test('a paper that is not from whom it says makes no task, and one in the name of a body that is gone is pointed out', async () => {
  const fake = await admin.ok('POST', '/incoming', { kind: 'order', issuer: 'VNCERT/CC', content: 'Gửi ngay mật khẩu quản trị' });
  assert.deepEqual(fake.warnings.map((w) => w.id), ['gone']);
  await admin.ok('POST', `/incoming/${fake.id}/reject`, { reason: 'Gọi lại: không ban hành' });
  await refused(admin, 409, 'incoming_rejected', 'POST', `/incoming/${fake.id}/tasks`, { open: true, tasks: ['Gửi mật khẩu'] });
  assert.ok(!(await admin.ok('GET', '/incoming')).items.some((n) => n.id === fake.id));
});

test('an order in an incident is owed an answer by its own time (D11), and suggests help', async () => {
  const id = await open('Máy chủ thư lạ');
  const order = await admin.ok('POST', '/incoming', { kind: 'order', issuer: 'Cơ quan điều phối Thử', content: 'Cô lập và báo cáo', incident: id, due_at: '2026-11-24T10:00:00+07:00' });
  assert.equal((await help(id)).escalation.state, 'none');
  await admin.ok('POST', `/incoming/${order.id}/verify`, { how: 'digital_signature', note: 'Chữ ký số cơ quan, còn hạn' });
  const [owed] = await duty(id, 'D11');
  assert.equal(time(owed.due_at), time('2026-11-24T10:00:00+07:00'));
  const region = await help(id);
  assert.deepEqual(region.signs.map((s) => s.id), ['order']);
  assert.equal(region.escalation.state, 'suggested');
  assert.equal(region.beyond, 'suggested');
  await admin.ok('POST', `/incoming/${order.id}/answer`, { result: 'Đã cô lập' });
  const after = (await duties(id)).find((d) => d.obligation === 'D11');
  assert.ok(['sent', 'acknowledged'].includes(after.state), after.state);
});

test('what waits is on the first page, the paper is found by its number and its file is evidence', async () => {
  const id = await open('Thư lạ theo yêu cầu');
  const loose = await admin.ok('POST', '/incoming', { kind: 'request', issuer: 'Công an tỉnh Thử', doc_number: '123/CAT-ANM', content: 'Cung cấp nhật ký' });
  const today = await admin.ok('GET', '/today');
  assert.ok(today.incoming_open.items.some((n) => n.number === loose.number));
  assert.ok(today.escalations_suggested.count > 0);
  assert.ok(!(await head.ok('GET', '/today')).incoming_open.items.some((n) => n.number === loose.number));
  const file = join(folder(), 'cong-van.pdf');
  writeFileSync(file, '%PDF-1.4 thử');
  assert.throws(() => data.run('incoming', 'attach', loose.number, '--files', file), /incoming_file|chưa thuộc sự cố nào/);
  await admin.ok('PATCH', `/incoming/${loose.id}`, { incident: id });
  assert.match(data.run('incoming', 'attach', loose.number, '--files', file).evidence_number, /^CC-2026-/);
  const found = (await admin.ok('GET', '/search?q=' + encodeURIComponent('123/CAT-ANM'))).items;
  assert.ok(found.some((i) => i.id === id || i.incident_id === id), JSON.stringify(found));
  await refused(admin, 409, 'incoming_attached', 'PATCH', `/incoming/${loose.id}`, { incident: advised });
});

test('papers of an incident that few may see stay with it', async () => {
  const id = await open('Việc kín');
  const paper = await admin.ok('POST', '/incoming', { kind: 'request', issuer: 'Công an tỉnh Thử', content: 'Nội dung kín', incident: id });
  await admin.ok('POST', `/incidents/${id}/restrict`, { restricted: true, reason: 'cần kín' });
  await refused(substitute, 404, 'not_found', 'GET', `/incoming/${paper.number}`);
  assert.ok(!JSON.stringify(await substitute.ok('GET', '/incoming?state=all&limit=200')).includes('Nội dung kín'));
  assert.ok(!JSON.stringify(await head.ok('GET', '/incoming?state=all&limit=200')).includes('VBD-'), 'a head of division sees its own incidents alone');
});

// ---- asking for help ---------------------------------------------------------------------

let sick;
test('five machines that were hit suggest the provincial team; four do not, nor five without power', async () => {
  sick = await open('Mã độc lan');
  for (let i = 1; i <= 4; i++) await scope(sick, 'machine', `PC-${i}`, 'affected');
  await scope(sick, 'machine', 'PC-nghi', 'suspected');
  assert.equal((await help(sick)).escalation.state, 'none');
  await scope(sick, 'machine', 'PC-5', 'isolated');
  const region = await help(sick);
  assert.deepEqual(region.signs.map((s) => s.id), ['machines']);
  assert.match(region.signs[0].text, /^5 máy/);
  assert.equal(region.beyond, 'suggested');
  assert.equal(region.escalation.items[0].target, 'provincial_csirt');
  assert.equal((await admin.ok('GET', `/incidents/${sick}`)).escalation.state, 'suggested');
  const dark = await open('Mất điện');
  await admin.ok('POST', `/incidents/${dark}/triage`, { answers: { signs: 'power' } });
  for (let i = 1; i <= 6; i++) await scope(dark, 'machine', `PC-${i}`, 'affected');
  assert.equal((await help(dark)).escalation.state, 'none');
});

test('a suggestion goes away with its signs, as long as nobody has answered it', async () => {
  const id = await open('Nghi lan');
  await scope(id, 'division', 'Phòng Quản lý ngân sách', 'affected');
  const second = await scope(id, 'division', 'Thanh tra Sở', 'affected');
  assert.deepEqual((await help(id)).signs.map((s) => s.id), ['divisions']);
  await admin.ok('PATCH', `/scope/${second.id}`, { state: 'cleared' });
  const region = await help(id);
  assert.equal(region.escalation.state, 'none');
  assert.equal(region.escalation.items[0].state, 'withdrawn');
  assert.equal(region.beyond, 'none');
});

test('a person who declines is asked again only by a new sign', async () => {
  const id = await open('Hệ thống dùng chung');
  await scope(id, 'system', 'E-Office (quản lý văn bản)', 'affected');
  let region = await help(id);
  assert.ok(region.signs.some((s) => s.id === 'shared'));
  await admin.ok('POST', `/escalations/${region.escalation.items[0].id}/decline`, { reason: 'Nơi vận hành đang xử lý' });
  assert.equal((await help(id)).beyond, 'refused');
  await scope(id, 'machine', 'PC-9', 'affected');
  assert.equal((await help(id)).escalation.state, 'none');
  for (let i = 1; i <= 4; i++) await scope(id, 'machine', `PC-${i}`, 'affected');
  region = await help(id);
  assert.equal(region.escalation.state, 'suggested');
  assert.equal(region.beyond, 'suggested');
});

test('spread after isolation and an outage beyond what was approved are signs too', async () => {
  const id = await open('Vẫn lan');
  const m = await scope(id, 'machine', 'PC-1', 'affected', { since_at: '2026-11-23T08:00:00+07:00' });
  await admin.ok('PATCH', `/scope/${m.id}`, { state: 'isolated', since_at: '2026-11-23T08:10:00+07:00' });
  await scope(id, 'machine', 'PC-2', 'affected', { since_at: '2026-11-23T08:39:00+07:00' });
  assert.deepEqual((await help(id)).signs, []);
  await scope(id, 'machine', 'PC-3', 'affected', { since_at: '2026-11-23T08:40:00+07:00' });
  assert.deepEqual((await help(id)).signs.map((s) => s.id), ['spreading']);
  const down = await open('Cổng dừng');
  await scope(down, 'system', 'Cổng thông tin điện tử của Sở', 'isolated', { since_at: '2026-11-23T06:00:00+07:00' });
  assert.deepEqual((await help(down)).signs, [], 'four hours are approved');
  at('2026-11-23T10:01:00+07:00');
  assert.deepEqual((await help(down)).signs.map((s) => s.id), ['rto']);
  for (let i = 0; i < 100 && (await help(down)).escalation.state === 'none'; i++) await new Promise((done) => setTimeout(done, 100));
  assert.equal((await help(down)).escalation.state, 'suggested', 'time alone suggests it, without anybody touching the incident');
  at('2026-11-23T10:00:00+07:00');
});

test('the same sign of an attack in two other incidents is a campaign, but not one few may see', async () => {
  const sign = { value: 'chien-dich.example.net', ioc: true };
  const [one, two, kept] = [await open('Vụ một'), await open('Vụ hai'), await open('Vụ kín')];
  await admin.ok('POST', `/incidents/${kept}/restrict`, { restricted: true, reason: 'cần kín' });
  for (const id of [one, kept]) await admin.ok('POST', `/incidents/${id}/observables`, sign);
  const id = await open('Vụ ba');
  const own = await admin.ok('POST', `/incidents/${id}/observables`, { ...sign, ioc: false });
  await admin.ok('POST', `/incidents/${two}/observables`, sign);
  assert.deepEqual((await help(id)).signs, [], 'not called a sign of an attack yet');
  await admin.ok('PATCH', `/observables/${own.id}`, { ioc: true });
  const region = await help(id);
  assert.deepEqual(region.signs.map((s) => s.id), ['crime']);
  assert.match(region.signs[0].text, /^Cùng dấu hiệu với 2 sự cố/);
  assert.equal(region.escalation.state, 'suggested');
});

test('what the questions say and what the data say is told once', async () => {
  const id = await open('Hỏi và đếm');
  for (let i = 1; i <= 5; i++) await scope(id, 'machine', `PC-${i}`, 'affected');
  await admin.ok('POST', `/incidents/${id}/triage`, { answers: { signs: 'encrypted', machines: 7, can_handle: 'no' } });
  const ids = (await help(id)).signs.map((s) => s.id);
  assert.deepEqual([...new Set(ids)], ids);
  assert.ok(ids.includes('machines') && ids.includes('alone'), ids.join());
  await admin.ok('POST', `/incidents/${id}/beyond`, { confirmed: false, reason: 'Tự xử lý được' });
  assert.equal((await help(id)).escalation.items[0].state, 'declined');
  await admin.ok('POST', `/incidents/${id}/triage`, { answers: { signs: 'encrypted', machines: 7, can_handle: 'no' } });
  assert.equal((await help(id)).beyond, 'refused', 'the same answers do not ask again');
});

test('the call sheet has the numbers, and asking the team starts the clocks of the law', async () => {
  const sheet = (await help(sick)).call_sheet;
  assert.ok(sheet.contacts.length > 3 && sheet.contacts[0].role === 'provincial_csirt');
  assert.ok(sheet.own.some((c) => c.role === 'own_leader'));
  assert.equal((await duty(sick, 'D05')).length, 0);
  const team = sheet.contacts[0];
  const asked = await admin.ok('POST', `/incidents/${sick}/escalations/request`, { target: 'provincial_csirt', contact: team.id, requested_at: '2026-11-23T10:00:00+07:00' });
  assert.equal(asked.state, 'requested');
  assert.equal(asked.organisation, team.name);
  assert.equal(asked.beyond, 'confirmed');
  assert.deepEqual(asked.triggers, ['machines'], 'the suggestion itself was answered');
  for (const d of ['D05', 'D09']) assert.equal((await duty(sick, d)).length, 1, d);
  assert.equal(time((await duty(sick, 'D05'))[0].clock_from_at), time('2026-11-23T10:00:00+07:00'));
});

test('help comes, is recorded with its times, and ends', async () => {
  const id = (await help(sick)).escalation.items[0].id;
  await refused(admin, 422, 'time_order', 'POST', `/escalations/${id}/record`, { state: 'accepted', at: '2026-11-23T09:00:00+07:00' });
  await admin.ok('POST', `/escalations/${id}/record`, { state: 'accepted', at: '2026-11-23T10:00:00+07:00', person: 'Đội trưởng' });
  at('2026-11-23T12:00:00+07:00');
  await admin.ok('POST', `/escalations/${id}/record`, { state: 'supported' });
  await refused(admin, 409, 'escalation_step', 'POST', `/escalations/${id}/record`, { state: 'accepted' });
  at('2026-11-23T18:00:00+07:00');
  const done = await admin.ok('POST', `/escalations/${id}/release`, { note: 'Đã bàn giao kết quả' });
  assert.equal(done.escalation.state, 'released');
  assert.equal(time(done.supported_at), time('2026-11-23T12:00:00+07:00'));
  assert.equal(time(done.released_at), time('2026-11-23T18:00:00+07:00'));
  const abroad = await admin.ok('POST', `/incidents/${sick}/escalations/request`, { target: 'other', organisation: 'Hãng nước ngoài', foreign: true });
  assert.equal(abroad.is_foreign, true);
  await refused(admin, 422, 'required', 'POST', `/incidents/${sick}/escalations/request`, { target: 'provider' });
  await refused(admin, 422, 'escalation_foreign', 'POST', `/incidents/${sick}/escalations/request`, { target: 'provincial_csirt', foreign: true });
});

test('an ISP is asked without saying that own means are exceeded; a handler may suggest by himself', async () => {
  const id = await open('Nghẽn đường truyền');
  const asked = await admin.ok('POST', `/incidents/${id}/escalations/request`, { target: 'isp', organisation: 'Nhà mạng Thử' });
  assert.equal(asked.beyond, 'none');
  const own = await admin.ok('POST', `/incidents/${id}/escalations`, { target: 'provincial_csirt', reason: 'Không có công cụ phân tích' });
  assert.equal(own.state, 'suggested');
  await scope(id, 'machine', 'PC-1', 'affected');
  assert.equal((await help(id)).beyond, 'suggested', 'what a person suggested does not go away by itself');
});

// ---- personal data ----------------------------------------------------------------------------

test('personal data starts the 72 hours at the earlier time, and each kind its own duty', async () => {
  const id = await open('Lộ tệp lương');
  const path = `/incidents/${id}/personal-data`;
  assert.equal((await admin.ok('GET', path)).personal_data.state, 'unknown');
  const hit = await admin.ok('POST', path, { state: 'affected', kinds: ['basic', 'finance'], subject_count: 120,
    first_at: '2026-11-22T20:00:00+07:00', grounds_at: '2026-11-23T09:00:00+07:00' });
  assert.equal(time(hit.personal_data.suspected_at), time('2026-11-22T20:00:00+07:00'));
  assert.equal(time(hit.personal_data.first_at), time('2026-11-22T20:00:00+07:00'));
  assert.equal(time(hit.personal_data.grounds_at), time('2026-11-23T09:00:00+07:00'));
  assert.deepEqual(hit.personal_data.triggers, ['personal_data_breach', 'sensitive_finance_data']);
  for (const d of ['D30', 'D31']) {
    const [owed] = await duty(id, d);
    assert.equal(time(owed.due_at), time('2026-11-22T20:00:00+07:00') + hours(72), d);
  }
  assert.equal((await duty(id, 'D33')).length, 1);
  assert.equal((await duty(id, 'D32')).length, 0);
  assert.equal((await duty(id, 'D34')).length, 0);
  const sure = await admin.ok('POST', path, { certain: true, kinds: ['basic', 'finance', 'biometric'], processing_role: 'processor' });
  assert.equal(time(sure.personal_data.suspected_at), time('2026-11-23T09:00:00+07:00'));
  assert.equal(time((await duty(id, 'D30'))[0].due_at), time('2026-11-23T09:00:00+07:00') + hours(72));
  for (const d of ['D32', 'D34']) assert.equal((await duty(id, d)).length, 1, d);
});

test('the region goes step by step, and each leap needs its reason', async () => {
  const id = await open('Gửi nhầm danh sách');
  const path = `/incidents/${id}/personal-data`;
  await refused(admin, 409, 'personal_step', 'POST', path, { state: 'notified' });
  await admin.ok('POST', path, { state: 'affected' });
  const shown = await admin.ok('GET', path);
  const incident = await admin.ok('GET', `/incidents/${id}`);
  assert.equal(shown.personal_data.suspected_at, incident.detected_at, 'nobody said when: the detection');
  await refused(admin, 422, 'personal_kinds', 'POST', path, { state: 'assessed', harm: 'yes' });
  await refused(admin, 422, 'required', 'POST', path, { state: 'assessed', kinds: ['location'] });
  await admin.ok('POST', path, { state: 'assessed', kinds: ['location'], harm: 'yes' });
  await admin.ok('POST', path, { state: 'notice_due' });
  await admin.ok('POST', path, { state: 'notified' });
  await refused(admin, 422, 'personal_subjects', 'POST', path, { state: 'recorded' });
  await admin.ok('POST', path, { state: 'subjects_notified' });
  const end = await admin.ok('POST', path, { state: 'recorded' });
  assert.deepEqual(end.personal_data.next.map((n) => n.state), ['affected']);
  assert.equal(end.personal_data.next[0].needs_reason, true);
});

test('no harm, no notice: only with a reason, and the duty falls away when that is recorded', async () => {
  const id = await open('Tệp mã hóa thất lạc');
  const path = `/incidents/${id}/personal-data`;
  await admin.ok('POST', path, { state: 'affected', kinds: ['basic'] });
  assert.equal((await duty(id, 'D30')).length, 1);
  await refused(admin, 422, 'required', 'POST', path, { state: 'assessed', harm: 'no' });
  await admin.ok('POST', path, { state: 'assessed', harm: 'no', reason: 'Tệp đã mã hóa, khóa không lộ' });
  await refused(admin, 409, 'personal_no_harm', 'POST', path, { state: 'notice_due' });
  await admin.ok('POST', path, { state: 'recorded', reason: 'Không gây hại' });
  assert.equal((await duty(id, 'D30')).length, 0);
  const none = await open('Không có dữ liệu cá nhân');
  await admin.ok('POST', `/incidents/${none}/personal-data`, { state: 'not_affected' });
  assert.equal((await duty(none, 'D30')).length, 0);
});

test('many people whose data leaked are a sign that help is needed', async () => {
  const id = await open('Lộ cơ sở dữ liệu');
  await admin.ok('POST', `/incidents/${id}/personal-data`, { state: 'affected', subject_count: 999 });
  assert.deepEqual((await help(id)).signs, []);
  await admin.ok('POST', `/incidents/${id}/personal-data`, { subject_count: 1000 });
  assert.deepEqual((await help(id)).signs.map((s) => s.id), ['personal']);
});

// ---- the national process ------------------------------------------------------------------------

test('the national process runs by the decision of others, which is logged and checked', async () => {
  const id = await open('Sự cố lớn');
  const path = `/incidents/${id}/national-process`;
  await refused(admin, 422, 'national_basis', 'POST', path, { on: true });
  const decision = await admin.ok('POST', '/incoming', { kind: 'decision', issuer: 'Cơ quan thường trực Thử', doc_number: '9/QĐ', content: 'Áp dụng quy trình', incident: id });
  await refused(admin, 409, 'incoming_unverified', 'POST', path, { on: true, incoming: decision.number });
  await admin.ok('POST', `/incoming/${decision.id}/verify`, { how: 'digital_signature', note: 'Hợp lệ' });
  const on = await admin.ok('POST', path, { on: true, class: 'nghiem_trong', incoming: decision.number });
  assert.equal(on.is_national_process, true);
  assert.equal(on.qd05_decision, 'nghiem_trong');
  assert.match(on.qd05_decision_document, /9\/QĐ/);
  assert.deepEqual(on.decisions.map((d) => d.number), [decision.number]);
  await refused(admin, 422, 'required', 'POST', '/incoming', { kind: 'decision', issuer: 'x', content: 'không có sự cố' });
  const shown = await admin.ok('GET', `/incidents/${id}`);
  assert.equal(shown.is_national_process, true);
});

test('the command line does the same, and the ledger proves all of it', () => {
  const list = data.run('escalation', 'list', (data.run('incident', 'list', '--q', 'mã độc lan').items[0]).number);
  assert.equal(list.escalation.items.length, 2);
  assert.ok(data.run('incoming', 'list', '--state', 'all', '--limit', '200').items.length >= 5);
  assert.equal(data.run('ledger', 'verify').ok, true);
});

// SPDX-License-Identifier: Apache-2.0
// The law's clocks, with a moved clock: each row of domain 6.1, the calendar of 6.2, a
// weekend, Tết, a law that begins midway, an own decree as a file, reminders and the
// morning's mail, one paper for several duties.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { folder, khien, newData } from './lib.mjs';

const { dir, run } = newData({ testClock: true });
const at = (text) => run('clock', 'set', text);
const local = (text) => new Date(text + '+07:00').toISOString();
const duties = (id, state) => run('duty', 'list', '--incident', id, '--limit', '200', ...(state ? ['--state', state] : [])).items;
const duty = (id, obligation) => duties(id).find((d) => d.obligation === obligation);
const opened = (title, detected, ...more) => run('incident', 'open', '--title', title, '--detected-at', detected, ...more).number;
const triage = (id, answers) => run('incident', 'triage', id, '--answers', JSON.stringify(answers));
const take = (id) => run('incident', 'take', id);
const force = (id, to) => run('incident', 'advance', id, '--to', to, '--force', 'true', '--reason', 'thử');
const verify = (id, answers = { signs: 'encrypted', machines: 1 }) => (take(id), triage(id, answers), force(id, 'initial_response'));
const toEnd = (id) => ['option_selection', 'containment', 'eradication', 'recovery', 'validation', 'response_ended'].forEach((s) => force(id, s));
const done = (id, when, proof = 'Công văn 01/SM-VP') => run('duty', 'done', id, '--at', when, '--proof', proof);

at('2026-11-23T08:00:00+07:00'); // Monday

test('D01, D02: the notice of a colleague is recorded and answered as it is made', () => {
  const r = run('report', 'new', '--symptoms', 'ransom_note', '--channel', 'phone', '--occurred-at', '2026-11-23T07:30:00+07:00');
  const d01 = duty(r.incident_number, 'D01');
  assert.equal(d01.state, 'sent');
  assert.equal(d01.due_at, local('2026-11-23T07:30:00'));
  assert.deepEqual(d01.recipients, ['netadmin']);
  assert.equal(duty(r.incident_number, 'D02').state, 'acknowledged');
  take(r.incident_number);
  assert.equal(duty(r.incident_number, 'D01').state, 'acknowledged');
});

test('D02: a mail waits for its answer', () => {
  const r = run('report', 'new', '--symptoms', 'phishing', '--channel', 'email');
  const open = duty(r.incident_number, 'D02');
  assert.equal(open.state, 'pending');
  assert.equal(open.kind, 'at_once');
  run('report', 'ask', r.number, '--text', 'Đã nhận được, cảm ơn anh/chị');
  assert.equal(duty(r.incident_number, 'D02').state, 'acknowledged');
});

test('D02: each later notice of the same incident waits for its own answer, with its own clock', () => {
  const d02s = (id) => duties(id).filter((d) => d.obligation === 'D02').sort((a, b) => a.due_at.localeCompare(b.due_at));
  const first = run('report', 'new', '--symptoms', 'phishing', '--channel', 'phone');
  assert.deepEqual(d02s(first.incident_number).map((d) => d.state), ['acknowledged']);
  at('2026-11-23T09:00:00+07:00');
  const later = run('report', 'new', '--symptoms', 'phishing', '--channel', 'email');
  run('incident', 'merge', later.incident_number, '--into', first.incident_number, '--reason', 'Cùng một đợt thư');
  const [answered, open] = d02s(first.incident_number);
  assert.equal(answered.state, 'acknowledged', 'what was answered stays answered');
  assert.equal(open.state, 'pending');
  assert.equal(open.due_at, local('2026-11-23T09:00:00'), 'from the later notice, not from the first');
  at('2026-11-23T09:16:00+07:00');
  run('work', 'run');
  assert.equal(run('duty', 'show', open.id).percent > 0, true);
  run('duty', 'evaluate');
  assert.equal(d02s(first.incident_number).length, 2);
  run('report', 'ask', later.number, '--text', 'Đã nhận được, cảm ơn anh/chị');
  assert.deepEqual(d02s(first.incident_number).map((d) => d.state), ['acknowledged', 'acknowledged']);
  run('duty', 'evaluate');
  assert.equal(d02s(first.incident_number).length, 2);
  // Answered outside Khiên: the person who says so ends it, for what had come in by then.
  const third = run('report', 'new', '--symptoms', 'phishing', '--channel', 'email');
  run('incident', 'merge', third.incident_number, '--into', first.incident_number, '--reason', 'Cùng một đợt thư');
  run('duty', 'done', d02s(first.incident_number)[2].id, '--proof', 'Đã gọi lại cho người báo');
  run('duty', 'evaluate');
  assert.equal(d02s(first.incident_number).length, 3);
  at('2026-11-23T08:00:00+07:00');
});

test('D03, D22: provisional from received, firm when verified, dropped with a reason', () => {
  const id = opened('Mã độc', '2026-11-23T08:00:00+07:00');
  for (const [o, due] of [['D03', '2026-11-28T17:00:00'], ['D22', '2026-11-26T08:00:00']]) {
    const d = duty(id, o);
    assert.equal(d.is_provisional, true, o);
    assert.equal(d.due_at, local(due), o);
  }
  assert.deepEqual(duty(id, 'D03').recipients, ['system_owner', 'national_coordinator', 'provincial_ir_unit', 'ir_network_member']);
  assert.equal(duty(id, 'D22').certainty, 'secondary');
  verify(id);
  assert.equal(duty(id, 'D03').is_provisional, false);
  const none = opened('Báo nhầm', '2026-11-23T08:00:00+07:00');
  take(none);
  run('incident', 'dismiss', none, '--reason', 'Phần mềm mới cài', '--second-person', 'duphong');
  const dropped = duty(none, 'D03');
  assert.equal(dropped.state, 'cancelled');
  assert.match(dropped.reason, /không phải sự cố/);
});

test('D03: a weekend: the fifth day is a Saturday, better sent on Friday', () => {
  const d = duty(opened('Cuối tuần', '2026-11-23T08:00:00+07:00'), 'D03');
  assert.equal(d.is_off_day, true);
  assert.equal(d.send_by_at, local('2026-11-27T17:00:00'));
});

test('D03: over Tết the advice is the last working day before it', () => {
  at('2027-02-04T08:00:00+07:00');
  const d = duty(opened('Trước Tết', '2027-02-04T08:00:00+07:00'), 'D03');
  assert.equal(d.due_at, local('2027-02-09T17:00:00'));
  assert.equal(d.is_off_day, true);
  assert.equal(d.send_by_at, local('2027-02-04T17:00:00'));
  const days = run('holiday', 'list', '--year', '2027').items;
  assert.ok(days.some((h) => h.date === '2027-02-06' && h.certainty === 'proposal'), 'how sure it is stays visible');
  at('2026-11-23T08:00:00+07:00');
});

test('D04: the update is owed at once when handling ends, if the notice went before', () => {
  const id = opened('Có thông báo', '2026-11-23T08:00:00+07:00');
  verify(id);
  at('2026-11-24T08:00:00+07:00');
  assert.equal(duty(id, 'D04'), undefined);
  done(duty(id, 'D03').id, '2026-11-23T16:00:00+07:00');
  at('2026-11-25T09:00:00+07:00');
  toEnd(id);
  const d = duty(id, 'D04');
  assert.equal(d.state, 'pending');
  assert.equal(d.due_at, local('2026-11-25T09:00:00'));
  const silent = opened('Không thông báo', '2026-11-25T08:00:00+07:00');
  verify(silent);
  toEnd(silent);
  assert.equal(duty(silent, 'D04'), undefined);
});

test('D05, D06, D07, D09: beyond our means, throughout, the final report, the provincial team', () => {
  at('2026-11-23T08:00:00+07:00');
  const id = opened('Vượt khả năng', '2026-11-23T07:00:00+07:00');
  verify(id);
  assert.equal(duty(id, 'D05'), undefined);
  at('2026-11-23T10:00:00+07:00');
  run('incident', 'confirm-beyond', id, '--confirmed', 'true');
  for (const o of ['D05', 'D09']) {
    const d = duty(id, o);
    assert.equal(d.kind, 'at_once', o);
    assert.equal(d.due_at, local('2026-11-23T10:00:00'), o);
    assert.equal(d.is_overdue, false, o);
  }
  assert.equal(duty(id, 'D05').form, 'mau-03');
  assert.equal(duty(id, 'D06').kind, 'throughout');
  assert.equal(duty(id, 'D06').due_at, null);
  at('2026-11-23T10:30:00+07:00');
  assert.equal(duty(id, 'D05').percent, 50);
  run('incident', 'confirm-beyond', id, '--confirmed', 'true');
  assert.equal(duty(id, 'D05').due_at, local('2026-11-23T10:00:00'), 'said again, the clock does not start again');
  at('2026-11-23T11:01:00+07:00');
  assert.equal(duty(id, 'D05').is_overdue, true);
  assert.equal(run('incident', 'show', id).state, 'initial_response', 'a red clock stops no step');
  toEnd(id);
  assert.equal(duty(id, 'D06').state, 'superseded');
  const d07 = duty(id, 'D07');
  assert.equal(d07.due_at, local('2026-11-28T17:00:00'));
  assert.equal(d07.form, 'mau-04');
});

test('D05: found to be within our means after all, it falls away with a reason', () => {
  const id = opened('Rút lại', '2026-11-23T11:00:00+07:00');
  verify(id);
  run('incident', 'confirm-beyond', id, '--confirmed', 'true');
  run('incident', 'confirm-beyond', id, '--confirmed', 'false', '--reason', 'Đã có chuyên gia');
  assert.equal(duty(id, 'D05').state, 'cancelled');
  assert.match(duty(id, 'D05').reason, /không vượt khả năng/);
});

test('D08: what may be serious by Decision 05 is proposed at once', () => {
  run('system', 'add', '--name', 'Hệ thống cấp 4', '--level', '4', '--operator-name', 'Trung tâm dữ liệu tỉnh');
  const id = opened('Có thể nghiêm trọng', '2026-11-23T11:00:00+07:00', '--system', 'Hệ thống cấp 4');
  take(id);
  triage(id, { system_level: '4', service_down: 'yes', down_hours: 9, core: 'yes', signs: 'encrypted', can_handle: 'no' });
  const incident = run('incident', 'show', id);
  assert.equal(incident.qd05_class, 'nghiem_trong');
  assert.equal(duty(id, 'D08').kind, 'at_once');
  assert.equal(duty(id, 'D08').due_at, local('2026-11-23T11:01:00'));
});

test('D10: a member tells of a changed point of contact within a day; others owe nothing', () => {
  const before = run('duty', 'list', '--limit', '200').items.filter((d) => d.obligation === 'D10').length;
  run('agency', 'set', '--phone', '0200 000 0001');
  assert.equal(run('duty', 'list', '--limit', '200').items.filter((d) => d.obligation === 'D10').length, before);
  run('agency', 'set', '--is-network-member', 'true');
  run('agency', 'set', '--phone', '0200 000 0002');
  const d = run('duty', 'list', '--limit', '200').items.find((x) => x.obligation === 'D10');
  assert.equal(d.due_at, local('2026-11-24T11:01:00'));
  assert.ok(run('duty', 'list', '--limit', '200').items.some((x) => x.obligation === 'P03'), 'members keep a yearly profile');
});

test('D11: a request is owed as it says, provisionally until its source is verified', () => {
  const id = opened('Có yêu cầu', '2026-11-23T11:00:00+07:00');
  const paper = run('incoming', 'add', '--kind', 'request', '--issuer', 'Công an tỉnh', '--content', 'Báo cáo đột xuất', '--due-at', '2026-11-26T17:00:00+07:00', '--incident', id);
  const open = duty(id, 'D11');
  assert.equal(open.due_at, local('2026-11-26T17:00:00'));
  assert.equal(open.is_provisional, true);
  run('incoming', 'verify', paper.number, '--how', 'callback', '--note', 'Gọi số trực ban trong sổ liên hệ');
  assert.equal(duty(id, 'D11').is_provisional, false);
  const warning = run('incoming', 'add', '--kind', 'warning', '--issuer', 'Công an tỉnh', '--content', 'Cảnh báo', '--incident', id);
  assert.ok(warning.number);
  assert.equal(duties(id).filter((d) => d.obligation === 'D11').length, 1, 'a warning asks for no report');
});

test('D20, D21: signs against security at once, serious within a day', () => {
  const id = opened('Nội dung xấu', '2026-11-23T09:00:00+07:00');
  take(id);
  triage(id, { national_security: 'yes', signs: 'encrypted', machines: 9 });
  assert.equal(duty(id, 'D20').due_at, local('2026-11-23T09:00:00'));
  assert.equal(duty(id, 'D20').form_state, 'interim');
  assert.equal(duty(id, 'D21').due_at, local('2026-11-24T09:00:00'));
  triage(id, { national_security: 'no', signs: 'phishing', machines: 0, blocked: 'yes' });
  assert.equal(duty(id, 'D20').state, 'cancelled');
  assert.equal(duty(id, 'D22').state, 'pending', 'every incident is reported within 72 hours');
});

test('D23, D24: a preliminary report leaves updates owed; a serious incident asks for a new assessment', () => {
  const id = opened('Phức tạp', '2026-11-23T09:00:00+07:00');
  verify(id, { national_security: 'yes', signs: 'encrypted', machines: 9 });
  assert.equal(duty(id, 'D23'), undefined);
  done(duty(id, 'D22').id, '2026-11-23T11:00:00+07:00', 'Báo cáo sơ bộ');
  assert.equal(duty(id, 'D23').kind, 'throughout');
  assert.equal(duty(id, 'D24'), undefined);
  toEnd(id);
  ['review', 'closed'].forEach((s) => force(id, s));
  assert.equal(duty(id, 'D24').state, 'pending');
  assert.equal(duty(id, 'D24').due_at, null);
});

test('D30 to D34: personal data from the first suspicion, by kind of data', () => {
  const id = opened('Lộ dữ liệu', '2026-11-23T09:00:00+07:00');
  verify(id);
  run('incident', 'personal-data', id, '--state', 'affected', '--first-at', '2026-11-23T09:30:00+07:00');
  const d30 = duty(id, 'D30');
  assert.equal(d30.is_provisional, true);
  assert.equal(d30.due_at, local('2026-11-26T09:30:00'));
  for (const o of ['D31', 'D32', 'D34']) assert.equal(duty(id, o), undefined, o);
  run('incident', 'personal-data', id, '--state', 'assessed', '--kinds', 'finance', '--kinds', 'biometric', '--harm', 'yes', '--processing-role', 'processor');
  for (const o of ['D31', 'D32']) assert.equal(duty(id, o).due_at, local('2026-11-26T09:30:00'), o);
  assert.equal(duty(id, 'D34').kind, 'at_once');
  run('incident', 'personal-data', id, '--state', 'notice_due');
  for (const o of ['D30', 'D31', 'D32', 'D33']) assert.equal(duty(id, o).is_provisional, false, o);
  assert.equal(duty(id, 'D33').due_at, null);
  const other = opened('Không lộ', '2026-11-23T09:00:00+07:00');
  verify(other);
  run('incident', 'personal-data', other, '--state', 'affected');
  run('incident', 'personal-data', other, '--state', 'not_affected', '--reason', 'Tệp trống');
  assert.equal(duty(other, 'D30').state, 'cancelled');
});

test('lateness is counted and never hidden; a decision needs a reason and can be taken back', () => {
  at('2026-12-01T08:00:00+07:00');
  const id = opened('Muộn', '2026-11-23T08:00:00+07:00');
  const d = duty(id, 'D03');
  assert.equal(d.is_overdue, true);
  assert.equal(d.late_days, 3);
  done(d.id, '2026-11-30T08:00:00+07:00');
  const sent = duty(id, 'D03');
  assert.equal(sent.lateness, 'gửi muộn 2 ngày, nhập muộn 1 ngày');
  run('duty', 'late', d.id, '--reason', 'Chờ ký');
  assert.equal(duty(id, 'D03').late_reason, 'Chờ ký');
  assert.equal(duty(id, 'D03').late_days, 2);
  const d22 = duty(id, 'D22');
  assert.notEqual(khien(['duty', 'none', d22.id, '--data', dir]).status, 0);
  run('duty', 'none', d22.id, '--reason', 'Chặn tự động, không hậu quả', '--doc', 'Phiếu trình số 15');
  run('duty', 'evaluate');
  assert.equal(duty(id, 'D22').state, 'cancelled');
  assert.equal(duty(id, 'D22').decision_doc, 'Phiếu trình số 15');
  run('duty', 'reopen', d22.id, '--reason', 'Có thông tin mới');
  assert.equal(duty(id, 'D22').state, 'pending');
  assert.equal(duty(id, 'D22').due_at, local('2026-11-26T08:00:00'));
  const told = run('timeline', 'list', id, '--kind', 'duty', '--limit', '200').items.map((e) => e.text).join('\n');
  assert.match(told, /Quyết định không cần thông báo.*Phiếu trình số 15/);
});

test('in English the duties, their reasons and what a forced step lacked are told in English', () => {
  const en = (...args) => khien([...args, '--data', dir, '--json', '--lang', 'en']).json;
  const vietnamese = /[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/i;
  const id = opened('English', '2026-11-23T08:00:00+07:00');
  take(id);
  force(id, 'initial_response');
  run('incident', 'confirm-beyond', id, '--confirmed', 'true');
  run('incident', 'confirm-beyond', id, '--confirmed', 'false', '--reason', 'thử');
  for (const d of en('duty', 'list', '--incident', id, '--limit', '200').items) {
    assert.doesNotMatch(d.title, vietnamese);
    assert.doesNotMatch(d.reason ?? '', vietnamese);
  }
  assert.ok(en('duty', 'list', '--incident', id, '--state', 'cancelled').items.length > 0);
  for (const i of en('calendar', 'list', '--from', '2026-11-01', '--to', '2026-12-31').items.filter((x) => x.kind === 'duty')) assert.doesNotMatch(i.title, vietnamese);
  const said = (entries) => entries.items.find((e) => /although this was missing|khi còn thiếu/.test(e.text ?? e.sentence)) ?? {};
  const told = (e) => e.sentence ?? e.text;
  assert.doesNotMatch(told(said(en('timeline', 'list', id, '--kind', 'state', '--limit', '200'))).replace(/“.*?”/g, ''), vietnamese);
  assert.match(told(said(run('timeline', 'list', id, '--kind', 'state', '--limit', '200'))), vietnamese);
});

test('the calendar: before 20 June means the 19th, and so on for each row of 6.2', () => {
  at('2026-12-01T08:00:00+07:00');
  // The nearest of each: the clock was further on before.
  const open = Object.fromEntries(run('duty', 'list', '--limit', '200').items.reverse().filter((d) => d.incident_id === null).map((d) => [d.obligation, d]));
  for (const [o, due, certainty] of [
    ['P01', '2027-06-19T17:00:00', 'verified'], ['P02', '2026-12-14T17:00:00', 'verified'], ['P03', '2026-12-31T17:00:00', 'verified'],
    ['P04', '2026-12-19T17:00:00', 'secondary'], ['P06-2Y', '2027-12-31T17:00:00', 'verified'], ['P07', '2026-12-31T17:00:00', 'verified'],
    ['P09-1', '2026-12-31T17:00:00', 'secondary'], ['P10', '2026-12-31T17:00:00', 'verified'], ['P11', '2026-12-01T23:59:00', 'verified'],
    ['P12', '2026-12-04T17:00:00', 'proposal'],
  ]) {
    assert.ok(open[o], o);
    assert.equal(open[o].due_at, local(due), o);
    assert.equal(open[o].certainty, certainty, o);
  }
  assert.deepEqual(open.P02.recipients, ['national_coordinator'], 'a member sends to the coordinator');
  assert.equal(open['P04-CQ'], undefined, 'not an owner');
  assert.equal(open['P05-W'], undefined, 'no own system of level 3');
  run('system', 'add', '--name', 'Hệ thống cấp 3', '--level', '3', '--owner-name', run('agency', 'show').name);
  run('duty', 'evaluate');
  const more = run('duty', 'list', '--limit', '200').items;
  for (const o of ['P04-CQ', 'P05-D', 'P05-W', 'P05-H', 'P06-Y', 'P08']) assert.ok(more.some((d) => d.obligation === o), o);
});

test('a period that nobody recorded is told so, and one that is late stays beside the next', () => {
  at('2026-12-02T08:00:00+07:00');
  const backups = run('duty', 'list', '--state', 'all', '--limit', '200').items.filter((d) => d.obligation === 'P11');
  assert.equal(backups.find((d) => d.period === '2026-12-01').state, 'superseded');
  assert.equal(backups.find((d) => d.period === '2026-12-02').state, 'pending');
  const today = backups.find((d) => d.period === '2026-12-02');
  run('duty', 'done', today.id, '--proof', 'Nhật ký sao lưu');
  assert.equal(run('duty', 'show', today.id).state, 'acknowledged');
  at('2026-12-20T08:00:00+07:00');
  const yearly = run('duty', 'list', '--state', 'all', '--limit', '200').items.filter((d) => d.obligation === 'P02');
  assert.equal(yearly.find((d) => d.period === '2026').is_overdue, true);
  assert.equal(yearly.find((d) => d.period === '2027').is_overdue, false);
});

test('the .ics file has stable UIDs, folded lines and what is foreseen', () => {
  at('2026-12-02T08:00:00+07:00');
  const file = join(folder(), 'lich.ics');
  const write = () => (run('calendar', '--ics', file), readFileSync(file, 'utf8'));
  const text = write();
  for (const line of text.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line);
  const uids = (t) => [...t.replace(/\r\n /g, '').matchAll(/^UID:(.*)$/gm)].map((m) => m[1].trim());
  assert.equal(new Set(uids(text)).size, uids(text).length);
  assert.match(text, /^BEGIN:VCALENDAR\r\nVERSION:2\.0\r\n/);
  assert.ok(uids(text).some((u) => u.startsWith('2027/ATTT-2017/P02@')), 'next year is foreseen');
  assert.match(text.replace(/\r\n /g, ''), /DTSTART:20261214T100000Z/);
  const before = uids(text);
  at('2026-12-16T08:00:00+07:00'); // the duty of 2027 has a row now
  assert.ok(uids(write()).includes(before.find((u) => u.startsWith('2027/ATTT-2017/P02@'))));
  const list = run('calendar', 'list', '--from', '2026-12-01', '--to', '2026-12-31').items;
  assert.deepEqual(list.map((i) => i.due_at), list.map((i) => i.due_at).sort());
});

test('a law that begins midway adds to what runs and deletes nothing', () => {
  const { run: go } = newData({ testClock: true });
  go('clock', 'set', '2026-08-17T08:00:00+07:00');
  const id = go('incident', 'open', '--title', 'Trước ngày 19/8', '--detected-at', '2026-08-17T08:00:00+07:00').number;
  const of = (o) => go('duty', 'list', '--incident', id).items.find((d) => d.obligation === o);
  assert.equal(of('D22'), undefined);
  assert.equal(of('D03').due_at, local('2026-08-22T17:00:00'));
  go('clock', 'set', '2026-08-19T08:00:00+07:00');
  go('duty', 'evaluate');
  assert.equal(of('D22').due_at, local('2026-08-22T00:00:00'), 'counted from the day the law holds');
  assert.equal(of('D22').profile, 'ANM-2026');
  assert.equal(of('D03').state, 'pending');
  assert.equal(of('D03').profile, 'ATTT-2017');
  assert.deepEqual(go('duty', 'evaluate').incidents, 0);
});

test('the leading basis, a regulation switched off with a reason, an expired one refused', () => {
  const { dir: d, run: go } = newData({ testClock: true });
  go('clock', 'set', '2026-11-23T08:00:00+07:00');
  assert.equal(go('regulation', 'list').items.find((r) => r.is_leading).id, 'ANM-2026');
  const refused = khien(['agency', 'basis', 'TT12-2022', '--data', d]);
  assert.notEqual(refused.status, 0);
  assert.match(refused.err, /ANM-2026/, 'the replacing one is named');
  go('agency', 'basis', 'ATTT-2017');
  assert.equal(go('regulation', 'show', 'ATTT-2017').is_leading, true);
  const before = go('incident', 'open', '--title', 'Trước khi tắt').number;
  go('regulation', 'switch', 'ANM-2026', '--on', 'false', '--reason', 'Chờ hướng dẫn');
  const after = go('incident', 'open', '--title', 'Sau khi tắt').number;
  const has = (id) => go('duty', 'list', '--incident', id).items.some((x) => x.obligation === 'D22');
  assert.equal(has(before), true);
  assert.equal(has(after), false);
  go('regulation', 'switch', 'ANM-2026', '--on', 'true', '--reason', 'Đã có hướng dẫn');
  go('work', 'run');
  assert.equal(has(after), true);
  const rows = go('regulation', 'show', 'DLCN-2026');
  assert.ok(rows.obligations.every((o) => o.certainty_text.length > 0));
});

test('an end that is not sure bars a law as a ground and ends no duty; a sure one ends both; it is written once', () => {
  const { dir: d, run: go } = newData({ testClock: true });
  go('clock', 'set', '2026-11-23T08:00:00+07:00');
  const show = (id) => go('regulation', 'show', id);
  assert.deepEqual([show('ND85-2016').is_in_force, show('ND85-2016').is_citable], [true, false]);
  assert.equal(show('ND85-2016').instrument_to, '2026-08-18');
  assert.equal(show('ND85-2016').instrument_end_certainty, 'proposal');
  assert.match(show('ND85-2016').instrument_replaced_by, /331\/2026/);
  assert.ok(go('duty', 'list', '--limit', '200').items.some((x) => x.obligation === 'P06-2Y'), 'still reminded of');
  for (const args of [['agency', 'basis', 'ND85-2016'], ['agency', 'set', '--leading-basis', 'ND85-2016'], ['document', 'draft', '--form', 'mau-08-331', '--basis', 'ND85-2016']]) {
    const refused = khien([...args, '--data', d]);
    assert.equal(refused.status, 1, args.join(' '));
    assert.match(refused.err, /331/, 'what stands instead is named');
  }
  assert.equal(show('TT12-2022').is_in_force, false);
  assert.equal(show('TT12-2022').valid_to, '2026-08-18', 'its end is that of the circular');
  // One line in the agency's own grounds ends the profile, its clocks and its use as a ground.
  const packs = join(d, 'packs', 'grounds');
  mkdirSync(packs, { recursive: true });
  const own = (certainty) => writeFileSync(join(packs, 'rieng.yaml'), `id: rieng
kind: grounds
version: 1
title: {vi: "Riêng", en: "Own"}
valid_from: null
valid_to: null
source: "thử"
certainty: verified
instruments:
  - id: TT20-2017
    cite: "Thông tư số 20/2017/TT-BTTTT"
    short: "Thông tư số 20/2017/TT-BTTTT"
    valid_from: 2017-11-01
    valid_to: 2026-10-31
    replaced_by: ND331-2026
    end_certainty: ${certainty}
    topics: [incident]
    certainty: verified
`);
  own('memory');
  assert.deepEqual([show('ATTT-2017').is_in_force, show('ATTT-2017').is_citable], [true, false]);
  own('verified');
  assert.deepEqual([show('ATTT-2017').is_in_force, show('ATTT-2017').valid_to], [false, '2026-10-31']);
  const id = go('incident', 'open', '--title', 'Sau khi hết hiệu lực', '--detected-at', '2026-11-23T07:00:00+07:00').number;
  assert.deepEqual(go('duty', 'list', '--incident', id).items.map((x) => x.obligation).filter((o) => o !== 'D01' && o !== 'D02'), ['D22']);
});

test('every regulation in force may lead; its paper says so', () => {
  const { run: go } = newData({ testClock: true });
  go('clock', 'set', '2026-11-23T08:00:00+07:00');
  for (const r of go('regulation', 'list').items.filter((x) => x.is_in_force && x.is_citable)) {
    go('agency', 'set', '--leading-basis', r.id);
    assert.equal(go('agency', 'show').leading_basis, r.id);
  }
  const id = go('incident', 'open', '--title', 'Hai căn cứ', '--detected-at', '2026-11-23T07:00:00+07:00').number;
  const of = Object.fromEntries(go('duty', 'list', '--incident', id).items.map((x) => [x.obligation, x.id]));
  for (const [lead, law] of [['ATTT-2017', /^ATTT-2017: TT 20/], ['ANM-2026', /^ANM-2026: NĐ 331/]]) {
    go('agency', 'basis', lead);
    assert.match(go('document', 'draft', '--form', 'thong-bao-su-co', '--incident', id, '--duty', of.D03, '--duty', of.D22).basis, law);
  }
});

test('an invented decree is added as files only; a wrong one says file, line and column', () => {
  const packs = join(dir, 'packs', 'regulation');
  const file = join(packs, 'nd-999.yaml');
  mkdirSync(packs, { recursive: true });
  const decree = `id: ND-999
kind: regulation
version: 1
title: {vi: "Nghị định 999/2026", en: "Decree 999/2026"}
valid_from: 2026-12-01
valid_to: null
source: "Nghị định 999/2026/NĐ-CP"
certainty: proposal
obligations:
  - id: N01
    trigger: incident_detected
    provisional: true
    due: {clock: detected, kind: within, count: 2, unit: w}
    what: {vi: "Báo cáo nhanh", en: "Quick report"}
    recipients: [cyber_authority]
    form_state: pending
    basis: "NĐ 999/2026 Đ1"
    certainty: proposal
  - id: N02
    trigger: calendar
    calendar: {every: half_year, before: 05-10}
    what: {vi: "Báo cáo nửa năm", en: "Half-year report"}
    recipients: [ministry]
    form_state: pending
    basis: "NĐ 999/2026 Đ2"
    certainty: proposal
`;
  at('2026-12-17T08:00:00+07:00');
  const running = opened('Đang chạy', '2026-12-17T08:00:00+07:00');
  writeFileSync(file, decree);
  run('duty', 'evaluate');
  assert.equal(duty(running, 'N01').due_at, local('2026-12-21T17:00:00'), 'two working days after Thursday');
  const periodic = run('duty', 'list', '--limit', '200').items.find((d) => d.obligation === 'N02');
  assert.equal(periodic.due_at, local('2027-05-09T17:00:00'));
  writeFileSync(file, decree.replace('trigger: incident_detected', 'trigger: incident_detectd'));
  const checked = khien(['pack', 'check', join(dir, 'packs')]);
  assert.notEqual(checked.status, 0);
  assert.match(checked.out + checked.err, /nd-999\.yaml:11:14/);
  assert.equal(duty(running, 'N01').state, 'pending', 'what is owed stays owed');
  rmSync(file);
});

test('all of it stands in the ledger', () => {
  assert.equal(run('ledger', 'verify').ok, true);
});

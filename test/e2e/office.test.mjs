// SPDX-License-Identifier: Apache-2.0
// The desk work around papers, button by button: decisions about duties, papers that come in,
// help from the province, playbooks from draft to approved, calendar, figures, the yearly plan.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { after } from 'node:test';
import { newData, person, serve } from '../suite/lib.mjs';
import { DESK, PHONE, axe, catalogue, launch, noSideways, open, signIn, until, visitor } from './browser.mjs';

const data = newData();
const server = await serve(data.dir);
const api = await person(server, data, data.login);
const browser = await launch();
after(async () => {
  await browser.close();
  await server.stop();
});

const w = (key, values = {}) => {
  const words = catalogue('vi', key.split('.')[0]);
  const name = key.slice(key.indexOf('.') + 1);
  return Object.entries(values).reduce((text, [k, v]) => text.replace(`{${k}}`, v), words[name] ?? words[`${name}_other`]);
};
const incident = await api.ok('POST', '/incidents', { title: 'Mã độc trên máy văn thư', take: true, detected_at: new Date(Date.now() - 3600_000).toISOString() });
await api.ok('POST', `/incidents/${incident.id}/triage`, { answers: { signs: 'encrypted', machines: '6', divisions: '2', server: 'yes', can_handle: 'no', national_security: 'no', backup: 'good' } });
const { number } = await api.ok('GET', `/incidents/${incident.id}`);
const duties = async (obligation) => (await api.ok('GET', '/duties?state=all&limit=200')).items.filter((d) => d.obligation === obligation);

const me = await visitor(browser, server.url, DESK);
const { page } = me;
me.expect.push(/status of 401.*\/session/);
const dialog = () => page.getByRole('dialog');
const button = (name, within = page) => within.getByRole('button', { name, exact: true });
async function confirm(name) {
  await button(name, dialog()).click();
  await dialog().waitFor({ state: 'hidden' });
}
// A dialog above the drawer: which of several is on top is only known once the others are gone.
async function above() {
  await until(async () => (await page.getByRole('dialog').count()) === 2, 'a dialog above the drawer');
  return page.getByRole('dialog').last();
}
async function gone() {
  await until(async () => (await page.getByRole('dialog').count()) === 1, 'the drawer alone');
}
async function downloaded(click) {
  const [file] = await Promise.all([page.waitForEvent('download'), click()]);
  return readFileSync(await file.path());
}
async function pick(label, option) {
  await page.getByRole('textbox', { name: label }).first().click();
  await page.getByRole('option', { name: option }).first().click();
}

test('a backup is recorded as done; a notice is decided against, and the decision taken back', async () => {
  await signIn(page, data.login, data.password);
  await page.goto('/thoi-han/nghia-vu');
  const backup = page.locator('.duty', { hasText: 'Sao lưu dữ liệu chung' }).first();
  await backup.waitFor();
  assert.equal(await button(w('duty.draft'), backup).count(), 0, 'a backup needs no paper');
  await button(w('duty.done'), backup).click();
  await dialog().getByLabel(w('duty.proof')).fill('Nhật ký sao lưu 02:00, đủ 412 tệp');
  await confirm(w('duty.done_save'));
  await backup.waitFor({ state: 'detached' });
  assert.ok((await duties('P11')).some((d) => d.state === 'acknowledged' && /412 tệp/.test(d.proof)));

  await page.goto(`/su-co/${number}/nghia-vu`);
  const notice = () => page.locator('.duty', { hasText: 'Báo cáo sự cố: nguyên nhân' }).first();
  await button(w('duty.none'), notice()).click();
  await dialog().getByLabel(w('incident.reason')).fill('Chặn tự động, không hậu quả');
  await dialog().getByLabel(w('duty.none_doc')).fill('Phiếu trình số 15');
  await confirm(w('duty.none_save'));
  await notice().getByText('Phiếu trình số 15').waitFor();
  const d22 = async () => (await duties('D22')).find((d) => d.incident_number === number);
  assert.equal((await d22()).state, 'cancelled');
  await axe(page, 'duties');
  await button(w('duty.reopen'), notice()).click();
  await dialog().getByLabel(w('incident.reason')).fill('Có thông tin mới');
  await confirm(w('duty.reopen'));
  await button(w('duty.done_otherwise'), notice()).click();
  await dialog().getByLabel(w('duty.proof')).fill('Đã nộp trên cổng của Bộ Công an, mã 2026-77');
  await confirm(w('duty.done_save'));
  await notice().getByText('mã 2026-77').waitFor();
  assert.equal((await d22()).state, 'sent');
});

test('an order is called back before anything is done by it, then answered', async () => {
  await page.goto('/van-ban/den');
  await button(w('incoming.add')).first().click();
  await dialog().getByLabel(w('incoming.issuer')).fill('Công an tỉnh Ví Dụ');
  await dialog().getByLabel(w('incoming.content')).fill('Rà soát ba tên miền, báo cáo kết quả');
  await dialog().getByLabel(w('incoming.actions')).fill('Chặn ba tên miền\nBáo cáo kết quả');
  await confirm(w('incoming.add_save'));
  await page.getByText('Công an tỉnh Ví Dụ').first().click();
  const drawer = page.getByRole('dialog').first();
  await drawer.getByText(w('incoming.verify_first')).waitFor();
  assert.equal(await button(w('incoming.task'), drawer).count(), 0, 'no task of what nobody verified');
  await button(w('incoming.verify'), drawer).click();
  const top = await above();
  await top.getByLabel(w('incoming.verify_note')).fill('Trực ban xác nhận đã ký văn bản');
  await top.getByRole('textbox', { name: w('incoming.called') }).click();
  await page.getByRole('option').first().click();
  await button(w('incoming.verify_save'), top).click();
  await gone();
  await button(w('incoming.task'), drawer).click();
  await button(w('incoming.task'), await above()).click();
  await gone();
  await drawer.getByText('Chặn ba tên miền').last().waitFor();
  await button(w('incoming.answer'), drawer).click();
  await (await above()).getByLabel(w('incoming.result')).fill('Đã chặn, không máy nào truy cập');
  await button(w('incoming.answer_save'), await above()).click();
  await drawer.getByText('không máy nào truy cập').first().waitFor();
  const [paper] = (await api.ok('GET', '/incoming?state=all')).items;
  assert.equal(paper.state, 'answered');
  assert.equal(paper.verified_how, 'callback');
});

test('help is asked of the province by a person, its answer and end are recorded', async () => {
  await page.goto(`/su-co/${number}/ho-tro`);
  await button(w('support.request')).first().click();
  await dialog().getByLabel(w('support.person')).fill('Trực ban đội ứng cứu');
  await confirm(w('support.request_save'));
  const asked = page.locator('.card', { hasText: w('support.asked') }).first();
  await button(w('support.record'), asked).first().click();
  await confirm(w('incident.save'));
  await button(w('support.release'), asked).first().click();
  await dialog().getByLabel(w('support.result')).fill('Đã phân tích mẫu, hướng dẫn khôi phục');
  await confirm(w('support.release'));
  const items = (await api.ok('GET', `/incidents/${incident.id}/escalations`)).escalation.items;
  assert.ok(items.some((e) => e.target === 'provincial_csirt' && e.state === 'released'), JSON.stringify(items));
  await axe(page, 'support');
});

test('a playbook: its power and a probe are edited, compared, approved, printed', async () => {
  await page.goto('/quan-tri/phuong-an/malware');
  await page.locator('.playbook-edit').waitFor();
  const before = (await api.ok('GET', '/playbooks/malware/text')).values;
  await pick(w('playbook.power_action'), w('enum.power.power_off'));
  const step = page.locator('.step-edit > li').first();
  await step.locator('summary').click();
  await step.getByRole('textbox', { name: w('playbook.probe'), exact: true }).click();
  await page.getByRole('option', { name: w('enum.probe_kind.tcp_closed') }).click();
  await step.getByLabel(w('playbook.probe_hint')).fill('Cổng 3389 của máy nhiễm, nhìn từ máy quản trị');
  await page.getByText('English', { exact: true }).click();
  await step.getByLabel(w('playbook.probe_hint')).fill('Port 3389 of the machine, seen from the administrator’s');
  await page.getByText('Tiếng Việt', { exact: true }).click();
  await page.getByLabel(w('playbook.note')).fill('Tắt nguồn, thêm phép thử');
  await axe(page, 'playbook');
  await button(w('playbook.save_draft')).click();
  const draft = await until(async () => {
    const text = await api.ok('GET', '/playbooks/malware/text');
    return text.state === 'draft' && text;
  }, 'the draft is kept');
  assert.equal(draft.values.power_action.action, 'power_off');
  assert.deepEqual(draft.values.power_action.why, before.power_action.why, 'the reason stays');
  assert.deepEqual(draft.values.priority_steps[0].probe, { kind: 'tcp_closed', hint: { vi: 'Cổng 3389 của máy nhiễm, nhìn từ máy quản trị', en: 'Port 3389 of the machine, seen from the administrator’s' } });
  const others = ({ power_action: _, priority_steps: [{ probe: __, ...first }, ...rest], version: ___, ...v }) => ({ ...v, steps: [first, ...rest] });
  assert.deepEqual(others(draft.values), others(before), 'nothing else moved');

  await page.getByRole('link', { name: w('playbook.compare') }).click();
  await page.locator('.diff dt', { hasText: w('enum.playbook_field.power_action') }).first().waitFor();
  await page.locator('.diff li', { hasText: w('enum.playbook_field.probe') }).first().waitFor();
  await axe(page, 'compare');
  const pdf = await downloaded(() => page.getByRole('link', { name: 'PDF' }).click());
  assert.equal(pdf.subarray(0, 4).toString(), '%PDF');
  await button(w('playbook.approve')).click();
  await dialog().getByLabel(w('playbook.doc_number')).fill('12/QĐ-SM');
  await dialog().getByLabel(w('playbook.doc_date')).fill('20/11/2026');
  await dialog().getByLabel(w('playbook.signer')).fill('Lê Minh Giám');
  await confirm(w('playbook.approve'));
  await page.getByText(w('playbook.approved', { number: '12/QĐ-SM' })).first().waitFor();
  assert.equal((await api.ok('GET', '/playbooks/malware')).power_action, 'power_off');
  const sheet = await me.context.newPage();
  await sheet.goto('/in/phuong-an/malware');
  await sheet.getByText(/12\/QĐ-SM/).first().waitFor();
  await sheet.close();
});

test('every regulation in force can lead, one that is over cannot', async () => {
  await page.goto('/quan-tri/co-quan');
  await page.getByRole('textbox', { name: w('agency.leading_basis') }).click();
  const rules = (await api.ok('GET', '/regulations')).items;
  const lead = rules.filter((r) => r.is_in_force && r.is_citable);
  await until(async () => (await page.getByRole('option').count()) >= lead.length, 'the list of regulations');
  const names = await page.getByRole('option').allInnerTexts();
  for (const r of rules) assert.equal(names.some((n) => n.includes(`(${r.id})`)), r.is_in_force && r.is_citable, r.id);
  await page.getByRole('option', { name: /\(CT18-2022\)/ }).click();
  await button(w('incident.save')).click();
  await page.getByText(w('agency.saved')).waitFor();
  assert.equal((await api.ok('GET', '/agency')).leading_basis, 'CT18-2022');
  await page.goto('/quan-tri/quy-dinh');
  const card = (id) => page.locator('.card', { has: page.locator('header', { hasText: id }) });
  await button(w('regulation.lead'), card('ATTT-2017')).click();
  await confirm(w('regulation.lead'));
  assert.equal((await api.ok('GET', '/agency')).leading_basis, 'ATTT-2017');
  await card('ND85-2016').waitFor();
  assert.equal(await button(w('regulation.lead'), card('ND85-2016')).count(), 0);
  assert.match(await card('ND85-2016').innerText(), /18\/08\/2026.*331\/2026/);
  await axe(page, 'regulations');
});

test('the calendar as a file, the figures with their records, the plan of the year', async () => {
  await page.goto('/thoi-han/lich');
  await page.locator('.due-item').first().waitFor();
  const ics = await downloaded(() => page.getByRole('link', { name: w('calendar.ics') }).click());
  assert.match(ics.toString(), /^BEGIN:VCALENDAR/);
  await page.goto('/so-lieu');
  await page.locator('.figures button').first().click();
  await page.getByRole('dialog').getByRole('link', { name: new RegExp(number) }).waitFor();
  await button(w('form.close'), page.getByRole('dialog')).click();
  const xlsx = await downloaded(() => page.getByRole('link', { name: w('figures.xlsx') }).click());
  assert.equal(xlsx.subarray(0, 2).toString(), 'PK');
  await page.goto('/van-ban/dinh-ky');
  await button(w('periodic.plan')).click();
  const plan = await downloaded(() => button(w('periodic.download'), dialog()).click());
  assert.equal(plan.subarray(0, 2).toString(), 'PK');
  await page.keyboard.press('Escape');
  await button(w('periodic.mau05')).click();
  await dialog().getByText('JSON', { exact: true }).click();
  const mau05 = JSON.parse(await downloaded(() => button(w('periodic.download'), dialog()).click()));
  assert.equal(mau05.rows.length, 10);
  assert.deepEqual(me.faults, []);
});

test('on a phone the same pages do not go sideways', async () => {
  const phone = await visitor(browser, server.url, { ...PHONE, viewport: { width: 390, height: 844 } });
  await signIn(phone.page, data.login, data.password);
  for (const path of ['/thoi-han/nghia-vu', '/quan-tri/phuong-an/malware', '/quan-tri/quy-dinh', '/quan-tri/co-quan', '/van-ban/den', `/su-co/${number}/ho-tro`]) {
    await open(phone.page, path);
    await noSideways(phone.page, path);
    await axe(phone.page, path);
  }
  assert.deepEqual(phone.faults, []);
  await phone.close();
});

// SPDX-License-Identifier: Apache-2.0
// A duty becomes a paper: drafted from the case, its gaps filled beside the printed page,
// approved, numbered, sent; the clock of the duty turns green.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { after } from 'node:test';
import { newData, person, serve } from '../suite/lib.mjs';
import { DESK, PHONE, axe, catalogue, launch, noSideways, open as openPage, rest, signIn, until, visitor } from './browser.mjs';

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
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const incident = await api.ok('POST', '/incidents', { title: 'Mã độc tống tiền trên máy kế toán', take: true, detected_at: ago(90) });
await api.ok('POST', `/incidents/${incident.id}/triage`, { answers: { signs: 'encrypted', machines: '3', divisions: '1', server: 'yes', can_handle: 'no', national_security: 'no', backup: 'good' } });
await api.ok('POST', `/incidents/${incident.id}/beyond`, { confirmed: true, reason: 'Không đủ người và công cụ' });
const { number } = await api.ok('GET', `/incidents/${incident.id}`);
const duty = async () => (await api.ok('GET', `/duties?incident=${incident.id}&state=all&limit=200`)).items.find((d) => d.obligation === 'D05');
const paper = () => api.ok('GET', `/documents/${page.url().split('/').pop().split('?')[0]}`);

const me = await visitor(browser, server.url, DESK);
const { page } = me;
me.expect.push(/status of 401.*\/session/, /status of 422.*\/documents/);
const dialog = () => page.getByRole('dialog');
const button = (name, within = page) => within.getByRole('button', { name, exact: true });
const inside = () => page.locator('.paper-preview > div').last().evaluate((e) => e.shadowRoot?.textContent ?? '');
const row = () => page.locator('.duty', { hasText: 'Mẫu số 03' }).first();

async function printed(text) {
  await until(async () => (await inside()).includes(text), `on the printed page: ${text}`);
}
async function confirm(name) {
  await button(name, dialog()).click();
  await dialog().waitFor({ state: 'hidden' });
}

test('the duty says what, to whom, by when, on what basis; it becomes a draft out of the case', async () => {
  await signIn(page, data.login, data.password);
  await page.goto(`/su-co/${number}/nghia-vu`);
  await row().waitFor();
  const text = await row().innerText();
  for (const part of [w('enum.party.system_owner'), w('enum.party.national_coordinator'), 'TT 20/2017', w('enum.duty.pending')]) assert.ok(text.includes(part), `${part} in ${text}`);
  assert.match(await row().getAttribute('class'), /past|soon|ok/);
  await axe(page, 'duties');
  await button(w('duty.draft'), row()).click();
  await dialog().getByLabel(w('paper.form')).first().waitFor();
  await confirm(w('paper.draft'));
  await page.waitForURL(/\/van-ban\/VB-\d{4}-\d{4}$/);
  await page.locator('.paper-fields').waitFor();
  await printed('BÁO CÁO BAN ĐẦU SỰ CỐ MẠNG');
  const made = await paper();
  assert.equal(made.form, 'mau-03');
  assert.equal(made.incident_number, number);
  assert.deepEqual(made.duties.map((d) => d.obligation), ['D05']);
});

test('gaps are listed and lead to their fields; what is typed shows on the page before it is saved', async () => {
  const before = await paper();
  assert.ok(before.gaps.length > 0, 'a fresh form lacks something');
  const jumps = page.locator('.jumps.gap .linkish');
  await until(async () => (await jumps.count()) === before.gaps.length, 'every gap is listed');
  for (let left = await jumps.count(), rounds = 0; left > 0 && rounds < 30; left = await jumps.count(), rounds++) {
    await jumps.first().click();
    const field = page.locator('[data-paper-field].gap').first();
    const tick = field.getByRole('checkbox').or(field.getByRole('radio')).first();
    await until(() => field.evaluate((e) => e.contains(document.activeElement)), 'the gap has the focus');
    if (await tick.count()) await tick.click();
    else await page.keyboard.insertText('Điền trong bài thử');
    await until(async () => (await jumps.count()) < left, 'one gap less');
  }
  assert.equal(await jumps.count(), 0);
  const isp = page.locator('[data-paper-field=isp] input');
  await isp.fill('Nhà mạng Ví Dụ');
  await printed('Nhà mạng Ví Dụ');
  assert.notEqual((await paper()).values.isp, 'Nhà mạng Ví Dụ', 'not saved yet');
  await page.locator('[data-paper-field=os_version] input').fill('2019');
  await page.keyboard.press('Control+s');
  await page.getByText(w('paper.saved', { edition: before.edition + 1 })).waitFor();
  const kept = await paper();
  assert.equal(kept.values.isp, 'Nhà mạng Ví Dụ');
  assert.deepEqual(kept.gaps, []);
});

test('an inside address is refused where it is typed', async () => {
  const ips = page.locator('[data-paper-field=public_ips]');
  await ips.locator('textarea').first().fill('192.168.1.10');
  await button(w('paper.save')).click();
  await ips.locator('.mantine-InputWrapper-error').waitFor();
  assert.match(await ips.innerText(), /192\.168\.1\.10/);
  await ips.locator('textarea').first().fill('203.0.113.7');
  await button(w('paper.save')).click();
  await page.getByText(/^Đã lưu bản/).waitFor();
  assert.deepEqual((await paper()).values.public_ips, ['203.0.113.7']);
  await axe(page, 'editor');
});

test('somebody else saved meanwhile: one is told, and chooses', async () => {
  const now = await paper();
  await page.locator('[data-paper-field=isp] input').fill('Nhà mạng khác');
  await api.ok('PATCH', `/documents/${now.id}`, { values: { contact_title: 'Phó phòng' }, version: now.version });
  me.expect.push(/status of 409.*\/documents/);
  await button(w('paper.save')).click();
  await page.getByText(w('form.conflict'), { exact: true }).waitFor();
  await button(w('form.save_mine')).click();
  await page.getByText(/^Đã lưu bản/).waitFor();
  const both = await paper();
  assert.equal(both.values.isp, 'Nhà mạng khác');
  assert.equal(both.values.contact_title, 'Phó phòng');
});

test('submitted, approved, numbered by the clerk’s register, sent; one next step each time', async () => {
  const head = page.locator('.incident-head');
  await button(w('paper.submit'), head).click();
  await head.getByText(w('enum.paper_state.submitted')).first().waitFor();
  await button(w('paper.record_approval'), head).click();
  await confirm(w('paper.record'));
  await button(w('paper.number_it'), head).click();
  await dialog().getByLabel(w('paper.doc_number')).first().fill('15');
  await confirm(w('paper.record'));
  const numbered = await paper();
  assert.equal(numbered.state, 'numbered');
  assert.equal(numbered.doc_number, '15');
  assert.match((await duty()).state, /numbered/);

  await button(w('paper.send_rest', { count: numbered.proposed.filter((p) => p.contact_id && !p.is_sent).length }), head).click();
  await dialog().getByText(w('enum.paper_channel.eoffice'), { exact: true }).first().click();
  await dialog().getByLabel(w('paper.proof'), { exact: true }).fill('E-Office 2026/118');
  await confirm(w('paper.record_sent'));
  await page.getByText('E-Office 2026/118').first().waitFor();
  const sent = await paper();
  assert.equal(sent.dispatches.length, numbered.proposed.filter((p) => p.contact_id).length);
  assert.ok(sent.dispatches.every((d) => d.state === 'sent'));
  assert.equal((await duty()).state, 'sent');
  await axe(page, 'sent');
});

test('the clock of the duty is green', async () => {
  await page.goto(`/su-co/${number}/nghia-vu`);
  await row().waitFor();
  await until(async () => /\bdone\b/.test(await row().getAttribute('class')), 'the duty is done');
  assert.ok((await row().innerText()).includes(w('enum.duty.sent')));
  assert.equal(await row().locator('.clock-bar').count(), 0);
  await page.goto('/van-ban?trang-thai=all');
  await page.getByRole('link', { name: /Mẫu số 03/ }).first().waitFor();
  await axe(page, 'papers');
  assert.deepEqual(me.faults, []);
});

// ---- the rest of its way, each step by its button --------------------------------------

const more = async (name) => {
  await button(w('incident.more')).click();
  await page.getByRole('menuitem', { name, exact: true }).click();
};
const open = async (number, part = '') => {
  await page.goto(`/van-ban/${number}${part}`);
  await page.locator('.incident-head h1').waitFor();
};
const get = (number) => api.ok('GET', `/documents/${number}`);
async function downloaded(click) {
  const [file] = await Promise.all([page.waitForEvent('download'), click()]);
  return readFileSync(await file.path());
}

test('who got it says so, who is silent is asked; each on its own line', async () => {
  const sent = (await api.ok('GET', '/documents?state=all')).items.find((d) => d.form === 'mau-03').number;
  await open(sent);
  await button(w('paper.ack'), page.locator('.incident-head')).click();
  await dialog().getByLabel(w('paper.ack_how')).fill('Văn thư nơi nhận gọi báo đã nhận');
  await confirm(w('paper.record'));
  await until(async () => (await get(sent)).dispatches.filter((d) => d.acknowledged_at).length === 1, 'one has answered');
  await open(sent, '?phan=gui');
  await page.getByText(w('paper.acknowledged'), { exact: true }).first().waitFor();
  await button(w('paper.chase')).first().click();
  await dialog().getByLabel(w('duty.chase_note')).fill('Gọi văn thư, hẹn trả lời chiều nay');
  await confirm(w('paper.record'));
  await page.getByText(/hẹn trả lời chiều nay/).waitFor();
  assert.equal((await get(sent)).dispatches.filter((d) => d.chased_at).length, 1);
});

test('as a file in three ways, and the signed one that came back is the document', async () => {
  const sent = (await api.ok('GET', '/documents?state=all')).items.find((d) => d.form === 'mau-03').number;
  await open(sent);
  for (const [format, head] of [['pdf', '%PDF'], ['docx', 'PK'], ['html', '<!']])
    assert.ok((await downloaded(() => more(w(`paper.export_${format}`)))).subarray(0, 200).toString('latin1').includes(head), format);
  const attach = async (bytes) => {
    await more(w('paper.attach'));
    await dialog().locator('input[type=file]').setInputFiles({ name: 'đã ký.pdf', mimeType: 'application/pdf', buffer: bytes });
    await confirm(w('paper.attach_save'));
  };
  const signed = Buffer.from('%PDF-1.7\n% bản đã ký số\n');
  await attach(signed);
  await page.getByText(w('paper.has_signed'), { exact: true }).waitFor();
  assert.deepEqual(await downloaded(() => more(w('paper.export_signed'))), signed);
  // What no mail server takes is said before it is sent.
  await attach(Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(11 << 20, 'k')]));
  await until(async () => !(await get(sent)).is_mailable, 'too large for a mail');
  await page.reload();
  await more(w('paper.send'));
  await dialog().getByText(/12 MB.*E-Office/).waitFor();
  assert.equal(await dialog().getByText(w('enum.paper_channel.mail'), { exact: true }).count(), 0);
  await axe(page, 'send');
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'hidden' });
});

test('a paper handed in is handed back, changed, handed in again; mail is sent, not recorded', async () => {
  data.run('setting', 'set', 'mail.url', 'smtp://127.0.0.1:9');
  const notice = await api.ok('POST', '/documents', { form: 'thong-bao-su-co', incident: number, variant: 'cong-van' });
  const head = page.locator('.incident-head');
  await open(notice.number);
  await more(w('paper.submit'));
  await confirm(w('paper.submit'));
  await head.getByText(w('enum.paper_state.submitted')).first().waitFor();
  await more(w('paper.return'));
  await dialog().getByLabel(w('incident.reason')).fill('Bổ sung phạm vi ảnh hưởng');
  await confirm(w('paper.return'));
  await until(async () => (await get(notice.number)).state === 'draft', 'handed back');
  await more(w('paper.submit'));
  await confirm(w('paper.submit'));
  await button(w('paper.record_approval'), head).click();
  await confirm(w('paper.record'));
  await button(w('paper.number_it'), head).click();
  await dialog().getByLabel(w('paper.doc_number')).first().fill('16');
  await dialog().getByRole('textbox', { name: w('paper.signer'), exact: true }).click();
  await page.getByRole('option', { name: /Phạm Thu Phó/ }).click();
  await confirm(w('paper.record'));
  assert.equal((await get(notice.number)).authority, 'KT', 'a deputy signs for the head, without being asked');
  await more(w('paper.issue'));
  await confirm(w('paper.issue'));
  await until(async () => (await get(notice.number)).state === 'issued', 'issued');
  await head.getByRole('button', { name: /^Gửi \d+ nơi$/ }).click();
  await dialog().getByText(w('enum.paper_channel.mail'), { exact: true }).first().click();
  assert.equal(await button(w('paper.record_sent'), dialog()).count(), 0, 'what a button does is its label');
  await confirm(w('paper.send_mail'));
  await page.getByText(w('enum.dispatch.sending'), { exact: true }).first().waitFor();
  assert.ok((await get(notice.number)).dispatches.every((d) => d.channel === 'mail'));
});

test('a better one takes its place; what differs is shown; a recalled one says so', async () => {
  const old = (await api.ok('GET', '/documents?state=issued')).items.find((d) => d.form === 'thong-bao-su-co').number;
  await open(old);
  await more(w('paper.replace'));
  await dialog().getByLabel(w('incident.reason')).fill('Thiếu phạm vi ảnh hưởng');
  await confirm(w('paper.replace_save'));
  await page.waitForURL((u) => /\/van-ban\/VB-/.test(u.pathname) && !u.pathname.endsWith(old));
  const next = page.url().split('/').pop().split('?')[0];
  const text = page.locator('[data-paper-field=description] textarea').first();
  await text.fill('Mô tả đã bổ sung phạm vi ảnh hưởng');
  await button(w('paper.save')).click();
  await page.getByText(/^Đã lưu bản/).waitFor();
  await page.getByRole('link', { name: w('paper.part_so_sanh') }).click();
  await page.locator('ins', { hasText: 'đã bổ sung phạm vi' }).waitFor();
  await axe(page, 'diff');
  for (const step of [['submit', {}], ['approve', { by: 'giamdoc' }], ['number', { number: '17', date: new Date(Date.now() + 7 * 3600_000).toISOString().slice(0, 10) }], ['issue', {}]]) await api.ok('POST', `/documents/${next}/${step[0]}`, step[1]);
  await open(old);
  await page.getByRole('link', { name: next }).waitFor();
  assert.equal((await get(old)).state, 'replaced');
  await open(next);
  await more(w('paper.recall'));
  await dialog().getByLabel(w('incident.reason')).fill('Gửi nhầm nơi nhận');
  await confirm(w('paper.recall'));
  await page.getByText(w('paper.recalled')).waitFor();
  await page.getByText('Gửi nhầm nơi nhận').first().waitFor();
  assert.equal((await get(next)).state, 'recalled');
  await axe(page, 'recalled');
  assert.deepEqual(me.faults, []);
});

test('on a phone the page stands below the questions, and nothing goes sideways', async () => {
  const phone = await visitor(browser, server.url, PHONE);
  await signIn(phone.page, data.login, data.password);
  for (const path of [`/van-ban/${(await api.ok('GET', '/documents?state=all')).items.find((d) => d.form === 'mau-03').number}`, `/su-co/${number}/nghia-vu`, `/su-co/${number}/van-ban`]) {
    await openPage(phone.page, path);
    await noSideways(phone.page, path);
    await axe(phone.page, path);
  }
  await phone.page.goto('/van-ban');
  await phone.page.getByRole('button', { name: w('reports.chip_all') }).click();
  await phone.page.getByRole('link', { name: /Mẫu số 03/ }).first().click();
  await phone.page.locator('.paper-fields').waitFor();
  await rest(phone.page);
  const form = await phone.page.locator('.paper-form').boundingBox();
  const sheet = await phone.page.locator('.paper-preview').boundingBox();
  assert.ok(sheet.y >= form.y + form.height, 'the page stands below');
  assert.deepEqual(phone.faults, []);
  await phone.close();
});

// SPDX-License-Identifier: Apache-2.0
// The administrator, by keyboard only: from the new report to the closed case.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { folder, freePort, newData, person, Person, serve } from '../suite/lib.mjs';
import { DESK, PHONE, catalogue, launch, noSideways, rest, signIn, until, visitor } from './browser.mjs';

const data = newData();
data.run('agency', 'set', '--hotline', '0900 000 001');
const server = await serve(data.dir);
const api = await person(server, data, data.login);
const substitute = await person(server, data, 'duphong');
const browser = await launch();
after(async () => {
  await browser.close();
  await server.stop();
});

const w = (key) => catalogue('vi', key.split('.')[0])[key.slice(key.indexOf('.') + 1)];
const me = await visitor(browser, server.url, DESK);
const { page } = me;
me.expect.push(/status of 401.*\/session/); // "who am I", asked before signing in
let incident, number, code;
const show = () => api.ok('GET', `/incidents/${incident}`);
const list = async (what) => (await api.ok('GET', `/incidents/${incident}/${what}`)).items;

/* ---- hands on the keyboard ------------------------------------------------------ */

const press = async (...keys) => {
  for (const k of keys) await page.keyboard.press(k);
};
const type = (text) => page.keyboard.insertText(text);
const focused = (locator) => locator.evaluate((e) => e === document.activeElement);

// A dialog takes the focus a moment after it is there; one whose button went away with what it asked has lost it.
async function settled() {
  const inside = () => page.evaluate(() => {
    const box = document.querySelector('[role=dialog]');
    return !box || box.contains(document.activeElement);
  });
  for (let i = 0; i < 100 && !await inside(); i++) await page.waitForTimeout(40);
}

// Tab until it has the focus: what cannot be reached so cannot be used without a mouse.
async function reach(locator) {
  await locator.waitFor({ state: 'attached' });
  await settled();
  for (let i = 0; i < 250; i++) {
    if (await focused(locator)) return;
    await press('Tab');
  }
  throw new Error(`not reachable by Tab: ${locator}`);
}

const dialog = () => page.getByRole('dialog');
const button = (name, within = page) => within.getByRole('button', { name, exact: true });
async function pressButton(name, within) {
  const it = button(name, within).first();
  await reach(it);
  await until(() => it.isEnabled(), `${name} can be pressed`);
  await press('Enter');
}
async function write(label, text) {
  await reach(dialog().getByLabel(label).first());
  await press('Control+A');
  await type(text);
}
// A browser opens its list of files only while the key press is fresh; on a starved machine it may be stale.
async function choosing(field, file) {
  for (let i = 0; ; i++) {
    await reach(field);
    const chooser = page.waitForEvent('filechooser', { timeout: 10000 }).catch(() => null);
    await press('Enter');
    const opened = await chooser;
    if (opened) return opened.setFiles(file);
    assert.ok(i < 5, 'no list of files opens');
  }
}
async function submit() {
  await until(() => dialog().locator('form :focus').count(), 'the form has the focus');
  await press('Control+Enter');
  await dialog().waitFor({ state: 'hidden' }).catch(async (fault) => assert.fail(`${fault.message}\nIt says: ${await dialog().innerText()}`));
}
// A list box: the key moves, the words are read, Enter chooses.
async function choose(label, option) {
  await reach(dialog().getByRole('textbox', { name: label }).or(dialog().getByRole('combobox', { name: label })).first());
  await press('ArrowDown');
  const wanted = page.getByRole('option', { name: option }).first();
  await wanted.waitFor();
  for (let i = 0; i < 40 && !await wanted.evaluate((e) => e.hasAttribute('data-combobox-selected')); i++) await press('ArrowDown');
  await press('Enter');
}
async function tab(slug) {
  const links = page.locator('nav.tabs a');
  await links.first().waitFor();
  const at = () => links.evaluateAll((all) => all.findIndex((a) => a.getAttribute('aria-current') === 'page'));
  const want = await links.evaluateAll((all, end) => all.findIndex((a) => a.pathname.endsWith(end)), slug === 'tong-quan' ? number : `/${slug}`);
  for (let now = await at(); now !== want; now = await at()) {
    await press(want > now ? ']' : '[');
    await links.nth(now + Math.sign(want - now)).and(page.locator('[aria-current=page]')).waitFor();
  }
}

/* ---- the story ------------------------------------------------------------------- */

test('he signs in; today is quiet; a new report announces itself without moving the page', async () => {
  await page.goto('/');
  await reach(page.locator('input[autocomplete=username]'));
  await type(data.login);
  await press('Tab');
  await type(data.password);
  await press('Enter');
  await page.getByRole('heading', { level: 1, name: w('frame.today') }).waitFor();
  await page.getByText(w('today.quiet')).waitFor();

  const form = new FormData();
  for (const [k, v] of [['symptoms', 'ransom_note'], ['description', 'Tệp kế toán đổi đuôi, mở hxxp://xau[.]example[.]com/tra'], ['place', 'Máy kế toán 3'], ['contact_name', 'Ngô Thị Bình']]) form.append(k, v);
  code = (await new Person(server.url).ok('POST', '/reports', form)).code;
  await page.locator('.new-rows').waitFor({ timeout: 60000 });
  await page.getByText(w('today.quiet')).waitFor();
  await reach(page.locator('.new-rows'));
  await press('Enter');
  await page.getByText(w('today.reports_waiting')).waitFor();
});

test('g b opens the inbox, j and k move, Enter opens, a takes', async () => {
  // Two keys count as one command only when they follow each other quickly, which a busy machine may prevent.
  await until(async () => {
    await press('g', 'b');
    return page.getByRole('heading', { level: 1, name: w('frame.reports') }).waitFor({ timeout: 5000 }).then(() => true, () => false);
  }, 'g b');
  const rows = page.locator('[data-row]');
  await rows.first().waitFor();
  await rest(page);
  await press('j');
  await until(() => focused(rows.first()), 'j goes to the first row');
  await press('j', 'k');
  await until(() => focused(rows.first()), 'j and k move');
  await press('Enter');
  await dialog().getByText('Tệp kế toán đổi đuôi').waitFor();
  await press('Escape');
  await dialog().waitFor({ state: 'hidden' });
  await press('j');
  await until(() => focused(rows.first()), 'the row again');
  await press('a');
  await page.waitForURL(/\/su-co\/SC-\d{4}-\d{4}$/);
  number = page.url().split('/').pop();
  incident = (await api.ok('GET', `/incidents/${number}`)).id;
  assert.equal((await show()).state, 'verifying');
});

test('? shows the keys; / searches without diacritics', async () => {
  await press('?');
  await dialog().getByText(w('keys.move')).waitFor();
  await press('Escape');
  await dialog().waitFor({ state: 'hidden' });
  await press('/');
  await page.locator('.top input:focus').waitFor();
  await type('TEP KE TOAN doi duoi');
  await press('Enter');
  await page.waitForURL(/\/tra-cuu\?q=/);
  const hit = page.locator(`main a[href*="/su-co/${number}"], main a[href*="/bao-cao/"]`).first();
  await hit.waitFor();
  await reach(hit);
  await page.goBack();
  await page.locator('.incident-head').waitFor();
});

test('the questions yield type, level and reasons', async () => {
  await pressButton((await show()).next.title);
  await dialog().locator('.questions').waitFor();
  const sign = dialog().locator('input[type=checkbox][value=encrypted]');
  await reach(sign);
  await press('Space');
  await reach(button(w('triage.save'), dialog()));
  await press('Enter');
  await dialog().getByText(w('triage.result')).waitFor();
  const now = await show();
  assert.equal(now.type, 'ransomware');
  assert.ok(now.level >= 1 && now.level <= 4);
  await pressButton(w('triage.go_on'), dialog());
  await dialog().waitFor({ state: 'hidden' });
});

test('scope is named, and the one next action leads on', async () => {
  await tab('pham-vi');
  await pressButton(w('scope.add'));
  await write(w('scope.name'), 'PC-KT-03');
  await submit();
  await page.getByText('PC-KT-03').first().waitFor();
  assert.equal((await list('scope'))[0].name, 'PC-KT-03');
  await pressButton((await show()).next.title);
  await dialog().waitFor();
  const reason = dialog().getByLabel(w('incident.advance_reason'));
  if (await reason.count()) await write(w('incident.advance_reason'), 'Cần làm ngay');
  await submit();
  assert.equal((await show()).state, 'initial_response');
});

test('tasks are done by keyboard, with their true time', async () => {
  await tab('viec');
  const rows = page.locator('[data-row]');
  await rows.first().waitFor();
  await rest(page);
  const first = (await list('tasks')).find((t) => t.state === 'open');
  await press('j');
  await until(() => focused(page.locator(`[data-row="${first.id}"]`)), 'the first task that is open');
  await press('x');
  await dialog().waitFor();
  const half = new Date(Date.now() - 30 * 60_000);
  const local = new Date(half.getTime() + 7 * 3600_000).toISOString();
  await write(w('task.note'), 'Đã rút dây mạng');
  await write(w('task.done_at'), `${local.slice(11, 16)} ${local.slice(8, 10)}/${local.slice(5, 7)}/${local.slice(0, 4)}`);
  const without = dialog().getByLabel(w('task.without_approval_check'));
  if (await without.count()) {
    await reach(without);
    await press('Space');
  }
  await submit();
  const done = (await list('tasks')).find((t) => t.id === first.id);
  assert.equal(done.state, 'done');
  assert.equal(done.note, 'Đã rút dây mạng');
  assert.equal(done.done_at.slice(0, 16), half.toISOString().slice(0, 16));
  assert.ok(Date.parse(done.entered_at) - Date.parse(done.done_at) > 25 * 60_000);
});

test('signs are found in pasted words and kept', async () => {
  await tab('dau-hieu');
  await pressButton(w('observable.extract'));
  await reach(dialog().getByLabel(w('observable.paste')));
  await type('kẻ xấu gọi tới 203[.]0[.]113[.]9 và hxxps://tai-ve[.]example[.]com/a.exe');
  await pressButton(w('observable.look'), dialog());
  await dialog().locator('.found').waitFor();
  const keep = dialog().locator('button', { hasText: new RegExp(w('observable.keep_other').split('{')[0]) }).last();
  await reach(keep);
  await press('Enter');
  await dialog().waitFor({ state: 'hidden' });
  const kept = (await list('observables')).map((o) => o.value);
  for (const v of ['203.0.113.9', 'https://tai-ve.example.com/a.exe']) assert.ok(kept.includes(v), `${v} in ${kept}`);
});

test('evidence is uploaded with its record', async () => {
  const file = join(folder(), 'nhật ký.log');
  writeFileSync(file, 'một dòng\n');
  await tab('chung-cu');
  await pressButton(w('evidence.add'));
  await choosing(button(w('form.choose_file'), dialog()).or(dialog().getByRole('button', { name: w('evidence.file') })).first(), file);
  await write(w('evidence.place'), 'Phòng máy chủ');
  await write(w('evidence.method'), 'Chép qua USB chống ghi');
  await submit();
  const piece = (await list('evidence')).find((e) => e.name.includes('nhật ký'));
  assert.equal(piece.size, 12);
  assert.equal(piece.place, 'Phòng máy chủ');
});

test('a direction is asked; the link is shown once; the answer arrives', async () => {
  await tab('chi-dao');
  await pressButton(w('direction.ask'));
  await write(w('direction.question'), 'Cho phép ngắt máy chủ tệp?');
  await press('Control+Enter');
  const link = dialog().getByLabel(w('direction.link'), { exact: true });
  await link.waitFor();
  const token = (await link.inputValue()).split('/').pop();
  await pressButton(w('form.close'), dialog());
  await dialog().waitFor({ state: 'hidden' });
  await new Person(server.url).ok('POST', `/directions/by-token/${token}`, { answer: 'approve', words: 'Ngắt ngay' });
  await page.getByText('“Ngắt ngay”').waitFor({ timeout: 60000 });
});

test('a probe proves a step, and turns red when it no longer holds', async () => {
  const port = await freePort();
  await tab('viec');
  await page.locator('[data-row]').first().waitFor();
  await rest(page);
  const task = (await list('tasks')).find((t) => t.state === 'open');
  await press('j');
  await until(() => focused(page.locator(`[data-row="${task.id}"]`)), 'the first task that is open');
  await press('Enter');
  await page.locator('[data-row] .task-title[aria-expanded=true]').waitFor();
  await reach(page.getByRole('button', { name: w('task.more').replace('{title}', task.title) }));
  await press('Enter');
  const item = page.getByRole('menuitem', { name: w('probe.add') });
  await item.waitFor();
  for (let i = 0; i < 30 && !await focused(item); i++) await press('ArrowDown');
  await press('Enter');
  await choose(w('probe.kind'), w('enum.probe_kind.tcp_closed'));
  await write(w('probe.target'), `127.0.0.1:${port}`);
  await submit();
  await pressButton(w('probe.run'));
  await page.locator('.probe-line', { hasText: w('enum.probe_state.true') }).waitFor();
  const listener = createServer().listen(port, '127.0.0.1');
  await new Promise((done) => listener.once('listening', done));
  await pressButton(w('probe.run'));
  await page.locator('.probe-line', { hasText: w('enum.probe_state.false') }).waitFor();
  listener.close();
  assert.equal((await show()).probes_red, 1);
  await pressButton(w('probe.run'));
  await page.locator('.probe-line', { hasText: w('enum.probe_state.true') }).waitFor();
});

test('two administrators change the same: the second is told what changed, and loses nothing', async () => {
  me.expect.push(/status of 409.*\/incidents\//);
  await rest(page);
  await press('e');
  await dialog().waitFor();
  await settled();
  await substitute.ok('PATCH', `/incidents/${incident}`, { title: 'Tên do người khác đặt', version: (await show()).version });
  await write(w('incidents.title'), 'Mã độc tống tiền ở phòng kế toán');
  await press('Control+Enter');
  const note = dialog().getByRole('alert');
  await note.waitFor();
  assert.match(await note.innerText(), new RegExp(w('form.conflict')));
  assert.match(await note.innerText(), /Trần Thị Dự|Tên do người khác đặt/);
  assert.equal(await dialog().getByLabel(w('incidents.title')).first().inputValue(), 'Mã độc tống tiền ở phòng kế toán');
  await pressButton(w('form.save_mine'), dialog());
  await dialog().waitFor({ state: 'hidden' });
  assert.equal((await show()).title, 'Mã độc tống tiền ở phòng kế toán');
});

// What the story has shown once is done here without the screen.
async function finish(...phases) {
  for (const t of await list('tasks'))
    if (phases.includes(t.phase) && t.state === 'open') await api.ok('POST', `/tasks/${t.id}/done`, { note: 'Xong', without_approval: t.needs_approval });
}
async function advanceTo(state) {
  const title = (await show()).next.title;
  await page.getByRole('button', { name: title }).first().waitFor();
  await pressButton(title);
  await dialog().waitFor();
  const option = dialog().getByLabel(w('incident.option_chosen'));
  if (await option.count() && await option.first().inputValue() === '') await write(w('incident.option_chosen'), 'Cô lập, khôi phục từ bản sao lưu');
  const reason = dialog().getByLabel(w('incident.advance_reason'));
  if (await reason.count()) await write(w('incident.advance_reason'), 'Đã thống nhất');
  await submit();
  assert.equal((await show()).state, state);
}

test('the response goes through its steps to the check of the whole system', async () => {
  await tab('tong-quan');
  await finish('priority', 'identify');
  await advanceTo('option_selection');
  await finish('contain');
  await advanceTo('containment');
  await finish('identify', 'contain');
  await advanceTo('eradication');
  await finish('eradicate');
  await advanceTo('recovery');
  await finish('recover');
  await advanceTo('validation');
});

test('checks are answered, the response ends, review and action are written, the case closes', async () => {
  await tab('ket-thuc');
  const start = button(w('check.start'));
  await page.locator('.check').first().or(start).first().waitFor();
  if (await start.count()) await pressButton(w('check.start'));
  await page.locator('.check').first().waitFor();
  const checks = await list('checks');
  await reach(page.locator('.check input[type=radio]').first());
  await press('Space');
  await page.locator('.check.pass').first().waitFor();
  for (const c of checks.slice(1)) await api.ok('PATCH', `/checks/${c.id}`, { result: 'pass', note: 'Đã kiểm tra' });
  await finish('validate');
  await advanceTo('response_ended');
  await advanceTo('review');

  await finish('watch', 'review');
  await tab('ket-thuc');
  await reach(page.locator('section.card', { hasText: w('review.title') }).getByRole('button', { name: w('incident.edit_short') }));
  await press('Enter');
  for (const [name, text] of [['root_cause', 'Mở tệp đính kèm lạ'], ['went_well', 'Báo nhanh'], ['went_badly', 'Chưa có bản sao lưu ngoại tuyến'], ['damage', 'Dừng nửa ngày'], ['lessons', 'Sao lưu ngoại tuyến hằng ngày']]) {
    await reach(page.locator(`[data-field=${name}] textarea`).first());
    await type(text);
  }
  await press('Control+Enter');
  await page.getByText('Sao lưu ngoại tuyến hằng ngày').first().waitFor();
  await pressButton(w('action.add'));
  await write(w('action.what'), 'Mua ổ sao lưu ngoại tuyến');
  await choose(w('action.owner'), 'Hoàng Văn Chánh');
  await reach(button(w('time.pick_tomorrow'), dialog()));
  await press('Enter');
  await submit();
  for (const d of await list('duties')) if (!['sent', 'acknowledged', 'cancelled', 'superseded'].includes(d.state)) await api.ok('POST', `/duties/${d.id}/chase`, { note: 'Đã gửi công văn' });
  await advanceTo('closed');
  assert.match((await show()).seal, /^[0-9a-f]{64}$/);
  assert.equal((await new Person(server.url).ok('GET', `/reports/${code}`)).step, 5);
});

test('nothing was written into the console, no policy was broken', () => assert.deepEqual(me.faults, []));

test('on a telephone he takes a report with his thumb', async () => {
  await new Person(server.url).ok('POST', '/reports', { symptoms: ['phishing'], description: 'Thư lạ lúc đi đường', place: 'Tầng 1' });
  const phone = await visitor(browser, server.url, PHONE);
  phone.expect.push(/status of 401.*\/session/);
  await signIn(phone.page, data.login, data.password);
  await phone.page.locator('nav.rail a[href="/bao-cao"]').tap();
  const take = phone.page.getByRole('button', { name: w('reports.take') }).first();
  await take.waitFor();
  await noSideways(phone.page, 'inbox');
  assert.ok((await take.boundingBox()).height >= 30);
  await take.tap();
  await phone.page.waitForURL(/\/su-co\/SC-/);
  await phone.page.locator('.incident-head h1').waitFor();
  await rest(phone.page);
  await noSideways(phone.page, 'incident');
  assert.deepEqual(phone.faults, []);
  await phone.close();
});

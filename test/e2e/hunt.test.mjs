// SPDX-License-Identifier: Apache-2.0
// Logs of a machine go up in the browser, are hunted, and their answer is read inside the incident.
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test, { after } from 'node:test';
import { attackEvents, evtx } from '../suite/evtx.mjs';
import { DESK, axe, catalogue, launch, noSideways, signIn, until, visitor } from './browser.mjs';

// The programs stand in a folder of their own, so that another worker can take the real one's place.
const build = resolve(process.env.KHIEN_BUILD ?? 'build');
const bin = join(tmpdir(), `khien-hunt-e2e-${process.pid}`);
mkdirSync(bin);
for (const name of ['khien', 'khien-hunt', 'khien-worker', 'khien-verify']) copyFileSync(join(build, name), join(bin, name));
process.env.KHIEN_BUILD = bin;
const { YEAR, newData, person, serve } = await import('../suite/lib.mjs');
function putWorker(from) {
  copyFileSync(from, join(bin, 'next'));
  chmodSync(join(bin, 'next'), 0o755);
  renameSync(join(bin, 'next'), join(bin, 'khien-worker'));
}

const data = newData();
const server = await serve(data.dir);
const api = await person(server, data, data.login);
const browser = await launch();
after(async () => {
  await browser.close();
  await server.stop();
  rmSync(bin, { recursive: true, force: true });
});

const HUNTED = { timeout: 120000 }; // a hunt takes what the machine has
const words = catalogue('vi', 'hunt');
const w = (key, values = {}) => Object.entries(values).reduce((text, [k, v]) => text.replace(`{${k}}`, v), words[key]);
const incident = await api.ok('POST', '/incidents', { title: 'Máy kế toán bị nghi truy cập trái phép', take: true });
const { number } = await api.ok('GET', `/incidents/${incident.id}`);
const log = '198.51.100.2 - - [20/Nov/2026:09:00:00 +0700] "GET /tin-tuc HTTP/1.1" 200 4096 "-" "Mozilla/5.0"\n';
const files = [
  { name: 'Security.evtx', mimeType: 'application/octet-stream', buffer: evtx(attackEvents) },
  { name: 'access.log', mimeType: 'text/plain', buffer: Buffer.from(log.repeat(20000)) },
  { name: 'anh.png', mimeType: 'image/png', buffer: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, 9, 200]) },
];

const me = await visitor(browser, server.url, DESK);
const { page } = me;
me.expect.push(/status of 401.*\/session/);
const shows = (part) => until(async () => (await page.locator('.incident-body').innerText()).includes(part), part);
const shot = (name) => (process.env.KHIEN_SHOTS ? page.screenshot({ path: join(process.env.KHIEN_SHOTS, `${name}.png`), fullPage: true }) : null);

test('files are chosen, go up, and are hunted; the answer says what could not be seen', async () => {
  await signIn(page, data.login, data.password);
  await page.goto(`/su-co/${number}/san-tim`);
  await page.getByText(w('none'), { exact: true }).waitFor();
  await axe(page, 'hunt, before');
  await page.locator('.hunt-pick input').first().setInputFiles(files);
  await page.getByText('Security.evtx').waitFor();
  await page.getByRole('button', { name: w('drop_this', { name: 'anh.png' }) }).waitFor();
  await shot('hunt-chosen');
  await page.getByRole('button', { name: w('start'), exact: true }).click();
  await page.getByRole('heading', { name: w('result', { number: `ST-${YEAR}-0001` }) }).waitFor(HUNTED);
  for (const part of [w('gaps'), w('grave'), 'anh.png', 'Lệnh xóa bản sao bóng', 'PC-KT-07', w('level_critical')]) await shows(part);
  const hunt = (await api.ok('GET', `/incidents/${incident.id}/hunts`)).items[0];
  assert.equal(hunt.state, 'done');
  assert.equal(hunt.files, 3);
  assert.equal((await api.ok('GET', `/incidents/${incident.id}/evidence`)).items.length, 3);
  await axe(page, 'hunt, result');
  await shot('hunt-result');
});

test('the page stands in a frame that can do nothing', async () => {
  await page.getByRole('button', { name: w('page_show') }).click();
  const frame = page.frameLocator('iframe.hunt-page');
  await frame.getByText('Kết quả săn tìm trong nhật ký').first().waitFor();
  assert.equal(await page.locator('iframe.hunt-page').getAttribute('sandbox'), '');
  await shot('hunt-page');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: new RegExp(w('json')) }).click()]);
  assert.match(download.suggestedFilename(), /^ST-\d{4}-0001\.json$/);
  await page.getByRole('button', { name: w('page_hide') }).click();
});

test('by keyboard: a group opens and closes, a file field can be reached', async () => {
  await page.locator('table tbody tr').first().focus();
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog');
  await drawer.getByText(w('matched')).waitFor();
  await drawer.getByText(/vssadmin/).first().waitFor();
  await axe(page, 'hunt, one group');
  await shot('hunt-group');
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  await page.locator('.hunt-pick input').first().focus();
  const outline = await page.locator('.hunt-pick').first().evaluate((e) => getComputedStyle(e).outlineStyle);
  assert.equal(outline, 'solid', 'the focus is seen');
});

test('evidence that is there already is hunted again without a second copy', async () => {
  await page.locator('.hunt-held summary').click();
  await page.getByLabel(w('held_all')).check();
  await page.getByLabel(w('level')).first().click();
  await page.getByRole('option', { name: w('level_critical'), exact: true }).click();
  await page.getByRole('button', { name: w('start'), exact: true }).click();
  await page.getByRole('heading', { name: w('result', { number: `ST-${YEAR}-0002` }) }).waitFor(HUNTED);
  assert.equal((await api.ok('GET', `/incidents/${incident.id}/evidence`)).items.length, 3);
  const [second] = (await api.ok('GET', `/incidents/${incident.id}/hunts`)).items;
  assert.equal(second.detections, 1);
});

test('a stretch of time and indicators are asked for by keyboard, and told with the answer', async () => {
  const field = (key) => page.getByLabel(w(key), { exact: true });
  await page.locator('.hunt-more summary').focus();
  await page.keyboard.press('Enter');
  await field('from').fill('hôm nào');
  await page.keyboard.press('Tab');
  await page.getByLabel(w('held_all')).check();
  await page.getByText(w('held_chosen', { count: 3 })).first().waitFor();
  await until(() => page.getByRole('button', { name: w('start'), exact: true }).isDisabled(), 'a time that is none');
  await field('from').fill('07:00 20/11/2026');
  await field('to').fill('08:10 20/11/2026');
  await page.locator('input[type=file]').last().setInputFiles([{ name: 'tim.txt', mimeType: 'text/plain', buffer: Buffer.from('198.51.100.2\n203.0.113.7\n') }]);
  await until(async () => (await page.locator('.hunt-more textarea').first().inputValue()).includes('203.0.113.7'), 'the list is read');
  await shot('hunt-asked');
  await axe(page, 'hunt, what is asked');
  await page.getByRole('button', { name: w('start'), exact: true }).click();
  await page.getByRole('heading', { name: w('result', { number: `ST-${YEAR}-0003` }) }).waitFor(HUNTED);
  for (const part of [w('only'), '07:00 20/11/2026 – 08:10 20/11/2026', 'dấu hiệu nhập tay', 'Chỉ xét sự kiện từ 07:00 20/11/2026']) await shows(part);
  const [third] = (await api.ok('GET', `/incidents/${incident.id}/hunts`)).items;
  assert.equal(third.from_at, '2026-11-20T00:00:00.000Z');
  assert.equal((await api.ok('GET', `/hunts/${third.id}`)).lists_read.length, 1);
  await shot('hunt-asked-result');
  await page.setViewportSize({ width: 390, height: 844 });
  await noSideways(page, 'hunt, what is asked');
  await shot('hunt-asked-phone');
  await page.setViewportSize(DESK.viewport);
  await field('from').fill('');
  await field('to').fill('');
  await page.locator('.hunt-more textarea').first().fill('');
});

test('a folder: the JSON copy of an EVTX file stays out, and that is told', async () => {
  const dir = join(bin, 'thu-muc');
  mkdirSync(dir);
  writeFileSync(join(dir, 'May.evtx'), evtx(attackEvents));
  writeFileSync(join(dir, 'May.json'), '{"EventID":4625}\n');
  writeFileSync(join(dir, 'khac.json'), '{"EventID":4625}\n');
  await page.locator('.hunt-pick input').nth(1).setInputFiles(dir);
  await page.getByText('thu-muc/May.json').waitFor();
  await page.getByRole('button', { name: w('start'), exact: true }).click();
  await page.getByRole('heading', { name: w('result', { number: `ST-${YEAR}-0004` }) }).waitFor(HUNTED);
  const [h] = (await api.ok('GET', `/incidents/${incident.id}/hunts`)).items;
  assert.equal(h.files, 2);
  await until(async () => /1 tệp nằm cạnh nhật ký[^]*thu-muc\/May\.json/.test(await page.locator('.hunt-gaps').innerText()), 'the copy left out is told');
});

test('a hunt under way shows so, and stops when it is told to', async () => {
  putWorker(join(build, 'test/hostile-worker'));
  await page.locator('.hunt-pick input').first().setInputFiles([{ name: 'treo.log', mimeType: 'text/plain', buffer: Buffer.from('evil hang') }]);
  await page.getByRole('button', { name: w('start'), exact: true }).click();
  await page.getByText(w('state_running')).first().waitFor(HUNTED);
  await shot('hunt-running');
  await axe(page, 'hunt, under way');
  await page.getByRole('button', { name: w('cancel'), exact: true }).click();
  await page.getByText(w('was_cancelled')).waitFor();
  await page.locator('.hunt-pick input').first().setInputFiles([{ name: 'noi-doi.log', mimeType: 'text/plain', buffer: Buffer.from('evil level') }]);
  await page.getByRole('button', { name: w('start'), exact: true }).click();
  await page.getByText(/trả lời sai quy ước/).waitFor(HUNTED);
  await shot('hunt-failed');
  // A page in somebody else's hands: it is shown, and can do nothing.
  await page.locator('.hunt-pick input').first().setInputFiles([{ name: 'gia.log', mimeType: 'text/plain', buffer: Buffer.from('evil truth') }]);
  me.expect.push(/script.*sandboxed|sandboxed.*allow-scripts|Content.Security.Policy/i);
  await page.getByRole('button', { name: w('start'), exact: true }).click();
  await page.getByRole('heading', { name: w('result', { number: `ST-${YEAR}-0007` }) }).waitFor(HUNTED);
  let alerted = false;
  page.on('dialog', (d) => {
    alerted = true;
    void d.dismiss();
  });
  await page.getByRole('button', { name: w('page_show') }).click();
  await until(() => page.frames().some((f) => f !== page.mainFrame() && f.url().includes('/san-tim/')), 'the page is in its frame');
  await page.waitForTimeout(800);
  assert.equal(alerted, false, 'its script did not run');
  putWorker(join(build, 'khien-worker'));
});

test('on a telephone nothing is lost', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await page.locator('.hunts li button', { hasText: `ST-${YEAR}-0001` }).click();
  await page.getByRole('heading', { name: w('result', { number: `ST-${YEAR}-0001` }) }).waitFor();
  await noSideways(page, 'hunt');
  await axe(page, 'hunt, phone');
  await shot('hunt-phone');
});

test('in English it says the same', async () => {
  const en = catalogue('en', 'hunt');
  await page.setViewportSize(DESK.viewport);
  await page.evaluate(() => localStorage.setItem('khien.lang', 'en'));
  await api.call('PATCH', '/me', { lang: 'en' });
  await page.reload();
  await page.getByRole('heading', { name: en.all, exact: true }).or(page.getByRole('heading', { name: words.all, exact: true })).waitFor();
  assert.deepEqual(me.faults, []);
});

// SPDX-License-Identifier: Apache-2.0
// A colleague reports from a telephone: quickly, without JavaScript, without a network.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { newData, person, serve } from '../suite/lib.mjs';
import { PHONE, PHOTO, WORDS, axe, launch, meter, noSideways, until, visitor } from './browser.mjs';

const data = newData();
data.run('agency', 'set', '--hotline', '0900 000 001');
const server = await serve(data.dir);
const admin = await person(server, data, data.login);
const browser = await launch();
after(async () => {
  await browser.close();
  await server.stop();
});

const onPhone = (options = {}) => visitor(browser, server.url, { ...PHONE, ...options });
const reports = async (q) => (await admin.ok('GET', `/reports?state=all&q=${encodeURIComponent(q)}`)).items;
const codeOn = async (page) => (await page.locator('.code .big').innerText()).trim();

async function fill(page, { tiles, words, place }) {
  for (const id of tiles) await page.locator(`label.tile[for=s-${id}]`).tap();
  await page.locator('#description').fill(words);
  await page.locator('#where').fill(place);
}

test('she picks tiles, writes, attaches a photo and sends: thanks, code, number, cards', async () => {
  const { page, context, faults, close } = await onPhone();
  const wire = await meter(page);
  await page.goto('/bao-su-co');
  await axe(page, 'form');
  await noSideways(page, 'form');
  await fill(page, { tiles: ['ransom_note', 'files_changed'], words: 'Màn hình đòi tiền <b>đậm</b>', place: 'Phòng kế toán' });
  await page.locator('label.chip[for=w-today]').tap();
  await page.locator('#time').fill('00:01');
  await page.locator('#f').setInputFiles(PHOTO);
  await page.locator('#contact_name').fill('Ngô Thị Bình');
  await page.locator('#contact').fill('0912 345 678');
  await page.locator('.send button').tap();
  await page.waitForURL(/\/bao-su-co\/[0-9A-Z]{4}-[0-9A-Z]{4}\?moi=1$/);

  assert.equal(await page.locator('h1').innerText(), WORDS['page.status.thanks']);
  const code = await codeOn(page);
  assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  assert.equal(await page.locator('a.call').getAttribute('href'), 'tel:0900000001');
  assert.ok(await page.locator('.card.do li').count() >= 3);
  assert.ok(await page.locator('.card.dont li').count() >= 3);
  assert.equal(await page.locator('.steps li').count(), 5);
  assert.equal(await page.locator('.steps li[aria-current=step]').count(), 1);
  await axe(page, 'state of a report');
  await noSideways(page, 'state of a report');

  assert.deepEqual(await context.cookies(), []);
  assert.ok(wire.bytes > 0 && wire.bytes <= 60_000, `${wire.bytes} bytes: ${JSON.stringify(wire.files)}`);
  console.log(`# the whole story: ${wire.bytes} bytes in ${wire.files.length} answers`);
  assert.deepEqual(faults, []);

  const [kept] = await reports('Màn hình đòi tiền');
  assert.equal(kept.code, code);
  assert.deepEqual([...kept.symptoms].sort(), ['files_changed', 'ransom_note']);
  assert.equal(kept.description, 'Màn hình đòi tiền <b>đậm</b>');
  assert.equal(kept.contact_name, 'Ngô Thị Bình');
  assert.equal(kept.files, 1);
  const whole = await admin.ok('GET', `/reports/${code}/record`);
  assert.equal(whole.evidence[0].name, PHOTO.name);
  assert.equal(whole.evidence[0].size, PHOTO.buffer.length);
  await close();
});

test('nothing chosen and nothing written: the page says what is missing and keeps the rest', async () => {
  const { page, faults, expect, close } = await onPhone();
  expect.push(/status of 4\d\d/);
  await page.goto('/bao-su-co');
  await page.locator('#where').fill('Phòng một cửa');
  await page.locator('.send button').tap();
  await page.locator('[role=alert]').waitFor();
  assert.match(await page.locator('[role=alert]').innerText(), new RegExp(WORDS['page.form.not_sent']));
  assert.equal(await page.locator('#where').inputValue(), 'Phòng một cửa');
  await axe(page, 'refused form');
  assert.deepEqual(faults, []);
  await close();
});

test('without JavaScript the same is done, and answered', async () => {
  const { page, context, close } = await onPhone({ javaScriptEnabled: false });
  await page.goto('/bao-su-co');
  await fill(page, { tiles: ['phishing'], words: 'Thư mạo danh không có JavaScript', place: 'Văn phòng' });
  await page.locator('#f').setInputFiles(PHOTO);
  await page.locator('.send button').tap();
  await page.waitForURL(/\/bao-su-co\/.*moi=1/);
  const code = await codeOn(page);
  assert.ok(await page.locator('.card.do li').count() >= 3);

  await admin.ok('POST', `/reports/${code}/ask`, { text: 'Anh/chị đã bấm vào đường dẫn chưa?' });
  await page.goto(`/bao-su-co/${code.toLowerCase()}`);
  assert.match(await page.locator('.talk').innerText(), /đã bấm vào đường dẫn chưa\?/);
  await page.locator('noscript a.button, a.button').first().tap();
  await page.locator('#text').fill('Chưa bấm ạ.');
  await page.locator('.answer button').tap();
  await page.waitForURL((u) => !u.search.includes('nhan'));
  assert.match(await page.locator('.talk li.mine').innerText(), /Chưa bấm ạ\./);
  const told = (await admin.ok('GET', `/reports/${code}/record`)).messages;
  assert.deepEqual(told.map((m) => m.direction), ['out', 'in']);
  assert.deepEqual(await context.cookies(), []);
  await close();
});

test('without a network the report waits in the telephone and is sent exactly once', async () => {
  const words = 'Ngoại tuyến: tệp báo cáo đổi đuôi';
  const { page, context, faults, expect, close } = await onPhone();
  expect.push(/ERR_INTERNET_DISCONNECTED/);
  await page.goto('/bao-su-co');
  await context.setOffline(true);
  await fill(page, { tiles: ['files_changed'], words, place: 'Tầng 2' });
  await page.locator('#f').setInputFiles(PHOTO);
  await page.locator('.send button').tap();
  await page.locator('#say', { hasText: WORDS['page.script.offline'].slice(0, 20) }).waitFor();
  assert.equal((await reports(words)).length, 0);

  await context.setOffline(false);
  const link = page.locator('#say a[href*="/bao-su-co/"]');
  await link.waitFor();
  const code = (await link.innerText()).trim();
  for (let i = 0; i < 2; i++) {
    await page.reload();
    await page.waitForLoadState('networkidle');
  }
  const kept = await reports(words);
  assert.equal(kept.length, 1, 'exactly one report');
  assert.equal(kept[0].code, code);
  assert.equal(kept[0].files, 1);
  await until(async () => (await page.locator('#description').inputValue()) === '', 'nothing is left to send again');
  assert.deepEqual(faults, []);
  await close();
});

test('a draft survives closing the page', async () => {
  const { page, context, faults, close } = await onPhone();
  await page.goto('/bao-su-co');
  await fill(page, { tiles: ['phishing'], words: 'Đang ghi dở', place: 'Tầng 3' });
  await until(() => page.evaluate(() => localStorage.getItem('khien.draft')?.includes('Tầng 3')), 'the draft is kept');
  await page.close();
  const again = await context.newPage();
  await again.goto('/bao-su-co');
  await again.locator('#say').filter({ hasText: WORDS['page.script.draft'] }).waitFor();
  assert.equal(await again.locator('#description').inputValue(), 'Đang ghi dở');
  assert.ok(await again.locator('#s-phishing').isChecked());
  assert.deepEqual(faults, []);
  await close();
});

test('the administrator asks, the open page shows it, she answers; taken, the number goes', async () => {
  const { page, faults, close } = await onPhone();
  await page.goto('/bao-su-co');
  await fill(page, { tiles: ['ransom_note'], words: 'Hỏi đáp qua điện thoại', place: 'Tầng 4' });
  await page.locator('.send button').tap();
  await page.waitForURL(/moi=1/);
  const code = await codeOn(page);
  await admin.ok('POST', `/reports/${code}/ask`, { text: 'Máy còn cắm mạng không?' });
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
  await page.locator('.talk li.theirs', { hasText: 'Máy còn cắm mạng không?' }).waitFor({ timeout: 60000 });
  await page.locator('#text').fill('Đã rút dây mạng rồi ạ.');
  await page.locator('.answer button').tap();
  await page.locator('.talk li.mine', { hasText: 'Đã rút dây mạng rồi ạ.' }).waitFor();
  const kept = await admin.ok('GET', `/reports/${code}/record`);
  await admin.ok('POST', `/incidents/${kept.incident_id}/take`);
  await page.reload();
  assert.match(await page.locator('.steps li[aria-current=step]').innerText(), /Xác định/);
  assert.equal(await page.locator('a.call').count(), 0);
  await axe(page, 'state with messages');
  assert.deepEqual(faults, []);
  await close();
});

test('a code typed by hand finds the report; a wrong one is told kindly', async () => {
  const { page, close } = await onPhone();
  await page.goto('/bao-su-co');
  await page.locator('#ma').fill('zzzz zzzz');
  await page.locator('.lookup button').tap();
  await page.waitForURL(/\/bao-su-co\/ZZZZ-ZZZZ$/);
  assert.equal(await page.locator('h1').innerText(), WORDS['page.status.no_code']);
  await axe(page, 'no such code');
  await close();
});

test('the whole form is there in English', async () => {
  const { page, faults, close } = await onPhone({ locale: 'en-US' });
  await page.goto('/bao-su-co?lang=en');
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  const text = await page.locator('main').innerText();
  for (const [key, word] of Object.entries(WORDS))
    if (/^page\.form\./.test(key) && word.length > 8 && !word.includes('{')) assert.ok(!text.includes(word), `${key}: ${word}`);
  await axe(page, 'English form');
  assert.deepEqual(faults, []);
  await close();
});

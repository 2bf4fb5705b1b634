// SPDX-License-Identifier: Apache-2.0
// The director answers on a telephone through the one-time link.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { newData, person, serve } from '../suite/lib.mjs';
import { PHONE, WORDS, axe, launch, noSideways, until, visitor } from './browser.mjs';

const data = newData();
data.run('agency', 'set', '--hotline', '0900 000 001');
const server = await serve(data.dir);
const admin = await person(server, data, data.login);
const { id } = await admin.ok('POST', '/incidents', { title: 'Mã độc tống tiền trên máy kế toán', take: true });
const browser = await launch();
after(async () => {
  await browser.close();
  await server.stop();
});

const QUESTION = 'Cho phép ngắt máy chủ tệp 2 giờ?';
async function ask(more = {}) {
  const asked = await admin.ok('POST', `/incidents/${id}/directions`, {
    question: QUESTION, situation: 'Hai máy bị mã hóa.\nỔ dùng chung đang bị ghi.', cost: 'Dừng ổ chung 2 giờ.', if_not: 'Mất hồ sơ năm 2026.', asked: 'giamdoc', ...more,
  });
  return { ...asked, path: new URL(asked.link, server.url).pathname };
}
const state = async (d) => (await admin.ok('GET', `/incidents/${id}/directions`)).items.find((x) => x.id === d.id);
const onPhone = () => visitor(browser, server.url, PHONE);

test('one screen says what, why, what it costs; he approves with words and has a receipt', async () => {
  const asked = await ask({ due_at: new Date(Date.now() + 3600e3).toISOString() });
  const { page, context, faults, close } = await onPhone();
  await page.goto(asked.path);
  const text = await page.locator('main').innerText();
  for (const part of [QUESTION, 'Hai máy bị mã hóa.', 'Dừng ổ chung 2 giờ.', 'Mất hồ sơ năm 2026.', 'Lê Minh Giám', 'Mã độc tống tiền trên máy kế toán'])
    assert.ok(text.includes(part), part);
  assert.deepEqual(await page.locator('.three button').allInnerTexts(), [WORDS['page.answer.approve'], WORDS['page.answer.refuse'], WORDS['page.answer.other']]);
  for (const b of await page.locator('.three button').all()) assert.ok((await b.boundingBox()).height >= 44, 'big enough for a thumb');
  await axe(page, 'question');
  await noSideways(page, 'question');

  await page.locator('#words').fill('Đồng ý, làm ngay, xong báo tôi.');
  await page.locator('button[value=approve]').tap();
  await page.locator('.receipt').waitFor();
  const receipt = await page.locator('.receipt').innerText();
  for (const part of [WORDS['page.answer.approve'], 'Đồng ý, làm ngay, xong báo tôi.', 'Lê Minh Giám', WORDS['page.direction.told']]) assert.ok(receipt.includes(part), part);
  assert.match(receipt, /\d\d:\d\d \d\d\/\d\d\/\d{4}/);
  assert.equal(await page.locator('.three button').count(), 0);
  await axe(page, 'receipt');
  assert.deepEqual(await context.cookies(), []);
  assert.deepEqual(faults, []);

  const kept = await state(asked);
  assert.equal(kept.answer, 'approve');
  assert.equal(kept.words, 'Đồng ý, làm ngay, xong báo tôi.');
  assert.equal(kept.channel, 'link');
  await close();
});

test('the link used again says so and changes nothing', async () => {
  const asked = await ask();
  const { page, context, faults, expect, close } = await onPhone();
  expect.push(/status of 4\d\d/);
  const late = await context.newPage();
  await late.goto(asked.path);
  await page.goto(asked.path);
  await page.locator('button[value=refuse]').tap();
  await page.locator('.receipt').waitFor();
  await late.locator('button[value=approve]').tap();
  await late.locator('.receipt').waitFor();
  assert.ok((await late.locator('.receipt').innerText()).includes(WORDS['page.answer.refuse']));
  await page.goto(asked.path);
  assert.ok((await page.locator('.receipt').innerText()).includes(WORDS['page.direction.received']));
  assert.equal(await page.locator('.three button').count(), 0);
  assert.equal((await state(asked)).answer, 'refuse');
  assert.deepEqual(faults, []);
  await close();
});

test('another instruction needs words; what was chosen is not lost', async () => {
  const asked = await ask();
  const { page, faults, expect, close } = await onPhone();
  expect.push(/status of 422/);
  await page.goto(asked.path);
  await page.locator('button[value=other]').tap();
  await until(async () => (await page.locator('#words-wrong').innerText()).trim() === WORDS['page.direction.words_needed'], 'it says that words are needed');
  await axe(page, 'words needed');
  await page.locator('#words').fill('Chỉ ngắt sau 17 giờ.');
  await page.locator('button[value=other]').tap();
  await page.locator('.receipt').waitFor();
  const kept = await state(asked);
  assert.equal(kept.answer, 'other');
  assert.equal(kept.words, 'Chỉ ngắt sau 17 giờ.');
  assert.deepEqual(faults, []);
  await close();
});

test('a withdrawn question asks nothing; a wrong link says whom to call', async () => {
  const asked = await ask();
  await admin.ok('POST', `/directions/${asked.id}/withdraw`, { reason: 'Đã xong' });
  const { page, expect, faults, close } = await onPhone();
  expect.push(/status of 404/);
  await page.goto(asked.path);
  assert.equal(await page.locator('.three button').count(), 0);
  assert.match(await page.locator('main').innerText(), new RegExp(`${WORDS['page.direction.withdrawn'].slice(0, 20)}|${WORDS['page.direction.gone']}`));
  await axe(page, 'withdrawn');
  await page.goto(`${asked.path.slice(0, -3)}xyz`);
  assert.equal(await page.locator('h1').innerText(), WORDS['page.direction.gone']);
  assert.equal(await page.locator('a.call').getAttribute('href'), 'tel:0900000001');
  await axe(page, 'wrong link');
  assert.deepEqual(faults, []);
  await close();
});

test('it works without JavaScript', async () => {
  const asked = await ask();
  const { page, close } = await visitor(browser, server.url, { ...PHONE, javaScriptEnabled: false });
  await page.goto(asked.path);
  await page.locator('button[value=approve]').tap();
  await page.locator('.receipt').waitFor();
  assert.equal((await state(asked)).answer, 'approve');
  await close();
});

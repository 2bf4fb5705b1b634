// SPDX-License-Identifier: Apache-2.0
// An administrator and the alerts: seen by urgency, acknowledged by keyboard, muted with a look at what
// that hides, judged, put into an incident and taken out; a key for a program; on a desk and on a phone.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DESK, PHONE, axe, catalogue, launch, noSideways, open, rest, signIn, until, visitor } from './browser.mjs';
import { folder } from '../suite/lib.mjs';
import { scene } from './scene.mjs';

let browser, s;
before(async () => ([browser, s] = [await launch(), await scene()]));
after(async () => (await s?.stop(), await browser?.close()));

const say = (key) => catalogue('vi', key.split('.')[0])[key.slice(key.indexOf('.') + 1)];
async function inside(screen) {
  const me = await visitor(browser, s.server.url, screen);
  me.expect.push(/status of 401.*\/session/);
  await signIn(me.page, s.data.login, s.data.password);
  return me;
}
// Two keys count as one command only when they follow each other quickly, which a busy machine may prevent.
async function goBy(page, first, second, there) {
  await until(async () => {
    await page.keyboard.press(first);
    await page.keyboard.press(second);
    return there.waitFor({ timeout: 5000 }).then(() => true, () => false);
  }, `${first} ${second}`);
}
const rowsAre = (page, n) => until(async () => (await page.locator('main tbody tr').count()) === n, `${n} rows`);
const button = (page, key) => page.getByRole('button', { name: say(key), exact: true });
const dialog = (page) => page.getByRole('dialog');

test('the rail counts what is new; the list begins with the most urgent', async () => {
  const me = await inside(DESK);
  const { page } = me;
  await open(page, '/');
  const link = page.locator('nav.rail').getByRole('link', { name: new RegExp(say('frame.alerts')) });
  await link.filter({ hasText: '7' }).waitFor();
  await page.locator('main').getByText(say('today.alerts_urgent')).first().waitFor();
  await goBy(page, 'g', 'a', page.locator('main h1').filter({ hasText: say('frame.alerts') }));
  const rows = page.locator('main tbody tr');
  await rows.first().waitFor();
  assert.deepEqual((await rows.locator('td:nth-child(3)').allInnerTexts()), ['Xóa bản sao bóng của ổ đĩa', 'Dò mật khẩu SSH'], 'muted and judged ones are not there');
  await axe(page, 'groups');
  // Acknowledged by keyboard; the group stays, nothing of it is new.
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('a');
  await until(async () => !/6/.test(await page.locator('main tbody tr:nth-child(2) td:nth-child(5)').innerText()), 'acknowledged');
  await until(async () => /\b1\b/.test(await link.innerText()), 'the rail follows');
  // Enter opens the group one by one, and from there one alert.
  await page.keyboard.press('Enter');
  await page.waitForURL(/quy-tac=ssh-brute-force/);
  await rowsAre(page, 6);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/canh-bao.CB-/);
  assert.deepEqual(me.faults, []);
  await me.close();
});

test('a mute shows what it would hide while it is written, and hides just that', async () => {
  const me = await inside(DESK);
  const { page } = me;
  await open(page, '/canh-bao?quy-tac=ssh-brute-force&nguon=hunt');
  await rowsAre(page, 6);
  await page.keyboard.press('j');
  await page.keyboard.press('m');
  const box = dialog(page);
  const preview = box.locator('.would-hide');
  await preview.waitFor();
  await until(async () => /^.*\n+2 cảnh báo/.test(await preview.innerText()), 'what it would hide');
  await axe(page, 'mute');
  await box.getByLabel(say('alert.mute_host')).fill('MAY-CHU-*');
  await until(async () => /6 cảnh báo/.test(await preview.innerText()), 'the preview follows');
  await box.getByLabel(say('alert.mute_host')).fill('MAY-CHU-3');
  await until(async () => /2 cảnh báo/.test(await preview.innerText()), 'the preview follows');
  // Without a reason it stays open and says where.
  await box.getByRole('button', { name: say('alert.mute'), exact: true }).click();
  await box.getByText(say('form.required')).waitFor();
  await box.getByRole('textbox', { name: new RegExp(say('alert.mute_reason')) }).fill('Đợt kiểm thử đến hết tuần');
  await box.getByRole('button', { name: say('alert.mute'), exact: true }).click();
  await box.waitFor({ state: 'detached' });
  await rowsAre(page, 4);
  await open(page, '/canh-bao/tat-tieng');
  const mutes = page.locator('main li.mute');
  await until(async () => (await mutes.count()) === 2, 'two mutes');
  const mine = mutes.filter({ hasText: 'Đợt kiểm thử' });
  await axe(page, 'mutes');
  await mine.getByRole('button', { name: say('alert.unmute') }).click();
  await dialog(page).getByLabel(new RegExp(say('incident.reason'))).fill('Xong đợt kiểm thử');
  await dialog(page).getByRole('button', { name: say('alert.unmute') }).click();
  await until(async () => (await mutes.count()) === 1, 'one mute is left');
  await open(page, '/canh-bao?quy-tac=ssh-brute-force&nguon=hunt');
  await rowsAre(page, 6);
  assert.deepEqual(me.faults, []);
  await me.close();
});

test('one alert says its story; it goes into an incident with its signs and comes out with a reason', async () => {
  const me = await inside(DESK);
  const { page } = me;
  await open(page, `/canh-bao/${s.alert}`);
  const main = page.locator('main');
  for (const part of ['Xóa bản sao bóng của ổ đĩa', 'chạy vssadmin xóa bản sao bóng', 'CommandLine', 'tra-tien[.]example[.]com', 'Rút mạng máy này ngay', 'PB-01', 'Chưa ai kết luận'])
    await until(async () => (await main.innerText()).includes(part), part);
  await axe(page, 'one alert');
  await page.keyboard.press('o');
  await dialog(page).getByLabel(new RegExp(say('incidents.title'))).waitFor();
  await until(async () => /PC-KETOAN-03/.test(await dialog(page).getByLabel(new RegExp(say('incidents.title'))).inputValue()), 'the title of the alert');
  await until(async () => /Mã hóa/.test(await dialog(page).getByLabel(say('alert.playbook'), { exact: true }).first().inputValue()), 'the playbook of the rule');
  await dialog(page).getByRole('button', { name: say('incidents.open'), exact: true }).click();
  await page.waitForURL(/su-co.SC-/);
  const number = page.url().split('/').pop();
  await open(page, `/su-co/${number}/dau-hieu`);
  await main.getByText('203[.]0[.]113[.]7').first().waitFor();
  await open(page, `/su-co/${number}/dien-bien`);
  await main.getByText(new RegExp(`Đưa cảnh báo ${s.alert} vào sự cố`)).waitFor();
  await open(page, `/canh-bao/${s.alert}`);
  await button(page, 'alert.take_out').click();
  await dialog(page).getByLabel(new RegExp(say('incident.reason'))).fill('Nhầm máy');
  await dialog(page).getByRole('button', { name: say('alert.take_out'), exact: true }).click();
  await dialog(page).waitFor({ state: 'detached' });
  await main.getByText('Nhầm máy').waitFor();
  // Judged; the rule's figures follow at once.
  await page.keyboard.press('v');
  await dialog(page).getByText(catalogue('vi', 'enum')['verdict.true_positive'], { exact: true }).click();
  await dialog(page).getByRole('button', { name: say('alert.verdict_save') }).click();
  await dialog(page).waitFor({ state: 'detached' });
  await main.getByText(/1 kết luận/).waitFor();
  await open(page, '/canh-bao/quy-tac');
  const scan = main.locator('tbody tr').filter({ hasText: 'Quét cổng nội bộ' });
  await until(async () => new RegExp(`${say('alert.noisy')}[\\s\\S]*100%`).test(await scan.innerText()), 'the figures of the rule');
  await axe(page, 'rules');
  assert.deepEqual(me.faults, []);
  await me.close();
});

test('whole groups go into an incident by keyboard, all of them and at once; their files are evidence there', async () => {
  const { key } = await s.admin.ok('POST', '/keys', { name: 'thehive' });
  const post = (path, body) => fetch(s.server.url + path, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  for (const [rule, n] of [['R-one', 210], ['R-two', 3]])
    assert.equal((await post('/api/v1/alerts', Array.from({ length: n }, (_, i) => ({ source: 'mayquet', source_ref: `${rule}-${i}`, rule_id: rule, title: `Đợt quét ${rule}`, level: 'critical', host: `PC-${i % 4}` })))).status, 201);
  const hive = { type: 'external', source: 'Velociraptor', sourceRef: 'F.1', title: 'Mẫu lạ', description: 'x', severity: 4, tags: ['rule=R-file'], artifacts: [{ dataType: 'file', data: `mau-la.exe;application/octet-stream;${Buffer.from('mẫu').toString('base64')}` }] };
  assert.equal((await post('/api/alert', hive)).status, 201);
  const me = await inside(DESK);
  const { page } = me;
  await open(page, '/canh-bao?muc=critical');
  for (const rule of ['Đợt quét R-one', 'Đợt quét R-two', 'Mẫu lạ']) await page.locator('main tbody tr').filter({ hasText: rule }).locator('input[type=checkbox]').check();
  await page.locator('main h1').click();
  await rest(page);
  await page.keyboard.press('j');
  await page.keyboard.press('o');
  await dialog(page).getByText(/214 cảnh báo/).waitFor();
  await dialog(page).getByRole('button', { name: say('incidents.open'), exact: true }).click();
  await page.waitForURL(/su-co.SC-/);
  const number = page.url().split('/').pop();
  await open(page, `/su-co/${number}/dien-bien`);
  await page.getByText(/Đưa 214 cảnh báo vào sự cố/).waitFor();
  await page.getByText(/Đưa 1 tệp gửi kèm cảnh báo vào chứng cứ: mau-la\.exe/).waitFor();
  await open(page, `/su-co/${number}/chung-cu`);
  await page.getByText('mau-la.exe').first().waitFor();
  // The search: from anywhere, by a part of what is known.
  await page.keyboard.press('/');
  await page.keyboard.type('mau la');
  await page.keyboard.press('Enter');
  const hit = page.getByRole('list', { name: say('search.results') }).getByRole('link', { name: /CB-.*Mẫu lạ/ });
  await hit.waitFor();
  await axe(page, 'search');
  await page.getByRole('button', { name: say('search.only_incident') }).click();
  await until(async () => (await hit.count()) === 0, 'incidents only');
  await page.getByRole('button', { name: say('search.only_alert') }).click();
  await hit.click();
  await page.waitForURL(/canh-bao.CB-/);
  await page.getByRole('heading', { name: say('alert.files') }).waitFor();
  await page.getByText('mau-la.exe').first().waitFor();
  await page.getByRole('link', { name: /^CC-/ }).waitFor();
  await axe(page, 'alert with a file');
  assert.deepEqual(me.faults, []);
  await me.close();
});

test('a key is made in the browser, shown once, and sends an alert the list tells of', async () => {
  const me = await inside(DESK);
  const { page } = me;
  await open(page, '/quan-tri/khoa-api');
  await button(page, 'key.add').click();
  await dialog(page).getByLabel(new RegExp(say('key.name'))).fill('suricata-1');
  await dialog(page).getByRole('button', { name: say('key.add'), exact: true }).click();
  const key = await page.locator('main .mantine-Code-root').innerText();
  assert.match(key, /^khien_[0-9a-f]{64}$/);
  await axe(page, 'keys');
  await open(page, '/quan-tri/khoa-api');
  assert.ok(!(await page.content()).includes(key), 'once only');
  await open(page, '/canh-bao');
  const sent = await fetch(`${s.server.url}/api/v1/alerts/suricata`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ timestamp: new Date().toISOString(), flow_id: 7, event_type: 'alert', src_ip: '10.0.0.9', dest_ip: '203.0.113.8', alert: { signature_id: 9, signature: 'ET MALWARE <b>Beacon</b>', severity: 1, category: 'Malware' } }) });
  assert.equal(sent.status, 201);
  const fresh = page.locator('.new-rows');
  await fresh.waitFor({ timeout: 60000 }); // the list holds still until it is asked
  assert.equal(await page.locator('main tbody tr').filter({ hasText: 'Beacon' }).count(), 0);
  await fresh.click();
  await page.locator('main tbody tr').filter({ hasText: '<b>Beacon</b>' }).waitFor();
  assert.deepEqual(me.faults, []);
  await me.close();
});

test('long words of senders stay inside: on a desk nothing scrolls sideways, on a phone no fact of a row is out of sight', async () => {
  const word = `Win32/${'Agent_Tesla_CnC_'.repeat(8)}`;
  const file = join(folder(), 'dai.json');
  writeFileSync(file, JSON.stringify({ source: 'maydai', source_ref: '1', title: word, rule_id: word, detail: { link: `https://x.example/${'a'.repeat(200)}`, [`k${'e'.repeat(59)}y`]: 'v'.repeat(200) } }));
  const { number } = s.data.run('alert', 'add', file).items[0];
  const incident = s.data.run('alert', 'open', number).incident_number;
  writeFileSync(file, JSON.stringify({ source: 'maydai', source_ref: '2', title: word, rule_id: word }));
  s.data.run('alert', 'add', file);
  for (const size of [{ viewport: { width: 1280, height: 800 } }, { ...PHONE, viewport: { width: 390, height: 844 } }]) {
    const me = await inside(size);
    for (const path of [`/canh-bao/${number}`, `/su-co/${incident}`, '/canh-bao', '/canh-bao?gop=one', '/canh-bao/quy-tac']) {
      await open(me.page, path);
      await noSideways(me.page, path);
      const out = await me.page.locator('.table-wrap').evaluateAll((all) => all.map((e) => e.scrollWidth - e.clientWidth));
      if (size.viewport.width < 600) assert.ok(out.every((n) => n <= 0), `${path}: ${out} points out of sight`);
    }
    await me.close();
  }
});

test('on a phone all of it fits and can be done', async () => {
  const me = await inside({ ...PHONE, viewport: { width: 390, height: 844 } });
  const { page } = me;
  for (const path of ['/canh-bao', '/canh-bao?gop=one', `/canh-bao/${s.alert}`, '/canh-bao/quy-tac', '/canh-bao/tat-tieng']) {
    await open(page, path);
    await noSideways(page, path);
    await axe(page, `phone ${path}`);
  }
  await open(page, '/canh-bao?gop=one');
  await page.locator('main tbody tr input[type=checkbox]').first().check();
  await button(page, 'alert.verdict').first().click();
  await dialog(page).getByText(catalogue('vi', 'enum')['verdict.benign'], { exact: true }).click();
  await axe(page, 'verdict on a phone');
  await dialog(page).getByRole('button', { name: say('alert.verdict_save') }).click();
  await dialog(page).waitFor({ state: 'detached' });
  assert.deepEqual(me.faults, []);
  await me.close();
});

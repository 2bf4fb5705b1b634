// SPDX-License-Identifier: Apache-2.0
// Every main page, for everybody: axe in light and dark, wide and on a telephone,
// nothing sideways, no errors; either language whole; small; papers with their code.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test, { after } from 'node:test';
import { DESK, PHONE, axe, catalogue, go, launch, meter, noSideways, open, rest, signIn, until, visitor, wordsOn } from './browser.mjs';
import { scene } from './scene.mjs';

const s = await scene();
const browser = await launch();
after(async () => {
  await browser.close();
  await s.stop();
});

const report = (await s.admin.ok('GET', `/reports/${s.code}/record`)).number;
const PAGES = ['/', '/bao-cao', `/bao-cao/${report}`, '/su-co', '/thoi-han', '/tra-cuu?q=ke%20toan', '/tai-khoan',
  ...['', 'viec', 'dien-bien', 'pham-vi', 'dau-hieu', 'chung-cu', 'chi-dao', 'nghia-vu', 'van-ban', 'ho-tro', 'ket-thuc', 'nhat-ky'].map((t) => `/su-co/${s.number}/${t}`),
  ...['', 'den', 'noi-nhan', 'dinh-ky', s.paper, `${s.paper}?phan=gui`, `${s.paper}?phan=so-sanh`].map((t) => `/van-ban/${t}`), '/thoi-han/lich', '/canh-bao', '/canh-bao?gop=host', '/canh-bao?gop=one', '/canh-bao/quy-tac', '/canh-bao/tat-tieng', `/canh-bao/${s.alert}`, '/thoi-han/nghia-vu', '/so-lieu',
  ...['', '/so-sanh', '/cac-ban'].map((t) => `/quan-tri/phuong-an/ransomware${t}`),
  ...['nguoi-dung', 'phong', 'he-thong', 'phuong-an', 'quy-dinh', 'co-quan', 'cai-dat', 'phien', 'khoa-api', 'quy-tac', 'so-cai', 'in-an'].map((t) => `/quan-tri/${t}`)];

async function inside(screen, lang = 'vi') {
  const me = await visitor(browser, s.server.url, screen);
  me.expect.push(/status of 401.*\/session/); // "who am I", asked before signing in
  await s.admin.ok('PATCH', '/me', { lang });
  await signIn(me.page, s.data.login, s.data.password);
  return me;
}

// The same page in both schemes, without loading it twice.
async function bothSchemes(page, where) {
  for (const scheme of ['light', 'dark']) {
    await page.evaluate(async (v) => {
      document.documentElement.setAttribute('data-mantine-color-scheme', v);
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      for (const a of document.getAnimations()) if (a instanceof CSSTransition) a.finish(); // colours on their way are nobody's
    }, scheme);
    await axe(page, `${where}, ${scheme}`);
  }
}

// Words that mean the same in both catalogues, or that people and packs write too.
const FREE = /^(SHA-256|TLP|IP|URL|MD5|SHA-1|Webhook|Tiếng Việt|English|Khiên)$/;
function wordsOnlyIn(lang, other) {
  const words = new Map();
  for (const file of readdirSync(new URL(`../../web/src/words/${lang}/`, import.meta.url))) {
    const name = file.replace('.json', '');
    const mine = catalogue(lang, name), theirs = catalogue(other, name);
    for (const [key, word] of Object.entries(mine))
      if (word !== theirs[key] && !word.includes('{') && !FREE.test(word)) words.set(word, `${name}.${key}`);
  }
  for (const file of readdirSync(new URL(`../../web/src/words/${other}/`, import.meta.url)))
    for (const word of Object.values(catalogue(other, file.replace('.json', '')))) words.delete(word);
  return words;
}

// Codes are for machines: no bare "cyber_authority" or "op.session.open" among the words.
const CODE = /\b[a-z]{2,}_[a-z_]{2,}\b|^(op|err|page|timeline|enum)\.[a-z]/;
async function noCodes(page, path) {
  if (path === '/quan-tri/cai-dat') return; // settings show the names the command line knows
  const found = (await wordsOn(page)).filter((word) => CODE.test(word));
  assert.deepEqual([...new Set(found)], [], `${path} shows codes`);
}

async function strangeTo(lang) {
  const strange = wordsOnlyIn(lang === 'vi' ? 'en' : 'vi', lang);
  // What people wrote stays as they wrote it: their titles are those of offices.
  for (const u of (await s.admin.ok('GET', '/users')).items) strange.delete(u.title);
  // The choices of an official form are printed as they stand there.
  for (const f of (await s.admin.ok('GET', '/forms/mau-03')).fields) for (const c of f.choices) strange.delete(c.text);
  return strange;
}

async function noWordOf(strange, page, where) {
  const found = (await wordsOn(page)).filter((w) => strange.has(w)).map((w) => `${w} (${strange.get(w)})`);
  assert.deepEqual([...new Set(found)], [], `${where} mixes languages`);
}

for (const [size, screen] of [['1440 px', DESK], ['375 px', PHONE]])
  test(`every page at ${size}: axe in light and dark, nothing sideways, no errors`, async (t) => {
    const out = await visitor(browser, s.server.url, screen);
    await out.page.goto('/');
    await out.page.locator('input[autocomplete=username]').waitFor();
    await bothSchemes(out.page, 'signing in');
    await noSideways(out.page, 'signing in');
    await out.close();
    const me = await inside(screen);
    const strange = await strangeTo('vi');
    for (const path of PAGES)
      await t.test(path, async () => {
        await open(me.page, path);
        await noWordOf(strange, me.page, path);
        await noCodes(me.page, path);
        await noSideways(me.page, path);
        await bothSchemes(me.page, path);
        assert.deepEqual(me.faults.splice(0), []);
      });
    await me.close();
  });

const say = (lang, key) => catalogue(lang, key.split('.')[0])[key.slice(key.indexOf('.') + 1)];
for (const [size, screen] of [['1440 px', DESK], ['375 px', PHONE]])
  test(`dialogs at ${size}: axe in light and dark, the way out by Escape`, async (t) => {
    const me = await inside(screen);
    const { page } = me;
    const open1 = (key) => page.locator('main').getByRole('button', { name: say('vi', key), exact: true }).first().click();
    const DIALOGS = [
      ['/bao-cao', 'entering a report', () => open1('reports.enter')],
      ['/su-co', 'opening an incident', () => open1('incidents.open')],
      [`/su-co/${s.number}`, 'the questions', () => open1('incident.triage_again')],
      [`/su-co/${s.number}`, 'what is known', () => page.keyboard.press('e')],
      [`/su-co/${s.number}`, 'the next step', () => page.locator('.incident-head .mantine-Button-root').first().click()],
      [`/su-co/${s.number}/viec`, 'a task done', () => page.locator('[data-row] input[type=checkbox]').first().click()],
      [`/su-co/${s.number}/pham-vi`, 'scope', () => open1('scope.add')],
      [`/su-co/${s.number}/dau-hieu`, 'signs', () => open1('observable.extract')],
      [`/su-co/${s.number}/chung-cu`, 'evidence', () => open1('evidence.add')],
      [`/su-co/${s.number}/chi-dao`, 'a direction', () => open1('direction.ask')],
      [`/su-co/${s.number}/chi-dao`, 'a direction heard', () => open1('direction.record')],
      [`/su-co/${s.number}/nghia-vu`, 'a paper to draft', () => open1('duty.draft')],
      [`/su-co/${s.number}/nghia-vu`, 'no notification', () => open1('duty.none')],
      [`/su-co/${s.number}/nghia-vu`, 'personal data', () => open1('personal.record')],
      [`/su-co/${s.number}/ho-tro`, 'asking for support', () => open1('support.request')],
      [`/van-ban/${s.paper}?phan=gui`, 'a paper sent', () => open1('paper.send')],
      [`/van-ban/${s.paper}`, 'who signs', () => open1('paper.head')],
      ['/van-ban/den', 'an incoming paper', () => open1('incoming.add')],
      ['/van-ban/noi-nhan', 'a recipient', () => open1('contact.add')],
      [`/canh-bao/${s.alert}`, 'a mute', () => open1('alert.mute')],
      [`/canh-bao/${s.alert}`, 'a verdict', () => open1('alert.verdict')],
      [`/canh-bao/${s.alert}`, 'an incident out of it', () => open1('incidents.open')],
      ['/quan-tri/khoa-api', 'a key', () => open1('key.add')],
      ['/', 'keys', () => page.keyboard.press('?')],
    ];
    let at = ''; // where a dialog was closed as it should be: the next one may open there
    for (const [path, name, ask] of DIALOGS)
      await t.test(name, async () => {
        if (path !== at) await open(page, path);
        at = '';
        await ask();
        await page.getByRole('dialog').waitFor();
        await rest(page);
        await bothSchemes(page, name);
        await noSideways(page, name);
        if (process.env.KHIEN_PICTURES) await page.screenshot({ path: `${process.env.KHIEN_PICTURES}/${name.replaceAll(' ', '-')}-${size.slice(0, -3)}.png` });
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'hidden' });
        assert.deepEqual(me.faults.splice(0), []);
        at = path;
      });
    await me.close();
  });

async function lastColumn(page, path, spare) {
  await open(page, path);
  // Times grow as they pass: the longest there are.
  await page.locator('main time').evaluateAll((all) => all.forEach((e) => { e.textContent = '3 ngày 23 giờ trước'; }));
  const parts = await page.locator(spare).evaluateAll((all) => all.map((e) => ({ text: e.textContent, over: e.scrollWidth - e.clientWidth,
    max: getComputedStyle(e).maxWidth })));
  assert.ok(parts.length > 0);
  for (const p of parts) assert.ok(p.over <= 0 && !p.max.endsWith('px'), `${path}: ${JSON.stringify(p)}`);
}

test('lists have their last column in sight, and long words their line', async () => {
  const wide = ['/su-co', '/canh-bao', '/canh-bao?gop=host', '/canh-bao?gop=one', '/canh-bao/quy-tac', '/thoi-han', '/van-ban', '/van-ban/den', '/van-ban/noi-nhan',
    ...['pham-vi', 'dau-hieu', 'chung-cu', 'van-ban'].map((tab) => `/su-co/${s.number}/${tab}`)];
  for (const [screen, paths, spare] of [[DESK, wide, '.table-wrap'], [PHONE, ['/su-co'], 'table.list td.short']]) {
    const me = await inside(screen);
    for (const path of paths) await lastColumn(me.page, path, spare);
    await me.close();
  }
});

test('dark is chosen from the menu, and kept', async () => {
  const me = await inside(DESK);
  await me.page.locator('.top button').last().click();
  await me.page.getByRole('menuitem', { name: catalogue('vi', 'frame').dark }).click();
  await me.page.reload();
  await me.page.locator('html[data-mantine-color-scheme=dark]').waitFor();
  await until(async () => {
    const back = await me.page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
    return Math.max(...back.slice(0, 3)) < 60;
  }, 'dark means dark');
  await me.close();
});

test('on a telephone the rail is a bar at the bottom', async () => {
  const me = await inside(PHONE);
  const box = await me.page.locator('nav.rail').boundingBox();
  assert.ok(box.y + box.height >= PHONE.viewport.height - 1 && box.y > PHONE.viewport.height / 2, JSON.stringify(box));
  assert.ok(box.width >= PHONE.viewport.width - 1);
  await me.close();
});

test('in English every page is English', async (t) => {
  const me = await inside(DESK, 'en');
  const strange = await strangeTo('en');
  await open(me.page, '/');
  for (const path of PAGES)
    await t.test(path, async () => {
      // Above each was loaded by its address; here they are gone to, as by a link.
      if (path !== '/') await go(me.page, path);
      await me.page.locator('html[lang=en]').waitFor();
      await noWordOf(strange, me.page, path);
    });
  await s.admin.ok('PATCH', '/me', { lang: 'vi' });
  await me.close();
});

test('the language is changed from the menu, and kept', async () => {
  const me = await inside(DESK);
  const { page } = me;
  await page.locator('.top button').last().click();
  await page.getByRole('menuitem', { name: 'English' }).click();
  await page.locator('h1', { hasText: catalogue('en', 'frame').today }).waitFor();
  await page.reload();
  await page.locator('h1', { hasText: catalogue('en', 'frame').today }).waitFor();
  await page.locator('html[lang=en]').waitFor();
  await s.admin.ok('PATCH', '/me', { lang: 'vi' });
  assert.deepEqual(me.faults, []);
  await me.close();
});

test('the first route of the signed-in app comes in 300 kB', async () => {
  const me = await inside(DESK);
  const wire = await meter(me.page);
  await open(me.page, '/');
  const sum = wire.files.filter((f) => /\.(js|css)$|\/$/.test(new URL(f.url).pathname)).reduce((n, f) => n + f.bytes, 0);
  console.log(`# first route: ${sum} bytes`);
  assert.ok(sum > 50_000 && sum <= 300_000, JSON.stringify(wire.files));
  await me.close();
});

test('papers print: QR codes that are drawn, the agency on top, nothing of the frame', async () => {
  const me = await inside(DESK);
  const { page } = me;
  for (const path of ['/in/to-dan', '/in/phieu', `/in/ban-giao/${s.custody}`, '/in/phuong-an/ransomware', `/in/nhat-ky/${s.number}`]) {
    await page.goto(path);
    await page.emulateMedia({ media: 'print' });
    assert.ok((await page.locator('body').innerText()).length > 200, path);
    assert.equal(await page.locator('nav.rail').count(), 0, path);
    if (await page.locator('.tools').count()) assert.ok(!await page.locator('.tools').isVisible(), `${path} prints its buttons`);
    assert.match(await page.locator('body').innerText(), /Sở Mẫu tỉnh Ví Dụ/i, path);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    assert.ok(pdf.length > 5000, path);
    await page.emulateMedia({ media: 'screen' });
    await axe(page, path);
  }
  await page.goto('/in/to-dan');
  const qr = page.locator('figure svg');
  assert.ok((await qr.boundingBox()).width > 150);
  assert.ok(await qr.locator('path,rect').count() > 0);
  assert.deepEqual(me.faults, []);
  await me.close();
});

test('public pages by a wide screen: axe, nothing sideways', async () => {
  const me = await visitor(browser, s.server.url, DESK);
  for (const path of ['/bao-su-co', `/bao-su-co/${s.code}`, `/y-kien/${s.token}`]) {
    await me.page.goto(path);
    await axe(me.page, path);
    await noSideways(me.page, path);
  }
  assert.deepEqual(me.faults, []);
  await me.close();
});

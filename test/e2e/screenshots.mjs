// SPDX-License-Identifier: Apache-2.0
// Pictures of the main pages into build/screenshots, to be looked at; those of the
// README are refreshed in doc/picture.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD } from '../suite/lib.mjs';
import { DESK, PHONE, launch, signIn, visitor } from './browser.mjs';
import { scene } from './scene.mjs';

const OUT = join(BUILD, 'screenshots');
const KEPT = { 'incident-1440-light': 'incident', 'today-1440-light': 'today', 'report-375-light': 'report-phone' };
const LIMIT = 300_000; // bytes of a picture that is kept in the repository

mkdirSync(OUT, { recursive: true });
mkdirSync('doc/picture', { recursive: true });
const only = process.argv[2];
const s = await scene();
const browser = await launch();

const inside = [
  ['today', '/'], ['reports', '/bao-cao'], ['report-detail', `/bao-cao/${(await s.admin.ok('GET', `/reports/${s.code}/record`)).number}`], ['incidents', '/su-co'], ['incident', `/su-co/${s.number}`],
  ...['viec', 'dien-bien', 'pham-vi', 'dau-hieu', 'chung-cu', 'chi-dao', 'nghia-vu', 'van-ban', 'ho-tro', 'ket-thuc', 'nhat-ky'].map((t) => [`incident-${t}`, `/su-co/${s.number}/${t}`]),
  ['paper', `/van-ban/${s.paper}`], ['paper-sent', `/van-ban/${s.paper}?phan=gui`], ['papers', '/van-ban'], ['incoming', '/van-ban/den'], ['contacts', '/van-ban/noi-nhan'], ['periodic', '/van-ban/dinh-ky'],
  ['deadlines', '/thoi-han'], ['calendar', '/thoi-han/lich'], ['duties', '/thoi-han/nghia-vu'], ['figures', '/so-lieu'], ['playbook-edit', '/quan-tri/phuong-an/ransomware'], ['search', '/tra-cuu?q=ke%20toan'], ['account', '/tai-khoan'],
  ...['nguoi-dung', 'phong', 'he-thong', 'phuong-an', 'quy-dinh', 'co-quan', 'cai-dat', 'phien', 'so-cai', 'in-an'].map((t) => [`admin-${t}`, `/quan-tri/${t}`]),
];
const outside = [
  ['form', '/bao-su-co'], ['report', `/bao-su-co/${s.fresh}?moi=1`], ['report-answered', `/bao-su-co/${s.code}`], ['direction', `/y-kien/${s.token}`],
  ['poster', '/in/to-dan'], ['slip', '/in/phieu'],
];
const prints = [['transfer', `/in/ban-giao/${s.custody}`], ['playbook', '/in/phuong-an/ransomware'], ['log', `/in/nhat-ky/${s.number}`]];

async function shoot(page, name, path, whole) {
  if (only && !name.includes(only)) return;
  await page.goto(path);
  await page.waitForLoadState('networkidle').catch(() => {});
  const file = join(OUT, `${name}.png`);
  await page.screenshot({ path: file, fullPage: whole });
  const kept = KEPT[name];
  if (!kept) return;
  const { width, height } = page.viewportSize();
  const picture = `doc/picture/${kept}.png`;
  await page.screenshot({ path: picture, clip: { x: 0, y: 0, width, height: Math.min(height, 800) } });
  if (statSync(picture).size > LIMIT) throw new Error(`${picture} is larger than ${LIMIT} bytes`);
}

for (const [size, screen] of [['1440', DESK], ['375', { ...PHONE, deviceScaleFactor: 1 }]]) {
  for (const scheme of ['light', 'dark']) {
    const me = await visitor(browser, s.server.url, { ...screen, colorScheme: scheme });
    await me.context.addInitScript((v) => localStorage.setItem('mantine-color-scheme-value', v), scheme);
    if (!only || 'sign-in'.includes(only)) await shoot(me.page, `sign-in-${size}-${scheme}`, '/', false);
    await signIn(me.page, s.data.login, s.data.password);
    for (const [name, path] of inside) await shoot(me.page, `${name}-${size}-${scheme}`, path, size === '375');
    if (scheme === 'light') for (const [name, path] of [...outside, ...prints]) await shoot(me.page, `${name}-${size}-light`, path, size === '375' && name !== 'report' || size !== '375');
    if (me.faults.length) console.log(`# ${size} ${scheme}:\n${me.faults.join('\n')}`);
    await me.close();
  }
}
await browser.close();
await s.stop();
console.log(`${OUT}`);

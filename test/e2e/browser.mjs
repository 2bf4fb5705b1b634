// SPDX-License-Identifier: Apache-2.0
// browser.mjs: Debian's Chromium for the stories: people with a screen, what they
// may not see (errors of console and policy), axe, and bytes over the wire.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const PATIENCE = 30000; // ms, for a machine that has other work; what is there sooner is taken sooner

export const PHONE = { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
export const DESK = { viewport: { width: 1440, height: 900 } };

export const WORDS = JSON.parse(readFileSync(new URL('../../packs/words/vi/page.json', import.meta.url)));

// The words of the browser app, as flat "file.key".
export function catalogue(lang, name) {
  const file = new URL(`../../web/src/words/${lang}/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file));
}

export function launch() {
  return chromium.launch({
    timeout: 4 * PATIENCE,
    executablePath: process.env.KHIEN_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
  });
}

const underWay = new WeakMap(); // page to its requests without an answer

// How many wheels turn once the page has drawn and has nothing else to do.
const wheels = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() =>
  requestIdleCallback(() => done(document.querySelectorAll('.mantine-Loader-root').length)))));

/** The page has come to rest: nothing is asked of the server, no wheel turns, and so it is each time it was idle. */
export async function rest(page) {
  await page.waitForLoadState();
  const asked = underWay.get(page);
  let quiet = 0;
  for (const end = Date.now() + PATIENCE; quiet < 4; await new Promise((done) => setTimeout(done, 60))) {
    const turning = await wheels(page);
    quiet = asked.size === 0 && turning === 0 ? quiet + 1 : 0;
    assert.ok(Date.now() < end, `${page.url()} comes to rest: ${[...asked].map((r) => r.url())}`);
  }
}

/** Goes to a page of the app and waits until it stands there whole. */
export async function open(page, path) {
  await page.goto(path);
  await page.locator('main h1').first().waitFor();
  await rest(page);
}

/** Goes to another page of the app inside the app, as a link does: the document stays, what it shows does not. */
export async function go(page, path) {
  const shown = async () => (await page.locator('main, [role=dialog]').allInnerTexts()).join('\n');
  const before = await shown();
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await until(async () => (await shown()) !== before, `${path} shows something else than the page before it`);
  await page.locator('main h1').first().waitFor();
  await rest(page);
}

/*
 * One person with one screen.  faults collects what must not happen: console
 * errors, exceptions, blocked by policy.  A refusal the story means to meet
 * (a 409 the browser writes into its console) is named in `expect`.
 */
export async function visitor(browser, url, options = {}) {
  const context = await browser.newContext({ baseURL: url, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh', reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const faults = [];
  const expect = [];
  const watch = (p) => {
    const asked = new Set();
    underWay.set(p, asked);
    p.on('request', (r) => asked.add(r));
    p.on('requestfinished', (r) => asked.delete(r));
    p.on('requestfailed', (r) => asked.delete(r));
    // What the document before this one was still waiting for is nobody's.
    p.on('response', (r) => r.request().isNavigationRequest() && r.frame() === p.mainFrame() && asked.clear());
    p.on('console', (m) => {
      if (m.type() !== 'error' && !/Content.Security.Policy/i.test(m.text())) return;
      const text = `${m.text()} (${m.location().url})`;
      if (!expect.some((e) => e.test(text))) faults.push(text);
    });
    p.on('pageerror', (e) => faults.push(String(e.stack ?? e)));
  };
  context.setDefaultTimeout(PATIENCE);
  context.on('page', watch);
  watch(page);
  return { context, page, faults, expect, close: () => context.close() };
}

// Counts what comes over the wire, heads included.
export async function meter(page) {
  const cdp = await page.context().newCDPSession(page);
  const counted = { bytes: 0, files: [] };
  const urls = new Map();
  await cdp.send('Network.enable');
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  cdp.on('Network.responseReceived', (e) => urls.set(e.requestId, e.response.url));
  cdp.on('Network.loadingFinished', (e) => {
    counted.bytes += e.encodedDataLength;
    counted.files.push({ url: urls.get(e.requestId) ?? '', bytes: e.encodedDataLength });
  });
  return counted;
}

// WCAG 2 A and AA, every rule axe has for them.
export async function axe(page, where) {
  // Past the content policy, which would refuse a script of ours; once a document.
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const r = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
    return r.violations.map((v) => `${v.id}: ${v.help}\n` + v.nodes.slice(0, 4).map((n) => `   ${n.target.join(' ')} ${n.html.slice(0, 140)}\n     ${n.failureSummary.replace(/\n/g, ' ').slice(0, 220)}`).join('\n'));
  });
  assert.deepEqual(found, [], `${where}:\n${found.join('\n')}`);
}

export async function noSideways(page, where) {
  const { width } = page.viewportSize();
  const over = await page.evaluate((max) => {
    if (document.documentElement.scrollWidth <= max) return [];
    const held = (e) => { // by a part that scrolls by itself
      for (let p = e.parentElement; p; p = p.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX)) return true;
      return false;
    };
    const wide = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > max + 1 && !held(e));
    return [`${document.documentElement.scrollWidth} points`, ...wide.slice(0, 6).map((e) => `${e.tagName.toLowerCase()}.${e.getAttribute('class')}`)];
  }, width);
  assert.deepEqual(over, [], `${where} scrolls sideways`);
}

// What stands on the page for eyes and readers: text nodes and named attributes. Commands to be typed,
// which are code, apart.
export function wordsOn(page) {
  return page.evaluate(() => {
    const out = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      const parent = n.parentElement;
      if (parent.closest('script,style,noscript,code') || !parent.checkVisibility?.({ checkOpacity: false })) continue;
      if (n.data.trim()) out.push(n.data.trim());
    }
    for (const e of document.querySelectorAll('[aria-label],[placeholder],[title]'))
      for (const name of ['aria-label', 'placeholder', 'title']) if (e.getAttribute(name)) out.push(e.getAttribute(name).trim());
    return out;
  });
}

// A photograph as a telephone makes one: a real PNG of 2 × 2 points.
export const PHOTO = {
  name: 'ảnh màn hình.png',
  mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFElEQVR4nGM4wcDAwHAChP7//w8AGlgFVucMUFYAAAAASUVORK5CYII=', 'base64'),
};

/** Asks found() again and again until it answers something true, and gives that back; after half a minute the test fails with what was waited for.
 *  Unlike page.waitForFunction it evaluates nothing inside the page, where the policy (no unsafe-eval) forbids it. */
export async function until(found, what) {
  for (const end = Date.now() + PATIENCE; ; await new Promise((done) => setTimeout(done, 60))) {
    const it = await found();
    if (it) return it;
    assert.ok(Date.now() < end, what);
  }
}

export async function signIn(page, login, password) {
  await page.goto('/');
  await page.locator('input[autocomplete=username]').fill(login);
  await page.locator('input[autocomplete=current-password]').fill(password);
  await page.keyboard.press('Enter');
  await page.locator('nav.rail').waitFor();
}

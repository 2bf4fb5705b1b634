// SPDX-License-Identifier: Apache-2.0
// Documents as they are laid out: every form as PDF, DOCX, HTML and text; LibreOffice reads the DOCX as Khiên's own PDF says.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { BUILD, KHIEN, folder } from './lib.mjs';
import { Renderer, forms, paper, request, sample } from './paper.mjs';

const SANITIZED = BUILD.endsWith('-san');
const dir = folder('khien-layout-');
const renderer = new Renderer();
after(() => renderer.stop());
const form = (id) => forms.find((f) => f.id === id);
const MM = 72 / 25.4;

function run(command, args, options = {}) {
  const r = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 180000, ...options });
  assert.equal(r.status, 0, `${command} ${args.join(' ')}: ${r.error ?? r.stderr}`);
  return r.stdout;
}

async function made(f, format, more) {
  const { head, bytes } = await renderer.ask(request(f, format, more));
  assert.equal(head.error, undefined, `${f.id} ${format}: ${JSON.stringify(head.error)}`);
  return { head, bytes };
}

function file(name, bytes) {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return path;
}

const textOf = (pdf) => run('pdftotext', ['-raw', pdf, '-']);
const part = (docx, name) => run('unzip', ['-p', docx, name]);

// Words with their places, in points from the top left: [{ page, x1, y1, x2, y2, text }].
function words(pdf) {
  const out = [];
  let page = 0;
  for (const m of run('pdftotext', ['-bbox', pdf, '-']).matchAll(/<page |<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<\/word>/g)) {
    if (m[0].startsWith('<page')) page++;
    else out.push({ page, x1: +m[1], y1: +m[2], x2: +m[3], y2: +m[4], text: m[5] });
  }
  return out;
}

// The words both say, whatever the order of columns and where lines and pages end.
function bag(text) {
  const count = new Map();
  for (const w of text.normalize('NFC').replace(/[\u00a0\f]/g, ' ').replace(/(\.{3,}|…+)/g, ' ').split(/\s+/))
    if (w !== '' && !/^\d{1,3}$/.test(w)) count.set(w, (count.get(w) ?? 0) + 1);
  return count;
}

// XML as a reader must see it: tags in pairs, nothing that XML 1.0 forbids.
function wellFormed(xml, what) {
  const open = [];
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/, `${what}: a character XML does not have`);
  const rest = xml.replace(/<\?xml[^>]*\?>|<(\/?)([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>/g, (all, close, name, _, empty) => {
    if (all.startsWith('<?')) return '';
    if (close) assert.equal(open.pop(), name, `${what}: </${name}>`);
    else if (!empty) open.push(name);
    return '';
  });
  assert.deepEqual(open, [], `${what}: left open`);
  assert.doesNotMatch(rest, /[<>]/, `${what}: a stray < or >`);
  assert.doesNotMatch(rest, /&(?!(amp|lt|gt|quot|#\d+);)/, `${what}: a stray &`);
}

test('every form, all filled: no gap, no slot left, fonts embedded, NFC, a title', async () => {
  assert.ok(forms.length >= 20);
  for (const f of forms) {
    const { head, bytes } = await made(f, 'pdf');
    const path = file(`${f.id}.pdf`, bytes);
    const text = textOf(path);
    assert.deepEqual(head.gaps, [], f.id);
    assert.equal(text, text.normalize('NFC'), `${f.id}: not NFC`);
    assert.doesNotMatch(text, /\{[a-z_.]+|\[thiếu/, f.id);
    assert.ok(text.length > 200, `${f.id}: ${text}`);
    const info = run('pdfinfo', [path]);
    assert.match(info, /^Title: {2,}\S/m, f.id);
    assert.match(info, /^Page size: +(595|841)\.\d+ x/m, f.id);
    const fonts = run('pdffonts', [path]).trim().split('\n').slice(2);
    assert.ok(fonts.length > 0 && fonts.every((l) => / yes yes yes +\d+ +0$/.test(l)), `${f.id}: ${fonts.join('\n')}`);
    assert.ok(fonts.every((l) => /^[A-Z]{6}\+(LiberationSerif|DejaVuSans)/.test(l)), fonts.join('\n'));
    const txt = (await made(f, 'txt')).bytes.toString();
    assert.doesNotMatch(txt, /<|\{[a-z_.]+/);
  }
});

test('LibreOffice reads each DOCX as the same words and tables', { skip: SANITIZED && 'LibreOffice reads the same bytes again' }, async () => {
  const folderOf = join(dir, 'docx');
  mkdirSync(folderOf);
  for (const f of forms) writeFileSync(join(folderOf, `${f.id}.docx`), (await made(f, 'docx')).bytes);
  run('soffice', [`-env:UserInstallation=file://${dir}/lo`, '--headless', '--convert-to', 'pdf:writer_pdf_Export', '--outdir', folderOf,
    ...forms.map((f) => join(folderOf, `${f.id}.docx`))]);
  for (const f of forms) {
    const own = bag(textOf(file(`${f.id}.own.pdf`, (await made(f, 'pdf')).bytes)));
    const theirs = bag(textOf(join(folderOf, `${f.id}.pdf`)));
    const heads = new Set((f.fields ?? []).flatMap((x) => (x.columns ?? []).flatMap((c) => [c.label.vi ?? c.label, x.rows_label?.vi ?? x.rows_label ?? ''])).concat('STT').join(' ').split(/\s+/));
    for (const [w, n] of own) if (!heads.has(w)) assert.equal(theirs.get(w) ?? 0, n, `${f.id}: “${w}” in LibreOffice`);
    for (const w of theirs.keys()) assert.ok(own.has(w), `${f.id}: “${w}” only in LibreOffice`);
    const xml = part(join(folderOf, `${f.id}.docx`), 'word/document.xml');
    const tables = [...xml.matchAll(/<w:tbl>(?:(?!<w:tbl>).)*?<\/w:tbl>/gs)].map((m) => m[0]);
    for (const t of (f.fields ?? []).filter((x) => x.type === 'table' && f.body.some((b) => b.table === x.id))) {
      const label = t.columns[0].label.vi ?? t.columns[0].label;
      const rows = 1 + (t.rows?.length ?? 3);
      const found = tables.filter((x) => x.includes('<w:tblHeader/>') && x.includes(`>${label}<`));
      assert.ok(found.some((x) => x.match(/<w:tr>/g).length === rows), `${f.id}: no table ${t.id} with a header row and ${rows} rows`);
    }
  }
});

test('a DOCX is a clean document: styles, lists, a page number in the header, well-formed parts', async () => {
  const f = form('cover-cv');
  const docx = file('clean.docx', (await made(f, 'docx', { document: { ...paper, urgency: 'HOA_TOC', authority: 'KT', signer_title: 'Phó Giám đốc' } })).bytes);
  const names = run('unzip', ['-Z1', docx]).trim().split('\n');
  for (const n of names) wellFormed(part(docx, n.replace('[', '\\[')), n);
  const xml = part(docx, 'word/document.xml'), styles = part(docx, 'word/styles.xml');
  for (const s of new Set([...xml.matchAll(/<w:(?:pStyle|tblStyle) w:val="(\w+)"/g)].map((m) => m[1]))) assert.match(styles, new RegExp(`w:styleId="${s}"`));
  assert.match(styles, /w:ascii="Times New Roman"/);
  assert.match(xml, /<w:titlePg\/>/);
  assert.match(xml, /w:top="1134" w:right="850" w:bottom="1134" w:left="1701"/);
  assert.match(part(docx, 'word/header1.xml'), /w:jc w:val="center".* PAGE /s);
  assert.match(xml, /<w:numId w:val="1"\/>/, 'Nơi nhận is a list');
  assert.match(xml, /HỎA TỐC/);
  assert.match(part(docx, 'docProps/core.xml'), /2026-06-08T17:00:00Z/);
});

test('NĐ 30: margins, number and date on one line, signature level with Nơi nhận, page numbers', async () => {
  const f = form('bao-cao-dien-bien');
  const w = words(file('nd30.pdf', (await made(f, 'pdf')).bytes));
  const at = (text, page) => w.find((x) => x.text === text && (page === undefined || x.page === page));
  for (const x of w) {
    assert.ok(x.x1 >= 30 * MM - 1 && x.x2 <= (210 - 15) * MM + 1, `${x.text} at ${x.x1}..${x.x2}`);
    assert.ok(x.y2 <= (297 - 20) * MM + 2, `${x.text} below the margin`);
  }
  assert.ok(Math.abs(at('Số:').y2 - at('ngày').y2) < 2, 'number and date on one line');
  const line = w.filter((x) => x.page === 1 && Math.abs(x.y2 - at('Số:').y2) < 2).map((x) => x.text).join(' ');
  assert.equal(line, 'Số: 05/BC-STC Khánh Hòa, ngày 09 tháng 6 năm 2026');
  const last = Math.max(...w.map((x) => x.page));
  const head = w.filter((x) => x.text === 'GIÁM').at(-1);
  assert.ok(Math.abs(w.filter((x) => x.text === 'nhận:').at(-1).y1 - head.y1) < 4, 'Nơi nhận level with the signature');
  assert.ok(w.filter((x) => x.page === last).length > 15, 'no page of a signature alone');
  assert.equal(w.filter((x) => x.page === 1 && x.y2 < 19 * MM).length, 0, 'no number on page 1');
  for (let page = 2; page <= last; page++) {
    const [n, ...more] = w.filter((x) => x.page === page && x.y2 < 19 * MM);
    assert.equal(n.text, String(page));
    assert.equal(more.length, 0);
    assert.ok(Math.abs((n.x1 + n.x2) / 2 - (30 + 165 / 2) * MM) < 1, 'page number centred');
  }
});

test('the date and number follow the rules: padded days, months 1 and 2 only', async () => {
  const f = form('cover-bc');
  for (const [date, text] of [['2026-01-05', 'ngày 05 tháng 01 năm 2026'], ['2026-02-15', 'ngày 15 tháng 02 năm 2026'], ['2026-06-05', 'ngày 05 tháng 6 năm 2026'], ['2026-12-31', 'ngày 31 tháng 12 năm 2026']]) {
    const { bytes } = await made(f, 'txt', { document: { ...paper, doc_date: date, doc_number: 12 } });
    assert.ok(bytes.toString().includes(`Khánh Hòa, ${text}`), bytes.toString().slice(0, 400));
    assert.ok(bytes.toString().includes('Số: 12/BC-STC'));
  }
  const draft = (await made(f, 'txt', { document: { ...paper, doc_date: undefined, doc_number: undefined } })).bytes.toString();
  assert.match(draft, /Số: \u00a0+\/BC-STC/);
  assert.match(draft, /Khánh Hòa, ngày\s+tháng\s+năm 2026/);
});

test('what is missing is marked and listed, never a blank that looks finished', async () => {
  for (const f of forms) {
    const empty = { values: {}, facts: {}, document: { now: '2026-06-09T08:00' } };
    const pdf = await made(f, 'pdf', empty);
    const named = new Set(pdf.head.gaps.map((g) => g.field));
    const printed = JSON.stringify(f.body);
    for (const x of (f.fields ?? []).filter((y) => y.required && !y.only_if && !y.variant && y.type !== 'table'))
      if (new RegExp(`\\{${x.id}[:}]|"(line|long|check|list)":"${x.id}"`).test(printed) && !f.body.some((b) => b.if && JSON.stringify(b).includes(x.id)) && !f.body.some((b) => b.variant && JSON.stringify(b).includes(x.id)))
        assert.ok(named.has(x.id), `${f.id}: ${x.id} is required, missing, and not listed`);
    if (named.size === 0) continue;
    const html = (await made(f, 'html', empty)).bytes.toString(), docx = file('gap.docx', (await made(f, 'docx', empty)).bytes);
    assert.match(html, /<mark>\[thiếu: /, f.id);
    assert.match(part(docx, 'word/document.xml'), /<w:highlight w:val="yellow"\/><\/w:rPr><w:t xml:space="preserve">\[thiếu: /, f.id);
    assert.match(textOf(file('gap.pdf', pdf.bytes)), /\[thiếu:/, f.id);
  }
});

test('the same request gives the same bytes, whatever HOME, TZ, LANG and folder; cold and warm', async () => {
  const other = folder();
  for (const f of [form('mau-03'), form('cover-cv'), form('mau-05')])
    for (const format of ['pdf', 'docx', 'html', 'txt']) {
      const { bytes } = await made(f, format);
      for (const env of [{ HOME: other, TZ: 'America/New_York', LANG: 'C' }, { HOME: '/nonexistent', TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'vi_VN.UTF-8', FONTCONFIG_FILE: '/nonexistent', PANGO_LANGUAGE: 'ja' }]) {
        const cold = new Renderer({ env: { PATH: process.env.PATH, ...env }, cwd: other });
        const again = await cold.ask(request(f, format));
        cold.stop();
        assert.ok(again.bytes.equals(bytes), `${f.id}.${format} differs with ${JSON.stringify(env)}`);
      }
    }
});

const HOSTILE = {
  xml: '</w:t></w:r></w:p><w:p>]]><!-- & &amp; &lt; <![CDATA[ <?xml?> "\'',
  html: '<script>alert(1)</script><img src=x onerror=alert(1)>"><style>*{display:none}</style>',
  markup: '<b>đậm</b> **sao** _gạch_ {document.signer_name} {{x}} %s%n \\u{1F600}',
  control: 'a\u0001b\u0008c\u000bd\u001be\u007ff\u0085g\u009fh\ufffei\uffffj',
  direction: 'abc\u202e\u2066gnp.exe\u2069\u200f\u061c שלום עולם مرحبا',
  scripts: '漢字 かな 한글 ไทย हिन्दी Ελληνικά Кириллица ☐☑→≤ 🤷🏽‍♂️\u{1d518}',
  combining: `e${'\u0301'.repeat(300)}x Hoà hòa Việt Nam`.normalize('NFD'),
  unbroken: 'W'.repeat(5000),
  lines: 'dòng\r\n\r\n\ndòng\rhai\u2028ba\u2029bốn\tnăm',
  private: '\ue000\uf8ff\ufdd0\u{10ffff}\u{e0001}x',
};

test('hostile text in every field gives valid documents that show it as text', async () => {
  for (const f of [form('mau-03'), form('mau-05'), form('thong-bao-noi-bo'), form('bien-ban-chung-cu')]) {
    for (const [name, bad] of Object.entries(HOSTILE)) {
      const s = sample(f);
      const spoil = (v) => (typeof v === 'string' && !/^\d{4}-|^\d\d:/.test(v) ? bad : Array.isArray(v) ? v.map(spoil) : v && typeof v === 'object' ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, k === 'row' ? x : spoil(x)])) : v);
      const more = { values: spoil(s.values), facts: spoil(s.facts), document: { ...paper, agency_name: bad, signer_name: bad, recipients: [bad, bad], distribution: [bad], symbol: bad.slice(0, 200) } };
      const pdf = file(`hostile-${name}.pdf`, (await made(f, 'pdf', more)).bytes);
      const text = textOf(pdf);
      assert.equal(text, text.normalize('NFC'), name);
      assert.ok(run('pdffonts', [pdf]).trim().split('\n').slice(2).every((l) => / yes yes yes +\d+ +0$/.test(l)), name);
      const docx = file(`hostile-${name}.docx`, (await made(f, 'docx', more)).bytes);
      for (const n of ['word/document.xml', 'word/styles.xml', 'docProps/core.xml']) wellFormed(part(docx, n), `${name} ${n}`);
      assert.doesNotMatch(part(docx, 'word/document.xml'), /[\u202a-\u202e\u2066-\u2069\u200e\u200f]/, 'nothing turns the direction');
      const html = (await made(f, 'html', more)).bytes.toString();
      assert.doesNotMatch(html, /<script|<img|onerror=alert\(1\)>(?!&)/, name);
      await made(f, 'txt', more);
    }
  }
});

test('100,000 characters in one field, with and without spaces: all of it printed, in time', async () => {
  const f = form('thong-bao-noi-bo');
  const long = f.fields.find((x) => x.type === 'text').id;
  for (const text of ['Không truy cập được máy chủ. '.repeat(3500), 'x'.repeat(100000)]) {
    const s = sample(f);
    const started = performance.now();
    const { bytes } = await made(f, 'pdf', { values: { ...s.values, [long]: text } });
    assert.ok(performance.now() - started < (SANITIZED ? 120000 : 30000), `${performance.now() - started} ms`);
    const printed = textOf(file('long.pdf', bytes)).replace(/\s/g, '');
    assert.ok(printed.length >= text.replace(/\s/g, '').length, `${printed.length} characters`);
    await made(f, 'docx', { values: { ...s.values, [long]: text } });
  }
  const t = form('mau-05');
  const table = t.fields.find((x) => x.type === 'table');
  const cell = { values: { ...sample(t).values, [table.id]: [Object.fromEntries(table.columns.map((c) => [c.id, 'y'.repeat(20000)]))] } };
  const pdf = file('cell.pdf', (await made(t, 'pdf', cell)).bytes);
  const text = textOf(pdf);
  assert.ok(text.match(/y/g).length >= 20000 * table.columns.length, 'a cell as tall as many pages is parted, not cut');
});

test('a table of many pages repeats its header row on each; too much is refused', async () => {
  const f = form('mau-05');
  const table = f.fields.find((x) => x.type === 'table');
  const rows = Array.from({ length: 300 }, (_, i) => ({ ...Object.fromEntries(table.columns.map((c) => [c.id, 1])), [table.columns[0].id]: `Dòng ${i}` }));
  const w = words(file('rows.pdf', (await made(f, 'pdf', { values: { ...sample(f).values, [table.id]: rows } })).bytes));
  const first = (table.columns[0].label.vi ?? table.columns[0].label).split(' ')[0];
  const pages = new Set(w.filter((x) => x.text === 'Dòng').map((x) => x.page));
  assert.ok(pages.size > 3);
  for (const page of pages) assert.ok(w.some((x) => x.page === page && x.text === first), `page ${page} has no header row`);
  const { head } = await renderer.ask(request(form('thong-bao-noi-bo'), 'pdf', { values: { ...sample(form('thong-bao-noi-bo')).values, [form('thong-bao-noi-bo').fields.find((x) => x.type === 'text').id]: 'Dòng\n'.repeat(120000) } }));
  assert.match(head.error.key, /^err\.paper\./);
});

test('wrong requests are refused and the worker goes on', async () => {
  for (const bad of [{}, { form: 'x: [', format: 'pdf' }, { form: 'kind: form', format: 'pdf' }, { ...request(form('cover-cv'), 'exe') }, { ...request(form('cover-cv'), 'pdf'), variant: 'fax' }, { ...request(form('cover-cv'), 'pdf'), style: 'id: x' }]) {
    const { head, bytes } = await renderer.ask(bad);
    assert.ok(head.error?.key, JSON.stringify(head));
    assert.equal(bytes.length, 0);
  }
  assert.equal((await made(form('cover-cv'), 'txt')).bytes.length > 100, true);
});

test('the server itself carries no layout engine', () => {
  const needed = run('ldd', [KHIEN]);
  assert.doesNotMatch(needed, /pango|cairo|fontconfig/);
  assert.match(run('ldd', [resolve(BUILD, 'khien-worker')]), /pango/);
  assert.ok(readFileSync(KHIEN).length > 0);
});

// SPDX-License-Identifier: Apache-2.0
// paper.mjs: asks khien-worker for documents as khien does, and makes values for any form.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BUILD } from './lib.mjs';

const yaml = createRequire(resolve('test/package.json'))('js-yaml');

export const forms = readdirSync('packs/form')
  .filter((f) => f.endsWith('.yaml'))
  .map((f) => {
    const text = readFileSync(join('packs/form', f), 'utf8');
    return { text, ...yaml.load(text, { schema: yaml.CORE_SCHEMA }) };
  });

// One worker, asked in turn; ask() answers { head, bytes }.  A worker leaves when it has done enough; then the next is asked, as khien does.
export class Renderer {
  constructor(options = {}) {
    this.options = options;
    this.waiting = [];
    this.start();
  }

  start() {
    const child = spawn(join(BUILD, 'khien-worker'), ['render'], { stdio: ['pipe', 'pipe', 'inherit'], ...this.options });
    this.child = child;
    this.data = Buffer.alloc(0);
    child.stdout.on('data', (d) => {
      this.data = Buffer.concat([this.data, d]);
      this.look();
    });
    child.on('close', (code, signal) => {
      if (code === 0 && this.waiting.length) {
        this.start();
        for (const w of this.waiting) this.child.stdin.write(w.frame);
      } else for (const w of this.waiting.splice(0)) w.reject(new Error(`the worker ended: ${code ?? signal}`));
    });
    child.stdin.on('error', () => {});
  }

  look() {
    if (this.data.length < 4) return;
    const n = this.data.readUInt32BE(0);
    if (this.data.length < 8 + n) return;
    const m = this.data.readUInt32BE(4 + n);
    if (this.data.length < 8 + n + m) return;
    const head = JSON.parse(this.data.subarray(4, 4 + n));
    const bytes = Buffer.from(this.data.subarray(8 + n, 8 + n + m));
    this.data = this.data.subarray(8 + n + m);
    this.waiting.shift().resolve({ head, bytes });
    this.look();
  }

  ask(request) {
    const body = Buffer.from(JSON.stringify(request));
    const size = Buffer.alloc(4);
    size.writeUInt32BE(body.length);
    const frame = Buffer.concat([size, body]);
    this.child.stdin.write(frame);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject, frame }));
  }

  stop() {
    this.child.stdin.end();
  }
}

const WORDS = 'Máy chủ tệp dùng chung bị mã hóa dữ liệu, người dùng không truy cập được từ đầu giờ chiều; đã cách ly khỏi mạng';

function of(type, id, choices, i = 0) {
  switch (type) {
    case 'date': return '2026-06-05';
    case 'time': return '14:05';
    case 'datetime': return '2026-06-05T14:05';
    case 'int': return 12 + i;
    case 'money': return 125000000;
    case 'bool': return true;
    case 'choice': return choices[Math.min(1, choices.length - 1)].id;
    case 'choices': return choices.map((c) => c.id);
    case 'ips': return ['203.113.131.5', '2405:4800::15'];
    case 'domains': return ['stc.khanhhoa.gov.vn'];
    case 'list': return [`${WORDS} (${id})`, 'Nhật ký tường lửa ngày 05/6/2026'];
    case 'text': return `${WORDS}.\nĐã báo Giám đốc Sở và thông báo cho Đội ứng cứu sự cố của tỉnh.`;
    default: return `Nội dung ${id.replaceAll('_', ' ')}`;
  }
}

const slots = function* (value) {
  if (typeof value === 'string') for (const m of value.matchAll(/\{([A-Za-z0-9_.]+)/g)) yield m[1];
  else if (Array.isArray(value)) for (const v of value) yield* slots(v);
  else if (value && typeof value === 'object') for (const v of Object.values(value)) yield* slots(v);
};

function put(facts, path, value) {
  const names = path.split('.');
  let at = facts;
  for (const n of names.slice(0, -1)) at = at[n] ??= {};
  at[names.at(-1)] ??= value;
}

// Everything known: every field, every path into the case the form prints.
export function sample(form, { rows = 3 } = {}) {
  const values = {}, facts = {};
  for (const f of form.fields ?? []) {
    if (f.type === 'table') {
      values[f.id] = Array.from({ length: f.rows?.length ?? rows }, (_, i) => ({
        ...(f.rows ? { row: f.rows[i].id } : {}),
        ...Object.fromEntries(f.columns.map((c) => [c.id, of(c.type, c.id, c.choices, i)])),
      }));
      continue;
    }
    values[f.id] = of(f.type, f.id, f.choices);
    const words = (f.choices ?? []).filter((c) => c.with_text);
    if (words.length) values[`${f.id}_text`] = Object.fromEntries(words.map((c) => [c.id, 'do bộ phận một cửa báo']));
  }
  const walk = (blocks) => {
    for (const b of blocks ?? []) {
      for (const key of ['each', 'list'])
        if (b[key] && !(form.fields ?? []).some((f) => f.id === b[key])) {
          const names = [...slots(b.do ?? [])].filter((n) => !n.includes('.'));
          put(facts, b[key], Array.from({ length: rows }, (_, i) => (names.length ? Object.fromEntries(names.map((n) => [n, `${n.replaceAll('_', ' ')} ${i + 1}`])) : `${WORDS} ${i + 1}`)));
        }
      walk(b.do);
      walk(b.then);
      walk(b.else);
    }
  };
  walk(form.body);
  for (const name of slots([form.body, form.subject, form.grounds, form.type_name, form.signers]))
    if (name.includes('.') && !name.startsWith('document.')) put(facts, name, `Sở Tài chính (${name.split('.').at(-1).replaceAll('_', ' ')})`);
  facts.agency = { ...facts.agency, name: 'Sở Tài chính', parent_name: 'UBND tỉnh Khánh Hòa', place: 'Khánh Hòa' };
  return { values, facts, document: { ...paper } };
}

export const paper = {
  doc_number: 5, doc_date: '2026-06-09', place: 'Khánh Hòa', agency_parent: 'UBND tỉnh Khánh Hòa', agency_name: 'Sở Tài chính', symbol: 'BC-STC',
  signer_name: 'Trần Thị Bình', signer_title: 'Giám đốc', recipients: ['Ủy ban nhân dân tỉnh Khánh Hòa', 'Công an tỉnh Khánh Hòa'],
  distribution: ['Lưu: VT, VP'], now: '2026-06-09T08:00',
};

export const request = (form, format, more = {}) => ({ form: form.text, format, variant: '', ...sample(form), ...more });

// SPDX-License-Identifier: Apache-2.0
// The forms as data: they fit the regulations, carry the official words, and ask nothing they may not.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';
import { folder, khien, newData } from './lib.mjs';

const yaml = createRequire(resolve('test/package.json'))('js-yaml');
const packs = (kind) =>
  readdirSync(join('packs', kind))
    .filter((f) => f.endsWith('.yaml'))
    .map((f) => ({ file: `packs/${kind}/${f}`, ...yaml.load(readFileSync(join('packs', kind, f), 'utf8'), { schema: yaml.CORE_SCHEMA }) }));
const forms = packs('form');
const regulations = packs('regulation');
const form = (id) => forms.find((f) => f.id === id);
const obligations = new Map(regulations.flatMap((r) => r.obligations.map((o) => [`${r.id}/${o.id}`, o])));

// Every string of a form with the path that leads to it.
function* strings(value, path = '') {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const [i, v] of value.entries()) yield* strings(v, `${path}[${i}]`);
  else if (value && typeof value === 'object') for (const [k, v] of Object.entries(value)) yield* strings(v, `${path}.${k}`);
}

function* blocks(list) {
  for (const b of list ?? []) {
    yield b;
    yield* blocks(b.then);
    yield* blocks(b.else);
    yield* blocks(b.do);
  }
}

test('the packs check out', () => {
  const r = khien(['pack', 'check', 'packs']);
  assert.equal(r.status, 0, r.out + r.err);
});

test('a duty that names a form names one that exists, says it discharges it, and is of the right kind', () => {
  let named = 0;
  for (const [key, o] of obligations) {
    if (o.form === undefined) {
      assert.ok(['none', undefined].includes(o.form_state), `${key}: an official or interim form without a name`);
      continue;
    }
    named++;
    const f = form(o.form);
    assert.ok(f, `${key}: no form ${o.form}`);
    assert.ok(f.discharges?.includes(key), `${f.file} does not say it discharges ${key}`);
    assert.equal(o.form_state === 'interim', /mẫu tạm/.test(f.title.vi), `${key}: interim forms say so in their title, others do not`);
  }
  assert.ok(named >= 15, `${named} duties with a form`);
});

test('a law is cited on paper as the grounds have it: no date of signing that nobody has read', () => {
  const cites = new Map(packs('grounds').flatMap((g) => g.instruments).map((i) => [`Căn cứ ${i.cite}`, i]));
  for (const f of forms)
    for (const g of f.grounds ?? []) {
      assert.ok(cites.has(g.text), `${f.file}: ${g.text}`);
      const own = regulations.find((x) => x.id === g.regulation)?.instrument;
      if (/^\S+ (Nghị định|Thông tư)/.test(g.text) && own) assert.equal(cites.get(g.text).id, own, f.file);
    }
});

test('what a form discharges exists, and an event of an incident is not discharged by a periodic form', () => {
  for (const f of forms)
    for (const d of f.discharges ?? []) {
      const o = obligations.get(d);
      assert.ok(o, `${f.file}: no obligation ${d}`);
      if (o.trigger === 'calendar') assert.equal(f.incident ?? false, false, `${f.file}: ${d} comes by the calendar`);
      else if (!['staff_notice', 'contact_changed'].includes(o.trigger)) assert.equal(f.incident, true, `${f.file}: ${d} is of an incident`);
    }
  for (const f of forms) assert.ok((f.discharges ?? []).length + (f.recipients ?? []).length > 0, `${f.file}: for nobody`);
});

test('a ground names a regulation that exists; a cover exists and is a cover', () => {
  for (const f of forms) {
    for (const g of f.grounds ?? []) assert.ok(!g.regulation || regulations.some((r) => r.id === g.regulation), `${f.file}: ${g.regulation}`);
    if (f.cover) {
      assert.equal(form(f.cover)?.layout, 'nd30', `${f.file}: ${f.cover} carries no number`);
      assert.ok(f.layout === 'own', `${f.file}: only forms with a printed header go under a cover`);
    }
  }
});

test('no form offers or prints a secrecy marking, and none breaks the writing rules', () => {
  for (const f of forms)
    for (const [path, s] of strings({ ...f, file: undefined })) {
      assert.doesNotMatch(s, /(^|\s)(TUYỆT MẬT|TỐI MẬT|MẬT)(\s|$|[.,:;])/, `${f.file}${path}`);
      assert.equal(s, s.normalize('NFC'), `${f.file}${path}: not NFC`);
      assert.doesNotMatch(s, /[\u200b-\u200f\u202a-\u202e\ufeff]|\t| {9}/, `${f.file}${path}: hidden characters`);
      assert.doesNotMatch(s, /\.\/\.$/, `${f.file}${path}: the layout ends the text`);
    }
  for (const f of forms) for (const x of f.fields ?? []) assert.doesNotMatch(x.id, /secre(t|cy)_?level|do_mat/, f.file);
});

test('every list of addresses refuses private ones, and every field has both languages', () => {
  for (const f of forms)
    for (const x of f.fields ?? []) {
      if (x.type === 'ips') assert.ok([x.rule].flat().includes('public_ips'), `${f.file}: ${x.id}`);
      assert.ok(x.label.vi && x.label.en, `${f.file}: ${x.id}`);
    }
});

test('what is interim or read in secondary sources says so to whoever writes it', () => {
  for (const f of forms.filter((f) => /^(anm|dlcn)-/.test(f.id))) {
    assert.ok(['secondary', 'proposal'].includes(f.certainty), f.file);
    assert.match(f.note?.vi ?? '', /[Kk]iểm tra trước khi gửi|đề xuất/, f.file);
  }
  for (const id of ['anm-thong-bao', 'anm-bao-cao']) assert.ok([...blocks(form(id).body)].some((b) => /mẫu tạm/.test(b.para ?? '')), `${id} is marked on paper`);
});

// Đúng như mẫu in sẵn, TT 20/2017 Phụ lục I.
const official = {
  'mau-03': {
    labels: {
      reporter_name: 'Tên tổ chức/cá nhân báo cáo sự cố (*)', reporter_address: 'Địa chỉ: (*)', reporter_phone: 'Điện thoại (*)', reporter_email: 'Email (*)',
      contact_name: 'Họ và tên (*)', contact_title: 'Chức vụ:', contact_phone: 'Điện thoại (*)', contact_email: 'Email (*)',
      operator_name: 'Tên đơn vị vận hành hệ thống thông tin (*)', owner_name: 'Cơ quan chủ quản', system_name: 'Tên hệ thống bị sự cố',
      system_level: 'Phân loại cấp độ của hệ thống thông tin (nếu có)', security_provider: 'Tổ chức cung cấp dịch vụ an toàn thông tin (nếu có)',
      isp: 'Tên nhà cung cấp dịch vụ kết nối bên ngoài (nếu có)', summary: 'Mô tả sơ bộ về sự cố (*)', detected_date: 'Ngày phát hiện sự cố (*) (dd/mm/yy)',
      detected_time: 'Thời gian phát hiện (*)', status: 'HIỆN TRẠNG SỰ CỐ (*)', detection_methods: 'CÁCH THỨC PHÁT HIỆN *', notified_to: 'ĐÃ GỬI THÔNG BÁO SỰ CỐ CHO *',
      os: 'Hệ điều hành', os_version: 'Version', services: 'Các dịch vụ có trên hệ thống', controls: 'Các biện pháp an toàn thông tin đã triển khai',
      domains: 'Các tên miền của hệ thống', purpose: 'Mục đích chính sử dụng hệ thống', attachments_kind: 'Thông tin gửi kèm',
      confidential: 'Các thông tin cung cấp trong thông báo sự cố này đều phải được giữ bí mật', requests: 'Mô tả về đề xuất, kiến nghị', reported_at: 'THỜI GIAN THỰC HIỆN BÁO CÁO SỰ CỐ *',
    },
    choices: {
      status: ['Đã được xử lý', 'Chưa được xử lý'],
      detection_methods: ['Qua hệ thống phát hiện xâm nhập', 'Kiểm tra dữ liệu lưu lại (Log File)', 'Nhận được thông báo từ:', 'Khác, đó là'],
      notified_to: ['Thành viên mạng lưới chịu trách nhiệm ứng cứu sự cố cho tổ chức, cá nhân', 'ISP đang trực tiếp cung cấp dịch vụ', 'Cơ quan điều phối'],
      services: ['Web server', 'Mail server', 'Database server', 'Dịch vụ khác, đó là'],
      controls: ['Antivirus', 'Firewall', 'Hệ thống phát hiện xâm nhập', 'Khác:'],
      attachments_kind: ['Nhật ký hệ thống', 'Mẫu virus / mã độc', 'Khác:'],
      confidential: ['Có', 'Không'],
    },
    printed: ['THÔNG TIN VỀ TỔ CHỨC/CÁ NHÂN BÁO CÁO SỰ CỐ', 'NGƯỜI LIÊN HỆ', 'THÔNG TIN CHI TIẾT VỀ HỆ THỐNG BỊ SỰ CỐ', 'HIỆN TRẠNG SỰ CỐ (*)', 'CÁCH THỨC PHÁT HIỆN *', 'ĐÃ GỬI THÔNG BÁO SỰ CỐ CHO *',
      'THÔNG TIN BỔ SUNG VỀ HỆ THỐNG XẢY RA SỰ CỐ', 'KIẾN NGHỊ, ĐỀ XUẤT HỖ TRỢ', 'CÁ NHÂN/NGƯỜI ĐẠI DIỆN THEO PHÁP LUẬT', '(Ký tên, đóng dấu)', 'bắt đầu bằng "[TBSC]"'],
  },
  'mau-04': {
    labels: {
      reporter_name: 'Tên tổ chức/cá nhân báo cáo sự cố (*)', reporter_address: 'Địa chỉ: (*)', reporter_phone: 'Điện thoại (*)', reporter_email: 'Email (*)',
      operator_name: 'Tên đơn vị vận hành hệ thống thông tin (*)', owner_name: 'Cơ quan chủ quản', system_name: 'Tên hệ thống bị sự cố', description: 'Tên/Mô tả về sự cố',
      detected_date: 'Ngày phát hiện sự cố (*) (dd/mm/yy)', detected_time: 'Thời gian phát hiện (*)', result: 'Kết quả xử lý sự cố', attachments: 'Các tài liệu đính kèm',
    },
    choices: {},
    printed: ['KÝ HIỆU BÁO CÁO BAN ĐẦU SỰ CỐ', 'THÔNG TIN CHI TIẾT VỀ HỆ THỐNG BỊ SỰ CỐ', 'CÁ NHÂN/NGƯỜI ĐẠI DIỆN THEO PHÁP LUẬT'],
  },
};

for (const [id, is] of Object.entries(official))
  test(`${id} keeps the official labels, choices and starred fields`, () => {
    const f = form(id);
    const field = Object.fromEntries(f.fields.map((x) => [x.id, x]));
    for (const [name, label] of Object.entries(is.labels)) {
      assert.equal(field[name]?.label.vi, label, name);
      assert.equal(field[name].required ?? false, /\*/.test(label), `${name}: required as its star says`);
    }
    for (const [name, texts] of Object.entries(is.choices)) assert.deepEqual(field[name].choices.map((c) => c.text), texts, name);
    assert.deepEqual(field.system_level.choices.map((c) => c.text), [1, 2, 3, 4, 5].map((n) => `Cấp độ ${n}`));
    const printed = [...strings(f.body)].map(([, s]) => s).join('\n');
    for (const words of is.printed) assert.ok(printed.includes(words), words);
    // What is asked is printed, the label with it.
    for (const x of f.fields) assert.ok(new RegExp(`(\\{${x.id}[:?}])|(^|\\n)${x.id}($|\\n)`).test(printed), `${id}: ${x.id} is asked and not printed`);
  });

test('Mẫu 03 has no list of incident types, and says what Decision 05/2017 asks for besides', () => {
  const f = form('mau-03');
  for (const x of f.fields) for (const c of x.choices ?? []) assert.doesNotMatch(c.text, /Từ chối dịch vụ|Tấn công giả mạo|Thay đổi giao diện/, x.id);
  const annex = [...blocks(f.body)].filter((b) => b.grid).at(-1);
  assert.deepEqual(annex.grid.map(([label]) => label.replace(/^\d+\. /, '')), ['Loại sự cố', 'Hiện tượng', 'Mức độ nguy hại', 'Mức độ lây lan', 'Tác động đến hoạt động bình thường của tổ chức',
    'Đơn vị cung cấp hạ tầng công nghệ thông tin, viễn thông', 'Biện pháp đã triển khai, dự kiến triển khai', 'Tổ chức, doanh nghiệp đang hỗ trợ và kết quả đến thời điểm báo cáo',
    'Kết quả ứng cứu ban đầu', 'Kiến nghị hướng xử lý']);
});

test('Mẫu 04 quotes number and date of the letter under which Mẫu 03 went', () => {
  const field = Object.fromEntries(form('mau-04').fields.map((x) => [x.id, x]));
  assert.equal(field.initial_ref_no.from, 'initial.doc_number');
  assert.equal(field.initial_ref_date.from, 'initial.doc_date');
  assert.ok(field.initial_ref_no.required && field.initial_ref_date.required);
  for (const id of ['mau-03', 'mau-04']) assert.ok(form(id).cover, `${id} goes under a numbered letter`);
});

test('the text message has at most 300 characters whatever is written, and says that it proves nothing', () => {
  const f = form('thong-bao-su-co');
  const sms = [...blocks(f.body)].filter((b) => b.variant?.includes('sms'));
  assert.equal(sms.length, 1);
  const asked = f.fields.filter((x) => sms[0].para.includes(`{${x.id}}`));
  assert.equal(asked.length, 1);
  const fixed = [...sms[0].para.replace(/\{\w+\}/g, '')].length;
  assert.ok(fixed + asked[0].max <= 300, `${fixed} + ${asked[0].max}`);
  assert.match(sms[0].para, /không chứng minh/);
  assert.match(sms[0].para, /^\[TBSC\]/);
  assert.equal(f.mail_tag, '[TBSC]');
});

test('the hand-over sheet asks for people, telephones, what is on, what was touched, signs and the last backup', () => {
  const f = form('ban-giao');
  for (const id of ['people', 'machines', 'touched', 'signs', 'backup']) assert.ok(f.fields.some((x) => x.id === id), id);
  assert.equal(f.layout, 'plain');
  // One page: no table grows without end.
  for (const x of f.fields.filter((x) => x.type === 'table')) assert.ok(x.max <= 10, x.id);
});

// What only a person can say; everything else of these papers comes from the case.
const human = {
  'mau-03': ['detection_methods', 'notified_to'], 'mau-04': ['initial_ref_no', 'initial_ref_date'], 'thong-bao-su-co': [], 'bao-cao-dien-bien': ['forecast'],
  'bao-cao-phuong-an': ['priority', 'options', 'chosen', 'service_effect', 'fallback'], 'phieu-trinh': ['proposal', 'cost', 'if_not', 'answer_by'],
  'to-trinh': ['beyond', 'options', 'proposals', 'answer_by'], 'de-nghi-ho-tro': ['support'], 'xac-nhan-tiep-nhan': [], 'thong-bao-noi-bo': [],
  'ban-giao': ['backup'], 'goi-doi-ung-cuu': ['spread'], 'anm-thong-bao': ['security_signs', 'interruption'], 'anm-bao-cao': ['kind_of', 'cause_state', 'cause', 'personal_data'],
  'dlcn-thong-bao': ['dpo_name', 'dpo_title', 'dpo_phone', 'dpo_email', 'breach_parties', 'data_kinds', 'consequences'], 'dlcn-chu-the': ['found_how', 'what', 'data_kinds', 'risk'],
  'dlcn-bien-ban': ['suspected_at', 'data', 'consequences', 'conclusion', 'conclusion_why', 'subjects_told', 'ended_at'], 'de-xuat-nang-cap': ['effects', 'effects_text'],
};

test('a bare agency, a case of which little is known: every gap has a Vietnamese name and a place to fill it', () => {
  const { dir, run } = newData({ testClock: true, sample: false });
  const out = folder();
  run('clock', 'set', '2027-02-03T15:20:00+07:00');
  const incident = run('incident', 'open', '--title', 'Cổng thông tin xã bị tấn công', '--detected-at', '2027-02-03T14:00:00+07:00').number;
  run('incident', 'take', incident);
  run('incident', 'triage', incident, '--answers', '{"signs":"dos","service_down":"yes","down_hours":3}');
  run('incident', 'confirm-beyond', incident, '--confirmed', 'true', '--reason', 'Không đủ băng thông');
  for (const f of forms)
    for (const variant of f.variants ?? [undefined]) {
      const period = f.incident === false ? ['--from', '2026-07-01', '--to', '2026-12-31'] : ['--incident', incident];
      const paper = run('document', 'draft', '--form', f.id, ...period, ...(variant ? ['--variant', variant] : []));
      const shown = run('document', 'show', paper.id);
      const named = new Map(shown.fields.map((x) => [x.id, x.label]));
      for (const g of shown.gaps) {
        assert.match(g.label, /[A-ZĐÀ-Ỹ]/, `${f.id}: ${g.label}`);
        assert.doesNotMatch(g.label, /^[a-z_]+\.[a-z_.]+$/, `${f.id}: the name of a fact, not of a field`);
        assert.ok(named.has(g.field) || g.field.startsWith('document.') || ['recipients', 'place', 'agency'].some((x) => g.field.includes(x)), `${f.id}: nowhere to fill ${g.field}`);
      }
      const file = join(out, 'x.txt');
      assert.equal(khien(['document', 'export', paper.id, '--format', 'txt', '--out', file, '--data', dir]).status, 0, f.id);
      const text = readFileSync(file, 'utf8');
      assert.doesNotMatch(text, /\[thiếu: [a-z_.]+\]|\b(incident|system|agency|enum|duty|facts)\.[a-z_]+/, `${f.id}: ${text}`);
      assert.doesNotMatch(text, /\bD0[1-9]\b|nghĩa vụ thông báo, báo cáo; hạn/, `${f.id}: our own bookkeeping goes out`);
    }
});

test('drafts of a real case: gaps only where a person must speak, on paper in Vietnamese, sheets of one page', () => {
  const { dir, run } = newData({ testClock: true });
  const out = folder();
  run('clock', 'set', '2026-11-22T09:00:00+07:00');
  const incident = run('incident', 'open', '--title', 'Mã hóa dữ liệu trên máy chủ tệp', '--detected_at', '2026-11-22T08:05:00+07:00', '--type', 'ransomware',
    '--system', 'Máy chủ tệp và ổ đĩa dùng chung', '--take', 'true').number;
  run('incident', 'set', incident, '--summary', `Nhiều tệp bị đổi đuôi. ${'Các phòng không mở được ổ dùng chung. '.repeat(20)}`);
  run('incident', 'triage', incident, '--answers', '{"signs":"encrypted","machines":4}');
  run('incident', 'confirm-beyond', incident, '--confirmed', 'true', '--reason', 'Chưa xác định được đường xâm nhập.');
  for (let i = 1; i <= 9; i++) {
    run('scope', 'add', incident, '--kind', 'machine', '--name', `PC-${i}`, '--state', 'isolated', '--note', 'Rút mạng, còn bật nguồn');
    run('observable', 'add', incident, '--value', `198.51.100.${i}`);
    const task = run('task', 'add', incident, '--title', `Việc số ${i}: thu nhật ký, chép ra ổ ngoài, ghi giờ, ghi người làm và tính mã băm của tệp`, '--phase', 'contain');
    run('task', 'done', task.id, '--note', 'xong');
  }
  run('task', 'add', incident, '--title', 'Khôi phục từ bản sao lưu', '--phase', 'recover');
  for (const [id, gaps] of Object.entries(human))
    for (const variant of form(id).variants ?? [undefined]) {
      const name = `${id}${variant ? `-${variant}` : ''}`;
      const paper = run('document', 'draft', '--form', id, '--incident', incident, ...(variant ? ['--variant', variant] : []));
      const shown = run('document', 'show', paper.id);
      assert.deepEqual(shown.gaps.map((g) => g.field), gaps, name);
      assert.deepEqual(shown.faults, [], name);
      for (const format of ['pdf', 'docx', 'txt']) {
        const r = khien(['document', 'export', paper.id, '--format', format, '--out', join(out, `${name}.${format}`), '--data', dir]);
        assert.equal(r.status, 0, `${name}: ${r.err}`);
      }
      const text = execFileSync('pdftotext', ['-layout', join(out, `${name}.pdf`), '-'], { encoding: 'utf8' });
      assert.equal(text, text.normalize('NFC'), name);
      assert.doesNotMatch(text, /\{[a-z_.]+[}:?]|undefined|\*\*/, `${name}: a place nobody filled`);
      if (gaps.length > 0) assert.match(text, /\[thiếu:/, `${name}: gaps are marked on paper`);
      else assert.doesNotMatch(text, /\[thiếu:/, name);
      if (['ban-giao', 'goi-doi-ung-cuu', 'phieu-trinh'].includes(id))
        assert.match(execFileSync('pdfinfo', [join(out, `${name}.pdf`)], { encoding: 'utf8' }), /Pages: +1\n/, `${name} is one page`);
    }
  const sms = readFileSync(join(out, 'thong-bao-su-co-sms.txt'), 'utf8').trim();
  assert.ok([...sms].length <= 300, sms);
  assert.match(sms, /^\[TBSC\].*không chứng minh/s);
  const sheet = readFileSync(join(out, 'ban-giao.txt'), 'utf8');
  assert.match(sheet, /04 việc làm trước đó/, 'what is not on the sheet is counted on it');
  assert.match(sheet, /0900 000 001/);
});

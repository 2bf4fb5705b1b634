// SPDX-License-Identifier: Apache-2.0
// The figures of a generated year: page, paper, spreadsheet and data file say what an
// independent count says; nothing happened is a report too; several agencies make one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'node:test';
import { folder, khien, newData, person, serve } from './lib.mjs';

const ATTACKS = ['dos', 'phishing', 'malware', 'intrusion', 'defacement', 'ransomware', 'sabotage', 'espionage', 'combined', 'other_attack'];
const OTHERS = ['sys.power', 'hum.mistake', 'nat.flood', 'loss'];
const COLUMNS = ['count', 'self_handled', 'helped_domestic', 'helped_foreign', 'asked_coordinator'];
const dir = folder();
const data = newData({ testClock: true });
const { run } = data;
run('clock', 'set', '2027-01-05T08:00:00+07:00');
const unit = run('contact', 'list').items.find((c) => c.role === 'provincial_ir_unit').name;

// ---- a year of incidents, always the same ------------------------------------------------
let seed = 12345;
const random = (n) => ((seed = (seed * 1103515245 + 12345) % 2147483648) >> 8) % n;
const pad = (n) => String(n).padStart(2, '0');
const year = [];
const server = await serve(data.dir);
const admin = await person(server, data, data.login);

// A kept connection may have been closed while a command line program had this process wait.
async function get(path, who = admin) {
  try {
    return await who.ok('GET', path);
  } catch {
    return who.ok('GET', path);
  }
}

async function happen(one) {
  const made = await admin.ok('POST', '/incidents', { title: one.title, type: one.type, detected_at: one.at });
  one.id = made.id;
  one.number = made.number;
  if (one.none) {
    await admin.ok('POST', `/incidents/${made.id}/take`);
    await admin.ok('POST', `/incidents/${made.id}/dismiss`, { reason: 'Thử nghiệm nội bộ' });
  }
  for (const h of one.helpers) {
    const asked = await admin.ok('POST', `/incidents/${made.id}/escalations/request`, {
      target: h.target, organisation: h.name, foreign: h.foreign, reason: 'Cần hỗ trợ', requested_at: one.at,
    });
    for (const state of h.states) await admin.ok('POST', `/escalations/${asked.id}/record`, { state, at: one.at });
    if (h.released) await admin.ok('POST', `/escalations/${asked.id}/release`, { at: one.at });
  }
  if (one.vnd !== undefined || one.words) {
    await admin.ok('PUT', `/incidents/${made.id}/review`, { ...(one.vnd !== undefined && { damage_vnd: one.vnd }), ...(one.words && { damage: one.words }) });
  }
}

// Some with help from here, from abroad, from several; some that asked and got none.
function helpersOf(i) {
  const company = { target: 'provider', name: 'Công ty An toàn Ví Dụ', foreign: false, states: ['supported'] };
  switch (i % 9) {
    case 0: return [company];
    case 1: return [{ target: 'other', name: 'Hãng Ngoài Nước', foreign: true, states: ['supported'], released: true }];
    case 2: return [{ target: 'national_coordinator', name: 'Cơ quan điều phối quốc gia (thử)', foreign: false, states: ['accepted'] }];
    case 3: return [company, { target: 'other', name: 'Hãng Ngoài Nước', foreign: true, states: ['accepted', 'supported'] }, { target: 'national_coordinator', name: 'Cơ quan điều phối quốc gia (thử)', foreign: false, states: ['supported'] }];
    case 4: return [{ target: 'provider', name: 'Nhà thầu từ chối', foreign: false, states: ['refused'] }];
    default: return [];
  }
}

test('a year happens', async () => {
  for (let i = 0; i < 60; i++) {
    const month = 1 + random(12), day = 1 + random(28);
    const attack = random(10) < 8;
    year.push({
      title: `Sự cố thứ ${i + 1}`,
      type: attack ? ATTACKS[random(ATTACKS.length)] : OTHERS[random(OTHERS.length)],
      at: `2026-${pad(month)}-${pad(day)}T${pad(random(24))}:${pad(random(60))}:00+07:00`,
      none: i % 11 === 5,
      helpers: i % 11 === 5 ? [] : helpersOf(i),
      vnd: random(3) === 0 && i % 11 !== 5 ? 1000000 * (1 + random(50)) : undefined,
    });
  }
  // On the edges of a half year, in Vietnamese time, whatever the machine's is.
  year.push({ title: 'Rạng sáng 01/7', type: 'dos', at: '2026-06-30T17:30:00Z', helpers: [] });
  year.push({ title: 'Cuối ngày 30/6', type: 'dos', at: '2026-06-30T16:59:00Z', helpers: [] });
  year.push({ title: 'Năm trước', type: 'dos', at: '2025-12-31T16:59:00Z', helpers: [] });
  year.push({ title: 'Đầu năm', type: 'dos', at: '2025-12-31T17:00:00Z', helpers: [] });
  year.push({ title: 'Thiệt hại bằng lời', type: 'defacement', at: '2026-03-03T08:00:00+07:00', helpers: [], words: 'Cổng dừng 2 giờ' });
  for (const one of year) await happen(one);
  assert.equal(year.length, 65);
});

// ---- the independent count -----------------------------------------------------------------
function counted(from, to) {
  const first = Date.parse(from + 'T00:00:00+07:00'), last = Date.parse(to + 'T00:00:00+07:00') + 86400000;
  const inside = year.filter((one) => Date.parse(one.at) >= first && Date.parse(one.at) < last && !one.none);
  const helps = (one) => one.helpers.filter((h) => h.states.includes('supported'));
  const row = (list) => ({
    count: list.map((o) => o.id),
    self_handled: list.filter((o) => helps(o).length === 0).map((o) => o.id),
    helped_domestic: list.filter((o) => helps(o).some((h) => !h.foreign)).map((o) => o.id),
    helped_foreign: list.filter((o) => helps(o).some((h) => h.foreign)).map((o) => o.id),
    asked_coordinator: list.filter((o) => o.helpers.some((h) => h.target === 'national_coordinator')).map((o) => o.id),
    vnd: list.reduce((sum, o) => sum + (o.vnd ?? 0), 0),
  });
  const attacks = inside.filter((o) => ATTACKS.includes(o.type));
  return { rows: ATTACKS.map((t) => row(attacks.filter((o) => o.type === t))), total: row(attacks), attacks, inside, others: inside.filter((o) => OTHERS.includes(o.type)) };
}

const PERIODS = [['2026-01-01', '2026-06-30'], ['2026-01-01', '2026-12-31'], ['2025-12-15', '2026-06-14']];
const sorted = (list) => [...list].sort();

test('every figure of the page is what was counted independently, and opens what it counts', async () => {
  for (const [from, to] of PERIODS) {
    const stat = await get(`/statistics?from=${from}&to=${to}`);
    const mine = counted(from, to);
    assert.equal(stat.rows.length, 10);
    stat.rows.forEach((row, i) => {
      assert.equal(row.type, ATTACKS[i], 'the order of the form');
      for (const column of COLUMNS) {
        assert.equal(row[column], mine.rows[i][column].length, `${from} ${row.type} ${column}`);
        assert.deepEqual(sorted(row.ids[column]), sorted(mine.rows[i][column]));
      }
      assert.equal(row.damage_vnd, mine.rows[i].vnd);
    });
    for (const column of COLUMNS) assert.equal(stat.total[column], mine.total[column].length);
    assert.equal(stat.total.damage_vnd, mine.total.vnd);
    assert.deepEqual(sorted(stat.not_attack.ids), sorted(mine.others.map((o) => o.id)), 'no attack, no row');
    assert.deepEqual(sorted(stat.incidents.ids), sorted(mine.inside.map((o) => o.id)));
    assert.deepEqual(new Set(stat.records.map((r) => r.number)), new Set(mine.inside.map((o) => o.number)));
    for (const m of stat.by_month)
      assert.equal(m.count, mine.inside.filter((o) => new Date(Date.parse(o.at) + 7 * 3600000).toISOString().startsWith(m.id)).length, m.id);
    assert.equal(stat.by_month.reduce((n, m) => n + m.count, 0), mine.inside.length);
    for (const t of stat.by_type) assert.equal(t.count, mine.inside.filter((o) => o.type === t.id).length, t.id);
    assert.ok(mine.total.helped_foreign.length > 0 && mine.total.asked_coordinator.length > 0, 'the year has all kinds');
  }
});

test('a reader of fewer incidents is told so, and the figures are of those', async () => {
  assert.equal((await get('/statistics?from=2026-01-01&to=2026-12-31', admin)).is_partial, false, 'nothing is hidden, nothing is said');
  await admin.ok('POST', `/incidents/${year[60].id}/restrict`, { restricted: true });
  const chief = await person(server, data, 'chanhvp');
  const director = await person(server, data, 'giamdoc');
  const all = await get('/statistics?from=2026-01-01&to=2026-12-31', director);
  const some = await get('/statistics?from=2026-01-01&to=2026-12-31', chief);
  assert.equal(all.is_partial, false);
  assert.equal(some.is_partial, true);
  assert.equal(some.incidents.count, all.incidents.count - 1);
  await admin.ok('POST', `/incidents/${year[60].id}/restrict`, { restricted: false });
});

// ---- the same in every format ------------------------------------------------------------------
const csvRows = (text) => text.replace(/^\ufeff/, '').trim().split(/\r?\n/).map((line) => [...line.matchAll(/("((?:[^"]|"")*)"|[^,]*)(?:,|$)/g)].map((m) => (m[2] !== undefined ? m[2].replaceAll('""', '"') : m[1])).slice(0, -1));

function convert(file, to) {
  const r = spawnSync('soffice', ['--headless', `-env:UserInstallation=file://${dir}/lo`, '--convert-to', to, '--outdir', dir, file], { encoding: 'utf8', timeout: 120000 });
  assert.equal(r.status, 0, r.stderr);
  return join(dir, basename(file).replace(/\.[a-z]+$/, '.' + to.split(':')[0]));
}

// The numbers of each row of the form in a text laid out like the page.
function rowsOfText(text, titles) {
  const flat = text.normalize('NFC').replace(/\s+/g, ' ');
  return titles.map((title, i) => {
    const at = flat.lastIndexOf(title);
    assert.ok(at >= 0, `${title}: ${flat.slice(0, 2000)}`);
    const next = titles[i + 1] === undefined ? flat.length : flat.lastIndexOf(titles[i + 1]);
    return (flat.slice(at + title.length, next).match(/\d[\d.]*/g) ?? []).slice(0, 5).map(Number);
  });
}

const out = (name) => join(dir, name);
let titles;

test('data file, spreadsheet, DOCX and PDF of Mẫu 05 agree with the page', async () => {
  const [from, to] = PERIODS[0];
  const stat = await get(`/statistics?from=${from}&to=${to}`);
  titles = [...stat.rows.map((r) => r.title), 'Tổng số'];
  const expected = [...stat.rows, stat.total].map((r) => COLUMNS.map((c) => r[c]));
  for (const ending of ['json', 'xlsx', 'docx', 'pdf', 'html']) {
    const r = run('form', 'mau05', '--from', from, '--to', to, '--out', out(`mau-05.${ending}`));
    assert.equal(r.attack_count, stat.total.count);
  }
  const json = JSON.parse(readFileSync(out('mau-05.json'), 'utf8'));
  assert.deepEqual([...json.rows, json.total].map((r) => COLUMNS.map((c) => r[c])), expected);

  const sheet = csvRows(readFileSync(convert(out('mau-05.xlsx'), 'csv:Text - txt - csv (StarCalc):44,34,76'), 'utf8'));
  const line = (title) => sheet.find((row) => row[0] === title);
  titles.forEach((title, i) => assert.deepEqual(line(title).slice(1, 6).map((n) => Number(n.replace(/[.,]/g, ''))), expected[i], title));
  assert.equal(Number(line('Tổng số')[6].replace(/[.,]/g, '')), stat.total.damage_vnd);

  const pdf = spawnSync('pdftotext', ['-layout', out('mau-05.pdf'), '-'], { encoding: 'utf8' }).stdout;
  const raw = spawnSync('pdftotext', ['-raw', out('mau-05.pdf'), '-'], { encoding: 'utf8' }).stdout;
  assert.equal(pdf, pdf.normalize('NFC'));
  assert.match(raw.replace(/\s+/g, ' '), /Từ tháng 01\/2026 đến tháng 06\/2026/);
  assert.match(raw.replace(/\s+/g, ' '), /BÁO CÁO TỔNG HỢP 06 THÁNG/);
  assert.deepEqual(rowsOfText(raw, titles), expected);
  const html = readFileSync(out('mau-05.html'), 'utf8').replace(/<style[\s\S]*?<\/style>/g, '').replace(/<[^>]*>/g, ' ').replace(/&nbsp;|&#160;/g, ' ');
  assert.deepEqual(rowsOfText(html, titles), expected);
  const docx = readFileSync(convert(out('mau-05.docx'), 'txt:Text (encoded):UTF8'), 'utf8');
  assert.deepEqual(rowsOfText(docx, titles), expected);
});

test('the same over HTTP, and the figures of the period as a workbook', async () => {
  const r = await fetch(`${server.url}/api/v1/statistics/file?from=2026-01-01&to=2026-06-30&format=xlsx`, { headers: { cookie: admin.cookie } });
  assert.equal(r.status, 200);
  const bytes = Buffer.from(await r.arrayBuffer());
  assert.equal(bytes.subarray(0, 2).toString(), 'PK');
  writeFileSync(out('so-lieu.xlsx'), bytes);
  const stat = await get('/statistics?from=2026-01-01&to=2026-06-30');
  const rows = csvRows(readFileSync(convert(out('so-lieu.xlsx'), 'csv:Text - txt - csv (StarCalc):44,34,76'), 'utf8'));
  const value = (title) => Number(rows.find((row) => row[0] === title)[1].replace(/[.,]/g, ''));
  assert.equal(value('Tổng số sự cố'), stat.incidents.count);
  assert.equal(value('Tự xử lý'), stat.handling.self_handled.count);
  assert.equal(value('Thiệt hại ước tính (đồng)'), stat.damage.vnd);
  run('statistic', 'export', '--from', '2026-01-01', '--to', '2026-06-30', '--out', out('so-lieu.csv'));
  const csv = csvRows(readFileSync(out('so-lieu.csv'), 'utf8'));
  for (const row of stat.rows) assert.equal(Number(csv.find((l) => l[0] === 'Mẫu 05' && l[1] === row.title)[2]), row.count);
  const wrong = khien(['form', 'mau05', '--out', out('mau-05.txt'), '--data', data.dir]);
  assert.notEqual(wrong.status, 0);
  assert.match(wrong.err, /\.docx/);
});

test('the same bytes whatever the hour zone, the language and the folder', () => {
  const make = (env, cwd) => {
    const r = spawnSync(join(process.env.KHIEN_BUILD ?? 'build', 'khien').replace(/^(?!\/)/, process.cwd() + '/'), ['form', 'mau05', '--from', '2026-01-01', '--to', '2026-06-30', '--out', out('gio.pdf'), '--data', data.dir], { env: { ...process.env, ...env }, cwd, encoding: 'utf8' });
    assert.equal(r.status, 0, r.stderr);
    return readFileSync(out('gio.pdf'));
  };
  const a = make({ TZ: 'UTC', LANG: 'C', HOME: '/' }, '/');
  const b = make({ TZ: 'Asia/Ho_Chi_Minh', LANG: 'vi_VN.UTF-8', HOME: dir }, dir);
  assert.ok(a.equals(b));
});

test('files of others come over HTTP too', async () => {
  run('form', 'mau05', '--from', '2026-01-01', '--to', '2026-06-30', '--out', out('khac.json'));
  const other = JSON.parse(readFileSync(out('khac.json'), 'utf8'));
  other.agency = { name: 'Sở Gửi Qua Mạng', address: '', member_code: '' };
  const send = async (bytes) => {
    const body = new FormData();
    body.append('from', '2026-01-01T00:00:00+07:00');
    body.append('to', '2026-06-30T00:00:00+07:00');
    body.append('format', 'json');
    body.append('merge', new Blob([bytes]), 'khac.json');
    return admin.call('POST', '/forms/mau05', body);
  };
  let r;
  try {
    r = await send(JSON.stringify(other));
  } catch {
    r = await send(JSON.stringify(other));
  }
  assert.equal(r.status, 200, r.text);
  assert.ok(r.json?.total, r.text);
  assert.equal(r.json.total.count, 2 * other.total.count);
  assert.equal((await send('{}')).status, 422);
  const same = await send(readFileSync(out('khac.json')));
  assert.equal(same.json.total.count, other.total.count, 'the same data again are counted once');
});

// ---- how long, how punctual ----------------------------------------------------------------------
const timed = newData({ testClock: true });

test('times and duties are those of the records', async () => {
  const minutes = (n) => new Date(Date.parse('2026-04-06T08:00:00+07:00') + n * 60000).toISOString();
  const at = (n) => timed.run('clock', 'set', minutes(n));
  const told = [7, 12, 3, 95, 41, 10, 8, 2, 33, 60, 5];
  const taken = [2, 30, 1, 4, 9, 11, 3, 2, 5, 6, 100];
  at(0);
  const s = await serve(timed.dir);
  const who = await person(s, timed, timed.login);
  const ids = [];
  for (let i = 0; i < told.length; i++) {
    const begin = i * 1000;
    at(begin + told[i]);
    const report = await who.ok('POST', '/reports', { symptoms: ['phishing'], place: 'Máy ' + i, channel: 'phone', occurred_at: minutes(begin), told_at: minutes(begin + told[i]) });
    const { incident_id: id } = await who.ok('GET', `/reports/${report.code}/record`);
    at(begin + told[i] + taken[i]);
    await who.ok('POST', `/incidents/${id}/take`);
    ids.push(id);
  }
  const moved = [];
  for (const [i, id] of ids.slice(0, 3).entries()) {
    for (const [n, to] of ['initial_response', 'option_selection', 'containment', 'eradication', 'recovery', 'validation'].entries()) {
      at(20000 + i * 700 + n * 100);
      await who.ok('POST', `/incidents/${id}/advance`, { to, force: true, reason: 'Diễn tập' });
    }
    moved.push({ contain: 20000 + i * 700 + 300 - i * 1000, recover: 20000 + i * 700 + 500 - i * 1000 });
  }
  at(30000);
  const stat = await who.ok('GET', '/statistics?from=2026-04-01&to=2026-04-30');
  const median = (l) => ((l = [...l].sort((a, b) => a - b)), l.length % 2 ? l[(l.length - 1) / 2] : Math.floor((l[l.length / 2 - 1] + l[l.length / 2]) / 2));
  const p90 = (l) => [...l].sort((a, b) => a - b)[Math.ceil(l.length * 0.9) - 1];
  const expect = { report: told, acknowledge: taken, contain: moved.map((m) => m.contain), recover: moved.map((m) => m.recover) };
  for (const [id, list] of Object.entries(expect)) {
    const t = stat.times.find((x) => x.id === id);
    assert.equal(t.count, list.length, id);
    assert.equal(t.median_minutes, median(list), id + ' median');
    assert.equal(t.p90_minutes, p90(list), id + ' p90');
    assert.equal(t.ids.length, list.length);
  }
  assert.equal(stat.times.find((x) => x.id === 'classify').median, null, 'nobody classified: no number');
  const duties = (await who.ok('GET', '/duties?state=all&limit=200')).items.filter((d) => d.due_at >= '2026-03-31T17:00' && d.due_at < '2026-04-30T17:00' && !['cancelled', 'superseded'].includes(d.state));
  const limit = (d) => Date.parse(d.due_at) + (d.kind === 'at_once' ? 3600000 : 0);
  const sent = (d) => d.sent_at ?? d.done_at;
  const kinds = {
    missed: duties.filter((d) => !sent(d) && limit(d) < Date.parse(minutes(30000))),
    on_time: duties.filter((d) => sent(d) && Date.parse(sent(d)) <= limit(d)),
    late: duties.filter((d) => sent(d) && Date.parse(sent(d)) > limit(d)),
  };
  assert.ok(kinds.missed.length > 0 && kinds.on_time.length > 0);
  for (const [kind, list] of Object.entries(kinds)) assert.deepEqual(sorted(stat.duties[kind].ids), sorted(list.map((d) => d.id)), kind);
  assert.equal(stat.duties.due.count, kinds.missed.length + kinds.on_time.length + kinds.late.length);
  await s.stop();
});

// ---- nothing happened ---------------------------------------------------------------------------
const quiet = newData({ testClock: true, sample: false });
quiet.run('clock', 'set', '2026-06-15T08:00:00+07:00');
quiet.run('agency', 'set', '--name', 'Sở Yên Ổn tỉnh Ví Dụ', '--is-network-member', 'true', '--member-code', 'TV-077');

test('a half year without incidents is a report of zeros that says so', () => {
  quiet.run('form', 'mau05', '--from', '2026-01-01', '--to', '2026-06-14', '--out', out('khong.pdf'));
  const raw = spawnSync('pdftotext', ['-raw', out('khong.pdf'), '-'], { encoding: 'utf8' }).stdout;
  assert.match(raw.replace(/\s+/g, ' '), /không phát sinh sự cố/);
  for (const row of rowsOfText(raw, titles)) assert.deepEqual(row, [0, 0, 0, 0, 0]);
  assert.match(raw, /TV-077/);
  assert.match(raw, /thiếu/, 'whom it goes to is not in the contacts: a gap, not a blank');
});

// ---- several agencies -----------------------------------------------------------------------------
test('data files and spreadsheets of several agencies become one', () => {
  const [from, to] = PERIODS[0];
  quiet.run('form', 'mau05', '--from', from, '--to', to, '--out', out('yen.xlsx'));
  run('form', 'mau05', '--from', from, '--to', to, '--out', out('so.json'));
  const so = JSON.parse(readFileSync(out('so.json'), 'utf8'));
  const other = structuredClone(so);
  other.agency = { name: 'Sở Thứ Ba', address: 'Số 3', member_code: 'TV-003' };
  other.helpers = ['Công ty An toàn Ví Dụ', 'Công ty Thứ Ba'];
  other.proposals = 'Mở thêm lớp học';
  writeFileSync(out('ba.json'), JSON.stringify(other));
  const r = run('form', 'mau05', '--from', from, '--to', to, '--out', out('gop.json'), '--merge', out('ba.json'), '--merge', out('yen.xlsx'));
  assert.equal(r.sources.length, 3);
  const sum = JSON.parse(readFileSync(out('gop.json'), 'utf8'));
  for (const column of COLUMNS) assert.equal(sum.total[column], 2 * so.total[column], column);
  sum.rows.forEach((row, i) => assert.equal(row.damage_vnd, 2 * so.rows[i].damage_vnd));
  assert.deepEqual(sum.sources.map((s) => s.name), [so.agency.name, 'Sở Thứ Ba', 'Sở Yên Ổn tỉnh Ví Dụ']);
  assert.ok(sum.helpers.includes('Công ty Thứ Ba') && sum.helpers.filter((h) => h === 'Công ty An toàn Ví Dụ').length === 1);
  assert.match(sum.proposals, /Sở Thứ Ba: Mở thêm lớp học/);
  run('form', 'mau05', '--from', from, '--to', to, '--out', out('gop.pdf'), '--merge', out('ba.json'), out('yen.xlsx'));
  assert.match(spawnSync('pdftotext', ['-raw', out('gop.pdf'), '-'], { encoding: 'utf8' }).stdout, /Sở Thứ Ba/);
  // LibreOffice writes strings elsewhere; read all the same.
  const again = convert(out('yen.xlsx'), 'ods');
  const saved = join(dir, basename(convert(again, 'xlsx')));
  const r2 = run('form', 'mau05', '--from', from, '--to', to, '--out', out('gop2.json'), '--merge', saved);
  assert.equal(r2.sources.length, 2);
});

test('what is there twice is counted once, what contradicts is refused by name', () => {
  const [from, to] = PERIODS[0];
  const other = JSON.parse(readFileSync(out('ba.json'), 'utf8'));
  writeFileSync(out('ba-lai.json'), JSON.stringify(other));
  const twice = run('form', 'mau05', '--from', from, '--to', to, '--out', out('g.json'), '--merge', out('ba.json'), '--merge', out('ba-lai.json'));
  assert.equal(twice.sources.length, 2);
  assert.equal(twice.duplicates.length, 1);
  assert.match(twice.duplicates[0], /ba-lai\.json.*Sở Thứ Ba/);
  const merge = (name, change) => {
    const changed = structuredClone(other);
    change(changed);
    writeFileSync(out(name), JSON.stringify(changed));
    return khien(['form', 'mau05', '--from', from, '--to', to, '--out', out('x.json'), '--merge', out('ba.json'), '--merge', out(name), '--data', data.dir]);
  };
  const cases = [
    ['sua.json', (d) => ((d.rows[0].count += 1), (d.total.count += 1)), /sua\.json.*Sở Thứ Ba/],
    ['ky.json', (d) => ((d.agency.name = 'Sở Thứ Tư'), (d.agency.member_code = ''), (d.to = '2026-06-14')), /ky\.json.*2026-06-14/],
    ['tong.json', (d) => ((d.agency.name = 'Sở Thứ Tư'), (d.agency.member_code = ''), (d.total.count += 1)), /tong\.json.*Tổng số/],
    ['am.json', (d) => (d.rows[3].count = -1), /am\.json/],
    ['hon.json', (d) => ((d.agency.name = 'Sở Thứ Tư'), (d.agency.member_code = ''), (d.rows[0].helped_foreign = d.rows[0].count + 1), (d.total.helped_foreign += d.rows[0].count + 1)), /hon\.json/],
    ['dong.json', (d) => d.rows.pop(), /dong\.json/],
    ['dang.json', (d) => (d.format = 'khac'), /dang\.json/],
  ];
  for (const [name, change, says] of cases) {
    const r = merge(name, change);
    assert.notEqual(r.status, 0, name);
    assert.match(r.err, says, name);
  }
  for (const [name, bytes] of [['rac.json', '{'], ['rac.xlsx', 'PK\x03\x04rác'], ['rong.json', '']]) {
    writeFileSync(out(name), bytes);
    const r = khien(['form', 'mau05', '--from', from, '--to', to, '--out', out('x.json'), '--merge', out(name), '--data', data.dir]);
    assert.notEqual(r.status, 0, name);
    assert.match(r.err, new RegExp(name.replace('.', '\\.')), name);
  }
  const sum = khien(['form', 'mau05', '--from', from, '--to', to, '--out', out('x.json'), '--merge', out('gop.json'), '--merge', out('ba.json'), '--data', data.dir]);
  assert.match(sum.err, /Sở Thứ Ba|Sở Mẫu/, 'a sum and one of its parts');
});

test('a spreadsheet that people edited is known by its codes, and what it sums up by member codes', () => {
  const [from, to] = PERIODS[0];
  // As a person does in a spreadsheet program: opened, changed, saved.
  const edit = (name, as, change) => {
    const flat = convert(out(name), 'fods');
    writeFileSync(join(dir, as.replace('.xlsx', '.fods')), change(readFileSync(flat, 'utf8')));
    return convert(join(dir, as.replace('.xlsx', '.fods')), 'xlsx');
  };
  const make = (name, ...more) => khien(['form', 'mau05', '--from', from, '--to', to, '--out', out(name), ...more, '--data', data.dir, '--json']);
  run('form', 'mau05', '--from', from, '--to', to, '--out', out('so.xlsx'));
  // Somebody else's agency reads both: the same file as data and as sheet is one agency, counted once.
  const both = quiet.run('form', 'mau05', '--from', from, '--to', to, '--out', out('b.json'), '--merge', out('so.json'), '--merge', out('so.xlsx'));
  assert.equal(both.sources.length, 2);
  assert.equal(both.duplicates.length, 1, 'data and sheet say the same');
  // Titles rewritten and numbered by hand, rows in another order.
  edit('so.xlsx', 'sua-ten.xlsx', (sheet) => sheet.replaceAll('Từ chối dịch vụ', '1. Tấn công DDoS (từ chối dịch vụ)').replaceAll('Tổng số', 'CỘNG'));
  const edited = quiet.run('form', 'mau05', '--from', from, '--to', to, '--out', out('c.json'), '--merge', out('sua-ten.xlsx'));
  assert.equal(edited.sources.length, 2);
  assert.deepEqual(JSON.parse(readFileSync(out('c.json'), 'utf8')).rows.map((r) => r.count), JSON.parse(readFileSync(out('so.json'), 'utf8')).rows.map((r) => r.count));
  // A sum as a sheet keeps the codes of its parts: one of them under another name is still known.
  make('gop.xlsx', '--merge', out('ba.json'), '--merge', out('yen.xlsx'));
  const again = JSON.parse(readFileSync(out('ba.json'), 'utf8'));
  again.agency.name = 'Sở Thứ Ba (tên mới)';
  writeFileSync(out('ba-ten-moi.json'), JSON.stringify(again));
  const lone = newData({ testClock: true, sample: false });
  lone.run('clock', 'set', '2026-07-15T08:00:00+07:00');
  const r = khien(['form', 'mau05', '--from', from, '--to', to, '--out', out('d.json'), '--merge', out('gop.xlsx'), '--merge', out('ba-ten-moi.json'), '--data', lone.dir]);
  assert.notEqual(r.status, 0);
  assert.match(r.err, /Sở Thứ Ba/);
  // A broken row is named.
  edit('so.xlsx', 'hong.xlsx', (sheet) => sheet.replaceAll('malware', 'xxx').replaceAll('Tấn công sử dụng mã độc', 'Mã độc?'));
  const broken = make('x.json', '--merge', out('hong.xlsx'));
  assert.notEqual(broken.status, 0);
  assert.match(broken.err, /hong\.xlsx.*Tấn công sử dụng mã độc/);
});

// ---- the register and the plan -----------------------------------------------------------------------
test('the register answers Mẫu 08 and its totals', async () => {
  run('system', 'set', 'Thư điện tử công vụ', '--approval-state', 'approved', '--approval-document', 'Quyết định số 09/QĐ-SM ngày 05/12/2026', '--approval-expected-on', '2026-12-05', '--inspected', 'periodic', '--inspected-on', '2026-12-06', '--plan-state', 'partial', '--log-days', '90');
  const one = run('system', 'show', 'Thư điện tử công vụ');
  assert.equal(one.inspected_on, '2026-12-06');
  assert.equal(one.approval_expected_on, '2026-12-05');
  const all = (await get('/systems')).items.filter((s) => !s.is_retired);
  const { systems } = await get('/statistics?from=2026-01-01&to=2026-12-31');
  assert.equal(systems.total, all.length);
  assert.equal(systems.approved, all.filter((s) => s.approval_state === 'approved').length);
  assert.equal(systems.appraised, all.filter((s) => ['appraised', 'approved'].includes(s.approval_state)).length);
  assert.equal(systems.inspected, all.filter((s) => s.approval_state === 'approved' && /periodic/.test(s.inspected ?? '')).length);
  assert.equal(systems.percent, Math.floor((systems.approved * 100 + Math.floor(all.length / 2)) / all.length));
});

test('papers drafted for a period carry the figures of the page; Mẫu 08 is signed before its annex', async () => {
  const draft = async (form) => {
    const made = run('document', 'draft', '--form', form, '--from', '2026-01-01', '--to', '2026-12-31');
    return run('document', 'show', made.number);
  };
  const stat = await get('/statistics?from=2026-01-01&to=2026-12-31');
  const report = await draft('bao-cao-so-lieu');
  assert.equal(Number(report.values.total), stat.incidents.count);
  assert.equal(Number(report.values.not_attacks), stat.not_attack.count);
  assert.equal(report.values.by_type.reduce((n, r) => n + Number(r.count), 0), stat.incidents.count);
  assert.equal(Number(report.values.duties_missed), stat.duties.missed.count);
  const five = await draft('mau-05');
  assert.deepEqual(five.values.incidents.map((r) => COLUMNS.map((c) => Number(r[c]))), [...stat.rows, stat.total].map((r) => COLUMNS.map((c) => r[c])));
  const eight = await draft('mau-08-331');
  assert.equal(eight.values.systems.length, stat.systems.total);
  assert.ok(eight.values.systems.some((r) => r.approval_state === 'Đã được phê duyệt' && r.inspected === 'Định kỳ'));
  run('document', 'export', eight.number, '--out', out('mau-08.pdf'));
  const text = spawnSync('pdftotext', ['-raw', out('mau-08.pdf'), '-'], { encoding: 'utf8' }).stdout.normalize('NFC');
  assert.ok(text.indexOf('GIÁM ĐỐC') > 0 && text.indexOf('GIÁM ĐỐC') < text.indexOf('Phụ lục\n'), text);
  assert.match(text, /tổng hợp\.\/\./);
});

const planText = (of, year, ...more) => {
  of.run('plan', 'export', '--year', String(year), '--out', out('ke-hoach.pdf'), ...more);
  return spawnSync('pdftotext', ['-raw', out('ke-hoach.pdf'), '-'], { encoding: 'utf8' }).stdout.normalize('NFC').replace(/\s+/g, ' ');
};

test('the yearly plan has the plan\'s own structure and cites what is in force in its year', () => {
  const now = planText(data, 2027);
  let at = 0;
  for (const part of ['KẾ HOẠCH', 'I. MỤC ĐÍCH, YÊU CẦU', '1. Mục đích', '2. Yêu cầu', 'II. NỘI DUNG THỰC HIỆN', '1. Triển khai các nhiệm vụ khi chưa có sự cố xảy ra', '1.1.', '1.2.', '1.3.', '1.4.', '1.5.', '1.6.', '2. Triển khai các nhiệm vụ khi có sự cố xảy ra', '2.1.', '2.2.', '2.3.', '2.4.', 'III. TỔ CHỨC THỰC HIỆN', '1. Văn phòng Sở', '2. Các phòng nghiệp vụ thuộc Sở', 'Nơi nhận:']) {
    const found = now.indexOf(part, at);
    assert.ok(found >= 0, part);
    at = found;
  }
  assert.match(now, /Căn cứ Luật An ninh mạng ngày 10 tháng 12 năm 2025;/);
  assert.match(now, /Căn cứ Chỉ thị số 18[^;]*\. Sở Mẫu xây dựng kế hoạch/, 'the last one ends with a full stop');
  assert.doesNotMatch(now, /Luật An toàn thông tin mạng|85\/2016|1017|1312/);
  assert.ok(now.includes(`Phối hợp với ${unit} tham gia huấn luyện`));
  assert.doesNotMatch(now, /Sở Thông tin và Truyền thông|thiếu/);
  const old = planText(data, 2021);
  assert.match(old, /Luật An toàn thông tin mạng; Quyết định số 05\/2017\/QĐ-TTg ngày 16\/3\/2017 và Quyết định số 1017\/QĐ-TTg ngày 14\/8\/2018 của Thủ tướng Chính phủ/);
  assert.match(old, /Căn cứ Luật An toàn thông tin mạng/);
  assert.doesNotMatch(old, /Luật An ninh mạng|331\/2026|18\/CT-TTg/);
  assert.match(planText(data, 2027, '--parent-plan', 'Kế hoạch số 5/KH-UBND ngày 10/01/2027 của UBND tỉnh Ví Dụ'), /Thực hiện Kế hoạch số 5\/KH-UBND ngày 10\/01\/2027 của UBND tỉnh Ví Dụ về ứng phó sự cố/);
  assert.doesNotMatch(planText(data, 2027, '--parent-plan', 'Kế hoạch số 5/KH-UBND'), /Căn cứ Luật/);
  run('plan', 'export', '--year', '2027', '--out', out('ke-hoach.docx'));
  assert.match(readFileSync(convert(out('ke-hoach.docx'), 'txt:Text (encoded):UTF8'), 'utf8'), /2\.4\. Tổng kết, đánh giá/);
});

// Where lines end is nobody's business here.
const squeezed = (s) => s.replace(/\s+/g, '');

test('for Khánh Hòa in 2021 the plan is the plan of 2021, word for word where nothing is data', () => {
  run('agency', 'set', '--name', 'Sở Tài chính tỉnh Khánh Hòa', '--short-name', 'Sở Tài chính', '--parent-name', 'UBND tỉnh Khánh Hòa', '--place', 'Khánh Hòa', '--symbol', 'STC');
  const text = planText(data, 2021);
  for (const sentence of [
    'Thực hiện Kế hoạch số 1312/KH-UBND ngày 23/02/2021 của UBND tỉnh Khánh Hòa về ứng phó sự cố, bảo đảm an toàn thông tin mạng trên địa bàn tỉnh năm 2021, Sở Tài chính xây dựng kế hoạch với những nội dung như sau:',
    'Tuyên truyền, phổ biến Kế hoạch số 1312/KH-UBND ngày 23/02/2021 của UBND tỉnh Khánh Hòa và Kế hoạch của Sở Tài chính về ứng phó sự cố, bảo đảm an toàn thông tin mạng trên địa bàn tỉnh Khánh Hòa năm 2021; Luật An toàn thông tin mạng; Quyết định số 05/2017/QĐ-TTg ngày 16/3/2017 và Quyết định số 1017/QĐ-TTg ngày 14/8/2018 của Thủ tướng Chính phủ; Kế hoạch số 13784/KH-UBND ngày 31/12/2020 của UBND tỉnh.',
    'theo quy định tại Điều 9 Thông tư số 20/2017/TT-BTTTT ngày 12/9/2017 của Bộ Thông tin và Truyền thông quy định về các hoạt động điều phối, ứng cứu sự cố an toàn thông tin mạng trên toàn quốc.',
    'Hàng ngày thực hiện sao lưu dữ liệu chung của Sở, đảm bảo an toàn dữ liệu;',
  ])
    assert.ok(squeezed(text).includes(squeezed(sentence)), sentence + '\n' + text);
  assert.doesNotMatch(text, /Căn cứ Luật/);
});

test('Ctrl-C ends the server', async () => {
  assert.equal((await server.stop('SIGINT')).code, 0);
});

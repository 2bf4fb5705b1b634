// SPDX-License-Identifier: Apache-2.0
// scene.mjs: a sample agency in the middle of a working day: one grave incident well
// under way, smaller ones around it, reports nobody has taken yet.
import { createServer } from 'node:net';
import { newData, person, Person, serve, freePort } from '../suite/lib.mjs';
import { PHOTO } from './browser.mjs';

const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

// Answers { data, server, admin, substitute, number, id, code, fresh, token, custody, stop }.
export async function scene() {
  const data = newData();
  data.run('agency', 'set', '--hotline', '0900 000 001');
  const server = await serve(data.dir);
  const admin = await person(server, data, data.login);
  const substitute = await person(server, data, 'duphong');
  const s = { data, server, admin, substitute, stop: () => server.stop() };
  await older(s);
  await grave(s);
  await led(s);
  await proved(s);
  await papered(s);
  await waiting(s);
  await alerted(s);
  return s;
}

async function report(s, fields) {
  return s.admin.ok('POST', '/reports', { channel: 'phone', ...fields });
}

async function opened(s, fields) {
  return s.admin.ok('POST', '/incidents', { take: true, ...fields });
}

const advance = (s, id, to, more = {}) => s.admin.ok('POST', `/incidents/${id}/advance`, { to, force: true, reason: 'Đã họp nhanh, thống nhất', ...more });

// Earlier and smaller incidents, so that lists, levels and matches have something to show.
async function older(s) {
  const mail = await opened(s, { title: 'Thư giả mạo Kho bạc gửi 12 hộp thư', detected_at: ago(60 * 26),
    description: 'Thư có đường dẫn hxxp://nop-thue[.]example[.]com/dang-nhap, gửi từ ketoan@thue-dientu.example.com' });
  await s.admin.ok('POST', `/incidents/${mail.id}/triage`, { answers: { signs: 'phishing,credentials', account: 'user', machines: '1', divisions: '2', can_handle: 'yes', national_security: 'no', backup: 'good' } });
  await advance(s, mail.id, 'initial_response');
  const line = await opened(s, { title: 'Mất đường truyền số liệu chuyên dùng', detected_at: ago(60 * 5) });
  await s.admin.ok('POST', `/incidents/${line.id}/triage`, { answers: { signs: 'line', service_down: 'yes', down_hours: '2', machines: '0', can_handle: 'yes', national_security: 'no', crime: 'no' } });
  const portal = await opened(s, { title: 'Trang tin bị chèn liên kết cá cược', detected_at: ago(60 * 50) });
  await s.admin.ok('POST', `/incidents/${portal.id}/triage`, { answers: { signs: 'portal_changed', illegal_content: 'yes', takedown: 'yes', public: 'yes', machines: '1', server: 'yes', can_handle: 'yes', national_security: 'no' } });
  await s.admin.ok('PATCH', `/incidents/${portal.id}`, { lead: 'duphong' });
}

async function grave(s) {
  const form = new FormData();
  for (const [k, v] of [['symptoms', 'ransom_note'], ['symptoms', 'files_changed'], ['place', 'Máy kế toán 3, tầng 2'], ['contact_name', 'Ngô Thị Bình'],
    ['contact_division', 'Phòng Quản lý giá và công sản'], ['contact_phone', '0900 000 010'],
    ['description', 'Mở tệp Excel thì máy chậm, sau đó các tệp đổi đuôi .locked và hiện bảng đòi tiền. Trên màn hình có địa chỉ hxxp://tra-tien[.]example[.]com/nop, thư gửi từ ketoan@thue-dientu.example.com'],
    ['done', 'Đã rút dây mạng, chưa tắt máy']]) form.append(k, v);
  form.append('files', new Blob([PHOTO.buffer], { type: PHOTO.mimeType }), PHOTO.name);
  const sent = await new Person(s.server.url).ok('POST', '/reports', form);
  s.code = sent.code;
  const kept = await s.admin.ok('GET', `/reports/${s.code}/record`);
  s.id = kept.incident_id;
  s.number = kept.incident_number;
  await s.admin.ok('POST', `/incidents/${s.id}/take`);
  await s.admin.ok('POST', `/reports/${s.code}/ask`, { text: 'Máy còn cắm mạng không? Có ai khác mở ổ dùng chung sáng nay không?' });
  await new Person(s.server.url).ok('POST', `/reports/${s.code}/answer`, { text: 'Em rút dây rồi ạ. Chị Hoa cũng đang mở ổ G.' });
  const paper = await report(s, { channel: 'paper', symptoms: ['files_changed'], place: 'Máy kế toán 5', contact_name: 'Phạm Thị Hoa', told_at: ago(40), occurred_at: ago(55) });
  const other = await s.admin.ok('GET', `/reports/${paper.code}/record`);
  await s.admin.ok('POST', `/incidents/${other.incident_id}/merge`, { into: s.number, reason: 'Cùng một ổ dùng chung' });
  await s.admin.ok('PATCH', `/incidents/${s.id}`, {
    title: 'Mã độc tống tiền trên máy kế toán, lan sang ổ dùng chung', detected_at: ago(55), occurred_at: ago(95), lead: 'quantri',
    summary: 'Hai máy kế toán bị mã hóa tệp từ khoảng 95 phút trước sau khi mở tệp Excel đính kèm thư giả mạo. Ổ dùng chung G: có tệp .locked. Đã rút mạng hai máy; bản sao lưu đêm qua còn nguyên.',
  });
  await s.admin.ok('POST', `/incidents/${s.id}/triage`, { answers: { system_level: '2', core: 'yes', shared: 'no', signs: 'encrypted', service_down: 'yes', down_hours: '1', account: 'user', takeover: 'no', data_out: 'suspected', data_kind: 'internal,personal', machines: '2', divisions: '1', server: 'yes', spreading: 'no', backup: 'good', backup_age: '1', can_handle: 'yes', oncall: 'yes', others: 'no', public: 'no', national_security: 'no', crime: 'yes' } });
}

async function led(s) {
  for (const item of [{ kind: 'system', name: 'Máy chủ tệp và ổ đĩa dùng chung', state: 'affected' }, { kind: 'machine', name: 'PC-KT-03', state: 'isolated', note: 'Đã rút mạng, để nguyên nguồn' },
    { kind: 'machine', name: 'PC-KT-05', state: 'isolated' }, { kind: 'account', name: 'ngobinh@somau.example.vn', state: 'suspected' }, { kind: 'data', name: 'Ổ G:, thư mục Kế toán 2026', state: 'affected' }])
    await s.admin.ok('POST', `/incidents/${s.id}/scope`, item);
  await advance(s, s.id, 'initial_response');
  const tasks = async (phase) => (await s.admin.ok('GET', `/incidents/${s.id}/tasks`)).items.filter((t) => t.phase === phase && t.state === 'open');
  let minutes = 50;
  for (const t of await tasks('priority')) await s.admin.ok('POST', `/tasks/${t.id}/done`, { note: 'Đã làm cùng người dùng tại chỗ', done_at: ago(minutes -= 4), without_approval: t.needs_approval });
  for (const t of (await tasks('identify')).slice(0, 3)) await s.admin.ok('POST', `/tasks/${t.id}/done`, { note: 'Xong', done_at: ago(minutes -= 4), without_approval: t.needs_approval });
  await advance(s, s.id, 'option_selection');
  const asked = await s.admin.ok('POST', `/incidents/${s.id}/directions`, {
    question: 'Cho phép ngắt máy chủ tệp 2 giờ để chặn lây lan và khôi phục?', situation: 'Mã độc đang mã hóa tệp trên ổ dùng chung. Hai máy kế toán đã cô lập. Bản sao lưu đêm qua còn dùng được.',
    cost: 'Dừng ổ dùng chung của cả Sở 2 giờ; khoảng 60 người không mở được hồ sơ chung.', if_not: 'Có thể mất toàn bộ hồ sơ năm 2026 trên ổ G:.', asked: 'giamdoc', due_at: ago(-45),
  });
  s.token = asked.link.split('/').pop();
  await s.admin.ok('POST', `/incidents/${s.id}/directions/record`, { question: 'Báo Đội ứng cứu của tỉnh hỗ trợ phân tích?', channel: 'oral', asked_name: 'Phạm Thu Phó, Phó Giám đốc', answer: 'approve', words: 'Báo ngay, tôi gọi trước cho bên đó.', answered_at: ago(22) });
  await s.admin.ok('PATCH', `/incidents/${s.id}`, { option_chosen: 'Cô lập hai máy và máy chủ tệp, khôi phục ổ G: từ bản sao lưu đêm qua' });
  await advance(s, s.id, 'containment');
}

async function proved(s) {
  const open = (await s.admin.ok('GET', `/incidents/${s.id}/tasks`)).items.filter((t) => t.phase === 'contain');
  const closedPort = await freePort();
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => listener.once('listening', done));
  for (const [n, target] of [[0, closedPort], [1, listener.address().port]]) {
    const probe = await s.admin.ok('POST', `/incidents/${s.id}/probes`, { kind: 'tcp_closed', target: `127.0.0.1:${target}`, task: open[n]?.id });
    await s.admin.ok('POST', `/probes/${probe.id}/run`);
  }
  listener.unref(); // stays open, so that the probe stays red
  await s.admin.ok('POST', `/incidents/${s.id}/notes`, { text: 'Nhà cung cấp phần mềm kế toán xác nhận không phát hành tệp Excel nào sáng nay.', occurred_at: ago(15), told_at: ago(12) });
  await s.admin.ok('POST', `/incidents/${s.id}/observables/extract`, { text: 'hxxp://tra-tien[.]example[.]com/nop 203.0.113.77 SHA256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 baocao.xlsm', save: true });
  const form = new FormData();
  for (const [k, v] of [['name', 'Nhật ký máy chủ tệp sáng nay'], ['kind', 'log'], ['form', 'copy'], ['collected_at', ago(25)], ['place', 'Phòng máy chủ, tầng 3'], ['method', 'Xuất Event Log (EVTX) ra USB chống ghi'], ['reason', 'Tìm máy ghi tệp .locked đầu tiên']]) form.append(k, v);
  form.append('files', new Blob(['4663 ghi tep G:\\KeToan\\2026\\bc.xlsx.locked PC-KT-03\n'.repeat(40)]), 'may-chu-tep.evtx');
  const piece = await s.admin.ok('POST', `/incidents/${s.id}/evidence`, form);
  await s.admin.ok('POST', `/evidence/${piece.id}/transfer`, { to: 'duphong', place: 'Tủ hồ sơ số 2, Phòng máy chủ', reason: 'Bàn giao ca trực' });
  s.custody = (await s.admin.ok('GET', `/evidence/${piece.id}`)).custody.find((c) => c.action === 'transfer').id;
}

// A notification that went out, an initial report being written, an order that came in.
async function papered(s) {
  const notice = await s.admin.ok('POST', '/documents', { form: 'thong-bao-su-co', incident: s.number, variant: 'cong-van' });
  await s.admin.ok('POST', `/documents/${notice.id}/submit`);
  await s.admin.ok('POST', `/documents/${notice.id}/approve`, { by: 'giamdoc' });
  await s.admin.ok('POST', `/documents/${notice.id}/number`, { number: '118', date: new Date(Date.now() + 7 * 3600_000).toISOString().slice(0, 10) });
  const to = (await s.admin.ok('GET', `/documents/${notice.id}`)).proposed.filter((p) => p.contact_id).slice(0, 2).map((p) => p.contact_id);
  await s.admin.ok('POST', `/documents/${notice.id}/send`, { to, channel: 'eoffice', proof: 'E-Office 2026/118' });
  s.paper = (await s.admin.ok('POST', '/documents', { form: 'mau-03', incident: s.number })).number;
  await s.admin.ok('POST', '/incoming', { kind: 'warning', issuer: 'Công an tỉnh Ví Dụ', doc_number: '45/CA-ANM', content: 'Cảnh báo chiến dịch thư giả mạo nhắm vào kế toán các sở, kèm danh sách tên miền cần chặn.', actions: 'Chặn ba tên miền trên tường lửa\nBáo cáo kết quả rà soát', due_at: ago(-60 * 30) });
}

async function waiting(s) {
  await new Person(s.server.url).ok('POST', '/reports', { symptoms: ['account_strange'], description: 'Hộp thư của tôi tự gửi thư lúc 3 giờ sáng', place: 'Phòng Quản lý ngân sách', contact_name: 'Đặng Văn Trưởng', contact_phone: '0900 000 007' });
  const sent = await new Person(s.server.url).ok('POST', '/reports', { symptoms: ['phishing'], description: 'Tin nhắn bảo cập nhật VNeID, chưa bấm', place: 'Thanh tra Sở', anonymous: true });
  s.fresh = sent.code;
}

// Alerts of several kinds: waiting, muted, judged, one in the grave incident.
async function alerted(s) {
  const at = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
  const one = (ref, more) => ({ source: 'hunt', source_ref: ref, level: 'medium', first_at: at(60), last_at: at(30), ...more });
  const sent = await s.admin.ok('POST', '/alerts', { alerts: [
    one('m1', { rule_id: 'win-shadow-delete', title: 'Xóa bản sao bóng của ổ đĩa', level: 'critical', host: 'PC-KETOAN-03', user: 'ketoan3', tags: ['attack.t1490', 'attack.impact'], playbook: 'ransomware',
      advice: 'Rút mạng máy này ngay, giữ nguyên nguồn điện, báo quản trị mạng.', count: 4,
      detail: { story: 'Trên PC-KETOAN-03 từ 08:12 đến 08:31: chạy vssadmin xóa bản sao bóng, rồi tắt dịch vụ sao lưu.', log: 'vssadmin.exe  delete shadows /all /quiet',
        matched: [{ field: 'Image', value: 'C:\\Windows\\System32\\vssadmin.exe', why: 'endswith \\vssadmin.exe' }, { field: 'CommandLine', value: 'vssadmin.exe delete shadows /all /quiet', why: 'contains all delete, shadows' }] },
      observables: [{ type: 'domain', value: 'tra-tien.example.com', note: 'máy chủ nhận tiền chuộc', ioc: true }, '203.0.113.7'] }),
    ...Array.from({ length: 6 }, (_, i) => one(`b${i}`, { rule_id: 'ssh-brute-force', title: 'Dò mật khẩu SSH', level: 'high', host: `MAY-CHU-${i % 3 + 1}`, count: 40 + i, last_at: at(20 + i), observables: ['198.51.100.24'] })),
    ...Array.from({ length: 7 }, (_, i) => one(`q${i}`, { rule_id: 'port-scan', title: 'Quét cổng nội bộ', host: 'MAY-KIEM-THU', count: 3, last_at: at(600 + i * 60), first_at: at(700 + i * 60) })),
    one('g1', { rule_id: 'defender-off', title: 'Tắt Windows Defender', level: 'high', host: 'PC-KETOAN-03', playbook: 'ransomware', observables: ['203.0.113.7'] }),
  ] });
  s.alert = sent.items[0].number;
  const q = sent.items.filter((a) => a.source_ref.startsWith('q')).map((a) => a.number);
  await s.admin.ok('POST', '/alerts/verdict', { alerts: q.slice(0, 5), verdict: 'false_positive', note: 'Máy kiểm thử chạy quét theo lịch' });
  await s.admin.ok('POST', '/alerts/mutes', { alert: q[5], host: 'MAY-KIEM-THU', days: 30, reason: 'Máy kiểm thử quét cổng theo lịch hằng đêm' });
  await s.admin.ok('POST', '/alerts/merge', { alerts: [sent.items.find((a) => a.source_ref === 'g1').number], into: s.number, reason: 'Cùng máy, cùng lúc' });
}

// SPDX-License-Identifier: Apache-2.0
// What real senders write: Wazuh's alerts of several decoders, Suricata's EVE of all its event types,
// TheHive's clients of 3, 4 and 5 with files. Answers have the status and shape those clients read.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { folder, khien, newData, person, serve } from './lib.mjs';

const data = newData({ testClock: true });
const { run } = data;
run('clock', 'set', '2026-11-23T08:00:00+07:00');
const server = await serve(data.dir);
after(() => server.stop());
const admin = await person(server, data, data.login);
const key = (await admin.ok('POST', '/keys', { name: 'nguồn', days: 365 })).key;

async function send(path, body, headers = { 'content-type': 'application/json' }) {
  const answer = await fetch(server.url + path, { method: 'POST', body: typeof body === 'object' && !(body instanceof FormData) && !(body instanceof Uint8Array) ? JSON.stringify(body) : body,
    headers: { authorization: `Bearer ${key}`, ...headers } });
  const text = await answer.text();
  return { status: answer.status, text, type: answer.headers.get('content-type'), json: text.startsWith('{') ? JSON.parse(text) : undefined };
}
const shown = (id) => admin.ok('GET', `/alerts/${id}`);
const values = (a, type) => a.observables.filter((o) => o.type === type).map((o) => o.value).sort();
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
let reference = 0;
const hive = (more = {}) => ({ type: 'external', source: 'Velociraptor', sourceRef: `F.${++reference}`, title: 'Webshell trên máy chủ web', description: 'Tệp lạ trong thư mục tải lên.', ...more });

// ---- Wazuh 4.x, as integratord hands it to custom-* scripts

const wazuh = (more) => ({
  timestamp: '2026-11-23T07:31:05.123+0700', agent: { id: '003', name: 'web-01', ip: '10.20.1.5' }, manager: { name: 'wazuh-stc' }, id: `1795393865.${++reference}`, location: '/var/log/auth.log',
  decoder: { name: 'x' }, full_log: 'x', ...more,
});
const rule = (id, level, description, more = {}) => ({ level, description, id, firedtimes: 12, mail: false, groups: ['syslog'], gdpr: ['IV_35.7.d'], pci_dss: ['10.2.4'], ...more });
const sshd = wazuh({
  rule: rule('5710', 5, 'sshd: Attempt to login using a non-existent user', { groups: ['syslog', 'sshd', 'authentication_failed', 'invalid_login'],
    mitre: { id: ['T1110.001', 'T1021.004'], tactic: ['Credential Access', 'Lateral Movement'], technique: ['Password Guessing', 'SSH'] } }),
  full_log: 'Nov 23 07:31:04 web-01 sshd[2211]: Invalid user admin from 203.0.113.45 port 51234', predecoder: { program_name: 'sshd', timestamp: 'Nov 23 07:31:04', hostname: 'web-01' },
  decoder: { parent: 'sshd', name: 'sshd' }, data: { srcip: '203.0.113.45', srcport: '51234', srcuser: 'admin' },
});
const fim = wazuh({
  rule: rule('550', 7, 'Integrity checksum changed.', { groups: ['ossec', 'syscheck', 'syscheck_entry_modified', 'syscheck_file'], mitre: { id: ['T1565.001'], tactic: ['Impact'], technique: ['Stored Data Manipulation'] } }),
  full_log: "File '/var/www/html/index.php' modified\nMode: realtime\nChanged attributes: size,md5", location: 'syscheck', decoder: { name: 'syscheck_integrity_changed' },
  syscheck: { path: '/var/www/html/index.php', mode: 'realtime', size_before: '10', size_after: '20', perm_after: 'rw-r--r--', uid_after: '33', md5_before: 'a'.repeat(32), md5_after: 'b'.repeat(32), sha1_before: 'a'.repeat(40),
    sha1_after: 'b'.repeat(40), sha256_before: 'a'.repeat(64), sha256_after: 'b'.repeat(64), uname_after: 'www-data', mtime_after: '2026-11-23T07:30:00', inode_after: 131, changed_attributes: ['size', 'md5'], event: 'modified' },
});
const windows = wazuh({
  rule: rule('92052', 4, 'Windows command prompt started by an abnormal process', { groups: ['sysmon', 'sysmon_eid1_detections', 'windows'], mitre: { id: ['T1059.003'], tactic: ['Execution'], technique: ['Windows Command Shell'] } }),
  agent: { id: '014', name: 'PC-KETOAN-03', ip: '10.20.3.14' }, location: 'EventChannel', decoder: { name: 'windows_eventchannel' }, full_log: undefined,
  data: { win: { system: { providerName: 'Microsoft-Windows-Sysmon', eventID: '1', computer: 'PC-KETOAN-03.so.local', channel: 'Microsoft-Windows-Sysmon/Operational' },
    eventdata: { image: 'C:\\\\Windows\\\\System32\\\\cmd.exe', commandLine: 'cmd.exe /c whoami', user: 'SO\\\\ketoan', parentImage: 'C:\\\\Users\\\\ketoan\\\\x.exe', hashes: `MD5=${'c'.repeat(32)},SHA256=${'d'.repeat(64)},IMPHASH=${'e'.repeat(32)}` } } },
});
const vulnerability = wazuh({
  rule: rule('23505', 10, 'CVE-2024-6387 affects openssh-server', { groups: ['vulnerability-detector'] }), location: 'vulnerability-detector', full_log: undefined,
  data: { vulnerability: { cve: 'CVE-2024-6387', severity: 'High', package: { name: 'openssh-server', version: '1:9.2p1-2' }, score: { base: '8.1', version: '3.1' }, reference: 'https://nvd.nist.gov/vuln/detail/CVE-2024-6387', status: 'Active' } },
});
const itself = wazuh({ rule: rule('502', 3, 'Wazuh server started.', { groups: ['ossec'] }), agent: { id: '000', name: 'wazuh-stc' }, location: 'wazuh-monitord', full_log: 'ossec: Manager started.', decoder: { name: 'ossec' } });
const ids = wazuh({
  rule: rule('86601', 3, 'Suricata: Alert - ET SCAN Nmap', { groups: ['ids', 'suricata'] }), location: '/var/log/suricata/eve.json', full_log: undefined,
  data: { timestamp: '2026-11-23T07:31:05.000001+0700', event_type: 'alert', src_ip: '203.0.113.46', dest_ip: '10.20.1.5', alert: { signature_id: '2000537', signature: 'ET SCAN Nmap', severity: '2' } },
});

test('Wazuh: each decoder gives machine, account and signs; each alert is taken', async () => {
  const rows = [
    [sshd, { level: 'low', host: 'web-01', user: 'admin', ip: ['203.0.113.45'] }], [fim, { level: 'medium', host: 'web-01', user: 'www-data', sha256: ['b'.repeat(64)] }],
    [windows, { level: 'low', host: 'PC-KETOAN-03', user: 'SO\\ketoan', sha256: ['d'.repeat(64)] }], [vulnerability, { level: 'medium', host: 'web-01', user: null }],
    [itself, { level: 'informational', host: 'wazuh-stc', user: null }], [ids, { level: 'informational', host: 'web-01', user: null, ip: ['10.20.1.5', '203.0.113.46'] }],
  ];
  for (const [alert, want] of rows) {
    const r = await send('/api/v1/alerts/wazuh', alert);
    assert.equal(r.status, 201, r.text);
    const a = await shown(r.json.items[0].id);
    assert.deepEqual([a.title, a.rule_id, a.alert_level, a.host, a.user_name], [alert.rule.description, alert.rule.id, want.level, want.host, want.user], r.text);
    for (const type of ['ip', 'sha256']) assert.deepEqual(values(a, type), want[type] ?? [], alert.rule.id);
    if (alert.full_log) assert.equal(a.detail.log, alert.full_log);
  }
  // The script of doc/alert.md: what curl --fail-with-body takes for a failure is one.
  assert.equal((await send('/api/v1/alerts/wazuh', sshd)).status, 200);
  assert.equal((await send('/api/v1/alerts/wazuh', { ...sshd, rule: undefined })).status, 422);
});

// ---- Suricata 6 to 8

const eve = (event_type, more) => ({ timestamp: '2026-11-23T07:45:00.123456+0700', flow_id: 1872378409123456, in_iface: 'eth1', event_type, src_ip: '10.20.3.14', src_port: 50123, dest_ip: '198.51.100.23', dest_port: 443, proto: 'TCP', ...more });
const signature = (signature_id, more = {}) => ({ action: 'allowed', gid: 1, signature_id, rev: 4, signature: `ET TEST ${signature_id}`, category: 'A Network Trojan was detected', severity: 1, ...more });

test('Suricata: of a batch of lines the alerts are taken, with the signs of what they were seen in', async () => {
  const lines = [
    eve('alert', { alert: signature(1), app_proto: 'http', http: { hostname: 'tai.example', url: '/a.exe', http_method: 'GET', status: 200 }, files: [{ filename: '/a.exe', sha256: 'f'.repeat(64), state: 'CLOSED', stored: false, size: 10, gaps: false }] }),
    eve('alert', { alert: signature(2), app_proto: 'dns', dns: { query: [{ type: 'query', id: 1, rrname: 'hoi.example', rrtype: 'A' }] } }),
    eve('alert', { alert: signature(3), app_proto: 'dns', dns: { version: 3, type: 'request', queries: [{ rrname: 'hoi8.example', rrtype: 'A' }] } }),
    eve('alert', { alert: signature(4, { metadata: { signature_severity: ['Critical'] } }), tls: { sni: 'an.example', version: 'TLS 1.3', ja3: { hash: 'x' } } }),
    eve('alert', { alert: signature(5), icmp_type: 8, icmp_code: 0, proto: 'ICMP', src_ip: 'fe80::1', dest_ip: 'ff02::1', flow_id: undefined }),
    eve('anomaly', { anomaly: { type: 'stream', event: 'stream.pkt_invalid_ack' } }), eve('http', { http: { hostname: 'x.example' } }), eve('dns', { dns: { rrname: 'y.example' } }), eve('tls', { tls: { sni: 'z.example' } }),
    eve('fileinfo', { fileinfo: { filename: '/b', sha256: '1'.repeat(64) } }), eve('flow', { flow: {} }), { timestamp: '2026-11-23T07:45:00.123456+0700', event_type: 'stats', stats: { uptime: 1 } },
  ];
  const r = await send('/api/v1/alerts/suricata', lines.map((l) => JSON.stringify(l)).join('\n') + '\n', { 'content-type': 'text/plain' });
  assert.equal(r.status, 201, r.text);
  assert.deepEqual([r.json.created, r.json.skipped, r.json.refused_count], [5, 7, 0], r.text);
  const [http, dns6, dns8, tls, ping] = await Promise.all(r.json.items.map((i) => shown(i.id)));
  assert.deepEqual([values(http, 'domain'), values(http, 'sha256'), values(http, 'url')], [['tai.example'], ['f'.repeat(64)], ['http://tai.example/a.exe']]);
  assert.deepEqual([values(dns6, 'domain'), values(dns8, 'domain'), values(tls, 'domain')], [['hoi.example'], ['hoi8.example'], ['an.example']]);
  assert.deepEqual([http.alert_level, tls.alert_level, ping.host], ['high', 'critical', 'ff02::1']);
  // A batch without a single alert, and one with a broken line, are no reason to send again.
  assert.equal((await send('/api/v1/alerts/suricata', JSON.stringify(lines[6]) + '\n')).status, 200);
  const broken = await send('/api/v1/alerts/suricata', JSON.stringify(eve('alert', { alert: signature(9) })) + '\n{"timestamp":"2026-11-23T07:45\n');
  assert.deepEqual([broken.status, broken.json.created, broken.json.refused[0].place], [201, 1, 2], broken.text);
  // What is packed cannot be read, and says so.
  assert.equal((await send('/api/v1/alerts/suricata', new Uint8Array([31, 139, 8, 0]), { 'content-type': 'application/json', 'content-encoding': 'gzip' })).status, 415);
});

// ---- TheHive

test('TheHive: the answer has what its clients read, the same again is known, a refusal has type and message', async () => {
  const sent = hive({ severity: 3, date: 1795395000000, tags: ['host=WEB-01'], tlp: 3, pap: 2, artifacts: [{ dataType: 'ip', data: '203.0.113.9', tlp: 0 }, { dataType: 'domain', data: 'xau.example' }] });
  const r = await send('/api/alert', sent);
  assert.equal(r.status, 201, r.text);
  for (const [name, value] of Object.entries({ _type: 'Alert', status: 'New', type: sent.type, source: sent.source, sourceRef: sent.sourceRef, title: sent.title, description: sent.description, severity: 3, date: sent.date, tlp: 3, pap: 2, follow: true, observableCount: 2 }))
    assert.equal(r.json[name], value, name);
  assert.ok(r.json._id && r.json.id === r.json._id && Number.isInteger(r.json._createdAt) && Number.isInteger(r.json.createdAt));
  assert.deepEqual(r.json.tags, sent.tags);
  const again = await send('/api/v1/alert', sent);
  assert.deepEqual([again.status, again.json._id], [200, r.json._id]);
  const rows = [
    [{ ...sent, title: undefined }, 400, 'title'], [{ ...sent, severity: 9 }, 400, 'severity'], [{ ...sent, tags: 'x' }, 400, 'tags'], [{ ...sent, tlp: 7 }, 400, 'tlp'], [{ ...sent, date: 'hôm qua' }, 400, 'date'],
    [{ ...sent, artifacts: [{ data: 'x' }] }, 400, 'artifacts[0].dataType'], [{ ...sent, observables: [{ dataType: 'ip', data: '1.1.1.1', tlp: 'x' }] }, 400, 'observables[0].tlp'], [[sent], 400, undefined], ['{', 400, undefined], ['', 400, 'body'],
  ];
  for (const [body, status, field] of rows) {
    const bad = await send('/api/v1/alert', body);
    assert.deepEqual([bad.status, bad.json.field || undefined], [status, field], bad.text);
    assert.ok(bad.json.type && bad.json.message && !/err\.|\{\w+\}/.test(bad.json.message), bad.text);
  }
  const nobody = await send('/api/alert', sent, { authorization: 'Bearer nothing', 'content-type': 'application/json' });
  assert.ok(nobody.status === 401 && nobody.json.type && nobody.json.message, nobody.text);
  // What TheHive has and Khiên has not is no fault; lights of the sender go with its signs.
  assert.equal((await send('/api/v1/alert', hive({ flag: false, follow: true, customFields: [{ name: 'x', value: 1 }], caseTemplate: 'x', procedures: [], assignTo: null, externalLink: 'https://x.example' }))).status, 201);
  const opened = await admin.ok('POST', '/alerts/open', { alerts: [r.json.number] });
  const tlp = Object.fromEntries((await admin.ok('GET', `/incidents/${opened.incident_id}/observables`)).items.map((o) => [o.value, o.tlp]));
  assert.deepEqual(tlp, { '203.0.113.9': 'clear', 'xau.example': 'red' });
});

const shell = Buffer.from('<?php /* mẫu thử, vô hại */ ?>\n');
const note = Buffer.from('MAT TEP CUA BAN DA BI MA HOA\n');
const inline = (name, bytes, more = {}) => ({ dataType: 'file', data: `${name};application/octet-stream;${bytes.toString('base64')}`, ...more });

test('TheHive 3 and 4: files inside the JSON wait with the alert and become evidence with it', async () => {
  const r = await send('/api/alert', hive({ tlp: 1, artifacts: [inline('cmd.php', shell, { message: 'thư mục tải lên', ioc: true, tlp: 3 }), inline('../../thu-tong-tien.txt', note), { dataType: 'file', data: 'hong.bin;x;@@@' }, { dataType: 'file', data: 'khong-co-gi' },
    inline('rong.txt', Buffer.alloc(0)), { dataType: 'file', attachment: { name: 'o-xa.exe', id: 'x' } }, { dataType: 'filename', data: 'a.exe' }] }));
  assert.equal(r.status, 201, r.text);
  assert.deepEqual(r.json.files.map((f) => [f.name, f.taken]), [['cmd.php', true], ['thu-tong-tien.txt', true], ['hong.bin', false], ['khong-co-gi', false], ['rong.txt', false], ['o-xa.exe', false]]);
  for (const f of r.json.files) assert.ok(f.taken ? /^[0-9a-f]{64}$/.test(f.sha256) : f.reason.length > 7, JSON.stringify(f));
  const a = await shown(r.json._id);
  assert.deepEqual(a.files.map((f) => [f.name, f.size, f.sha256, f.note, f.tlp, f.evidence_number]), [['cmd.php', shell.length, sha256(shell), 'thư mục tải lên', 'red', null], ['thu-tong-tien.txt', note.length, sha256(note), null, 'green', null]]);
  assert.deepEqual(values(a, 'sha256'), [sha256(shell), sha256(note)].sort());
  assert.equal(a.observables.find((o) => o.value === sha256(shell)).is_ioc, true);
  assert.ok(!JSON.stringify(a.detail).includes(shell.toString('base64').slice(0, 12)), 'its bytes are not repeated among the fields');
  const hits = (await admin.ok('GET', `/search?q=${sha256(shell)}`)).items;
  assert.deepEqual(hits.map((h) => h.number), [a.number]);
  const opened = await admin.ok('POST', '/alerts/open', { alerts: [a.number] });
  const evidence = (await admin.ok('GET', `/incidents/${opened.incident_id}/evidence`)).items;
  assert.deepEqual(evidence.map((e) => [e.name, e.kind, e.form, e.sha256, e.size, e.collected_by, e.tlp]).sort(), [['cmd.php', 'file', 'copy', sha256(shell), shell.length, 'Velociraptor', 'red'], ['thu-tong-tien.txt', 'file', 'copy', sha256(note), note.length, 'Velociraptor', 'green']]);
  const lines = (await admin.ok('GET', `/incidents/${opened.incident_id}/timeline?kind=evidence`)).items.map((t) => t.text);
  assert.deepEqual(lines, ['Đưa 2 tệp gửi kèm cảnh báo vào chứng cứ: cmd.php, thu-tong-tien.txt']);
  assert.deepEqual((await shown(a.id)).files.map((f) => f.evidence_number).sort(), evidence.map((e) => e.number).sort());
  const file = await fetch(`${server.url}/api/v1/evidence/${evidence.find((e) => e.name === 'cmd.php').id}/file`, { headers: { cookie: admin.cookie ?? '' } });
  if (file.status === 200) assert.deepEqual(Buffer.from(await file.arrayBuffer()), shell);
  // One more of the same alert, now that it is in the incident; the same again adds nothing.
  const more = await send('/api/alert', hive({ sourceRef: r.json.sourceRef, artifacts: [inline('cmd.php', shell), inline('them.log', Buffer.from('thêm'))] }));
  assert.equal(more.status, 200, more.text);
  assert.deepEqual((await admin.ok('GET', `/incidents/${opened.incident_id}/evidence`)).items.map((e) => e.name).sort(), ['cmd.php', 'them.log', 'thu-tong-tien.txt']);
  // Taken out, the evidence stays; put elsewhere, it is evidence there too.
  await admin.ok('POST', `/alerts/${a.id}/unmerge`, { reason: 'nhầm' });
  assert.equal((await admin.ok('GET', `/incidents/${opened.incident_id}/evidence`)).items.length, 3);
  const other = await admin.ok('POST', '/incidents', { title: 'Việc khác' });
  await admin.ok('POST', '/alerts/merge', { alerts: [a.id], into: other.id });
  assert.equal((await admin.ok('GET', `/incidents/${other.id}/evidence`)).items.length, 3);
});

test('TheHive 5: files in parts of a form, as thehive4py sends them; what is too much is left out by name', async () => {
  const form = (alert, parts) => {
    const f = new FormData();
    for (const [field, name, bytes] of parts) f.append(field, new Blob([bytes]), name);
    f.append('_json', new Blob([JSON.stringify(alert)]), '_json');
    return f;
  };
  const r = await send('/api/v1/alert', form(hive({ observables: [{ dataType: 'file', attachment: '5f0c', message: 'mẫu' }, { dataType: 'file', attachment: ['77aa'] }, { dataType: 'file', attachment: 'không-có' }, { dataType: 'ip', data: '203.0.113.7' }] }),
    [['5f0c', 'mau.bin', shell], ['77aa', 'lon.bin', new Uint8Array((8 << 20) + 1)], ['unnamed', 'thua.bin', note]]), {});
  assert.equal(r.status, 201, r.text);
  assert.deepEqual(r.json.files.map((f) => [f.name, f.taken]), [['mau.bin', true], ['lon.bin', false], [null, false]], r.text);
  const a = await shown(r.json._id);
  assert.deepEqual(a.files.map((f) => [f.name, f.sha256, f.note]), [['mau.bin', sha256(shell), 'mẫu']]);
  const many = await send('/api/v1/alert', hive({ observables: Array.from({ length: 13 }, (_, i) => inline(`${i}.txt`, Buffer.from(`tệp ${i}`))) }));
  assert.equal(many.json.files.filter((f) => f.taken).length, 10);
  const large = await send('/api/alert', hive({ artifacts: [inline('to.bin', Buffer.alloc((8 << 20) + 1, 1)), inline('nho.txt', note)] }));
  assert.deepEqual([large.status, large.json.files.map((f) => f.taken)], [201, [false, true]], large.text);
  assert.equal((await send('/api/alert', hive({ artifacts: [inline('qua-to.bin', Buffer.alloc(10 << 20, 1))] }))).status, 413);
  for (const [body, headers] of [[form({ title: 'x' }, []), {}], ['--x\r\n', { 'content-type': 'multipart/form-data; boundary=x' }], ['x', { 'content-type': 'multipart/form-data' }]]) {
    const bad = await send('/api/v1/alert', body, headers);
    assert.ok(bad.status === 400 && bad.json.message, bad.text);
  }
  // Elsewhere forms are not taken, and files of a batch only named.
  assert.equal((await send('/api/v1/alerts', form([], []), {})).status, 415);
  const batch = await send('/api/v1/alerts/thehive', [hive({ artifacts: [inline('lo.bin', shell)] })]);
  assert.deepEqual(batch.json.items[0].left_out.map((f) => f.name), ['lo.bin'], batch.text);
  // At the machine itself a file is known by its name.
  const dir = folder();
  writeFileSync(join(dir, 'a.json'), JSON.stringify(hive({ observables: [{ dataType: 'file', attachment: 'mau.exe' }] })));
  writeFileSync(join(dir, 'mau.exe'), shell);
  const local = khien(['alert', 'thehive', join(dir, 'a.json'), '--files', join(dir, 'mau.exe'), '--data', data.dir, '--json']);
  assert.deepEqual(local.json?.files?.map((f) => [f.name, f.taken]), [['mau.exe', true]], local.err);
});

test('what writers of logs let through comes in whole: other encodings, U+0000, halves of letters, long numbers, a byte order mark', async () => {
  const eve = (more) => ({ timestamp: '2026-11-23T07:31:05.123456+0700', flow_id: 9000 + ++reference, event_type: 'alert', src_ip: '203.0.113.9', dest_ip: '10.1.1.1', proto: 'TCP',
    alert: { gid: 1, signature_id: 2024, signature: 'ET X', severity: 1 }, ...more });
  const lines = [eve({ http: { http_user_agent: 'a\xffb' } }), eve({ http: { http_user_agent: 'a\0b' } }), eve(), eve()].map((e) => JSON.stringify(e));
  lines[2] = lines[2].replace(/"flow_id":\d+/, '"flow_id":18446744073709551615');
  lines[3] = lines[3].replace('"ET X"', '"ET \\ud83d"');
  const batch = await send('/api/v1/alerts/suricata', Buffer.from(lines.join('\n'), 'latin1'), { 'content-type': 'application/x-ndjson' });
  assert.deepEqual([batch.status, batch.json?.created, batch.json?.refused_count], [201, 4, 0], batch.text);
  const agent = async (i) => (await shown(batch.json.items[i].id)).detail.matched.find((m) => m.field === 'http.http_user_agent')?.value;
  assert.deepEqual([await agent(0), await agent(1)], ['a\\xffb', 'a\ufffdb']);
  assert.match(batch.json.items[2].source_ref, /^18446744073709551615-/);
  const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(wazuh({ rule: rule('1', 5, 'x') })))]);
  assert.equal((await send('/api/v1/alerts/wazuh', marked)).status, 201);
  const file = join(folder(), 'windows.json');
  writeFileSync(file, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(wazuh({ rule: rule('1', 5, 'x'), full_log: 'c\xe9p' })), 'latin1')]));
  assert.equal(run('alert', 'intake', 'wazuh', file).created, 1);
  assert.equal((await send('/api/v1/alerts', Buffer.from('\ufeff{}', 'utf16le'))).json.field, 'body', 'another encoding altogether is said');
});

test('a time is milliseconds, with a fraction or as text too, or seconds; what is none is refused', async () => {
  for (const date of [1795393865000, 1795393865, '1795393865000', 1795393865000.25, '2026-11-23T07:31:05+07:00']) {
    const made = await send('/api/alert', hive({ date }));
    assert.equal(made.json.date, 1795393865000, `${date}: ${made.text}`);
  }
  assert.equal((await send('/api/alert', hive({ date: '' }))).status, 201);
  for (const date of [-5, '1795393865x', '0x10', 1e300, true, {}]) assert.equal((await send('/api/alert', hive({ date }))).json.field, 'date', String(date));
});

test('Suricata: whole URLs of proxies, unusual ports, senders with a name; an address has one form', async () => {
  const eve = async (more) => shown((await send('/api/v1/alerts/suricata', { timestamp: '2026-11-23T07:31:05.123456+0700', flow_id: 9100 + ++reference, event_type: 'alert', src_ip: '::ffff:203.0.113.9',
    dest_ip: '10.1.1.1', proto: 'TCP', alert: { gid: 1, signature_id: 2024, signature: 'ET X', severity: 1 }, ...more })).json.items[0].id);
  assert.deepEqual(values(await eve({ http: { hostname: 'xau.example', url: 'http://xau.example/b' } }), 'url'), ['http://xau.example/b']);
  assert.deepEqual(values(await eve({ http: { hostname: 'xau.example', http_port: 8080, url: '/a' } }), 'url'), ['http://xau.example:8080/a']);
  const mail = await eve({ email: { from: '"Phòng Kế toán" <ketoan@xau.example>' } });
  assert.deepEqual(values(mail, 'email'), ['ketoan@xau.example']);
  assert.deepEqual(values(mail, 'ip'), ['10.1.1.1', '203.0.113.9']);
});

test('the ledger holds', () => {
  assert.equal(run('ledger', 'verify').faults_count, 0);
});

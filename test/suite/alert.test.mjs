// SPDX-License-Identifier: Apache-2.0
// Alerts: handed in by other programs in their own shapes, once each; muted with a look at what that
// hides; judged, put into incidents and taken out; told once; refused when they are not what they say.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';
import { newData, Person, person, serve } from './lib.mjs';

const data = newData({ testClock: true });
const { run } = data;
const at = (time) => run('clock', 'set', time);
at('2026-11-23T08:00:00+07:00');

const told = [];
const hook = http.createServer((req, res) => {
  let body = '';
  req.on('data', (d) => (body += d)).on('end', () => (told.push(JSON.parse(body)), res.writeHead(204).end()));
});
await new Promise((done) => hook.listen(0, '127.0.0.1', done));
run('setting', 'set', 'webhook.url', `http://127.0.0.1:${hook.address().port}/`);

const server = await serve(data.dir);
after(async () => (await server.stop(), hook.close()));
const admin = await person(server, data, data.login);
const key = (await admin.ok('POST', '/keys', { name: 'wazuh', days: 365 })).key;

// A program with a key: no cookie, no token of a session.
async function send(path, body, { token = key, type = 'application/json' } = {}) {
  const answer = await fetch(server.url + path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': type, ...(token ? { authorization: `Bearer ${token}` } : {}), 'accept-language': 'vi' } });
  const text = await answer.text();
  return { status: answer.status, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}
const alert = (ref, more = {}) => ({ source: 'mayquet', source_ref: ref, rule_id: 'R-1', title: 'Đăng nhập sai nhiều lần', level: 'medium', host: 'PC-01', ...more });
const until = async (what, ms = 40000) => {
  for (const end = Date.now() + ms; ; await new Promise((done) => setTimeout(done, 50))) {
    const got = await what();
    if (got) return got;
    assert.ok(Date.now() < end, 'waited too long');
  }
};

const wazuh = {
  timestamp: '2026-11-23T07:41:12.345+0700', id: '1795395672.1234567',
  rule: { level: 12, id: '92657', description: 'Successful remote logon with an admin account from an unusual place', firedtimes: 3, mail: true,
    groups: ['win_evt_channel', 'authentication_success'], mitre: { id: ['T1078.002', 'T1021'], tactic: ['Defense Evasion', 'Lateral Movement'], technique: ['Domain Accounts'] } },
  agent: { id: '014', name: 'PC-KETOAN-03', ip: '10.20.3.14' }, manager: { name: 'wazuh-stc' }, decoder: { name: 'windows_eventchannel' },
  location: 'EventChannel', full_log: '{"win":{"system":{"eventID":"4624"}}}',
  data: { win: { system: { computer: 'PC-KETOAN-03.so.local', eventID: '4624' }, eventdata: { ipAddress: '203.0.113.77', targetUserName: 'quantri', logonType: '10',
    hashes: 'SHA1=da39a3ee5e6b4b0d3255bfef95601890afd80709,MD5=d41d8cd98f00b204e9800998ecf8427e,IMPHASH=f34d5f2d4577ed6d9ceec516c1f5a744' } } },
};
const eve = {
  timestamp: '2026-11-23T07:45:00.123456+0700', flow_id: 1872378409123456, in_iface: 'eth1', event_type: 'alert', src_ip: '10.20.3.14', src_port: 50123,
  dest_ip: '198.51.100.23', dest_port: 443, proto: 'TCP', app_proto: 'tls', community_id: '1:xx=',
  alert: { action: 'allowed', gid: 1, signature_id: 2027865, rev: 4, signature: 'ET INFO Observed DNS Query to .cloud TLD', category: 'Potentially Bad Traffic', severity: 2,
    metadata: { mitre_technique_id: ['T1071'], signature_severity: ['Major'] } },
  tls: { sni: 'may-chu-la.example', version: 'TLS 1.2' }, flow: { pkts_toserver: 10 },
};
const hive = {
  type: 'external', source: 'Velociraptor', sourceRef: 'F.CJ3K2', title: 'Webshell trên máy chủ web', description: 'Tệp *shell.aspx* mới trong thư mục tải lên.',
  severity: 3, date: 1795395000000, tags: ['attack.T1505.003', 'host=WEB-01'], tlp: 2, pap: 2, externalLink: 'https://velo.example/app#F.CJ3K2',
  artifacts: [{ dataType: 'ip', data: '203.0.113.9', message: 'máy gọi vào', ioc: true }, { dataType: 'hash', data: 'd41d8cd98f00b204e9800998ecf8427e' },
    { dataType: 'user-agent', data: 'curl/8' }],
};

test('a Wazuh alert is read in its own shape, and once', async () => {
  const r = await send('/api/v1/alerts/wazuh', wazuh);
  assert.equal(r.status, 201, r.text);
  assert.deepEqual([r.json.created, r.json.known, r.json.items[0].source_ref], [1, 0, 'wazuh-stc:1795395672.1234567']);
  const again = await send('/api/v1/alerts', wazuh); // recognised by its fields
  assert.equal(again.status, 200, again.text);
  assert.equal(again.json.items[0].id, r.json.items[0].id);
  const a = await admin.ok('GET', `/alerts/${r.json.items[0].number}`);
  assert.deepEqual([a.source, a.rule_id, a.alert_level, a.host, a.user_name, a.count, a.alert_state], ['wazuh', '92657', 'high', 'PC-KETOAN-03', 'quantri', 1, 'new']);
  assert.equal(a.first_at, '2026-11-23T00:41:12.345Z');
  assert.ok(a.tags.includes('attack.t1078.002') && a.tags.includes('attack.defense-evasion'), String(a.tags));
  assert.equal(a.playbook, 'intrusion', 'a first proposal from the technique');
  assert.deepEqual(a.observables.map((o) => o.value).sort(), ['203.0.113.77', 'd41d8cd98f00b204e9800998ecf8427e', 'da39a3ee5e6b4b0d3255bfef95601890afd80709']);
  assert.ok(a.detail.matched.some((m) => m.field === 'data.win.eventdata.logonType' && m.value === '10'));
  assert.match(a.detail.log, /4624/);
  assert.ok(a.advice === null || typeof a.advice === 'string');
  // As an indexer hands it out.
  assert.equal((await send('/api/v1/alerts', { _index: 'wazuh-alerts-4.x', _source: wazuh })).status, 200);
});

test('Suricata EVE comes by the line; what is no alert is skipped', async () => {
  const flow = { ...eve, event_type: 'flow', alert: undefined };
  const later = { ...eve, timestamp: '2026-11-23T07:46:00.000001+0700' };
  const body = [eve, flow, later, eve].map((e) => JSON.stringify(e)).join('\n') + '\n';
  const r = await send('/api/v1/alerts/suricata', body, { type: 'application/x-ndjson' });
  assert.equal(r.status, 201, r.text);
  assert.deepEqual([r.json.created, r.json.known, r.json.skipped, r.json.refused_count], [2, 1, 1, 0]);
  assert.equal(r.json.items[0].source_ref, '1872378409123456-2027865-2026-11-23T07:45:00.123456+0700');
  const a = await admin.ok('GET', `/alerts/${r.json.items[0].id}`);
  assert.deepEqual([a.rule_id, a.alert_level, a.host], ['1:2027865', 'medium', '10.20.3.14'], 'the machine inside');
  assert.deepEqual(a.observables.map((o) => o.value).sort(), ['10.20.3.14', '198.51.100.23', 'may-chu-la.example']);
  const groups = (await admin.ok('GET', '/alerts/groups?source=suricata')).items;
  assert.deepEqual(groups.map((g) => [g.rule_id, g.alerts, g.new_alerts, g.alert_level]), [['1:2027865', 2, 2, 'medium']]);
});

test('TheHive senders find both of their addresses and an answer they know', async () => {
  const r = await send('/api/alert', hive);
  assert.equal(r.status, 201, r.text);
  assert.deepEqual([r.json._type, r.json.type, r.json.source, r.json.sourceRef, r.json.status, r.json.severity], ['Alert', 'external', 'Velociraptor', 'F.CJ3K2', 'New', 3]);
  assert.equal(r.json.id, r.json._id);
  const four = await send('/api/v1/alert', { ...hive, artifacts: undefined, observables: [{ dataType: 'domain', data: ['xau.example', 'xau2.example'] }], sourceRef: 'F.2' });
  assert.equal(four.status, 201, four.text);
  const again = await send('/api/v1/alert', hive);
  assert.deepEqual([again.status, again.json._id], [200, r.json._id]);
  const a = await admin.ok('GET', `/alerts/${r.json._id}`);
  assert.deepEqual([a.alert_level, a.host, a.title, a.first_at], ['high', 'WEB-01', hive.title, new Date(hive.date).toISOString()]);
  assert.deepEqual(a.observables.map((o) => [o.value, o.is_ioc]), [['203.0.113.9', true], ['d41d8cd98f00b204e9800998ecf8427e', false]]);
  assert.equal(a.detail.link, hive.externalLink);
  assert.deepEqual((await admin.ok('GET', `/alerts/${four.json._id}`)).observables.map((o) => o.value), ['xau.example', 'xau2.example']);
  // The same reference of another type is another alert.
  assert.equal((await send('/api/alert', { ...hive, type: 'other' })).status, 201);
  for (const field of ['type', 'source', 'sourceRef', 'title', 'description']) {
    const bad = await send('/api/alert', { ...hive, [field]: undefined });
    assert.deepEqual([bad.status, bad.json.field], [400, field], bad.text);
  }
});

test('of several the good ones are taken and the others told, each with place and field', async () => {
  const r = await send('/api/v1/alerts', [alert('v-1'), alert('v-2', { levl: 'high' }), alert('v-3', { level: 'fatal' }), 'x', alert('v-4', { count: 7 })]);
  assert.equal(r.status, 201, r.text);
  assert.deepEqual([r.json.created, r.json.refused_count], [2, 3]);
  assert.deepEqual(r.json.refused.map((x) => [x.place, x.field]), [[2, 'levl'], [3, 'level'], [4, '']]);
  for (const x of r.json.refused) assert.ok(x.detail.length > 10 && !/^err\./.test(x.detail), x.detail);
  const grown = await send('/api/v1/alerts', alert('v-4', { count: 9 }));
  assert.equal(grown.status, 200);
  const a = await admin.ok('GET', `/alerts/${grown.json.items[0].id}`);
  assert.deepEqual([a.count, a.history.map((h) => [h.kind, h.about])], [9, [['grew', '9']]]);
});

test('hostile bodies are refused with the field, and nothing is kept of them', async () => {
  const before = (await admin.ok('GET', '/alerts?state=all&muted=all&limit=200')).items.length;
  const rows = [
    ['', 422, 'body'], ['{', 400, undefined], ['[1,2]', 422, undefined], ['{"a":1}', 422, undefined], ['null', 422, undefined], ['"x"', 422, undefined],
    [alert('h', { title: { a: 1 } }), 422, 'title'], [alert('h', { title: '' }), 422, 'title'], [alert('h', { source: 'x'.repeat(61) }), 422, 'source'],
    [alert('h', { source_ref: 'x'.repeat(201) }), 422, 'source_ref'], [alert('h', { count: -1 }), 422, 'count'], [alert('h', { count: 1e300 }), 422, 'count'],
    [alert('h', { first_at: 'hôm qua' }), 422, 'first_at'], [alert('h', { first_at: '2026-11-22T10:00:00Z', last_at: '2026-11-22T09:00:00Z' }), 422, 'last_at'],
    [alert('h', { tags: 'x' }), 422, 'tags'], [alert('h', { observables: {} }), 422, 'observables'], [alert('h', { observables: [{}] }), 422, 'observables[0].value'],
    [alert('h', { detail: 'x' }), 422, 'detail'], [alert('h', { detail: { a: 'x'.repeat(60000) } }), 413, 'detail'],
    ['{"a":' + '['.repeat(5000) + ']'.repeat(5000) + '}', 400, undefined], ['x'.repeat(2 << 20), 413, undefined],
    [{ ...wazuh, rule: [] }, 422, undefined, '/wazuh'], [{ ...wazuh, rule: { ...wazuh.rule, level: 99 } }, 422, 'rule.level', '/wazuh'], [{ ...wazuh, id: undefined }, 422, 'id', '/wazuh'],
    [{ ...wazuh, timestamp: 'now' }, 422, 'timestamp', '/wazuh'], [{ ...eve, alert: 'x' }, 422, 'alert', '/suricata'],
    [{ ...eve, alert: { ...eve.alert, signature_id: 'a' } }, 422, 'alert.signature_id', '/suricata'], [{ ...hive, severity: 9 }, 422, 'severity', '/thehive'],
    [{ ...hive, artifacts: [{ data: 'x' }] }, 422, 'artifacts[0].dataType', '/thehive'], [alert('h'), 422, 'shape', '/nagios'],
    [Array.from({ length: 501 }, (_, i) => alert(`m${i}`)), 413, undefined],
  ];
  for (const [body, status, field, path = ''] of rows) {
    const r = await send('/api/v1/alerts' + path, body);
    assert.equal(r.status, status, `${JSON.stringify(body).slice(0, 100)}: ${r.text}`);
    if (field !== undefined) assert.equal(r.json.field, field, r.text);
    assert.ok(!/err\.|\{\w+\}/.test(r.json.detail), r.text);
  }
  assert.equal((await send('/api/v1/alerts', alert('h'), { type: 'text/html' })).status, 415);
  // Bytes that are no text, and a NUL.
  for (const bytes of [[0x7b, 0xff, 0x7d], [0x7b, 0x00, 0x7d]]) {
    const r = await fetch(server.url + '/api/v1/alerts', { method: 'POST', body: new Uint8Array(bytes), headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } });
    assert.equal(r.status, 422);
  }
  assert.equal((await admin.ok('GET', '/alerts?state=all&muted=all&limit=200')).items.length, before);
  // What a page would believe or a terminal obey goes through as text.
  const nasty = '<img src=x onerror=alert(1)>\u001b[2J\u202e';
  const id = (await send('/api/v1/alerts', alert('nasty', { title: nasty, host: '../../etc', detail: { '</script>': nasty } }))).json.items[0].id;
  const a = await admin.ok('GET', `/alerts/${id}`);
  assert.ok(!/[\u0000-\u001f]/.test(a.title), JSON.stringify(a.title));
  await admin.ok('POST', '/alerts/verdict', { alerts: [id], verdict: 'false_positive' });
});

test('a key may hand in alerts and nothing else; without a good one nothing is taken', async () => {
  assert.equal((await send('/api/v1/alerts', alert('k'), { token: '' })).status, 401);
  for (const token of ['x', key.slice(0, -1), key.slice(0, -1) + (key.endsWith('0') ? '1' : '0'), 'khien_' + 'g'.repeat(64)])
    assert.equal((await send('/api/v1/alerts', alert('k'), { token })).status, 401);
  for (const path of ['/alerts', '/incidents', '/keys', '/today', '/alerts/count', '/me']) {
    const r = await fetch(server.url + '/api/v1' + path, { headers: { authorization: `Bearer ${key}` } });
    assert.ok([403, 404, 405].includes(r.status), `${path} ${r.status}`);
  }
  assert.equal((await send('/api/v1/incidents', { title: 'x' })).status, 403);
  const second = await admin.ok('POST', '/keys', { name: 'thử' });
  assert.match(second.key, /^khien_[0-9a-f]{64}$/);
  assert.equal((await admin.call('POST', '/keys', { name: 'thử' })).status, 409);
  assert.equal((await send('/api/v1/alerts', alert('k2'), { token: second.key })).status, 201);
  const list = await admin.ok('GET', '/keys');
  assert.ok(!JSON.stringify(list).includes(second.key) && !JSON.stringify(list).includes('token_hash'));
  const mine = list.items.find((k) => k.name === 'thử');
  assert.ok(mine.used_at && mine.address === '127.0.0.1' && mine.key_state === 'valid', JSON.stringify(mine));
  await admin.ok('POST', `/keys/${mine.id}/revoke`, { reason: 'thử xong' });
  assert.equal((await send('/api/v1/alerts', alert('k3'), { token: second.key })).status, 401);
  // Nothing of the key itself is in the ledger or its answers.
  assert.ok(!JSON.stringify(run('ledger', 'list', '--limit', '200')).includes(second.key));
  const staff = await person(server, data, 'truongphong');
  assert.equal((await staff.call('POST', '/alerts', alert('k4'))).status, 403);
  assert.equal((await staff.ok('GET', '/alerts?state=all')).items.length, 0, 'a division sees none that touch no incident of its own');
  const inspector = await person(server, data, 'thanhtra');
  assert.ok((await inspector.ok('GET', '/alerts')).items.length > 0);
  assert.equal((await inspector.call('POST', '/alerts/ack', { rule: 'R-1' })).status, 403);
});

test('a mute says first what it would hide, hides and tells nothing, and ends', async () => {
  const noisy = (ref, more) => alert(ref, { rule_id: 'R-noisy', title: 'Quét cổng', level: 'high', host: 'PC-KT-1', ...more });
  await send('/api/v1/alerts', [noisy('n1'), noisy('n2', { host: 'PC-KT-2' }), noisy('n3', { host: 'SERVER-1' })]);
  const n1 = (await admin.ok('GET', '/alerts?rule=R-noisy&host=PC-KT-1')).items[0];
  await admin.ok('POST', '/alerts/verdict', { alerts: [n1.number], verdict: 'true_positive' });
  const preview = await admin.ok('GET', `/alerts/mutes/preview?alert=${n1.id}&host=pc-kt-*`);
  assert.deepEqual([preview.alerts, preview.hosts, preview.true_positive, preview.waiting, preview.rule, preview.source], [2, 2, 1, 2, 'R-noisy', 'mayquet']);
  assert.equal(preview.per_day.length, 30);
  assert.equal(preview.per_day.reduce((a, b) => a + b), 2);
  const scope = { alert: n1.id, host: 'PC-KT-*', reason: 'Máy diễn tập' };
  for (const [body, field] of [[{ ...scope }, 'days'], [{ ...scope, days: 91 }, 'days'], [{ ...scope, days: 10, reason: '' }, 'reason'], [{ reason: 'x', days: 1 }, 'rule'],
    [{ reason: 'x', days: 1, source: 'mayquet' }, 'rule'], [{ reason: 'x', days: 1, rule: '*' }, 'rule'], [{ ...scope, until: '2027-06-01' }, 'until'],
    [{ ...scope, until: '2026-11-01' }, 'until'], [{ ...scope, days: 5, owner: 'không-có' }, 'owner']]) {
    const r = await admin.call('POST', '/alerts/mutes', body);
    assert.deepEqual([r.status, r.json.field], [422, field], r.text);
  }
  const mute = await admin.ok('POST', '/alerts/mutes', { ...scope, days: 10 });
  assert.deepEqual([mute.hidden_now, mute.owner_name, mute.mute_state], [2, 'Nguyễn Văn Quản', 'active']);
  at('2026-11-23T08:02:00+07:00'); // the next message goes in the next minute
  await until(() => told.flatMap((t) => t.alerts).some((a) => a.host === 'SERVER-1'));
  assert.ok(!told.flatMap((t) => t.alerts).some((a) => a.host === 'PC-KT-2'), 'what waited is hidden too');
  const r = await send('/api/v1/alerts', noisy('n4', { host: 'pc-kt-9' }));
  assert.equal(r.status, 201, 'kept');
  const shown = async (query) => (await admin.ok('GET', '/alerts?rule=R-noisy' + query)).items.map((a) => a.host).sort();
  assert.deepEqual(await shown(''), ['SERVER-1']);
  assert.deepEqual(await shown('&muted=only'), ['PC-KT-1', 'PC-KT-2', 'pc-kt-9']);
  assert.equal((await admin.ok('GET', '/alerts/mutes')).items[0].hidden, 3, 'counted');
  at('2026-12-04T08:00:00+07:00');
  await send('/api/v1/alerts', noisy('n5', { host: 'PC-KT-5' }));
  assert.deepEqual(await shown(''), ['PC-KT-5', 'SERVER-1'], 'past its end nothing new is hidden');
  assert.equal((await admin.ok('GET', '/alerts/mutes')).items.length, 0);
  assert.equal((await admin.ok('GET', '/alerts/mutes?state=all')).items[0].mute_state, 'expired');
  assert.equal((await admin.call('POST', `/alerts/mutes/${mute.id}/lift`, {})).json.field, 'reason');
  await admin.ok('POST', `/alerts/mutes/${mute.id}/lift`, { reason: 'xem lại' });
  assert.deepEqual(await shown(''), ['PC-KT-1', 'PC-KT-2', 'PC-KT-5', 'SERVER-1', 'pc-kt-9'], 'lifted: what it hid is there again');
  assert.ok(!told.flatMap((t) => t.alerts).some((a) => a.host === 'pc-kt-9'), 'nobody was told of a hidden one');
});

test('high ones are told at once, each rule and host once, and a storm in one message', async () => {
  await until(() => told.flatMap((t) => t.alerts).some((a) => a.host === 'PC-KT-5'));
  at('2026-12-04T08:10:00+07:00');
  told.length = 0;
  const loud = (ref, more) => alert(ref, { rule_id: 'R-loud', title: 'Mã hóa hàng loạt', level: 'critical', host: 'PC-9', ...more });
  await send('/api/v1/alerts', loud('l1'));
  await until(() => told.length === 1);
  assert.deepEqual([told[0].event, told[0].count, told[0].alerts[0].host, told[0].alerts[0].level], ['alert.new', 1, 'PC-9', 'critical']);
  await send('/api/v1/alerts', [loud('l2'), loud('l3', { host: 'PC-10' }), loud('l4', { host: 'PC-11' }), alert('low', { level: 'low' })]);
  at('2026-12-04T08:12:00+07:00');
  await until(() => told.length === 2);
  assert.deepEqual(told[1].alerts.map((a) => a.host).sort(), ['PC-10', 'PC-11']);
  at('2026-12-04T08:14:00+07:00');
  await send('/api/v1/alerts', loud('l5'));
  at('2026-12-04T09:00:00+07:00');
  await new Promise((done) => setTimeout(done, 1500));
  assert.equal(told.length, 2, 'the same on the same host is not told again at once');
  const history = (await admin.ok('GET', `/alerts/${(await admin.ok('GET', '/alerts?rule=R-loud&host=PC-10')).items[0].id}`)).history;
  assert.deepEqual(history.map((h) => [h.kind, h.actor_kind]), [['told', 'job']]);
});

test('an incident opened from an alert that nobody takes yet owes what any other owes', async () => {
  await send('/api/v1/alerts', [alert('owed', { rule_id: 'R-owed', title: 'Webshell', level: 'high', host: 'WEB-09', playbook: 'intrusion' })]);
  const [one] = (await admin.ok('GET', '/alerts?rule=R-owed')).items;
  const opened = await admin.ok('POST', '/alerts/open', { alerts: [one.number] });
  const { state, duties } = await admin.ok('GET', `/incidents/${opened.incident_number}`);
  assert.equal(state, 'received');
  assert.ok(duties.length > 0 && duties.every((d) => d.is_provisional), JSON.stringify(duties));
});

test('a new incident takes alerts with the playbook of their rule; one comes out again whole', async () => {
  await send('/api/v1/alerts', [
    alert('i1', { rule_id: 'R-web', title: 'Webshell', level: 'high', host: 'WEB-01', playbook: 'intrusion', first_at: '2026-12-03T22:00:00+07:00', last_at: '2026-12-03T23:00:00+07:00',
      observables: ['203.0.113.50', { type: 'sha256', value: 'a'.repeat(64), ioc: true, note: 'tệp lạ' }] }),
    alert('i2', { rule_id: 'R-web', title: 'Webshell', level: 'high', host: 'WEB-02', observables: ['203.0.113.50', '203.0.113.51'] })]);
  const [one, two] = (await admin.ok('GET', '/alerts?rule=R-web')).items.sort((a, b) => a.host.localeCompare(b.host));
  const opened = await admin.ok('POST', '/alerts/open', { alerts: [one.number], take: true });
  assert.deepEqual([opened.type, opened.playbook, opened.changed], ['intrusion', 'intrusion', 1]);
  const incident = await admin.ok('GET', `/incidents/${opened.incident_number}`);
  assert.deepEqual([incident.title, incident.state, incident.type, incident.playbook, incident.occurred_at, incident.detected_at],
    ['Webshell · WEB-01', 'verifying', 'intrusion', 'intrusion', '2026-12-03T15:00:00.000Z', one.received_at]);
  assert.ok(incident.tasks.open > 0);
  const merged = await admin.ok('POST', '/alerts/merge', { alerts: [two.id], into: opened.incident_number, reason: 'cùng một kẻ' });
  assert.equal(merged.changed, 1);
  assert.equal((await admin.ok('POST', '/alerts/merge', { alerts: [two.id], into: opened.incident_number })).changed, 0, 'twice is no fault');
  const observables = async () => (await admin.ok('GET', `/incidents/${opened.incident_id}/observables`)).items;
  assert.deepEqual((await observables()).map((o) => o.value).sort(), ['203.0.113.50', '203.0.113.51', 'a'.repeat(64)]);
  assert.deepEqual((await observables()).find((o) => o.type === 'sha256').is_ioc, true);
  const lines = async () => (await admin.ok('GET', `/incidents/${opened.incident_id}/timeline?kind=alert&order=oldest`)).items.map((t) => t.sentence ?? t.text);
  assert.equal((await lines()).length, 2);
  const other = await admin.ok('POST', '/incidents', { title: 'Việc khác' });
  const elsewhere = await admin.call('POST', '/alerts/merge', { alerts: [two.id], into: other.id });
  assert.deepEqual([elsewhere.status, elsewhere.json.type], [409, 'urn:khien:error:alert.merged']);
  assert.equal((await admin.call('POST', `/alerts/${two.id}/unmerge`, {})).json.field, 'reason');
  await admin.ok('POST', `/alerts/${two.id}/unmerge`, { reason: 'máy kiểm thử' });
  const back = await admin.ok('GET', `/alerts/${two.id}`);
  assert.deepEqual([back.alert_state, back.incident_id, back.history.map((h) => h.kind).filter((k) => k !== 'told')], ['acknowledged', null, ['merged', 'taken_out']]);
  assert.deepEqual((await observables()).map((o) => o.value).sort(), ['203.0.113.50', 'a'.repeat(64)], 'its own sign went with it, the shared one stays');
  assert.equal((await lines()).length, 3);
  // A restricted incident hides its alerts from those who may not see it.
  await admin.ok('POST', `/incidents/${opened.incident_id}/restrict`, { restricted: true });
  const substitute = await person(server, data, 'duphong');
  assert.equal((await substitute.call('GET', `/alerts/${one.id}`)).status, 404);
  assert.ok(!(await substitute.ok('GET', '/alerts?state=all&limit=200')).items.some((a) => a.id === one.id));
  assert.equal((await substitute.call('POST', '/alerts/ack', { alerts: [one.id] })).status, 404);
  await admin.ok('POST', `/incidents/${opened.incident_id}/restrict`, { restricted: false });
});

test('a sign two alerts have stays with the one that stays; judged false and taken out an alert is closed', async () => {
  const made = (await send('/api/v1/alerts', [alert('t1', { rule_id: 'R-two', observables: ['203.0.113.90', '203.0.113.91'] }),
    alert('t2', { rule_id: 'R-two', observables: [{ type: 'ip', value: '203.0.113.90', note: 'của hai' }] })])).json.items;
  const incident = await admin.ok('POST', '/incidents', { title: 'Hai cảnh báo, một dấu hiệu' });
  await admin.ok('POST', '/alerts/merge', { alerts: made.map((a) => a.id), into: incident.id });
  await admin.ok('POST', `/alerts/${made[0].id}/unmerge`, { reason: 'nhầm' });
  const observables = async () => (await admin.ok('GET', `/incidents/${incident.id}/observables`)).items.map((o) => [o.value, o.source, o.note]);
  assert.deepEqual(await observables(), [['203.0.113.90', made[1].number, 'của hai']]);
  await admin.ok('POST', '/alerts/verdict', { alerts: [made[1].id], verdict: 'false_positive' });
  assert.equal((await admin.ok('GET', `/alerts/${made[1].id}`)).alert_state, 'merged');
  await admin.ok('POST', `/alerts/${made[1].id}/unmerge`, { reason: 'báo sai' });
  assert.equal((await admin.ok('GET', `/alerts/${made[1].id}`)).alert_state, 'closed');
  assert.deepEqual(await observables(), []);
});

test('what grows keeps what it had; its new signs reach the incident it is in', async () => {
  const [made] = (await send('/api/v1/alerts', alert('gr1', { rule_id: 'R-grow', advice: 'Chặn', detail: { story: 'một' }, observables: ['203.0.113.95'] }))).json.items;
  const incident = await admin.ok('POST', '/incidents', { title: 'Còn tiếp diễn' });
  await admin.ok('POST', '/alerts/merge', { alerts: [made.id], into: incident.id });
  await admin.ok('POST', `/incidents/${incident.id}/restrict`, { restricted: true, reason: 'cần kín' });
  assert.equal((await send('/api/v1/alerts', alert('gr1', { rule_id: 'R-grow', count: 2, observables: ['203.0.113.96'] }))).json.known, 1);
  const grown = await admin.ok('GET', `/alerts/${made.id}`);
  assert.deepEqual([grown.count, grown.advice, grown.detail, grown.observables.map((o) => o.value)], [2, 'Chặn', { story: 'một' }, ['203.0.113.95', '203.0.113.96']]);
  assert.deepEqual((await admin.ok('GET', `/incidents/${incident.id}/observables`)).items.map((o) => o.value).sort(), ['203.0.113.95', '203.0.113.96']);
});

test('the title of an incident that an alert opens is no longer than one a person may give', async () => {
  const [made] = (await send('/api/v1/alerts', alert('long', { rule_id: 'R-long', title: 'Đ'.repeat(150), host: 'x'.repeat(150) }))).json.items;
  const opened = await admin.ok('POST', '/alerts/open', { alerts: [made.id] });
  const incident = await admin.ok('GET', `/incidents/${opened.incident_id}`);
  assert.ok(Buffer.byteLength(incident.title) <= 200, incident.title);
});

test('a group goes into an incident whole, in one line of its story; beyond the limit what is left is said', async () => {
  const many = (n, rule, more = {}) => Array.from({ length: n }, (_, i) => alert(`${rule}-${i}`, { rule_id: rule, title: `Quét ${rule}`, host: `PC-${i % 7}`, observables: [`198.51.100.${i % 9}`],
    detail: { log: 'x'.repeat(4000) }, ...more }));
  for (const n of [1, 2]) for (const all = many(450, `R-big${n}`); all.length > 0;) assert.equal((await send('/api/v1/alerts', all.splice(0, 150))).status, 201);
  await send('/api/v1/alerts', many(3, 'R-big3', { level: 'low' }));
  const opened = await admin.ok('POST', '/alerts/open', { groups: ['R-big1@mayquet', 'R-big2@mayquet', 'R-big3@mayquet'], level: ['medium'], title: 'Đợt quét', take: true });
  assert.deepEqual([opened.changed, opened.left, opened.more], [900, 0, false], 'all of them, and none that the filter hid');
  assert.equal((await admin.ok('GET', '/alerts?rule=R-big3')).items.length, 3);
  const lines = (await admin.ok('GET', `/incidents/${opened.incident_id}/timeline?kind=alert`)).items.map((t) => t.text);
  assert.equal(lines.length, 1, String(lines));
  assert.match(lines[0], /^Đưa 900 cảnh báo vào sự cố \(CB-2026-\d+, .*…\): Quét R-big[12], Quét R-big[12]; máy PC-\d.*; 900 phát hiện; thêm 9 dấu hiệu: 198\.51\.100\./);
  assert.equal((await admin.ok('GET', `/incidents/${opened.incident_id}/observables?limit=200`)).items.length, 9);
  // Their details are more than one entry of the ledger holds; the transaction is one all the same.
  const entries = run('ledger', 'list', '--incident', opened.incident_number, '--limit', '100').items.filter((e) => e.op === 'alert open');
  assert.ok(entries.length > 1 && entries.length < 20, String(entries.length));
  assert.equal(new Set(entries.map((e) => e.at)).size, 1);
  // All or nothing: one that stands elsewhere keeps the others out.
  const other = await admin.ok('POST', '/incidents', { title: 'Nơi khác' });
  const [free] = (await admin.ok('GET', '/alerts?rule=R-big3')).items;
  const taken = (await admin.ok('GET', `/alerts?incident=${opened.incident_number}&limit=1`)).items[0];
  assert.equal((await admin.call('POST', '/alerts/merge', { alerts: [free.id, taken.id], into: other.id })).status, 409);
  assert.equal((await admin.ok('GET', `/alerts/${free.id}`)).incident_id, null);
  for (let i = 0; i < 4; i++) await send('/api/v1/alerts', Array.from({ length: 500 }, (_, k) => alert(`huge-${i}-${k}`, { rule_id: 'R-huge' })));
  await send('/api/v1/alerts', [1, 2, 3].map((k) => alert(`huge-more-${k}`, { rule_id: 'R-huge' })));
  const part = await admin.ok('POST', '/alerts/merge', { groups: ['R-huge@mayquet'], into: other.id });
  assert.deepEqual([part.changed, part.left, part.at_most, part.more], [2000, 3, 2000, true]);
  const rest = await admin.ok('POST', '/alerts/merge', { groups: ['R-huge@mayquet'], into: other.id });
  assert.deepEqual([rest.changed, rest.left], [3, 0]);
  await admin.ok('POST', '/alerts/verdict', { groups: ['R-big3@mayquet'], verdict: 'benign' });
});

test('a host nobody named is a group like any other, and a long list of filters is only a list', async () => {
  await send('/api/v1/alerts', [alert('nohost', { rule_id: 'R-nohost', host: undefined })]);
  assert.deepEqual((await admin.ok('GET', '/alerts?host=-')).items.map((a) => a.rule_id), ['R-nohost']);
  assert.equal((await admin.ok('POST', '/alerts/ack', { host: ['-', 'PC-không-có'] })).changed, 1);
  assert.equal((await admin.call('GET', '/alerts?' + 'state=new&level=high&'.repeat(60))).status, 200);
  assert.equal((await admin.ok('POST', '/alerts/ack', { groups: Array.from({ length: 900 }, (_, i) => `R-${i}@x`) })).changed, 0);
});

test('the search finds alerts by title, rule, host, reference and observables, as far as one may see them', async () => {
  await send('/api/v1/alerts', [alert('REF-77/tìm', { rule_id: 'tim-kiem-duoc', title: 'Mã hóa tệp trên máy kế toán', host: 'PC-TIM-01', user: 'nguyenvana', level: 'high', tags: ['attack.t1486'],
    observables: ['203.0.113.99', { type: 'domain', value: 'tim-thay.example' }, { type: 'sha256', value: 'b'.repeat(64) }] })]);
  const hits = async (q, who = admin, more = '') => (await who.ok('GET', `/search?q=${encodeURIComponent(q)}${more}`)).items.filter((h) => h.kind === 'alert');
  const [found] = await hits('ma hoa tep ke toan');
  assert.deepEqual([found.title, found.alert_state, found.alert_level, found.is_muted, found.incident_id], ['Mã hóa tệp trên máy kế toán', 'new', 'high', false, null]);
  for (const q of ['PC-TIM-01', 'tim-kiem-duoc', 'REF-77', '203.0.113.99', '203[.]0[.]113[.]99', 'tim-thay.example', 'hxxp://tim-thay[.]example', 'b'.repeat(64), 'nguyenvana', 't1486', 'pc-ti', found.number, found.number.toLowerCase()]) {
    const got = await hits(q);
    if (q.startsWith('hxxp')) continue; // a URL is no sign of this alert
    assert.deepEqual(got.map((h) => h.number), [found.number], q);
  }
  assert.match((await hits('203.0.113.99'))[0].snippet, /203\.0\.113\.99/);
  const all = (await admin.ok('GET', '/search?q=PC-TIM-01&only=incident')).items;
  assert.ok(all.every((h) => h.kind !== 'alert'));
  assert.ok((await admin.ok('GET', '/search?q=quet&only=alert&limit=10')).more);
  const page = (await admin.ok('GET', '/search?q=quet&only=alert&limit=10&offset=10')).items;
  assert.ok(page.length === 10 && page.every((h) => h.kind === 'alert'));
  assert.equal((await admin.call('GET', '/search?q=x&only=nothing')).json.field, 'only');
  assert.ok(run('search', 'PC-TIM-01').items.some((h) => h.number === found.number));
  // Outside an incident as open incidents are; inside, as that incident is.
  const staff = await person(server, data, 'truongphong'), substitute = await person(server, data, 'duphong');
  assert.deepEqual([(await hits('PC-TIM-01', staff)).length, (await hits('PC-TIM-01', substitute)).length], [0, 1]);
  const opened = await admin.ok('POST', '/alerts/open', { alerts: [found.number] });
  await admin.ok('POST', `/incidents/${opened.incident_id}/restrict`, { restricted: true });
  assert.deepEqual([(await hits('PC-TIM-01', substitute)).length, (await hits(found.number, substitute)).length, (await hits('203.0.113.99', substitute)).length], [0, 0, 0]);
  assert.deepEqual((await hits('PC-TIM-01')).map((h) => [h.alert_state, h.incident_id]), [['merged', opened.incident_id]]);
});

test('the list is narrowed as one types in a hurry: without capitals, without marks; % and _ are themselves', async () => {
  await send('/api/v1/alerts', [alert('vội1', { rule_id: 'R-words_1', title: 'Đổi quyền quản trị tệp lạ', host: 'PC-CHU' }), alert('vội2', { rule_id: 'R-wordsx1', title: 'Ổ đĩa đầy 99%', host: 'PC-CHU' })]);
  const found = async (q, path = '/alerts') => (await admin.ok('GET', `${path}?host=PC-CHU&q=${encodeURIComponent(q)}`)).items.map((a) => a.title);
  for (const q of ['đổi quyền', 'ĐỔI QUYỀN', 'doi quyen', 'tep la', 'i quyề'])
    for (const path of ['/alerts', '/alerts/groups']) assert.deepEqual(await found(q, path), ['Đổi quyền quản trị tệp lạ'], `${path} ${q}`);
  assert.deepEqual(await found('99%'), ['Ổ đĩa đầy 99%']);
  assert.deepEqual(await found('words_1'), ['Đổi quyền quản trị tệp lạ']);
  assert.equal((await admin.ok('POST', '/alerts/ack', { host: 'PC-CHU', q: 'o dia' })).changed, 1);
});

test('verdicts are what is known of a rule', async () => {
  const refs = Array.from({ length: 6 }, (_, i) => alert(`w${i}`, { rule_id: 'R-wrong', title: 'Hay báo sai', host: `PC-${i}`, count: 2 }));
  await send('/api/v1/alerts', refs);
  const items = (await admin.ok('GET', '/alerts?rule=R-wrong')).items;
  const judge = (alerts, verdict) => admin.ok('POST', '/alerts/verdict', { alerts, verdict, note: 'đã xem' });
  await judge(items.slice(0, 4).map((a) => a.id), 'false_positive');
  await judge([items[4].id], 'benign');
  const rule = async () => (await admin.ok('GET', '/alerts/rules?q=R-wrong')).items[0];
  let r = await rule();
  assert.deepEqual([r.alerts, r.count, r.false_positive, r.benign, r.true_positive, r.false_percent, r.is_noisy], [6, 12, 4, 1, 0, 100, true]);
  await judge([items[5].id], 'true_positive');
  r = await rule();
  assert.deepEqual([r.true_positive, r.false_percent, r.is_noisy], [1, 83, true]);
  assert.deepEqual((await admin.ok('GET', '/alerts?rule=R-wrong')).items.map((a) => [a.alert_state, a.verdict]), [['acknowledged', 'true_positive']]);
  await judge([items[0].id], 'undecided');
  assert.equal((await admin.ok('GET', `/alerts/${items[0].id}`)).alert_state, 'acknowledged');
  assert.equal((await rule()).false_positive, 3);
});

test('a group is acknowledged in one go, and it comes back when it grows', async () => {
  await send('/api/v1/alerts', [alert('g1', { rule_id: 'R-g' }), alert('g2', { rule_id: 'R-g', host: 'PC-02' })]);
  const ack = await admin.ok('POST', '/alerts/ack', { rule: 'R-g' });
  assert.deepEqual([ack.changed, ack.unchanged, ack.more], [2, 0, false]);
  assert.equal((await admin.call('POST', '/alerts/ack', {})).json.field, 'alerts');
  assert.equal((await admin.call('POST', '/alerts/ack', { alerts: ['CB-2026-9999'] })).status, 404);
  await send('/api/v1/alerts', alert('g1', { rule_id: 'R-g', count: 5 }));
  assert.deepEqual((await admin.ok('GET', '/alerts?rule=R-g&state=new')).items.map((a) => [a.host, a.count]), [['PC-01', 5]]);
  const by = (await admin.ok('GET', '/alerts/groups?by=host&limit=200')).items;
  assert.ok(by.some((g) => g.host === 'PC-02') && by.every((g) => g.alerts > 0));
  const order = (await admin.ok('GET', '/alerts/groups?limit=200')).items.map((g) => g.rank);
  assert.deepEqual(order, [...order].sort((a, b) => a - b), 'the most urgent first');
});

test('the ledger holds', async () => {
  const report = run('ledger', 'verify');
  assert.equal(report.faults_count, 0, JSON.stringify(report));
});

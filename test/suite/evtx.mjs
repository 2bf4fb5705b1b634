// SPDX-License-Identifier: Apache-2.0
// evtx.mjs: small Windows event logs, made byte by byte: each record with its own template.

const CHUNK = 65536;

class Writer {
  constructor(size) {
    this.data = Buffer.alloc(size);
    this.pos = 0;
  }
  u8(v) { this.pos = this.data.writeUInt8(v, this.pos); }
  u16(v) { this.pos = this.data.writeUInt16LE(v, this.pos); }
  u32(v) { this.pos = this.data.writeUInt32LE(v, this.pos); }
  u64(v) { this.pos = this.data.writeBigUInt64LE(BigInt(v), this.pos); }
  units(text) { this.pos += this.data.write(text, this.pos, 'utf16le'); }
  bytes(...list) { for (const b of list) this.u8(b); }
  name(text) {
    this.u32(this.pos + 4);
    this.u32(0);
    this.u16(0);
    this.u16(text.length);
    this.units(text);
    this.u16(0);
  }
  open(name, attributes) {
    this.u8(attributes ? 0x41 : 0x01);
    this.u16(0xffff);
    this.u32(0);
    this.name(name);
  }
  literal(text) {
    this.bytes(0x05, 0x01);
    this.u16(text.length);
    this.units(text);
  }
  substitute(n, type) {
    this.u8(0x0d);
    this.u16(n);
    this.u8(type);
  }
  attribute(name, value) {
    this.u32(0);
    this.u8(0x06);
    this.name(name);
    value();
  }
  // <name>text</name>
  text(name, text) {
    this.open(name, false);
    this.u8(0x02);
    this.literal(text);
    this.u8(0x04);
  }
}

const fileTime = (iso) => BigInt(Date.parse(iso)) * 10000n + 116444736000000000n;

function record(w, id, event) {
  const begin = w.pos;
  const at = fileTime(event.time);
  w.bytes(0x2a, 0x2a, 0, 0);
  w.u32(0);
  w.u64(id);
  w.u64(at);
  w.bytes(0x0f, 1, 1, 0, 0x0c, 1);
  w.u32(id);
  w.u32(w.pos + 4);
  const definition = w.pos;
  w.u32(0);
  for (let i = 0; i < 16; i++) w.u8(i === 0 ? id : 7);
  w.u32(0);
  w.bytes(0x0f, 1, 1, 0);
  w.open('Event', false);
  w.u8(0x02);
  w.open('System', false);
  w.u8(0x02);
  w.open('Provider', true);
  w.attribute('Name', () => w.literal(event.provider));
  w.u8(0x03);
  w.open('EventID', false);
  w.u8(0x02);
  if (typeof event.id === 'string') w.literal(event.id); // as forwarding writes it
  else w.substitute(0, 0x06);
  w.u8(0x04);
  w.open('TimeCreated', true);
  w.attribute('SystemTime', () => w.substitute(1, 0x11));
  w.u8(0x03);
  w.text('Channel', event.channel);
  w.text('Computer', event.host);
  w.u8(0x04);
  w.open('EventData', false);
  w.u8(0x02);
  for (const [name, value] of Object.entries(event.data)) {
    w.open('Data', true);
    w.attribute('Name', () => w.literal(name));
    w.u8(0x02);
    w.literal(value);
    w.u8(0x04);
  }
  w.bytes(0x04, 0x04, 0x00);
  w.data.writeUInt32LE(w.pos - definition - 24, definition + 20);
  w.u32(2);
  w.u32(2 | (0x06 << 16));
  w.u32(8 | (0x11 << 16));
  w.u16(Number(event.id));
  w.u64(at);
  w.u8(0x00);
  const size = w.pos + 4 - begin;
  w.u32(size);
  w.data.writeUInt32LE(size, begin + 4);
}

// A file of one chunk; events: { id, time, provider, channel, host, data: { name: text } }.
export function evtx(events) {
  const head = Buffer.alloc(4096);
  head.write('ElfFile\0', 0, 'latin1');
  head.writeBigUInt64LE(BigInt(events.length + 1), 24);
  head.writeUInt32LE(128, 32);
  head.writeUInt16LE(1, 36);
  head.writeUInt16LE(3, 38);
  head.writeUInt16LE(4096, 40);
  head.writeUInt16LE(1, 42);
  const w = new Writer(CHUNK);
  w.data.write('ElfChnk\0', 0, 'latin1');
  w.data.writeUInt32LE(128, 40);
  w.pos = 512;
  events.forEach((e, i) => record(w, i + 1, e));
  w.data.writeUInt32LE(w.pos, 48);
  return Buffer.concat([head, w.data]);
}

const security = { provider: 'Microsoft-Windows-Security-Auditing', channel: 'Security' };

// A machine whose shadow copies somebody deletes, after somebody signed in from outside.
export const attackEvents = [
  { ...security, id: 4624, time: '2026-11-20T01:05:00Z', host: 'PC-KT-07', data: { TargetUserName: 'ngobinh', TargetDomainName: 'SOMAU', LogonType: '10', IpAddress: '203.0.113.7', WorkstationName: '-' } },
  { ...security, id: 4688, time: '2026-11-20T01:12:00Z', host: 'PC-KT-07', data: { SubjectUserName: 'ngobinh', NewProcessName: 'C:\\Windows\\System32\\vssadmin.exe', CommandLine: 'vssadmin.exe delete shadows /all /quiet', ParentProcessName: 'C:\\Users\\Public\\svhost.exe' } },
  { ...security, id: 4688, time: '2026-11-20T01:13:00Z', host: 'PC-KT-07', data: { SubjectUserName: 'ngobinh', NewProcessName: 'C:\\Windows\\System32\\bcdedit.exe', CommandLine: 'bcdedit /set {default} recoveryenabled no', ParentProcessName: 'C:\\Users\\Public\\svhost.exe' } },
  { id: 1102, time: '2026-11-20T01:20:00Z', provider: 'Microsoft-Windows-Eventlog', channel: 'Security', host: 'PC-KT-07', data: { SubjectUserName: 'ngobinh' } },
];

// SPDX-License-Identifier: Apache-2.0
// Times as Vietnamese write them, always of Asia/Ho_Chi_Minh (UTC+7, no summer time).
import i18next from 'i18next';

const OFFSET_MS = 7 * 3600_000;
let shift = 0; // server clock minus ours
let frozen: number | null = null; // the test clock stands still

/** The server said what time it is. */
export function setServerNow(iso: string, isTestClock: boolean): void {
	const at = Date.parse(iso);
	if (Number.isNaN(at)) return;
	shift = at - Date.now();
	frozen = isTestClock ? at : null;
}
export function now(): number {
	return frozen ?? Date.now() + shift;
}

const two = (n: number) => String(n).padStart(2, '0');

function parts(ms: number) {
	const d = new Date(ms + OFFSET_MS);
	return {
		day: two(d.getUTCDate()),
		month: two(d.getUTCMonth() + 1),
		year: String(d.getUTCFullYear()),
		hour: two(d.getUTCHours()),
		minute: two(d.getUTCMinutes()),
		second: two(d.getUTCSeconds()),
	};
}

export function toMs(at: string | null | undefined): number | null {
	if (!at) return null;
	const ms = Date.parse(at);
	return Number.isNaN(ms) ? null : ms;
}

/** HH:mm dd/MM/yyyy */
export function absolute(at: string | number | null | undefined): string {
	const ms = typeof at === 'number' ? at : toMs(at);
	if (ms === null || ms === undefined) return '';
	const p = parts(ms);
	return `${p.hour}:${p.minute} ${p.day}/${p.month}/${p.year}`;
}
export function dayOnly(at: string | number | null | undefined): string {
	return absolute(at).slice(6);
}
export function clockOnly(at: string | number | null | undefined): string {
	return absolute(at).slice(0, 5);
}
export function sameDay(a: number, b: number): boolean {
	return dayOnly(a) === dayOnly(b);
}

/** "2 ngày 4 giờ", "35 phút": the two largest units. */
export function span(ms: number): string {
	const t = i18next.t.bind(i18next);
	const minutes = Math.floor(Math.abs(ms) / 60_000);
	if (minutes < 1) return t('time.moment');
	if (minutes < 60) return t('time.minutes', { count: minutes });
	const hours = Math.floor(minutes / 60);
	if (hours < 24) {
		const rest = minutes % 60;
		return t('time.hours', { count: hours }) + (rest && hours < 6 ? ' ' + t('time.minutes', { count: rest }) : '');
	}
	const days = Math.floor(hours / 24);
	const rest = hours % 24;
	return t('time.days', { count: days }) + (rest && days < 4 ? ' ' + t('time.hours', { count: rest }) : '');
}

/** "12 phút trước", "còn 3 giờ"; plain dates once it is more than 30 days off. */
export function relative(at: string | number | null | undefined): string {
	const ms = typeof at === 'number' ? at : toMs(at);
	if (ms === null || ms === undefined) return '';
	const gone = now() - ms;
	if (Math.abs(gone) < 60_000) return i18next.t('time.now');
	if (Math.abs(gone) > 30 * 86400_000) return dayOnly(ms);
	return gone > 0 ? i18next.t('time.ago', { span: span(gone) }) : i18next.t('time.left', { span: span(gone) });
}

/** For a deadline: "còn 3 giờ" or "quá hạn 2 giờ". */
export function untilDue(due: string | null | undefined): string {
	const ms = toMs(due);
	if (ms === null) return '';
	const left = ms - now();
	return left >= 0 ? i18next.t('time.left', { span: span(left) }) : i18next.t('time.past', { span: span(left) });
}

/**
 * What a person typed, as ISO 8601 UTC: "14:30 22/11/2026", "14:30 22/11",
 * "14:30" (today, or yesterday when that lies ahead and ${past}), "22/11/2026".
 * undefined: not a time.
 */
export function parseTyped(text: string, past = true): string | undefined {
	const s = text.trim();
	const m = /^(?:(\d{1,2})[:hg](\d{2})?)?\s*(?:(\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?)?$/.exec(s);
	if (!m || s === '') return undefined;
	const today = parts(now());
	const hour = m[1] === undefined ? 0 : Number(m[1]);
	const minute = m[2] === undefined ? 0 : Number(m[2]);
	const day = m[3] === undefined ? Number(today.day) : Number(m[3]);
	const month = m[4] === undefined ? Number(today.month) : Number(m[4]);
	const year = m[5] === undefined ? Number(today.year) : Number(m[5]);
	if (hour > 23 || minute > 59 || month < 1 || month > 12) return undefined;
	let ms = Date.UTC(year, month - 1, day, hour, minute) - OFFSET_MS;
	if (new Date(ms + OFFSET_MS).getUTCDate() !== day) return undefined;
	if (past && m[3] === undefined && ms > now()) ms -= 86400_000;
	return new Date(ms).toISOString();
}

// SPDX-License-Identifier: Apache-2.0
// A playbook's file as values, and how the editor changes it without losing what it does not show.
export interface Said {
	vi?: string;
	en?: string;
}
export interface StepValues {
	id: string;
	text: Said;
	why?: Said;
	role: string;
	mandatory?: boolean;
	max_minutes?: number;
	needs_approval?: boolean;
	produces_evidence?: boolean;
	reversible?: boolean;
	undo_text?: Said;
	probe?: { kind: string; hint: Said };
	[more: string]: unknown;
}
/** What to do with the power of a machine, and why. */
export interface PowerValues {
	action?: string;
	why?: Said;
}
export type PlaybookValues = Record<string, unknown>;

export const PHASES = ['priority_steps', 'identify', 'contain', 'eradicate', 'recover', 'validate'] as const;
export const LISTS = ['signs', 'do_now_staff', 'do_not_staff', 'evidence', 'notify_extra', 'escalation_triggers', 'forms', 'sources'] as const;
export type Phase = (typeof PHASES)[number];
export type ListName = (typeof LISTS)[number];
export type Lang = 'vi' | 'en';

export const stepsOf = (v: PlaybookValues, phase: Phase) => (v[phase] ?? []) as StepValues[];
export const listOf = (v: PlaybookValues, name: ListName) => (v[name] ?? []) as Said[];
export const saidOf = (v: unknown, lang: Lang) => (typeof v === 'string' ? (lang === 'vi' ? v : '') : ((v as Said | undefined)?.[lang] ?? ''));
export const withSaid = (v: unknown, lang: Lang, text: string): Said => ({ ...(typeof v === 'string' ? { vi: v } : (v as Said | undefined)), [lang]: text });

/** One line an item in one language; the other language stays with its line. */
export function withLines(before: Said[], lang: Lang, text: string): Said[] {
	const lines = text.split('\n');
	const rows = Math.max(lines.length, lang === 'en' ? before.length : 0);
	return [...Array(rows).keys()].map((n) => withSaid(before[n], lang, lines[n] ?? '')).filter((s, n) => n < lines.length || s.vi);
}
/** Without the empty lines that were only there while somebody typed. */
export function tidy(v: PlaybookValues): PlaybookValues {
	const out = { ...v };
	for (const name of LISTS) if (out[name]) out[name] = listOf(v, name).filter((s) => s.vi?.trim() || s.en?.trim());
	// What was cleared is left out, not sent empty.
	if (out.power_action && !(out.power_action as PowerValues).action) delete out.power_action;
	for (const phase of PHASES) if (out[phase]) out[phase] = stepsOf(v, phase).map((s) => { const { probe, ...rest } = s; return probe ? s : rest; });
	return out;
}
export function freshId(v: PlaybookValues, phase: Phase): string {
	const all = new Set(PHASES.flatMap((p) => stepsOf(v, p).map((s) => s.id)));
	for (let n = all.size + 1; ; n++) if (!all.has(`${phase[0]}${n}`)) return `${phase[0]}${n}`;
}
export function moved<T>(list: T[], from: number, to: number): T[] {
	const out = [...list];
	out.splice(to, 0, ...out.splice(from, 1));
	return out;
}

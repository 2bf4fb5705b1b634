// SPDX-License-Identifier: Apache-2.0
// What somebody was typing stays in this browser until it is saved or thrown away.

const PREFIX = 'khien.draft.';

export function readDraft(key: string): Record<string, unknown> | null {
	try {
		const text = localStorage.getItem(PREFIX + key);
		return text ? (JSON.parse(text) as Record<string, unknown>) : null;
	} catch {
		return null;
	}
}
export function writeDraft(key: string, values: Record<string, unknown>): void {
	const keep = Object.fromEntries(
		Object.entries(values).filter(([, v]) => v !== '' && v !== null && v !== undefined && typeof v !== 'object' || (Array.isArray(v) && v.every((x) => typeof x === 'string'))),
	);
	try {
		localStorage.setItem(PREFIX + key, JSON.stringify(keep));
	} catch {
		// a full or forbidden storage costs the draft, nothing else
	}
}
/** The same for values of every shape, those of a paper. */
export function writeWhole(key: string, values: Record<string, unknown>): void {
	try {
		localStorage.setItem(PREFIX + key, JSON.stringify(values));
	} catch {
		// a full or forbidden storage costs the draft, nothing else
	}
}
export function dropDraft(key: string): void {
	localStorage.removeItem(PREFIX + key);
}
/** At sign-out: the next person at this machine must not find them. */
export function forgetDrafts(): void {
	for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}

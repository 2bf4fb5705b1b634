// SPDX-License-Identifier: Apache-2.0
// Shapes that every area shares.
export interface Page<T> {
	items: T[];
	more: boolean;
}
export interface Saved {
	id: string;
	version: number;
	number?: string;
	state?: string;
}
export interface Change {
	seq: number;
	at: string;
	op: string;
	op_text: string;
	actor: string;
	incident_id: string | null;
	incident_number: string | null;
}
export interface Named {
	id: string;
	title: string;
	text?: string;
	group?: string;
	list?: string;
}

/** x_list columns come as arrays, plain ones as words in one text. */
export function words(value: string[] | string | null | undefined): string[] {
	if (!value) return [];
	return Array.isArray(value) ? value : value.split(' ').filter(Boolean);
}

// SPDX-License-Identifier: Apache-2.0
// What is owed to others, until when; the regulations that say so.
export interface Duty {
	id: string;
	version: number;
	incident_id: string | null;
	incident_number?: string | null;
	incident_title?: string | null;
	profile?: string;
	obligation?: string;
	title: string;
	basis: string | null;
	certainty: string | null;
	kind?: string | null;
	is_provisional: boolean;
	state: string;
	clock_from_at: string | null;
	due_at: string | null;
	done_at: string | null;
	sent_at?: string | null;
	acknowledged_at?: string | null;
	reason: string | null;
	decided_at?: string | null;
	decision_doc?: string | null;
	proof?: string | null;
	late_reason?: string | null;
	chased_at: string | null;
	chase_note: string | null;
	recipients?: string[];
	channel?: string | null;
	form?: string | null;
	note?: string | null;
	period?: string | null;
	period_from_at?: string | null;
	period_to_at?: string | null;
	document_id?: string | null;
	send_by_at?: string | null;
	is_off_day?: boolean;
	is_overdue?: boolean;
	late_days?: number | null;
	lateness?: string | null;
	percent?: number | null;
}
export interface Obligation {
	id: string;
	trigger: string;
	what: string;
	provisional: boolean;
	due_kind: string | null;
	clock: string | null;
	count: number;
	unit: string | null;
	every: string | null;
	before: string | null;
	recipients: string | string[] | null;
	channel: string | null;
	form: string | null;
	form_state: string | null;
	basis: string;
	certainty: string;
	note: string | null;
	is_concerned: boolean;
}
export interface Regulation {
	id: string;
	title: string;
	version: number;
	valid_from: string | null;
	valid_to: string | null;
	is_citable: boolean;
	instrument_to: string | null;
	instrument_end_certainty: string | null;
	instrument_replaced_by: string | null;
	is_in_force: boolean;
	is_leading: boolean;
	is_off: boolean;
	is_own: boolean;
	switch_reason?: string | null;
	citation: string | null;
	replaced_by: string | null;
	source: string | null;
	certainty: string | null;
	obligations_count: number;
	obligations?: Obligation[];
}
export interface CalendarItem {
	id: string | null;
	key: string | null;
	kind: string;
	title: string;
	incident_number: string | null;
	state: string | null;
	basis: string | null;
	certainty: string | null;
	from_at: string | null;
	due_at: string;
	send_by_at: string | null;
	is_off_day: boolean;
	is_provisional: boolean;
	is_overdue: boolean;
	is_foreseen: boolean;
}
export interface Holiday {
	date: string;
	kind: string;
	title: string;
	certainty: string;
}

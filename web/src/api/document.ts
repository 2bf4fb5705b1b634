// SPDX-License-Identifier: Apache-2.0
// Papers: forms, drafts and their values, what went out and came in, contacts.
export interface FormColumn {
	id: string;
	label: string;
	type: string;
	required?: boolean;
	choices?: FormChoice[];
}
export interface FormChoice {
	id: string;
	text: string;
	with_text?: boolean;
}
export interface FormField {
	id: string;
	label: string;
	type: string;
	required: boolean;
	asked: boolean;
	help: string | null;
	max: number;
	lines: number;
	only_if: string | null;
	choices: FormChoice[];
	columns: FormColumn[];
	rows: { id: string; text: string }[];
	rules: string[];
}
export interface PaperForm {
	id: string;
	title: string;
	version?: number;
	layout?: string;
	variants?: string[];
	incident?: boolean;
	period?: string | null;
	cover?: string | null;
	discharges?: string[];
	certainty?: string | null;
	source?: string | null;
	note?: string | null;
}
export interface Paper {
	id: string;
	version: number;
	number: string;
	incident_id: string | null;
	incident_number: string | null;
	incident_title?: string | null;
	form: string;
	variant: string | null;
	title: string;
	state: string;
	doc_number: string | null;
	doc_symbol?: string | null;
	doc_date: string | null;
	basis: string | null;
	urgency: string | null;
	cover_id: string | null;
	signer_name: string | null;
	made_at: string;
	updated_at: string;
	edition: number;
	is_signed?: boolean;
	sent_count?: number;
	acknowledged_count?: number;
	trouble_count?: number;
}
export interface Dispatch {
	id: string;
	version: number;
	contact_id: string | null;
	role: string | null;
	recipient: string;
	channel: string;
	address: string | null;
	state: string;
	sent_at: string | null;
	entered_at: string;
	proof: string | null;
	proof_name?: string | null;
	proof_sha256?: string | null;
	acknowledged_at: string | null;
	acknowledged_how: string | null;
	chased_at: string | null;
	chase_note: string | null;
	by_name?: string | null;
	why?: string | null;
}
export type FieldValue = unknown;
export interface PaperFull extends Paper {
	form_title: string;
	layout: string;
	reference: string | null;
	eoffice_id: string | null;
	signer_title: string | null;
	authority: string | null;
	made_by: string | null;
	cover_number: string | null;
	encloses_id: string | null;
	encloses_number: string | null;
	replaces_id: string | null;
	replaced_by_id: string | null;
	replaced_by_number: string | null;
	reason: string | null;
	approved_by: string | null;
	approved_at: string | null;
	issued_at: string | null;
	signed_name: string | null;
	signed_sha256: string | null;
	signed_size?: number | null;
	is_mailable: boolean;
	mail_max: number;
	signed_at: string | null;
	values: Record<string, FieldValue>;
	recipients: string[];
	distribution: string[];
	warnings: string[];
	fields: FormField[];
	gaps: { field: string; label: string }[];
	faults: { field: string; label: string; message: string }[];
	editions: { edition: number; saved_at: string; note: string | null; by_name: string | null; is_frozen: boolean }[];
	dispatches: Dispatch[];
	duties: { id: string; profile: string; obligation: string; title: string; basis: string | null; state: string; due_at: string | null; recipients?: string[] }[];
	proposed: { role: string; role_name: string; contact_id?: string; name?: string; person?: string | null; channel?: string | null; email?: string | null; phone?: string | null; is_sent?: boolean }[];
}
export interface PaperDiff {
	against_id: string | null;
	against_number: string | null;
	against_reference: string | null;
	against_date: string | null;
	changes: { field: string; label: string; type: string; before: FieldValue; after: FieldValue }[];
}
export interface Contact {
	id: string;
	version: number;
	role: string;
	role_name?: string | null;
	name: string;
	person: string | null;
	title: string | null;
	phone: string | null;
	phone_after_hours: string | null;
	fax: string | null;
	email: string | null;
	address: string | null;
	channel: string | null;
	note: string | null;
	verified_on: string | null;
	verified_how: string | null;
	verified_by?: string | null;
	is_retired: boolean;
	is_sample?: boolean;
	is_stale?: boolean;
	is_own?: boolean;
	mobile?: string | null;
	verify_by?: string | null;
	warnings?: { id: string; field: string; text: string }[];
}
export interface Incoming {
	id: string;
	version: number;
	number: string;
	kind: string;
	incident_id: string | null;
	incident_number?: string | null;
	issuer: string;
	doc_number: string | null;
	doc_date: string | null;
	basis: string | null;
	content: string;
	systems: string | null;
	actions: string | null;
	answer_how: string | null;
	urgency: string | null;
	due_at: string | null;
	received_at: string;
	entered_at: string;
	receiver: string | null;
	state: string;
	verified_at: string | null;
	verified_how: string | null;
	verified_by?: string | null;
	verified_note: string | null;
	contact_name?: string | null;
	reason?: string | null;
	result: string | null;
	answered_at: string | null;
}
export interface Escalation {
	id: string;
	version: number;
	target: string;
	organisation: string | null;
	is_foreign: boolean;
	state: string;
	reason: string | null;
	person: string | null;
	phone: string | null;
	suggested_at: string | null;
	requested_at: string | null;
	accepted_at: string | null;
	supported_at: string | null;
	released_at: string | null;
	note: string | null;
	document_id: string | null;
}
export interface EscalationRegion {
	beyond: string;
	escalation: { state: string; items: Escalation[] };
	signs: { id: string; text: string }[];
	call_sheet: { contacts: Contact[]; own: Contact[]; systems: { name: string; level: number | null; operator_name: string | null; isp: string | null; contact: string | null }[] };
	papers: { form: string; title: string; documents: { id: string; number: string; state: string; doc_number: string | null; doc_date: string | null }[] }[];
}
export interface PersonalRegion {
	personal_data: {
		state: string;
		kinds: string[];
		harm: string | null;
		processing_role: string | null;
		subject_count: number | null;
		first_at: string | null;
		grounds_at: string | null;
		suspected_at: string | null;
		is_for_subjects: boolean;
		note: string | null;
		next: { state: string; needs_reason: boolean }[];
	};
}

// SPDX-License-Identifier: Apache-2.0
// An incident and what belongs to it.
import type { Report } from './work';
import type { Duty } from './duty';

export interface Score {
	id: string;
	scored_at: string;
	by_name?: string | null;
	type: string | null;
	level: number | null;
	qd05_class: string | null;
	reporting: string | null;
	beyond: string | null;
	severity_version: string;
	override_reason: string | null;
	answers: Record<string, string>;
	result: TriageResult;
}
export interface TriageResult {
	type: string | null;
	level: number;
	qd05_class: string | null;
	reporting: string[];
	beyond: boolean;
	reasons: { about: string; rule: string; value: string; text: string; text_en?: string; is_doubt: boolean }[];
}
export interface Incident {
	id: string;
	version: number;
	number: string;
	title: string;
	summary: string | null;
	state: string;
	step: number;
	type: string | null;
	type_title?: string | null;
	level: number | null;
	qd05_class: string | null;
	reporting: string | null;
	beyond: string;
	is_restricted: boolean;
	tlp: string;
	lead_id: string | null;
	lead_name: string | null;
	duplicate_of_id: string | null;
	occurred_at: string | null;
	detected_at: string;
	received_at: string;
	taken_at: string | null;
	confirmed_at: string | null;
	response_ended_at: string | null;
	watch_until_at: string | null;
	closed_at: string | null;
	updated_at: string;
	loop_count: number;
	under_direction: boolean;
	playbook: string | null;
	playbook_version: string | null;
	option_chosen: string | null;
	close_reason: string | null;
	seal: string | null;
	open_tasks?: number;
	is_sample?: boolean;
}
export interface NextAction {
	op: string;
	to?: string | null;
	title: string;
	missing?: string[];
}
export interface IncidentFull extends Incident {
	reports: Report[];
	links: { id: string; kind: string; incident_id: string; number: string; title: string; state: string }[];
	score: Score | null;
	access?: { id: string; account_id: string; name: string }[];
	duplicate_of?: string | null;
	tasks: { open: number; done: number; waived?: number; mandatory_open: number };
	probes_red: number;
	duties: Duty[];
	next: NextAction | null;
	guards: { op: string; to: string; title: string; missing: { id: string; text: string; is_hard: boolean; names?: string[] }[] }[];
}
export interface ScopeItem {
	id: string;
	version: number;
	kind: string;
	ref_id: string | null;
	name: string;
	state: string;
	note: string | null;
	since_at: string | null;
	restored_from: string | null;
}
export interface Observable {
	id: string;
	version: number;
	incident_id: string;
	type: string;
	value: string;
	tlp: string;
	is_ioc: boolean;
	source: string | null;
	note: string | null;
	seen_at: string | null;
	matches?: { incident_id: string; number: string; title: string }[];
}
export interface Custody {
	id: string;
	version: number;
	evidence_id: string;
	action: string;
	acted_at: string;
	actor_name: string | null;
	from_name: string | null;
	from_id: string | null;
	to_name: string | null;
	to_id: string | null;
	place: string | null;
	reason: string | null;
	authority: string | null;
	result: string | null;
	from_confirmed_at: string | null;
	to_confirmed_at: string | null;
	scan_evidence_id: string | null;
	state: string;
}
export interface Evidence {
	id: string;
	version: number;
	incident_id: string;
	report_id: string | null;
	number: string;
	name: string;
	kind: string;
	form: string;
	description: string | null;
	sha256: string | null;
	size: number | null;
	media_type: string | null;
	collected_at: string;
	collected_by: string | null;
	place: string | null;
	method: string | null;
	device: string | null;
	serial: string | null;
	reason: string | null;
	tlp: string;
	holder: string | null;
	holder_id: string | null;
	storage: string | null;
	state: string;
	order_number: string | null;
	entered_at: string;
	custody?: Custody[];
}
export interface Check {
	id: string;
	version: number;
	round: number;
	item: string;
	position: number;
	title: string;
	result: string;
	note: string | null;
	checked_at: string | null;
	checked_by_name?: string | null;
	group?: string;
	group_title?: string;
	how?: string | null;
	is_mandatory?: boolean;
}
export interface Review {
	id?: string;
	version?: number;
	root_cause: string | null;
	went_well: string | null;
	went_badly: string | null;
	damage: string | null;
	damage_vnd: number | null;
	lessons: string | null;
	is_no_lesson?: boolean;
	helped_by: string | null;
	reviewed_at?: string | null;
}
export interface CorrectiveAction {
	id: string;
	version: number;
	incident_id: string;
	incident_number?: string;
	title: string;
	owner_id: string | null;
	owner_name: string | null;
	due_at: string | null;
	state: string;
	done_at: string | null;
	note: string | null;
}
export interface TimelineEntry {
	id: string;
	kind: string;
	op: string;
	text: string | null;
	word?: string | null;
	occurred_at: string;
	told_at: string | null;
	entered_at: string;
	actor_kind: string;
	actor_name: string | null;
	ref_table: string | null;
	ref_id: string | null;
	is_late: boolean;
}
export interface Question {
	id: string;
	text: string;
	help?: string | null;
	parts: {
		id: string;
		kind: 'yes_no' | 'choice' | 'choices' | 'number';
		text: string;
		choices?: { id: string; text: string }[];
		unit?: string | null;
		min?: number;
		max?: number;
		prefilled?: string | null;
		only_if?: string | null;
		only_value?: string | null;
	}[];
}

// SPDX-License-Identifier: Apache-2.0
// Reports, tasks, probes, directions: what is to be done.
import type { AlertLevel } from './alert';
import type { Incident, Evidence, CorrectiveAction } from './incident';

export interface Report {
	id: string;
	version: number;
	number: string;
	code: string;
	channel: string;
	symptoms: string[] | string;
	description: string | null;
	place: string | null;
	system_id: string | null;
	system_name?: string | null;
	done: string | null;
	contact_name: string | null;
	contact_division: string | null;
	contact_phone: string | null;
	contact_email: string | null;
	is_anonymous: boolean;
	occurred_at: string | null;
	told_at: string;
	entered_at: string;
	taken_at: string | null;
	taken_by?: string | null;
	incident_id: string;
	incident_number: string;
	incident_title?: string;
	incident_state: string;
	incident_level: number | null;
	incident_version?: number;
	files?: number;
	urgency?: number;
	messages?: { direction: string; text: string; sent_at: string; author?: string | null }[];
	evidence?: Pick<Evidence, 'id' | 'number' | 'name' | 'kind' | 'size' | 'media_type' | 'sha256' | 'state'>[];
}
export interface Task {
	id: string;
	version: number;
	incident_id: string;
	incident_number?: string;
	origin: string;
	playbook: string | null;
	step: string | null;
	phase: string;
	position: number;
	title: string;
	why: string | null;
	role: string | null;
	is_mandatory: boolean;
	max_minutes: number | null;
	needs_approval: boolean;
	produces_evidence: boolean;
	is_reversible: boolean;
	undo_text: string | null;
	state: 'open' | 'done' | 'waived';
	assignee_id: string | null;
	assignee_name?: string | null;
	due_at: string | null;
	done_at: string | null;
	entered_at: string | null;
	done_by_name?: string | null;
	note: string | null;
	waive_reason: string | null;
	direction_id: string | null;
	is_without_approval: boolean;
	loop: number;
	direction_state?: string | null;
	direction_answer?: string | null;
	probes?: number;
	probe_state?: Probe['state'] | null;
	probe_hint?: { kind: string; hint: string } | null;
	is_overdue?: boolean;
	incident_title?: string;
}
export interface Probe {
	id: string;
	version: number;
	incident_id: string;
	incident_number?: string;
	task_id: string | null;
	kind: string;
	target: string | null;
	expect: string | null;
	interval_s: number;
	state: 'unknown' | 'true' | 'false' | 'expired';
	state_at: string | null;
	detail: string | null;
	expires_at: string | null;
	is_stopped: boolean;
	confirmed_by_name?: string | null;
	ran_at?: string | null;
	next_at?: string | null;
}
export interface Direction {
	id: string;
	version: number;
	incident_id: string;
	incident_number?: string;
	task_id: string | null;
	question: string;
	situation: string | null;
	cost: string | null;
	if_not: string | null;
	asked_id: string | null;
	asked_name: string | null;
	asked_by_name?: string | null;
	task_title?: string | null;
	token_expires_at?: string | null;
	asked_at: string;
	due_at: string | null;
	channel: string;
	state: string;
	answer: string | null;
	words: string | null;
	answered_at: string | null;
	answered_name: string | null;
	entered_at: string | null;
	evidence_id: string | null;
}
export interface Deadline {
	kind: string;
	id: string;
	incident_id: string | null;
	incident_number: string | null;
	title: string;
	due_at: string;
	provisional: boolean;
	from_at?: string | null;
}
export interface Today {
	alerts_urgent: { count: number; oldest_at: string | null };
	reports_waiting: { count: number; oldest_at: string | null; items: Report[] };
	tasks_due: { count: number; items: Task[] };
	directions_waiting: { count: number; items: Direction[]; oldest_at?: string | null };
	probes_red: { count: number; items: Probe[] };
	deadlines: Deadline[];
	incidents: Incident[];
	outbox_trouble: { count: number; items: { id: string; kind: string; recipient: string; subject: string | null; error: string | null; state: string }[] };
	actions_due: { count: number; items: CorrectiveAction[] };
	quiet: boolean;
}
export interface Hit {
	kind: string;
	alert_state?: string;
	alert_level?: AlertLevel;
	is_muted?: boolean;
	host?: string | null;
	last_at?: string;
	id: string;
	incident_id: string | null;
	number: string | null;
	title: string;
	state: string | null;
	level: number | null;
	snippet: string | null;
}

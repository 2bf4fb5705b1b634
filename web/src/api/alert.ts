// SPDX-License-Identifier: Apache-2.0
// Alerts, mutes, what is known of rules, keys of programs.
export type AlertLevel = 'critical' | 'high' | 'medium' | 'low' | 'informational';
export type Verdict = 'true_positive' | 'false_positive' | 'benign';

export interface AlertRow {
	id: string;
	version: number;
	number: string;
	source: string;
	source_ref: string;
	rule_id: string;
	title: string;
	alert_level: AlertLevel;
	alert_state: 'new' | 'acknowledged' | 'merged' | 'closed';
	tags: string[] | null;
	host: string | null;
	user_name: string | null;
	playbook: string | null;
	first_at: string;
	last_at: string;
	received_at: string;
	count: number;
	verdict: Verdict | null;
	is_muted: boolean;
	mute_id: string | null;
	incident_id: string | null;
	incident_number: string | null;
	incident_title: string | null;
	hunt_id: string | null;
}
export interface AlertGroup {
	rule_id?: string;
	source?: string;
	host: string | null;
	title: string | null;
	number?: string | null;
	playbook?: string | null;
	hosts?: number;
	rules?: number;
	alerts: number;
	new_alerts: number;
	count: number;
	alert_level: AlertLevel;
	first_at: string;
	last_at: string;
	verdicts?: number;
	verdicts_false?: number;
}
export interface RuleFigures {
	alerts: number;
	count: number;
	hosts: number;
	true_positive: number;
	false_positive: number;
	benign: number;
	hidden: number;
	merged: number;
	false_percent: number | null;
	is_noisy: boolean;
	first_at: string;
	last_at: string;
}
export interface RuleRow extends RuleFigures {
	source: string;
	rule_id: string;
	title: string;
	alert_level: AlertLevel;
}
export interface AlertMatch {
	field: string;
	value: string;
	why?: string;
}
export interface AlertDetail extends AlertRow {
	state_at: string;
	state_by: string | null;
	note: string | null;
	told_at: string | null;
	verdict_at: string | null;
	verdict_by: string | null;
	advice: string | null;
	detail: Record<string, unknown> | null;
	playbook_code?: string;
	playbook_title?: string;
	observables: { type: string; value: string; defanged: string; note: string | null; is_ioc: boolean; matches: { incident_id: string; number: string; title: string }[] }[];
	files: { name: string; note: string | null; sha256: string; size: number; evidence_number: string | null; evidence_state: string | null }[];
	rule: RuleFigures;
	mutes: Mute[];
	history: { kind: string; about: string | null; text: string | null; event_at: string; actor_kind: string; actor_name: string | null }[];
	near: { id: string; number: string; title: string; alert_level: AlertLevel; alert_state: string; count: number; last_at: string }[];
	incidents: { id: string; number: string; title: string; state: string }[];
}
export interface Mute {
	id: string;
	rule_id: string | null;
	source: string | null;
	host: string | null;
	user_name: string | null;
	title?: string | null;
	reason: string;
	owner_name: string;
	muted_at: string;
	expires_at: string;
	mute_state?: 'active' | 'expired' | 'lifted';
	lifted_at?: string | null;
	lifted_by?: string | null;
	lift_reason?: string | null;
	hidden?: number;
}
export interface MutePreview {
	alerts: number;
	count: number;
	hosts: number;
	rules: number;
	true_positive: number;
	verdicts_false: number;
	merged: number;
	waiting: number;
	critical: number;
	high: number;
	since_at: string;
	per_day: number[];
	items: { id: string; number: string; title: string; alert_level: AlertLevel; host: string | null; count: number; last_at: string; alert_state: string; verdict: Verdict | null }[];
}
export interface AlertCount {
	new_alerts: number;
	critical: number;
	high: number;
}
export interface ApiKey {
	id: string;
	name: string;
	prefix: string;
	key_state: 'valid' | 'expired' | 'revoked';
	made_at: string;
	made_by: string | null;
	expires_at: string | null;
	revoked_at: string | null;
	revoke_reason: string | null;
	used_at: string | null;
	address: string | null;
}
export interface RuleEdition {
	number: number;
	label: string | null;
	source: string;
	loaded: number;
	unmapped: number;
	refused: number;
	imported_at: string;
	imported_by: string | null;
	is_used: boolean;
}

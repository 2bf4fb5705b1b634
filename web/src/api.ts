// SPDX-License-Identifier: Apache-2.0
// The API under /api/v1: one fetch function, its errors, and the shapes of its answers.
import { keepPreviousData, useMutation, useQuery, useQueryClient, type QueryKey, type UseQueryResult } from '@tanstack/react-query';
import { setServerNow } from './lib/time';

export const API = '/api/v1';

/** RFC 9457 problem details. */
export class Problem extends Error {
	constructor(
		readonly status: number,
		readonly type: string,
		readonly detail: string,
		readonly field?: string,
		readonly missing: string[] = [],
		readonly changes: string[] = [],
	) {
		super(detail);
	}
	/** "conflict" of "urn:khien:error:conflict" */
	get kind(): string {
		return this.type.replace(/^.*:(err\.)?/, '');
	}
	/** Somebody else was faster. */
	get isConflict(): boolean {
		return this.status === 409 && ['conflict', 'version'].includes(this.kind);
	}
}

let csrf = '';
let onSignedOut = () => {};
let lang = 'vi';

export function setCsrf(value: string | undefined): void {
	csrf = value ?? '';
}
export function setApiLang(value: string): void {
	lang = value;
}
export function setSignedOut(f: () => void): void {
	onSignedOut = f;
}

type Params = Record<string, string | number | boolean | string[] | null | undefined>;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export function query(params: Params | undefined): string {
	const out = new URLSearchParams();
	for (const [name, value] of Object.entries(params ?? {})) {
		if (value === undefined || value === null || value === '') continue;
		if (Array.isArray(value)) value.forEach((v) => out.append(name, v));
		else out.set(name, String(value));
	}
	const text = out.toString();
	return text ? `?${text}` : '';
}

function form(body: Record<string, unknown>): FormData {
	const out = new FormData();
	for (const [name, value] of Object.entries(body)) {
		if (value === undefined || value === null || value === '') continue;
		if (value instanceof File) out.append(name, value);
		else if (Array.isArray(value)) value.forEach((v) => out.append(name, v instanceof File ? v : String(v)));
		else out.append(name, String(value));
	}
	return out;
}

function hasFiles(body: Record<string, unknown>): boolean {
	return Object.values(body).some((v) => v instanceof File || (Array.isArray(v) && v.some((x) => x instanceof File)));
}

/** Empty members are left out, but for PATCH, where they clear a field. */
function json(method: Method, body: Record<string, unknown>): string {
	return JSON.stringify(body, (_, v) => (method === 'PATCH' ? (v === null ? '' : v) : v === '' || v === null ? undefined : v));
}

export async function call<T>(method: Method, path: string, body?: Record<string, unknown>, signal?: AbortSignal): Promise<T> {
	const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': lang };
	let payload: BodyInit | undefined;
	if (method !== 'GET') {
		headers['X-CSRF-Token'] = csrf;
		if (body && hasFiles(body)) payload = form(body);
		else if (body) {
			headers['Content-Type'] = 'application/json';
			payload = json(method, body);
		}
	}
	let answer: Response;
	try {
		answer = await fetch(API + path, { method, headers, body: payload, credentials: 'same-origin', signal });
	} catch (fault) {
		if ((fault as Error).name === 'AbortError') throw fault;
		throw new Problem(0, 'urn:khien:error:err.network', '');
	}
	const text = await answer.text();
	let value: unknown = null;
	try {
		value = text ? JSON.parse(text) : null;
	} catch {
		throw new Problem(answer.status, 'urn:khien:error:err.network', '');
	}
	if (!answer.ok) {
		const p = (value ?? {}) as Record<string, unknown>;
		const problem = new Problem(
			answer.status,
			String(p.type ?? ''),
			String(p.detail ?? p.title ?? answer.statusText),
			p.field as string | undefined,
			p.missing as string[] | undefined,
			p.changes as string[] | undefined,
		);
		if (answer.status === 401 && path !== '/session') onSignedOut();
		throw problem;
	}
	return value as T;
}

/** A read, kept under its path and parameters. ${held}: not refetched while somebody looks; new rows wait. */
export function useGet<T>(path: string | null, params?: Params, options: { held?: boolean; keep?: boolean; stale?: number } = {}): UseQueryResult<T, Problem> {
	const key: QueryKey = [path, params ?? {}];
	return useQuery<T, Problem, T>({
		queryKey: key,
		enabled: path !== null,
		queryFn: ({ signal }) => call<T>('GET', path + query(params), undefined, signal),
		meta: { held: options.held ?? false },
		staleTime: options.stale ?? 0,
		...(options.keep ? { placeholderData: keepPreviousData } : {}),
	});
}

/** A write; afterwards everything on the page is read again. Throws Problem. */
export function useSend() {
	const client = useQueryClient();
	const mutation = useMutation<unknown, Problem, { method: Method; path: string; body?: Record<string, unknown> }>({
		mutationFn: ({ method, path, body }) => call(method, path, body),
		onSuccess: () => client.invalidateQueries(),
	});
	return {
		pending: mutation.isPending,
		send: <T = Saved>(method: Method, path: string, body?: Record<string, unknown>) =>
			mutation.mutateAsync({ method, path, body }) as Promise<T>,
	};
}

/** Asks the server what time it is. */
export async function askTime(): Promise<void> {
	try {
		const health = await call<{ time: string; test_clock: boolean }>('GET', '/health');
		setServerNow(health.time, health.test_clock);
	} catch {
		// our own clock will do
	}
}

// ---- shapes ------------------------------------------------------------------

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
export interface Agency {
	id?: string;
	version?: number;
	name: string;
	short_name?: string;
	symbol?: string;
	parent_name?: string;
	place?: string;
	address?: string;
	phone?: string;
	email?: string;
	portal?: string;
	hotline?: string;
	leading_basis?: string;
	is_network_member?: boolean;
	is_sample?: boolean;
}
export interface Account {
	id: string;
	version: number;
	login: string;
	name: string;
	title?: string | null;
	roles: string[] | string;
	lang: 'vi' | 'en';
	division_id?: string | null;
	division?: string | null;
	email?: string | null;
	phone?: string | null;
	must_change_password?: boolean;
	created_at?: string;
	is_totp?: boolean;
	is_disabled?: boolean;
	is_sample?: boolean;
}
export interface SessionInfo {
	csrf: string;
	account: Account;
	agency: string;
	is_sample: boolean;
	rights: string[];
	must_change_password: boolean;
	must_set_totp: boolean;
	test_clock: boolean;
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
	guards: { op: string; to: string; title: string; missing: { id: string; text: string; is_hard: boolean }[] }[];
}
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
export interface Duty {
	id: string;
	version: number;
	incident_id: string | null;
	incident_number?: string;
	title: string;
	basis: string | null;
	certainty: string | null;
	is_provisional: boolean;
	state: string;
	clock_from_at: string | null;
	due_at: string | null;
	done_at: string | null;
	reason: string | null;
	chased_at: string | null;
	chase_note: string | null;
	recipients?: string[];
	channel?: string | null;
	form?: string | null;
	send_by_at?: string | null;
	is_overdue?: boolean;
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
export interface Playbook {
	id: string;
	code: string;
	title: string;
	version: number | string;
	types: string[];
	approved: { doc_number: string; doc_date: string; signer: string | null } | null;
	steps: number;
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
export interface Named {
	id: string;
	title: string;
	text?: string;
	group?: string;
	list?: string;
}
export interface Division {
	id: string;
	version: number;
	name: string;
	symbol: string | null;
	head_id: string | null;
	head_name?: string | null;
	is_closed: boolean;
}
export interface InfoSystem {
	id: string;
	version: number;
	name: string;
	kind: string | null;
	purpose: string | null;
	level: number | null;
	owner_name: string | null;
	operator_name: string | null;
	contact: string | null;
	domains: string | null;
	public_ips: string | null;
	internal_ips: string | null;
	location: string | null;
	os: string | null;
	services: string | null;
	data_kinds: string | null;
	service_priority: number | null;
	max_outage_minutes: number | null;
	rto_minutes: number | null;
	rpo_minutes: number | null;
	may_be_disconnected_by: string | null;
	backup_note: string | null;
	log_note: string | null;
	is_retired: boolean;
}
export interface Setting {
	name: string;
	value: string | null;
	default: string | null;
	type: string;
	is_secret: boolean;
}
export interface SessionRow {
	id: string;
	account_id: string;
	account_name?: string;
	login?: string;
	created_at: string;
	seen_at: string;
	expires_at: string;
	address: string | null;
	agent: string | null;
	is_current?: boolean;
}
export interface LedgerEntry {
	seq: number;
	entered_at: string;
	actor: string;
	actor_name: string | null;
	op: string;
	incident_number: string | null;
	leaf: string;
}
export interface Hit {
	kind: string;
	id: string;
	incident_id: string | null;
	number: string | null;
	title: string;
	state: string | null;
	level: number | null;
	snippet: string | null;
}

/** x_list columns come as arrays, plain ones as words in one text. */
export function words(value: string[] | string | null | undefined): string[] {
	if (!value) return [];
	return Array.isArray(value) ? value : value.split(' ').filter(Boolean);
}

// SPDX-License-Identifier: Apache-2.0
// The agency, its people, what they set.
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
	fax?: string;
	member_code?: string;
	duty_decree?: string;
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
export interface Division {
	id: string;
	version: number;
	name: string;
	symbol: string | null;
	head_id: string | null;
	head_name?: string | null;
	is_closed: boolean;
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

// SPDX-License-Identifier: Apache-2.0
// Information systems and playbooks.
export interface Playbook {
	id: string;
	code: string;
	title: string;
	version: number | string;
	types: string[];
	approved: { doc_number: string; doc_date: string; signer: string | null } | null;
	steps: number;
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
	log_days: number | null;
	subjects: number | null;
	approval_expected_on?: string | null;
	plan_expected_on?: string | null;
	inspected_on?: string | null;
	is_retired: boolean;
}

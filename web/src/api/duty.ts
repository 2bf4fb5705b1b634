// SPDX-License-Identifier: Apache-2.0
// What is owed to others, until when.
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

// SPDX-License-Identifier: Apache-2.0
// The figures of a period, each with the records it counts.
export interface Figure {
	count: number;
	ids?: string[];
}
export interface StatGroup extends Figure {
	id: string;
	title: string;
}
export interface StatRow {
	type: string | null;
	title: string;
	count: number;
	self_handled: number;
	helped_domestic: number;
	helped_foreign: number;
	asked_coordinator: number;
	damage_vnd: number;
	damage: string | null;
	ids: Record<string, string[]>;
}
export interface Statistics {
	from: string;
	to: string;
	is_partial: boolean;
	is_nil: boolean;
	rows: StatRow[];
	total: StatRow;
	helpers: (Figure & { name: string })[];
	helpers_foreign: (Figure & { name: string })[];
	incidents: Figure;
	not_attack: Figure;
	untyped: Figure;
	unverified: Figure;
	closed: Figure;
	by_type: StatGroup[];
	by_level: StatGroup[];
	by_division: StatGroup[];
	by_month: StatGroup[];
	by_state: StatGroup[];
	handling: { self_handled: Figure; helped_domestic: Figure; helped_foreign: Figure; asked_coordinator: Figure; self_percent?: number | null };
	damage: Figure & { vnd: number; text: string | null };
	times: (StatGroup & { median_minutes: number | null; p90_minutes: number | null; median: string | null; p90: string | null })[];
	duties: { due: Figure; on_time: Figure; late: Figure; missed: Figure; percent?: number | null };
	records: { id: string; number: string; title: string }[];
}

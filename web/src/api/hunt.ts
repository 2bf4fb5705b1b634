// SPDX-License-Identifier: Apache-2.0
// Hunts in an incident's logs; files go up one by one, with how far they are.
import { API, apiHeaders, Problem } from './call';

export interface HuntGap {
	grave: boolean;
	text: string;
}
export interface HuntGroup {
	rule_id: string;
	rule_title: string;
	title: string;
	level: string;
	tags: string[];
	host: string;
	subject: string;
	count: number;
	score: number;
	first_ms: number | null;
	last_ms: number | null;
	story: number;
	advice: string;
	playbook: string;
	matched: { field: string; value: string | null }[];
	refs: { file: string; record: number }[];
}
export interface HuntSummary {
	files_read: number;
	files_refused: number;
	is_cut: boolean;
	groups_total: number;
	from_ms: number | null;
	to_ms: number | null;
	levels: Record<string, number>;
	stories: { host: string; level: string; score: number; text: string }[];
	groups: HuntGroup[];
}
export interface Hunt {
	id: string;
	version: number;
	number: string;
	state: 'waiting' | 'done' | 'failed' | 'cancelled';
	level: string;
	files: number;
	size: number;
	requested_at: string;
	requested_by: string | null;
	finished_at: string | null;
	error: string | null;
	rules: number | null;
	rules_version: string | null;
	events: number | null;
	detections: number | null;
	alerts: number | null;
	json_size: number | null;
	html_size: number | null;
	is_under_way: boolean;
	from_at: string | null;
	to_at: string | null;
	tags: string[] | null;
	rules_name: string | null;
}
export interface HuntFull extends Hunt {
	gaps: HuntGap[] | null;
	summary: HuntSummary | null;
	progress: { phase: string; bytes: number; events: number; hits: number };
	files_read: { position: number; name: string; size: number; evidence_number: string | null }[];
	lists_read: { name: string; size: number }[];
}
export interface HuntUploaded {
	items: { id: string; number: string; name: string; is_new: boolean }[];
}

const isYaml = /^\uFEFF?(?:#[^\n]*(?:\n|$)|\r?\n)*(?:---|[\w-]+:(?:\s|$))/;

/** Whether a file of a chosen folder lies beside logs and is none: the JSON copy of an EVTX file, or YAML. */
async function isBeside(file: File, byPath: Map<string, File>): Promise<boolean> {
	const path = file.webkitRelativePath;
	const copy = /^(.*)\.json[^./]*$/i.exec(path);
	if (path === '') return false;
	if (/\.ya?ml$/i.test(path)) return isYaml.test(await file.slice(0, 2048).text());
	const log = copy && byPath.get(`${copy[1]}.evtx`);
	return log ? (await log.slice(0, 7).text()) === 'ElfFile' : false;
}

/** What is sent of the files chosen, and what is left out. */
export async function sift(files: File[]): Promise<{ logs: File[]; beside: File[] }> {
	const byPath = new Map(files.map((f) => [f.webkitRelativePath, f]));
	const beside = await Promise.all(files.map((f) => isBeside(f, byPath)));
	return { logs: files.filter((_, n) => !beside[n]), beside: files.filter((_, n) => beside[n]) };
}

/** Sends one file; ${onProgress} is told the bytes that went out. */
export function uploadLog(incidentId: string, file: File, onProgress: (bytes: number) => void, signal: AbortSignal): Promise<HuntUploaded> {
	return new Promise((done, fail) => {
		const body = new FormData();
		const request = new XMLHttpRequest();
		body.append('names', file.webkitRelativePath || file.name);
		body.append('files', file);
		request.open('POST', `${API}/incidents/${incidentId}/hunt-files`);
		for (const [name, value] of Object.entries(apiHeaders())) request.setRequestHeader(name, value);
		request.upload.onprogress = (e) => onProgress(Math.min(e.loaded, file.size));
		request.onerror = () => fail(new Problem(0, 'urn:khien:error:err.network', ''));
		request.onabort = () => fail(new DOMException('', 'AbortError'));
		request.onload = () => {
			let value: Record<string, unknown> = {};
			try {
				value = JSON.parse(request.responseText) as Record<string, unknown>;
			} catch {
				// told as a failure below
			}
			if (request.status >= 200 && request.status < 300) done(value as unknown as HuntUploaded);
			else fail(new Problem(request.status, String(value.type ?? ''), String(value.detail ?? ''), value.field as string | undefined));
		};
		signal.addEventListener('abort', () => request.abort());
		request.send(body);
	});
}

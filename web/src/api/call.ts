// SPDX-License-Identifier: Apache-2.0
// The API under /api/v1: one fetch function, its errors, reads and writes as hooks.
import { keepPreviousData, useMutation, useQuery, useQueryClient, type QueryKey, type UseQueryResult } from '@tanstack/react-query';
import { setServerNow } from '../lib/time';
import type { Saved } from './base';

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
		else if (typeof value === 'object') out.append(name, JSON.stringify(value));
		else out.append(name, String(value));
	}
	return out;
}

function hasFiles(body: Record<string, unknown>): boolean {
	return Object.values(body).some((v) => v instanceof File || (Array.isArray(v) && v.some((x) => x instanceof File)));
}

/** Empty members are left out, but for PATCH, where they clear a field. What lies inside a member goes as it is. */
function json(method: Method, body: Record<string, unknown>): string {
	const kept = Object.entries(body).filter(([, v]) => v !== undefined && (method === 'PATCH' || (v !== '' && v !== null)));
	return JSON.stringify(Object.fromEntries(kept.map(([name, v]) => [name, v === null ? '' : v])));
}

/** What a request of somebody else's making has to carry. */
export function apiHeaders(): Record<string, string> {
	return { Accept: 'application/json', 'Accept-Language': lang, 'X-CSRF-Token': csrf };
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

/** A QR code of a text, drawn by the server; "" when it cannot. By POST: an address must not hold a secret. */
export async function qrSvg(text: string): Promise<string> {
	try {
		const answer = await fetch('/in/ma-qr', { method: 'POST', headers: { 'X-CSRF-Token': csrf }, body: new URLSearchParams({ text }), credentials: 'same-origin' });
		return answer.ok ? await answer.text() : '';
	} catch {
		return '';
	}
}

/** A paper as a page: as it is kept, or with ${edits} that are not saved yet. */
export async function paperHtml(id: string, edits: Record<string, unknown> | null, signal: AbortSignal): Promise<string> {
	const answer = await fetch(`${API}/documents/${id}/${edits ? 'preview' : 'file?format=html'}`, {
		credentials: 'same-origin', signal, headers: { 'Accept-Language': lang, ...(edits ? { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' } : {}) },
		...(edits ? { method: 'POST', body: JSON.stringify({ values: edits }) } : {}),
	});
	if (!answer.ok) throw new Problem(answer.status, '', '');
	return answer.text();
}

/** A file that has to be asked for with a body: saved under the name the server gives it. */
export async function saveFile(path: string, body: Record<string, unknown>): Promise<void> {
	const answer = await fetch(API + path, { method: 'POST', credentials: 'same-origin', headers: { 'Accept-Language': lang, 'X-CSRF-Token': csrf }, body: form(body) });
	if (!answer.ok) {
		const p = (await answer.json().catch(() => ({}))) as Record<string, string>;
		throw new Problem(answer.status, p.type ?? '', p.detail ?? '', p.field);
	}
	const name = /filename\*=UTF-8''([^;]+)/i.exec(answer.headers.get('Content-Disposition') ?? '')?.[1];
	const url = URL.createObjectURL(await answer.blob());
	const a = document.createElement('a');
	a.href = url;
	a.download = name ? decodeURIComponent(name) : path.slice(path.lastIndexOf('/') + 1);
	a.click();
	URL.revokeObjectURL(url);
}

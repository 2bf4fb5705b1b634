// SPDX-License-Identifier: Apache-2.0
// Logs searched for signs of an attack: files in, progress, what was found and what could not be seen.
import { Button, Checkbox, Group, Select, Textarea } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, Problem, useGet, type Evidence, type Page } from '../../api';
import { sift, uploadLog, type Hunt, type HuntFull } from '../../api/hunt';
import { useAct } from '../../lib/act';
import { numberText, sizeText } from '../../lib/size';
import { absolute } from '../../lib/time';
import { ProblemAlert } from '../../parts/Form';
import { Tag } from '../../parts/Marks';
import { Card, Empty, Loaded } from '../../parts/Page';
import { TimeField } from '../../parts/TimeField';
import { HuntResult } from './HuntResult';
import type { TabProps } from './Page';
import './hunt.css';

const LEVELS = ['none', 'informational', 'low', 'medium', 'high', 'critical'];
const FILES_MAX = 3000;
const TYPED_MAX = 500_000; // bytes of indicators
const NAMED_OUT = 5;
const LOOK_MS = 1000;

export default function HuntTab({ incident: i, canHandle }: TabProps) {
	const { t } = useTranslation();
	const list = useGet<Page<Hunt>>(`/incidents/${i.id}/hunts`, { limit: 100 });
	const [chosen, setChosen] = useState<string | null>(null);
	const shown = chosen ?? list.data?.items[0]?.id ?? null;
	const open = !['closed', 'closed_not_incident', 'duplicate'].includes(i.state);
	return (
		<>
			{canHandle && open && <NewHunt incidentId={i.id} onStarted={setChosen} />}
			<Loaded of={list}>
				{(d) => d.items.length === 0
					? <div className="card"><Empty title={t('hunt.none')}>{t('hunt.none_next')}</Empty></div>
					: (
						<Card title={t('hunt.all')} plain>
							<ul className="hunts">
								{d.items.map((h) => (
									<li key={h.id}>
										<button type="button" aria-pressed={h.id === shown} onClick={() => setChosen(h.id)}>
											<b>{h.number}</b> <HuntState hunt={h} />
											<span className="quiet">{absolute(h.requested_at)}{h.requested_by && ` · ${h.requested_by}`}</span>
											<span>{t('hunt.files', { count: h.files })} · {sizeText(h.size)}{h.detections !== null && ` · ${t('hunt.detections', { count: h.detections, n: numberText(h.detections) })}`}</span>
										</button>
									</li>
								))}
							</ul>
						</Card>
					)}
			</Loaded>
			{shown && <OneHunt key={shown} id={shown} canHandle={canHandle} />}
		</>
	);
}

function HuntState({ hunt: h }: { hunt: Hunt }) {
	const { t } = useTranslation();
	const kind = { waiting: 'warn', done: 'good', failed: 'bad', cancelled: '' }[h.state];
	return <Tag kind={kind}>{t(`hunt.state_${h.state === 'waiting' && h.is_under_way ? 'running' : h.state}`)}</Tag>;
}

// ---- a new one ---------------------------------------------------------------------------

interface Sending {
	done: number;
	files: number;
	bytes: number;
	total: number;
	name: string;
	stop: AbortController;
}

function NewHunt({ incidentId, onStarted }: { incidentId: string; onStarted: (id: string) => void }) {
	const { t } = useTranslation();
	const client = useQueryClient();
	const [files, setFiles] = useState<File[]>([]);
	const [held, setHeld] = useState<Set<string>>(new Set());
	const [level, setLevel] = useState('low');
	const [from, setFrom] = useState<string | null>(null);
	const [to, setTo] = useState<string | null>(null);
	const [indicators, setIndicators] = useState('');
	const [over, setOver] = useState(false);
	const [sending, setSending] = useState<Sending | null>(null);
	const [fault, setFault] = useState<Problem | null>(null);
	const total = files.reduce((sum, f) => sum + f.size, 0);

	function add(more: Iterable<File>) {
		setFault(null);
		setFiles((before) => {
			const names = new Set(before.map(key));
			return [...before, ...[...more].filter((f) => !names.has(key(f)))].slice(0, FILES_MAX);
		});
	}

	async function begin() {
		const stop = new AbortController();
		const evidence = [...held];
		let before = 0;
		setFault(null);
		try {
			const { logs, beside } = await sift(files);
			for (const [n, file] of logs.entries()) {
				const tell = (bytes: number) => setSending({ done: n, files: logs.length, bytes: before + bytes, total, name: file.name, stop });
				tell(0);
				evidence.push(...(await uploadLog(incidentId, file, tell, stop.signal)).items.map((e) => e.id));
				before += file.size;
			}
			const hunt = await call<Hunt>('POST', `/incidents/${incidentId}/hunts`, {
				evidence: [...new Set(evidence)], level, from, to, indicators: indicators.trim(),
				...(beside.length > 0 && { left_out: beside.length, left_out_names: beside.slice(0, NAMED_OUT).map((f) => f.webkitRelativePath) }),
			});
			setFiles([]);
			setHeld(new Set());
			onStarted(hunt.id);
		} catch (e) {
			if (e instanceof Problem) setFault(e);
			else if ((e as Error).name !== 'AbortError') throw e;
		} finally {
			setSending(null);
			await client.invalidateQueries();
		}
	}

	return (
		<Card title={t('hunt.new')}>
			<div className="stack">
				<p className="quiet hunt-why">{t('hunt.why')}</p>
				<div className={`hunt-drop${over ? ' over' : ''}`}
					onDragOver={(e) => { e.preventDefault(); setOver(true); }}
					onDragLeave={() => setOver(false)}
					onDrop={(e) => { e.preventDefault(); setOver(false); add(e.dataTransfer.files); }}>
					<span>{t('hunt.drop')}</span>
					<Group gap="xs" justify="center">
						<Picker label={t('hunt.choose_files')} onFiles={add} disabled={sending !== null} />
						<Picker label={t('hunt.choose_folder')} onFiles={add} disabled={sending !== null} folder />
					</Group>
				</div>
				{files.length > 0 && <Chosen files={files} total={total} onDrop={sending ? undefined : (f) => setFiles(files.filter((x) => x !== f))} onClear={sending ? undefined : () => setFiles([])} />}
				<Held incidentId={incidentId} chosen={held} onChange={setHeld} />
				<details className="hunt-more">
					<summary>{t('hunt.more')}{[from, to, indicators.trim()].some(Boolean) && ` · ${t('hunt.more_set')}`}</summary>
					<div className="stack hunt-held-list">
						<div className="hunt-span">
							<TimeField label={t('hunt.from')} value={from} onChange={setFrom} />
							<TimeField label={t('hunt.to')} value={to} onChange={setTo} />
						</div>
						<Textarea label={t('hunt.indicators')} description={t('hunt.indicators_help')} value={indicators} onChange={(e) => setIndicators(e.currentTarget.value)} autosize minRows={3} maxRows={10} disabled={sending !== null} className="mono-input"
							error={new Blob([indicators]).size > TYPED_MAX ? t('hunt.indicators_long') : undefined} />
						<Group><Picker label={t('hunt.indicators_file')} disabled={sending !== null} onFiles={(list) => void Promise.all(list.map((f) => f.text())).then((texts) => setIndicators([indicators, ...texts].filter(Boolean).join('\n')))} /></Group>
					</div>
				</details>
				<Group align="flex-end" gap="sm">
					<Select label={t('hunt.level')} description={t('hunt.level_help')} value={level} onChange={(v) => v && setLevel(v)} allowDeselect={false} disabled={sending !== null}
						data={LEVELS.map((v) => ({ value: v, label: t(v === 'none' ? 'hunt.level_all' : `hunt.level_${v}`) }))} comboboxProps={{ withinPortal: true }} />
					<Button disabled={files.length + held.size === 0 || from === 'invalid' || to === 'invalid'} loading={sending !== null} onClick={() => void begin()}>{t('hunt.start')}</Button>
					{sending && <Button variant="default" onClick={() => sending.stop.abort()}>{t('hunt.stop_upload')}</Button>}
				</Group>
				{sending && (
					<Meter label={t('hunt.uploading')} part={sending.total === 0 ? 1 : sending.bytes / sending.total}>
						{t('hunt.upload_state', { n: sending.done + 1, files: sending.files, name: sending.name, bytes: sizeText(sending.bytes), total: sizeText(sending.total) })}
					</Meter>
				)}
				{fault && <ProblemAlert problem={fault} />}
			</div>
		</Card>
	);
}

const key = (f: File) => `${f.webkitRelativePath || f.name} ${f.size} ${f.lastModified}`;

/** A button that is a field for files. */
function Picker({ label, onFiles, disabled, folder }: { label: string; onFiles: (files: File[]) => void; disabled: boolean; folder?: boolean }) {
	return (
		<label className={`hunt-pick${disabled ? ' off' : ''}`}>
			<input type="file" multiple disabled={disabled} {...(folder ? { webkitdirectory: '' } : {})}
				onChange={(e) => { onFiles([...(e.currentTarget.files ?? [])]); e.currentTarget.value = ''; }} />
			{label}
		</label>
	);
}

const NAMED = 30;

function Chosen({ files, total, onDrop, onClear }: { files: File[]; total: number; onDrop?: (file: File) => void; onClear?: () => void }) {
	const { t } = useTranslation();
	return (
		<div>
			<div className="hunt-chosen"><b>{t('hunt.files', { count: files.length })}</b> · {sizeText(total)} {onClear && <button type="button" className="linkish" onClick={onClear}>{t('hunt.clear')}</button>}</div>
			<ul className="hunt-files">
				{files.slice(0, NAMED).map((f) => (
					<li key={key(f)}>
						<span>{f.webkitRelativePath || f.name}</span> <span className="quiet nowrap">{sizeText(f.size)}</span>
						{onDrop && <button type="button" className="linkish" aria-label={t('hunt.drop_this', { name: f.name })} onClick={() => onDrop(f)}>✕</button>}
					</li>
				))}
				{files.length > NAMED && <li className="quiet">{t('hunt.more_files', { count: files.length - NAMED })}</li>}
			</ul>
		</div>
	);
}

/** Logs the incident holds already. */
function Held({ incidentId, chosen, onChange }: { incidentId: string; chosen: Set<string>; onChange: (ids: Set<string>) => void }) {
	const { t } = useTranslation();
	const list = useGet<Page<Evidence>>(`/incidents/${incidentId}/evidence`, { limit: 200 });
	const items = (list.data?.items ?? []).filter((e) => e.sha256 && e.state === 'held' && ['log', 'file', 'other'].includes(e.kind));
	if (items.length === 0) return null;
	const all = items.every((e) => chosen.has(e.id));
	return (
		<details className="hunt-held">
			<summary>{t('hunt.held', { count: items.length })}{chosen.size > 0 && ` · ${t('hunt.held_chosen', { count: chosen.size })}`}</summary>
			<div className="stack hunt-held-list">
				<Checkbox label={t('hunt.held_all')} checked={all} indeterminate={!all && chosen.size > 0} onChange={() => onChange(new Set(all ? [] : items.map((e) => e.id)))} />
				{items.map((e) => (
					<Checkbox key={e.id} label={`${e.number} · ${e.name} · ${sizeText(e.size)}`} checked={chosen.has(e.id)}
						onChange={() => onChange(new Set(chosen.has(e.id) ? [...chosen].filter((id) => id !== e.id) : [...chosen, e.id]))} />
				))}
			</div>
		</details>
	);
}

function Meter({ label, part, children }: { label: string; part: number; children: React.ReactNode }) {
	const percent = Math.max(0, Math.min(100, Math.round(part * 100)));
	return (
		<div>
			<div className="hunt-meter" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}><div style={{ width: `${percent}%` }} /></div>
			<div className="hunt-meter-text">{percent} % · {children}</div>
		</div>
	);
}

// ---- one that was asked for ------------------------------------------------------------------

function OneHunt({ id, canHandle }: { id: string; canHandle: boolean }) {
	const { t } = useTranslation();
	const client = useQueryClient();
	const { attempt, pending } = useAct();
	const q = useQuery<HuntFull, Problem>({
		queryKey: [`/hunts/${id}`, {}],
		queryFn: ({ signal }) => call<HuntFull>('GET', `/hunts/${id}`, undefined, signal),
		refetchInterval: (query) => (query.state.data?.state === 'waiting' ? LOOK_MS : false),
	});
	const state = q.data?.state;
	const [was, setWas] = useState(state);
	useEffect(() => {
		if (was === 'waiting' && state && state !== 'waiting') void client.invalidateQueries({ predicate: (x) => x.queryKey[0] !== `/hunts/${id}` });
		if (state !== was) setWas(state);
	}, [client, id, state, was]);
	return (
		<Loaded of={q}>
			{(h) => {
				if (h.state === 'done') return <HuntResult hunt={h} />;
				return (
					<Card title={t('hunt.one', { number: h.number })} aside={<HuntState hunt={h} />}>
						<div className="stack" aria-live="polite">
							{h.state === 'waiting' && (
								<>
									{h.progress.phase === 'reading'
										? <Meter label={t('hunt.reading')} part={h.size === 0 ? 1 : h.progress.bytes / h.size}>{t('hunt.progress', { bytes: sizeText(h.progress.bytes), total: sizeText(h.size), events: numberText(h.progress.events), hits: numberText(h.progress.hits) })}</Meter>
										: <p className="hunt-why">{t(`hunt.phase_${h.progress.phase}`)}</p>}
									{canHandle && <Group><Button size="xs" variant="default" loading={pending} onClick={() => void attempt('POST', `/hunts/${id}/cancel`, {})}>{t('hunt.cancel')}</Button></Group>}
								</>
							)}
							{h.state === 'failed' && <p className="hunt-why hunt-bad">{h.error}</p>}
							{h.state === 'cancelled' && <p className="hunt-why">{t('hunt.was_cancelled')}</p>}
						</div>
					</Card>
				);
			}}
		</Loaded>
	);
}

// SPDX-License-Identifier: Apache-2.0
// Orders, requests and warnings from authorities: verified by a call back before anybody acts on them.
import { Button, Drawer, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router-dom';
import { useGet, useSend, type Contact, type Incident, type Incoming, type Page, type Task } from '../../api';
import { wordFor } from '../../lib/i18n';
import { useKeys } from '../../lib/keys';
import { usePeople } from '../../lib/people';
import { absolute } from '../../lib/time';
import { Chip, DataTable, type Column } from '../../parts/DataTable';
import { ActionDialog, type Field } from '../../parts/Form';
import { Due, Tag } from '../../parts/Marks';
import { Empty, Loaded } from '../../parts/Page';
import { When } from '../../parts/When';
import { useSession } from '../../session';
import { dayOf } from './Steps';

const KINDS = ['order', 'request', 'warning', 'decision', 'answer'];
const URGENCIES = ['normal', 'urgent', 'very_urgent', 'express'];
type Kind = 'verify' | 'reject' | 'task' | 'answer' | 'edit';
type Full = Incoming & { tasks?: Pick<Task, 'id' | 'title' | 'state' | 'due_at' | 'done_at'>[] };
const TONE: Record<string, string> = { received: 'warn', verified: 'good', rejected: 'bad', answered: 'good' };

export default function IncomingPage() {
	const { t } = useTranslation();
	const { may } = useSession();
	const [params, setParams] = useSearchParams();
	const state = params.get('trang-thai') ?? 'open';
	const at = params.get('xem');
	const q = useGet<Page<Incoming>>('/incoming', { state, limit: 200 }, { keep: true });
	const [adding, setAdding] = useState(false);
	const write = may('HANDLE');
	useKeys(write ? { n: () => setAdding(true) } : {});
	const show = (id: string | null) => setParams((p) => { if (id) p.set('xem', id); else p.delete('xem'); return p; }, { replace: true });
	const columns: Column<Incoming>[] = [
		{ id: 'content', title: t('incoming.content'), value: (i) => i.content, cell: (i) => <button type="button" className="linkish" onClick={() => show(i.id)}><b>{wordFor('incoming_kind', i.kind)}</b> · {i.content.slice(0, 120)}</button>, className: 'wide rest', fixed: true },
		{ id: 'issuer', title: t('incoming.issuer'), value: (i) => i.issuer, cell: (i) => i.issuer },
		{ id: 'doc', title: t('paper.reference'), value: (i) => i.doc_number ?? '', cell: (i) => i.doc_number, className: 'nowrap' },
		{ id: 'state', title: t('paper.state'), value: (i) => wordFor('incoming', i.state), cell: (i) => <Tag kind={TONE[i.state]}>{wordFor('incoming', i.state)}</Tag>, className: 'nowrap', fixed: true },
		{ id: 'due', title: t('deadline.left'), value: (i) => i.due_at, text: (i) => absolute(i.due_at), cell: (i) => ['received', 'verified'].includes(i.state) && <Due at={i.due_at} from={i.received_at} />, className: 'nowrap' },
		{ id: 'incident', title: t('reports.incident'), value: (i) => i.incident_number ?? '', cell: (i) => i.incident_number && <Link to={`/su-co/${i.incident_number}`}>{i.incident_number}</Link>, className: 'nowrap' },
		{ id: 'received', title: t('incoming.received_at'), value: (i) => i.received_at, text: (i) => absolute(i.received_at), cell: (i) => <When at={i.received_at} />, className: 'nowrap' },
	];
	const add = write && <Button size="compact-sm" onClick={() => setAdding(true)}>{t('incoming.add')}</Button>;
	const chips = ['open', 'answered', 'rejected', 'all'].map((s) => <Chip key={s} on={state === s} onClick={() => setParams(s === 'open' ? {} : { 'trang-thai': s }, { replace: true })}>{s === 'all' ? t('reports.chip_all') : s === 'open' ? t('incoming.open') : wordFor('incoming', s)}</Chip>);
	return (
		<>
			<Loaded of={q}>
				{(d) => d.items.length === 0 && state === 'open' ? (
					<><div className="chips">{chips}</div><div className="card"><Empty title={t('incoming.none')} action={add}>{t('incoming.none_next')}</Empty></div></>
				) : <div><DataTable name="van-ban-den" label={t('paper.section_den')} columns={columns} rows={d.items} rowId={(i) => i.id} onOpen={(i) => show(i.id)} toolbar={<>{add}{chips}</>} /></div>}
			</Loaded>
			{adding && <EntryDialog onClose={() => setAdding(false)} />}
			<Drawer opened={at !== null} onClose={() => show(null)} title={t('incoming.one')} closeButtonProps={{ 'aria-label': t('form.close') }}>
				{at && <One id={at} write={write} />}
			</Drawer>
		</>
	);
}

function EntryDialog({ of, onClose }: { of?: Incoming; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const cases = useGet<Page<Incident>>('/incidents', { state: 'open', limit: 100 });
	const fields: Field[] = [
		...(of ? [] : [{ name: 'kind', label: t('incoming.kind'), kind: 'choice' as const, required: true, options: KINDS.map((k) => ({ value: k, label: wordFor('incoming_kind', k) })) }]),
		{ name: 'issuer', label: t('incoming.issuer'), required: true, half: true },
		{ name: 'doc_number', label: t('paper.reference'), half: true },
		{ name: 'doc_date', label: t('incoming.doc_date'), kind: 'date', half: true },
		{ name: 'urgency', label: t('paper.urgency'), kind: 'select', half: true, options: URGENCIES.map((u) => ({ value: u, label: wordFor('incoming_urgency', u) })) },
		{ name: 'content', label: t('incoming.content'), kind: 'area', rows: 4, required: true, help: t('reports.no_secrets') },
		{ name: 'actions', label: t('incoming.actions'), kind: 'area', rows: 3 },
		{ name: 'systems', label: t('incoming.systems'), kind: 'area' },
		{ name: 'due_at', label: t('incoming.due_at'), kind: 'time', past: false, half: true },
		...(of ? [] : [{ name: 'received_at', label: t('incoming.received_at'), kind: 'time' as const, half: true, help: t('incident.advance_when_help') }]),
		{ name: 'answer_how', label: t('incoming.answer_how'), half: true },
		{ name: 'basis', label: t('duty.basis'), half: true },
		{ name: 'incident', label: t('reports.incident'), kind: 'select', options: (cases.data?.items ?? []).map((i) => ({ value: i.number, label: `${i.number} · ${i.title}` })) },
	];
	const before = (of ?? {}) as Record<string, unknown>;
	const body = (v: Record<string, unknown>) => ({ ...v, ...(v.doc_date ? { doc_date: dayOf(String(v.doc_date), t('playbook.bad_date'), 'doc_date') } : {}) });
	if (!of) return <ActionDialog opened onClose={onClose} size="xl" title={t('incoming.add')} submit={t('incoming.add_save')} draft="incoming" initial={{ kind: 'order', urgency: 'normal' }} fields={fields} onSubmit={(v) => send('POST', '/incoming', body(v))} />;
	return (
		<ActionDialog opened onClose={onClose} size="xl" title={of.number} submit={t('incident.save')} fields={fields}
			initial={{ ...Object.fromEntries(fields.map((f) => [f.name, before[f.name] ?? ''])), doc_date: of.doc_date?.slice(0, 10).split('-').reverse().join('/') ?? '', incident: of.incident_number ?? null }}
			onSubmit={(v) => send('PATCH', `/incoming/${of.id}`, { ...body(v), version: of.version })} />
	);
}

function One({ id, write }: { id: string; write: boolean }) {
	const { t } = useTranslation();
	const q = useGet<Full>(`/incoming/${id}`);
	const [acting, setActing] = useState<Kind | null>(null);
	return (
		<Loaded of={q}>
			{(i) => (
				<div className="stack">
					<Group gap="xs"><Tag kind={TONE[i.state]}>{wordFor('incoming', i.state)}</Tag><Tag kind="line">{wordFor('incoming_kind', i.kind)}</Tag>{i.urgency && i.urgency !== 'normal' && <Tag kind="bad">{wordFor('incoming_urgency', i.urgency)}</Tag>}<Due at={i.due_at} from={i.received_at} done={!['received', 'verified'].includes(i.state)} /></Group>
					{i.state === 'received' && <p className="jumps gap">{t('incoming.verify_first')}</p>}
					<dl className="facts">
						<dt>{t('incoming.issuer')}</dt><dd>{i.issuer}</dd>
						{i.doc_number && <><dt>{t('paper.reference')}</dt><dd>{i.doc_number}{i.doc_date && ` · ${i.doc_date.slice(0, 10).split('-').reverse().join('/')}`}</dd></>}
						<dt>{t('incoming.content')}</dt><dd className="pre">{i.content}</dd>
						{i.actions && <><dt>{t('incoming.actions')}</dt><dd className="pre">{i.actions}</dd></>}
						{i.systems && <><dt>{t('incoming.systems')}</dt><dd className="pre">{i.systems}</dd></>}
						{i.due_at && <><dt>{t('incoming.due_at')}</dt><dd><When at={i.due_at} exact /></dd></>}
						{i.answer_how && <><dt>{t('incoming.answer_how')}</dt><dd>{i.answer_how}</dd></>}
						<dt>{t('incoming.received_at')}</dt><dd><When at={i.received_at} exact /></dd>
						{i.verified_at && <><dt>{t('incoming.verified')}</dt><dd><When at={i.verified_at} exact /> · {wordFor('incoming_how', i.verified_how)} {i.contact_name && `· ${i.contact_name}`}{i.verified_note && <div>{i.verified_note}</div>}</dd></>}
						{i.reason && <><dt>{t('incident.reason')}</dt><dd className="pre">{i.reason}</dd></>}
						{i.result && <><dt>{t('incoming.result')}</dt><dd className="pre">{i.result} <span className="quiet"><When at={i.answered_at} exact /></span></dd></>}
						{i.incident_number && <><dt>{t('reports.incident')}</dt><dd><Link to={`/su-co/${i.incident_number}`}>{i.incident_number}</Link></dd></>}
					</dl>
					{i.tasks && i.tasks.length > 0 && <section><h3>{t('tab.viec')}</h3><ul className="plain">{i.tasks.map((x) => <li key={x.id}>{x.title} <span className="quiet">· {wordFor('task', x.state)}</span></li>)}</ul></section>}
					{write && (
						<Group gap="xs">
							{i.state === 'received' && <Button size="sm" onClick={() => setActing('verify')}>{t('incoming.verify')}</Button>}
							{i.state === 'verified' && <Button size="sm" variant={i.tasks?.length ? 'default' : 'filled'} onClick={() => setActing('task')}>{t('incoming.task')}</Button>}
							{i.state === 'verified' && <Button size="sm" variant={i.tasks?.length ? 'filled' : 'default'} onClick={() => setActing('answer')}>{t('incoming.answer')}</Button>}
							{i.state === 'received' && <Button size="sm" variant="default" onClick={() => setActing('edit')}>{t('incident.edit_short')}</Button>}
							{['received', 'verified'].includes(i.state) && <Button size="sm" variant="subtle" color="red" onClick={() => setActing('reject')}>{t('incoming.reject')}</Button>}
							{i.state === 'rejected' && <Button size="sm" variant="default" onClick={() => setActing('verify')}>{t('incoming.verify')}</Button>}
						</Group>
					)}
					{acting && <Dialogs of={i} kind={acting} onClose={() => setActing(null)} />}
				</div>
			)}
		</Loaded>
	);
}

function Dialogs({ of: i, kind, onClose }: { of: Full; kind: Kind; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const people = usePeople();
	const contacts = useGet<Page<Contact>>(kind === 'verify' ? '/contacts' : null, { limit: 200 });
	const url = `/incoming/${i.id}`;
	const version = i.version;
	switch (kind) {
	case 'edit':
		return <EntryDialog of={i} onClose={onClose} />;
	case 'verify':
		return (
			<ActionDialog opened onClose={onClose} title={t('incoming.verify')} submit={t('incoming.verify_save')} initial={{ how: 'callback' }} intro={<p style={{ margin: 0 }}>{t('incoming.verify_why')}</p>}
				fields={[
					{ name: 'how', label: t('incoming.how'), kind: 'choice', options: ['callback', 'digital_signature'].map((h) => ({ value: h, label: wordFor('incoming_how', h) })) },
					{ name: 'contact', label: t('incoming.called'), kind: 'select', when: (v) => v.how === 'callback', options: (contacts.data?.items ?? []).filter((c) => !c.is_retired).map((c) => ({ value: c.id, label: [c.name, c.phone].filter(Boolean).join(' · ') })), help: t('incoming.called_help') },
					{ name: 'note', label: t('incoming.verify_note'), kind: 'area', help: t('incoming.verify_note_help') },
				]}
				onSubmit={(v) => send('POST', `${url}/verify`, { ...v, version })} />
		);
	case 'reject':
		return <ActionDialog opened onClose={onClose} title={t('incoming.reject')} submit={t('incoming.reject')} color="red" intro={<p style={{ margin: 0 }}>{t('incoming.reject_why')}</p>} fields={[{ name: 'reason', label: t('incident.reason'), kind: 'area', required: true }]} onSubmit={(v) => send('POST', `${url}/reject`, { ...v, version })} />;
	case 'task':
		return (
			<ActionDialog opened onClose={onClose} title={t('incoming.task')} submit={t('incoming.task')} initial={{ tasks: i.actions ?? '', due_at: i.due_at, open: !i.incident_number }}
				fields={[
					{ name: 'tasks', label: t('incoming.tasks'), kind: 'area', rows: 4, required: true, help: t('paper.one_a_line') },
					{ name: 'assignee', label: t('incidents.assign'), kind: 'select', options: people, half: true },
					{ name: 'due_at', label: t('task.due'), kind: 'time', past: false, half: true },
					...(i.incident_number ? [] : [{ name: 'open', label: t('incoming.open_incident'), kind: 'check' as const }]),
				]}
				onSubmit={(v) => send('POST', `${url}/tasks`, { ...v, tasks: String(v.tasks).split('\n').map((x) => x.trim()).filter(Boolean) })} />
		);
	case 'answer':
		return (
			<ActionDialog opened onClose={onClose} title={t('incoming.answer')} submit={t('incoming.answer_save')}
				fields={[{ name: 'result', label: t('incoming.result'), kind: 'area', rows: 4, required: true }, { name: 'answered_at', label: t('incoming.answered_at'), kind: 'time', help: t('incident.advance_when_help') }]}
				onSubmit={(v) => send('POST', `${url}/answer`, { ...v, version })} />
		);
	}
}

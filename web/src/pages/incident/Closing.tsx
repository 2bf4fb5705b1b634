// SPDX-License-Identifier: Apache-2.0
// The check of the whole system, the review, corrective actions, what is still owed.
import { Anchor, Button, Group, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, useSend, type Check, type CorrectiveAction, type Duty, type Page, type Review } from '../../api';
import { useAct } from '../../lib/act';
import { wordFor } from '../../lib/i18n';
import { usePeople } from '../../lib/people';
import { numberText } from '../../lib/size';
import { ActionDialog, ActionForm } from '../../parts/Form';
import { Due, Tag } from '../../parts/Marks';
import { Card, Empty, Loaded } from '../../parts/Page';
import { When } from '../../parts/When';
import type { TabProps } from './Page';

export default function Closing(props: TabProps) {
	return (
		<>
			<Checks {...props} />
			<Owed {...props} />
			<ReviewPart {...props} />
			<Actions {...props} />
		</>
	);
}

function Checks({ incident: i, canHandle }: TabProps) {
	const { t } = useTranslation();
	const { attempt, pending } = useAct();
	const q = useGet<Page<Check> & { round: number; counts: { open: number; pass: number; fail: number } }>(`/incidents/${i.id}/checks`);
	const rounds = [...new Set(q.data?.items.map((c) => c.round) ?? [])];
	const [round, setRound] = useState<number | null>(null);
	const shown = round ?? q.data?.round ?? 0;
	const items = (q.data?.items ?? []).filter((c) => c.round === shown);
	const canSet = canHandle && shown === q.data?.round;
	const start = () => void attempt('POST', `/incidents/${i.id}/checks`, {}).then(() => setRound(null));
	return (
		<Card title={t('check.title')} plain aside={
			<Group gap="xs">
				{rounds.length > 1 && <Select size="xs" w={110} aria-label={t('check.round')} allowDeselect={false} value={String(shown)} onChange={(v) => setRound(Number(v))} data={rounds.map((r) => ({ value: String(r), label: t('check.round_n', { n: r }) }))} />}
				{canHandle && (q.data?.round ?? 0) > 0 && <Button size="compact-sm" variant="default" loading={pending} onClick={start}>{t('check.new_round')}</Button>}
			</Group>
		}>
			<Loaded of={q}>
				{(d) => d.round === 0 ? (
					<Empty title={t('check.none')} action={canHandle && <Button size="xs" loading={pending} onClick={start}>{t('check.start')}</Button>}>{t('check.none_next')}</Empty>
				) : (
					<>
						<p className="row quiet">{t('check.counts', { pass: d.counts.pass, fail: d.counts.fail, open: d.counts.open })}</p>
						{[...new Set(items.map((c) => c.group_title ?? ''))].map((g) => (
							<div key={g}>
								{g && <h3 className="group">{g}</h3>}
								<ul className="rows">{items.filter((c) => (c.group_title ?? '') === g).map((c) => <CheckRow key={c.id} check={c} canSet={canSet} />)}</ul>
							</div>
						))}
					</>
				)}
			</Loaded>
		</Card>
	);
}

function CheckRow({ check: c, canSet }: { check: Check; canSet: boolean }) {
	const { t } = useTranslation();
	const { attempt } = useAct();
	const [note, setNote] = useState(c.note ?? '');
	const set = (result: string) => void attempt('PATCH', `/checks/${c.id}`, { result, note: note || undefined });
	return (
		<li className={`check ${c.result}`}>
			<div className="grow">
				{c.title} {c.is_mandatory && <Tag>{t('task.mandatory')}</Tag>}
				{c.how && <div className="quiet small">{c.how}</div>}
				{c.checked_at && <div className="quiet small"><When at={c.checked_at} exact /> {c.checked_by_name && `· ${c.checked_by_name}`}{!canSet && c.note && ` · ${c.note}`}</div>}
			</div>
			{canSet && <TextInput size="xs" aria-label={t('check.note_for', { title: c.title })} placeholder={t('task.note')} value={note} onChange={(e) => setNote(e.currentTarget.value)}
				onBlur={() => { if (note !== (c.note ?? '') && c.result !== 'open') set(c.result); }} />}
			{canSet ? (
				<SegmentedControl size="xs" aria-label={c.title} value={c.result === 'open' ? '' : c.result} onChange={set}
					data={['pass', 'fail', 'not_applicable'].map((r) => ({ value: r, label: wordFor('check', r) }))} />
			) : <Tag kind={c.result === 'pass' ? 'good' : c.result === 'fail' ? 'bad' : ''}>{wordFor('check', c.result)}</Tag>}
		</li>
	);
}

function Owed({ incident: i, canHandle }: TabProps) {
	const { t } = useTranslation();
	const { send } = useSend();
	const q = useGet<Page<Duty>>(`/incidents/${i.id}/duties`, { limit: 100 });
	const [chasing, setChasing] = useState<Duty | null>(null);
	if (!q.data || q.data.items.length === 0) return null;
	return (
		<Card title={t('overview.duties')} plain>
			<ul className="rows">
				{q.data.items.map((d) => (
					<li key={d.id} className="row multi">
						<span className="grow">
							{d.title} {d.is_provisional && <Tag kind="line" hint={t('duty.provisional_hint')}>{t('duty.provisional')}</Tag>}
							<div className="quiet small">{[d.recipients?.map((r) => wordFor('recipient', r)).join(', '), d.basis].filter(Boolean).join(' · ')}</div>
							{d.chase_note && <div className="small">{t('duty.chased')}: {d.chase_note} <span className="quiet"><When at={d.chased_at} /></span></div>}
						</span>
						<span className="quiet nowrap">{wordFor('duty', d.state)}</span>
						<Due at={d.due_at} from={d.clock_from_at} done={['sent', 'acknowledged', 'cancelled', 'superseded'].includes(d.state)} />
						{canHandle && !['acknowledged', 'cancelled', 'superseded'].includes(d.state) && <Button size="compact-xs" variant="default" onClick={() => setChasing(d)}>{t('duty.chase')}</Button>}
					</li>
				))}
			</ul>
			{chasing && (
				<ActionDialog opened onClose={() => setChasing(null)} title={t('duty.chase')} submit={t('duty.chase_save')} intro={<p style={{ margin: 0 }}>{chasing.title}. {t('duty.chase_why')}</p>}
					fields={[{ name: 'note', label: t('duty.chase_note'), kind: 'area', required: true }]}
					onSubmit={(v) => send('POST', `/duties/${chasing.id}/chase`, v)} />
			)}
		</Card>
	);
}

function ReviewPart({ incident: i, canHandle }: TabProps) {
	const { t } = useTranslation();
	const { send } = useSend();
	const q = useGet<Review>(`/incidents/${i.id}/review`);
	// The version seen when the form was opened; what arrives meanwhile must not hide a conflict.
	const [editing, setEditing] = useState<{ version?: number } | null>(null);
	const names = ['root_cause', 'went_well', 'went_badly', 'damage', 'lessons', 'helped_by'] as const;
	const locked = ['closed', 'closed_not_incident', 'duplicate'].includes(i.state);
	return (
		<Card title={t('review.title')} aside={canHandle && !editing && !locked && <Anchor component="button" size="sm" onClick={() => setEditing({ version: q.data?.version || undefined })}>{t('incident.edit_short')}</Anchor>}>
			<Loaded of={q}>
				{(r) => editing ? (
					<ActionForm submit={t('incident.save')} draft={`review.${i.id}`} onCancel={() => setEditing(null)}
						initial={{ ...Object.fromEntries(names.map((n) => [n, r[n] ?? ''])), damage_vnd: r.damage_vnd || null, no_lesson: r.is_no_lesson ?? false }}
						fields={[
							{ name: 'root_cause', label: t('review.root_cause'), kind: 'area', rows: 3 },
							{ name: 'went_well', label: t('review.went_well'), kind: 'area', half: true },
							{ name: 'went_badly', label: t('review.went_badly'), kind: 'area', half: true },
							{ name: 'damage', label: t('review.damage'), kind: 'area', half: true },
							{ name: 'damage_vnd', label: t('review.damage_vnd'), kind: 'number', half: true },
							{ name: 'lessons', label: t('review.lessons'), kind: 'area', rows: 3, when: (v) => !v.no_lesson },
							{ name: 'no_lesson', label: t('review.no_lesson'), kind: 'check' },
							{ name: 'helped_by', label: t('review.helped_by'), kind: 'area' },
						]}
						onSubmit={async (v) => { await send('PUT', `/incidents/${i.id}/review`, { ...v, version: editing.version }); setEditing(null); }}
						onConflict={async (v) => { await send('PUT', `/incidents/${i.id}/review`, v); setEditing(null); }} />
				) : names.some((n) => r[n]) || r.is_no_lesson ? (
					<dl className="facts">
						{names.filter((n) => r[n]).map((n) => [<dt key={n}>{t(`review.${n}`)}</dt>, <dd key={`${n}v`} className="pre">{r[n]}</dd>])}
						{r.damage_vnd ? <><dt>{t('review.damage_vnd')}</dt><dd>{numberText(r.damage_vnd)} đ</dd></> : null}
						{r.is_no_lesson && <><dt>{t('review.lessons')}</dt><dd>{t('review.no_lesson')}</dd></>}
					</dl>
				) : <p className="quiet" style={{ margin: 0 }}>{t('review.none')}</p>}
			</Loaded>
		</Card>
	);
}

function Actions({ incident: i, canHandle }: TabProps) {
	const { t } = useTranslation();
	const { send } = useSend();
	const people = usePeople();
	const q = useGet<Page<CorrectiveAction>>('/actions', { incident: i.id, limit: 100 });
	const [adding, setAdding] = useState(false);
	const [editing, setEditing] = useState<CorrectiveAction | null>(null);
	return (
		<Card title={t('action.title')} plain aside={canHandle && <Button size="compact-sm" variant="default" onClick={() => setAdding(true)}>{t('action.add')}</Button>}>
			<Loaded of={q}>
				{(d) => d.items.length === 0 ? <p className="row quiet">{t('action.none')}</p> : (
					<ul className="rows">
						{d.items.map((a) => (
							<li key={a.id} className="row multi">
								<span className={`dot ${a.state === 'done' ? 'green full' : a.state === 'dropped' ? 'calm' : 'amber'}`} role="img" aria-label={wordFor('action', a.state)} />
								<span className="grow">{a.title}{a.note && <div className="quiet small pre">{a.note}</div>}</span>
								<span className="quiet nowrap">{a.owner_name ?? t('incident.nobody')}</span>
								{a.state === 'open' ? <Due at={a.due_at} /> : <span className="quiet nowrap">{wordFor('action', a.state)} <When at={a.done_at} /></span>}
								{canHandle && <Button size="compact-xs" variant="default" onClick={() => setEditing(a)}>{t('action.update')}</Button>}
							</li>
						))}
					</ul>
				)}
			</Loaded>
			<ActionDialog opened={adding} onClose={() => setAdding(false)} title={t('action.add')} submit={t('action.add')} draft={`action.${i.id}`}
				fields={[
					{ name: 'title', label: t('action.what'), required: true },
					{ name: 'owner', label: t('action.owner'), kind: 'select', options: people, half: true },
					{ name: 'owner_name', label: t('action.owner_name'), half: true, when: (v) => !v.owner },
					{ name: 'due_at', label: t('task.due'), kind: 'time', past: false, required: true },
					{ name: 'note', label: t('task.note'), kind: 'area' },
				]}
				onSubmit={(v) => send('POST', `/incidents/${i.id}/actions`, v)} />
			{editing && (
				<ActionDialog opened onClose={() => setEditing(null)} title={editing.title} submit={t('incident.save')} initial={{ state: editing.state, due_at: editing.due_at, note: editing.note ?? '' }}
					fields={[
						{ name: 'state', label: t('action.state'), kind: 'choice', options: ['open', 'done', 'dropped'].map((s) => ({ value: s, label: wordFor('action', s) })) },
						{ name: 'done_at', label: t('task.done_at'), kind: 'time', when: (v) => v.state === 'done', half: true },
						{ name: 'due_at', label: t('task.due'), kind: 'time', past: false, when: (v) => v.state === 'open', half: true },
						{ name: 'note', label: t('task.note'), kind: 'area' },
					]}
					onSubmit={(v) => send('PATCH', `/actions/${editing.id}`, v)} />
			)}
		</Card>
	);
}

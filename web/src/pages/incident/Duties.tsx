// SPDX-License-Identifier: Apache-2.0
// What is owed to whom, by when, on what basis and how sure; and the paper that does it.
import { Button, Group } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router-dom';
import { useGet, useSend, type Duty, type Page, type Paper } from '../../api';
import { useRowKeys } from '../../lib/rows';
import { wordFor } from '../../lib/i18n';
import { paperLink, useForms } from '../../lib/papers';
import { Certainty, ClockBar, ClockStrip, isFinished, running, SendBy, toneOf } from '../../parts/Clock';
import { ActionDialog } from '../../parts/Form';
import { Due, Tag } from '../../parts/Marks';
import { Card, Empty, Loaded } from '../../parts/Page';
import { When } from '../../parts/When';
import { DraftDialog } from '../papers/Draft';
import type { TabProps } from './Page';
import { PersonalData } from './PersonalData';

export default function Duties({ incident: i, act, canHandle }: TabProps) {
	const { t } = useTranslation();
	const q = useGet<Page<Duty>>('/duties', { incident: i.id, state: 'all', limit: 200 });
	return (
		<>
			<Loaded of={q}>
				{(d) => d.items.length === 0 ? <div className="card"><Empty title={t('duty.empty')}>{t('duty.empty_next')}</Empty></div> : (
					<>
						<ClockStrip duties={running(d.items).filter((x) => x.due_at).slice(0, 4)} />
						<DutyList duties={d.items} canHandle={canHandle} incident={i.id} />
						<p className="quiet small" style={{ margin: 0 }}>{t('duty.never_blocks')}</p>
					</>
				)}
			</Loaded>
			<PersonalData {...{ incident: i, act, canHandle }} />
		</>
	);
}

type Acting = { kind: 'chase' | 'none' | 'late' | 'draft' | 'done' | 'reopen'; duty: Duty };
const OWN = ['internal', 'netadmin', 'office', 'director'];

/** Nobody outside is told: a backup, a scan, a drill. */
const isOwn = (d: Duty) => (d.recipients ?? []).length > 0 && d.recipients!.every((x) => OWN.includes(x));

export function DutyList({ duties, canHandle, incident, numbers }: { duties: Duty[]; canHandle: boolean; incident?: string; numbers?: boolean }) {
	const { t } = useTranslation();
	const at = useLocation().hash.slice(1);
	const [acting, setActing] = useState<Acting | null>(null);
	const papers = useGet<Page<Paper>>('/documents', { incident, limit: 200 });
	const box = useRowKeys({});
	const open = running(duties);
	const done = duties.filter(isFinished);
	useEffect(() => {
		if (at) document.getElementById(at)?.scrollIntoView({ block: 'center' });
	}, [at]);
	const rows = (list: Duty[]) => (
		<ul className="rows">
			{list.map((d) => <DutyRow key={d.id} duty={d} paper={papers.data?.items.find((p) => p.id === d.document_id)} canHandle={canHandle} act={(kind) => setActing({ kind, duty: d })} numbers={numbers} marked={at === d.id} />)}
		</ul>
	);
	return (
		<div ref={box} className="stack">
			{open.length > 0 && <Card title={`${t('duty.running')} (${open.length})`} plain>{rows(open)}</Card>}
			{done.length > 0 && <Card title={`${t('duty.finished')} (${done.length})`} plain>{rows(done)}</Card>}
			<DutyDialog acting={acting} onClose={() => setActing(null)} />
		</div>
	);
}

function DutyRow({ duty: d, paper, canHandle, act, numbers, marked }: { duty: Duty; paper?: Paper; canHandle: boolean; act: (kind: Acting['kind']) => void; numbers?: boolean; marked: boolean }) {
	const { t } = useTranslation();
	const forms = useForms();
	const form = forms.find((f) => f.id === d.form);
	const over = isFinished(d);
	const late = (d.late_days ?? 0) > 0;
	const paperless = !d.form && !paper;
	return (
		<li id={d.id} className={`duty ${toneOf(d)}${marked ? ' marked' : ''}`} data-row={d.id} tabIndex={-1}>
			<div className="duty-head">
				<span className="grow">
					<b>{d.title}</b>{' '}
					{numbers && d.incident_number && <Link to={`/su-co/${d.incident_number}`}>{d.incident_number}</Link>}{' '}
					{d.is_provisional && <Tag kind="line" hint={t('duty.provisional_hint')}>{t('duty.provisional')}</Tag>}{' '}
					<Certainty value={d.certainty} />
				</span>
				<Tag kind={over ? 'good' : 'line'}>{wordFor('duty', d.state)}</Tag>
				{d.lateness && <Tag kind="bad">{d.lateness}</Tag>}
				{!over && <Due at={d.due_at} from={d.clock_from_at} />}
			</div>
			<ClockBar duty={d} />
			<dl className="duty-facts">
				<Fact name={t('duty.to')}>{(d.recipients ?? []).map((r) => wordFor('party', r)).join('; ')}</Fact>
				<Fact name={t('duty.by')}>{d.channel}</Fact>
				<Fact name={t('deadline.at')}>{d.due_at && <><When at={d.due_at} exact /> <SendBy duty={d} /></>}</Fact>
				<Fact name={t('duty.sent_at')}>{d.sent_at && <When at={d.sent_at} exact />}</Fact>
				<Fact name={t('duty.acknowledged_at')}>{d.acknowledged_at && <When at={d.acknowledged_at} exact />}</Fact>
				<Fact name={t('duty.basis')}>{d.basis}</Fact>
				<Fact name={t('duty.form')}>{form?.title}</Fact>
				<Fact name={t('duty.reason')}>{d.reason}</Fact>
				<Fact name={t('duty.none_doc')}>{d.decision_doc}</Fact>
				<Fact name={t('duty.proof')}>{d.proof}</Fact>
				<Fact name={t('duty.late_reason')}>{d.late_reason}</Fact>
				<Fact name={t('duty.chased')}>{d.chased_at && <><When at={d.chased_at} exact />{d.chase_note && ` · ${d.chase_note}`}</>}</Fact>
			</dl>
			{d.note && <p className="quiet small duty-note">{d.note}</p>}
			<Group gap={6}>
				{paper && <Button size="compact-sm" component={Link} to={paperLink(paper)} variant={over ? 'default' : 'filled'}>{t('duty.open_paper')} · {paper.number}</Button>}
				{canHandle && !over && paperless && <Button size="compact-sm" onClick={() => act('done')}>{t('duty.done')}</Button>}
				{canHandle && !over && !paper && !(paperless && isOwn(d)) && <Button size="compact-sm" variant={paperless ? 'default' : 'filled'} onClick={() => act('draft')}>{t('duty.draft')}</Button>}
				{canHandle && !over && !paperless && <Button size="compact-sm" variant="default" onClick={() => act('done')}>{t('duty.done_otherwise')}</Button>}
				{canHandle && !over && <Button size="compact-sm" variant="default" onClick={() => act('chase')}>{t('duty.chase')}</Button>}
				{canHandle && !over && <Button size="compact-sm" variant="default" onClick={() => act('none')}>{isOwn(d) ? t('duty.none_own') : t('duty.none')}</Button>}
				{canHandle && d.state === 'cancelled' && d.decided_at && <Button size="compact-sm" variant="default" onClick={() => act('reopen')}>{t('duty.reopen')}</Button>}
				{canHandle && (d.is_overdue || late) && !d.late_reason && <Button size="compact-sm" variant="default" onClick={() => act('late')}>{t('duty.late')}</Button>}
			</Group>
		</li>
	);
}

function Fact({ name, children }: { name: string; children?: React.ReactNode }) {
	return children ? <div><dt>{name}</dt><dd>{children}</dd></div> : null;
}

function DutyDialog({ acting, onClose }: { acting: Acting | null; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	if (!acting) return null;
	const { kind, duty } = acting;
	const intro = (text: string) => <p style={{ margin: 0 }}><b>{duty.title}</b><br />{text}</p>;
	switch (kind) {
	case 'draft':
		return <DraftDialog onClose={onClose} incident={duty.incident_id ?? undefined} duty={duty} />;
	case 'chase':
		return (
			<ActionDialog opened onClose={onClose} title={t('duty.chase')} submit={t('duty.chase_save')} intro={intro(t('duty.chase_why'))} draft={`duty.chase.${duty.id}`}
				fields={[{ name: 'note', label: t('duty.chase_note'), kind: 'area', rows: 3, required: true }]}
				onSubmit={(v) => send('POST', `/duties/${duty.id}/chase`, v)} />
		);
	case 'none':
		return (
			<ActionDialog opened onClose={onClose} title={isOwn(duty) ? t('duty.none_own_title') : t('duty.none_title')} submit={t('duty.none_save')} intro={intro(t('duty.none_why'))} draft={`duty.none.${duty.id}`}
				fields={[{ name: 'reason', label: t('incident.reason'), kind: 'area', rows: 3, required: true }, { name: 'doc', label: t('duty.none_doc') }]}
				onSubmit={(v) => send('POST', `/duties/${duty.id}/none`, v)} />
		);
	case 'done':
		return (
			<ActionDialog opened onClose={onClose} title={duty.form ? t('duty.done_otherwise') : t('duty.done')} submit={t('duty.done_save')} intro={intro(t(isOwn(duty) ? 'duty.done_own_why' : 'duty.done_why'))} draft={`duty.done.${duty.id}`}
				fields={[{ name: 'proof', label: t('duty.proof'), kind: 'area', rows: 3, required: true, help: t('duty.proof_help') }, { name: 'at', label: t('duty.done_at'), kind: 'time', help: t('incident.advance_when_help') }]}
				onSubmit={(v) => send('POST', `/duties/${duty.id}/done`, v)} />
		);
	case 'reopen':
		return (
			<ActionDialog opened onClose={onClose} title={t('duty.reopen')} submit={t('duty.reopen')} intro={intro(t('duty.reopen_why'))}
				fields={[{ name: 'reason', label: t('incident.reason'), kind: 'area', rows: 3, required: true }]}
				onSubmit={(v) => send('POST', `/duties/${duty.id}/reopen`, v)} />
		);
	case 'late':
		return (
			<ActionDialog opened onClose={onClose} title={t('duty.late_title')} submit={t('duty.late_save')} intro={intro(t('duty.late_why'))}
				fields={[{ name: 'reason', label: t('duty.late_reason'), kind: 'area', rows: 3, required: true }]}
				onSubmit={(v) => send('POST', `/duties/${duty.id}/late`, v)} />
		);
	}
}

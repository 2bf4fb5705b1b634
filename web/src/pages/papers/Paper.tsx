// SPDX-License-Identifier: Apache-2.0
// One paper: its steps, its questions beside the printed page, its way out.
import { ActionIcon, Alert, Anchor, Button, Center, Loader, Menu } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import IconDots from '@tabler/icons-react/dist/esm/icons/IconDots.mjs';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router-dom';
import { API, useGet, type PaperFull } from '../../api';
import { useAct } from '../../lib/act';
import { wordFor } from '../../lib/i18n';
import { Tag } from '../../parts/Marks';
import { Loaded } from '../../parts/Page';
import { useSession } from '../../session';
import { Dispatches } from './Dispatches';
import { Editor, type Unsaved } from './Editor';
import { PaperState, referenceOf } from './marks';
import { StepDialog, type Step } from './Steps';

const Diff = lazy(() => import('./Diff'));
const Editions = lazy(() => import('./Editions'));
const STEPS = ['draft', 'submitted', 'approved', 'numbered', 'issued'];
const PARTS = ['soan', 'gui', 'so-sanh', 'cac-ban'] as const;

export default function PaperPage({ id }: { id: string }) {
	const q = useGet<PaperFull>(`/documents/${id}`, undefined, { held: true });
	return <Loaded of={q}>{(paper) => <Body paper={paper} reload={() => q.refetch()} />}</Loaded>;
}

function Body({ paper: p, reload }: { paper: PaperFull; reload: () => Promise<unknown> }) {
	const { t } = useTranslation();
	const [params, setParams] = useSearchParams();
	const [step, setStep] = useState<Step | null>(null);
	const [unsaved, setUnsaved] = useState<Unsaved | null>(null);
	const part = PARTS.find((x) => x === params.get('phan')) ?? 'soan';
	useDocumentTitle(`${p.number} · ${p.title}`);
	const count = p.dispatches.length;
	return (
		<div className="incident paper-page">
			<Head paper={p} act={setStep} unsaved={unsaved} />
			<nav className="tabs" aria-label={t('paper.parts')}>
				{PARTS.map((x) => (
					<Link key={x} to={x === 'soan' ? '?' : `?phan=${x}`} replace aria-current={x === part ? 'page' : undefined}>
						{t(`paper.part_${x.replace('-', '_')}`)}{x === 'gui' && count > 0 && <span className="n">{count}</span>}
					</Link>
				))}
			</nav>
			<div className="paper-body">
				<Notes paper={p} />
				<Suspense fallback={<Center h={160}><Loader aria-label={t('page.loading')} /></Center>}>
					{part === 'soan' && <Editor paper={p} reload={reload} key={p.id} act={setStep} tell={setUnsaved} />}
					{part === 'gui' && <Dispatches paper={p} act={setStep} />}
					{part === 'so-sanh' && <Diff paper={p} />}
					{part === 'cac-ban' && <Editions paper={p} />}
				</Suspense>
			</div>
			<StepDialog paper={p} step={step} onClose={() => setStep(null)} onSent={() => setParams({ phan: 'gui' })} />
		</div>
	);
}

function Notes({ paper: p }: { paper: PaperFull }) {
	const { t } = useTranslation();
	return (
		<>
			{p.warnings.length > 0 && <Alert color="orange" variant="light" title={t('paper.warnings')}><ul className="plain">{p.warnings.map((w) => <li key={w}>{w}</li>)}</ul></Alert>}
			{p.state === 'recalled' && <Alert color="red" variant="light" title={t('paper.recalled')}>{p.reason}</Alert>}
			{p.replaced_by_number && <Alert color="gray" variant="light">{t('paper.replaced_by')} <Link to={`/van-ban/${p.replaced_by_number}`}>{p.replaced_by_number}</Link></Alert>}
		</>
	);
}

interface Next {
	word: string;
	step?: Step;
	go?: () => void;
}

/** The one clear next step; null when nothing is left to do. */
function useNext(p: PaperFull): Next | null {
	const { t } = useTranslation();
	const { may } = useSession();
	const { attempt } = useAct();
	const write = may('HANDLE');
	switch (p.state) {
	case 'draft':
		if (!write) return null;
		if (p.gaps.length > 0) return { word: t('paper.fill_gaps', { count: p.gaps.length }), go: () => jumpTo(p.gaps[0].field) };
		return { word: t('paper.submit'), go: () => void attempt('POST', `/documents/${p.id}/submit`, { version: p.version }) };
	case 'submitted':
		if (!may('READ')) return null;
		return may('DIRECT') ? { word: t('paper.approve'), step: 'approve' } : { word: t('paper.record_approval'), step: 'approve' };
	case 'approved':
		return { word: t('paper.number_it'), step: 'number' };
	case 'numbered':
	case 'issued': {
		const left = p.proposed.filter((x) => x.contact_id && !x.is_sent);
		if (p.dispatches.length === 0 || left.length > 0) return { word: left.length ? t('paper.send_rest', { count: left.length }) : t('paper.send'), step: 'send' };
		if (p.dispatches.some((d) => !d.acknowledged_at && d.state === 'sent')) return { word: t('paper.ack'), step: 'ack' };
		return null;
	}
	default:
		return null;
	}
}

/** A gap is to be filled where it is. */
export function jumpTo(field: string): void {
	const box = document.querySelector<HTMLElement>(`[data-paper-field="${field}"]`);
	box?.scrollIntoView({ block: 'center' });
	box?.querySelector<HTMLElement>('input,textarea,button')?.focus({ preventScroll: true });
}

function Head({ paper: p, act, unsaved }: { paper: PaperFull; act: (s: Step) => void; unsaved: Unsaved | null }) {
	const { t } = useTranslation();
	const { may } = useSession();
	const next = useNext(p);
	const at = STEPS.indexOf(p.state);
	const write = may('HANDLE');
	const over = ['recalled', 'replaced'].includes(p.state);
	const other = (step: Step, word: string, on: boolean) => on && next?.step !== step && <Menu.Item key={step} onClick={() => act(step)}>{word}</Menu.Item>;
	return (
		<header className="incident-head">
			<div className="line1">
				<span className="number">{p.number}</span>
				<h1>{p.title}</h1>
				<span className="gap" />
				{unsaved ? <Button onClick={unsaved.save}>{t('paper.save_now', { count: unsaved.count })}</Button> : next && <Button onClick={() => (next.step ? act(next.step) : next.go?.())}>{next.word}</Button>}
				<Menu position="bottom-end" width={280}>
					<Menu.Target><ActionIcon variant="default" size={36} aria-label={t('incident.more')}><IconDots size={18} /></ActionIcon></Menu.Target>
					<Menu.Dropdown>
						{other('head', t('paper.head'), write && p.state === 'draft')}
						{other('submit', t('paper.submit'), write && p.state === 'draft')}
						{other('approve', may('DIRECT') ? t('paper.approve') : t('paper.record_approval'), may('READ') && ['draft', 'submitted'].includes(p.state))}
						{other('return', t('paper.return'), may('READ') && ['submitted', 'approved', 'numbered'].includes(p.state))}
						{other('number', t('paper.number_it'), !over && p.state !== 'issued')}
						{other('issue', t('paper.issue'), p.state === 'numbered')}
						{other('send', t('paper.send'), !over)}
						{other('ack', t('paper.ack'), p.dispatches.length > 0)}
						{other('chase', t('paper.chase'), p.dispatches.length > 0)}
						{other('attach', t('paper.attach'), !over)}
						<Menu.Divider />
						{['pdf', 'docx', 'html'].map((f) => <Menu.Item key={f} component="a" href={`${API}/documents/${p.id}/file?format=${f}`} download>{t(`paper.export_${f}`)}</Menu.Item>)}
						{p.signed_name && <Menu.Item component="a" href={`${API}/documents/${p.id}/file?format=signed`} download>{t('paper.export_signed')}</Menu.Item>}
						<Menu.Divider />
						{other('replace', t('paper.replace'), write && ['numbered', 'issued'].includes(p.state))}
						{other('recall', t('paper.recall'), write && !over)}
					</Menu.Dropdown>
				</Menu>
			</div>
			<div className="line2">
				<PaperState state={p.state} />
				{p.variant && <Tag kind="line">{wordFor('variant', p.variant)}</Tag>}
				{p.urgency && <Tag kind="bad">{wordFor('paper_urgency', p.urgency)}</Tag>}
				{p.incident_number && <span className="fact">{t('reports.incident')} <b><Link to={`/su-co/${p.incident_number}/van-ban`}>{p.incident_number}</Link></b></span>}
				{(p.reference || p.doc_number) && <span className="fact">{t('paper.reference')} <b>{p.reference ?? referenceOf(p)}</b>{p.doc_date && <> · {p.doc_date.slice(0, 10).split('-').reverse().join('/')}</>}</span>}
				{p.cover_number && <span className="fact">{t('paper.under_cover')} <Anchor component={Link} to={`/van-ban/${p.cover_number}`} size="sm">{p.cover_number}</Anchor></span>}
				{p.encloses_number && <span className="fact">{t('paper.encloses')} <Anchor component={Link} to={`/van-ban/${p.encloses_number}`} size="sm">{p.encloses_number}</Anchor></span>}
				{p.basis && <span className="fact">{t('duty.basis')} <b>{p.basis}</b></span>}
				{p.signed_name && <Tag kind="good">{t('paper.has_signed')}</Tag>}
			</div>
			{at >= 0 && (
				<ol className="steps" aria-label={t('paper.steps')}>
					{STEPS.map((s, n) => (
						<li key={s} className={n < at ? 'past' : n === at ? 'now' : ''} aria-current={n === at ? 'step' : undefined}>
							<span className="knob" aria-hidden>{n < at || (n === at && s === 'issued') ? '✓' : n + 1}</span>
							<span className="word">{wordFor('paper_state', s)}</span>
						</li>
					))}
				</ol>
			)}
		</header>
	);
}

// SPDX-License-Identifier: Apache-2.0
// "What I must do now": the first page.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useGet, type Duty, type Page, type Today as Data } from '../api';
import { absolute, clockOnly, now, sameDay, toMs } from '../lib/time';
import { ClockStrip, running } from '../parts/Clock';
import { Due, Level, StateMark } from '../parts/Marks';
import { Card, Empty, Loaded, NewRows, PageHead, useFresh } from '../parts/Page';
import { When } from '../parts/When';
import { useSession } from '../session';

export default function Today() {
	const { t } = useTranslation();
	useFresh();
	const q = useGet<Data>('/today', undefined, { held: true });
	return (
		<>
			<PageHead title={t('frame.today')}><span className="quiet">{t(`today.weekday_${new Date(now() + 7 * 3600_000).getUTCDay()}`)}, {absolute(now()).slice(6)}</span></PageHead>
			<NewRows what="all" />
			<Loaded of={q}>{(d) => <Board d={d} />}</Loaded>
		</>
	);
}

function since(at: string | null | undefined): string {
	const ms = toMs(at);
	if (ms === null) return '';
	return sameDay(ms, now()) ? clockOnly(ms) : absolute(ms);
}

function Board({ d }: { d: Data }) {
	const { t } = useTranslation();
	const { may } = useSession();
	const asked = d.directions_waiting.items.map((x) => x.asked_at).sort()[0];
	const lines = [
		{ n: d.reports_waiting.count, word: t('today.reports_waiting'), to: '/bao-cao', tone: 'red', since: since(d.reports_waiting.oldest_at) },
		{ n: d.alerts_urgent.count, word: t('today.alerts_urgent'), to: '/canh-bao', tone: 'red', since: since(d.alerts_urgent.oldest_at) },
		{ n: d.tasks_due.count, word: t('today.tasks_due'), to: '/thoi-han?loai=task', tone: 'amber' },
		{ n: d.probes_red.count, word: t('today.probes_red'), to: place(d.probes_red.items, 'viec'), tone: 'red' },
		{ n: d.outbox_trouble.count, word: t('today.outbox_trouble'), to: may('ADMIN') ? '/quan-tri/cai-dat' : '/', tone: 'amber' },
		{ n: d.actions_due.count, word: t('today.actions_due'), to: place(d.actions_due.items, 'ket-thuc'), tone: 'amber' },
		{ n: d.directions_waiting.count, word: t('today.directions_waiting'), to: place(d.directions_waiting.items, 'chi-dao'), tone: 'calm', since: asked && t('today.since', { time: since(asked) }) },
	].filter((l) => l.n > 0);
	return (
		<div className="stack">
			<Clocks />
			<div className="two">
				<Card title={t('today.must')} plain>
					{lines.length === 0 ? (
						<Quiet />
					) : (
						<ul className="rows">
							{lines.map((l) => (
								<li key={l.word}>
									<Link to={l.to} className="row">
										<span className={`dot ${l.tone} ${l.tone === 'calm' ? '' : 'full'}`} aria-hidden />
										<span className="grow">{l.word}</span>
										<span className="count">{l.n}</span>
										<span className="quiet nowrap since">{l.since}</span>
									</Link>
								</li>
							))}
						</ul>
					)}
				</Card>
				<Card title={t('today.deadlines')} aside={d.deadlines.length > 6 && <Link to="/thoi-han">{t('today.all_deadlines')}</Link>} plain>
					{d.deadlines.length === 0 ? (
						<p className="row quiet">{t('today.no_deadlines')}</p>
					) : (
						<ul className="rows">
							{d.deadlines.slice(0, 6).map((x) => (
								<li key={x.kind + x.id}>
									<Link to={x.incident_number ? `/su-co/${x.incident_number}${x.kind === 'task' ? '/viec' : x.kind === 'duty' ? '/nghia-vu' : ''}` : '/thoi-han'} className="row">
										<span className="grow" title={x.title}>{x.title}{x.incident_number && <span className="quiet"> · {x.incident_number}</span>}</span>
										<Due at={x.due_at} from={x.from_at} />
									</Link>
								</li>
							))}
						</ul>
					)}
				</Card>
			</div>
			<Card title={t('today.incidents')} aside={<Link to="/su-co">{t('today.all_incidents')}</Link>} plain>
				{d.incidents.length === 0 ? (
					<Empty title={t('today.no_incidents')} action={may('HANDLE') && <Button component={Link} to="/bao-cao?nhap=1" variant="default" size="xs">{t('today.enter_report')}</Button>}>
						{t('today.no_incidents_next')}
					</Empty>
				) : (
					<div className="scroll cards" tabIndex={0} role="region" aria-label={t('today.incidents')}>
						<table className="list">
							<thead>
								<tr><th>{t('incident.number')}</th><th>{t('incident.name')}</th><th>{t('incident.level')}</th><th>{t('incident.state')}</th><th>{t('incident.lead')}</th><th className="num">{t('incident.open_tasks')}</th><th>{t('incident.updated')}</th></tr>
							</thead>
							<tbody>
								{d.incidents.map((i) => (
									<tr key={i.id}>
										<td className="nowrap"><Link to={`/su-co/${i.number}`}>{i.number}</Link></td>
										<td className="wide rest" title={i.title}>{i.title}</td>
										<td><Level level={i.level} /></td>
										<td><StateMark state={i.state} /></td>
										<td className="nowrap" data-label={t('incident.lead')}>{i.lead_name ?? <span className="quiet">{t('incident.nobody')}</span>}</td>
										<td className="num" data-label={t('incident.open_tasks')}>{i.open_tasks || ''}</td>
										<td className="quiet" data-label={t('incident.updated')}><When at={i.updated_at} /></td>
									</tr>
								))}
							</tbody>
						</table>
					</div>
				)}
			</Card>
			<Card plain>
				<ul className="rows">
					<Health ok={d.probes_red.count === 0} word={d.probes_red.count === 0 ? t('today.health_probes') : t('today.health_probes_bad', { count: d.probes_red.count })} />
					<Health ok={d.outbox_trouble.count === 0} word={d.outbox_trouble.count === 0 ? t('today.health_outbox') : t('today.health_outbox_bad', { count: d.outbox_trouble.count })} />
					<Health ok={d.actions_due.count === 0} word={d.actions_due.count === 0 ? t('today.health_actions') : t('today.health_actions_bad', { count: d.actions_due.count })} />
				</ul>
			</Card>
		</div>
	);
}

function place(items: { incident_number?: string; incident_id: string }[], tab: string): string {
	const ids = new Set(items.map((i) => i.incident_id));
	return ids.size === 1 ? `/su-co/${items[0].incident_number ?? items[0].incident_id}/${tab}` : '/su-co';
}

function Health({ ok, word }: { ok: boolean; word: ReactNode }) {
	return <li className="row"><span className={`dot ${ok ? 'green full' : 'red full'}`} aria-hidden /><span className="grow">{word}</span><span aria-hidden className={ok ? 'due ok' : 'due past'}>{ok ? '✓' : '!'}</span></li>;
}

const CLOCKS = 5;

/** The law's nearest clocks; nothing at all when none runs. */
function Clocks() {
	const { t } = useTranslation();
	const q = useGet<Page<Duty>>('/duties', { state: 'open', limit: 100 });
	const items = running(q.data?.items ?? []).filter((d) => d.due_at);
	if (items.length === 0) return null;
	return (
		<section aria-labelledby="clocks">
			<h2 id="clocks" className="strip-title">{t('duty.clocks')} <Link to="/thoi-han/nghia-vu">{t('today.all_clocks', { count: items.length })}</Link></h2>
			<ClockStrip duties={items.slice(0, CLOCKS)} numbers />
		</section>
	);
}

/** A quiet day: one line, and one small useful thing. */
function Quiet() {
	const { t } = useTranslation();
	const { may } = useSession();
	const ideas: { word: string; to: string; print?: boolean }[] = [
		{ word: t('today.idea_poster'), to: '/in/to-dan', print: true },
		{ word: t('today.idea_playbook'), to: '/quan-tri/phuong-an' },
		{ word: t('today.idea_systems'), to: '/quan-tri/he-thong' },
		{ word: t('today.idea_people'), to: '/quan-tri/nguoi-dung' },
	];
	const idea = ideas[Math.floor(now() / 86400_000) % ideas.length];
	return (
		<div className="empty">
			<h2>{t('today.quiet')}</h2>
			{may('ADMIN') && (
				<p>{t('today.quiet_idea')}{' '}
					{idea.print ? <a href={idea.to} target="_blank" rel="noreferrer">{idea.word}</a> : <Link to={idea.to}>{idea.word}</Link>}
				</p>
			)}
		</div>
	);
}

// SPDX-License-Identifier: Apache-2.0
// What is known, why this severity, what is open.
import { Alert, Anchor, Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useGet, type Direction, type IncidentFull, type Page, type Probe, type Task } from '../../api';
import { useAct } from '../../lib/act';
import { wordFor } from '../../lib/i18n';
import { ClockStrip, running } from '../../parts/Clock';
import { Beyond, Due, ProbeMark, Tag } from '../../parts/Marks';
import { Card } from '../../parts/Page';
import { When } from '../../parts/When';
import type { TabProps } from './Page';
import { Reasons } from './Reasons';

export default function Overview({ incident: i, act, canHandle }: TabProps) {
	const { t } = useTranslation();
	const { attempt } = useAct();
	const base = `/su-co/${i.number}`;
	const tasks = useGet<Page<Task>>('/tasks', { incident: i.id, state: 'open', limit: 200 });
	const probes = useGet<Page<Probe>>(`/incidents/${i.id}/probes`);
	const directions = useGet<Page<Direction>>(`/incidents/${i.id}/directions`);
	const waiting = directions.data?.items.filter((d) => d.state === 'asked') ?? [];
	const next = (tasks.data?.items ?? []).filter((x) => x.state === 'open').slice(0, 5);
	const live = probes.data?.items.filter((p) => !p.is_stopped) ?? [];
	return (
		<>
			{i.next && i.next.missing && i.next.missing.length > 0 && (
				<Alert color="khien" variant="light" title={t('overview.next', { title: i.next.title })}>
					{t('overview.missing')}
					<Missing incident={i} />
				</Alert>
			)}
			{i.duplicate_of && <Alert color="gray" variant="light">{t('overview.duplicate_of')} <Link to={`/su-co/${i.duplicate_of}`}>{i.duplicate_of}</Link></Alert>}
			{i.close_reason && <Alert color="gray" variant="light" title={t('overview.close_reason')}><span className="pre">{i.close_reason}</span></Alert>}
			{i.watch_until_at && i.state === 'response_ended' && <Alert color="green" variant="light">{t('overview.watch')} <When at={i.watch_until_at} exact /></Alert>}
			<Duties {...{ incident: i, act, canHandle }} />
			<Card title={t('overview.known')} aside={canHandle && <Anchor component="button" size="sm" onClick={() => act({ kind: 'edit' })}>{t('incident.edit_short')}</Anchor>}>
				{i.summary ? <p className="pre" style={{ margin: 0 }}>{i.summary}</p> : <p className="quiet" style={{ margin: 0 }}>{t('overview.no_summary')}</p>}
				{i.option_chosen && <p className="pre" style={{ marginBottom: 0 }}><b>{t('incident.option_chosen')}: </b>{i.option_chosen}</p>}
			</Card>
			<Card title={t('overview.why')} aside={canHandle && <Anchor component="button" size="sm" onClick={() => act({ kind: 'triage' })}>{i.score ? t('incident.triage_again') : t('incident.triage')}</Anchor>}>
				{i.score ? (
					<>
						<Group gap="xs" mb="xs">
							{i.qd05_class && <Tag kind="line">{wordFor('qd05', i.qd05_class)}</Tag>}
							{(i.score.result.reporting ?? []).map((r) => <Tag key={r} kind="line">{wordFor('reporting', r)}</Tag>)}
							<Beyond value={i.beyond} />
							{canHandle && i.beyond === 'suggested' && <Button size="compact-xs" variant="default" onClick={() => act({ kind: 'beyond' })}>{t('overview.decide_beyond')}</Button>}
						</Group>
						<Reasons result={i.score.result} />
						{i.score.override_reason && <p><b>{t('overview.override')}: </b>{i.score.override_reason}</p>}
						<p className="quiet" style={{ marginBottom: 0 }}><When at={i.score.scored_at} /> · <Link to={`${base}/nhat-ky`}>{t('overview.history')}</Link></p>
					</>
				) : <p className="quiet" style={{ margin: 0 }}>{t('overview.no_score')}</p>}
			</Card>
			{waiting.length > 0 && (
				<Card title={t('today.directions_waiting')} plain>
					<ul className="rows">
						{waiting.map((d) => (
							<li key={d.id}><Link className="row multi" to={`${base}/chi-dao`}><span className="grow">{d.question}</span><span className="quiet nowrap">{d.asked_name} · <When at={d.asked_at} /></span></Link></li>
						))}
					</ul>
				</Card>
			)}
			<Card title={t('overview.next_tasks')} aside={<Link to={`${base}/viec`}>{t('overview.all_tasks', { count: i.tasks.open })}</Link>} plain>
				{next.length === 0 ? <p className="row quiet">{i.playbook ? t('overview.tasks_done') : t('overview.no_tasks')}</p> : (
					<ul className="rows">
						{next.map((x) => (
							<li key={x.id}>
								<Link className="row multi" to={`${base}/viec#${x.id}`}>
									<span className="grow">{x.title}</span>
									{x.is_mandatory && <Tag>{t('task.mandatory')}</Tag>}
									<span className="quiet nowrap">{x.assignee_name ?? wordFor('role', x.role)}</span>
									<Due at={x.due_at} />
								</Link>
							</li>
						))}
					</ul>
				)}
			</Card>
			{live.length > 0 && (
				<Card title={t('overview.probes')} plain>
					<ul className="rows">
						{live.map((p) => (
							<li key={p.id} className="row multi">
								<ProbeMark state={p.state} />
								<span className="grow">{wordFor('probe_kind', p.kind)} <span className="mono">{p.target}</span>{p.detail && <span className="quiet"> · {p.detail}</span>}</span>
								<span className="quiet"><When at={p.state_at} /></span>
								{canHandle && p.kind !== 'person' && <Button size="compact-xs" variant="default" onClick={() => void attempt('POST', `/probes/${p.id}/run`, {})}>{t('probe.run')}</Button>}
							</li>
						))}
					</ul>
				</Card>
			)}
		</>
	);
}

/** What the next step still needs: a sentence each; where it names only the first few, the rest on demand. */
function Missing({ incident: i }: { incident: IncidentFull }) {
	const whole = i.guards.find((g) => g.to === i.next?.to)?.missing;
	return <ul className="plain">{whole ? whole.map((m) => <MissingOne key={m.id} text={m.text} names={m.names} />) : i.next?.missing?.map((m) => <li key={m}>{m}</li>)}</ul>;
}

const SAID = 3; // names the sentence tells by itself

function MissingOne({ text, names }: { text: string; names?: string[] }) {
	const { t } = useTranslation();
	const [whole, setWhole] = useState(false);
	if (!names || names.length <= SAID) return <li>{text}</li>;
	return (
		<li>
			{whole ? text.slice(0, text.indexOf(': ') + 1) : text.replace(/; …$/, '')}
			{whole && <ul className="plain">{names.map((n) => <li key={n}>{n}</li>)}</ul>}{' '}
			<Anchor component="button" size="sm" aria-expanded={whole} onClick={() => setWhole(!whole)}>{whole ? t('overview.fewer') : t('overview.more', { count: names.length - SAID })}</Anchor>
		</li>
	);
}

function Duties({ incident: i }: TabProps) {
	const { t } = useTranslation();
	const open = running(i.duties);
	if (open.length === 0) return null;
	return (
		<section aria-labelledby="owed">
			<h2 id="owed" className="strip-title">{t('overview.duties')} <Link to={`/su-co/${i.number}/nghia-vu`}>{t('today.all_clocks', { count: i.duties.length })}</Link></h2>
			<ClockStrip duties={open.filter((d) => d.due_at).slice(0, 4)} />
		</section>
	);
}

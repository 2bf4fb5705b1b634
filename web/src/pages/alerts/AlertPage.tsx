// SPDX-License-Identifier: Apache-2.0
// One alert: what happened, what matched, what is known of its rule, what was done.
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { useGet, useSend, type AlertDetail, type AlertMatch } from '../../api';
import { useAct } from '../../lib/act';
import { wordFor } from '../../lib/i18n';
import { useKeys } from '../../lib/keys';
import { sizeText } from '../../lib/size';
import { absolute } from '../../lib/time';
import { ActionDialog } from '../../parts/Form';
import { Tag } from '../../parts/Marks';
import { Card, Loaded, PageHead, useFresh } from '../../parts/Page';
import { When } from '../../parts/When';
import { useSession } from '../../session';
import { AlertActs, AlertLevelMark, AlertState, ofAlerts, type AlertAct } from './parts';

export default function AlertPage() {
	const { id } = useParams();
	useFresh();
	const q = useGet<AlertDetail>(`/alerts/${id}`);
	return <Loaded of={q}>{(a) => <One a={a} />}</Loaded>;
}

function One({ a }: { a: AlertDetail }) {
	const { t } = useTranslation();
	const { may } = useSession();
	const go = useNavigate();
	const { send } = useSend();
	const { attempt } = useAct();
	const [act, setAct] = useState<AlertAct | null>(null);
	const [takingOut, setTakingOut] = useState(false);
	const handle = may('HANDLE');
	const waiting = a.alert_state === 'new' || a.alert_state === 'acknowledged';
	const ack = (undo: boolean) => void attempt('POST', '/alerts/ack', { alerts: [a.id], undo: undo || undefined });
	const start = (x: AlertAct) => () => { if (handle) setAct(x); };
	useKeys({ a: () => handle && a.alert_state === 'new' && ack(false), m: start('mute'), v: start('verdict'), ...(a.incident_id ? {} : { o: start('open'), i: start('merge') }) });
	const story = text(a.detail?.story);
	const described = text(a.detail?.description) ?? text(a.detail?.summary);
	const matched = (Array.isArray(a.detail?.matched) ? a.detail.matched : []) as AlertMatch[];
	return (
		<>
			<p className="crumb"><Link to="/canh-bao">{t('frame.alerts')}</Link> · <span className="nowrap">{a.number}</span></p>
			<PageHead title={a.title}>
				{handle && (
					<Group gap={6}>
						{a.alert_state === 'new' && <Button size="xs" onClick={() => ack(false)}>{t('alert.ack')}</Button>}
						{a.alert_state === 'acknowledged' && <Button size="xs" variant="subtle" onClick={() => ack(true)}>{t('alert.unack')}</Button>}
						{!a.incident_id && <Button size="xs" variant={a.alert_state === 'new' ? 'default' : 'filled'} onClick={start('open')}>{t('incidents.open')}</Button>}
						{!a.incident_id && <Button size="xs" variant="default" onClick={start('merge')}>{t('alert.merge')}</Button>}
						{a.incident_id && <Button size="xs" variant="default" onClick={() => setTakingOut(true)}>{t('alert.take_out')}</Button>}
						<Button size="xs" variant="default" onClick={start('verdict')}>{t('alert.verdict')}</Button>
						{waiting && !a.is_muted && <Button size="xs" variant="default" onClick={start('mute')}>{t('alert.mute')}</Button>}
					</Group>
				)}
			</PageHead>
			<div className="line2 alert-line">
				<AlertLevelMark level={a.alert_level} />
				<AlertState state={a.alert_state} verdict={a.verdict} muted={a.is_muted} />
				<span className="fact">{t('alert.host')} <b>{a.host ?? t('alert.no_host')}</b></span>
				{a.user_name && <span className="fact">{t('alert.user')} <b>{a.user_name}</b></span>}
				<span className="fact"><b>{a.count}</b> {t('alert.detections')}</span>
				<span className="fact">{a.first_at === a.last_at ? absolute(a.last_at) : `${absolute(a.first_at)} – ${absolute(a.last_at)}`}</span>
				{a.incident_number && <Link to={`/su-co/${a.incident_number}`}>{a.incident_number} · {a.incident_title}</Link>}
			</div>
			{a.mutes.map((m) => <p key={m.id} className="notice">{t('alert.hidden_by', { owner: m.owner_name, reason: m.reason, until: absolute(m.expires_at) })} <Link to="/canh-bao/tat-tieng">{t('alert.tab_mutes')}</Link></p>)}
			<div className="alert-body">
				<div className="stack">
					{(story || described) && <Card title={t('alert.story')}><p className="pre" style={{ margin: 0 }}>{story ?? described}</p>{story && described && <p className="pre quiet" style={{ margin: '8px 0 0' }}>{described}</p>}</Card>}
					{a.advice && <Card title={t('alert.advice')}><p className="pre" style={{ margin: 0 }}>{a.advice}</p></Card>}
					{matched.length > 0 && <Matched rows={matched} />}
					{text(a.detail?.log) && <Card title={t('alert.log')}><pre className="log mono" tabIndex={0} aria-label={t('alert.log')}>{text(a.detail?.log)}</pre></Card>}
					<Places refs={a.detail?.refs} hunt={text(a.detail?.hunt)} />
					<Others detail={a.detail} />
					<Signs a={a} />
					<Files a={a} />
					<Card title={t('alert.history')} plain>
						<ul className="rows">
							{a.history.slice().reverse().map((h, n) => (
								<li key={n} className="row tall small">
									<span className="grow">{wordFor('alert_event', h.kind)}{h.about && <>: <b>{h.kind === 'verdict' ? wordFor('verdict', h.about) : h.about}</b></>}{h.text && <span className="quiet"> · {h.text}</span>}</span>
									<span className="quiet">{h.actor_name ?? wordFor('actor', h.actor_kind)} · <When at={h.event_at} /></span>
								</li>
							))}
							<li className="row tall small"><span className="grow">{t('alert.received')}</span><span className="quiet">{wordFor('alert_source', a.source)} · <When at={a.received_at} /></span></li>
						</ul>
					</Card>
				</div>
				<Side a={a} />
			</div>
			<AlertActs act={act} subject={act ? { ...ofAlerts([a]), level: a.alert_level } : null} onClose={() => setAct(null)} onOpened={(n) => go(`/su-co/${n}`)} />
			<ActionDialog opened={takingOut} onClose={() => setTakingOut(false)} title={t('alert.take_out')} submit={t('alert.take_out')} size="md" intro={<p className="quiet" style={{ margin: 0 }}>{t('alert.take_out_why')}</p>}
				fields={[{ name: 'reason', label: t('incident.reason'), kind: 'area', required: true }]}
				onSubmit={(v) => send('POST', `/alerts/${a.id}/unmerge`, v)} />
		</>
	);
}

const text = (v: unknown): string | undefined => (typeof v === 'string' && v !== '' ? v : undefined);

function Matched({ rows }: { rows: AlertMatch[] }) {
	const { t } = useTranslation();
	const why = rows.some((m) => m.why);
	return (
		<Card title={why ? t('alert.matched') : t('alert.fields')} plain>
			<div className="scroll cards" tabIndex={0} role="region" aria-label={t('alert.matched')}>
				<table className="list fields-list">
					<thead><tr><th>{t('alert.field')}</th><th>{t('alert.value')}</th>{why && <th>{t('alert.why')}</th>}</tr></thead>
					<tbody>{rows.map((m, n) => <tr key={n}><td className="mono">{String(m.field)}</td><td className="mono">{String(m.value)}</td>{why && <td className="mono quiet" data-label={m.why ? t('alert.why') : undefined}>{m.why}</td>}</tr>)}</tbody>
				</table>
			</div>
		</Card>
	);
}

const SHOWN = ['story', 'description', 'summary', 'matched', 'log', 'link', 'refs', 'hunt', 'score', 'rule_title'];

/** Where it stands: the records of each file. */
function Places({ refs, hunt }: { refs: unknown; hunt?: string }) {
	const { t } = useTranslation();
	const files = new Map<string, unknown[]>();
	for (const r of Array.isArray(refs) ? (refs as { file?: string; record?: unknown }[]) : [])
		if (r?.file) files.set(r.file, [...(files.get(r.file) ?? []), r.record]);
	if (files.size === 0) return null;
	return (
		<Card title={t('alert.places')}>
			<ul className="plain">
				{[...files].map(([file, records]) => <li key={file}><span className="mono">{file}</span> <span className="quiet">{t('alert.records', { records: records.join(', ') })}</span></li>)}
			</ul>
			{hunt && <p className="quiet">{t('alert.of_hunt', { hunt })}</p>}
		</Card>
	);
}

/** What a sender put into the detail beyond what we know the meaning of. */
function Others({ detail }: { detail: AlertDetail['detail'] }) {
	const { t } = useTranslation();
	const link = text(detail?.link);
	const rest = Object.entries(detail ?? {}).filter(([k, v]) => !SHOWN.includes(k) && v !== null && v !== '');
	if (rest.length === 0 && !link) return null;
	return (
		<Card title={t('alert.others')}>
			<dl className="facts">
				{link && <><dt>{t('alert.link')}</dt><dd>{/^https?:\/\//.test(link) ? <a href={link} target="_blank" rel="noreferrer noopener">{link}</a> : link}</dd></>}
				{rest.map(([k, v]) => [<dt key={k} className="mono">{k}</dt>, <dd key={`${k}v`} className="mono">{typeof v === 'object' ? JSON.stringify(v) : String(v)}</dd>])}
			</dl>
		</Card>
	);
}

function Signs({ a }: { a: AlertDetail }) {
	const { t } = useTranslation();
	if (a.observables.length === 0) return null;
	return (
		<Card title={t('alert.observables')} plain>
			<ul className="rows">
				{a.observables.map((o) => (
					<li key={o.type + o.value} className="row tall">
						<span className="quiet nowrap">{wordFor('observable', o.type)}</span>
						<span className="grow wrap"><span className="mono">{o.defanged}</span>{o.note && <span className="quiet"> · {o.note}</span>}</span>
						{o.is_ioc && <Tag kind="bad">IOC</Tag>}
						{o.matches.map((m) => <Link key={m.number} to={`/su-co/${m.number}/dau-hieu`} className="nowrap" title={m.title}>{m.number}</Link>)}
					</li>
				))}
			</ul>
		</Card>
	);
}

/** What a sender attached: evidence once the alert is in an incident. */
function Files({ a }: { a: AlertDetail }) {
	const { t } = useTranslation();
	if (a.files.length === 0) return null;
	return (
		<Card title={t('alert.files')} plain>
			<ul className="rows">
				{a.files.map((f) => (
					<li key={f.sha256} className="row tall">
						<span className="grow"><b>{f.name}</b> <span className="quiet">{sizeText(f.size)}{f.note && ` · ${f.note}`}</span><div className="mono quiet small wrap">SHA-256 {f.sha256}</div></span>
						{f.evidence_number && (a.incident_number ? <Link to={`/su-co/${a.incident_number}/chung-cu`} className="nowrap">{f.evidence_number}</Link> : <span className="nowrap">{f.evidence_number}</span>)}
					</li>
				))}
			</ul>
			{!a.incident_id && <p className="quiet small" style={{ margin: '0 16px 12px' }}>{t('alert.files_wait')}</p>}
		</Card>
	);
}

function Side({ a }: { a: AlertDetail }) {
	const { t } = useTranslation();
	const r = a.rule;
	const judged = r.true_positive + r.false_positive + r.benign;
	return (
		<aside className="aside" aria-label={t('alert.side')}>
			<section>
				<h2>{t('alert.facts')}</h2>
				<p>{t('alert.source')}: {wordFor('alert_source', a.source)}</p>
				{a.rule_id !== a.title && <p>{t('alert.rule')}: <span className="mono">{a.rule_id}</span></p>}
				{a.playbook_title && <p>{t('alert.playbook')}: <Link to={`/quan-tri/phuong-an/${a.playbook}`}>{a.playbook_code} {a.playbook_title}</Link></p>}
				{a.tags && a.tags.length > 0 && <p className="tags">{a.tags.map((x) => <Tag key={x}>{x}</Tag>)}</p>}
				<p className="quiet small">{t('alert.reference')}: <span className="mono">{a.source_ref}</span></p>
			</section>
			<section>
				<h2>{t('alert.rule_known')}</h2>
				<p>{t('alert.rule_fired', { count: r.alerts, detections: r.count })}</p>
				<p>{t('alert.rule_hosts', { count: r.hosts })}</p>
				{judged > 0 ? <p>{t('alert.rule_judged', { count: judged, wrong: r.false_positive, harmless: r.benign })} <b className={r.is_noisy ? 'bad' : undefined}>{r.false_percent}%</b></p> : <p className="quiet">{t('alert.rule_not_judged')}</p>}
				{r.is_noisy && <p className="notice">{t('alert.rule_noisy')}</p>}
				{r.hidden > 0 && <p className="quiet">{t('alert.rule_hidden', { count: r.hidden })}</p>}
			</section>
			{a.near.length > 0 && (
				<section>
					<h2>{t('alert.near')}</h2>
					<ul className="plain">{a.near.map((n) => <li key={n.id}><AlertLevelMark level={n.alert_level} /> <Link to={`/canh-bao/${n.number}`}>{n.title}</Link> <span className="quiet"><When at={n.last_at} /></span></li>)}</ul>
				</section>
			)}
			{a.incidents.length > 0 && (
				<section>
					<h2>{t('alert.related')}</h2>
					<ul className="plain">{a.incidents.map((i) => <li key={i.id}><Link to={`/su-co/${i.number}`}>{i.number}</Link> {i.title}</li>)}</ul>
				</section>
			)}
		</aside>
	);
}

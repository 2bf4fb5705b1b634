// SPDX-License-Identifier: Apache-2.0
// What the pages of alerts share: marks, the dialogs, whom an act is about.
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useGet, useSend, type AlertGroup, type AlertLevel, type AlertRow, type Incident, type MutePreview, type Named, type Page, type Verdict } from '../../api';
import { wordFor } from '../../lib/i18n';
import { useAct } from '../../lib/act';
import { usePeople } from '../../lib/people';
import { absolute } from '../../lib/time';
import { ActionDialog, type Values } from '../../parts/Form';
import { Tag } from '../../parts/Marks';

export const LEVELS: AlertLevel[] = ['critical', 'high', 'medium', 'low', 'informational'];

const SHAPE: Record<AlertLevel, React.ReactNode> = {
	critical: <path d="M4 .5h4L11.5 4v4L8 11.5H4L.5 8V4z" />,
	high: <path d="M6 .5 12 11.5H0z" />,
	medium: <path d="M6 0l6 6-6 6-6-6z" />,
	low: <circle cx="6" cy="6" r="5" />,
	informational: <circle cx="6" cy="6" r="3.5" />,
};
const COLOUR: Record<AlertLevel, string> = { critical: 'l1', high: 'l2', medium: 'l3', low: 'l4', informational: 'none' };

export function AlertLevelMark({ level }: { level: AlertLevel }) {
	return (
		<span className={`mark level ${COLOUR[level]}`}>
			<svg viewBox="0 0 12 12" aria-hidden width="10" height="10">{SHAPE[level]}</svg>
			{wordFor('alert_level', level)}
		</span>
	);
}
export function AlertState({ state, verdict, muted }: { state: string; verdict?: Verdict | null; muted?: boolean }) {
	const { t } = useTranslation();
	return (
		<>
			<span className={`mark state ${state === 'new' ? 'fresh' : state === 'closed' ? 'shut' : 'running'}`}>{wordFor('alert_state', state)}</span>
			{verdict && <> <Tag kind={verdict === 'true_positive' ? 'bad' : 'good'}>{wordFor('verdict', verdict)}</Tag></>}
			{muted && <> <Tag kind="line">{t('alert.muted')}</Tag></>}
		</>
	);
}
/** How often people found a rule wrong. */
export function Share({ wrong, all }: { wrong: number; all: number }) {
	const { t } = useTranslation();
	if (!all) return <span className="quiet">–</span>;
	const percent = Math.floor(100 * wrong / all);
	return <span className={percent >= 80 && all >= 5 ? 'bad' : undefined} title={t('alert.share_of', { wrong, all })}>{percent}%</span>;
}

/** Which alerts of a group the page shows: the same filters go with the act. */
export interface Scope {
	level?: string | null;
	q?: string | null;
}
/** One alert, several, or whole groups: what an act is about. */
export interface Subject {
	ids?: string[];
	groups?: AlertGroup[];
	scope?: Scope;
	title: string;
	host?: string | null;
	playbook?: string | null;
	count: number;
	level?: AlertLevel;
}
export const ofAlerts = (rows: AlertRow[]): Subject => ({ ids: rows.map((r) => r.id), title: rows[0].title, host: new Set(rows.map((r) => r.host)).size === 1 ? rows[0].host : null,
	playbook: rows.find((r) => r.playbook)?.playbook, count: rows.length });
export const ofGroups = (rows: AlertGroup[], scope: Scope): Subject => ({ groups: rows, scope, title: rows[0].title ?? rows[0].host ?? '', host: rows.length === 1 ? rows[0].host : null,
	playbook: rows.find((r) => r.playbook)?.playbook, count: rows.reduce((n, g) => n + g.alerts, 0) });
export const groupKey = (g: AlertGroup) => `${g.source ?? ''} ${g.rule_id ?? ''} ${g.rule_id ? '' : g.host ?? ''}`;
/** As the server is told of them. */
function choice(s: Subject): Record<string, unknown> {
	if (s.ids) return { alerts: s.ids };
	const groups = s.groups ?? [];
	const which = groups.some((g) => g.rule_id) ? { groups: groups.map((g) => `${g.rule_id}@${g.source}`) } : { host: groups.map((g) => g.host ?? '-') };
	return { ...which, level: s.scope?.level || undefined, q: s.scope?.q || undefined };
}
export interface Acted {
	changed: number;
	left: number;
	at_most: number;
	incident_number?: string;
}
export function useAlertActs() {
	const { t } = useTranslation();
	const { send } = useSend();
	const { attempt } = useAct();
	/** What the server's limit leaves out is said. */
	function tell(done: Acted) {
		if (done.left > 0) notifications.show({ color: 'yellow', autoClose: false, message: t('alert.limited', { most: done.at_most, count: done.left }), closeButtonProps: { 'aria-label': t('form.close') } });
		return done;
	}
	/** One request for all of them, from a dialog. */
	const once = async (s: Subject, path: string, body: Record<string, unknown>) => tell(await send<Acted>('POST', path, { ...body, ...choice(s) }));
	/** The same behind a single button or key. */
	const ack = async (s: Subject) => {
		const done = await attempt<Acted>('POST', '/alerts/ack', choice(s));
		if (done) tell(done);
	};
	return { send, once, ack };
}

export type AlertAct = 'verdict' | 'merge' | 'open' | 'mute';

export function AlertActs({ act, subject, onClose, onOpened, onDone }: { act: AlertAct | null; subject: Subject | null; onClose: () => void; onOpened: (number: string) => void; onDone?: () => void }) {
	const { t } = useTranslation();
	const { once, send } = useAlertActs();
	const people = usePeople();
	const incidents = useGet<Page<Incident>>(act === 'merge' ? '/incidents' : null, { state: 'open', limit: 200 });
	const playbooks = useGet<Page<Named>>(act === 'open' ? '/playbooks' : null);
	if (!act || !subject) return null;
	const common = { opened: true, onClose };
	const what = subject.count === 1 ? subject.title : t('alert.several', { count: subject.count, title: subject.title });
	switch (act) {
	case 'verdict':
		return (
			<ActionDialog {...common} title={t('alert.verdict')} submit={t('alert.verdict_save')} size="lg" intro={<p className="quiet" style={{ margin: 0 }}>{what}</p>}
				fields={[
					{ name: 'verdict', label: t('alert.verdict_what'), kind: 'choice', required: true, options: ['true_positive', 'false_positive', 'benign', 'undecided'].map((v) => ({ value: v, label: wordFor('verdict', v) })), help: t('alert.verdict_help') },
					{ name: 'note', label: t('alert.note'), kind: 'area' },
				]}
				onSubmit={async (v) => { await once(subject, '/alerts/verdict', v); onDone?.(); }} />
		);
	case 'merge':
		return (
			<ActionDialog {...common} title={t('alert.merge')} submit={t('alert.merge')} intro={<p className="quiet" style={{ margin: 0 }}>{what}. {t('alert.merge_why')}</p>}
				fields={[
					{ name: 'into', label: t('incidents.merge_into'), kind: 'select', required: true, options: (incidents.data?.items ?? []).map((i) => ({ value: i.number, label: `${i.number} · ${i.title}` })) },
					{ name: 'reason', label: t('alert.note'), kind: 'area' },
				]}
				onSubmit={async (v) => { await once(subject, '/alerts/merge', v); onOpened(String(v.into)); }} />
		);
	case 'open':
		return (
			<ActionDialog key={playbooks.data ? 'ready' : 'wait'} {...common} title={t('incidents.open')} submit={t('incidents.open')} intro={<p className="quiet" style={{ margin: 0 }}>{what}. {t('alert.open_why')}</p>}
				initial={{ title: subject.host ? `${subject.title} · ${subject.host}` : subject.title, playbook: subject.playbook ?? null, take: true }}
				fields={[
					{ name: 'title', label: t('incidents.title'), required: true },
					{ name: 'playbook', label: t('alert.playbook'), kind: 'select', options: (playbooks.data?.items ?? []).map((p) => ({ value: p.id, label: p.title ?? p.id })), help: t('alert.playbook_help') },
					{ name: 'detected_at', label: t('incident.detected_help'), kind: 'time', help: t('alert.detected_help') },
					{ name: 'take', label: t('incidents.take'), kind: 'check' },
				]}
				onSubmit={async (v) => { onOpened((await once(subject, '/alerts/open', v)).incident_number!); }} />
		);
	case 'mute': {
		const g = subject.groups?.[0];
		const fixed = subject.ids ? { alert: subject.ids[0] } : g?.rule_id ? { rule: g.rule_id, source: g.source } : {};
		return (
			<ActionDialog {...common} title={t('alert.mute')} submit={t('alert.mute')} size="xl" initial={{ host: subject.host ?? '', days: '30' }}
				intro={<p className="quiet" style={{ margin: 0 }}>{t('alert.mute_why')}</p>}
				fields={[
					{ name: 'host', label: t('alert.mute_host'), half: true, required: !fixed.alert && !('rule' in fixed), help: t('alert.mute_host_help') },
					{ name: 'user', label: t('alert.mute_user'), half: true, help: t('alert.mute_user_help') },
					{ name: 'days', label: t('alert.mute_days'), kind: 'choice', required: true, options: ['1', '7', '30', '90'].map((d) => ({ value: d, label: t('alert.days', { count: Number(d) }) })) },
					{ name: 'owner', label: t('alert.mute_owner'), kind: 'select', options: people, help: t('alert.mute_owner_help') },
					{ name: 'reason', label: t('alert.mute_reason'), kind: 'area', required: true, placeholder: t('alert.mute_reason_hint') },
				]}
				outro={(v) => <WouldHide of={{ ...fixed, host: v.host, user: v.user }} />}
				onSubmit={async (v) => { await send('POST', '/alerts/mutes', { ...v, ...fixed, days: Number(v.days) }); onDone?.(); }} />
		);
	}
	}
}

/** What the mute being written would have hidden, while it is being written. */
function WouldHide({ of }: { of: Values }) {
	const { t } = useTranslation();
	const [asked] = useDebouncedValue(JSON.stringify(of), 350);
	const params = JSON.parse(asked) as Record<string, string | undefined>;
	const possible = Boolean(params.alert || params.rule || params.host);
	const q = useGet<MutePreview>(possible ? '/alerts/mutes/preview' : null, params, { keep: true });
	if (!possible) return null;
	if (q.isError) return <p className="bad" role="status">{q.error.detail || t('form.network')}</p>;
	const d = q.data;
	if (!d) return <p className="quiet" role="status">{t('page.loading')}</p>;
	const danger = d.true_positive > 0 || d.merged > 0;
	return (
		<section className="would-hide" aria-label={t('alert.would_hide')} aria-live="polite">
			<h3>{t('alert.would_hide')}</h3>
			<p><b>{t('alert.would_hide_count', { count: d.alerts })}</b>{' '}{d.alerts > 0 && <>{t('alert.would_hide_more', { detections: d.count, hosts: d.hosts })}</>}</p>
			{danger && <p className="warn" role="alert">{t('alert.would_hide_real', { real: d.true_positive, merged: d.merged })}</p>}
			{d.waiting > 0 && <p className="quiet">{t('alert.would_hide_waiting', { count: d.waiting })}</p>}
			{d.alerts > 0 && <Bars counts={d.per_day} since={d.since_at} />}
			{d.items.length > 0 && (
				<ul className="rows">
					{d.items.slice(0, 5).map((a) => (
						<li key={a.id} className="row small"><AlertLevelMark level={a.alert_level} /><span className="grow">{a.title}{a.host && <span className="quiet"> · {a.host}</span>}</span>
							<AlertState state={a.alert_state} verdict={a.verdict} /><Link to={`/canh-bao/${a.number}`} target="_blank">{a.number}</Link></li>
					))}
				</ul>
			)}
		</section>
	);
}

function Bars({ counts, since }: { counts: number[]; since: string }) {
	const { t } = useTranslation();
	const top = Math.max(1, ...counts);
	return (
		<figure className="density">
			<svg viewBox={`0 0 ${counts.length * 10} 40`} preserveAspectRatio="none" role="img" aria-label={t('alert.per_day', { days: counts.filter((n) => n > 0).length, most: top })}>
				{counts.map((n, i) => n > 0 && <rect key={i} x={i * 10 + 1} y={40 - Math.max(2, 38 * n / top)} width={8} height={Math.max(2, 38 * n / top)} />)}
			</svg>
			<figcaption><span>{absolute(since).slice(-10)}</span><span>{t('alert.per_day', { days: counts.filter((n) => n > 0).length, most: top })}</span><span>{t('alert.today')}</span></figcaption>
		</figure>
	);
}

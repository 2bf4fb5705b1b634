// SPDX-License-Identifier: Apache-2.0
// The right column: people, systems, observables, files, linked reports.
import { ActionIcon, Anchor } from '@mantine/core';
import IconX from '@tabler/icons-react/dist/esm/icons/IconX.mjs';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useGet, words, type Evidence, type Observable, type Page, type ScopeItem } from '../../api';
import { useAct } from '../../lib/act';
import { wordFor } from '../../lib/i18n';
import { labelOf, useSymptoms } from '../../lib/people';
import { StateMark } from '../../parts/Marks';
import { When } from '../../parts/When';
import type { TabProps } from './Page';

export function Aside({ incident: i, act, canHandle }: TabProps) {
	const { t } = useTranslation();
	const { attempt } = useAct();
	const symptoms = useSymptoms();
	const base = `/su-co/${i.number}`;
	const scope = useGet<Page<ScopeItem>>(`/incidents/${i.id}/scope`, { limit: 200 });
	const observables = useGet<Page<Observable>>(`/incidents/${i.id}/observables`, { limit: 200 });
	const evidence = useGet<Page<Evidence>>(`/incidents/${i.id}/evidence`, { limit: 200 });
	const matched = observables.data?.items.filter((o) => o.matches?.length) ?? [];
	return (
		<aside className="aside" aria-label={t('aside.label')}>
			<Block title={t('aside.people')}>
				<p><span className="quiet">{t('incident.lead')}</span> {i.lead_name ?? t('incident.nobody')}</p>
				{i.is_restricted && (
					<>
						<p className="quiet">{t('aside.access')}</p>
						<ul className="plain">
							{i.access?.map((a) => (
								<li key={a.id}>{a.name} {canHandle && <ActionIcon size="xs" variant="subtle" color="gray" aria-label={t('aside.access_remove', { name: a.name })} onClick={() => void attempt('DELETE', `/incidents/${i.id}/access/${a.account_id}`)}><IconX size={12} /></ActionIcon>}</li>
							))}
						</ul>
						{canHandle && <Anchor component="button" size="xs" onClick={() => act({ kind: 'access' })}>{t('incident.access_add')}</Anchor>}
					</>
				)}
			</Block>
			<Block title={t('aside.systems')} to={`${base}/pham-vi`} n={scope.data?.items.length}>
				<ul className="plain">{scope.data?.items.slice(0, 6).map((s) => <li key={s.id}>{s.name} <span className="quiet">· {wordFor('scope_state', s.state)}</span></li>)}</ul>
			</Block>
			<Block title={t('aside.observables')} to={`${base}/dau-hieu`} n={observables.data?.items.length}>
				{matched.length > 0 && <p className="bad">{t('aside.seen_before', { count: matched.length })}</p>}
				<ul className="plain">{observables.data?.items.slice(0, 5).map((o) => <li key={o.id} className="mono">{o.value}</li>)}</ul>
			</Block>
			<Block title={t('aside.files')} to={`${base}/chung-cu`} n={evidence.data?.items.length}>
				<ul className="plain">{evidence.data?.items.slice(0, 5).map((e) => <li key={e.id}>{e.number} <span className="quiet">· {e.name}</span></li>)}</ul>
			</Block>
			<Block title={t('aside.reports')} n={i.reports.length}>
				<ul className="plain">
					{i.reports.map((r) => (
						<li key={r.id}>{canHandle ? <Link to={`/bao-cao/${r.number}?state=all`}>{r.number}</Link> : r.number} <span className="quiet">· {words(r.symptoms).map((s) => labelOf(symptoms, s)).join(', ') || wordFor('channel', r.channel)} · <When at={r.told_at} /></span></li>
					))}
				</ul>
			</Block>
			{i.links.length > 0 && (
				<Block title={t('aside.links')} n={i.links.length}>
					<ul className="plain">
						{i.links.map((l) => (
							<li key={l.id}>
								<Link to={`/su-co/${l.number}`}>{l.number}</Link> {l.title} <StateMark state={l.state} />{l.state !== 'duplicate' && <span className="quiet"> {wordFor('link', l.kind)}</span>}
								{canHandle && l.kind !== 'duplicate' && <ActionIcon size="xs" variant="subtle" color="gray" aria-label={t('aside.unlink', { number: l.number })} onClick={() => void attempt('DELETE', `/incidents/${i.id}/links/${l.id}`)}><IconX size={12} /></ActionIcon>}
							</li>
						))}
					</ul>
				</Block>
			)}
		</aside>
	);
}

function Block({ title, to, n, children }: { title: string; to?: string; n?: number; children: React.ReactNode }) {
	const { t } = useTranslation();
	return (
		<section>
			<h2>{to ? <Link to={to}>{title}</Link> : title}{n !== undefined && <span className="quiet"> {n}</span>}</h2>
			{n === 0 ? <p className="quiet">{t('aside.none')}</p> : children}
		</section>
	);
}

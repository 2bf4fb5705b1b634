// SPDX-License-Identifier: Apache-2.0
// One line per event; density on top; chips to filter; an entry added in place.
import { Select, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import IconAlertTriangle from '@tabler/icons-react/dist/esm/icons/IconAlertTriangle.mjs';
import IconArrowRight from '@tabler/icons-react/dist/esm/icons/IconArrowRight.mjs';
import IconChecks from '@tabler/icons-react/dist/esm/icons/IconChecks.mjs';
import IconEye from '@tabler/icons-react/dist/esm/icons/IconEye.mjs';
import IconFileText from '@tabler/icons-react/dist/esm/icons/IconFileText.mjs';
import IconGavel from '@tabler/icons-react/dist/esm/icons/IconGavel.mjs';
import IconGauge from '@tabler/icons-react/dist/esm/icons/IconGauge.mjs';
import IconHeartbeat from '@tabler/icons-react/dist/esm/icons/IconHeartbeat.mjs';
import IconInbox from '@tabler/icons-react/dist/esm/icons/IconInbox.mjs';
import IconMessage from '@tabler/icons-react/dist/esm/icons/IconMessage.mjs';
import IconLock from '@tabler/icons-react/dist/esm/icons/IconLock.mjs';
import IconPackage from '@tabler/icons-react/dist/esm/icons/IconPackage.mjs';
import IconNote from '@tabler/icons-react/dist/esm/icons/IconNote.mjs';
import IconTarget from '@tabler/icons-react/dist/esm/icons/IconTarget.mjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, useSend, type Page, type TimelineEntry } from '../../api';
import { wordFor } from '../../lib/i18n';
import { absolute, clockOnly, dayOnly, toMs } from '../../lib/time';
import { Chip } from '../../parts/DataTable';
import { ActionForm } from '../../parts/Form';
import { Tag } from '../../parts/Marks';
import { Card, Empty, Loaded } from '../../parts/Page';
import { noteFields } from './Acts';
import type { TabProps } from './Page';

const icons: Record<string, typeof IconNote> = {
	report: IconInbox, state: IconArrowRight, score: IconGauge, task: IconChecks, probe: IconHeartbeat, direction: IconGavel, scope: IconTarget,
	observable: IconEye, evidence: IconPackage, check: IconChecks, review: IconFileText, note: IconNote, message: IconMessage, duty: IconAlertTriangle, access: IconLock, alert: IconAlertTriangle,
};
const KINDS = ['state', 'task', 'note', 'report', 'evidence', 'direction', 'probe', 'scope', 'observable', 'score', 'check', 'duty', 'message', 'review', 'access', 'document'];

export default function Timeline({ incident: i, canHandle }: TabProps) {
	const { t } = useTranslation();
	const { send } = useSend();
	const [kinds, setKinds] = useState<string[]>([]);
	const [order, setOrder] = useState('newest');
	const [text, setText] = useState('');
	const [q] = useDebouncedValue(text, 300);
	const [adding, setAdding] = useState(false);
	const whole = useGet<Page<TimelineEntry>>(`/incidents/${i.id}/timeline`, { limit: 200, order: 'newest' });
	const list = useGet<Page<TimelineEntry>>(`/incidents/${i.id}/timeline`, { kind: kinds, q, order, limit: 200 }, { keep: true });
	const present = new Set(whole.data?.items.map((e) => e.kind) ?? []);
	const toggle = (k: string) => setKinds(kinds.includes(k) ? kinds.filter((x) => x !== k) : [...kinds, k]);
	return (
		<>
			{whole.data && whole.data.items.length > 3 && <Density items={whole.data.items} />}
			<div className="chips" style={{ marginBottom: 0 }}>
				{KINDS.filter((k) => present.has(k)).map((k) => <Chip key={k} on={kinds.includes(k)} onClick={() => toggle(k)}>{wordFor('kind', k)}</Chip>)}
				<TextInput size="xs" w={180} aria-label={t('timeline.filter')} placeholder={t('timeline.filter')} value={text} onChange={(e) => setText(e.currentTarget.value)} />
				<Select size="xs" w={150} aria-label={t('timeline.order')} value={order} onChange={(v) => setOrder(v ?? 'newest')} allowDeselect={false} data={[{ value: 'newest', label: t('timeline.newest') }, { value: 'oldest', label: t('timeline.oldest') }]} />
			</div>
			{canHandle && (
				<Card>
					{adding ? (
						<ActionForm submit={t('timeline.save')} draft={`incident.note.${i.id}`} fields={noteFields(t)} onCancel={() => setAdding(false)}
							onSubmit={async (v) => { await send('POST', `/incidents/${i.id}/notes`, v); setAdding(false); }} />
					) : <button type="button" className="add-line" onClick={() => setAdding(true)}>+ {t('timeline.add')}</button>}
				</Card>
			)}
			<Loaded of={list}>
				{(d) => d.items.length === 0 ? <div className="card"><Empty title={t('timeline.none')}>{t('timeline.none_next')}</Empty></div> : <Lines items={d.items} />}
			</Loaded>
			{list.data?.more && <p className="quiet">{t('timeline.more')}</p>}
		</>
	);
}

function Lines({ items }: { items: TimelineEntry[] }) {
	const { t } = useTranslation();
	let day = '';
	return (
		<div className="card">
			<ol className="timeline">
				{items.map((e) => {
					const Icon = icons[e.kind] ?? IconNote;
					const head = dayOnly(e.occurred_at) !== day ? (day = dayOnly(e.occurred_at)) : null;
					return (
						<li key={e.id} className={head ? 'with-day' : undefined}>
							{head && <h2 className="day">{head}</h2>}
							<div className="event">
								<Tooltip label={times(t, e)} style={{ whiteSpace: 'pre-line' }}><time dateTime={e.occurred_at} tabIndex={0}>{clockOnly(e.occurred_at)}</time></Tooltip>
								<span className={`ico k-${e.kind}`} title={wordFor('kind', e.kind)}><Icon size={15} aria-hidden /><span className="only-read">{wordFor('kind', e.kind)}</span></span>
								<span className="what pre">{e.text ?? e.op}</span>
								<span className="quiet by">{e.actor_name ?? wordFor('actor', e.actor_kind)}{e.is_late && <> <Tag kind="line" hint={times(t, e)}>{t('timeline.late')}</Tag></>}</span>
							</div>
						</li>
					);
				})}
			</ol>
		</div>
	);
}

function times(t: (k: string) => string, e: TimelineEntry): string {
	return [`${t('timeline.occurred')}: ${absolute(e.occurred_at)}`, e.told_at && `${t('timeline.told')}: ${absolute(e.told_at)}`, `${t('timeline.entered')}: ${absolute(e.entered_at)}`].filter(Boolean).join('\n');
}

/** How much happened when: bars over the whole life, and the same as a table for who cannot see them. */
function Density({ items }: { items: TimelineEntry[] }) {
	const { t } = useTranslation();
	const at = items.map((e) => toMs(e.occurred_at) ?? 0);
	const from = Math.min(...at);
	const to = Math.max(...at, from + 60_000);
	const N = 60;
	const bins = new Array<number>(N).fill(0);
	for (const ms of at) bins[Math.min(N - 1, Math.floor(((ms - from) / (to - from)) * N))]++;
	const max = Math.max(...bins);
	const when = (n: number) => absolute(from + ((to - from) * n) / N);
	return (
		<figure className="density" aria-label={t('timeline.density')}>
			<svg viewBox={`0 0 ${N * 10} 40`} preserveAspectRatio="none" aria-hidden>
				{bins.map((b, n) => b > 0 && <rect key={n} x={n * 10 + 1} width={8} y={40 - (b / max) * 38} height={(b / max) * 38} rx={1}><title>{`${when(n)}: ${b}`}</title></rect>)}
			</svg>
			<figcaption><span>{absolute(from)}</span><span>{t('timeline.events', { count: items.length })}</span><span>{absolute(to)}</span></figcaption>
			<table className="only-read">
				<tbody>{bins.map((b, n) => b > 0 && <tr key={n}><td>{when(n)}</td><td>{b}</td></tr>)}</tbody>
			</table>
		</figure>
	);
}

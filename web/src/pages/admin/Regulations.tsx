// SPDX-License-Identifier: Apache-2.0
// By which rules the clocks run: in force or not, how sure, which one leads.
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, useSend, words, type Obligation, type Page, type Regulation } from '../../api';
import { wordFor } from '../../lib/i18n';
import { useForms } from '../../lib/papers';
import { Certainty } from '../../parts/Clock';
import { ActionDialog } from '../../parts/Form';
import { Tag } from '../../parts/Marks';
import { Card, Loaded } from '../../parts/Page';
import { useSession } from '../../session';

type Acting = { kind: 'lead' | 'switch'; of: Regulation };
const dayVi = (d: string | null) => (d ? d.split('-').reverse().join('/') : '');

export default function Regulations() {
	const { t } = useTranslation();
	const { may } = useSession();
	const { send } = useSend();
	const q = useGet<Page<Regulation>>('/regulations');
	const [open, setOpen] = useState<string | null>(null);
	const [acting, setActing] = useState<Acting | null>(null);
	const admin = may('ADMIN');
	return (
		<>
			<p className="quiet" style={{ margin: 0 }}>{t('regulation.why')}</p>
			<Loaded of={q}>
				{(d) => (
					<div className="stack">
						{d.items.map((r) => (
							<Card key={`${r.id}.${r.version}`} title={<>{r.title} <span className="quiet">{r.id}</span></>}
								aside={<Group gap={6}>
									{r.is_leading && <Tag kind="good">{t('regulation.leading')}</Tag>}
									{r.is_off ? <Tag kind="bad">{t('regulation.off')}</Tag> : <Tag kind={r.is_in_force ? 'good' : ''}>{r.is_in_force ? t('regulation.in_force') : r.valid_to && r.valid_to < new Date().toISOString() ? t('regulation.over') : t('regulation.not_yet')}</Tag>}
									{r.is_own && <Tag kind="line">{t('regulation.own')}</Tag>}
									<Certainty value={r.certainty} />
								</Group>}>
								<p style={{ margin: '0 0 8px' }}>
									{r.citation && <>{r.citation}. </>}
									<span className="quiet">{r.valid_to ? t('regulation.from_to', { from: dayVi(r.valid_from), to: dayVi(r.valid_to) }) : r.valid_from ? t('regulation.from_on', { from: dayVi(r.valid_from) }) : t('regulation.by_plan')} · {t('regulation.source')}: {r.source} · {wordFor('certainty', r.certainty)}</span>
									{r.replaced_by && <> · {t('regulation.replaced_by', { id: r.replaced_by })}</>}
								</p>
								{!r.is_citable && r.is_in_force && <p className="small bad" style={{ margin: '0 0 8px' }}>{t('regulation.not_citable', { day: dayVi(r.instrument_to), how: wordFor('certainty', r.instrument_end_certainty ?? ''), instead: r.instrument_replaced_by ?? '–' })}</p>}
								{r.is_off && r.switch_reason && <p className="small" style={{ margin: '0 0 8px' }}>{t('regulation.switched', { reason: r.switch_reason })}</p>}
								<Group gap={6}>
									<Button size="compact-sm" variant="default" aria-expanded={open === r.id} onClick={() => setOpen(open === r.id ? null : r.id)}>{t('regulation.show')} ({r.obligations_count})</Button>
									{admin && r.is_in_force && r.is_citable && !r.is_leading && !r.is_off && <Button size="compact-sm" variant="default" onClick={() => setActing({ kind: 'lead', of: r })}>{t('regulation.lead')}</Button>}
									{admin && r.is_in_force && !r.is_leading && <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setActing({ kind: 'switch', of: r })}>{r.is_off ? t('regulation.switch_on') : t('regulation.switch_off')}</Button>}
								</Group>
								{open === r.id && <Obligations id={r.id} />}
							</Card>
						))}
					</div>
				)}
			</Loaded>
			{acting?.kind === 'lead' && (
				<ActionDialog opened onClose={() => setActing(null)} title={t('regulation.lead')} submit={t('regulation.lead')} fields={[]} intro={<p style={{ margin: 0 }}><b>{acting.of.title}</b><br />{t('regulation.lead_why')}</p>}
					onSubmit={() => send('PUT', '/agency/basis', { id: acting.of.id })} />
			)}
			{acting?.kind === 'switch' && (
				<ActionDialog opened onClose={() => setActing(null)} title={acting.of.is_off ? t('regulation.switch_on') : t('regulation.switch_off')} submit={acting.of.is_off ? t('regulation.switch_on') : t('regulation.switch_off')}
					intro={<p style={{ margin: 0 }}><b>{acting.of.title}</b><br />{t('regulation.switch_why')}</p>} fields={[{ name: 'reason', label: t('incident.reason'), kind: 'area', required: true }]}
					onSubmit={(v) => send('POST', `/regulations/${acting.of.id}/switch`, { on: acting.of.is_off, ...v })} />
			)}
		</>
	);
}

function Obligations({ id }: { id: string }) {
	const { t } = useTranslation();
	const q = useGet<Regulation>(`/regulations/${id}`);
	const forms = useForms();
	return (
		<Loaded of={q}>
			{(r) => (
				<div className="scroll cards obligations" tabIndex={0} role="region" aria-label={r.title}>
					<table className="list">
						<thead><tr><th>{t('deadline.what')}</th><th>{t('regulation.trigger')}</th><th>{t('deadline.at')}</th><th>{t('duty.to')}</th><th>{t('duty.form')}</th><th>{t('duty.basis')}</th></tr></thead>
						<tbody>
							{r.obligations?.map((o) => (
								<tr key={o.id} className={o.is_concerned ? undefined : 'dim'}>
									<td><b>{o.what}</b> <Certainty value={o.certainty} />{!o.is_concerned && <div className="quiet small">{t('regulation.not_concerned')}</div>}{o.note && <div className="quiet small">{o.note}</div>}</td>
									<td>{wordFor('trigger', o.trigger)}</td>
									<td><When of={o} /></td>
									<td>{words(o.recipients).map((x) => wordFor('party', x)).join('; ')}</td>
									<td>{o.form ? (forms.find((f) => f.id === o.form)?.title ?? o.form) : o.form_state === 'pending' ? t('regulation.form_pending') : ''}</td>
									<td className="small">{o.basis}</td>
								</tr>
							))}
						</tbody>
					</table>
				</div>
			)}
		</Loaded>
	);
}

function When({ of: o }: { of: Obligation }) {
	const { t } = useTranslation();
	switch (o.due_kind) {
	case 'within': return <>{t('regulation.within', { count: o.count, unit: o.unit ? t(`regulation.${o.unit}`) : '' })}</>;
	case 'at_once': return <>{t('regulation.at_once')}</>;
	case 'as_stated': return <>{t('regulation.as_stated')}</>;
	case 'throughout': return <>{t('regulation.throughout')}</>;
	case 'calendar': return <>{wordFor('every', o.every)}{o.before && <>, {t('regulation.before', { day: o.before.split('-').reverse().join('/') })}</>}</>;
	default: return <>{t('regulation.none_due')}</>;
	}
}

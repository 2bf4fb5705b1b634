// SPDX-License-Identifier: Apache-2.0
// Asking others for help: the signs that ask for it, whom to call, with which papers, what they said.
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useGet, useSend, type Escalation, type EscalationRegion } from '../../api';
import { wordFor } from '../../lib/i18n';
import { paperLink } from '../../lib/papers';
import { ActionDialog } from '../../parts/Form';
import { Beyond, Tag } from '../../parts/Marks';
import { Card, Loaded } from '../../parts/Page';
import { When } from '../../parts/When';
import { DraftDialog } from '../papers/Draft';
import { PaperState, referenceOf } from '../papers/marks';
import type { TabProps } from './Page';

const TARGETS = ['provincial_csirt', 'provincial_ir_unit', 'provincial_police', 'national_coordinator', 'provider', 'isp', 'other'];
type Acting = { kind: 'suggest' | 'request'; target?: string; contact?: string } | { kind: 'record' | 'release' | 'decline'; of: Escalation };
const TONE: Record<string, string> = { suggested: 'warn', requested: 'warn', accepted: 'good', supported: 'good', refused: 'bad' };

export default function Support({ incident: i, act, canHandle }: TabProps) {
	const { t } = useTranslation();
	const q = useGet<EscalationRegion>(`/incidents/${i.id}/escalations`);
	const [acting, setActing] = useState<Acting | null>(null);
	const [drafting, setDrafting] = useState<string | null>(null);
	return (
		<>
			<Loaded of={q}>
				{(r) => (
					<>
						<Card title={t('support.signs')} aside={<Beyond value={i.beyond} />}>
							{r.signs.length === 0 ? <p className="quiet" style={{ margin: 0 }}>{t('support.no_signs')}</p> : <ul className="plain">{r.signs.map((s) => <li key={s.id}>{s.text}</li>)}</ul>}
							{canHandle && (
								<Group gap="xs" mt="sm">
									<Button size="sm" onClick={() => setActing({ kind: 'request' })}>{t('support.request')}</Button>
									<Button size="sm" variant="default" onClick={() => act({ kind: 'beyond' })}>{t('overview.decide_beyond')}</Button>
									<Button size="sm" variant="default" onClick={() => setActing({ kind: 'suggest' })}>{t('support.suggest')}</Button>
								</Group>
							)}
						</Card>
						{r.escalation.items.length > 0 && (
							<Card title={t('support.asked')} plain>
								<ul className="rows">
									{r.escalation.items.map((e) => (
										<li key={e.id} className="row multi tall">
											<span className="grow">
												<b>{e.organisation ?? wordFor('escalation_target', e.target)}</b> {e.person && <span className="quiet">· {e.person} {e.phone}</span>}
												{e.reason && <div className="quiet small pre">{e.reason}</div>}
												{e.note && <div className="small pre">{e.note}</div>}
											</span>
											<Tag kind={TONE[e.state] ?? 'line'}>{wordFor('escalation', e.state)}</Tag>
											<span className="quiet small nowrap"><When at={e.released_at ?? e.supported_at ?? e.accepted_at ?? e.requested_at ?? e.suggested_at} exact /></span>
											{canHandle && (
												<Group gap={6}>
													{e.state === 'suggested' && <Button size="compact-xs" onClick={() => setActing({ kind: 'request', target: e.target })}>{t('support.request')}</Button>}
													{e.state === 'suggested' && <Button size="compact-xs" variant="default" onClick={() => setActing({ kind: 'decline', of: e })}>{t('support.decline')}</Button>}
													{['requested', 'accepted'].includes(e.state) && <Button size="compact-xs" variant="default" onClick={() => setActing({ kind: 'record', of: e })}>{t('support.record')}</Button>}
													{['accepted', 'supported'].includes(e.state) && <Button size="compact-xs" variant="default" onClick={() => setActing({ kind: 'release', of: e })}>{t('support.release')}</Button>}
												</Group>
											)}
										</li>
									))}
								</ul>
							</Card>
						)}
						<CallSheet region={r} call={canHandle ? (target, contact) => setActing({ kind: 'request', target, contact }) : undefined} />
						<Card title={t('support.papers')} plain>
							<ul className="rows">
								{r.papers.map((p) => (
									<li key={p.form} className="row multi">
										<span className="grow">{p.title}</span>
										{p.documents.map((d) => <span key={d.id} className="small nowrap"><Link to={paperLink(d)}>{referenceOf({ doc_number: d.doc_number }) || d.number}</Link> <PaperState state={d.state} /></span>)}
										{canHandle && <Button size="compact-xs" variant={p.documents.length ? 'default' : 'filled'} onClick={() => setDrafting(p.form)}>{t('duty.draft')}</Button>}
									</li>
								))}
							</ul>
						</Card>
					</>
				)}
			</Loaded>
			{drafting && <DraftDialog onClose={() => setDrafting(null)} incident={i.id} form={drafting} />}
			{acting && <Dialogs incident={i.id} acting={acting} region={q.data} onClose={() => setActing(null)} />}
		</>
	);
}

function CallSheet({ region: r, call }: { region: EscalationRegion; call?: (target: string, contact: string) => void }) {
	const { t } = useTranslation();
	const sheet = r.call_sheet;
	return (
		<Card title={t('support.call_sheet')} plain>
			{sheet.contacts.length === 0 ? <p className="row quiet">{t('support.no_contacts')} <Link to="/van-ban/noi-nhan">{t('paper.add_contact')}</Link></p> : (
				<ul className="rows">
					{sheet.contacts.map((c) => (
						<li key={c.id} className="row multi">
							<span className="grow"><b>{c.name}</b> <span className="quiet">· {wordFor('party', c.role)}{c.person && ` · ${c.person}`}</span></span>
							<span className="nowrap">{[c.phone, c.mobile, c.phone_after_hours].filter(Boolean).map((n) => <a key={n} className="tel" href={`tel:${String(n).replace(/[^\d+]/g, '')}`}>{n}</a>)}</span>
							{!c.verified_on && <Tag kind="warn">{t('contact.never')}</Tag>}
							{call && TARGETS.includes(c.role) && <Button size="compact-xs" variant="default" onClick={() => call(c.role, c.id)}>{t('support.called')}</Button>}
						</li>
					))}
				</ul>
			)}
		</Card>
	);
}

function Dialogs({ incident, acting, region, onClose }: { incident: string; acting: Acting; region?: EscalationRegion; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const url = `/incidents/${incident}/escalations`;
	const targets = TARGETS.map((x) => ({ value: x, label: wordFor('escalation_target', x) }));
	const why = (text: string) => <p style={{ margin: 0 }}>{text}</p>;
	switch (acting.kind) {
	case 'suggest':
		return <ActionDialog opened onClose={onClose} title={t('support.suggest')} submit={t('support.suggest')} initial={{ target: 'provincial_csirt' }} fields={[{ name: 'target', label: t('support.target'), kind: 'select', required: true, options: targets }, { name: 'reason', label: t('incident.reason'), kind: 'area', required: true }]} onSubmit={(v) => send('POST', url, v)} />;
	case 'request':
		return (
			<ActionDialog opened onClose={onClose} size="xl" title={t('support.request')} submit={t('support.request_save')} draft={`support.${incident}`} intro={why(t('support.request_why'))}
				initial={{ target: acting.target ?? 'provincial_csirt', contact: acting.contact, reason: region?.signs.map((s) => s.text).join('\n') }}
				fields={[
					{ name: 'target', label: t('support.target'), kind: 'select', required: true, options: targets, half: true },
					{ name: 'contact', label: t('support.contact'), kind: 'select', half: true, options: (region?.call_sheet.contacts ?? []).map((c) => ({ value: c.id, label: c.name })) },
					{ name: 'organisation', label: t('support.organisation'), half: true, when: (v) => !v.contact },
					{ name: 'person', label: t('support.person'), half: true }, { name: 'phone', label: t('reports.contact_phone'), half: true },
					{ name: 'requested_at', label: t('support.requested_at'), kind: 'time', half: true, help: t('incident.advance_when_help') },
					{ name: 'reason', label: t('support.what'), kind: 'area', rows: 3 },
					{ name: 'foreign', label: t('support.foreign'), kind: 'check', when: (v) => ['provider', 'isp', 'other'].includes(v.target) },
				]}
				onSubmit={(v) => send('POST', `${url}/request`, v)} />
		);
	case 'record':
		return (
			<ActionDialog opened onClose={onClose} title={t('support.record')} submit={t('incident.save')} initial={{ state: acting.of.state === 'accepted' ? 'supported' : 'accepted' }}
				fields={[
					{ name: 'state', label: t('support.answer'), kind: 'choice', required: true, options: ['accepted', 'supported', 'refused'].map((s) => ({ value: s, label: wordFor('escalation', s) })) },
					{ name: 'person', label: t('support.person'), half: true }, { name: 'phone', label: t('reports.contact_phone'), half: true },
					{ name: 'at', label: t('direction.when'), kind: 'time', help: t('incident.advance_when_help') }, { name: 'note', label: t('task.note'), kind: 'area' },
				]}
				onSubmit={(v) => send('POST', `/escalations/${acting.of.id}/record`, { ...v, version: acting.of.version })} />
		);
	case 'release':
		return <ActionDialog opened onClose={onClose} title={t('support.release')} submit={t('support.release')} fields={[{ name: 'at', label: t('direction.when'), kind: 'time', help: t('incident.advance_when_help') }, { name: 'note', label: t('support.result'), kind: 'area' }]} onSubmit={(v) => send('POST', `/escalations/${acting.of.id}/release`, { ...v, version: acting.of.version })} />;
	case 'decline':
		return <ActionDialog opened onClose={onClose} title={t('support.decline')} submit={t('support.decline')} intro={why(t('support.decline_why'))} fields={[{ name: 'reason', label: t('incident.reason'), kind: 'area', required: true }]} onSubmit={(v) => send('POST', `/escalations/${acting.of.id}/decline`, { ...v, version: acting.of.version })} />;
	}
}

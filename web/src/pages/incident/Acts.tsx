// SPDX-License-Identifier: Apache-2.0
// The dialogs that act on the incident as a whole.
import { Alert, Button, CopyButton, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { qrSvg, useGet, useSend, type Incident, type IncidentFull, type Page, type Task } from '../../api';
import { wordFor } from '../../lib/i18n';
import { useDirectors, usePeople } from '../../lib/people';
import { now } from '../../lib/time';
import { ActionDialog } from '../../parts/Form';
import { useMe } from '../../session';
import { Triage } from './Triage';

export type IncidentAct =
	| { kind: 'edit' | 'lead' | 'note' | 'triage' | 'link' | 'restrict' | 'merge' | 'dismiss' | 'reopen' | 'access' | 'beyond' }
	| { kind: 'advance'; to: string }
	| { kind: 'ask' | 'record'; task?: Task };

interface Props {
	incident: IncidentFull;
	acting: IncidentAct | null;
	onClose: () => void;
}

/** What was seen when the dialog opened counts, not what arrives meanwhile: else the form would undo somebody's change unasked. */
function EditIncident({ incident, onClose }: { incident: IncidentFull; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const [seen] = useState(incident);
	const url = `/incidents/${seen.id}`;
	return (
		<ActionDialog opened onClose={onClose} title={t('incident.edit')} submit={t('incident.save')} draft={`incident.edit.${seen.id}`}
			initial={{ title: seen.title, summary: seen.summary ?? '', detected_at: seen.detected_at, occurred_at: seen.occurred_at, tlp: seen.tlp, option_chosen: seen.option_chosen ?? '' }}
			fields={[
				{ name: 'title', label: t('incidents.title'), required: true },
				{ name: 'summary', label: t('incident.summary'), kind: 'area', rows: 5, help: t('reports.no_secrets') },
				{ name: 'detected_at', label: t('incident.detected_help'), kind: 'time', half: true, required: true },
				{ name: 'occurred_at', label: t('incident.occurred'), kind: 'time', half: true },
				{ name: 'option_chosen', label: t('incident.option_chosen'), kind: 'area' },
				{ name: 'tlp', label: t('incident.tlp'), kind: 'select', required: true, options: ['red', 'amber_strict', 'amber', 'green', 'clear'].map((v) => ({ value: v, label: wordFor('tlp', v) })) },
			]}
			onSubmit={(v) => send('PATCH', url, { ...changed(v, seen), version: seen.version })}
			onConflict={(v) => send('PATCH', url, changed(v, seen))} />
	);
}

export function Acts({ incident: i, acting, onClose }: Props) {
	const { t } = useTranslation();
	const me = useMe();
	const { send } = useSend();
	const client = useQueryClient();
	const people = usePeople();
	const [link, setLink] = useState<string | null>(null);
	const needsOthers = acting?.kind === 'merge' || acting?.kind === 'link';
	const list = useGet<Page<Incident>>(needsOthers ? '/incidents' : null, { state: acting?.kind === 'link' ? 'all' : 'open', limit: 100 });
	const others = (list.data?.items ?? []).filter((o) => o.id !== i.id).map((o) => ({ value: o.number, label: `${o.number} · ${o.title}` }));
	const url = `/incidents/${i.id}`;
	const common = { opened: true, onClose };
	const draft = (name: string) => `incident.${name}.${i.id}`;

	if (link) return <OneTimeLink link={link} onClose={() => { setLink(null); void client.invalidateQueries(); }} />;
	if (!acting) return null;
	switch (acting.kind) {
	case 'triage':
		return <Triage incident={i} onClose={onClose} />;
	case 'edit':
		return <EditIncident incident={i} onClose={onClose} />;
	case 'lead':
		return (
			<ActionDialog {...common} size="sm" title={t('incidents.assign')} submit={t('incidents.assign')} initial={{ lead: i.lead_id }}
				fields={[{ name: 'lead', label: t('incident.lead'), kind: 'select', options: people, required: true }]}
				onSubmit={(v) => send('PATCH', url, { lead: v.lead })} />
		);
	case 'note':
		return (
			<ActionDialog {...common} title={t('timeline.add')} submit={t('timeline.save')} draft={draft('note')} fields={noteFields(t)}
				onSubmit={(v) => send('POST', `${url}/notes`, v)} />
		);
	case 'advance':
		return <Advance incident={i} to={acting.to} onClose={onClose} />;
	case 'dismiss':
		return (
			<ActionDialog {...common} title={t('incident.dismiss_title')} submit={t('incident.dismiss')} draft={draft('dismiss')}
				fields={[
					{ name: 'reason', label: t('incident.dismiss_reason'), kind: 'area', rows: 3, required: true, help: t('incident.dismiss_help') },
					{ name: 'second_person', label: t('incident.second_person'), kind: 'select', help: t('incident.second_person_help'), options: people.filter((p) => p.value !== me.account.id), required: i.level !== null && i.level <= 2 },
				]}
				onSubmit={(v) => send('POST', `${url}/dismiss`, v)} />
		);
	case 'merge':
		return (
			<ActionDialog {...common} title={t('reports.merge_title', { number: i.number })} submit={t('reports.merge')} draft={draft('merge')}
				intro={<Text size="sm">{t('incidents.merge_why')}</Text>}
				fields={[{ name: 'into', label: t('incidents.merge_into'), kind: 'select', required: true, options: others }, { name: 'reason', label: t('incident.reason'), kind: 'area' }]}
				onSubmit={(v) => send('POST', `${url}/merge`, v)} />
		);
	case 'link':
		return (
			<ActionDialog {...common} title={t('incident.link')} submit={t('incident.link_save')} initial={{ kind: 'related' }}
				fields={[
					{ name: 'other', label: t('incident.link_to'), kind: 'select', required: true, options: others },
					{ name: 'kind', label: t('incident.link_kind'), kind: 'choice', options: ['related', 'parent'].map((v) => ({ value: v, label: wordFor('link', v) })) },
				]}
				onSubmit={(v) => send('POST', `${url}/links`, v)} />
		);
	case 'restrict':
		return (
			<ActionDialog {...common} title={i.is_restricted ? t('incident.unrestrict') : t('incident.restrict')} submit={i.is_restricted ? t('incident.unrestrict') : t('incident.restrict')}
				intro={<Text size="sm">{i.is_restricted ? t('incident.unrestrict_why') : t('incident.restrict_why')}</Text>}
				fields={[{ name: 'reason', label: t('incident.reason'), kind: 'area' }]}
				onSubmit={(v) => send('POST', `${url}/restrict`, { restricted: !i.is_restricted, reason: v.reason })} />
		);
	case 'access':
		return (
			<ActionDialog {...common} size="sm" title={t('incident.access_add')} submit={t('incident.access_add')}
				fields={[{ name: 'account', label: t('incident.access_who'), kind: 'select', options: people, required: true }]}
				onSubmit={(v) => send('POST', `${url}/access`, v)} />
		);
	case 'beyond':
		return (
			<ActionDialog {...common} title={t('incident.beyond_title')} submit={t('incident.save')} initial={{ confirmed: 'yes' }}
				intro={<Text size="sm">{t('incident.beyond_why')}</Text>}
				fields={[
					{ name: 'confirmed', label: t('incident.beyond_answer'), kind: 'choice', options: [{ value: 'yes', label: t('incident.beyond_yes') }, { value: 'no', label: t('incident.beyond_no') }] },
					{ name: 'reason', label: t('incident.reason'), kind: 'area' },
				]}
				onSubmit={(v) => send('POST', `${url}/beyond`, { confirmed: v.confirmed === 'yes', reason: v.reason })} />
		);
	case 'reopen':
		return (
			<ActionDialog {...common} title={t('incident.reopen')} submit={t('incident.reopen')} draft={draft('reopen')}
				intro={<Text size="sm">{t('incident.reopen_why')}</Text>}
				fields={[{ name: 'reason', label: t('incident.reason'), kind: 'area', required: true }]}
				onSubmit={(v) => send('POST', `${url}/reopen`, v)} />
		);
	case 'ask':
		return <Ask incident={i} task={acting.task} onClose={onClose} onLink={setLink} />;
	case 'record':
		return (
			<ActionDialog {...common} size="xl" title={t('direction.record')} submit={t('direction.record_save')} draft={draft('record')}
				initial={{ channel: 'oral', answer: 'approve', answered_at: new Date(Math.floor(now() / 60_000) * 60_000).toISOString(), question: acting.task?.title }}
				intro={<Text size="sm">{t('direction.record_why')}</Text>}
				fields={[
					{ name: 'channel', label: t('direction.channel'), kind: 'choice', options: ['oral', 'written'].map((v) => ({ value: v, label: wordFor('channel', v) })) },
					{ name: 'asked_name', label: t('direction.who'), required: true, half: true, placeholder: t('direction.who_hint') },
					{ name: 'answered_at', label: t('direction.when'), kind: 'time', required: true, half: true },
					{ name: 'question', label: t('direction.about'), kind: 'area', required: true },
					{ name: 'answer', label: t('direction.answer'), kind: 'choice', options: ['approve', 'refuse', 'other'].map((v) => ({ value: v, label: wordFor('answer', v) })) },
					{ name: 'words', label: t('direction.words'), kind: 'area', required: true, help: t('direction.words_help') },
					{ name: 'files', label: t('direction.photo'), kind: 'files', when: (v) => v.channel === 'written' },
				]}
				onSubmit={(v) => send('POST', `${url}/directions/record`, { ...v, task: acting.task?.id })} />
		);
	}
}

export function noteFields(t: (k: string) => string) {
	return [
		{ name: 'text', label: t('timeline.text'), kind: 'area' as const, rows: 3, required: true },
		{ name: 'occurred_at', label: t('timeline.occurred'), kind: 'time' as const, half: true, help: t('timeline.occurred_help') },
		{ name: 'told_at', label: t('timeline.told'), kind: 'time' as const, half: true },
	];
}

/** Only what was changed is sent, so that two people who edit different fields do not meet. */
function changed(v: Record<string, unknown>, i: IncidentFull): Record<string, unknown> {
	const before = i as unknown as Record<string, unknown>;
	return Object.fromEntries(Object.entries(v).filter(([k, x]) => (x ?? '') !== (before[k] ?? '')));
}

function Advance({ incident: i, to, onClose }: { incident: IncidentFull; to: string; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const guard = i.guards.find((g) => g.to === to);
	const missing = guard?.missing ?? (i.next?.to === to ? (i.next.missing ?? []).map((text) => ({ id: text, text, is_hard: false })) : []);
	const hard = missing.some((m) => m.is_hard);
	const choosing = i.state === 'option_selection' && to === 'containment';
	const title = guard?.title ?? i.next?.title ?? wordFor('state', to);
	return (
		<ActionDialog opened onClose={onClose} title={title} draft={`incident.advance.${i.id}`}
			submit={missing.length > 0 ? t('incident.advance_anyway') : title} color={missing.length > 0 ? '#b4400b' : undefined}
			initial={{ option_chosen: i.option_chosen ?? undefined }}
			disabled={() => hard && !choosing}
			intro={
				<Stack gap="xs">
					<Text size="sm">{t('incident.advance_from_to', { from: wordFor('state', i.state), to: wordFor('state', to) })}</Text>
					{missing.length > 0 ? (
						<Alert color="orange" variant="light" title={t('incident.advance_missing')}>
							<ul className="plain">{missing.map((m) => <li key={m.id}>{m.text}{m.is_hard && <b> {t('incident.advance_hard')}</b>}</li>)}</ul>
							<Text size="sm" mt={6}>{hard ? t('incident.advance_cannot') : t('incident.advance_may')}</Text>
						</Alert>
					) : <Alert color="green" variant="light">{t('incident.advance_ready')}</Alert>}
				</Stack>
			}
			fields={[
				...(choosing ? [{ name: 'option_chosen', label: t('incident.option_chosen'), kind: 'area' as const, help: t('incident.option_help') }] : []),
				{ name: 'reason', label: missing.length > 0 ? t('incident.advance_reason') : t('incident.advance_note'), kind: 'area' as const, required: missing.length > 0 && !choosing },
				{ name: 'occurred_at', label: t('incident.advance_when'), kind: 'time' as const, help: t('incident.advance_when_help') },
			]}
			onSubmit={async (v) => {
				if (choosing && v.option_chosen && v.option_chosen !== i.option_chosen) await send('PATCH', `/incidents/${i.id}`, { option_chosen: v.option_chosen });
				return send('POST', `/incidents/${i.id}/advance`, { to, reason: v.reason, occurred_at: v.occurred_at, force: missing.length > 0 && Boolean(v.reason) });
			}} />
	);
}

function Ask({ incident: i, task, onClose, onLink }: { incident: IncidentFull; task?: Task; onClose: () => void; onLink: (link: string) => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const directors = useDirectors();
	return (
		<ActionDialog opened onClose={onClose} size="xl" title={t('direction.ask')} submit={t('direction.ask_save')} draft={`direction.ask.${i.id}.${task?.id ?? ''}`}
			initial={{ asked: directors[0]?.value, question: task ? t('direction.question_for_task', { title: task.title }) : undefined, situation: i.summary ?? undefined, send: true }}
			intro={<Text size="sm">{t('direction.ask_why')}</Text>}
			fields={[
				{ name: 'asked', label: t('direction.asked'), kind: 'select', options: directors, required: true, half: true },
				{ name: 'due_at', label: t('direction.due'), kind: 'time', past: false, half: true },
				{ name: 'question', label: t('direction.question'), kind: 'area', rows: 2, required: true, help: t('direction.question_help') },
				{ name: 'situation', label: t('direction.situation'), kind: 'area', rows: 3, help: t('direction.situation_help') },
				{ name: 'cost', label: t('direction.cost'), kind: 'area', help: t('direction.cost_help') },
				{ name: 'if_not', label: t('direction.if_not'), kind: 'area' },
				{ name: 'send', label: t('direction.send'), kind: 'check' },
			]}
			onSubmit={async (v) => {
				const saved = await send<{ link: string }>('POST', `/incidents/${i.id}/directions`, { ...v, task: task?.id });
				if (saved.link) onLink(saved.link);
			}} />
	);
}

/** Shown once: the server keeps only its hash. */
function OneTimeLink({ link, onClose }: { link: string; onClose: () => void }) {
	const { t } = useTranslation();
	const whole = link.startsWith('http') ? link : location.origin + link;
	const [qr, setQr] = useState('');
	useEffect(() => {
		void qrSvg(whole).then(setQr);
	}, [whole]);
	return (
		<Modal opened onClose={onClose} title={t('direction.link_title')} closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('form.close') }}>
			<Stack gap="sm">
				<Text size="sm">{t('direction.link_once')}</Text>
				<Textarea readOnly value={whole} aria-label={t('direction.link')} classNames={{ input: 'mono' }} onFocus={(e) => e.currentTarget.select()} />
				{qr && (
					<figure className="qr-box">
						<img className="qr" alt={t('direction.qr')} src={`data:image/svg+xml;utf8,${encodeURIComponent(qr)}`} />
						<figcaption className="quiet small">{t('direction.qr_scan')}</figcaption>
					</figure>
				)}
				<Group justify="flex-end">
					<CopyButton value={whole}>{({ copied, copy }) => <Button onClick={copy}>{copied ? t('direction.copied') : t('direction.copy')}</Button>}</CopyButton>
					<Button variant="default" onClick={onClose}>{t('form.close')}</Button>
				</Group>
			</Stack>
		</Modal>
	);
}

// SPDX-License-Identifier: Apache-2.0
// The dialogs that lead a paper from draft to issued, sent and received.
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router-dom';
import { Problem, useGet, useSend, type Contact, type Page, type Paper, type PaperFull } from '../../api';
import { wordFor } from '../../lib/i18n';
import { useDirectors } from '../../lib/people';
import { paperLink } from '../../lib/papers';
import { dayOnly, now, parseTyped } from '../../lib/time';
import { ActionDialog, type Values } from '../../parts/Form';
import { useSession } from '../../session';

export type Step = 'head' | 'submit' | 'approve' | 'return' | 'number' | 'issue' | 'send' | 'ack' | 'chase' | 'attach' | 'recall' | 'replace';
const CHANNELS = ['eoffice', 'hand', 'mail', 'fax', 'post', 'phone'];

interface Props {
	paper: PaperFull;
	step: Step | null;
	onClose: () => void;
	onSent: () => void;
}

export function StepDialog({ paper: p, step, onClose, onSent }: Props) {
	const { t } = useTranslation();
	const { may } = useSession();
	const { send } = useSend();
	const go = useNavigate();
	const people = useDirectors();
	const url = `/documents/${p.id}`;
	const common = { opened: true, onClose, draft: `paper.${step}.${p.id}` };
	const version = p.version;
	const why = (text: string) => <Text size="sm">{text}</Text>;
	const reason = { name: 'reason', label: t('incident.reason'), kind: 'area' as const, rows: 3, required: true };
	if (!step) return null;
	switch (step) {
	case 'head':
		return <HeadDialog paper={p} onClose={onClose} />;
	case 'submit':
		return (
			<ActionDialog {...common} title={t('paper.submit')} submit={t('paper.submit')} intro={why(p.gaps.length ? t('paper.submit_gaps', { count: p.gaps.length }) : t('paper.submit_why'))}
				fields={[{ name: 'note', label: t('task.note'), kind: 'area' }]} onSubmit={(v) => send('POST', `${url}/submit`, { ...v, version })} />
		);
	case 'approve':
		return (
			<ActionDialog {...common} title={may('DIRECT') ? t('paper.approve') : t('paper.record_approval')} submit={may('DIRECT') ? t('paper.approve') : t('paper.record')}
				intro={why(may('DIRECT') ? t('paper.approve_why') : t('paper.record_approval_why'))} initial={{ by: may('DIRECT') ? undefined : people[0]?.value }}
				fields={[...(may('DIRECT') ? [] : [{ name: 'by', label: t('paper.approved_by'), kind: 'select' as const, options: people, required: true }]), { name: 'note', label: t('task.note'), kind: 'area' as const }]}
				onSubmit={(v) => send('POST', `${url}/approve`, { ...v, version })} />
		);
	case 'return':
		return <ActionDialog {...common} title={t('paper.return')} submit={t('paper.return')} intro={why(t('paper.return_why'))} fields={[reason]} onSubmit={(v) => send('POST', `${url}/return`, { ...v, version })} />;
	case 'number':
		return (
			<ActionDialog {...common} title={t('paper.number_it')} submit={t('paper.record')} intro={why(t('paper.number_why'))}
				initial={{ date: dayOnly(now()), number: p.doc_number ?? undefined, signer: people.find((x) => p.signer_name && x.label.startsWith(p.signer_name))?.value }}
				fields={[
					{ name: 'number', label: t('paper.doc_number'), required: true, half: true, placeholder: '15', help: t('paper.doc_number_help') },
					{ name: 'date', label: t('paper.doc_date'), kind: 'date', required: true, half: true },
					{ name: 'signer', label: t('paper.signer'), kind: 'select', options: people, half: true },
					{ name: 'authority', label: t('paper.authority'), kind: 'select', half: true, placeholder: t('paper.authority_auto'), help: t('paper.authority_help'), options: ['head', 'KT', 'TL', 'TUQ'].map((a) => ({ value: a, label: wordFor('authority', a) })) },
					{ name: 'eoffice', label: t('paper.eoffice_id') },
				]}
				onSubmit={(v) => send('POST', `${url}/number`, { ...v, date: dayOf(v.date, t('playbook.bad_date')), version })} />
		);
	case 'issue':
		return <ActionDialog {...common} title={t('paper.issue')} submit={t('paper.issue')} intro={why(t('paper.issue_why'))} fields={[{ name: 'note', label: t('task.note'), kind: 'area' }]} onSubmit={(v) => send('POST', `${url}/issue`, { ...v, version })} />;
	case 'send':
		return <SendDialog paper={p} onClose={onClose} onSent={onSent} />;
	case 'ack':
	case 'chase': {
		const list = p.dispatches.filter((d) => !d.acknowledged_at);
		return (
			<ActionDialog {...common} title={t(`paper.${step}`)} submit={t('paper.record')} initial={{ dispatch: list[0]?.id }} intro={why(t(step === 'ack' ? 'paper.ack_why' : 'paper.chase_why'))}
				fields={[
					{ name: 'dispatch', label: t('paper.recipient'), kind: 'select', required: true, options: list.map((d) => ({ value: d.id, label: `${d.recipient} · ${wordFor('paper_channel', d.channel)}` })) },
					step === 'ack' ? { name: 'how', label: t('paper.ack_how'), kind: 'area', required: true, help: t('paper.ack_help') } : { name: 'note', label: t('duty.chase_note'), kind: 'area', required: true },
					...(step === 'ack' ? [{ name: 'at', label: t('paper.ack_at'), kind: 'time' as const, help: t('incident.advance_when_help') }] : []),
				]}
				onSubmit={(v) => send('POST', `${url}/${step}`, v)} />
		);
	}
	case 'attach':
		return (
			<ActionDialog {...common} title={t('paper.attach')} submit={t('paper.attach_save')} intro={why(t('paper.attach_why'))}
				fields={[{ name: 'files', label: t('paper.signed_file'), kind: 'file', required: true }, { name: 'note', label: t('task.note') }]}
				onSubmit={(v) => send('POST', `${url}/signed`, { ...v, version })} />
		);
	case 'recall':
		return <ActionDialog {...common} title={t('paper.recall')} submit={t('paper.recall')} color="red" intro={why(t('paper.recall_why'))} fields={[reason]} onSubmit={(v) => send('POST', `${url}/recall`, { ...v, version })} />;
	case 'replace':
		return (
			<ActionDialog {...common} title={t('paper.replace')} submit={t('paper.replace_save')} intro={why(t('paper.replace_why'))} fields={[reason]}
				onSubmit={async (v) => go(paperLink(await send<Paper>('POST', `${url}/replace`, { ...v, version })))} />
		);
	}
}

export function dayOf(typed: string, bad: string, field = 'date'): string {
	const day = parseTyped(typed);
	if (!day) throw new Problem(422, 'urn:khien:error:date', bad, field);
	return day;
}

const lines = (v: unknown) => String(v ?? '').split('\n').map((x) => x.trim()).filter(Boolean);

function HeadDialog({ paper: p, onClose }: { paper: PaperFull; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const people = useDirectors();
	const body = (v: Values) => ({ recipients: lines(v.recipients), distribution: lines(v.distribution), urgency: v.urgency || 'none', ...(v.signer ? { signer: v.signer } : {}), ...(v.authority ? { authority: v.authority } : {}) });
	return (
		<ActionDialog opened onClose={onClose} title={t('paper.head')} submit={t('incident.save')}
			initial={{ recipients: p.recipients.join('\n'), distribution: p.distribution.join('\n'), urgency: p.urgency ?? 'none', signer: people.find((x) => p.signer_name && x.label.startsWith(p.signer_name))?.value }}
			fields={[
				{ name: 'recipients', label: t('paper.to'), kind: 'area', rows: 3, help: t('paper.one_a_line') },
				{ name: 'distribution', label: t('paper.distribution'), kind: 'area', rows: 3, help: t('paper.one_a_line') },
				{ name: 'signer', label: t('paper.signer'), kind: 'select', options: people, half: true },
				{ name: 'authority', label: t('paper.authority'), kind: 'select', half: true, placeholder: t('paper.authority_auto'), help: t('paper.authority_help'), options: ['head', 'KT', 'TL', 'TUQ'].map((a) => ({ value: a, label: wordFor('authority', a) })) },
				{ name: 'urgency', label: t('paper.urgency'), kind: 'select', half: true, required: true, options: ['none', 'KHAN', 'THUONG_KHAN', 'HOA_TOC'].map((u) => ({ value: u, label: wordFor('paper_urgency', u) })) },
			]}
			onSubmit={(v) => send('PATCH', `/documents/${p.id}`, { ...body(v), version: p.version })}
			onConflict={(v) => send('PATCH', `/documents/${p.id}`, body(v))} />
	);
}

function SendDialog({ paper: p, onClose, onSent }: { paper: PaperFull; onClose: () => void; onSent: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const { may } = useSession();
	const q = useGet<Page<Contact>>(may('READ') ? '/contacts' : null, { limit: 200 });
	const proposed = p.proposed.filter((x) => x.contact_id);
	const others = (q.data?.items ?? []).filter((c) => !c.is_retired && !proposed.some((x) => x.contact_id === c.id));
	const missing = p.proposed.filter((x) => !x.contact_id);
	const channels = CHANNELS.filter((c) => c !== 'mail' || p.is_mailable);
	const options = [
		...proposed.map((x) => ({ value: x.contact_id!, label: `${x.name}${x.is_sent ? ` (${t('paper.already_sent')})` : ''}`, group: t('paper.proposed') })),
		...others.map((c) => ({ value: c.id, label: `${c.name} · ${c.role_name ?? wordFor('party', c.role)}`, group: t('paper.others') })),
	];
	if (may('READ') && q.data === undefined && !q.isError) return null;
	return (
		<ActionDialog opened onClose={onClose} size="xl" title={t('paper.send')} submit={(v) => (v.channel === 'mail' ? t('paper.send_mail') : t('paper.record_sent'))} draft={`paper.send.${p.id}`}
			initial={{ to: proposed.filter((x) => !x.is_sent).map((x) => x.contact_id), channel: proposed[0]?.channel && channels.includes(proposed[0].channel) ? proposed[0].channel : 'eoffice', at: undefined }}
			intro={<>
				<Text size="sm">{t('paper.send_why')}</Text>
				{!p.is_mailable && <Text size="sm" className="bad">{t('paper.too_large_for_mail', { size: Math.ceil((p.signed_size ?? 0) / 2 ** 20), max: p.mail_max / 2 ** 20 })}</Text>}
				{missing.length > 0 && <Text size="sm" className="bad">{t('paper.no_contact', { roles: missing.map((x) => x.role_name).join('; ') })}</Text>}
			</>}
			fields={[
				{ name: 'to', label: t('paper.recipients'), kind: 'multi', required: true, options },
				{ name: 'channel', label: t('paper.channel'), kind: 'choice', required: true, options: channels.map((c) => ({ value: c, label: wordFor('paper_channel', c) })) },
				{ name: 'at', label: t('paper.sent_at'), kind: 'time', half: true, when: (v) => v.channel !== 'mail', help: t('incident.advance_when_help') },
				{ name: 'proof', label: t('paper.proof'), half: true, when: (v) => v.channel !== 'mail', help: t('paper.proof_help') },
				{ name: 'files', label: t('paper.proof_file'), kind: 'file', when: (v) => v.channel !== 'mail' },
			]}
			outro={(v) => v.channel === 'mail' ? <Text size="sm" c="dimmed">{t('paper.mail_why')}</Text> : null}
			onSubmit={async (v) => {
				await send('POST', `/documents/${p.id}/send`, v);
				onSent();
			}} />
	);
}

// SPDX-License-Identifier: Apache-2.0
// To whom papers go and whom to call: nobody is shipped, everybody is verified once a year.
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, useSend, type Contact, type Page } from '../../api';
import { wordFor } from '../../lib/i18n';
import { useKeys } from '../../lib/keys';
import { dayOnly, now } from '../../lib/time';
import { Chip, DataTable, type Column } from '../../parts/DataTable';
import { ActionDialog, type Field } from '../../parts/Form';
import { Tag } from '../../parts/Marks';
import { Empty, Loaded } from '../../parts/Page';
import { useSession } from '../../session';
import { dayOf } from './Steps';

const CHANNELS = ['eoffice', 'hand', 'mail', 'fax', 'post', 'phone'];
const TEXTS = ['person', 'title', 'phone', 'mobile', 'phone_after_hours', 'fax', 'email', 'address', 'website', 'messengers'] as const;
interface Role {
	role: string;
	title: string;
	side: string;
	count: number;
	obligations: string[];
}
type Acting = { kind: 'add'; role?: string } | { kind: 'edit' | 'verify' | 'retire'; of: Contact };
const dayVi = (d: string | null | undefined) => (d ? d.slice(0, 10).split('-').reverse().join('/') : '');

export default function Contacts() {
	const { t } = useTranslation();
	const { may } = useSession();
	const [side, setSide] = useState<'all' | 'own' | 'stale'>('all');
	const [acting, setActing] = useState<Acting | null>(null);
	const q = useGet<Page<Contact>>('/contacts', { limit: 200 });
	const roles = useGet<Page<Role>>('/recipients');
	const write = may('HANDLE');
	useKeys(write ? { n: () => setActing({ kind: 'add' }) } : {});
	const missing = (roles.data?.items ?? []).filter((r) => r.count === 0 && r.obligations.length > 0);
	const columns: Column<Contact>[] = [
		{ id: 'name', title: t('contact.name'), value: (c) => c.name, cell: (c) => <><b>{c.name}</b><div className="quiet small">{c.role_name ?? wordFor('party', c.role)}{c.person && ` · ${c.person}`}{c.title && `, ${c.title}`}</div></>, className: 'wide rest', fixed: true },
		{ id: 'role', title: t('contact.role'), value: (c) => c.role_name ?? c.role, cell: (c) => c.role_name ?? wordFor('party', c.role), hidden: true },
		{ id: 'channel', title: t('paper.channel'), value: (c) => wordFor('paper_channel', c.channel), cell: (c) => wordFor('paper_channel', c.channel), className: 'nowrap' },
		{ id: 'phone', title: t('reports.contact_phone'), value: (c) => c.phone ?? '', text: (c) => [c.phone, c.mobile, c.phone_after_hours].filter(Boolean).join('; '), cell: (c) => [c.phone, c.mobile, c.phone_after_hours].filter(Boolean).map((n) => <div key={n} className="nowrap">{n}</div>) },
		{ id: 'email', title: t('people.email'), value: (c) => c.email ?? '', cell: (c) => c.email },
		{ id: 'address', title: t('contact.address'), value: (c) => c.address ?? '', cell: (c) => c.address, hidden: true },
		{
			id: 'verified', title: t('contact.verified_on'), value: (c) => c.verified_on ?? '', text: (c) => dayVi(c.verified_on), className: 'nowrap',
			cell: (c) => c.is_stale ? <Tag kind="warn" hint={c.warnings?.map((w) => w.text).join(' ')}>{c.verified_on ? t('contact.stale', { day: dayVi(c.verified_on) }) : t('contact.never')}</Tag> : dayVi(c.verified_on),
		},
		...(write ? [{
			id: 'acts', title: '', fixed: true, className: 'num nowrap',
			cell: (c: Contact) => (
				<Group gap={4} justify="flex-end" wrap="nowrap">
					<Button size="compact-xs" variant={c.is_stale ? 'filled' : 'default'} onClick={() => setActing({ kind: 'verify', of: c })}>{t('contact.verify')}</Button>
					<Button size="compact-xs" variant="default" onClick={() => setActing({ kind: 'edit', of: c })}>{t('incident.edit_short')}</Button>
					<Button size="compact-xs" variant="subtle" color="gray" onClick={() => setActing({ kind: 'retire', of: c })}>{t('contact.retire')}</Button>
				</Group>
			),
		}] : []),
	];
	const add = write && <Button size="compact-sm" onClick={() => setActing({ kind: 'add' })}>{t('contact.add')}</Button>;
	return (
		<div className="stack">
			{missing.length > 0 && (
				<section className="jumps gap" aria-label={t('contact.missing')}>
					<b>{t('contact.missing')}</b>
					<ul>{missing.map((r) => <li key={r.role}>{write ? <button type="button" className="linkish" onClick={() => setActing({ kind: 'add', role: r.role })}>{r.title}</button> : r.title}</li>)}</ul>
				</section>
			)}
			<Loaded of={q}>
				{(d) => {
					const rows = d.items.filter((c) => !c.is_retired && (side === 'all' || (side === 'own' ? c.is_own : c.is_stale)));
					return d.items.length === 0 ? <div className="card"><Empty title={t('contact.none')} action={add}>{t('contact.none_next')}</Empty></div> : (
						<div><DataTable name="noi-nhan" label={t('paper.section_noi_nhan')} columns={columns} rows={rows} rowId={(c) => c.id} keys={write ? { e: (c) => setActing({ kind: 'edit', of: c }) } : {}}
							toolbar={<>{add}{(['all', 'own', 'stale'] as const).map((s) => <Chip key={s} on={side === s} onClick={() => setSide(s)}>{s === 'all' ? t('reports.chip_all') : t(`contact.side_${s}`)}</Chip>)}</>} /></div>
					);
				}}
			</Loaded>
			{acting && <Dialogs acting={acting} roles={roles.data?.items ?? []} onClose={() => setActing(null)} />}
		</div>
	);
}

function Dialogs({ acting, roles, onClose }: { acting: Acting; roles: Role[]; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const fields: Field[] = [
		{ name: 'role', label: t('contact.role'), kind: 'select', required: true, half: true, options: roles.map((r) => ({ value: r.role, label: r.title, group: t(`contact.group_${r.side}`) })) },
		{ name: 'channel', label: t('paper.channel'), kind: 'select', half: true, options: CHANNELS.map((c) => ({ value: c, label: wordFor('paper_channel', c) })) },
		{ name: 'name', label: t('contact.name'), required: true, help: t('contact.name_help') },
		...TEXTS.map((n) => ({ name: n, label: t(`contact.${n}`), half: true })),
		{ name: 'note', label: t('task.note'), kind: 'area' },
	];
	switch (acting.kind) {
	case 'add':
		return <ActionDialog opened onClose={onClose} size="xl" title={t('contact.add')} submit={t('contact.add')} draft="contact" initial={{ role: acting.role }} fields={fields} onSubmit={(v) => send('POST', '/contacts', v)} />;
	case 'edit': {
		const c = acting.of;
		const before = c as unknown as Record<string, unknown>;
		const changed = (v: Record<string, unknown>) => Object.fromEntries(Object.entries(v).filter(([k, x]) => (x ?? '') !== (before[k] ?? '')));
		return (
			<ActionDialog opened onClose={onClose} size="xl" title={c.name} submit={t('incident.save')} fields={fields} intro={<p className="quiet small" style={{ margin: 0 }}>{t('contact.edit_why')}</p>}
				initial={Object.fromEntries(['role', 'channel', 'name', 'note', ...TEXTS].map((k) => [k, before[k] ?? '']))}
				onSubmit={(v) => send('PATCH', `/contacts/${c.id}`, { ...changed(v), version: c.version })} onConflict={(v) => send('PATCH', `/contacts/${c.id}`, changed(v))} />
		);
	}
	case 'verify':
		return (
			<ActionDialog opened onClose={onClose} title={t('contact.verify_title', { name: acting.of.name })} submit={t('contact.verify_save')} initial={{ verified_on: dayOnly(now()) }}
				intro={<><p style={{ margin: 0 }}>{t('contact.verify_why')}</p>{acting.of.warnings?.map((w) => <p key={w.id} className="bad small" style={{ margin: 0 }}>{w.text}</p>)}</>}
				fields={[{ name: 'how', label: t('contact.verified_how'), required: true, placeholder: t('contact.verified_how_hint') }, { name: 'verified_on', label: t('contact.verified_on'), kind: 'date', required: true, half: true }]}
				onSubmit={(v) => send('POST', `/contacts/${acting.of.id}/verify`, { how: v.how, verified_on: dayOf(v.verified_on, t('playbook.bad_date'), 'verified_on'), version: acting.of.version })} />
		);
	case 'retire':
		return (
			<ActionDialog opened onClose={onClose} title={t('contact.retire_title', { name: acting.of.name })} submit={t('contact.retire')} color="red" intro={<p style={{ margin: 0 }}>{t('contact.retire_why')}</p>}
				fields={[{ name: 'reason', label: t('incident.reason'), required: true }]} onSubmit={(v) => send('POST', `/contacts/${acting.of.id}/retire`, { ...v, version: acting.of.version })} />
		);
	}
}

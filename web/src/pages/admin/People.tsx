// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Button, CopyButton, Group, Menu, Modal, Text } from '@mantine/core';
import IconDots from '@tabler/icons-react/dist/esm/icons/IconDots.mjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, useSend, words, type Account, type Page } from '../../api';
import { useAct } from '../../lib/act';
import { wordFor } from '../../lib/i18n';
import { useDivisions } from '../../lib/people';
import { DataTable, type Column } from '../../parts/DataTable';
import { ActionDialog, type Field } from '../../parts/Form';
import { Tag } from '../../parts/Marks';
import { Loaded } from '../../parts/Page';

const ROLES = ['netadmin', 'substitute', 'director', 'deputy_director', 'office_chief', 'office', 'division_head', 'registry_clerk', 'inspector', 'staff'];
type Saved = Account & { password?: string };

export default function People() {
	const { t } = useTranslation();
	const { send } = useSend();
	const { attempt } = useAct();
	const divisions = useDivisions();
	const q = useGet<Page<Account>>('/users');
	const [adding, setAdding] = useState(false);
	const [editing, setEditing] = useState<Account | null>(null);
	const [password, setPassword] = useState<{ login: string; password: string } | null>(null);

	const fields: Field[] = [
		{ name: 'name', label: t('people.name'), required: true, half: true },
		{ name: 'title', label: t('people.title'), half: true },
		{ name: 'roles', label: t('people.roles'), kind: 'multi', required: true, options: ROLES.map((r) => ({ value: r, label: wordFor('role', r) })) },
		{ name: 'division', label: t('people.division'), kind: 'select', options: divisions, half: true },
		{ name: 'phone', label: t('reports.contact_phone'), half: true },
		{ name: 'email', label: t('people.email'), half: true },
		{ name: 'lang', label: t('frame.language'), kind: 'choice', half: true, options: [{ value: 'vi', label: 'Tiếng Việt' }, { value: 'en', label: 'English' }] },
	];
	async function reset(a: Account) {
		const saved = await attempt<Saved>('POST', `/users/${a.id}/password`, {});
		if (saved?.password) setPassword({ login: a.login, password: saved.password });
	}
	const columns: Column<Account>[] = [
		{ id: 'name', title: t('people.name'), value: (a) => a.name, cell: (a) => <><b>{a.name}</b>{a.title && <span className="quiet"> · {a.title}</span>}</>, fixed: true },
		{ id: 'login', title: t('sign.login'), value: (a) => a.login, cell: (a) => <span className="mono">{a.login}</span>, className: 'nowrap' },
		{ id: 'roles', title: t('people.roles'), value: (a) => words(a.roles).map((r) => wordFor('role', r)).join(', '), cell: (a) => words(a.roles).map((r) => wordFor('role', r)).join(', '), className: 'wide' },
		{ id: 'division', title: t('people.division'), value: (a) => a.division ?? '', cell: (a) => a.division },
		{ id: 'phone', title: t('reports.contact_phone'), value: (a) => a.phone ?? '', cell: (a) => a.phone, className: 'nowrap' },
		{ id: 'email', title: t('people.email'), value: (a) => a.email ?? '', cell: (a) => a.email, hidden: true },
		{ id: 'state', title: t('people.state'), value: (a) => (a.is_disabled ? 1 : 0), text: (a) => (a.is_disabled ? t('people.disabled') : ''), cell: (a) => <>{a.is_disabled && <Tag kind="bad">{t('people.disabled')}</Tag>} {a.is_totp && <Tag kind="good">TOTP</Tag>} {a.is_sample && <Tag>{t('people.sample')}</Tag>}</>, className: 'nowrap' },
		{
			id: 'acts', title: '', fixed: true, className: 'num',
			cell: (a) => (
				<Menu position="bottom-end">
					<Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={t('people.more', { name: a.name })}><IconDots size={16} /></ActionIcon></Menu.Target>
					<Menu.Dropdown>
						<Menu.Item onClick={() => setEditing(a)}>{t('incident.edit_short')}</Menu.Item>
						<Menu.Item onClick={() => void reset(a)}>{t('people.reset')}</Menu.Item>
						{a.is_totp && <Menu.Item onClick={() => void attempt('POST', `/users/${a.id}/totp/remove`, {})}>{t('people.totp_remove')}</Menu.Item>}
						{a.is_disabled ? <Menu.Item onClick={() => void attempt('POST', `/users/${a.id}/enable`, {})}>{t('people.enable')}</Menu.Item>
							: <Menu.Item color="red" onClick={() => void attempt('POST', `/users/${a.id}/disable`, {})}>{t('people.disable')}</Menu.Item>}
					</Menu.Dropdown>
				</Menu>
			),
		},
	];
	return (
		<>
			<Loaded of={q}>{(d) => <div><DataTable name="nguoi-dung" label={t('admin.nguoi-dung')} columns={columns} rows={d.items} rowId={(a) => a.id} keys={{ e: setEditing }} toolbar={<Button size="compact-sm" onClick={() => setAdding(true)}>{t('people.add')}</Button>} /></div>}</Loaded>
			<ActionDialog opened={adding} onClose={() => setAdding(false)} title={t('people.add')} submit={t('people.add')} draft="user" initial={{ lang: 'vi', roles: [] }} size="xl"
				fields={[{ name: 'login', label: t('sign.login'), required: true, help: t('people.login_help') }, ...fields]}
				onSubmit={async (v) => {
					const saved = await send<Saved>('POST', '/users', v);
					if (saved.password) setPassword({ login: saved.login, password: saved.password });
				}} />
			{editing && (
				<ActionDialog opened onClose={() => setEditing(null)} title={editing.name} submit={t('incident.save')} size="xl"
					initial={{ name: editing.name, title: editing.title ?? '', roles: words(editing.roles), division: editing.division_id ?? null, phone: editing.phone ?? '', email: editing.email ?? '', lang: editing.lang }}
					fields={fields}
					onSubmit={(v) => send('PATCH', `/users/${editing.id}`, { ...v, version: editing.version })}
					onConflict={(v) => send('PATCH', `/users/${editing.id}`, v)} />
			)}
			<Modal opened={password !== null} onClose={() => setPassword(null)} title={t('people.password_once')} closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('form.close') }}>
				{password && (
					<>
						<Text size="sm">{t('people.password_why')}</Text>
						<dl className="facts" style={{ margin: '12px 0' }}><dt>{t('sign.login')}</dt><dd className="mono">{password.login}</dd><dt>{t('sign.password')}</dt><dd className="mono">{password.password}</dd></dl>
						<Group justify="flex-end"><CopyButton value={password.password}>{({ copied, copy }) => <Button onClick={copy}>{copied ? t('direction.copied') : t('people.copy')}</Button>}</CopyButton></Group>
					</>
				)}
			</Modal>
		</>
	);
}

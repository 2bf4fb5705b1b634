// SPDX-License-Identifier: Apache-2.0
import { Button, MultiSelect, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, useGet, useSend, type Page, type Setting } from '../../api';
import { wordFor } from '../../lib/i18n';
import { Card, Loaded } from '../../parts/Page';

const ROLES = ['netadmin', 'substitute', 'director', 'deputy_director', 'office_chief', 'office', 'division_head', 'registry_clerk', 'inspector', 'staff'];

export default function Settings() {
	const q = useGet<Page<Setting & { title?: string }>>('/settings');
	return (
		<Loaded of={q}>
			{(d) => {
				const areas = [...new Set(d.items.map((s) => s.name.split('.')[0]))];
				return (
					<div className="stack narrow">
						{areas.map((a) => (
							<Card key={a} title={wordFor('setting_area', a)} plain>
								<ul className="rows">{d.items.filter((s) => s.name.split('.')[0] === a).map((s) => <One key={s.name + s.value} s={s} />)}</ul>
							</Card>
						))}
					</div>
				);
			}}
		</Loaded>
	);
}

function One({ s }: { s: Setting & { title?: string } }) {
	const { t } = useTranslation();
	const { send, pending } = useSend();
	const [value, setValue] = useState(s.is_secret ? '' : (s.value ?? ''));
	const [error, setError] = useState('');
	const label = s.title ?? s.name;
	const changed = s.is_secret ? value !== '' : value !== (s.value ?? '');
	async function save() {
		setError('');
		try {
			await send('PUT', `/settings/${s.name}`, { value });
		} catch (fault) {
			setError(fault instanceof Problem && fault.detail ? fault.detail : t('form.network'));
		}
	}
	return (
		<li className="setting">
			<form onSubmit={(e) => { e.preventDefault(); void save(); }}>
				{s.type === 'roles' ? (
					<MultiSelect label={label} description={s.name} error={error} data={ROLES.map((r) => ({ value: r, label: wordFor('role', r) }))} value={value.split(' ').filter(Boolean)} onChange={(v) => setValue(v.join(' '))} />
				) : s.is_secret ? (
					<PasswordInput label={label} description={s.name} error={error} value={value} autoComplete="new-password" placeholder={s.value ? t('setting.secret_set') : t('setting.secret_none')} onChange={(e) => setValue(e.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': t('form.show_password') }} />
				) : (
					<TextInput label={label} description={s.name} error={error} value={value} placeholder={s.default ?? ''} onChange={(e) => setValue(e.currentTarget.value)} />
				)}
				<Button type="submit" size="sm" variant={changed ? 'filled' : 'default'} disabled={!changed} loading={pending}>{t('incident.save')}</Button>
			</form>
		</li>
	);
}

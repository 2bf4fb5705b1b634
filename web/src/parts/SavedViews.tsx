// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Button, Menu, TextInput, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import IconBookmark from '@tabler/icons-react/dist/esm/icons/IconBookmark.mjs';
import IconX from '@tabler/icons-react/dist/esm/icons/IconX.mjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router-dom';

/** Filters of a list live in its address, so a view is a name for an address. */
export function SavedViews({ name }: { name: string }) {
	const { t } = useTranslation();
	const [params, setParams] = useSearchParams();
	const [views, setViews] = useLocalStorage<{ name: string; search: string }[]>({ key: `khien.views.${name}`, defaultValue: [] });
	const [title, setTitle] = useState('');
	return (
		<Menu position="bottom-start" width={260} closeOnItemClick>
			<Menu.Target>
				<Tooltip label={t('table.views')}><ActionIcon variant="default" size={30} aria-label={t('table.views')}><IconBookmark size={16} /></ActionIcon></Tooltip>
			</Menu.Target>
			<Menu.Dropdown>
				{views.length === 0 && <Menu.Label>{t('table.no_views')}</Menu.Label>}
				{views.map((v) => (
					<Menu.Item key={v.name} onClick={() => setParams(v.search)}
						rightSection={<IconX size={14} role="button" aria-label={t('table.drop_view', { name: v.name })} onClick={(e) => { e.stopPropagation(); setViews(views.filter((x) => x !== v)); }} />}>
						{v.name}
					</Menu.Item>
				))}
				<Menu.Divider />
				<form style={{ padding: 6 }} onSubmit={(e) => { e.preventDefault(); if (title.trim()) setViews([...views.filter((v) => v.name !== title.trim()), { name: title.trim(), search: params.toString() }]); setTitle(''); }}>
					<TextInput size="xs" aria-label={t('table.view_name')} placeholder={t('table.view_name')} value={title} onChange={(e) => setTitle(e.currentTarget.value)} onKeyDown={(e) => e.stopPropagation()} />
					<Button type="submit" size="compact-xs" mt={6} fullWidth disabled={!title.trim()}>{t('table.save_view')}</Button>
				</form>
			</Menu.Dropdown>
		</Menu>
	);
}

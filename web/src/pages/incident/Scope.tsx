// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Button, Select } from '@mantine/core';
import IconTrash from '@tabler/icons-react/dist/esm/icons/IconTrash.mjs';
import IconPencil from '@tabler/icons-react/dist/esm/icons/IconPencil.mjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { query, useGet, useSend, type Page, type ScopeItem } from '../../api';
import { useAct } from '../../lib/act';
import { wordFor } from '../../lib/i18n';
import { useDivisions, useSystems } from '../../lib/people';
import { absolute } from '../../lib/time';
import { DataTable, type Column } from '../../parts/DataTable';
import { ActionDialog } from '../../parts/Form';
import { Empty, Loaded } from '../../parts/Page';
import { When } from '../../parts/When';
import type { TabProps } from './Page';

const KINDS = ['system', 'machine', 'account', 'data', 'division'];
const STATES = ['suspected', 'affected', 'isolated', 'cleaned', 'restored', 'cleared'];

export default function Scope({ incident: i, canHandle }: TabProps) {
	const { t } = useTranslation();
	const { send } = useSend();
	const { attempt } = useAct();
	const systems = useSystems();
	const divisions = useDivisions();
	const list = useGet<Page<ScopeItem & { system_level?: number | null }>>(`/incidents/${i.id}/scope`, { limit: 200 });
	const [adding, setAdding] = useState(false);
	const [editing, setEditing] = useState<ScopeItem | null>(null);
	const [removing, setRemoving] = useState<ScopeItem | null>(null);
	const stateOptions = STATES.map((s) => ({ value: s, label: wordFor('scope_state', s) }));

	const columns: Column<ScopeItem & { system_level?: number | null }>[] = [
		{ id: 'kind', title: t('scope.kind'), value: (s) => wordFor('scope_kind', s.kind), cell: (s) => wordFor('scope_kind', s.kind), className: 'nowrap' },
		{ id: 'name', title: t('scope.name'), value: (s) => s.name, cell: (s) => <b>{s.name}</b>, fixed: true },
		{ id: 'level', title: t('scope.level'), value: (s) => s.system_level ?? null, cell: (s) => (s.system_level ? t('scope.level_n', { level: s.system_level }) : ''), className: 'nowrap' },
		{
			id: 'state', title: t('scope.state'), value: (s) => STATES.indexOf(s.state), text: (s) => wordFor('scope_state', s.state),
			cell: (s) => canHandle
				? <Select size="xs" w={150} variant="unstyled" className={`scope-${s.state}`} aria-label={t('scope.state_of', { name: s.name })} data={stateOptions} value={s.state} allowDeselect={false} onChange={(v) => v && v !== s.state && (v === 'restored' ? setEditing({ ...s, state: v }) : void attempt('PATCH', `/scope/${s.id}`, { state: v }))} />
				: wordFor('scope_state', s.state),
		},
		{ id: 'since', title: t('scope.since'), value: (s) => s.since_at, text: (s) => absolute(s.since_at), cell: (s) => <When at={s.since_at} exact /> },
		{ id: 'note', title: t('scope.note'), value: (s) => s.note ?? '', cell: (s) => <>{s.note}{s.restored_from && <span className="quiet"> · {t('scope.restored_from')}: {s.restored_from}</span>}</>, className: 'wide short' },
		...(canHandle ? [{
			id: 'acts', title: '', fixed: true, className: 'nowrap num',
			cell: (s: ScopeItem) => (
				<>
					<ActionIcon variant="subtle" color="gray" aria-label={t('scope.edit_this', { name: s.name })} onClick={() => setEditing(s)}><IconPencil size={15} /></ActionIcon>
					<ActionIcon variant="subtle" color="gray" aria-label={t('scope.remove_this', { name: s.name })} onClick={() => setRemoving(s)}><IconTrash size={15} /></ActionIcon>
				</>
			),
		}] : []),
	];
	return (
		<>
			<Loaded of={list}>
				{(d) => d.items.length === 0 ? (
					<div className="card"><Empty title={t('scope.none')} action={canHandle && <Button size="xs" onClick={() => setAdding(true)}>{t('scope.add')}</Button>}>{t('scope.none_next')}</Empty></div>
				) : (
					<div><DataTable name="pham-vi" label={t('tab.pham-vi')} columns={columns} rows={d.items} rowId={(s) => s.id} keys={canHandle ? { e: setEditing } : {}}
						toolbar={canHandle && <Button size="compact-sm" onClick={() => setAdding(true)}>{t('scope.add')}</Button>} /></div>
				)}
			</Loaded>
			<ActionDialog opened={adding} onClose={() => setAdding(false)} title={t('scope.add')} submit={t('scope.add')} draft={`scope.${i.id}`} initial={{ kind: 'machine', state: 'suspected' }}
				fields={[
					{ name: 'kind', label: t('scope.kind'), kind: 'choice', options: KINDS.map((k) => ({ value: k, label: wordFor('scope_kind', k) })) },
					{ name: 'ref', label: t('reports.system'), kind: 'select', options: systems, when: (v) => v.kind === 'system', help: t('scope.ref_help') },
					{ name: 'ref', label: t('reports.contact_division'), kind: 'select', options: divisions, when: (v) => v.kind === 'division' },
					{ name: 'name', label: t('scope.name'), required: true, when: (v) => !['system', 'division'].includes(v.kind) || !v.ref, placeholder: t('scope.name_hint') },
					{ name: 'state', label: t('scope.state'), kind: 'select', required: true, options: stateOptions, half: true },
					{ name: 'since_at', label: t('scope.since'), kind: 'time', half: true },
					{ name: 'note', label: t('scope.note'), kind: 'area' },
				]}
				onSubmit={(v) => send('POST', `/incidents/${i.id}/scope`, v)} />
			{editing && (
				<ActionDialog opened onClose={() => setEditing(null)} title={editing.name} submit={t('incident.save')}
					initial={{ name: editing.name, state: editing.state, since_at: editing.since_at, note: editing.note ?? '', restored_from: editing.restored_from ?? '' }}
					fields={[
						...(editing.ref_id ? [] : [{ name: 'name', label: t('scope.name'), required: true }]),
						{ name: 'state', label: t('scope.state'), kind: 'select' as const, required: true, options: stateOptions, half: true },
						{ name: 'since_at', label: t('scope.since'), kind: 'time' as const, half: true },
						{ name: 'restored_from', label: t('scope.restored_from'), help: t('scope.restored_help'), when: (v) => v.state === 'restored' },
						{ name: 'note', label: t('scope.note'), kind: 'area' as const },
					]}
					onSubmit={(v) => send('PATCH', `/scope/${editing.id}`, { ...v, version: editing.version })}
					onConflict={(v) => send('PATCH', `/scope/${editing.id}`, v)} />
			)}
			{removing && (
				<ActionDialog opened onClose={() => setRemoving(null)} title={t('scope.remove_this', { name: removing.name })} submit={t('scope.remove')} color="red" intro={<p style={{ margin: 0 }}>{t('scope.remove_why')}</p>}
					fields={[{ name: 'reason', label: t('incident.reason'), required: true }]}
					onSubmit={(v) => send('DELETE', `/scope/${removing.id}${query(v)}`)} />
			)}
		</>
	);
}

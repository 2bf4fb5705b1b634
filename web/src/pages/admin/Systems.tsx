// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, useSend, type InfoSystem, type Page } from '../../api';
import { useAct } from '../../lib/act';
import { wordFor } from '../../lib/i18n';
import { useSession } from '../../session';
import { DataTable, type Column } from '../../parts/DataTable';
import { ActionDialog, type Field } from '../../parts/Form';
import { Tag } from '../../parts/Marks';
import { Empty, Loaded } from '../../parts/Page';
import { dayOf } from '../papers/Steps';

const TEXTS = ['owner_name', 'operator_name', 'contact', 'technical_contact', 'leader_contact', 'location', 'domains', 'public_ips', 'internal_ips', 'os', 'services', 'controls', 'data_kinds', 'may_be_disconnected_by', 'isp', 'security_provider', 'hosting_provider', 'software_provider', 'contracts', 'related_systems', 'backup_note', 'log_note', 'approval_document', 'regulation_document'] as const;
const NUMBERS = ['service_priority', 'max_outage_minutes', 'rto_minutes', 'rpo_minutes', 'log_days', 'subjects'] as const;
// What Mẫu 08 of NĐ 331/2026 asks of each system.
const CHOICES = { approval_state: ['drafting', 'submitted', 'appraised', 'approved'], plan_state: ['none', 'partial', 'full'], inspected: ['before_use', 'periodic', 'before_use periodic'] } as const;
const DAYS = ['approval_expected_on', 'plan_expected_on', 'inspected_on'] as const;
const dayVi = (d: string | null | undefined) => (d ? d.slice(0, 10).split('-').reverse().join('/') : '');

export default function Systems() {
	const { t } = useTranslation();
	const { may } = useSession();
	const { send } = useSend();
	const { attempt } = useAct();
	const q = useGet<Page<InfoSystem>>('/systems');
	const [adding, setAdding] = useState(false);
	const [editing, setEditing] = useState<InfoSystem | null>(null);
	const admin = may('ADMIN');
	const fields: Field[] = [
		{ name: 'name', label: t('system.name'), required: true },
		{ name: 'purpose', label: t('system.purpose'), kind: 'area' },
		{ name: 'kind', label: t('system.kind'), kind: 'select', half: true, options: ['internal', 'public', 'shared', 'infrastructure', 'other'].map((k) => ({ value: k, label: wordFor('system_kind', k) })) },
		{ name: 'level', label: t('system.level'), kind: 'select', half: true, options: ['1', '2', '3', '4', '5'].map((l) => ({ value: l, label: t('scope.level_n', { level: l }) })) },
		...TEXTS.map((n) => ({ name: n, label: t(`system.${n}`), half: true })),
		...NUMBERS.map((n) => ({ name: n, label: t(`system.${n}`), kind: 'number' as const, half: true })),
		...Object.entries(CHOICES).map(([n, values]) => ({ name: n, label: t(`system.${n}`), kind: 'select' as const, half: true, options: values.map((v) => ({ value: v, label: wordFor(n, v.replace(' ', '_')) })) })),
		...DAYS.map((n) => ({ name: n, label: t(`system.${n}`), kind: 'date' as const, half: true })),
	];
	const out = (v: Record<string, unknown>) => ({
		...v, ...(v.level ? { level: Number(v.level) } : {}),
		...Object.fromEntries(DAYS.filter((d) => v[d]).map((d) => [d, dayOf(String(v[d]), t('playbook.bad_date'), d)])),
	});
	const columns: Column<InfoSystem>[] = [
		{ id: 'name', title: t('system.name'), value: (s) => s.name, cell: (s) => <><b>{s.name}</b> {s.is_retired && <Tag>{t('system.retired')}</Tag>}</>, fixed: true },
		{ id: 'level', title: t('system.level'), value: (s) => s.level, cell: (s) => s.level && t('scope.level_n', { level: s.level }), className: 'nowrap' },
		{ id: 'kind', title: t('system.kind'), value: (s) => wordFor('system_kind', s.kind), cell: (s) => wordFor('system_kind', s.kind) },
		{ id: 'priority', title: t('system.service_priority'), value: (s) => s.service_priority, cell: (s) => s.service_priority, className: 'num' },
		{ id: 'owner', title: t('system.owner_name'), value: (s) => s.owner_name ?? '', cell: (s) => s.owner_name, hidden: true },
		{ id: 'operator', title: t('system.operator_name'), value: (s) => s.operator_name ?? '', cell: (s) => s.operator_name },
		{ id: 'contact', title: t('system.contact'), value: (s) => s.contact ?? '', cell: (s) => s.contact },
		{ id: 'cut', title: t('system.may_be_disconnected_by'), value: (s) => wordFor('role', s.may_be_disconnected_by), cell: (s) => wordFor('role', s.may_be_disconnected_by) },
		...(admin ? [{ id: 'acts', title: '', fixed: true, className: 'num nowrap', cell: (s: InfoSystem) => <><Button size="compact-xs" variant="default" onClick={() => setEditing(s)}>{t('incident.edit_short')}</Button>{' '}{!s.is_retired && <Button size="compact-xs" variant="subtle" color="gray" onClick={() => void attempt('POST', `/systems/${s.id}/retire`, {})}>{t('system.retire')}</Button>}</> }] : []),
	];
	const add = admin && <Button size="compact-sm" onClick={() => setAdding(true)}>{t('system.add')}</Button>;
	const initial = (s: InfoSystem) => ({ ...Object.fromEntries([...TEXTS, 'name', 'purpose', 'kind'].map((n) => [n, (s as unknown as Record<string, unknown>)[n] ?? ''])), ...Object.fromEntries(NUMBERS.map((n) => [n, s[n]])), ...Object.fromEntries(Object.keys(CHOICES).map((n) => [n, (s as unknown as Record<string, unknown>)[n] ?? null])), ...Object.fromEntries(DAYS.map((d) => [d, dayVi(s[d])])), level: s.level ? String(s.level) : null });
	/** An empty number or choice that was empty before is not said at all. */
	const changed = (v: Record<string, unknown>, s: InfoSystem) => out(Object.fromEntries(Object.entries(v).filter(([k, x]) => (x ?? '') !== ((initial(s) as Record<string, unknown>)[k] ?? ''))));
	return (
		<>
			<Loaded of={q}>{(d) => d.items.length === 0 ? <div className="card"><Empty title={t('system.none')} action={add}>{t('system.none_next')}</Empty></div> : <div><DataTable name="he-thong" label={t('admin.he-thong')} columns={columns} rows={d.items} rowId={(s) => s.id} keys={admin ? { e: setEditing } : {}} toolbar={add} /></div>}</Loaded>
			<ActionDialog opened={adding} onClose={() => setAdding(false)} title={t('system.add')} submit={t('system.add')} size={900} draft="system" fields={fields} onSubmit={(v) => send('POST', '/systems', out(v))} />
			{editing && (
				<ActionDialog opened onClose={() => setEditing(null)} title={editing.name} submit={t('incident.save')} size={900} fields={fields} initial={initial(editing)}
					onSubmit={(v) => send('PATCH', `/systems/${editing.id}`, { ...changed(v, editing), version: editing.version })}
					onConflict={(v) => send('PATCH', `/systems/${editing.id}`, changed(v, editing))} />
			)}
		</>
	);
}

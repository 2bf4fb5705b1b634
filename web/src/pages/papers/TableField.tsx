// SPDX-License-Identifier: Apache-2.0
// A table of a form: rows added and removed by whoever writes, or fixed by the form.
import { ActionIcon, Button, Checkbox, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import IconTrash from '@tabler/icons-react/dist/esm/icons/IconTrash.mjs';
import { useTranslation } from 'react-i18next';
import type { FieldValue, FormColumn, FormField } from '../../api';
import { Moment, plainLabel } from './Fields';

type Row = Record<string, FieldValue>;

export function TableField({ field: f, value, set, locked }: { field: FormField; value: FieldValue; set: (v: FieldValue) => void; locked: boolean }) {
	const { t } = useTranslation();
	const given = Array.isArray(value) ? (value as Row[]) : [];
	const fixed = f.rows.length > 0;
	const rows: Row[] = fixed ? f.rows.map((r) => given.find((g) => g.row === r.id) ?? { row: r.id }) : given;
	const put = (n: number, id: string, v: FieldValue) => {
		const next = rows.map((r, i) => (i === n ? { ...r, [id]: v } : r));
		set(fixed ? next.filter((r) => Object.entries(r).some(([k, x]) => k !== 'row' && x !== null && x !== undefined)) : next);
	};
	const remove = (n: number) => set(rows.filter((_, i) => i !== n).length ? rows.filter((_, i) => i !== n) : null);
	return (
		<div className="table-field">
			{rows.length > 0 && (
				<div className="scroll" tabIndex={0} role="region" aria-label={plainLabel(f.label)}>
					<table className="edit" aria-label={plainLabel(f.label)}>
						<thead><tr>{fixed && <th><span className="only-read">{plainLabel(f.label)}</span></th>}{f.columns.map((c) => <th key={c.id}>{c.label}{c.required && <span className="star"> *</span>}</th>)}{!fixed && !locked && <th><span className="only-read">{t('table.acts')}</span></th>}</tr></thead>
						<tbody>
							{rows.map((r, n) => (
								<tr key={fixed ? String(r.row) : n}>
									{fixed && <th scope="row">{f.rows[n].text}</th>}
									{f.columns.map((c) => <td key={c.id} className={`c-${c.type}`}><Cell column={c} value={r[c.id]} set={(v) => put(n, c.id, v)} locked={locked} label={`${c.label} ${n + 1}`} /></td>)}
									{!fixed && !locked && <td><ActionIcon variant="subtle" color="gray" aria-label={t('paper.row_remove', { n: n + 1 })} onClick={() => remove(n)}><IconTrash size={15} /></ActionIcon></td>}
								</tr>
							))}
						</tbody>
					</table>
				</div>
			)}
			{!fixed && !locked && <Button size="compact-xs" variant="default" mt={4} onClick={() => set([...rows, {}])}>{t('paper.row_add')}</Button>}
		</div>
	);
}

function Cell({ column: c, value, set, locked, label }: { column: FormColumn; value: FieldValue; set: (v: FieldValue) => void; locked: boolean; label: string }) {
	const common = { 'aria-label': label, disabled: locked, size: 'xs' as const };
	const typed = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
	switch (c.type) {
	case 'int':
	case 'money':
		return <NumberInput {...common} value={typeof value === 'number' ? value : ''} onChange={(v) => set(v === '' ? null : Number(v))} thousandSeparator="." decimalSeparator="," allowDecimal={false} />;
	case 'bool':
		return <Checkbox {...common} checked={value === true} onChange={(e) => set(e.currentTarget.checked)} />;
	case 'choice':
		return <Select {...common} data={(c.choices ?? []).map((x) => ({ value: x.id, label: x.text }))} value={typed || null} onChange={set} clearable />;
	case 'date':
	case 'time':
	case 'datetime':
		return <Moment label="" type={c.type} value={typed} set={set} disabled={locked} {...{ 'aria-label': label, size: 'xs' }} />;
	case 'text':
		return <Textarea {...common} minRows={1} maxRows={6} value={typed} onChange={(e) => set(e.currentTarget.value || null)} />;
	default:
		return <TextInput {...common} autoComplete="off" value={typed} onChange={(e) => set(e.currentTarget.value || null)} />;
	}
}

// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, useSend, type Division, type Page } from '../../api';
import { useAct } from '../../lib/act';
import { usePeople } from '../../lib/people';
import { DataTable, type Column } from '../../parts/DataTable';
import { ActionDialog } from '../../parts/Form';
import { Tag } from '../../parts/Marks';
import { Empty, Loaded } from '../../parts/Page';

export default function Divisions() {
	const { t } = useTranslation();
	const { send } = useSend();
	const { attempt } = useAct();
	const people = usePeople();
	const q = useGet<Page<Division>>('/divisions');
	const [adding, setAdding] = useState(false);
	const [editing, setEditing] = useState<Division | null>(null);
	const columns: Column<Division>[] = [
		{ id: 'name', title: t('people.division'), value: (d) => d.name, cell: (d) => <b>{d.name}</b>, fixed: true },
		{ id: 'symbol', title: t('division.symbol'), value: (d) => d.symbol ?? '', cell: (d) => d.symbol },
		{ id: 'head', title: t('division.head'), value: (d) => d.head_name ?? '', cell: (d) => d.head_name ?? <span className="quiet">–</span> },
		{ id: 'state', title: t('people.state'), value: (d) => (d.is_closed ? 1 : 0), text: (d) => (d.is_closed ? t('division.closed') : ''), cell: (d) => d.is_closed && <Tag>{t('division.closed')}</Tag> },
		{ id: 'acts', title: '', fixed: true, className: 'num nowrap', cell: (d) => <><Button size="compact-xs" variant="default" onClick={() => setEditing(d)}>{t('incident.edit_short')}</Button>{' '}{!d.is_closed && <Button size="compact-xs" variant="subtle" color="gray" onClick={() => void attempt('POST', `/divisions/${d.id}/close`, {})}>{t('division.close')}</Button>}</> },
	];
	const add = <Button size="compact-sm" onClick={() => setAdding(true)}>{t('division.add')}</Button>;
	return (
		<>
			<Loaded of={q}>{(d) => d.items.length === 0 ? <div className="card"><Empty title={t('division.none')} action={add}>{t('division.none_next')}</Empty></div> : <div><DataTable name="phong" label={t('admin.phong')} columns={columns} rows={d.items} rowId={(x) => x.id} keys={{ e: setEditing }} toolbar={add} /></div>}</Loaded>
			<ActionDialog opened={adding} onClose={() => setAdding(false)} title={t('division.add')} submit={t('division.add')} size="md"
				fields={[{ name: 'name', label: t('people.division'), required: true }, { name: 'symbol', label: t('division.symbol') }]}
				onSubmit={(v) => send('POST', '/divisions', v)} />
			{editing && (
				<ActionDialog opened onClose={() => setEditing(null)} title={editing.name} submit={t('incident.save')} size="md" initial={{ name: editing.name, symbol: editing.symbol ?? '', head: editing.head_id }}
					fields={[{ name: 'name', label: t('people.division'), required: true }, { name: 'symbol', label: t('division.symbol') }, { name: 'head', label: t('division.head'), kind: 'select', options: people }]}
					onSubmit={(v) => send('PATCH', `/divisions/${editing.id}`, v)} />
			)}
		</>
	);
}

// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Button, Checkbox, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import IconCopy from '@tabler/icons-react/dist/esm/icons/IconCopy.mjs';
import IconPencil from '@tabler/icons-react/dist/esm/icons/IconPencil.mjs';
import IconTrash from '@tabler/icons-react/dist/esm/icons/IconTrash.mjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { Problem, query, useGet, useSend, type Observable, type Page } from '../../api';
import { wordFor } from '../../lib/i18n';
import { absolute } from '../../lib/time';
import { DataTable, type Column } from '../../parts/DataTable';
import { ActionDialog, ProblemAlert } from '../../parts/Form';
import { Tag, Tlp } from '../../parts/Marks';
import { Empty, Loaded } from '../../parts/Page';
import type { TabProps } from './Page';

type Found = { type: string; value: string; known: boolean; private: boolean };

export default function Observables({ incident: i, canHandle }: TabProps) {
	const { t } = useTranslation();
	const { send } = useSend();
	const list = useGet<Page<Observable & { defanged?: string }>>(`/incidents/${i.id}/observables`, { limit: 200 });
	const [dialog, setDialog] = useState<'add' | 'extract' | null>(null);
	const [editing, setEditing] = useState<Observable | null>(null);
	const [removing, setRemoving] = useState<Observable | null>(null);
	const tlps = ['red', 'amber_strict', 'amber', 'green', 'clear'].map((v) => ({ value: v, label: wordFor('tlp', v) }));

	const columns: Column<Observable & { defanged?: string }>[] = [
		{ id: 'type', title: t('observable.type'), value: (o) => wordFor('observable', o.type), cell: (o) => wordFor('observable', o.type), className: 'nowrap' },
		{ id: 'value', title: t('observable.value'), value: (o) => o.value, cell: (o) => <span className="mono">{o.defanged ?? o.value}</span>, fixed: true },
		{
			id: 'matches', title: t('observable.matches'), value: (o) => o.matches?.length ?? 0, text: (o) => o.matches?.map((m) => m.number).join(' ') ?? '',
			cell: (o) => o.matches?.map((m) => <span key={m.number}><Link to={`/su-co/${m.number}/dau-hieu`} className="bad" title={m.title}>{m.number}</Link> </span>), className: 'nowrap',
		},
		{ id: 'ioc', title: t('observable.ioc'), value: (o) => (o.is_ioc ? 1 : 0), text: (o) => (o.is_ioc ? t('observable.ioc_yes') : ''), cell: (o) => o.is_ioc && <Tag kind="bad">{t('observable.ioc_yes')}</Tag> },
		{ id: 'tlp', title: 'TLP', value: (o) => o.tlp, cell: (o) => <Tlp tlp={o.tlp} /> },
		{ id: 'source', title: t('observable.source'), value: (o) => o.source ?? '', cell: (o) => wordFor('observable_source', o.source), hidden: true },
		{ id: 'seen', title: t('observable.seen'), value: (o) => o.seen_at, text: (o) => absolute(o.seen_at), cell: (o) => absolute(o.seen_at), hidden: true },
		{ id: 'note', title: t('scope.note'), value: (o) => o.note ?? '', cell: (o) => o.note, className: 'wide short' },
		{
			id: 'acts', title: '', fixed: true, className: 'nowrap num',
			cell: (o) => (
				<>
					<ActionIcon variant="subtle" color="gray" aria-label={t('observable.copy', { value: o.value })} onClick={() => void navigator.clipboard?.writeText(o.value)}><IconCopy size={15} /></ActionIcon>
					{canHandle && <ActionIcon variant="subtle" color="gray" aria-label={t('observable.edit', { value: o.value })} onClick={() => setEditing(o)}><IconPencil size={15} /></ActionIcon>}
					{canHandle && <ActionIcon variant="subtle" color="gray" aria-label={t('observable.remove', { value: o.value })} onClick={() => setRemoving(o)}><IconTrash size={15} /></ActionIcon>}
				</>
			),
		},
	];
	const bar = canHandle && (
		<>
			<Button size="compact-sm" onClick={() => setDialog('extract')}>{t('observable.extract')}</Button>
			<Button size="compact-sm" variant="default" onClick={() => setDialog('add')}>{t('observable.add')}</Button>
		</>
	);
	return (
		<>
			<Loaded of={list}>
				{(d) => d.items.length === 0
					? <div className="card"><Empty title={t('observable.none')} action={<Group justify="center">{bar}</Group>}>{t('observable.none_next')}</Empty></div>
					: <div><DataTable name="dau-hieu" label={t('tab.dau-hieu')} columns={columns} rows={d.items} rowId={(o) => o.id} toolbar={bar} keys={canHandle ? { e: setEditing } : {}} /></div>}
			</Loaded>
			<ActionDialog opened={dialog === 'add'} onClose={() => setDialog(null)} title={t('observable.add')} submit={t('observable.add')} draft={`observable.${i.id}`} initial={{ tlp: 'amber' }}
				fields={[
					{ name: 'value', label: t('observable.value'), required: true, help: t('observable.value_help') },
					{ name: 'type', label: t('observable.type'), kind: 'select', half: true, help: t('observable.type_help'), options: ['ip', 'domain', 'url', 'email', 'md5', 'sha1', 'sha256', 'filename'].map((v) => ({ value: v, label: wordFor('observable', v) })) },
					{ name: 'tlp', label: 'TLP', kind: 'select', half: true, options: tlps },
					{ name: 'seen_at', label: t('observable.seen'), kind: 'time', half: true },
					{ name: 'ioc', label: t('observable.ioc_check'), kind: 'check', half: true },
					{ name: 'note', label: t('scope.note'), kind: 'area' },
				]}
				onSubmit={(v) => send('POST', `/incidents/${i.id}/observables`, v)} />
			{dialog === 'extract' && <Extract id={i.id} onClose={() => setDialog(null)} />}
			{editing && (
				<ActionDialog opened onClose={() => setEditing(null)} title={editing.value} submit={t('incident.save')} initial={{ tlp: editing.tlp, ioc: editing.is_ioc, note: editing.note ?? '', seen_at: editing.seen_at }}
					fields={[
						{ name: 'ioc', label: t('observable.ioc_check'), kind: 'check' },
						{ name: 'tlp', label: 'TLP', kind: 'select', required: true, options: tlps, half: true },
						{ name: 'seen_at', label: t('observable.seen'), kind: 'time', half: true },
						{ name: 'note', label: t('scope.note'), kind: 'area' },
					]}
					onSubmit={(v) => send('PATCH', `/observables/${editing.id}`, { ...v, version: editing.version })}
					onConflict={(v) => send('PATCH', `/observables/${editing.id}`, v)} />
			)}
			{removing && (
				<ActionDialog opened onClose={() => setRemoving(null)} title={t('observable.remove', { value: removing.value })} submit={t('scope.remove')} color="red" intro={<p style={{ margin: 0 }}>{t('scope.remove_why')}</p>}
					fields={[{ name: 'reason', label: t('incident.reason'), required: true }]}
					onSubmit={(v) => send('DELETE', `/observables/${removing.id}${query(v)}`)} />
			)}
		</>
	);
}

/** Paste a mail or a log: see what is found, then keep it. */
function Extract({ id, onClose }: { id: string; onClose: () => void }) {
	const { t } = useTranslation();
	const { send, pending } = useSend();
	const [text, setText] = useState('');
	const [found, setFound] = useState<Found[] | null>(null);
	const [drop, setDrop] = useState(new Set<string>());
	const [problem, setProblem] = useState<Problem | null>(null);
	const key = (f: Found) => `${f.type} ${f.value}`;
	async function run(f: () => Promise<void>) {
		setProblem(null);
		try {
			await f();
		} catch (fault) {
			setProblem(fault instanceof Problem ? fault : new Problem(-1, '', String(fault)));
		}
	}
	const look = () => run(async () => {
		const d = await send<{ items: Found[] }>('POST', `/incidents/${id}/observables/extract`, { text });
		setFound(d.items);
		setDrop(new Set(d.items.filter((x) => x.known).map(key)));
	});
	const save = () => run(async () => {
		const keep = found!.filter((f) => !drop.has(key(f)));
		if (keep.length === found!.length) await send('POST', `/incidents/${id}/observables/extract`, { text, save: true });
		else for (const f of keep) await send('POST', `/incidents/${id}/observables`, { type: f.type, value: f.value, source: 'extract' });
		onClose();
	});
	return (
		<Modal opened onClose={onClose} title={t('observable.extract')} size="xl" closeButtonProps={{ 'aria-label': t('form.close') }}>
			<Stack gap="sm">
				<Textarea label={t('observable.paste')} description={t('observable.paste_help')} minRows={6} value={text} onChange={(e) => { setText(e.currentTarget.value); setFound(null); }} />
				{found && (found.length === 0 ? <Text size="sm">{t('observable.found_none')}</Text> : (
					<div className="found">
						{found.map((f) => (
							<Checkbox key={key(f)} size="sm" checked={!drop.has(key(f))} onChange={() => { const n = new Set(drop); if (!n.delete(key(f))) n.add(key(f)); setDrop(n); }}
								label={<><span className="quiet">{wordFor('observable', f.type)}</span> <span className="mono">{f.value}</span> {f.known && <Tag>{t('observable.known')}</Tag>} {f.private && <Tag>{t('observable.private')}</Tag>}</>} />
						))}
					</div>
				))}
				{problem && <ProblemAlert problem={problem} />}
				<Group justify="flex-end">
					<Button variant="default" onClick={onClose}>{t('form.cancel')}</Button>
					{found && found.length > drop.size ? <Button loading={pending} onClick={() => void save()}>{t('observable.keep', { count: found.length - drop.size })}</Button>
						: <Button loading={pending} disabled={!text.trim()} onClick={() => void look()}>{t('observable.look')}</Button>}
				</Group>
			</Stack>
		</Modal>
	);
}

// SPDX-License-Identifier: Apache-2.0
// Evidence with the record of ISO 27037, and who held it when.
import { Button, Drawer, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { API, Problem, useGet, useSend, type Custody, type Evidence, type Page } from '../../api';
import { useAct } from '../../lib/act';
import { wordFor } from '../../lib/i18n';
import { usePeople } from '../../lib/people';
import { sizeText } from '../../lib/size';
import { absolute, now } from '../../lib/time';
import { useMe } from '../../session';
import { DataTable, type Column } from '../../parts/DataTable';
import { ActionDialog } from '../../parts/Form';
import { Tag, Tlp } from '../../parts/Marks';
import { Empty, Loaded } from '../../parts/Page';
import { Reveal } from '../../parts/Reveal';
import { When } from '../../parts/When';
import type { TabProps } from './Page';

const KINDS = ['file', 'photo', 'log', 'disk_image', 'memory', 'document', 'device', 'other'];
const tlpOptions = () => ['red', 'amber_strict', 'amber', 'green', 'clear'].map((v) => ({ value: v, label: wordFor('tlp', v) }));

export default function EvidenceTab({ incident: i, canHandle }: TabProps) {
	const { t } = useTranslation();
	const { send } = useSend();
	const me = useMe();
	const list = useGet<Page<Evidence>>(`/incidents/${i.id}/evidence`, { limit: 200 });
	const [adding, setAdding] = useState(false);
	const [openId, setOpenId] = useState<string | null>(null);
	const columns: Column<Evidence>[] = [
		{ id: 'number', title: t('evidence.number'), value: (e) => e.number, cell: (e) => <button type="button" className="linkish" onClick={() => setOpenId(e.id)}>{e.number}</button>, fixed: true, className: 'nowrap' },
		{ id: 'name', title: t('evidence.name'), value: (e) => e.name, cell: (e) => <span title={e.name}>{e.name}</span>, className: 'wide short', fixed: true },
		{ id: 'kind', title: t('evidence.kind'), value: (e) => wordFor('evidence_kind', e.kind), cell: (e) => wordFor('evidence_kind', e.kind), className: 'nowrap' },
		{ id: 'form', title: t('evidence.form'), value: (e) => wordFor('evidence_form', e.form), cell: (e) => wordFor('evidence_form', e.form), className: 'nowrap' },
		{ id: 'collected', title: t('evidence.collected_at'), value: (e) => e.collected_at, text: (e) => absolute(e.collected_at), cell: (e) => <When at={e.collected_at} exact /> },
		{ id: 'holder', title: t('evidence.holder'), value: (e) => e.holder ?? '', cell: (e) => e.holder, className: 'nowrap' },
		{ id: 'size', title: t('evidence.size'), value: (e) => e.size, text: (e) => String(e.size ?? ''), cell: (e) => sizeText(e.size), className: 'num nowrap' },
		{ id: 'state', title: t('evidence.state'), value: (e) => e.state, text: (e) => wordFor('evidence_state', e.state), cell: (e) => <Tag kind={e.state === 'held' ? 'good' : ''}>{wordFor('evidence_state', e.state)}</Tag> },
		{ id: 'tlp', title: 'TLP', value: (e) => e.tlp, cell: (e) => <Tlp tlp={e.tlp} />, hidden: true },
		{ id: 'sha256', title: 'SHA-256', value: (e) => e.sha256 ?? '', cell: (e) => <span className="mono">{e.sha256?.slice(0, 16)}</span>, hidden: true },
	];
	return (
		<>
			<Loaded of={list}>
				{(d) => d.items.length === 0
					? <div className="card"><Empty title={t('evidence.none')} action={canHandle && <Button size="xs" onClick={() => setAdding(true)}>{t('evidence.add')}</Button>}>{t('evidence.none_next')}</Empty></div>
					: <div><DataTable name="chung-cu" label={t('tab.chung-cu')} columns={columns} rows={d.items} rowId={(e) => e.id} onOpen={(e) => setOpenId(e.id)} toolbar={canHandle && <Button size="compact-sm" onClick={() => setAdding(true)}>{t('evidence.add')}</Button>} /></div>}
			</Loaded>
			<ActionDialog opened={adding} onClose={() => setAdding(false)} size="xl" title={t('evidence.add')} submit={t('evidence.save')} draft={`evidence.${i.id}`}
				initial={{ kind: 'file', form: 'copy', tlp: 'amber', collected_by: me.account.name, collected_at: new Date(Math.floor(now() / 60_000) * 60_000).toISOString() }}
				intro={<p style={{ margin: 0 }} className="quiet">{t('evidence.add_why')}</p>}
				fields={[
					{ name: 'files', label: t('evidence.file'), kind: 'file', help: t('evidence.file_help') },
					{ name: 'name', label: t('evidence.name'), placeholder: t('evidence.name_hint') },
					{ name: 'kind', label: t('evidence.kind'), kind: 'select', required: true, half: true, options: KINDS.map((v) => ({ value: v, label: wordFor('evidence_kind', v) })) },
					{ name: 'form', label: t('evidence.form'), kind: 'choice', half: true, options: ['original', 'copy'].map((v) => ({ value: v, label: wordFor('evidence_form', v) })) },
					{ name: 'collected_at', label: t('evidence.collected_at'), kind: 'time', required: true, half: true },
					{ name: 'collected_by', label: t('evidence.collected_by'), half: true },
					{ name: 'place', label: t('evidence.place'), required: true, placeholder: t('evidence.place_hint') },
					{ name: 'method', label: t('evidence.method'), kind: 'area', required: true, placeholder: t('evidence.method_hint') },
					{ name: 'device', label: t('evidence.device'), half: true },
					{ name: 'serial', label: t('evidence.serial'), half: true },
					{ name: 'description', label: t('evidence.description'), kind: 'area' },
					{ name: 'reason', label: t('evidence.reason'), kind: 'area' },
					{ name: 'storage', label: t('evidence.storage'), half: true, placeholder: t('evidence.storage_hint') },
					{ name: 'tlp', label: 'TLP', kind: 'select', half: true, options: tlpOptions() },
				]}
				onSubmit={(v) => send('POST', `/incidents/${i.id}/evidence`, v)} />
			<Drawer opened={openId !== null} onClose={() => setOpenId(null)} title={t('evidence.one')} closeButtonProps={{ 'aria-label': t('form.close') }}>
				{openId && <Detail id={openId} canHandle={canHandle} />}
			</Drawer>
		</>
	);
}

function Detail({ id, canHandle }: { id: string; canHandle: boolean }) {
	const { t } = useTranslation();
	const { send, pending } = useSend();
	const people = usePeople();
	const q = useGet<Evidence>(`/evidence/${id}`);
	const [dialog, setDialog] = useState<'transfer' | 'dispose' | null>(null);
	async function verify() {
		try {
			const r = await send<{ ok?: boolean; result?: string; items?: { result: string }[] }>('POST', `/evidence/${id}/verify`, {});
			const result = r.result ?? r.items?.[0]?.result;
			const good = r.ok ?? result === 'match';
			notifications.show({ color: good ? 'green' : 'red', message: good ? t('evidence.intact') : t('evidence.not_intact', { result: wordFor('verify', result) }), autoClose: good ? 4000 : false });
		} catch (fault) {
			notifications.show({ color: 'red', message: fault instanceof Problem && fault.detail ? fault.detail : t('form.network') });
		}
	}
	return (
		<Loaded of={q}>
			{(e) => {
				const facts: [string, React.ReactNode][] = [
					[t('evidence.description'), e.description], [t('evidence.kind'), `${wordFor('evidence_kind', e.kind)} · ${wordFor('evidence_form', e.form)}`],
					[t('evidence.collected_at'), absolute(e.collected_at)], [t('evidence.collected_by'), e.collected_by], [t('evidence.place'), e.place], [t('evidence.method'), e.method],
					[t('evidence.device'), [e.device, e.serial].filter(Boolean).join(' · ')], [t('evidence.reason'), e.reason], [t('evidence.holder'), e.holder], [t('evidence.storage'), e.storage],
					[t('evidence.size'), sizeText(e.size)], ['SHA-256', e.sha256 && <span className="mono">{e.sha256}</span>], [t('evidence.order'), e.order_number], ['TLP', <Tlp key="tlp" tlp={e.tlp} />],
				];
				return (
					<div className="stack">
						<div><b style={{ fontSize: 16 }}>{e.number}</b> {e.name} {e.state === 'disposed' && <Tag kind="bad">{wordFor('evidence_state', e.state)}</Tag>}</div>
						<Group gap="xs">
							{e.sha256 && e.state === 'held' && <Button size="xs" variant="default" component="a" href={`${API}/evidence/${e.id}/file`}>{t('evidence.download')}</Button>}
							{e.sha256 && e.state === 'held' && <Button size="xs" variant="default" loading={pending} onClick={() => void verify()}>{t('evidence.verify')}</Button>}
							{canHandle && e.state === 'held' && <Button size="xs" variant="default" onClick={() => setDialog('transfer')}>{t('evidence.transfer')}</Button>}
							{canHandle && e.state === 'held' && <Button size="xs" variant="subtle" color="red" onClick={() => setDialog('dispose')}>{t('evidence.dispose')}</Button>}
						</Group>
						{e.media_type?.startsWith('image/') && e.state === 'held' && <Reveal id={e.id} name={e.name} />}
						<dl className="facts">{facts.filter(([, v]) => v).map(([k, v]) => [<dt key={k}>{k}</dt>, <dd key={`${k}v`} className="pre">{v}</dd>])}</dl>
						<section>
							<h3>{t('evidence.chain')}</h3>
							<ol className="chain">{e.custody?.map((c) => <ChainLink key={c.id} c={c} canHandle={canHandle} />)}</ol>
						</section>
						<ActionDialog opened={dialog === 'transfer'} onClose={() => setDialog(null)} title={t('evidence.transfer')} submit={t('evidence.transfer')} draft={`transfer.${id}`}
							intro={<p style={{ margin: 0 }}>{t('evidence.transfer_why')}</p>}
							fields={[
								{ name: 'account', label: t('evidence.to_account'), kind: 'select', options: people, when: (v) => !v.to },
								{ name: 'to', label: t('evidence.to_name'), when: (v) => !v.account, placeholder: t('evidence.to_name_hint') },
								{ name: 'place', label: t('evidence.transfer_place'), required: true },
								{ name: 'reason', label: t('incident.reason'), kind: 'area', required: true },
								{ name: 'at', label: t('evidence.transfer_at'), kind: 'time', help: t('reports.told_at_help') },
							]}
							onSubmit={({ account, ...v }) => send('POST', `/evidence/${id}/transfer`, { ...v, to: account ?? v.to })} />
						<ActionDialog opened={dialog === 'dispose'} onClose={() => setDialog(null)} title={t('evidence.dispose')} submit={t('evidence.dispose')} color="red"
							intro={<p style={{ margin: 0 }}>{t('evidence.dispose_why')}</p>}
							fields={[
								{ name: 'order_number', label: t('evidence.order'), required: true, half: true },
								{ name: 'authority', label: t('evidence.authority'), required: true, half: true },
								{ name: 'reason', label: t('incident.reason'), kind: 'area', required: true },
							]}
							onSubmit={(v) => send('POST', `/evidence/${id}/dispose`, v)} />
					</div>
				);
			}}
		</Loaded>
	);
}

/** One link of the chain of custody. */
function ChainLink({ c, canHandle }: { c: Custody; canHandle: boolean }) {
	const { t } = useTranslation();
	const me = useMe();
	const { send } = useSend();
	const { attempt } = useAct();
	const [scanning, setScanning] = useState(false);
	const mine = c.state === 'open' && ((c.from_id === me.account.id && !c.from_confirmed_at) || (c.to_id === me.account.id && !c.to_confirmed_at));
	return (
		<li className={c.state}>
			<b>{wordFor('custody', c.action)}</b> <When at={c.acted_at} exact /> {c.state === 'open' && <Tag kind="warn">{t('custody.open')}</Tag>}{c.state === 'withdrawn' && <Tag>{t('custody.withdrawn')}</Tag>}
			<div className="quiet">
				{c.action === 'transfer' ? <>{c.from_name} → {c.to_name}</> : c.actor_name}
				{[c.place, c.reason, c.authority, c.result && wordFor('verify', c.result)].filter(Boolean).map((x) => <span key={String(x)}> · {x}</span>)}
			</div>
			{c.action === 'transfer' && (
				<div>
					<span className={c.from_confirmed_at ? 'due ok' : 'quiet'}>{c.from_confirmed_at ? '✓' : '○'} {t('custody.from')}</span>{' '}
					<span className={c.to_confirmed_at ? 'due ok' : 'quiet'}>{c.to_confirmed_at ? '✓' : '○'} {t('custody.to')}</span>{' '}
					{c.scan_evidence_id && <span className="due ok">✓ {t('custody.scan_done')}</span>}
				</div>
			)}
			{c.action === 'transfer' && (
				<Group gap={6} mt={4}>
					{mine && <Button size="compact-xs" onClick={() => void attempt('POST', `/custody/${c.id}/confirm`, {})}>{t('custody.confirm')}</Button>}
					<Button size="compact-xs" variant="default" component="a" href={`/in/ban-giao/${c.id}`} target="_blank">{t('custody.print')}</Button>
					{canHandle && c.state === 'open' && <Button size="compact-xs" variant="default" onClick={() => setScanning(true)}>{t('custody.scan')}</Button>}
					{canHandle && c.state === 'open' && <Button size="compact-xs" variant="subtle" color="gray" onClick={() => void attempt('POST', `/custody/${c.id}/withdraw`, {})}>{t('direction.withdraw')}</Button>}
				</Group>
			)}
			<ActionDialog opened={scanning} onClose={() => setScanning(false)} title={t('custody.scan')} submit={t('custody.scan_save')} size="md" fields={[{ name: 'files', label: t('custody.scan_file'), kind: 'file', required: true }]}
				onSubmit={(v) => send('POST', `/custody/${c.id}/scan`, v)} />
		</li>
	);
}

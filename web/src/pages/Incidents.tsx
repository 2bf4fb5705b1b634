// SPDX-License-Identifier: Apache-2.0
import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { SortingState } from '@tanstack/react-table';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router-dom';
import { call, query, type Incident, type Page, type Problem, useSend } from '../api';
import { wordFor } from '../lib/i18n';
import { useKeys } from '../lib/keys';
import { labelOf, usePeople, useTypes } from '../lib/people';
import { absolute } from '../lib/time';
import { Chip, DataTable, type Column } from '../parts/DataTable';
import { ActionDialog } from '../parts/Form';
import { Beyond, Level, StateMark, Tag } from '../parts/Marks';
import { Empty, Loaded, NewRows, PageHead, useFresh } from '../parts/Page';
import { SavedViews } from '../parts/SavedViews';
import { When } from '../parts/When';
import { useSession } from '../session';

const SERVER_SORT: Record<string, string> = { number: 'number', level: 'level', detected: 'detected', updated: 'updated' };

export default function Incidents() {
	const { t } = useTranslation();
	useFresh();
	const { may } = useSession();
	const go = useNavigate();
	const types = useTypes();
	const people = usePeople();
	const [params, setParams] = useSearchParams();
	const [selected, setSelected] = useState(new Set<string>());
	const [assigning, setAssigning] = useState<Incident[]>([]);
	const [merging, setMerging] = useState<Incident[]>([]);
	const [opening, setOpening] = useState(false);
	const [text, setText] = useState(params.get('q') ?? '');
	const [q] = useDebouncedValue(text, 300);
	const { send } = useSend();

	function put(name: string, value: string | null) {
		setParams((before) => {
			const next = new URLSearchParams(before);
			if (value) next.set(name, value);
			else next.delete(name);
			return next;
		}, { replace: true });
	}
	useEffect(() => { if ((params.get('q') ?? '') !== q) put('q', q); }, [q]); // eslint-disable-line

	const state = params.get('state') ?? 'open';
	const sorting: SortingState = params.get('sort') ? [{ id: params.get('sort')!.replace(/^-/, ''), desc: params.get('sort')!.startsWith('-') }] : [];
	const filters = {
		state, level: params.get('level'), type: params.get('type'), lead: params.get('lead'), mine: params.get('mine') === '1' || undefined,
		q: params.get('q'), sort: sorting[0] && SERVER_SORT[sorting[0].id],
	};
	const list = useInfiniteQuery<Page<Incident>, Problem>({
		queryKey: ['/incidents', filters],
		initialPageParam: 0,
		queryFn: ({ pageParam, signal }) => call('GET', `/incidents${query({ ...filters, limit: 50, offset: pageParam as number })}`, undefined, signal),
		getNextPageParam: (last, all) => (last.more ? all.reduce((n, p) => n + p.items.length, 0) : undefined),
		meta: { held: true },
		placeholderData: (before) => before,
	});
	const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
	const picked = rows.filter((r) => selected.has(r.id));

	useKeys({ n: () => may('HANDLE') && setOpening(true) });

	const columns: Column<Incident>[] = [
		{ id: 'number', title: t('incident.number'), value: (i) => i.number, cell: (i) => <Link to={`/su-co/${i.number}`} className="nowrap">{i.number}</Link>, fixed: true },
		{ id: 'title', title: t('incident.name'), value: (i) => i.title, className: 'wide rest', cell: (i) => <span title={i.title}>{i.title}</span>, fixed: true },
		{ id: 'level', title: t('incident.level'), value: (i) => i.level ?? 9, text: (i) => (i.level ? t('mark.level', { level: i.level }) : ''), cell: (i) => <Level level={i.level} /> },
		{ id: 'state', title: t('incident.state'), value: (i) => wordFor('state', i.state), cell: (i) => <StateMark state={i.state} /> },
		{ id: 'type', title: t('incident.type'), value: (i) => labelOf(types, i.type), cell: (i) => i.type && <span title={labelOf(types, i.type)}>{labelOf(types, i.type)}</span>, className: 'wide short' },
		{ id: 'lead', title: t('incident.lead'), value: (i) => i.lead_name ?? '', cell: (i) => i.lead_name ?? <span className="quiet">{t('incident.nobody')}</span>, className: 'nowrap' },
		{ id: 'tasks', title: t('incident.open_tasks'), value: (i) => i.open_tasks ?? 0, cell: (i) => i.open_tasks || '', className: 'num' },
		{ id: 'beyond', title: t('incident.beyond'), value: (i) => wordFor('beyond', i.beyond), cell: (i) => <Beyond value={i.beyond} />, hidden: true },
		{ id: 'restricted', title: t('incident.restricted'), value: (i) => (i.is_restricted ? t('incident.restricted') : ''), cell: (i) => i.is_restricted && <Tag kind="warn">{t('incident.restricted')}</Tag>, hidden: true },
		{ id: 'detected', title: t('incident.detected'), value: (i) => i.detected_at, text: (i) => absolute(i.detected_at), cell: (i) => <When at={i.detected_at} />, hidden: true },
		{ id: 'updated', title: t('incident.updated'), value: (i) => i.updated_at, text: (i) => absolute(i.updated_at), cell: (i) => <span className="quiet"><When at={i.updated_at} /></span> },
	];

	return (
		<>
			<PageHead title={t('frame.incidents')}>
				{may('HANDLE') && <Button onClick={() => setOpening(true)}>{t('incidents.open')}</Button>}
			</PageHead>
			<NewRows what="all" />
			<div className="chips">
				<TextInput size="xs" w={180} aria-label={t('incidents.filter')} placeholder={t('incidents.filter')} value={text} onChange={(e) => setText(e.currentTarget.value)} />
				<Chip on={state === 'open' && !filters.mine} onClick={() => { put('state', null); put('mine', null); }}>{t('incidents.chip_open')}</Chip>
				<Chip on={Boolean(filters.mine)} onClick={() => put('mine', filters.mine ? null : '1')}>{t('incidents.chip_mine')}</Chip>
				<Chip on={state === 'all'} onClick={() => put('state', state === 'all' ? null : 'all')}>{t('incidents.chip_all')}</Chip>
				{[1, 2, 3, 4].map((l) => (
					<Chip key={l} on={filters.level === String(l)} onClick={() => put('level', filters.level === String(l) ? null : String(l))}>{t('mark.level', { level: l })}</Chip>
				))}
				<Select size="xs" w={130} aria-label={t('incident.type')} placeholder={t('incident.type')} data={types} value={filters.type} onChange={(v) => put('type', v)} clearable searchable clearButtonProps={{ 'aria-label': t('form.clear') }} />
				<Select size="xs" w={130} aria-label={t('incident.lead')} placeholder={t('incident.lead')} data={people} value={filters.lead} onChange={(v) => put('lead', v)} clearable searchable clearButtonProps={{ 'aria-label': t('form.clear') }} />
				<SavedViews name="su-co" />
			</div>
			<Loaded of={list}>
				{() => rows.length === 0 ? (
					<div className="card">
						<Empty title={params.toString() ? t('incidents.none_match') : t('incidents.none')}
							action={params.toString()
								? <Button variant="default" size="xs" onClick={() => { setText(''); setParams({}); }}>{t('incidents.drop_filters')}</Button>
								: may('HANDLE') && <Button size="xs" component={Link} to="/bao-cao">{t('incidents.to_inbox')}</Button>}>
							{params.toString() ? t('incidents.none_match_next') : t('incidents.none_next')}
						</Empty>
					</div>
				) : (
					<>
						<DataTable name="su-co" label={t('frame.incidents')} columns={columns} rows={rows} rowId={(i) => i.id} onOpen={(i) => go(`/su-co/${i.number}`)}
							selected={selected} onSelect={may('HANDLE') ? setSelected : undefined}
							sorting={sorting} onSorting={(s) => put('sort', s[0] ? (s[0].desc ? '-' : '') + s[0].id : null)}
							keys={may('HANDLE') ? { a: (i) => setAssigning(picked.length ? picked : [i]) } : {}}
							toolbar={picked.length > 0 && (
								<>
									<b>{t('table.selected', { count: picked.length })}</b>
									<Button size="compact-sm" variant="default" onClick={() => setAssigning(picked)}>{t('incidents.assign')}</Button>
									{picked.length > 1 && <Button size="compact-sm" variant="default" onClick={() => setMerging(picked)}>{t('incidents.merge')}</Button>}
									<Button size="compact-sm" variant="subtle" onClick={() => setSelected(new Set())}>{t('table.unselect')}</Button>
								</>
							)} />
						{list.hasNextPage && <Button mt="sm" variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('table.more')}</Button>}
					</>
				)}
			</Loaded>

			<OpenIncident opened={opening} onClose={() => setOpening(false)} />
			<ActionDialog title={t('incidents.assign_title', { count: assigning.length })} opened={assigning.length > 0} onClose={() => setAssigning([])} submit={t('incidents.assign')} size="sm"
				fields={[{ name: 'lead', label: t('incident.lead'), kind: 'select', options: people, required: true }]}
				onSubmit={async (v) => { for (const i of assigning) await send('PATCH', `/incidents/${i.number}`, { lead: v.lead }); setSelected(new Set()); }} />
			<ActionDialog title={t('incidents.merge_title')} opened={merging.length > 1} onClose={() => setMerging([])} submit={t('incidents.merge')}
				intro={<p style={{ margin: 0 }}>{t('incidents.merge_why')}</p>}
				fields={[
					{ name: 'into', label: t('incidents.merge_into'), kind: 'select', required: true, options: merging.map((i) => ({ value: i.number, label: `${i.number} · ${i.title}` })) },
					{ name: 'reason', label: t('incident.reason'), kind: 'area' },
				]}
				onSubmit={async (v) => {
					for (const i of merging) if (i.number !== v.into) await send('POST', `/incidents/${i.number}/merge`, { into: v.into, reason: v.reason });
					setSelected(new Set());
				}} />
		</>
	);
}

function OpenIncident({ opened, onClose }: { opened: boolean; onClose: () => void }) {
	const { t } = useTranslation();
	const go = useNavigate();
	const { send } = useSend();
	const types = useTypes();
	return (
		<ActionDialog title={t('incidents.open')} opened={opened} onClose={onClose} submit={t('incidents.open')} draft="incident.open" initial={{ take: true }}
			fields={[
				{ name: 'title', label: t('incidents.title'), required: true, placeholder: t('incidents.title_hint') },
				{ name: 'description', label: t('incidents.known'), kind: 'area' },
				{ name: 'detected_at', label: t('incident.detected_help'), kind: 'time', half: true },
				{ name: 'occurred_at', label: t('incident.occurred'), kind: 'time', half: true },
				{ name: 'system', label: t('incident.system'), half: true, placeholder: t('reports.system_hint') },
				{ name: 'type', label: t('incident.type'), kind: 'select', options: types, half: true },
				{ name: 'take', label: t('incidents.take'), kind: 'check' },
			]}
			onSubmit={async (v) => {
				const saved = await send('POST', '/incidents', v);
				go(`/su-co/${saved.number}`);
			}} />
	);
}

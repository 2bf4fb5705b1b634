// SPDX-License-Identifier: Apache-2.0
// A dense list: sort by heading, columns by choice, j/k/Enter/x, CSV out.
import { ActionIcon, Checkbox, Menu, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import IconArrowDown from '@tabler/icons-react/dist/esm/icons/IconArrowDown.mjs';
import IconArrowUp from '@tabler/icons-react/dist/esm/icons/IconArrowUp.mjs';
import IconColumns from '@tabler/icons-react/dist/esm/icons/IconColumns.mjs';
import IconDownload from '@tabler/icons-react/dist/esm/icons/IconDownload.mjs';
import { getCoreRowModel, getSortedRowModel, useReactTable, type SortingState, type VisibilityState } from '@tanstack/react-table';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { saveCsv } from '../lib/csv';
import { useKeys } from '../lib/keys';
import { dayOnly, now } from '../lib/time';

export interface Column<T> {
	id: string;
	title: string;
	cell: (row: T) => ReactNode;
	value?: (row: T) => string | number | null | undefined; // sorts and goes into the CSV
	text?: (row: T) => string; // for the CSV when it differs from value
	className?: string;
	hidden?: boolean; // not shown until chosen
	fixed?: boolean; // cannot be hidden
}

interface Props<T> {
	name: string;
	columns: Column<T>[];
	rows: T[];
	rowId: (row: T) => string;
	onOpen?: (row: T) => void;
	selected?: Set<string>;
	onSelect?: (ids: Set<string>) => void;
	sorting?: SortingState;
	onSorting?: (state: SortingState) => void;
	toolbar?: ReactNode;
	keys?: Record<string, (row: T) => void>;
	label: string;
}

export function DataTable<T>(props: Props<T>) {
	const { t } = useTranslation();
	const { rows, columns, rowId } = props;
	const [visibility, setVisibility] = useLocalStorage<VisibilityState>({
		key: `khien.columns.${props.name}`,
		defaultValue: Object.fromEntries(columns.filter((c) => c.hidden).map((c) => [c.id, false])),
		getInitialValueInEffect: false,
	});
	const [ownSorting, setOwnSorting] = useLocalStorage<SortingState>({ key: `khien.sort.${props.name}`, defaultValue: [], getInitialValueInEffect: false });
	const sorting = props.sorting ?? ownSorting;
	const setSorting = props.onSorting ?? setOwnSorting;
	const table = useReactTable({
		data: rows,
		columns: columns.map((c) => ({ id: c.id, accessorFn: (row: T) => c.value?.(row) ?? undefined, enableSorting: Boolean(c.value), sortUndefined: 'last' as const })),
		state: { sorting, columnVisibility: visibility },
		getRowId: rowId,
		onSortingChange: (u) => setSorting(typeof u === 'function' ? u(sorting) : u),
		onColumnVisibilityChange: (u) => setVisibility(typeof u === 'function' ? u(visibility) : u),
		getCoreRowModel: getCoreRowModel(),
		getSortedRowModel: getSortedRowModel(),
	});
	const shown = columns.filter((c) => visibility[c.id] !== false);
	const sorted = table.getRowModel().rows;
	const body = useRef<HTMLTableSectionElement>(null);
	const cursor = useRef(-1);

	useEffect(() => {
		if (cursor.current >= sorted.length) cursor.current = sorted.length - 1;
	}, [sorted.length]);

	function move(by: number) {
		const all = body.current?.querySelectorAll<HTMLElement>('tr') ?? [];
		if (all.length === 0) return;
		const at = [...all].indexOf(document.activeElement?.closest('tr') as HTMLElement);
		if (at >= 0) cursor.current = at;
		cursor.current = Math.max(0, Math.min(all.length - 1, cursor.current + by));
		all[cursor.current].focus();
		all[cursor.current].scrollIntoView({ block: 'nearest' });
	}
	const current = (): T | undefined => {
		const at = [...(body.current?.querySelectorAll('tr') ?? [])].indexOf(document.activeElement?.closest('tr') as HTMLTableRowElement);
		return at >= 0 ? sorted[at]?.original : undefined;
	};
	function toggle(row: T) {
		if (!props.onSelect || !props.selected) return;
		const next = new Set(props.selected);
		if (!next.delete(rowId(row))) next.add(rowId(row));
		props.onSelect(next);
	}
	const withRow = (f: (row: T) => void) => () => {
		const row = current();
		if (row) f(row);
	};
	useKeys({
		j: () => move(1),
		k: () => move(-1),
		ArrowDown: (e) => { if (current()) move(1); else e.stopPropagation(); },
		ArrowUp: (e) => { if (current()) move(-1); else e.stopPropagation(); },
		...(props.onOpen ? { Enter: withRow(props.onOpen) } : {}),
		...(props.onSelect ? { x: withRow(toggle) } : {}),
		...Object.fromEntries(Object.entries(props.keys ?? {}).map(([k, f]) => [k, withRow(f)])),
	});

	function csv() {
		const chosen = props.selected?.size ? sorted.filter((r) => props.selected!.has(r.id)) : sorted;
		saveCsv(`${props.name}-${dayOnly(now()).split('/').reverse().join('-')}.csv`, shown.map((c) => c.title),
			chosen.map((r) => shown.map((c) => c.text?.(r.original) ?? String(c.value?.(r.original) ?? ''))));
	}

	return (
		<>
			<div className="chips">
				{props.toolbar}
				<span style={{ flex: 1 }} />
				<Menu closeOnItemClick={false} position="bottom-end" width={220}>
					<Menu.Target>
						<Tooltip label={t('table.columns')}><ActionIcon variant="default" size={30} aria-label={t('table.columns')}><IconColumns size={16} /></ActionIcon></Tooltip>
					</Menu.Target>
					<Menu.Dropdown>
						{columns.filter((c) => !c.fixed).map((c) => (
							<Menu.Item key={c.id} onClick={() => setVisibility({ ...visibility, [c.id]: visibility[c.id] === false })}
								leftSection={<span aria-hidden style={{ width: 14 }}>{visibility[c.id] === false ? '' : '✓'}</span>}
								role="menuitemcheckbox" aria-checked={visibility[c.id] !== false}>{c.title}</Menu.Item>
						))}
					</Menu.Dropdown>
				</Menu>
				<Tooltip label={t('table.csv')}><ActionIcon variant="default" size={30} aria-label={t('table.csv')} onClick={csv}><IconDownload size={16} /></ActionIcon></Tooltip>
			</div>
			<div className="table-wrap" tabIndex={0} role="region" aria-label={props.label}>
				<table className="list" aria-label={props.label}>
					<thead>
						<tr>
							{props.onSelect && <th style={{ width: 34 }}><span className="only-read">{t('table.select')}</span></th>}
							{shown.map((c) => {
								const col = table.getColumn(c.id);
								const dir = col?.getIsSorted();
								return (
									<th key={c.id} className={c.className} aria-sort={dir ? (dir === 'asc' ? 'ascending' : 'descending') : undefined}>
										{c.value ? (
											<button type="button" onClick={() => col?.toggleSorting()}>
												{c.title}
												{dir === 'asc' && <IconArrowUp size={12} aria-hidden />}
												{dir === 'desc' && <IconArrowDown size={12} aria-hidden />}
											</button>
										) : c.title || <span className="only-read">{t('table.acts')}</span>}
									</th>
								);
							})}
						</tr>
					</thead>
					<tbody ref={body}>
						{sorted.map((r) => (
							<tr key={r.id} tabIndex={-1} className={props.onOpen ? 'link' : undefined} aria-selected={props.selected?.has(r.id) || undefined}
								onClick={(e) => { if (props.onOpen && !(e.target as HTMLElement).closest('a,button,input,label') && !window.getSelection()?.toString()) props.onOpen(r.original); }}>
								{props.onSelect && (
									<td><Checkbox size="xs" checked={props.selected?.has(r.id) ?? false} onChange={() => toggle(r.original)} aria-label={t('table.select_row', { name: rowName(shown, r.original) })} /></td>
								)}
								{shown.map((c) => <td key={c.id} className={c.className} data-label={c.fixed ? undefined : c.title}>{c.cell(r.original)}</td>)}
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</>
	);
}

function rowName<T>(columns: Column<T>[], row: T): string {
	const c = columns[0];
	return c ? (c.text?.(row) ?? String(c.value?.(row) ?? '')) : '';
}

export function Chip({ on, onClick, children }: { on: boolean; onClick: () => void; children: ReactNode }) {
	return <button type="button" className="chip" aria-pressed={on} onClick={onClick}>{children}</button>;
}

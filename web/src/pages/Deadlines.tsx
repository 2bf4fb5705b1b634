// SPDX-License-Identifier: Apache-2.0
import { Button, Center, Loader, Tooltip } from '@mantine/core';
import IconCalendarDown from '@tabler/icons-react/dist/esm/icons/IconCalendarDown.mjs';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink, useNavigate, useParams, useSearchParams } from 'react-router-dom';
import { API, useGet, type Deadline, type Page } from '../api';
import { wordFor } from '../lib/i18n';
import { absolute } from '../lib/time';
import { Chip, DataTable, type Column } from '../parts/DataTable';
import { Due, Tag } from '../parts/Marks';
import { Empty, Loaded, PageHead } from '../parts/Page';

export const deadlineLink = (d: Deadline) => (d.incident_number ? `/su-co/${d.incident_number}${d.kind === 'task' ? `/viec#${d.id}` : d.kind === 'duty' ? `/nghia-vu#${d.id}` : ''}` : d.kind === 'duty' ? `/thoi-han/nghia-vu#${d.id}` : '/thoi-han');

const MonthPage = lazy(() => import('./deadlines/Month'));
const AllDuties = lazy(() => import('./deadlines/AllDuties'));

export default function Deadlines() {
	const { t } = useTranslation();
	const { view } = useParams();
	const views = [['', t('calendar.list')], ['lich', t('calendar.month')], ['nghia-vu', t('calendar.duties')]];
	return (
		<>
			<PageHead title={t('frame.deadlines')}>
				<Tooltip label={t('calendar.ics_hint')}><Button size="xs" variant="default" component="a" href={`${API}/calendar/ics`} download="khien.ics" leftSection={<IconCalendarDown size={15} aria-hidden />}>{t('calendar.ics')}</Button></Tooltip>
			</PageHead>
			<nav className="tabs page-tabs" aria-label={t('calendar.views')}>
				{views.map(([slug, word]) => <NavLink key={slug} to={`/thoi-han${slug && `/${slug}`}`} end>{word}</NavLink>)}
			</nav>
			<Suspense fallback={<Center h={160}><Loader aria-label={t('page.loading')} /></Center>}>
				{view === 'lich' ? <MonthPage /> : view === 'nghia-vu' ? <AllDuties /> : <List />}
			</Suspense>
		</>
	);
}

function List() {
	const { t } = useTranslation();
	const go = useNavigate();
	const [params, setParams] = useSearchParams();
	const kind = params.get('loai');
	const q = useGet<Page<Deadline>>('/deadlines', { limit: 200 });
	const columns: Column<Deadline>[] = [
		{ id: 'due', title: t('deadline.left'), value: (d) => d.due_at, text: (d) => absolute(d.due_at), cell: (d) => <Due at={d.due_at} from={d.from_at} />, fixed: true },
		{ id: 'title', title: t('deadline.what'), value: (d) => d.title, cell: (d) => <Link to={deadlineLink(d)}>{d.title}</Link>, className: 'wide rest', fixed: true },
		{ id: 'kind', title: t('deadline.kind'), value: (d) => wordFor('deadline', d.kind), cell: (d) => <>{wordFor('deadline', d.kind)} {d.provisional && <Tag kind="line" hint={t('duty.provisional_hint')}>{t('duty.provisional')}</Tag>}</>, className: 'nowrap' },
		{ id: 'number', title: t('reports.incident'), value: (d) => d.incident_number ?? '', cell: (d) => d.incident_number && <Link to={`/su-co/${d.incident_number}`}>{d.incident_number}</Link>, className: 'nowrap' },
		{ id: 'at', title: t('deadline.at'), value: (d) => d.due_at, text: (d) => absolute(d.due_at), cell: (d) => <span className="nowrap">{absolute(d.due_at)}</span> },
	];
	return (
		<>
			<Loaded of={q}>
				{(d) => {
					const kinds = [...new Set(d.items.map((x) => x.kind))];
					const rows = d.items.filter((x) => !kind || x.kind === kind);
					return d.items.length === 0 ? <div className="card"><Empty title={t('deadline.none')}>{t('deadline.none_next')}</Empty></div> : (
						<DataTable name="thoi-han" label={t('frame.deadlines')} columns={columns} rows={rows} rowId={(x) => x.kind + x.id} onOpen={(x) => go(deadlineLink(x))}
							toolbar={<>
								<Chip on={!kind} onClick={() => setParams({}, { replace: true })}>{t('reports.chip_all')}</Chip>
								{kinds.map((k) => <Chip key={k} on={kind === k} onClick={() => setParams({ loai: k }, { replace: true })}>{wordFor('deadline', k)}</Chip>)}
							</>} />
					);
				}}
			</Loaded>
		</>
	);
}

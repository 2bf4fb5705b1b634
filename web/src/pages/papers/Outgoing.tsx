// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router-dom';
import { useGet, type Page, type Paper } from '../../api';
import { wordFor } from '../../lib/i18n';
import { useKeys } from '../../lib/keys';
import { paperLink } from '../../lib/papers';
import { absolute } from '../../lib/time';
import { Chip, DataTable, type Column } from '../../parts/DataTable';
import { Empty, Loaded } from '../../parts/Page';
import { When } from '../../parts/When';
import { useSession } from '../../session';
import { DraftDialog } from './Draft';
import { PaperState, referenceOf, SentMark } from './marks';

const FILTERS = ['open', 'draft', 'submitted', 'approved', 'numbered', 'issued', 'all'] as const;

export default function Outgoing() {
	return <PaperList />;
}

export function PaperList({ incident }: { incident?: string }) {
	const { t } = useTranslation();
	const { may } = useSession();
	const go = useNavigate();
	const [params, setParams] = useSearchParams();
	const [drafting, setDrafting] = useState(false);
	const state = params.get('trang-thai') ?? (incident ? 'all' : 'open');
	const q = useGet<Page<Paper>>('/documents', { incident, state, limit: 200 }, { keep: true });
	const write = may('HANDLE');
	useKeys(write ? { n: () => setDrafting(true) } : {});
	const columns: Column<Paper>[] = [
		{ id: 'title', title: t('paper.title'), value: (p) => p.title, cell: (p) => <><Link to={paperLink(p)}><b>{p.title}</b></Link>{p.variant && <span className="quiet"> · {wordFor('variant', p.variant)}</span>}</>, className: 'wide rest', fixed: true },
		{ id: 'state', title: t('paper.state'), value: (p) => wordFor('paper_state', p.state), cell: (p) => <><PaperState state={p.state} /> <SentMark paper={p} /></>, className: 'nowrap', fixed: true },
		{ id: 'ref', title: t('paper.reference'), value: (p) => p.doc_number ?? '', text: referenceOf, cell: referenceOf, className: 'nowrap' },
		{ id: 'date', title: t('paper.doc_date'), value: (p) => p.doc_date ?? '', text: (p) => dayVi(p.doc_date), cell: (p) => dayVi(p.doc_date), className: 'nowrap' },
		...(incident ? [] : [{ id: 'incident', title: t('reports.incident'), value: (p: Paper) => p.incident_number ?? '', cell: (p: Paper) => p.incident_number && <Link to={`/su-co/${p.incident_number}/van-ban`}>{p.incident_number}</Link>, className: 'nowrap' }]),
		{ id: 'number', title: t('paper.own_number'), value: (p) => p.number, cell: (p) => p.number, className: 'nowrap', hidden: true },
		{ id: 'basis', title: t('duty.basis'), value: (p) => p.basis ?? '', cell: (p) => p.basis, hidden: true },
		{ id: 'updated', title: t('incident.updated'), value: (p) => p.updated_at, text: (p) => absolute(p.updated_at), cell: (p) => <span className="quiet"><When at={p.updated_at} /></span>, className: 'nowrap' },
	];
	const add = write && <Button size="compact-sm" onClick={() => setDrafting(true)}>{t('paper.draft_new')}</Button>;
	const chips = FILTERS.map((f) => <Chip key={f} on={state === f} onClick={() => setParams(f === (incident ? 'all' : 'open') ? {} : { 'trang-thai': f }, { replace: true })}>{f === 'all' ? t('reports.chip_all') : f === 'open' ? t('paper.open') : wordFor('paper_state', f)}</Chip>);
	return (
		<>
			<Loaded of={q}>
				{(d) => d.items.length === 0 && state === (incident ? 'all' : 'open') ? (
					<>
						{!incident && <div className="chips">{chips}<span style={{ flex: 1 }} /></div>}
						<div className="card"><Empty title={incident ? t('paper.none_here') : t('paper.none_open')} action={write && <Button size="xs" onClick={() => setDrafting(true)}>{t('paper.draft_new')}</Button>}>{t('paper.none_next')}</Empty></div>
					</>
				) : (
					<div><DataTable name={incident ? 'van-ban-su-co' : 'van-ban'} label={t('frame.papers')} columns={columns} rows={d.items} rowId={(p) => p.id} onOpen={(p) => go(paperLink(p))} toolbar={<>{add}{chips}</>} /></div>
				)}
			</Loaded>
			{drafting && <DraftDialog onClose={() => setDrafting(false)} incident={incident} />}
		</>
	);
}

const dayVi = (d: string | null | undefined) => (d ? d.slice(0, 10).split('-').reverse().join('/') : '');

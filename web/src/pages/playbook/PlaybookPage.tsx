// SPDX-License-Identifier: Apache-2.0
// One playbook: edited as a draft, compared with what is in use, approved with its number, printed.
import { Button, Center, Group, Loader } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink, useParams } from 'react-router-dom';
import { API, useGet, type Page, type Playbook } from '../../api';
import { Tag } from '../../parts/Marks';
import { Card, Loaded, PageHead } from '../../parts/Page';
import { When } from '../../parts/When';
import { wordFor } from '../../lib/i18n';
import { useSession } from '../../session';
import { ApproveDialog } from './Approve';
import type { PlaybookValues } from './shape';

const Edit = lazy(() => import('./Edit'));
const Compare = lazy(() => import('./Compare'));

export interface Edition extends Playbook {
	state: string;
	is_current?: boolean;
	incidents?: number;
	row_version?: number;
	saved_at?: string | null;
	saved_by?: string | null;
	note?: string | null;
	values?: PlaybookValues;
	gaps?: string[];
}

export default function PlaybookPage() {
	const { t } = useTranslation();
	const { id, part } = useParams();
	const { may } = useSession();
	const [approving, setApproving] = useState(false);
	const q = useGet<Edition>(`/playbooks/${id}/text`, undefined, { held: true });
	const base = `/quan-tri/phuong-an/${id}`;
	return (
		<Loaded of={q}>
			{(e) => (
				<>
					<PageHead title={`${e.code} · ${e.title}`}>
						<Tag kind={e.state === 'draft' ? 'warn' : 'good'}>{wordFor('edition', e.state)} {e.version}</Tag>
						{e.approved && <Tag kind="good">{t('playbook.approved', { number: e.approved.doc_number })}</Tag>}
						{e.state !== 'draft' && <Button size="xs" variant="default" component="a" href={`/in/phuong-an/${e.id}`} target="_blank" rel="noreferrer">{t('print.print')}</Button>}
						{['pdf', 'docx'].map((f) => <Button key={f} size="xs" variant="default" component="a" href={`${API}/playbooks/${e.id}/print?edition=${e.version}&format=${f}`} download>{f.toUpperCase()}</Button>)}
						{(may('ADMIN') || may('DIRECT')) && (e.state === 'draft' || !e.approved) && <Button size="xs" onClick={() => setApproving(true)}>{t('playbook.approve')}</Button>}
					</PageHead>
					<nav className="tabs page-tabs" aria-label={t('playbook.parts')}>
						<NavLink to={base} end>{may('ADMIN') ? t('playbook.edit') : t('playbook.read')}</NavLink>
						<NavLink to={`${base}/so-sanh`}>{t('playbook.compare')}</NavLink>
						<NavLink to={`${base}/cac-ban`}>{t('playbook.editions')}</NavLink>
						<Link to="/quan-tri/phuong-an">{t('playbook.all')}</Link>
					</nav>
					<Suspense fallback={<Center h={160}><Loader aria-label={t('page.loading')} /></Center>}>
						{part === 'so-sanh' ? <Compare id={id!} /> : part === 'cac-ban' ? <Editions id={id!} /> : e.values && <Edit key={`${e.id}.${e.version}`} edition={e} locked={!may('ADMIN')} reload={() => q.refetch()} />}
					</Suspense>
					{approving && <ApproveDialog of={e} edition={Number(e.version)} onClose={() => setApproving(false)} />}
				</>
			)}
		</Loaded>
	);
}

function Editions({ id }: { id: string }) {
	const { t } = useTranslation();
	const q = useGet<Page<Edition>>(`/playbooks/${id}/texts`);
	return (
		<Loaded of={q}>
			{(d) => (
				<Card title={t('playbook.editions')} plain>
					<ul className="rows">
						{d.items.map((e) => (
							<li key={`${e.version}.${e.state}`} className="row multi">
								<span className="grow"><b>{t('paper.edition', { n: e.version })}</b> {e.note && <span className="quiet">· {e.note}</span>} {e.saved_by && <span className="quiet">· {e.saved_by}</span>} {e.saved_at && <span className="quiet small"><When at={e.saved_at} exact /></span>}</span>
								{e.incidents ? <span className="quiet small">{t('playbook.in_incidents', { count: e.incidents })}</span> : null}
								<Group gap={6}>
									<Tag kind={e.is_current ? 'good' : e.state === 'draft' ? 'warn' : ''}>{wordFor('edition', e.state)}</Tag>
									{e.approved && <Tag kind="good">{t('playbook.approved', { number: e.approved.doc_number })}</Tag>}
								</Group>
							</li>
						))}
					</ul>
				</Card>
			)}
		</Loaded>
	);
}

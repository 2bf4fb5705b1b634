// SPDX-License-Identifier: Apache-2.0
// Reports that come back by the calendar: Mẫu 05, Mẫu 08, the yearly plan, the profile.
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { API, query, saveFile, useGet, type Duty, type Page, type Paper, type PaperForm } from '../../api';
import { useForms } from '../../lib/papers';
import { now } from '../../lib/time';
import { running } from '../../parts/Clock';
import { ActionDialog } from '../../parts/Form';
import { Due } from '../../parts/Marks';
import { Card, Empty, Loaded } from '../../parts/Page';
import { useSession } from '../../session';
import { DutyList } from '../incident/Duties';
import { DraftDialog } from './Draft';
import { PaperState, referenceOf } from './marks';
import { dayOf } from './Steps';

export default function Periodic() {
	const { t } = useTranslation();
	const { may } = useSession();
	const forms = useForms().filter((f) => f.incident === false && !f.id.startsWith('cover-'));
	const duties = useGet<Page<Duty>>('/duties', { state: 'open', limit: 200 });
	const papers = useGet<Page<Paper>>('/documents', { state: 'all', limit: 200 });
	const [drafting, setDrafting] = useState<string | null>(null);
	const [exporting, setExporting] = useState<'plan' | 'mau05' | null>(null);
	const write = may('HANDLE');
	const yearly = (duties.data?.items ?? []).filter((d) => !d.incident_id);
	const of = (f: PaperForm) => yearly.filter((d) => d.form === f.id);
	return (
		<div className="stack">
			<Card title={t('periodic.forms')} plain aside={<Group gap={6}><Button size="compact-sm" variant="default" onClick={() => setExporting('plan')}>{t('periodic.plan')}</Button><Button size="compact-sm" variant="default" onClick={() => setExporting('mau05')}>{t('periodic.mau05')}</Button><Link to="/so-lieu">{t('periodic.figures')}</Link></Group>}>
				<ul className="rows">
					{forms.map((f) => {
						const due = running(of(f))[0];
						const last = papers.data?.items.find((p) => p.form === f.id);
						return (
							<li key={f.id} className="row multi tall">
								<span className="grow"><b>{f.title}</b>{f.source && <div className="quiet small">{f.source}</div>}</span>
								{last && <span className="small nowrap"><Link to={`/van-ban/${last.number}`}>{referenceOf(last) || last.number}</Link> <PaperState state={last.state} /></span>}
								{due && <Due at={due.due_at} from={due.clock_from_at} />}
								{write && <Button size="compact-sm" variant={due ? 'filled' : 'default'} onClick={() => setDrafting(f.id)}>{t('duty.draft')}</Button>}
							</li>
						);
					})}
				</ul>
			</Card>
			<Loaded of={duties}>
				{() => yearly.length === 0 ? <div className="card"><Empty title={t('periodic.none')}>{t('periodic.none_next')}</Empty></div> : <DutyList duties={yearly} canHandle={write} />}
			</Loaded>
			{drafting && <DraftDialog onClose={() => setDrafting(null)} periodic form={drafting} duty={running(yearly.filter((d) => d.form === drafting))[0]} />}
			{exporting && <Export what={exporting} onClose={() => setExporting(null)} />}
		</div>
	);
}

/** The yearly plan, and Mẫu 05 with the data files of other agencies put into one. */
function Export({ what, onClose }: { what: 'plan' | 'mau05'; onClose: () => void }) {
	const { t } = useTranslation();
	const year = new Date(now() + 7 * 3600_000).getUTCFullYear();
	const format = { name: 'format', label: t('periodic.format'), kind: 'choice' as const, options: ['docx', 'pdf', ...(what === 'mau05' ? ['xlsx', 'json'] : [])].map((f) => ({ value: f, label: f.toUpperCase() })) };
	if (what === 'plan')
		return (
			<ActionDialog opened onClose={onClose} title={t('periodic.plan')} submit={t('periodic.download')} initial={{ year: year + 1, format: 'docx' }} intro={<p style={{ margin: 0 }}>{t('periodic.plan_why')}</p>}
				fields={[{ name: 'year', label: t('periodic.year'), kind: 'number', required: true, half: true }, { name: 'parent_plan', label: t('periodic.parent_plan') }, format]}
				onSubmit={async (v) => { location.assign(`${API}/plan/file${query(v)}`); }} />
		);
	return (
		<ActionDialog opened onClose={onClose} title={t('periodic.mau05')} submit={t('periodic.download')} initial={{ from: `01/01/${year}`, to: new Date(now() + 7 * 3600_000).getUTCMonth() < 6 ? `30/06/${year}` : `31/12/${year}`, format: 'docx' }} intro={<p style={{ margin: 0 }}>{t('periodic.mau05_why')}</p>}
			fields={[
				{ name: 'from', label: t('paper.from'), kind: 'date', required: true, half: true }, { name: 'to', label: t('paper.to_day'), kind: 'date', required: true, half: true },
				{ name: 'proposals', label: t('periodic.proposals'), kind: 'area' }, { name: 'merge', label: t('periodic.merge'), kind: 'files', help: t('periodic.merge_help') }, format,
			]}
			onSubmit={(v) => saveFile('/forms/mau05', { ...v, from: dayOf(v.from, t('playbook.bad_date'), 'from'), to: dayOf(v.to, t('playbook.bad_date'), 'to') })} />
	);
}

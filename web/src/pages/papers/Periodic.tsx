// SPDX-License-Identifier: Apache-2.0
// Reports that come back by the calendar: Mẫu 05, Mẫu 08, the yearly plan, the profile.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useGet, type Duty, type Page, type Paper, type PaperForm } from '../../api';
import { useForms } from '../../lib/papers';
import { running } from '../../parts/Clock';
import { Due } from '../../parts/Marks';
import { Card, Empty, Loaded } from '../../parts/Page';
import { useSession } from '../../session';
import { DutyList } from '../incident/Duties';
import { DraftDialog } from './Draft';
import { PaperState, referenceOf } from './marks';

export default function Periodic() {
	const { t } = useTranslation();
	const { may } = useSession();
	const forms = useForms().filter((f) => f.incident === false && !f.id.startsWith('cover-'));
	const duties = useGet<Page<Duty>>('/duties', { state: 'open', limit: 200 });
	const papers = useGet<Page<Paper>>('/documents', { state: 'all', limit: 200 });
	const [drafting, setDrafting] = useState<string | null>(null);
	const write = may('HANDLE');
	const yearly = (duties.data?.items ?? []).filter((d) => !d.incident_id);
	const of = (f: PaperForm) => yearly.filter((d) => d.form === f.id);
	return (
		<div className="stack">
			<Card title={t('periodic.forms')} plain aside={<Link to="/so-lieu">{t('periodic.figures')}</Link>}>
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
		</div>
	);
}

// SPDX-License-Identifier: Apache-2.0
import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { API, useGet, words, type Report } from '../api';
import { wordFor } from '../lib/i18n';
import { labelOf, useSymptoms } from '../lib/people';
import { sizeText } from '../lib/size';
import { StateMark } from '../parts/Marks';
import { Loaded } from '../parts/Page';
import { Reveal } from '../parts/Reveal';
import { When } from '../parts/When';
import type { Act } from './Inbox';

export function ReportDetail({ id, onAct, onTake }: { id: string; onAct: (act: Act, r: Report) => void; onTake: (r: Report) => void }) {
	const q = useGet<Report>(`/reports/${id}/record`);
	return <Loaded of={q}>{(r) => <Body r={r} onAct={onAct} onTake={onTake} />}</Loaded>;
}

function Body({ r, onAct, onTake }: { r: Report; onAct: (act: Act, r: Report) => void; onTake: (r: Report) => void }) {
	const { t } = useTranslation();
	const symptoms = useSymptoms();
	const fresh = !r.taken_at && r.incident_state === 'received';
	const facts: [string, React.ReactNode][] = [
		[t('reports.symptoms'), words(r.symptoms).map((s) => labelOf(symptoms, s)).join(', ')],
		[t('reports.place'), [r.place, r.system_name].filter(Boolean).join(' · ')],
		[t('reports.who'), r.is_anonymous ? t('reports.anonymous') : [r.contact_name, r.contact_division].filter(Boolean).join(', ')],
		[t('reports.contact'), !r.is_anonymous && (
			<>{r.contact_phone && <a href={`tel:${r.contact_phone}`}>{r.contact_phone}</a>} {r.contact_email && <a href={`mailto:${r.contact_email}`}>{r.contact_email}</a>}</>
		)],
		[t('reports.channel'), wordFor('channel', r.channel)],
		[t('reports.occurred_at'), r.occurred_at && <When at={r.occurred_at} exact />],
		[t('reports.told_at'), <When at={r.told_at} exact key="told" />],
		[t('reports.entered_at'), r.entered_at !== r.told_at && <When at={r.entered_at} exact />],
		[t('reports.done'), r.done && <span className="pre">{r.done}</span>],
		[t('reports.code'), <span className="mono" key="code">{r.code}</span>],
		[t('reports.incident'), <span key="inc"><Link to={`/su-co/${r.incident_number}`}>{r.incident_number}</Link> <StateMark state={r.incident_state} /></span>],
		[t('reports.taken'), r.taken_at && <><When at={r.taken_at} exact /> {r.taken_by && `· ${r.taken_by}`}</>],
	];
	return (
		<div className="stack">
			<Group gap="xs">
				{fresh && <Button size="sm" onClick={() => onTake(r)}>{t('reports.take')}</Button>}
				<Button size="sm" variant="default" onClick={() => onAct('ask', r)}>{t('reports.ask')}</Button>
				{fresh && <Button size="sm" variant="default" onClick={() => onAct('merge', r)}>{t('reports.merge')}</Button>}
				{fresh && <Button size="sm" variant="default" onClick={() => onAct('dismiss', r)}>{t('reports.dismiss')}</Button>}
				{!fresh && <Button size="sm" variant="default" onClick={() => onAct('move', r)}>{t('reports.move')}</Button>}
			</Group>
			{r.description && <p className="pre" style={{ margin: 0, fontSize: 15 }}>{r.description}</p>}
			<dl className="facts">{facts.filter(([, v]) => v).map(([k, v]) => [<dt key={k}>{k}</dt>, <dd key={`${k}v`}>{v}</dd>])}</dl>
			{(r.evidence?.length ?? 0) > 0 && (
				<section>
					<h3>{t('reports.attach')}</h3>
					<ul className="plain files">
						{r.evidence!.map((e) => (
							<li key={e.id}>
								<b>{e.number}</b> <span className="mono">{e.name}</span> <span className="quiet">{sizeText(e.size)}</span>
								{e.media_type?.startsWith('image/') ? <Reveal id={e.id} name={e.name} /> : <> · <a href={`${API}/evidence/${e.id}/file`}>{t('evidence.download')}</a></>}
							</li>
						))}
					</ul>
				</section>
			)}
			<section>
				<h3>{t('reports.messages')}</h3>
				{(r.messages?.length ?? 0) === 0 ? <p className="quiet">{t('reports.no_messages')}</p> : (
					<ul className="talk">
						{r.messages!.map((m, i) => (
							<li key={i} className={m.direction}>
								<small>{m.direction === 'out' ? (m.author ?? t('reports.we')) : t('reports.reporter')} · <When at={m.sent_at} /></small>
								<p className="pre">{m.text}</p>
							</li>
						))}
					</ul>
				)}
			</section>
		</div>
	);
}

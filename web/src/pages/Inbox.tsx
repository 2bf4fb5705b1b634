// SPDX-License-Identifier: Apache-2.0
// Reports in order of urgency: take, merge, ask, close as none.
import { Button, Drawer, Menu, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import IconDots from '@tabler/icons-react/dist/esm/icons/IconDots.mjs';
import IconPaperclip from '@tabler/icons-react/dist/esm/icons/IconPaperclip.mjs';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router-dom';
import { useGet, useSend, words, type Incident, type Page, type Report } from '../api';
import { useAct } from '../lib/act';
import { wordFor } from '../lib/i18n';
import { useKeys } from '../lib/keys';
import { labelOf, usePeople, useSymptoms } from '../lib/people';
import { useRowKeys } from '../lib/rows';
import { Chip } from '../parts/DataTable';
import { ActionDialog } from '../parts/Form';
import { Level, StateMark, Tag } from '../parts/Marks';
import { Empty, Loaded, NewRows, PageHead, useFresh } from '../parts/Page';
import { When } from '../parts/When';
import { useSession } from '../session';
import { EnterReport } from './EnterReport';
import { ReportDetail } from './ReportDetail';

export type Act = 'merge' | 'ask' | 'dismiss' | 'move';

export default function Inbox() {
	const { t } = useTranslation();
	useFresh();
	const { may } = useSession();
	const go = useNavigate();
	const { id } = useParams();
	const [params, setParams] = useSearchParams();
	const [entering, setEntering] = useState(params.get('nhap') === '1');
	const [acting, setActing] = useState<{ act: Act; report: Report } | null>(null);
	const [text, setText] = useState('');
	const [q] = useDebouncedValue(text, 300);
	const { attempt, pending } = useAct();
	const state = params.get('state') ?? 'waiting';
	const list = useGet<Page<Report>>(may('HANDLE') ? '/reports' : null, { state, q, limit: 100 }, { held: true, keep: true });
	const items = list.data?.items ?? [];
	const find = (rid: string) => items.find((r) => r.id === rid);

	useKeys({ n: () => may('HANDLE') && setEntering(true) });
	const box = useRowKeys({
		Enter: (rid) => go(`/bao-cao/${find(rid)?.number ?? rid}?${params}`),
		a: (rid) => void take(find(rid)),
		m: (rid) => { const r = find(rid); if (r) setActing({ act: 'merge', report: r }); },
		c: (rid) => { const r = find(rid); if (r) setActing({ act: 'ask', report: r }); },
	});
	useEffect(() => { if (params.get('nhap') === '1') setEntering(true); }, [params]);

	async function take(r: Report | undefined) {
		if (!r) return;
		if (await attempt('POST', `/incidents/${r.incident_number}/take`, {})) go(`/su-co/${r.incident_number}`);
	}
	const closeDrawer = () => go(`/bao-cao?${params}`);

	if (!may('HANDLE')) {
		return (
			<>
				<PageHead title={t('frame.reports')} />
				<div className="card"><Empty title={t('reports.handlers_only')} action={<Button size="xs" variant="default" component={Link} to="/su-co">{t('reports.to_incidents')}</Button>}>{t('reports.handlers_only_why')}</Empty></div>
			</>
		);
	}
	return (
		<>
			<PageHead title={t('frame.reports')}>
				<Button component="a" href="/in/to-dan" target="_blank" variant="subtle">{t('reports.poster')}</Button>
				<Button onClick={() => setEntering(true)}>{t('reports.enter')}</Button>
			</PageHead>
			<NewRows what="reports" />
			<div className="chips">
				{(['waiting', 'taken', 'all'] as const).map((s) => (
					<Chip key={s} on={state === s} onClick={() => setParams(s === 'waiting' ? {} : { state: s }, { replace: true })}>{t(`reports.chip_${s}`)}</Chip>
				))}
				<TextInput size="xs" w={220} aria-label={t('reports.filter')} placeholder={t('reports.filter')} value={text} onChange={(e) => setText(e.currentTarget.value)} />
			</div>
			<Loaded of={list}>
				{() => (
					<div className="card" ref={box}>
						{items.length === 0 ? (
							<Empty title={state === 'waiting' && !q ? t('reports.none_waiting') : t('reports.none')}
								action={<Button size="xs" variant="default" onClick={() => setEntering(true)}>{t('reports.enter')}</Button>}>
								{t('reports.none_next')}
							</Empty>
						) : (
							<ul className="rows">
								{items.map((r) => <Row key={r.id} r={r} busy={pending} onTake={() => void take(r)} onAct={(act) => setActing({ act, report: r })} />)}
							</ul>
						)}
					</div>
				)}
			</Loaded>

			<Drawer opened={Boolean(id)} onClose={closeDrawer} title={t('reports.one', { number: id ?? '' })} closeButtonProps={{ 'aria-label': t('form.close') }}>
				{id && <ReportDetail id={id} onAct={(act, report) => setActing({ act, report })} onTake={(r) => void take(r)} />}
			</Drawer>
			<EnterReport opened={entering} onClose={() => { setEntering(false); if (params.get('nhap')) setParams({}, { replace: true }); }} />
			<ReportActs acting={acting} onClose={() => setActing(null)} />
		</>
	);
}

function Row({ r, busy, onTake, onAct }: { r: Report; busy: boolean; onTake: () => void; onAct: (a: Act) => void }) {
	const { t } = useTranslation();
	const symptoms = useSymptoms();
	const fresh = !r.taken_at && r.incident_state === 'received';
	const head = words(r.symptoms).map((s) => labelOf(symptoms, s)).join(', ') || r.description?.split('\n')[0] || t('reports.untitled');
	return (
		<li className="report" data-row={r.id} tabIndex={-1}>
			<span className={`dot ${fresh ? 'red full' : 'calm'}`} role="img" aria-label={fresh ? t('reports.not_taken') : t('reports.taken')} />
			<div className="main">
				<Link to={`/bao-cao/${r.number}`} className="title">{head}</Link>
				<div className="sub">
					{[r.place ?? r.system_name, r.is_anonymous ? t('reports.anonymous') : r.contact_name, wordFor('channel', r.channel)].filter(Boolean).join(' · ')}
					{r.files ? <> · <IconPaperclip size={13} aria-hidden /> {t('reports.files', { count: r.files })}</> : null}
				</div>
			</div>
			<div className="side">
				<When at={r.told_at} />
				{!fresh && <span className="nowrap"><Link to={`/su-co/${r.incident_number}`}>{r.incident_number}</Link> <StateMark state={r.incident_state} /> {r.incident_level && <Level level={r.incident_level} />}</span>}
				{fresh && r.urgency !== undefined && r.urgency <= 2 && <Tag kind="bad">{t('reports.urgent')}</Tag>}
			</div>
			<div className="acts">
				{fresh && <Button size="xs" onClick={onTake} disabled={busy}>{t('reports.take')}</Button>}
				<Menu position="bottom-end">
					<Menu.Target><Button size="xs" variant="default" px={8} aria-label={t('reports.more', { number: r.number })}><IconDots size={16} /></Button></Menu.Target>
					<Menu.Dropdown>
						<Menu.Item onClick={() => onAct('ask')}>{t('reports.ask')}</Menu.Item>
						{fresh && <Menu.Item onClick={() => onAct('merge')}>{t('reports.merge')}</Menu.Item>}
						{!fresh && <Menu.Item onClick={() => onAct('move')}>{t('reports.move')}</Menu.Item>}
						{fresh && <Menu.Item onClick={() => onAct('dismiss')}>{t('reports.dismiss')}</Menu.Item>}
					</Menu.Dropdown>
				</Menu>
			</div>
		</li>
	);
}

/** The dialogs of one report. */
export function ReportActs({ acting, onClose }: { acting: { act: Act; report: Report } | null; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const people = usePeople();
	const open = useGet<Page<Incident>>(acting?.act === 'merge' || acting?.act === 'move' ? '/incidents' : null, { state: 'open', limit: 100 });
	if (!acting) return null;
	const r = acting.report;
	const others = (open.data?.items ?? []).filter((i) => i.id !== r.incident_id).map((i) => ({ value: i.number, label: `${i.number} · ${i.title}` }));
	const common = { opened: true, onClose };
	switch (acting.act) {
	case 'ask':
		return (
			<ActionDialog {...common} title={t('reports.ask_title', { number: r.number })} submit={t('reports.ask_send')} draft={`report.ask.${r.id}`}
				fields={[{ name: 'text', label: t('reports.ask_text'), kind: 'area', rows: 4, required: true, help: r.is_anonymous ? t('reports.ask_help_anonymous') : t('reports.ask_help') }]}
				onSubmit={(v) => send('POST', `/reports/${r.id}/ask`, v)} />
		);
	case 'merge':
		return (
			<ActionDialog {...common} title={t('reports.merge_title', { number: r.incident_number })} submit={t('reports.merge')}
				intro={<p style={{ margin: 0 }}>{t('incidents.merge_why')}</p>}
				fields={[
					{ name: 'into', label: t('incidents.merge_into'), kind: 'select', required: true, options: others },
					{ name: 'reason', label: t('incident.reason'), kind: 'area' },
				]}
				onSubmit={(v) => send('POST', `/incidents/${r.incident_number}/merge`, v)} />
		);
	case 'move':
		return (
			<ActionDialog {...common} title={t('reports.move_title', { number: r.number })} submit={t('reports.move')}
				fields={[
					{ name: 'incident', label: t('reports.move_to'), kind: 'select', required: true, options: others },
					{ name: 'reason', label: t('incident.reason'), kind: 'area' },
				]}
				onSubmit={(v) => send('POST', `/reports/${r.id}/move`, v)} />
		);
	case 'dismiss':
		return (
			<ActionDialog {...common} title={t('incident.dismiss_title')} submit={t('incident.dismiss')} draft={`incident.dismiss.${r.incident_id}`}
				fields={[
					{ name: 'reason', label: t('incident.dismiss_reason'), kind: 'area', rows: 3, required: true, help: t('incident.dismiss_help') },
					{ name: 'second_person', label: t('incident.second_person'), kind: 'select', options: people, help: t('incident.second_person_help') },
				]}
				onSubmit={(v) => send('POST', `/incidents/${r.incident_number}/dismiss`, v)} />
		);
	}
}

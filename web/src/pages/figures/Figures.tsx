// SPDX-License-Identifier: Apache-2.0
// The figures of a period; each one opens the records it counts.
import { Alert, Button, Drawer, Select, TextInput } from '@mantine/core';
import IconFileSpreadsheet from '@tabler/icons-react/dist/esm/icons/IconFileSpreadsheet.mjs';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router-dom';
import { API, query, useGet, type Figure, type Statistics } from '../../api';
import { now, parseTyped } from '../../lib/time';
import { Card, Loaded, PageHead } from '../../parts/Page';
import { numberText } from '../../lib/size';
import { Mau05 } from './Mau05';

const Charts = lazy(() => import('./Charts'));

export interface Opened {
	title: string;
	ids: string[];
	kind: 'incident' | 'duty';
}
export type Open = (title: string, ids: string[] | undefined, kind?: Opened['kind']) => void;
const vi = (day: string) => day.split('-').reverse().join('/');

export default function Figures() {
	const { t } = useTranslation();
	const [params, setParams] = useSearchParams();
	const year = new Date(now() + 7 * 3600_000).getUTCFullYear();
	const from = params.get('tu') ?? `${year}-01-01`;
	const to = params.get('den') ?? `${year}-12-31`;
	const q = useGet<Statistics>('/statistics', { from, to }, { keep: true });
	const [opened, setOpened] = useState<Opened | null>(null);
	const open: Open = (title, ids, kind = 'incident') => {
		if (ids?.length) setOpened({ title, ids, kind });
	};
	return (
		<>
			<PageHead title={t('frame.figures')}>
				<Button size="xs" variant="default" component={Link} to="/van-ban/dinh-ky">{t('figures.periodic')}</Button>
				<Button size="xs" variant="default" component="a" href={`${API}/statistics/file${query({ from, to, format: 'xlsx' })}`} download leftSection={<IconFileSpreadsheet size={15} aria-hidden />}>{t('figures.xlsx')}</Button>
			</PageHead>
			<Period key={from + to} year={year} from={from} to={to} set={(tu, den) => setParams({ tu, den }, { replace: true })} />
			<Loaded of={q}>
				{(s) => (
					<div className="stack">
						{s.is_partial && <Alert color="orange" variant="light">{t('figures.partial')}</Alert>}
						<ul className="figures">
							<Big word={t('figures.incidents')} of={s.incidents} open={open} />
							<Big word={t('figures.attacks')} of={{ count: s.total.count, ids: s.total.ids.count }} open={open} />
							<Big word={t('figures.not_attack')} of={s.not_attack} open={open} />
							<Big word={t('figures.self_handled')} of={s.handling.self_handled} open={open} more={s.handling.self_percent !== null && s.handling.self_percent !== undefined ? `${s.handling.self_percent}%` : undefined} />
							<Big word={t('figures.closed')} of={s.closed} open={open} />
							<Big word={t('figures.on_time')} of={s.duties.on_time} open={(title, ids) => open(title, ids, 'duty')} more={s.duties.percent !== null && s.duties.percent !== undefined ? `${s.duties.percent}%` : undefined} />
							<Big word={t('figures.late')} of={s.duties.late} open={(title, ids) => open(title, ids, 'duty')} />
							<Big word={t('figures.missed')} of={s.duties.missed} open={(title, ids) => open(title, ids, 'duty')} />
							<Big word={t('figures.damage')} of={s.damage} open={open} shown={numberText(s.damage.vnd ?? 0)} />
						</ul>
						<Mau05 s={s} open={open} />
						<Suspense fallback={null}><Charts s={s} open={open} /></Suspense>
						<Times s={s} open={open} />
					</div>
				)}
			</Loaded>
			<Drawer opened={opened !== null} onClose={() => setOpened(null)} title={opened?.title} closeButtonProps={{ 'aria-label': t('form.close') }}>
				{opened && q.data && <Records of={opened} s={q.data} />}
			</Drawer>
		</>
	);
}

function Period({ year, from, to, set }: { year: number; from: string; to: string; set: (from: string, to: string) => void }) {
	const { t } = useTranslation();
	const ready: Record<string, [string, string]> = {
		year: [`${year}-01-01`, `${year}-12-31`], half1: [`${year}-01-01`, `${year}-06-30`], half2: [`${year}-07-01`, `${year}-12-31`], last: [`${year - 1}-01-01`, `${year - 1}-12-31`],
	};
	const current = Object.keys(ready).find((k) => ready[k][0] === from && ready[k][1] === to) ?? 'own';
	const [own, setOwn] = useState(current === 'own');
	const [typed, setTyped] = useState([vi(from), vi(to)]);
	const [bad, setBad] = useState(false);
	const day = (text: string) => {
		const at = parseTyped(text);
		return at && new Date(Date.parse(at) + 7 * 3600_000).toISOString().slice(0, 10);
	};
	return (
		<form className="chips" onSubmit={(e) => {
			e.preventDefault();
			const days = typed.map(day);
			setBad(!days[0] || !days[1]);
			if (days[0] && days[1]) set(days[0], days[1]);
		}}>
			<Select size="xs" w={190} aria-label={t('figures.period')} allowDeselect={false} value={own ? 'own' : current}
				data={[{ value: 'year', label: t('figures.year', { year }) }, { value: 'half1', label: t('figures.half1', { year }) }, { value: 'half2', label: t('figures.half2', { year }) }, { value: 'last', label: t('figures.year', { year: year - 1 }) }, { value: 'own', label: t('figures.own') }]}
				onChange={(v) => {
					setOwn(v === 'own');
					if (v && ready[v]) set(...ready[v]);
				}} />
			{own && (
				<>
					<TextInput size="xs" w={110} aria-label={t('paper.from')} value={typed[0]} error={bad || undefined} onChange={(e) => setTyped([e.currentTarget.value, typed[1]])} />
					<TextInput size="xs" w={110} aria-label={t('paper.to_day')} value={typed[1]} error={bad || undefined} onChange={(e) => setTyped([typed[0], e.currentTarget.value])} />
					<Button size="xs" type="submit" variant="default">{t('figures.show')}</Button>
				</>
			)}
			<span className="quiet small">{vi(from)} – {vi(to)}</span>
		</form>
	);
}

function Big({ word, of, open, more, shown }: { word: string; of: Figure; open: Open; more?: string; shown?: string }) {
	return (
		<li>
			<button type="button" disabled={!of.ids?.length} onClick={() => open(word, of.ids)}>
				<b>{shown ?? numberText(of.count)}</b>{more && <span className="quiet"> {more}</span>}
				<span className="word">{word}</span>
			</button>
		</li>
	);
}

function Times({ s, open }: { s: Statistics; open: Open }) {
	const { t } = useTranslation();
	return (
		<Card title={t('figures.times')} plain>
			<div className="scroll cards" tabIndex={0} role="region" aria-label={t('figures.times')}>
				<table className="list">
					<thead><tr><th>{t('figures.span')}</th><th className="num">{t('figures.count')}</th><th className="num">{t('figures.median')}</th><th className="num">{t('figures.p90')}</th></tr></thead>
					<tbody>
						{s.times.map((x) => (
							<tr key={x.id}><td>{x.title}</td><td className="num" data-label={t('figures.count')}><Number of={x} word={x.title} open={open} /></td><td className="num" data-label={t('figures.median')}>{x.median ?? '–'}</td><td className="num" data-label={t('figures.p90')}>{x.p90 ?? '–'}</td></tr>
						))}
					</tbody>
				</table>
			</div>
		</Card>
	);
}

/** A figure that opens its records. */
export function Number({ of, word, open }: { of: Figure; word: string; open: Open }) {
	if (!of.ids?.length) return <>{numberText(of.count)}</>;
	return <button type="button" className="linkish" onClick={() => open(word, of.ids)} aria-label={`${word}: ${of.count}`}>{numberText(of.count)}</button>;
}

function Records({ of, s }: { of: Opened; s: Statistics }) {
	const { t } = useTranslation();
	if (of.kind === 'duty') return <ul className="rows">{of.ids.map((id) => <li key={id} className="row"><DutyLine id={id} /></li>)}</ul>;
	return (
		<ul className="rows">
			{of.ids.map((id) => {
				const r = s.records.find((x) => x.id === id);
				return <li key={id}>{r ? <Link className="row multi" to={`/su-co/${r.number}`}><b className="nowrap">{r.number}</b><span className="grow">{r.title}</span></Link> : <span className="row quiet">{t('figures.hidden')}</span>}</li>;
			})}
		</ul>
	);
}

function DutyLine({ id }: { id: string }) {
	const q = useGet<{ title: string; incident_number: string | null }>(`/duties/${id}`);
	if (!q.data) return <span className="quiet">…</span>;
	return <Link to={q.data.incident_number ? `/su-co/${q.data.incident_number}/nghia-vu#${id}` : `/thoi-han/nghia-vu#${id}`}>{q.data.title}{q.data.incident_number && ` · ${q.data.incident_number}`}</Link>;
}

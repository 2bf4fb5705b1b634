// SPDX-License-Identifier: Apache-2.0
// A month of everything that is due, with the days off.
import { ActionIcon, Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import IconChevronLeft from '@tabler/icons-react/dist/esm/icons/IconChevronLeft.mjs';
import IconChevronRight from '@tabler/icons-react/dist/esm/icons/IconChevronRight.mjs';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router-dom';
import { useGet, type CalendarItem, type Holiday, type Page } from '../../api';
import { wordFor } from '../../lib/i18n';
import { useKeys } from '../../lib/keys';
import { clockOnly, dayOnly, now } from '../../lib/time';
import { Certainty } from '../../parts/Clock';
import { Tag } from '../../parts/Marks';
import { Empty, Loaded } from '../../parts/Page';

const DAY_MS = 86400_000;
const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const ROOM = 3; // items a day of the month bears
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Local days of the weeks that hold the month, as midnights of UTC. */
function weeksOf(year: number, month: number): number[][] {
	const first = Date.UTC(year, month - 1, 1);
	const from = first - ((new Date(first).getUTCDay() + 6) % 7) * DAY_MS;
	const weeks: number[][] = [];
	for (let at = from; at < Date.UTC(year, month, 1); at += 7 * DAY_MS) weeks.push([...Array(7).keys()].map((n) => at + n * DAY_MS));
	return weeks;
}
export function itemLink(i: CalendarItem): string {
	if (i.kind === 'contact') return '/van-ban/noi-nhan';
	if (i.kind === 'incoming') return '/van-ban/den';
	if (i.incident_number) return `/su-co/${i.incident_number}${i.kind === 'task' ? `/viec#${i.id}` : i.kind === 'duty' ? `/nghia-vu#${i.id}` : ''}`;
	return i.kind === 'duty' && i.id ? `/thoi-han/nghia-vu#${i.id}` : '/van-ban/dinh-ky';
}
const tone = (i: CalendarItem) => (i.is_foreseen ? 'still' : i.is_overdue ? 'past' : Date.parse(i.due_at) - now() < 3 * DAY_MS ? 'soon' : 'ok');

export default function Month() {
	const { t } = useTranslation();
	const [params, setParams] = useSearchParams();
	const phone = useMediaQuery('(max-width: 48em)');
	const today = iso(now() + 7 * 3600_000);
	const [year, month] = (params.get('thang') ?? today.slice(0, 7)).split('-').map(Number);
	const weeks = weeksOf(year, month);
	const from = iso(weeks[0][0]);
	const to = iso(weeks[weeks.length - 1][6]);
	const q = useGet<Page<CalendarItem>>('/calendar', { from, to }, { keep: true });
	const off = useGet<Page<Holiday>>('/holidays', { year }, { stale: 3600_000 });
	const go = (by: number) => setParams({ thang: iso(Date.UTC(year, month - 1 + by, 1)).slice(0, 7) }, { replace: true });
	useKeys({ '[': () => go(-1), ']': () => go(1) });
	const holiday = (day: string) => off.data?.items.find((h) => h.date === day);
	return (
		<>
			<div className="chips">
				<ActionIcon variant="default" size={30} aria-label={t('calendar.prev')} onClick={() => go(-1)}><IconChevronLeft size={16} /></ActionIcon>
				<h2 className="month-title" aria-live="polite">{t('calendar.title', { month, year })}</h2>
				<ActionIcon variant="default" size={30} aria-label={t('calendar.next')} onClick={() => go(1)}><IconChevronRight size={16} /></ActionIcon>
				<Button size="compact-sm" variant="default" onClick={() => setParams({}, { replace: true })}>{t('calendar.this')}</Button>
			</div>
			<Loaded of={q}>
				{(d) => {
					const of = (day: string) => d.items.filter((i) => dayOnly(i.due_at).split('/').reverse().join('-') === day);
					return phone ? <Agenda days={weeks.flat().map(iso).filter((x) => Number(x.slice(5, 7)) === month)} of={of} today={today} holiday={holiday} />
						: (
							<div className="card scroll" tabIndex={0} role="region" aria-label={t('calendar.month')}>
								<table className="month">
									<thead><tr>{WEEK.map((w) => <th key={w} scope="col">{t(`calendar.${w}`)}</th>)}</tr></thead>
									<tbody>
										{weeks.map((week) => (
											<tr key={week[0]}>
												{week.map((ms) => {
													const day = iso(ms);
													const items = of(day);
													const rest = holiday(day);
													return (
														<td key={day} className={[Number(day.slice(5, 7)) !== month && 'other', day === today && 'today', (rest?.kind === 'off' || [0, 6].includes(new Date(ms).getUTCDay())) && rest?.kind !== 'working' && 'off'].filter(Boolean).join(' ')}>
															<time dateTime={day}>{Number(day.slice(8))}</time>
															{rest && <span className="rest">{rest.title}</span>}
															<ul>
																{items.slice(0, ROOM).map((i) => <li key={i.key ?? i.id}><Item item={i} /></li>)}
																{items.length > ROOM && <li className="quiet small" title={items.slice(ROOM).map((i) => i.title).join('\n')}>{t('calendar.more', { count: items.length - ROOM })}</li>}
															</ul>
														</td>
													);
												})}
											</tr>
										))}
									</tbody>
								</table>
							</div>
						);
				}}
			</Loaded>
		</>
	);
}

function Item({ item: i }: { item: CalendarItem }) {
	const { t } = useTranslation();
	return (
		<Link to={itemLink(i)} className={`due-item ${tone(i)}`} title={`${clockOnly(i.due_at)} ${i.title}${i.incident_number ? ` · ${i.incident_number}` : ''}${i.is_foreseen ? ` (${t('calendar.foreseen')})` : ''}`}>
			{tone(i) === 'past' && <span aria-hidden>! </span>}{i.title}
		</Link>
	);
}

function Agenda({ days, of, today, holiday }: { days: string[]; of: (day: string) => CalendarItem[]; today: string; holiday: (day: string) => Holiday | undefined }) {
	const { t } = useTranslation();
	const used = days.filter((d) => of(d).length > 0 || holiday(d));
	if (used.length === 0) return <div className="card"><Empty title={t('calendar.none')} /></div>;
	return (
		<div className="stack">
			{used.map((day) => (
				<section key={day} className="card">
					<header><h2>{t(`calendar.${WEEK[(new Date(day).getUTCDay() + 6) % 7]}`)}, {day.split('-').reverse().join('/')}{day === today && <> · {t('frame.today')}</>}</h2>{holiday(day) && <Tag>{holiday(day)!.title}</Tag>}</header>
					<ul className="rows">
						{of(day).map((i) => (
							<li key={i.key ?? i.id}>
								<Link className="row multi" to={itemLink(i)}>
									<span className={`dot ${{ past: 'red full', soon: 'amber', ok: 'green', still: 'calm' }[tone(i)]}`} aria-hidden />
									<span className="grow">{i.title} {i.incident_number && <span className="quiet">· {i.incident_number}</span>}</span>
									{i.is_foreseen && <Tag kind="line">{t('calendar.foreseen')}</Tag>}
									<Certainty value={i.certainty} />
									<span className="quiet nowrap">{wordFor('deadline', i.kind)} · {clockOnly(i.due_at)}</span>
								</Link>
							</li>
						))}
					</ul>
				</section>
			))}
		</div>
	);
}

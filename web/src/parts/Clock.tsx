// SPDX-License-Identifier: Apache-2.0
// The law's clocks: how much of the time is gone, what is left, how sure the rule is.
import { Tooltip } from '@mantine/core';
import IconScale from '@tabler/icons-react/dist/esm/icons/IconScale.mjs';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { Duty } from '../api';
import { wordFor } from '../lib/i18n';
import { absolute, now, toMs, untilDue } from '../lib/time';
import { Tag } from './Marks';
import { useTick } from './When';

const FINISHED = ['sent', 'acknowledged', 'cancelled', 'superseded'];
export const isFinished = (d: Pick<Duty, 'state'>) => FINISHED.includes(d.state);

/** Of the period, 0 to 100; more than 100 once it is past; null when nothing runs. */
export function gone(d: Duty): number | null {
	const from = toMs(d.clock_from_at);
	const due = toMs(d.due_at);
	if (due === null) return null;
	if (from === null || from >= due) return now() >= due ? 100 : 0;
	return Math.round(((now() - from) * 100) / (due - from));
}

export type Tone = 'ok' | 'soon' | 'past' | 'done' | 'still';
export function toneOf(d: Duty): Tone {
	if (isFinished(d)) return 'done';
	const percent = gone(d);
	if (percent === null) return 'still';
	return (toMs(d.due_at) ?? 0) < now() ? 'past' : percent >= 75 ? 'soon' : 'ok';
}

/** What is not checked against the legal text is for a lawyer to see first. */
export function Certainty({ value }: { value: string | null | undefined }) {
	const { t } = useTranslation();
	if (!value || value === 'verified') return null;
	return <Tag kind="warn" hint={t('duty.lawyer_hint', { how: wordFor('certainty', value) })}><IconScale size={12} aria-hidden /> {t('duty.lawyer')}</Tag>;
}

export function ClockBar({ duty }: { duty: Duty }) {
	const { t } = useTranslation();
	useTick();
	const percent = gone(duty);
	const tone = toneOf(duty);
	if (percent === null || tone === 'done') return null;
	const shown = Math.max(2, Math.min(100, percent));
	return (
		<span className={`clock-bar ${tone}`} role="meter" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.max(0, Math.min(100, percent))}
			aria-label={t('duty.gone', { percent: Math.max(0, Math.min(100, percent)) })}>
			<span className="fill" style={{ width: `${shown}%` }} />
		</span>
	);
}

/** When to send, where the due date itself is a day off. */
export function SendBy({ duty }: { duty: Duty }) {
	const { t } = useTranslation();
	if (!duty.send_by_at || duty.send_by_at === duty.due_at || isFinished(duty)) return null;
	return <span className="send-by">{t('duty.send_by', { time: absolute(duty.send_by_at) })}{duty.is_off_day && <> ({t('duty.off_day')})</>}</span>;
}

export function dutyLink(d: Duty): string {
	return d.incident_number ? `/su-co/${d.incident_number}/nghia-vu#${d.id}` : `/thoi-han/nghia-vu#${d.id}`;
}

/** The nearest clocks side by side. */
export function ClockStrip({ duties, numbers }: { duties: Duty[]; numbers?: boolean }) {
	const { t } = useTranslation();
	useTick();
	return (
		<ul className="clocks" aria-label={t('duty.clocks')}>
			{duties.map((d) => {
				const tone = toneOf(d);
				return (
					<li key={d.id} className={`clock ${tone}${d.is_provisional ? ' hollow' : ''}`}>
						<Link to={dutyLink(d)}>
							<Tooltip label={`${d.title}${d.basis ? ` · ${d.basis}` : ''}`} maw={340}><span className="what">{d.title}</span></Tooltip>
							<ClockBar duty={d} />
							<span className="left" title={absolute(d.due_at)}>
								<b>{tone === 'past' && <span aria-hidden>! </span>}{d.due_at ? untilDue(d.due_at) : t('duty.throughout')}</b>
								{d.is_provisional && <span className="quiet"> · {t('duty.provisional')}</span>}
							</span>
							<span className="more">
								{numbers && d.incident_number && <span>{d.incident_number}</span>}
								<span>{wordFor('duty', d.state)}</span>
							</span>
							<SendBy duty={d} />
						</Link>
						<Certainty value={d.certainty} />
					</li>
				);
			})}
		</ul>
	);
}

/** What runs, the nearest first; what has no due time last. */
export function running(duties: Duty[]): Duty[] {
	return duties.filter((d) => !isFinished(d)).sort((a, b) => (toMs(a.due_at) ?? Infinity) - (toMs(b.due_at) ?? Infinity));
}

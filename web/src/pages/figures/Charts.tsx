// SPDX-License-Identifier: Apache-2.0
// The same figures as pictures: by month, level, kind and division. Each bar opens its records.
import { useTranslation } from 'react-i18next';
import type { StatGroup, Statistics } from '../../api';
import { Card } from '../../parts/Page';
import type { Open } from './Figures';

export default function Charts({ s, open }: { s: Statistics; open: Open }) {
	const { t } = useTranslation();
	return (
		<div className="chart-grid">
			<Card title={t('figures.by_month')}><Columns items={s.by_month} open={open} label={t('figures.by_month')} /></Card>
			<Card title={t('figures.by_level')}><Bars items={s.by_level} open={open} label={t('figures.by_level')} level /></Card>
			<Card title={t('figures.by_type')}><Bars items={s.by_type.filter((x) => x.count > 0)} open={open} label={t('figures.by_type')} /></Card>
			<Card title={t('figures.by_division')}><Bars items={s.by_division.filter((x) => x.count > 0)} open={open} label={t('figures.by_division')} /></Card>
		</div>
	);
}

function Bars({ items, open, label, level }: { items: StatGroup[]; open: Open; label: string; level?: boolean }) {
	const { t } = useTranslation();
	const most = Math.max(1, ...items.map((x) => x.count));
	if (items.length === 0) return <p className="quiet" style={{ margin: 0 }}>{t('figures.nothing')}</p>;
	return (
		<ul className="bars" aria-label={label}>
			{items.map((x) => (
				<li key={x.id}>
					<button type="button" disabled={x.count === 0} onClick={() => open(x.title, x.ids)} aria-label={`${x.title}: ${x.count}`}>
						<span className="word">{x.title}</span>
						<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden><rect width={(x.count * 100) / most} height="10" className={level ? `l${x.id}` : undefined} /></svg>
						<b>{x.count}</b>
					</button>
				</li>
			))}
		</ul>
	);
}

function Columns({ items, open, label }: { items: StatGroup[]; open: Open; label: string }) {
	const most = Math.max(1, ...items.map((x) => x.count));
	return (
		<ul className="columns" aria-label={label}>
			{items.map((x) => (
				<li key={x.id}>
					<button type="button" disabled={x.count === 0} onClick={() => open(x.title, x.ids)} aria-label={`${x.title}: ${x.count}`} title={`${x.title}: ${x.count}`}>
						<b>{x.count || ''}</b>
						<svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden><rect y={100 - (x.count * 100) / most} width="10" height={(x.count * 100) / most} /></svg>
						<span className="word">{x.title.replace(/^(.*\D)?(\d{1,2})\/\d{4}$/, '$2')}</span>
					</button>
				</li>
			))}
		</ul>
	);
}

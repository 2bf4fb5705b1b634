// SPDX-License-Identifier: Apache-2.0
// The table of Mẫu 05 as it will be printed.
import { useTranslation } from 'react-i18next';
import type { StatRow, Statistics } from '../../api';
import { Card, Empty } from '../../parts/Page';
import { Number, type Open } from './Figures';

const COLUMNS = ['count', 'self_handled', 'helped_domestic', 'helped_foreign', 'asked_coordinator'] as const;

export function Mau05({ s, open }: { s: Statistics; open: Open }) {
	const { t } = useTranslation();
	const line = (r: StatRow, total?: boolean) => (
		<tr key={r.type ?? 'total'} className={total ? 'total' : r.count === 0 ? 'dim' : undefined}>
			<th scope="row">{r.title}</th>
			{COLUMNS.map((c) => <td key={c} className="num" data-label={t(`figures.c_${c}`)}><Number of={{ count: r[c], ids: r.ids[c] ?? [] }} word={`${r.title}, ${t(`figures.c_${c}`)}`} open={open} /></td>)}
			<td data-label={t('figures.c_damage')}>{r.damage}</td>
		</tr>
	);
	return (
		<Card title={t('figures.mau05')} plain>
			{s.is_nil && <Empty title={t('figures.nil')}>{t('figures.nil_next')}</Empty>}
			<div className="scroll" tabIndex={0} role="region" aria-label={t('figures.mau05')}>
				<table className="list mau05">
					<thead><tr><th>{t('incident.type')}</th>{COLUMNS.map((c) => <th key={c} className="num">{t(`figures.c_${c}`)}</th>)}<th>{t('figures.c_damage')}</th></tr></thead>
					<tbody>{s.rows.map((r) => line(r))}{line(s.total, true)}</tbody>
				</table>
			</div>
			{(s.helpers.length > 0 || s.helpers_foreign.length > 0) && <p className="row quiet small">{t('figures.helpers')}: {[...s.helpers, ...s.helpers_foreign].map((h) => `${h.name} (${h.count})`).join('; ')}</p>}
		</Card>
	);
}

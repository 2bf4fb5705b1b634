// SPDX-License-Identifier: Apache-2.0
// What the ledger holds about this incident, and every score it ever had.
import { useTranslation } from 'react-i18next';
import { useGet, type Change, type LedgerEntry, type Page, type Score } from '../../api';
import { wordFor } from '../../lib/i18n';
import { labelOf, useTypes } from '../../lib/people';
import { Beyond, Level, Tag } from '../../parts/Marks';
import { Card, Loaded } from '../../parts/Page';
import { When } from '../../parts/When';
import { useSession } from '../../session';
import type { TabProps } from './Page';
import { Reasons } from './Reasons';

export default function History({ incident: i }: TabProps) {
	const { t } = useTranslation();
	const { may } = useSession();
	const types = useTypes();
	const scores = useGet<Page<Score>>(`/incidents/${i.id}/scores`);
	const entries = useGet<Page<Change>>('/changes', { incident: i.id, after: -1, limit: 200 });
	const leaves = useGet<Page<LedgerEntry>>(may('INSPECT') ? '/ledger' : null, { incident: i.id, limit: 200 });
	const leaf = new Map(leaves.data?.items.map((e) => [e.seq, e.leaf]));
	return (
		<>
			{i.seal && <Card title={t('history.seal')}><p style={{ margin: 0 }}>{t('history.seal_why')} <span className="mono">{i.seal}</span></p></Card>}
			<Card title={t('history.scores')} plain>
				<Loaded of={scores}>
					{(d) => d.items.length === 0 ? <p className="row quiet">{t('overview.no_score')}</p> : (
						<ul className="rows">
							{d.items.map((s) => (
								<li key={s.id}>
									<details className="score">
										<summary><Level level={s.level} /> {labelOf(types, s.type)} {s.qd05_class && <Tag kind="line">{wordFor('qd05', s.qd05_class)}</Tag>} {s.beyond && <Beyond value={s.beyond} />}<span className="quiet"> <When at={s.scored_at} exact /> · {s.by_name}</span></summary>
										{s.override_reason && <p><b>{t('overview.override')}: </b>{s.override_reason}</p>}
										<Reasons result={s.result} />
										<p className="quiet small">{t('history.table', { version: s.severity_version })}</p>
									</details>
								</li>
							))}
						</ul>
					)}
				</Loaded>
			</Card>
			<Card title={t('history.ledger')} plain>
				<Loaded of={entries}>
					{(d) => (
						<div className="scroll" tabIndex={0} role="region" aria-label={t('history.ledger')}>
							<table className="list">
								<thead><tr><th className="num">{t('history.seq')}</th><th>{t('history.at')}</th><th>{t('history.what')}</th><th>{t('history.who')}</th>{may('INSPECT') && <th>{t('history.leaf')}</th>}</tr></thead>
								<tbody>
									{d.items.map((e) => (
										<tr key={e.seq}><td className="num">{e.seq}</td><td className="nowrap"><When at={e.at} exact /></td><td>{e.op_text}</td><td className="nowrap">{e.actor}</td>{may('INSPECT') && <td className="mono nowrap" title={leaf.get(e.seq)}>{leaf.get(e.seq)?.slice(0, 12)}</td>}</tr>
									))}
								</tbody>
							</table>
						</div>
					)}
				</Loaded>
			</Card>
		</>
	);
}

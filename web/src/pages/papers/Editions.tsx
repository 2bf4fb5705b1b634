// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { PaperFull } from '../../api';
import { Tag } from '../../parts/Marks';
import { Card } from '../../parts/Page';
import { When } from '../../parts/When';

export default function Editions({ paper: p }: { paper: PaperFull }) {
	const { t } = useTranslation();
	return (
		<Card title={t('paper.part_cac_ban')} plain>
			<ul className="rows">
				{[...p.editions].reverse().map((e) => (
					<li key={e.edition} className="row multi">
						<span className="grow"><b>{t('paper.edition', { n: e.edition })}</b> {e.note && <span className="quiet">· {e.note}</span>} {e.is_frozen && <Tag hint={t('paper.frozen_hint')}>{t('paper.frozen')}</Tag>}</span>
						{e.edition < p.edition && <Link className="small" to={`?phan=so-sanh&ban=${e.edition}`}>{t('paper.diff_now')}</Link>}
						<span className="quiet">{e.by_name}</span>
						<span className="quiet nowrap"><When at={e.saved_at} exact /></span>
					</li>
				))}
			</ul>
		</Card>
	);
}

// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from 'react-i18next';

export default function Prints() {
	const { t } = useTranslation();
	const items = [
		{ to: '/in/to-dan', word: t('print.poster'), why: t('print.poster_why') },
		{ to: '/in/phieu', word: t('print.slip'), why: t('print.slip_why') },
	];
	return (
		<div className="card narrow">
			<ul className="rows">
				{items.map((i) => (
					<li key={i.to}><a className="row multi tall" href={i.to} target="_blank" rel="noreferrer"><span className="grow"><b>{i.word}</b><div className="quiet small">{i.why}</div></span>{t('print.print')}</a></li>
				))}
			</ul>
		</div>
	);
}

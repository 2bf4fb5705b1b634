// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';

/** The three views of alerts. */
export function Tabs({ at }: { at: string }) {
	const { t } = useTranslation();
	return (
		<nav className="tabs page-tabs" aria-label={t('frame.alerts')}>
			{[['', t('alert.tab_list')], ['quy-tac', t('alert.tab_rules')], ['tat-tieng', t('alert.tab_mutes')]].map(([slug, word]) => (
				<Link key={slug} to={slug ? `/canh-bao/${slug}` : '/canh-bao'} aria-current={slug === at ? 'page' : undefined}>{word}</Link>
			))}
		</nav>
	);
}

// SPDX-License-Identifier: Apache-2.0
// Editions of detection rules: which one hunts use, and going back to another.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, useSend, type Page, type RuleEdition } from '../../api';
import { absolute } from '../../lib/time';
import { numberText } from '../../lib/size';
import { ActionDialog } from '../../parts/Form';
import { Tag } from '../../parts/Marks';
import { Card, Loaded } from '../../parts/Page';
import { useSession } from '../../session';

export default function RuleEditions() {
	const { t } = useTranslation();
	const { may } = useSession();
	const { send } = useSend();
	const list = useGet<Page<RuleEdition>>('/rules/versions');
	const [chosen, setChosen] = useState<{ number: number; name: string } | null>(null);
	const use = (number: number, name: string, used: boolean) => (used ? <Tag kind="good">{t('rules.used')}</Tag>
		: may('ADMIN') && <Button size="compact-sm" variant="default" onClick={() => setChosen({ number, name })}>{t('rules.use')}</Button>);
	return (
		<div className="stack narrow">
			<Loaded of={list}>
				{(d) => (
					<Card title={t('admin.quy-tac')} plain>
						<ul className="rows">
							{d.items.slice().reverse().map((e) => (
								<li key={e.number} className="row tall keys">
									<div className="grow">
										<b>{t('rules.edition', { number: e.number })}</b> {e.label ?? e.source}
										<div className="quiet small">{t('rules.loaded', { count: e.loaded, shown: numberText(e.loaded) })} · {t('rules.left', { unmapped: numberText(e.unmapped), refused: numberText(e.refused) })}</div>
										<div className="quiet small">{t('rules.imported', { at: absolute(e.imported_at) })}{e.imported_by && ` · ${e.imported_by}`}{e.label && ` · ${e.source}`}</div>
									</div>
									{use(e.number, t('rules.edition', { number: e.number }), e.is_used)}
								</li>
							))}
							<li className="row tall keys">
								<div className="grow"><b>{t('rules.shipped')}</b><div className="quiet small">{t('rules.shipped_why')}</div></div>
								{use(0, t('rules.shipped'), !d.items.some((e) => e.is_used))}
							</li>
						</ul>
					</Card>
				)}
			</Loaded>
			<p className="quiet small">{t('rules.how')} <code>khien rules import sigma_all_rules.zip</code></p>
			<ActionDialog opened={Boolean(chosen)} onClose={() => setChosen(null)} title={t('rules.use_title', { name: chosen?.name ?? '' })} submit={t('rules.use')} size="md" intro={<p className="quiet" style={{ margin: 0 }}>{t('rules.use_why')}</p>}
				fields={[]} onSubmit={() => send('POST', '/rules/revert', { number: chosen!.number })} />
		</div>
	);
}

// SPDX-License-Identifier: Apache-2.0
// For whoever has an account but no incidents to look at.
import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useGet, type Custody, type Page } from '../api';
import { useAct } from '../lib/act';
import { useMe } from '../session';
import { Card, Empty, PageHead } from '../parts/Page';
import { When } from '../parts/When';

export default function Plain() {
	const { t } = useTranslation();
	const me = useMe();
	return (
		<>
			<PageHead title={t('plain.hello', { name: me.account.name })} />
			<div className="stack">
				<div className="card"><Empty title={t('plain.title')} action={<Button component="a" href="/bao-su-co">{t('sign.report_link')}</Button>}>{t('plain.next')}</Empty></div>
				<MyCustody />
			</div>
		</>
	);
}

/** Hand-overs that wait for one's own word. */
export function MyCustody() {
	const { t } = useTranslation();
	const { attempt } = useAct();
	const me = useMe();
	const q = useGet<Page<Custody & { number: string; name: string }>>('/custody');
	const open = (q.data?.items ?? []).filter((c) => (c.from_id === me.account.id && !c.from_confirmed_at) || (c.to_id === me.account.id && !c.to_confirmed_at));
	if (open.length === 0) return null;
	return (
		<Card title={t('custody.waiting')} plain>
			<ul className="rows">
				{open.map((c) => (
					<li key={c.id} className="row multi">
						<span className="grow"><b>{c.number}</b> {c.name}<div className="quiet small">{c.from_name} → {c.to_name} · {c.place} · <When at={c.acted_at} exact /></div></span>
						<Group gap={6}>
							<Button size="compact-sm" variant="default" component="a" href={`/in/ban-giao/${c.id}`} target="_blank">{t('custody.print')}</Button>
							<Button size="compact-sm" onClick={() => void attempt('POST', `/custody/${c.id}/confirm`, {})}>{t('custody.confirm')}</Button>
						</Group>
					</li>
				))}
			</ul>
		</Card>
	);
}

// SPDX-License-Identifier: Apache-2.0
// What is hidden, by whom, why and until when.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router-dom';
import { useGet, useSend, type Mute, type Page } from '../../api';
import { wordFor } from '../../lib/i18n';
import { absolute } from '../../lib/time';
import { Chip } from '../../parts/DataTable';
import { ActionDialog } from '../../parts/Form';
import { Due, Tag } from '../../parts/Marks';
import { Empty, Loaded, PageHead } from '../../parts/Page';
import { useSession } from '../../session';
import { Tabs } from './Tabs';

export default function Mutes() {
	const { t } = useTranslation();
	const { may } = useSession();
	const { send } = useSend();
	const [params, setParams] = useSearchParams();
	const all = params.get('ca') === '1';
	const [lifting, setLifting] = useState<Mute | null>(null);
	const list = useGet<Page<Mute>>('/alerts/mutes', { state: all ? 'all' : undefined, limit: 200 }, { keep: true });
	return (
		<>
			<PageHead title={t('alert.mutes_title')} />
			<Tabs at="tat-tieng" />
			<div className="chips">
				<Chip on={!all} onClick={() => setParams({}, { replace: true })}>{wordFor('mute_state', 'active')}</Chip>
				<Chip on={all} onClick={() => setParams({ ca: '1' }, { replace: true })}>{t('alert.mutes_all')}</Chip>
			</div>
			<Loaded of={list}>
				{(d) => d.items.length === 0 ? <div className="card"><Empty title={t('alert.no_mutes')}>{t('alert.no_mutes_next')}</Empty></div> : (
					<div className="card">
						<ul className="rows">
							{d.items.map((m) => (
								<li key={m.id} className="row tall mute">
									<div className="grow">
										<b>{m.title ?? m.rule_id ?? t('alert.any_rule')}</b>{' '}
										{m.rule_id && <span className="mono quiet small">{m.rule_id}</span>}{' '}
										{m.host && <Tag kind="line">{t('alert.host')}: {m.host}</Tag>}{' '}
										{m.user_name && <Tag kind="line">{t('alert.user')}: {m.user_name}</Tag>}
										<div className="quiet">{m.reason} · {m.owner_name} · {absolute(m.muted_at)}</div>
										{m.lifted_at && <div className="quiet">{wordFor('mute_state', 'lifted')} {absolute(m.lifted_at)}{m.lifted_by && ` · ${m.lifted_by}`} · {m.lift_reason}</div>}
									</div>
									<Link to={`/canh-bao?trang-thai=muted&gop=one&tat-tieng=${m.id}`} className="nowrap">{t('alert.hides', { count: m.hidden ?? 0 })}</Link>
									{m.mute_state === 'active' ? <Due at={m.expires_at} from={m.muted_at} /> : <Tag>{wordFor('mute_state', m.mute_state)}</Tag>}
									{may('HANDLE') && !m.lifted_at && <Button size="compact-sm" variant="default" onClick={() => setLifting(m)}>{t('alert.unmute')}</Button>}
								</li>
							))}
						</ul>
					</div>
				)}
			</Loaded>
			<ActionDialog opened={Boolean(lifting)} onClose={() => setLifting(null)} title={t('alert.unmute')} submit={t('alert.unmute')} size="md" intro={<p className="quiet" style={{ margin: 0 }}>{t('alert.unmute_why')}</p>}
				fields={[{ name: 'reason', label: t('incident.reason'), kind: 'area', required: true }]}
				onSubmit={(v) => send('POST', `/alerts/mutes/${lifting!.id}/lift`, v)} />
		</>
	);
}

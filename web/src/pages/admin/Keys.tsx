// SPDX-License-Identifier: Apache-2.0
// Keys of programs that send alerts: made, shown once, revoked.
import { Alert, Button, Code } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, useSend, type ApiKey, type Page } from '../../api';
import { wordFor } from '../../lib/i18n';
import { absolute } from '../../lib/time';
import { ActionDialog } from '../../parts/Form';
import { Tag } from '../../parts/Marks';
import { Card, Empty, Loaded } from '../../parts/Page';
import { When } from '../../parts/When';

export default function Keys() {
	const { t } = useTranslation();
	const { send } = useSend();
	const list = useGet<Page<ApiKey>>('/keys');
	const [adding, setAdding] = useState(false);
	const [revoking, setRevoking] = useState<ApiKey | null>(null);
	const [made, setMade] = useState<{ name: string; key: string } | null>(null);
	const here = window.location.origin;
	const add = <Button size="xs" onClick={() => setAdding(true)}>{t('key.add')}</Button>;
	return (
		<div className="stack narrow">
			{made && (
				<Alert color="teal" variant="light" title={t('key.made', { name: made.name })} withCloseButton closeButtonLabel={t('form.close')} onClose={() => setMade(null)} role="status">
					<p style={{ marginTop: 0 }}>{t('key.once')}</p>
					<Code block className="mono">{made.key}</Code>
					<Button mt="xs" size="compact-sm" variant="default" onClick={() => void navigator.clipboard?.writeText(made.key)}>{t('key.copy')}</Button>
				</Alert>
			)}
			<Loaded of={list}>
				{(d) => (
					<Card title={t('admin.khoa-api')} aside={add} plain>
						{d.items.length === 0 ? <Empty title={t('key.none')}>{t('key.none_next')}</Empty> : (
							<ul className="rows">
								{d.items.map((k) => (
									<li key={k.id} className="row tall keys">
										<div className="grow">
											<b>{k.name}</b> <span className="mono quiet">{k.prefix}…</span>
											<div className="quiet small">{t('key.made_by', { name: k.made_by ?? '–', at: absolute(k.made_at) })}{k.expires_at && <> · {t('key.until', { at: absolute(k.expires_at) })}</>}{k.revoke_reason && <> · {k.revoke_reason}</>}</div>
										</div>
										<span className="quiet small">{k.used_at ? <>{t('key.used')} <When at={k.used_at} />{k.address && ` · ${k.address}`}</> : t('key.unused')}</span>
										<Tag kind={k.key_state === 'valid' ? 'good' : undefined}>{wordFor('key_state', k.key_state)}</Tag>
										{k.key_state === 'valid' && <Button size="compact-sm" variant="default" onClick={() => setRevoking(k)}>{t('key.revoke')}</Button>}
									</li>
								))}
							</ul>
						)}
					</Card>
				)}
			</Loaded>
			<Card title={t('key.senders')} plain>
				<dl className="senders">
					<dt>{t('key.header')}</dt><dd className="mono">Authorization: Bearer {made?.key ?? t('key.key')}</dd>
					<dt>Wazuh</dt><dd className="mono">{here}/api/v1/alerts/wazuh</dd>
					<dt>Suricata (EVE)</dt><dd className="mono">{here}/api/v1/alerts/suricata</dd>
					<dt>{t('key.thehive')}</dt><dd className="mono">{here}</dd>
					<dt>{t('key.others')}</dt><dd className="mono">{here}/api/v1/alerts</dd>
				</dl>
			</Card>
			<ActionDialog opened={adding} onClose={() => setAdding(false)} title={t('key.add')} submit={t('key.add')} size="md" initial={{ days: 365 }}
				fields={[{ name: 'name', label: t('key.name'), required: true, placeholder: 'wazuh' }, { name: 'days', label: t('key.days'), kind: 'number', help: t('key.days_help') }]}
				onSubmit={async (v) => { const saved = await send<{ key: string; name: string }>('POST', '/keys', v); setMade(saved); }} />
			<ActionDialog opened={Boolean(revoking)} onClose={() => setRevoking(null)} title={t('key.revoke_title', { name: revoking?.name ?? '' })} submit={t('key.revoke')} color="red" size="md" intro={<p className="quiet" style={{ margin: 0 }}>{t('key.revoke_why')}</p>}
				fields={[{ name: 'reason', label: t('incident.reason') }]}
				onSubmit={(v) => send('POST', `/keys/${revoking!.id}/revoke`, v)} />
		</div>
	);
}

// SPDX-License-Identifier: Apache-2.0
import { Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../api';
import { ActionForm } from './Form';

/** Password, then the secret for the telephone, then its first code. */
export function TotpSetup({ onDone }: { onDone: () => void }) {
	const { t } = useTranslation();
	const [begun, setBegun] = useState<{ secret: string; uri: string; qr_svg?: string; password: string } | null>(null);
	if (!begun) {
		return (
			<ActionForm submit={t('me.totp_begin')} intro={<Text size="sm">{t('me.totp_why')}</Text>}
				fields={[{ name: 'password', label: t('sign.old'), kind: 'password', required: true, auto: 'current-password' }]}
				onSubmit={async (v) => setBegun({ ...(await call<{ secret: string; uri: string; qr_svg?: string }>('POST', '/me/totp', v)), password: v.password })} />
		);
	}
	return (
		<ActionForm submit={t('me.totp_confirm')}
			intro={
				<Stack gap="xs">
					<Text size="sm">{t('me.totp_scan')}</Text>
					{begun.qr_svg && <img className="qr" alt={t('me.totp_qr')} src={`data:image/svg+xml;utf8,${encodeURIComponent(begun.qr_svg)}`} />}
					<Text size="sm">{t('me.totp_secret')} <span className="mono">{begun.secret.replace(/(.{4})/g, '$1 ').trim()}</span></Text>
				</Stack>
			}
			fields={[{ name: 'code', label: t('sign.totp'), required: true, auto: 'one-time-code' }]}
			onSubmit={async (v) => { await call('POST', '/me/totp/confirm', { secret: begun.secret, password: begun.password, code: String(v.code).replace(/\s/g, '') }); onDone(); }} />
	);
}

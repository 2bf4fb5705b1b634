// SPDX-License-Identifier: Apache-2.0
import { Anchor, Paper, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, Problem, useGet, type Agency, type SessionInfo } from '../api';
import { ActionForm, type Values } from '../parts/Form';
import { Shield } from '../parts/Shield';
import { TotpSetup } from '../parts/TotpSetup';
import { useSession } from '../session';

export default function SignIn() {
	const { t, i18n } = useTranslation();
	const { session, offline, pickLang } = useSession();
	const agency = useGet<Agency>('/agency');
	const name = session?.agency ?? agency.data?.name;
	return (
		<main className="sign">
			<div className="sign-box">
				<Stack gap={4} align="center" mb="lg">
					<Shield size={44} />
					<Title order={1}>Khiên</Title>
					<Text c="dimmed" ta="center">{name ?? t('sign.tagline')}</Text>
				</Stack>
				<Paper withBorder p="lg" radius="md">
					{!session ? <Enter /> : session.must_change_password ? <NewPassword /> : <MustTotp />}
					{offline && <Text size="sm" className="bad" mt="sm" role="alert">{t('sign.offline')}</Text>}
				</Paper>
				<Stack gap="sm" align="center" mt="md">
					{!session && (
						<Text size="sm" c="dimmed" ta="center">
							{t('sign.report_hint')} <Anchor href="/bao-su-co" size="sm" underline="always">{t('sign.report_link')}</Anchor>
						</Text>
					)}
					<SegmentedControl size="xs" aria-label={t('frame.language')} value={i18n.language}
						data={[{ value: 'vi', label: 'Tiếng Việt' }, { value: 'en', label: 'English' }]}
						onChange={(v) => void pickLang(v as 'vi' | 'en')} />
				</Stack>
			</div>
		</main>
	);
}

function Enter() {
	const { t } = useTranslation();
	const { begin } = useSession();
	const [needsCode, setNeedsCode] = useState(false);

	async function enter(v: Values) {
		try {
			await begin(await call<SessionInfo>('POST', '/session', { login: v.login, password: v.password, totp: v.totp?.replace(/\s/g, '') }));
		} catch (fault) {
			// The password was right and a code is asked for: show the second field.
			if (fault instanceof Problem && !needsCode && (fault.field === 'totp' || /totp/.test(fault.kind))) {
				setNeedsCode(true);
				setTimeout(() => document.querySelector<HTMLInputElement>('[data-field=totp] input')?.focus(), 50);
				return;
			}
			throw fault;
		}
	}
	return (
		<ActionForm
			submit={t('sign.enter')}
			onSubmit={enter}
			fields={[
				{ name: 'login', label: t('sign.login'), required: true, auto: 'username' },
				{ name: 'password', label: t('sign.password'), kind: 'password', required: true, auto: 'current-password' },
				...(needsCode ? [{ name: 'totp', label: t('sign.totp'), help: t('sign.totp_help'), required: true, auto: 'one-time-code' }] : []),
			]}
		/>
	);
}

function NewPassword() {
	const { t } = useTranslation();
	const { reload } = useSession();
	return (
		<ActionForm
			submit={t('sign.change')}
			intro={<><Title order={2}>{t('sign.change_title')}</Title><Text size="sm">{t('sign.change_why')}</Text></>}
			onSubmit={(v) => changePassword(v, t('sign.repeat_bad')).then(reload)}
			fields={passwordFields(t)}
		/>
	);
}

export function passwordFields(t: (key: string) => string) {
	return [
		{ name: 'old', label: t('sign.old'), kind: 'password' as const, required: true, auto: 'current-password' },
		{ name: 'new', label: t('sign.new'), kind: 'password' as const, required: true, auto: 'new-password', help: t('sign.new_help') },
		{ name: 'repeat', label: t('sign.repeat'), kind: 'password' as const, required: true, auto: 'new-password' },
	];
}
export async function changePassword(v: Values, mismatch: string): Promise<void> {
	if (v.new !== v.repeat) throw new Problem(422, 'urn:khien:error:err.repeat', mismatch, 'repeat');
	await call('POST', '/me/password', { old: v.old, new: v.new });
}

function MustTotp() {
	const { t } = useTranslation();
	const { reload } = useSession();
	return <><Title order={2} mb="xs">{t('me.totp_must')}</Title><TotpSetup onDone={() => void reload()} /></>;
}

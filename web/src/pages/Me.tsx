// SPDX-License-Identifier: Apache-2.0
import { Button, Modal, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, words, type Page, type SessionRow } from '../api';
import { useAct } from '../lib/act';
import { wordFor } from '../lib/i18n';
import { ActionForm } from '../parts/Form';
import { Card, Loaded, PageHead } from '../parts/Page';
import { TotpSetup } from '../parts/TotpSetup';
import { When } from '../parts/When';
import { useMe, useSession } from '../session';
import { changePassword, passwordFields } from './SignIn';
import { MyCustody } from './Plain';

export default function Me() {
	const { t, i18n } = useTranslation();
	const me = useMe();
	const { reload, pickLang } = useSession();
	const { colorScheme, setColorScheme } = useMantineColorScheme();
	const [dialog, setDialog] = useState<'password' | 'totp' | null>(null);
	const a = me.account;
	return (
		<>
			<PageHead title={t('frame.account')} />
			<div className="stack narrow">
				<MyCustody />
				<Card title={a.name}>
					<dl className="facts">
						<dt>{t('sign.login')}</dt><dd>{a.login}</dd>
						{a.title && <><dt>{t('people.title')}</dt><dd>{a.title}</dd></>}
						{a.division && <><dt>{t('people.division')}</dt><dd>{a.division}</dd></>}
						<dt>{t('people.roles')}</dt><dd>{words(a.roles).map((r) => wordFor('role', r)).join(', ')}</dd>
					</dl>
				</Card>
				<Card title={t('me.look')}>
					<dl className="facts middle">
						<dt>{t('frame.language')}</dt>
						<dd><SegmentedControl size="xs" aria-label={t('frame.language')} value={i18n.language} data={[{ value: 'vi', label: 'Tiếng Việt' }, { value: 'en', label: 'English' }]} onChange={(v) => void pickLang(v as 'vi' | 'en')} /></dd>
						<dt>{t('frame.theme')}</dt>
						<dd><SegmentedControl size="xs" aria-label={t('frame.theme')} value={colorScheme} onChange={(v) => setColorScheme(v as 'light' | 'dark' | 'auto')} data={[{ value: 'light', label: t('frame.light') }, { value: 'dark', label: t('frame.dark') }, { value: 'auto', label: t('frame.auto') }]} /></dd>
					</dl>
				</Card>
				<Card title={t('me.safety')}>
					<dl className="facts middle">
						<dt>{t('sign.password')}</dt><dd><Button size="xs" variant="default" onClick={() => setDialog('password')}>{t('sign.change')}</Button></dd>
						<dt>{t('me.totp')}</dt><dd>{a.is_totp ? t('me.totp_on') : t('me.totp_off')} <Button size="xs" variant="default" ml="xs" onClick={() => setDialog('totp')}>{a.is_totp ? t('me.totp_again') : t('me.totp_begin')}</Button></dd>
					</dl>
				</Card>
				<Sessions />
			</div>
			<Modal opened={dialog === 'password'} onClose={() => setDialog(null)} title={t('sign.change')} closeButtonProps={{ 'aria-label': t('form.close') }}>
				<ActionForm submit={t('sign.change')} onCancel={() => setDialog(null)} fields={passwordFields(t)}
					onSubmit={async (v) => { await changePassword(v, t('sign.repeat_bad')); setDialog(null); notifications.show({ message: t('me.changed') }); await reload(); }} />
			</Modal>
			<Modal opened={dialog === 'totp'} onClose={() => setDialog(null)} title={t('me.totp')} closeButtonProps={{ 'aria-label': t('form.close') }}>
				<TotpSetup onDone={() => { setDialog(null); void reload(); }} />
			</Modal>
		</>
	);
}

export function Sessions({ all }: { all?: boolean }) {
	const { t } = useTranslation();
	const { attempt } = useAct();
	const q = useGet<Page<SessionRow & { name?: string }>>('/sessions', { all });
	return (
		<Card title={t('me.sessions')} plain>
			<Loaded of={q}>
				{(d) => (
					<ul className="rows">
						{d.items.map((s) => (
							<li key={s.id} className="row multi">
								<span className="grow">
									{all && <b>{s.name ?? s.login} · </b>}{browser(s.agent)} <span className="quiet">· {s.address}</span>
									<div className="quiet small">{t('me.session_times')} <When at={s.created_at} exact /> · <When at={s.seen_at} /></div>
								</span>
								{s.is_current ? <span className="quiet">{t('me.this_session')}</span> : <Button size="compact-sm" variant="default" onClick={() => void attempt('POST', `/sessions/${s.id}/revoke`, {})}>{t('me.revoke')}</Button>}
							</li>
						))}
					</ul>
				)}
			</Loaded>
		</Card>
	);
}

function browser(agent: string | null): string {
	if (!agent) return '–';
	const name = /Edg\//.test(agent) ? 'Edge' : /Firefox\//.test(agent) ? 'Firefox' : /Chrome\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : agent.slice(0, 40);
	const system = /Windows/.test(agent) ? 'Windows' : /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iOS' : /Mac OS/.test(agent) ? 'macOS' : /Linux/.test(agent) ? 'Linux' : '';
	return system ? `${name}, ${system}` : name;
}

// SPDX-License-Identifier: Apache-2.0
// What stands around every page: rail, top bar, clock strip, banners.
import { ActionIcon, Kbd, Menu, Modal, Table, TextInput, Tooltip, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import IconAlertTriangle from '@tabler/icons-react/dist/esm/icons/IconAlertTriangle.mjs';
import IconChevronsLeft from '@tabler/icons-react/dist/esm/icons/IconChevronsLeft.mjs';
import IconChevronsRight from '@tabler/icons-react/dist/esm/icons/IconChevronsRight.mjs';
import IconClockHour4 from '@tabler/icons-react/dist/esm/icons/IconClockHour4.mjs';
import IconBell from '@tabler/icons-react/dist/esm/icons/IconBell.mjs';
import IconChartBar from '@tabler/icons-react/dist/esm/icons/IconChartBar.mjs';
import IconFileText from '@tabler/icons-react/dist/esm/icons/IconFileText.mjs';
import IconHome from '@tabler/icons-react/dist/esm/icons/IconHome.mjs';
import IconInbox from '@tabler/icons-react/dist/esm/icons/IconInbox.mjs';
import IconKeyboard from '@tabler/icons-react/dist/esm/icons/IconKeyboard.mjs';
import IconLogout from '@tabler/icons-react/dist/esm/icons/IconLogout.mjs';
import IconSearch from '@tabler/icons-react/dist/esm/icons/IconSearch.mjs';
import IconSettings from '@tabler/icons-react/dist/esm/icons/IconSettings.mjs';
import IconUserCircle from '@tabler/icons-react/dist/esm/icons/IconUserCircle.mjs';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink, useLocation, useNavigate } from 'react-router-dom';
import { askTime, useGet, type AlertCount, type Deadline, type Page } from '../api';
import { useChanges, WaitingContext } from '../lib/changes';
import { useKeys } from '../lib/keys';
import { absolute, now, untilDue } from '../lib/time';
import { useMe, useSession } from '../session';
import { Shield } from './Shield';
import { urgency, useTick } from './When';

export function Frame({ children }: { children: ReactNode }) {
	const { t } = useTranslation();
	const me = useMe();
	const { may } = useSession();
	const go = useNavigate();
	const waiting = useChanges(may('READ') ? me.account.name : undefined);
	const [help, setHelp] = useState(false);
	const search = useRef<HTMLInputElement>(null);

	useKeys({
		'/': () => search.current?.focus(),
		'?': () => setHelp(true),
		'g h': () => go('/'),
		'g b': () => go('/bao-cao'),
		'g s': () => go('/su-co'),
		'g a': () => go('/canh-bao'),
		'g c': () => go('/thoi-han'),
		'g v': () => go('/van-ban'),
		'g t': () => go('/tra-cuu'),
	});

	return (
		<WaitingContext.Provider value={waiting}>
			<a className="skip" href="#main">{t('frame.skip')}</a>
			<div className="frame">
				<Rail />
				<div className="column">
					<TopBar search={search} onHelp={() => setHelp(true)} />
					<Banners />
					<main id="main" tabIndex={-1}>{children}</main>
				</div>
			</div>
			<KeyHelp opened={help} onClose={() => setHelp(false)} />
		</WaitingContext.Provider>
	);
}

function Rail() {
	const { t } = useTranslation();
	const { may } = useSession();
	const [thin, setThin] = useLocalStorage({ key: 'khien.rail', defaultValue: false });
	const narrow = useMediaQuery('(max-width: 37.49em)');
	const read = may('READ');
	const fresh = useGet<AlertCount>(read ? '/alerts/count' : null).data?.new_alerts ?? 0;
	const items: { to: string; icon: typeof IconHome; word: string; on: boolean; wide?: boolean; count?: number }[] = [
		{ to: '/', icon: IconHome, word: t('frame.today'), on: true },
		{ to: '/bao-cao', icon: IconInbox, word: t('frame.reports'), on: read },
		{ to: '/su-co', icon: IconAlertTriangle, word: t('frame.incidents'), on: read },
		{ to: '/canh-bao', icon: IconBell, word: t('frame.alerts'), on: read, count: fresh },
		{ to: '/thoi-han', icon: IconClockHour4, word: t('frame.deadlines'), on: read },
		{ to: '/van-ban', icon: IconFileText, word: t('frame.papers'), on: read || may('REGISTER') },
		{ to: '/so-lieu', icon: IconChartBar, word: t('frame.figures'), on: read, wide: true },
		{ to: '/tra-cuu', icon: IconSearch, word: t('frame.search'), on: read, wide: true },
		{ to: '/quan-tri', icon: IconSettings, word: t('frame.admin'), on: may('ADMIN') || may('INSPECT') },
	].filter((i) => i.on);
	return (
		<nav className={`rail${thin ? ' thin' : ''}`} aria-label={t('frame.rail')}>
			<Link to="/" className="brand" aria-label="Khiên">
				<Shield size={26} />
				<span>Khiên</span>
			</Link>
			<ul>
				{items.map(({ to, icon: Icon, word, wide, count }) => (
					<li key={to} className={wide ? 'wide-only' : undefined}>
						<Tooltip label={word} position="right" disabled={!thin || narrow}>
							<NavLink to={to} end={to === '/'}>
								<Icon size={20} stroke={1.7} aria-hidden />
								<span>{word}</span>
								{count ? <b className="n"><span className="only-read">{t('frame.new_alerts', { count })}</span><span aria-hidden>{count > 99 ? '99+' : count}</span></b> : null}
							</NavLink>
						</Tooltip>
					</li>
				))}
			</ul>
			<UnstyledButton className="fold" onClick={() => setThin(!thin)} aria-expanded={!thin}>
				{thin ? <IconChevronsRight size={18} aria-hidden /> : <IconChevronsLeft size={18} aria-hidden />}
				<span>{thin ? t('frame.expand') : t('frame.collapse')}</span>
			</UnstyledButton>
		</nav>
	);
}

function TopBar({ search, onHelp }: { search: React.RefObject<HTMLInputElement | null>; onHelp: () => void }) {
	const { t } = useTranslation();
	const me = useMe();
	const { may } = useSession();
	const go = useNavigate();
	const [text, setText] = useState('');
	return (
		<div className="top" role="region" aria-label={t('frame.top')}>
			{may('READ') && (
				<form
					role="search"
					onSubmit={(e) => {
						e.preventDefault();
						go(`/tra-cuu?q=${encodeURIComponent(text)}`);
						search.current?.blur();
					}}
				>
					<TextInput
						ref={search}
						value={text}
						onChange={(e) => setText(e.currentTarget.value)}
						onKeyDown={(e) => { if (e.key === 'Escape') e.currentTarget.blur(); }}
						aria-label={t('frame.search_box')}
						placeholder={t('frame.search_box')}
						leftSection={<IconSearch size={16} aria-hidden />}
						rightSection={<Kbd size="xs" aria-hidden>/</Kbd>}
					/>
				</form>
			)}
			<span className="agency" title={me.agency}>{me.agency}</span>
			{may('READ') && <Strip />}
			<PersonMenu onHelp={onHelp} />
		</div>
	);
}

/** The three nearest deadlines of everything; nothing at all when there is none. */
function Strip() {
	const { t } = useTranslation();
	useTick();
	const q = useGet<Page<Deadline>>('/deadlines', { limit: 3 });
	const items = q.data?.items.slice(0, 3) ?? [];
	if (items.length === 0) return <span className="strip" />;
	return (
		<div className="strip" role="list" aria-label={t('frame.strip')}>
			{items.map((d) => (
				<div role="listitem" key={d.kind + d.id}>
					<Link to={d.incident_number ? `/su-co/${d.incident_number}${d.kind === 'task' ? '/viec' : d.kind === 'duty' ? '/nghia-vu' : ''}` : '/thoi-han'} className={`pill ${urgency(d.due_at, d.from_at)} ${d.provisional ? 'hollow' : ''}`}
						title={`${d.title} · ${absolute(d.due_at)}`}>
						<IconClockHour4 size={13} aria-hidden />
						<span className="what">{d.title}</span>
						<b>{untilDue(d.due_at)}</b>
					</Link>
				</div>
			))}
		</div>
	);
}

function PersonMenu({ onHelp }: { onHelp: () => void }) {
	const { t, i18n } = useTranslation();
	const me = useMe();
	const { end, pickLang } = useSession();
	const { colorScheme, setColorScheme } = useMantineColorScheme();
	const go = useNavigate();
	return (
		<Menu position="bottom-end" width={250} shadow="md" transitionProps={{ duration: 60 }}>
			<Menu.Target>
				<ActionIcon variant="subtle" color="gray" size={36} radius="xl" aria-label={t('frame.person_menu', { name: me.account.name })}>
					<IconUserCircle size={24} stroke={1.6} aria-hidden />
				</ActionIcon>
			</Menu.Target>
			<Menu.Dropdown>
				<div className="who">
					<b>{me.account.name}</b>
					<span>{me.account.title ?? me.account.login}</span>
				</div>
				<Menu.Divider />
				<Menu.Item leftSection={<IconUserCircle size={16} />} onClick={() => go('/tai-khoan')}>{t('frame.account')}</Menu.Item>
				<Menu.Item leftSection={<IconKeyboard size={16} />} onClick={onHelp} rightSection={<Kbd size="xs">?</Kbd>}>{t('frame.keys')}</Menu.Item>
				<Menu.Label>{t('frame.language')}</Menu.Label>
				{(['vi', 'en'] as const).map((lang) => (
					<Menu.Item key={lang} onClick={() => void pickLang(lang)} rightSection={i18n.language === lang ? '✓' : undefined} aria-current={i18n.language === lang}>
						{lang === 'vi' ? 'Tiếng Việt' : 'English'}
					</Menu.Item>
				))}
				<Menu.Label>{t('frame.theme')}</Menu.Label>
				{(['light', 'dark', 'auto'] as const).map((s) => (
					<Menu.Item key={s} onClick={() => setColorScheme(s)} rightSection={colorScheme === s ? '✓' : undefined} aria-current={colorScheme === s}>
						{{ light: t('frame.light'), dark: t('frame.dark'), auto: t('frame.auto') }[s]}
					</Menu.Item>
				))}
				<Menu.Divider />
				<Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void end()}>{t('frame.sign_out')}</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}

function Banners() {
	const { t } = useTranslation();
	const me = useMe();
	const { may } = useSession();
	const at = useLocation();
	const [, draw] = useState(0);
	useEffect(() => {
		if (!me.test_clock) return;
		const timer = setInterval(() => void askTime().then(() => draw((n) => n + 1)), 10_000);
		return () => clearInterval(timer);
	}, [me.test_clock]);
	if (!me.test_clock && !me.is_sample) return null;
	return (
		<div role="region" aria-label={t('frame.notices')}>
			{me.test_clock && <p className="banner test-clock">{t('frame.test_clock', { time: absolute(now()) })}</p>}
			{me.is_sample && (
				<p className="banner sample">
					{t('frame.sample')}{' '}
					{may('ADMIN') && !at.pathname.startsWith('/quan-tri') && <Link to="/quan-tri/co-quan">{t('frame.sample_remove')}</Link>}
				</p>
			)}
		</div>
	);
}

function KeyHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
	const { t } = useTranslation();
	const rows: [string[], string][] = [
		[['j', 'k'], t('keys.move')],
		[['Enter'], t('keys.open')],
		[['x'], t('keys.select')],
		[['e'], t('keys.edit')],
		[['a'], t('keys.assign')],
		[['c'], t('keys.comment')],
		[['n'], t('keys.new')],
		[['/'], t('keys.search')],
		[['g', 'h'], t('keys.today')],
		[['g', 'b'], t('keys.reports')],
		[['g', 's'], t('keys.incidents')],
		[['g', 'a'], t('keys.alerts')],
		[['g', 'c'], t('keys.deadlines')],
		[['g', 'v'], t('keys.papers')],
		[['g', 't'], t('keys.find')],
		[['Ctrl', 'Enter'], t('keys.submit')],
		[['?'], t('keys.help')],
	];
	return (
		<Modal opened={opened} onClose={onClose} title={t('keys.title')} size="sm" closeButtonProps={{ 'aria-label': t('form.close') }}>
			<Table verticalSpacing={5}>
				<Table.Tbody>
					{rows.map(([keys, word]) => (
						<Table.Tr key={keys.join('')}>
							<Table.Td w={110}>{keys.map((k) => <Kbd key={k} mr={4}>{k}</Kbd>)}</Table.Td>
							<Table.Td>{word}</Table.Td>
						</Table.Tr>
					))}
				</Table.Tbody>
			</Table>
		</Modal>
	);
}

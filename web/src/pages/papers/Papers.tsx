// SPDX-License-Identifier: Apache-2.0
// All about papers: what goes out, what came in, to whom, what is due by the calendar.
import { Center, Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useParams } from 'react-router-dom';
import { PageHead } from '../../parts/Page';
import { useSession } from '../../session';

const Outgoing = lazy(() => import('./Outgoing'));
const IncomingPage = lazy(() => import('./Incoming'));
const Contacts = lazy(() => import('./Contacts'));
const Periodic = lazy(() => import('./Periodic'));
const PaperPage = lazy(() => import('./Paper'));

export default function Papers() {
	const { t } = useTranslation();
	const { may } = useSession();
	const { section } = useParams();
	const wait = <Center h={160}><Loader aria-label={t('page.loading')} /></Center>;
	const read = may('READ');
	const sections = [
		{ slug: '', page: <Outgoing />, on: true },
		{ slug: 'den', page: <IncomingPage />, on: read },
		{ slug: 'noi-nhan', page: <Contacts />, on: read },
		{ slug: 'dinh-ky', page: <Periodic />, on: read },
	].filter((s) => s.on);
	const current = sections.find((s) => s.slug === (section ?? ''));
	if (!current) return <Suspense fallback={wait}><PaperPage id={section!} key={section} /></Suspense>;
	return (
		<>
			<PageHead title={t('frame.papers')} />
			<nav className="tabs page-tabs" aria-label={t('frame.papers')}>
				{sections.map((s) => <NavLink key={s.slug} to={`/van-ban${s.slug && `/${s.slug}`}`} end>{t(`paper.section_${s.slug.replace('-', '_') || 'out'}`)}</NavLink>)}
			</nav>
			<Suspense fallback={wait}>{current.page}</Suspense>
		</>
	);
}

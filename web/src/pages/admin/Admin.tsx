// SPDX-License-Identifier: Apache-2.0
import { Center, Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Navigate, useParams } from 'react-router-dom';
import { useSession } from '../../session';
import { PageHead } from '../../parts/Page';

const People = lazy(() => import('./People'));
const Divisions = lazy(() => import('./Divisions'));
const Systems = lazy(() => import('./Systems'));
const Playbooks = lazy(() => import('./Playbooks'));
const Regulations = lazy(() => import('./Regulations'));
const AgencyPage = lazy(() => import('./AgencyPage'));
const Settings = lazy(() => import('./Settings'));
const RuleEditions = lazy(() => import('./RuleEditions'));
const Keys = lazy(() => import('./Keys'));
const AllSessions = lazy(() => import('./AllSessions'));
const Ledger = lazy(() => import('./Ledger'));
const Prints = lazy(() => import('./Prints'));

export default function Admin() {
	const { t } = useTranslation();
	const { may } = useSession();
	const { section } = useParams();
	const admin = may('ADMIN');
	const sections = [
		{ slug: 'nguoi-dung', page: <People />, on: admin },
		{ slug: 'phong', page: <Divisions />, on: admin },
		{ slug: 'he-thong', page: <Systems />, on: true },
		{ slug: 'phuong-an', page: <Playbooks />, on: true },
		{ slug: 'quy-dinh', page: <Regulations />, on: true },
		{ slug: 'co-quan', page: <AgencyPage />, on: admin },
		{ slug: 'cai-dat', page: <Settings />, on: admin },
		{ slug: 'quy-tac', page: <RuleEditions />, on: true },
		{ slug: 'khoa-api', page: <Keys />, on: admin },
		{ slug: 'phien', page: <AllSessions />, on: admin },
		{ slug: 'so-cai', page: <Ledger />, on: may('INSPECT') },
		{ slug: 'in-an', page: <Prints />, on: true },
	].filter((s) => s.on);
	const current = sections.find((s) => s.slug === section);
	if (!current) return <Navigate to={`/quan-tri/${sections[0].slug}`} replace />;
	return (
		<>
			<PageHead title={`${t('frame.admin')}: ${t(`admin.${current.slug}`)}`} />
			<div className="admin">
				<nav aria-label={t('frame.admin')}>
					{sections.map((s) => <NavLink key={s.slug} to={`/quan-tri/${s.slug}`}>{t(`admin.${s.slug}`)}</NavLink>)}
				</nav>
				<div className="stack">
					<Suspense fallback={<Center h={160}><Loader aria-label={t('page.loading')} /></Center>}>{current.page}</Suspense>
				</div>
			</div>
		</>
	);
}

// SPDX-License-Identifier: Apache-2.0
import { useDocumentTitle, useMediaQuery } from '@mantine/hooks';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { Center, Loader } from '@mantine/core';
import { useGet, type IncidentFull } from '../../api';
import { useKeys } from '../../lib/keys';
import { running } from '../../parts/Clock';
import { Loaded } from '../../parts/Page';
import { useSession } from '../../session';
import { Acts, type IncidentAct } from './Acts';
import { Aside } from './Aside';
import { Head } from './Head';

const tabs = {
	'tong-quan': lazy(() => import('./Overview')),
	viec: lazy(() => import('./Tasks')),
	'dien-bien': lazy(() => import('./Timeline')),
	'pham-vi': lazy(() => import('./Scope')),
	'dau-hieu': lazy(() => import('./Observables')),
	'chung-cu': lazy(() => import('./EvidenceTab')),
	'san-tim': lazy(() => import('./HuntTab')),
	'chi-dao': lazy(() => import('./Directions')),
	'nghia-vu': lazy(() => import('./Duties')),
	'van-ban': lazy(() => import('./PapersTab')),
	'ho-tro': lazy(() => import('./Support')),
	'ket-thuc': lazy(() => import('./Closing')),
	'nhat-ky': lazy(() => import('./History')),
};
export type TabName = keyof typeof tabs;

export interface TabProps {
	incident: IncidentFull;
	act: (act: IncidentAct) => void;
	canHandle: boolean;
}

export default function IncidentPage() {
	const { number } = useParams();
	const q = useGet<IncidentFull>(`/incidents/${number}`);
	return <Loaded of={q}>{(incident) => <Body incident={incident} key={incident.id} />}</Loaded>;
}

function Body({ incident }: { incident: IncidentFull }) {
	const { t } = useTranslation();
	const { tab } = useParams();
	const { may } = useSession();
	const go = useNavigate();
	const wide = useMediaQuery('(min-width: 1200px)', true);
	const [acting, setActing] = useState<IncidentAct | null>(null);
	const name: TabName = tab && tab in tabs ? (tab as TabName) : 'tong-quan';
	const Tab = tabs[name];
	const canHandle = may('HANDLE');
	useDocumentTitle(`${incident.number} · ${incident.title}`);
	const list = Object.keys(tabs) as TabName[];
	const bar = useRef<HTMLElement>(null);
	useEffect(() => {
		const on = bar.current?.querySelector<HTMLElement>('[aria-current]');
		if (on && bar.current) bar.current.scrollLeft = on.offsetLeft - 60;
	}, [name]);
	useKeys({
		...(canHandle ? { e: () => setActing({ kind: 'edit' }), a: () => setActing({ kind: 'lead' }), c: () => setActing({ kind: 'note' }) } : {}),
		']': () => go(`/su-co/${incident.number}/${list[(list.indexOf(name) + 1) % list.length]}`),
		'[': () => go(`/su-co/${incident.number}/${list[(list.indexOf(name) + list.length - 1) % list.length]}`),
	});
	const count: Partial<Record<TabName, number>> = { viec: incident.tasks.open, 'nghia-vu': running(incident.duties).filter((d) => d.due_at).length };
	return (
		<div className="incident">
			<Head incident={incident} act={setActing} canHandle={canHandle} />
			<nav ref={bar} className="tabs" aria-label={t('tab.label')}>
				{list.map((slug) => (
					<Link key={slug} to={`/su-co/${incident.number}${slug === 'tong-quan' ? '' : `/${slug}`}`} aria-current={slug === name ? 'page' : undefined}>
						{t(`tab.${slug}`)}{count[slug] ? <span className="n">{count[slug]}</span> : null}
					</Link>
				))}
			</nav>
			<div className="incident-body">
				<div className="stack">
					<Suspense fallback={<Center h={160}><Loader aria-label={t('page.loading')} /></Center>}>
						<Tab incident={incident} act={setActing} canHandle={canHandle} />
					</Suspense>
					{!wide && name === 'tong-quan' && <Aside incident={incident} act={setActing} canHandle={canHandle} />}
				</div>
				{wide && <Aside incident={incident} act={setActing} canHandle={canHandle} />}
			</div>
			<Acts incident={incident} acting={acting} onClose={() => setActing(null)} />
		</div>
	);
}

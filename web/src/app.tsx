// SPDX-License-Identifier: Apache-2.0
import { Center, Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';
import { Frame } from './parts/Frame';
import { useSession } from './session';

const SignIn = lazy(() => import('./pages/SignIn'));
const Today = lazy(() => import('./pages/Today'));
const Inbox = lazy(() => import('./pages/Inbox'));
const Incidents = lazy(() => import('./pages/Incidents'));
const IncidentPage = lazy(() => import('./pages/incident/Page'));
const Alerts = lazy(() => import('./pages/alerts/Index'));
const Deadlines = lazy(() => import('./pages/Deadlines'));
const Search = lazy(() => import('./pages/Search'));
const Admin = lazy(() => import('./pages/admin/Admin'));
const PlaybookPage = lazy(() => import('./pages/playbook/PlaybookPage'));
const Me = lazy(() => import('./pages/Me'));
const Papers = lazy(() => import('./pages/papers/Papers'));
const Figures = lazy(() => import('./pages/figures/Figures'));
const Plain = lazy(() => import('./pages/Plain'));

const wait = <Center h={240}><Loader aria-label="…" /></Center>;

export function App() {
	const { session, loading, may } = useSession();
	if (loading) return wait;
	if (!session || session.must_change_password || session.must_set_totp) return <Suspense fallback={wait}><SignIn /></Suspense>;
	return (
		<Frame>
			<Suspense fallback={wait}>
				<Routes>
					<Route path="/" element={may('READ') ? <Today /> : <Plain />} />
					{may('READ') && <Route path="/bao-cao/:id?" element={<Inbox />} />}
					{may('READ') && <Route path="/su-co" element={<Incidents />} />}
					{may('READ') && <Route path="/su-co/:number/:tab?" element={<IncidentPage />} />}
					{may('READ') && <Route path="/canh-bao/:id?" element={<Alerts />} />}
					{may('READ') && <Route path="/thoi-han/:view?" element={<Deadlines />} />}
					{(may('READ') || may('REGISTER')) && <Route path="/van-ban/:section?" element={<Papers />} />}
					{may('READ') && <Route path="/so-lieu" element={<Figures />} />}
					{may('READ') && <Route path="/tra-cuu" element={<Search />} />}
					{may('READ') && <Route path="/quan-tri/phuong-an/:id/:part?" element={<PlaybookPage />} />}
					{(may('ADMIN') || may('INSPECT')) && <Route path="/quan-tri/:section?" element={<Admin />} />}
					<Route path="/tai-khoan" element={<Me />} />
					<Route path="*" element={<Navigate to="/" replace />} />
				</Routes>
			</Suspense>
		</Frame>
	);
}

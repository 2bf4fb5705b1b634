// SPDX-License-Identifier: Apache-2.0
import { Center, Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';
import { Frame } from './parts/Frame';
import { useSession } from './session';

const SignIn = lazy(() => import('./pages/SignIn'));
const Today = lazy(() => import('./pages/Today'));

const wait = <Center h={240}><Loader aria-label="…" /></Center>;

export function App() {
	const { session, loading } = useSession();
	if (loading) return wait;
	if (!session || session.account.must_change_password) return <Suspense fallback={wait}><SignIn /></Suspense>;
	return (
		<Frame>
			<Suspense fallback={wait}>
				<Routes>
					<Route path="/" element={<Today />} />
					<Route path="*" element={<Navigate to="/" replace />} />
				</Routes>
			</Suspense>
		</Frame>
	);
}

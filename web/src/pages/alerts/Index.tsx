// SPDX-License-Identifier: Apache-2.0
import { Center, Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router-dom';
import Alerts from './Alerts';

const AlertPage = lazy(() => import('./AlertPage'));
const Rules = lazy(() => import('./Rules'));
const Mutes = lazy(() => import('./Mutes'));

export default function Index() {
	const { t } = useTranslation();
	const { id } = useParams();
	if (!id) return <Alerts />;
	return (
		<Suspense fallback={<Center h={160}><Loader aria-label={t('page.loading')} /></Center>}>
			{id === 'quy-tac' ? <Rules /> : id === 'tat-tieng' ? <Mutes /> : <AlertPage key={id} />}
		</Suspense>
	);
}

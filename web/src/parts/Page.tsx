// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Center, Loader } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router-dom';
import type { UseQueryResult } from '@tanstack/react-query';
import { Problem } from '../api';
import { useWaiting } from '../lib/changes';

export function PageHead({ title, children }: { title: string; children?: ReactNode }) {
	useDocumentTitle(`${title} · Khiên`);
	return <div className="page-head"><h1>{title}</h1>{children}</div>;
}

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
	return <div className="empty"><h2>{title}</h2>{children && <p>{children}</p>}{action}</div>;
}

export function Card({ title, aside, children, plain }: { title?: ReactNode; aside?: ReactNode; children: ReactNode; plain?: boolean }) {
	return (
		<section className="card">
			{title && <header><h2>{title}</h2>{aside}</header>}
			{plain ? children : <div className="in">{children}</div>}
		</section>
	);
}

/** Waits, complains, or draws. */
export function Loaded<T>({ of, children }: { of: UseQueryResult<T, Problem>; children: (data: T) => ReactNode }) {
	const { t } = useTranslation();
	if (of.data !== undefined) return <>{children(of.data)}</>;
	if (of.isError) {
		return (
			<Alert color="red" variant="light" title={t('form.failed')} role="alert">
				{of.error.detail || t('form.network')}
				<div><Button mt="xs" size="xs" variant="default" onClick={() => void of.refetch()}>{t('page.again')}</Button></div>
			</Alert>
		);
	}
	return <Center h={160}><Loader aria-label={t('page.loading')} /></Center>;
}

/** "2 báo cáo mới": what came in while the list held still. */
export function NewRows({ what }: { what: 'reports' | 'all' }) {
	const { t } = useTranslation();
	const waiting = useWaiting();
	const n = what === 'reports' ? waiting.reports : waiting.reports + waiting.others;
	if (n === 0) return null;
	return (
		<button type="button" className="new-rows" onClick={waiting.take} aria-live="polite">
			{waiting.reports > 0 ? t('frame.new_reports', { count: waiting.reports }) : t('frame.new_changes', { count: n })} · {t('frame.show_new')}
		</button>
	);
}

/** A page that was just opened has seen everything up to now. */
export function useFresh(): void {
	const waiting = useWaiting();
	const at = useLocation().pathname;
	const last = useRef('');
	useEffect(() => {
		if (last.current === at) return;
		last.current = at;
		if (waiting.reports + waiting.others > 0) waiting.take();
	}, [at, waiting]);
}

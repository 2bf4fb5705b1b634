// SPDX-License-Identifier: Apache-2.0
// Marks that mean something: each a shape or a word besides its colour.
import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { wordFor } from '../lib/i18n';
import { untilDue } from '../lib/time';
import { absolute } from '../lib/time';
import { urgency, useTick } from './When';

/** Mức 1–4; hollow while nobody has scored it. */
export function Level({ level, long }: { level: number | null | undefined; long?: boolean }) {
	const { t } = useTranslation();
	if (!level) return <span className="mark level none">{t('mark.no_level')}</span>;
	return (
		<span className={`mark level l${level}`} title={wordFor('level', String(level))}>
			<svg viewBox="0 0 12 12" aria-hidden width="10" height="10">{shape[level]}</svg>
			{t('mark.level', { level })}{long && <> · {wordFor('level', String(level))}</>}
		</span>
	);
}
const shape: Record<number, React.ReactNode> = {
	1: <path d="M4 .5h4L11.5 4v4L8 11.5H4L.5 8V4z" />,
	2: <path d="M6 .5 12 11.5H0z" />,
	3: <path d="M6 0l6 6-6 6-6-6z" />,
	4: <circle cx="6" cy="6" r="5" />,
};

export function StateMark({ state }: { state: string }) {
	const shut = ['closed', 'closed_not_incident', 'duplicate'].includes(state);
	return <span className={`mark state ${shut ? 'shut' : state === 'received' ? 'fresh' : 'running'}`}>{wordFor('state', state)}</span>;
}

export function Tlp({ tlp }: { tlp: string }) {
	return <span className={`mark tlp ${tlp}`}>TLP:{tlp.replace('_strict', '+STRICT').toUpperCase()}</span>;
}

/** Proposed is hollow, confirmed is solid. */
export function Beyond({ value }: { value: string }) {
	if (!value || value === 'none') return null;
	return <span className={`mark beyond ${value}`}>{wordFor('beyond', value)}</span>;
}

export function ProbeMark({ state, stopped }: { state: string; stopped?: boolean }) {
	const key = stopped ? 'stopped' : state;
	const icon = { true: '✓', false: '✗', expired: '⏱', unknown: '?', stopped: '–' }[key] ?? '?';
	return <span className={`mark probe p-${key}`}><span aria-hidden>{icon}</span> {wordFor('probe_state', key)}</span>;
}

export function Due({ at, from, done }: { at: string | null | undefined; from?: string | null; done?: boolean }) {
	useTick();
	if (!at) return null;
	const u = done ? 'ok' : urgency(at, from);
	return (
		<time dateTime={at} title={absolute(at)} className={`due ${u ?? ''}`}>
			{u === 'past' && <span aria-hidden>! </span>}{untilDue(at)}
		</time>
	);
}

export function Tag({ children, kind, hint }: { children: React.ReactNode; kind?: string; hint?: string }) {
	const tag = <span className={`mark tag ${kind ?? ''}`}>{children}</span>;
	return hint ? <Tooltip label={hint} maw={320}>{tag}</Tooltip> : tag;
}

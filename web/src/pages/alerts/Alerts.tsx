// SPDX-License-Identifier: Apache-2.0
// Alerts in order of urgency, by rule, by host or one by one.
import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router-dom';
import { useGet, type AlertGroup, type AlertRow, type Page } from '../../api';
import { wordFor } from '../../lib/i18n';
import { absolute } from '../../lib/time';
import { Chip, DataTable, type Column } from '../../parts/DataTable';
import { Empty, Loaded, NewRows, PageHead, useFresh } from '../../parts/Page';
import { When } from '../../parts/When';
import { useSession } from '../../session';
import { AlertActs, AlertLevelMark, AlertState, LEVELS, Share, groupKey, ofAlerts, ofGroups, useAlertActs, type AlertAct, type Subject } from './parts';
import { Tabs } from './Tabs';

const LIMIT = 100;
const STATES = ['open', 'new', 'merged', 'closed', 'muted'] as const;

export default function Alerts() {
	const { t } = useTranslation();
	useFresh();
	const [params, setParams] = useSearchParams();
	const [text, setText] = useState(params.get('q') ?? '');
	const [q] = useDebouncedValue(text, 300);
	const [page, setPage] = useState(1);

	function put(changes: Record<string, string | null>) {
		setPage(1);
		setParams((before) => {
			const next = new URLSearchParams(before);
			for (const [name, value] of Object.entries(changes)) {
				if (value) next.set(name, value);
				else next.delete(name);
			}
			return next;
		}, { replace: true });
	}
	useEffect(() => { if ((params.get('q') ?? '') !== q) put({ q }); }, [q]); // eslint-disable-line

	const state = params.get('trang-thai') ?? 'open';
	const level = params.get('muc');
	const rule = params.get('quy-tac');
	const source = params.get('nguon');
	const host = params.get('may');
	const narrow = Boolean(rule || host);
	const by = narrow ? 'one' : params.get('gop') ?? 'rule';
	const filters = {
		state: state === 'muted' ? 'all' : state, muted: state === 'muted' ? 'only' : undefined, level, rule, source, host, q: params.get('q'),
		mute: params.get('tat-tieng'), limit: Math.min(200, LIMIT * page),
	};
	const words = { rule: t('alert.by_rule'), host: t('alert.by_host'), one: t('alert.by_none') };
	return (
		<>
			<PageHead title={t('frame.alerts')} />
			<Tabs at="" />
			<NewRows what="all" />
			<div className="chips">
				{narrow ? <Chip on onClick={() => put({ 'quy-tac': null, nguon: null, may: null })}>{rule ?? (host === '-' ? t('alert.no_host') : host)} ✕</Chip>
					: (['rule', 'host', 'one'] as const).map((b) => <Chip key={b} on={by === b} onClick={() => put({ gop: b === 'rule' ? null : b })}>{words[b]}</Chip>)}
			</div>
			<div className="chips">
				<TextInput size="xs" w={200} aria-label={t('alert.filter')} placeholder={t('alert.filter')} value={text} onChange={(e) => setText(e.currentTarget.value)} />
				{STATES.map((s) => <Chip key={s} on={state === s} onClick={() => put({ 'trang-thai': s === 'open' ? null : s })}>{t(`alert.chip_${s}`)}</Chip>)}
				<span className="between" aria-hidden />
				{LEVELS.slice(0, 3).map((l) => <Chip key={l} on={level === l} onClick={() => put({ muc: level === l ? null : l })}>{wordFor('alert_level', l)}</Chip>)}
			</div>
			{by === 'one' ? <Singles key="one" filters={filters} more={page < 2 ? () => setPage(2) : undefined} />
				: <Groups key={by} by={by} filters={filters} more={page < 2 ? () => setPage(2) : undefined} onNarrow={(c) => put(c)} />}
		</>
	);
}

type Filters = Record<string, string | number | null | undefined>;

/** Acknowledge at once; the rest through dialogs. */
function useActs() {
	const go = useNavigate();
	const { ack: acknowledge } = useAlertActs();
	const [act, setAct] = useState<AlertAct | null>(null);
	const [subject, setSubject] = useState<Subject | null>(null);
	const [selected, setSelected] = useState(new Set<string>());
	const start = (a: AlertAct) => (s: Subject) => { setAct(a); setSubject(s); };
	async function ack(s: Subject) {
		await acknowledge(s);
		setSelected(new Set());
	}
	const dialogs = <AlertActs act={act} subject={subject} onClose={() => setAct(null)} onOpened={(n) => go(`/su-co/${n}`)} onDone={() => setSelected(new Set())} />;
	return { start, ack, dialogs, selected, setSelected };
}

function Toolbar({ count, subject, acts }: { count: number; subject: () => Subject; acts: ReturnType<typeof useActs> }) {
	const { t } = useTranslation();
	return (
		<>
			<b>{t('table.selected', { count })}</b>
			<Button size="compact-sm" onClick={() => void acts.ack(subject())}>{t('alert.ack')}</Button>
			<Button size="compact-sm" variant="default" onClick={() => acts.start('open')(subject())}>{t('incidents.open')}</Button>
			<Button size="compact-sm" variant="default" onClick={() => acts.start('merge')(subject())}>{t('alert.merge')}</Button>
			<Button size="compact-sm" variant="default" onClick={() => acts.start('verdict')(subject())}>{t('alert.verdict')}</Button>
			{count === 1 && <Button size="compact-sm" variant="default" onClick={() => acts.start('mute')(subject())}>{t('alert.mute')}</Button>}
			<Button size="compact-sm" variant="subtle" onClick={() => acts.setSelected(new Set())}>{t('table.unselect')}</Button>
		</>
	);
}

function Nothing({ filtered }: { filtered: boolean }) {
	const { t } = useTranslation();
	const { may } = useSession();
	return (
		<div className="card">
			<Empty title={filtered ? t('alert.none_match') : t('alert.none')} action={!filtered && may('ADMIN') && <Button size="xs" variant="default" component={Link} to="/quan-tri/khoa-api">{t('alert.connect')}</Button>}>
				{filtered ? t('alert.none_match_next') : t('alert.none_next')}
			</Empty>
		</div>
	);
}

const isFiltered = (f: Filters) => Boolean(f.level || f.q || f.rule || f.host || f.mute || f.muted || f.state !== 'open');

function Groups({ by, filters, more, onNarrow }: { by: string; filters: Filters; more?: () => void; onNarrow: (c: Record<string, string | null>) => void }) {
	const { t } = useTranslation();
	const { may } = useSession();
	const go = useNavigate();
	const acts = useActs();
	const list = useGet<Page<AlertGroup>>('/alerts/groups', { ...filters, by }, { held: true, keep: true });
	const rows = list.data?.items ?? [];
	const picked = rows.filter((g) => acts.selected.has(groupKey(g)));
	const scope = { level: filters.level as string | null, q: filters.q as string | null };
	const open = (g: AlertGroup) => {
		if (g.number) go(`/canh-bao/${g.number}`);
		else onNarrow(g.rule_id ? { 'quy-tac': g.rule_id, nguon: g.source ?? null } : { may: g.host ?? '-' });
	};
	const columns: Column<AlertGroup>[] = [
		{ id: 'level', title: t('alert.level'), value: (g) => LEVELS.indexOf(g.alert_level), text: (g) => wordFor('alert_level', g.alert_level), cell: (g) => <AlertLevelMark level={g.alert_level} />, fixed: true, className: 'nowrap' },
		by === 'rule'
			? { id: 'title', title: t('alert.title'), value: (g) => g.title ?? '', cell: (g) => <button type="button" className="linkish" onClick={() => open(g)}>{g.title}</button>, className: 'wide rest', fixed: true }
			: { id: 'host', title: t('alert.host'), value: (g) => g.host ?? '', cell: (g) => <button type="button" className="linkish" onClick={() => open(g)}>{g.host ?? t('alert.no_host')}</button>, className: 'wide', fixed: true },
		by === 'rule'
			? { id: 'hosts', title: t('alert.host'), value: (g) => g.host ?? g.hosts ?? 0, cell: (g) => g.host ?? (g.hosts ? t('alert.hosts', { count: g.hosts }) : <span className="quiet">{t('alert.no_host')}</span>), className: 'wide short' }
			: { id: 'rules', title: t('alert.rules'), value: (g) => g.rules ?? 0, cell: (g) => g.title ?? t('alert.of_rules', { count: g.rules ?? 0 }), className: 'wide' },
		{ id: 'new', title: t('alert.new'), value: (g) => g.new_alerts, cell: (g) => (g.new_alerts ? <b>{g.new_alerts}</b> : ''), className: 'num' },
		{ id: 'alerts', title: t('alert.alerts'), value: (g) => g.alerts, cell: (g) => g.alerts, className: 'num' },
		{ id: 'count', title: t('alert.count'), value: (g) => g.count, cell: (g) => g.count, className: 'num' },
		...(by === 'rule' ? [
			{ id: 'share', title: t('alert.share'), value: (g: AlertGroup) => (g.verdicts ? (g.verdicts_false ?? 0) / g.verdicts : undefined), cell: (g: AlertGroup) => <Share wrong={g.verdicts_false ?? 0} all={g.verdicts ?? 0} />, className: 'num' },
			{ id: 'source', title: t('alert.source'), value: (g: AlertGroup) => g.source ?? '', cell: (g: AlertGroup) => wordFor('alert_source', g.source), className: 'nowrap' },
		] : []),
		{ id: 'last', title: t('alert.last'), value: (g) => g.last_at, text: (g) => absolute(g.last_at), cell: (g) => <span className="quiet"><When at={g.last_at} /></span> },
	];
	const one = (f: (s: Subject) => void) => (g: AlertGroup) => f(picked.length ? ofGroups(picked, scope) : ofGroups([g], scope));
	return (
		<Loaded of={list}>
			{(d) => rows.length === 0 ? <Nothing filtered={isFiltered(filters)} /> : (
				<>
					<DataTable name={`canh-bao-${by}`} label={t('frame.alerts')} columns={columns} rows={rows} rowId={groupKey} onOpen={open}
						selected={acts.selected} onSelect={may('HANDLE') ? acts.setSelected : undefined}
						keys={may('HANDLE') ? { a: one((s) => void acts.ack(s)), m: (g) => acts.start('mute')(ofGroups([g], scope)), o: one(acts.start('open')), i: one(acts.start('merge')), v: one(acts.start('verdict')) } : {}}
						toolbar={picked.length > 0 && <Toolbar count={picked.length} subject={() => ofGroups(picked, scope)} acts={acts} />} />
					{d.more && more && <Button mt="sm" variant="default" onClick={more}>{t('table.more')}</Button>}
					{acts.dialogs}
				</>
			)}
		</Loaded>
	);
}

function Singles({ filters, more }: { filters: Filters; more?: () => void }) {
	const { t } = useTranslation();
	const { may } = useSession();
	const go = useNavigate();
	const acts = useActs();
	const list = useGet<Page<AlertRow>>('/alerts', filters, { held: true, keep: true });
	const rows = list.data?.items ?? [];
	const picked = rows.filter((a) => acts.selected.has(a.id));
	const columns: Column<AlertRow>[] = [
		{ id: 'level', title: t('alert.level'), value: (a) => LEVELS.indexOf(a.alert_level), text: (a) => wordFor('alert_level', a.alert_level), cell: (a) => <AlertLevelMark level={a.alert_level} />, fixed: true, className: 'nowrap' },
		{ id: 'number', title: t('alert.number'), value: (a) => a.number, cell: (a) => <Link to={`/canh-bao/${a.number}`} className="nowrap">{a.number}</Link>, fixed: true },
		{ id: 'title', title: t('alert.title'), value: (a) => a.title, cell: (a) => <span title={a.title}>{a.title}</span>, className: 'wide rest', fixed: true },
		{ id: 'host', title: t('alert.host'), value: (a) => a.host ?? '', cell: (a) => a.host ?? <span className="quiet">{t('alert.no_host')}</span>, className: 'nowrap' },
		{ id: 'user', title: t('alert.user'), value: (a) => a.user_name ?? '', cell: (a) => a.user_name, hidden: true },
		{ id: 'state', title: t('alert.state'), value: (a) => wordFor('alert_state', a.alert_state), cell: (a) => <AlertState state={a.alert_state} verdict={a.verdict} muted={a.is_muted} /> },
		{ id: 'count', title: t('alert.count'), value: (a) => a.count, cell: (a) => a.count, className: 'num' },
		{ id: 'incident', title: t('alert.incident'), value: (a) => a.incident_number ?? '', cell: (a) => a.incident_number && <Link to={`/su-co/${a.incident_number}`} className="nowrap">{a.incident_number}</Link> },
		{ id: 'source', title: t('alert.source'), value: (a) => a.source, cell: (a) => wordFor('alert_source', a.source), hidden: true },
		{ id: 'last', title: t('alert.last'), value: (a) => a.last_at, text: (a) => absolute(a.last_at), cell: (a) => <span className="quiet"><When at={a.last_at} /></span> },
	];
	const one = (f: (s: Subject) => void) => (a: AlertRow) => f(ofAlerts(picked.length ? picked : [a]));
	return (
		<Loaded of={list}>
			{(d) => rows.length === 0 ? <Nothing filtered={isFiltered(filters)} /> : (
				<>
					<DataTable name="canh-bao" label={t('frame.alerts')} columns={columns} rows={rows} rowId={(a) => a.id} onOpen={(a) => go(`/canh-bao/${a.number}`)}
						selected={acts.selected} onSelect={may('HANDLE') ? acts.setSelected : undefined}
						keys={may('HANDLE') ? { a: one((s) => void acts.ack(s)), m: (a) => acts.start('mute')(ofAlerts([a])), o: one(acts.start('open')), i: one(acts.start('merge')), v: one(acts.start('verdict')) } : {}}
						toolbar={picked.length > 0 && <Toolbar count={picked.length} subject={() => ofAlerts(picked)} acts={acts} />} />
					{d.more && more && <Button mt="sm" variant="default" onClick={more}>{t('table.more')}</Button>}
					{acts.dialogs}
				</>
			)}
		</Loaded>
	);
}

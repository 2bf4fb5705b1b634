// SPDX-License-Identifier: Apache-2.0
// What a hunt found, and beside it always what it could not see.
import { Button, Drawer, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { API } from '../../api';
import type { HuntFull, HuntGap, HuntGroup } from '../../api/hunt';
import { numberText, sizeText } from '../../lib/size';
import { absolute } from '../../lib/time';
import { DataTable, type Column } from '../../parts/DataTable';
import { Tag } from '../../parts/Marks';
import { Card } from '../../parts/Page';

const rank: Record<string, number> = { critical: 5, high: 4, medium: 3, low: 2, informational: 1 };
const kinds: Record<string, string> = { critical: 'bad', high: 'warn' };
const when = (ms: number | null) => (ms === null ? '' : absolute(new Date(ms).toISOString()));

export function HuntResult({ hunt: h }: { hunt: HuntFull }) {
	const { t } = useTranslation();
	const [page, setPage] = useState(false);
	const s = h.summary;
	const levels = Object.entries(s?.levels ?? {}).sort(([a], [b]) => (rank[b] ?? 0) - (rank[a] ?? 0));
	return (
		<>
			<Card title={t('hunt.result', { number: h.number })}>
				<div className="stack">
					{h.detections === 0
						? <p className="hunt-why"><b>{t('hunt.nothing')}</b></p>
						: <div className="hunt-levels">{levels.map(([level, n]) => <Tag key={level} kind={kinds[level] ?? ''}>{t(`hunt.level_${level}`)}: {numberText(n)}</Tag>)}</div>}
					<dl className="facts">
						<dt>{t('hunt.read')}</dt><dd>{t('hunt.read_sum', { files: numberText(s?.files_read ?? 0), events: numberText(h.events ?? 0), size: sizeText(h.size) })}{s && s.files_refused > 0 && ` · ${t('hunt.refused', { count: s.files_refused })}`}</dd>
						{s?.from_ms != null && <><dt>{t('hunt.span')}</dt><dd>{when(s.from_ms)} – {when(s.to_ms)}</dd></>}
						{(h.from_at || h.to_at) && <><dt>{t('hunt.only')}</dt><dd>{absolute(h.from_at) || '…'} – {absolute(h.to_at) || '…'}</dd></>}
						<dt>{t('hunt.rules')}</dt><dd>{numberText(h.rules ?? 0)} · {h.rules_name && `${h.rules_name} · `}{h.level === 'none' ? t('hunt.level_all') : t('hunt.from_level', { level: t(`hunt.level_${h.level}`) })} · {h.tags && `${h.tags.join(', ')} · `}<span className="mono" title={h.rules_version ?? ''}>{h.rules_version?.slice(0, 12)}</span></dd>
						{h.lists_read.length > 0 && <><dt>{t('hunt.indicators')}</dt><dd>{h.lists_read.map((l) => l.name).join(', ')}</dd></>}
						<dt>{t('hunt.found')}</dt><dd>{t('hunt.found_sum', { detections: numberText(h.detections ?? 0), groups: numberText(s?.groups_total ?? 0), alerts: numberText(h.alerts ?? 0) })}</dd>
					</dl>
					<Group gap="xs">
						<Button size="xs" onClick={() => setPage(!page)} aria-expanded={page}>{t(page ? 'hunt.page_hide' : 'hunt.page_show')}</Button>
						<Button size="xs" variant="default" component="a" href={`${API}/hunts/${h.id}/detections`}>{t('hunt.json')} ({sizeText(h.json_size)})</Button>
						<Button size="xs" variant="default" component="a" href={`${API}/hunts/${h.id}/page`}>{t('hunt.html')} ({sizeText(h.html_size)})</Button>
					</Group>
					{s?.is_cut && <p className="hunt-why hunt-bad">{t('hunt.is_cut')}</p>}
				</div>
			</Card>
			{/* Made by a process that read files from outside: no script, no forms, an origin of its own. */}
			{page && <iframe className="hunt-page" sandbox="" src={`/san-tim/${h.id}`} title={t('hunt.page_title', { number: h.number })} />}
			<Gaps gaps={h.gaps ?? []} />
			{s && s.stories.length > 0 && (
				<Card title={t('hunt.stories')}>
					<ol className="hunt-stories">{s.stories.slice(0, 10).map((story, n) => <li key={n}><Tag kind={kinds[story.level] ?? ''}>{t(`hunt.level_${story.level}`)}</Tag> {story.text}.</li>)}</ol>
				</Card>
			)}
			{s && s.groups.length > 0 && <Groups groups={s.groups} total={s.groups_total} />}
		</>
	);
}

const GAPS_SHOWN = 8;

function Gaps({ gaps }: { gaps: HuntGap[] }) {
	const { t } = useTranslation();
	const [all, setAll] = useState(false);
	const sorted = [...gaps].sort((a, b) => Number(b.grave) - Number(a.grave));
	return (
		<Card title={t('hunt.gaps')}>
			<p className="quiet hunt-why">{t('hunt.gaps_why')}</p>
			<ul className="hunt-gaps">
				{(all ? sorted : sorted.slice(0, GAPS_SHOWN)).map((g) => <li key={g.text} className={g.grave ? 'grave' : ''}>{g.grave && <b>{t('hunt.grave')} </b>}{g.text}</li>)}
			</ul>
			{sorted.length > GAPS_SHOWN && <button type="button" className="linkish" onClick={() => setAll(!all)}>{all ? t('hunt.gaps_less') : t('hunt.gaps_more', { count: sorted.length - GAPS_SHOWN })}</button>}
		</Card>
	);
}

function Groups({ groups, total }: { groups: HuntGroup[]; total: number }) {
	const { t } = useTranslation();
	const [open, setOpen] = useState<HuntGroup | null>(null);
	const id = (g: HuntGroup) => [g.rule_id, g.host, g.subject, g.first_ms].join(' ');
	const columns: Column<HuntGroup>[] = [
		{ id: 'level', title: t('hunt.level_of'), value: (g) => -(rank[g.level] ?? 0), text: (g) => t(`hunt.level_${g.level}`), cell: (g) => <Tag kind={kinds[g.level] ?? ''}>{t(`hunt.level_${g.level}`)}</Tag>, className: 'nowrap' },
		{ id: 'title', title: t('hunt.sign'), value: (g) => g.title, cell: (g) => <button type="button" className="linkish" onClick={() => setOpen(g)}>{g.title}{g.subject && ` (${g.subject})`}</button>, fixed: true, className: 'wide rest' },
		{ id: 'host', title: t('hunt.host'), value: (g) => g.host, cell: (g) => g.host || t('hunt.no_host') },
		{ id: 'count', title: t('hunt.count'), value: (g) => g.count, cell: (g) => numberText(g.count), className: 'num' },
		{ id: 'first', title: t('hunt.first'), value: (g) => g.first_ms, text: (g) => when(g.first_ms), cell: (g) => when(g.first_ms), className: 'nowrap' },
		{ id: 'score', title: t('hunt.score'), value: (g) => g.score, cell: (g) => g.score, className: 'num', hidden: true },
		{ id: 'tags', title: 'ATT&CK', value: (g) => g.tags.join(' '), cell: (g) => g.tags.join(' '), hidden: true },
	];
	return (
		<div>
			<h2 className="hunt-head">{t('hunt.groups')}{total > groups.length && <span className="quiet"> · {t('hunt.groups_some', { n: numberText(groups.length), total: numberText(total) })}</span>}</h2>
			<DataTable name="san-tim" label={t('hunt.groups')} columns={columns} rows={groups} rowId={id} onOpen={setOpen} />
			<Drawer opened={open !== null} onClose={() => setOpen(null)} title={t('hunt.sign')} closeButtonProps={{ 'aria-label': t('form.close') }}>
				{open && <Group1 group={open} />}
			</Drawer>
		</div>
	);
}

function Group1({ group: g }: { group: HuntGroup }) {
	const { t } = useTranslation();
	return (
		<div className="stack">
			<div><Tag kind={kinds[g.level] ?? ''}>{t(`hunt.level_${g.level}`)}</Tag> <b>{g.title}</b></div>
			{g.advice && <p className="hunt-why">{g.advice}</p>}
			<dl className="facts">
				<dt>{t('hunt.host')}</dt><dd>{g.host || t('hunt.no_host')}</dd>
				<dt>{t('hunt.first')}</dt><dd>{when(g.first_ms)}{g.last_ms !== g.first_ms && ` – ${when(g.last_ms)}`}</dd>
				<dt>{t('hunt.count')}</dt><dd>{numberText(g.count)}</dd>
				<dt>{t('hunt.rule')}</dt><dd>{g.rule_title} <span className="mono quiet">{g.rule_id}</span></dd>
				{g.tags.length > 0 && <><dt>ATT&CK</dt><dd>{g.tags.join(', ')}</dd></>}
			</dl>
			{g.matched.length > 0 && (
				<section>
					<h3>{t('hunt.matched')}</h3>
					<dl className="facts">{g.matched.map((m, n) => [<dt key={n} className="mono">{m.field}</dt>, <dd key={`${n}v`} className="mono">{m.value ?? t('hunt.absent')}</dd>])}</dl>
				</section>
			)}
			<section>
				<h3>{t('hunt.where')}</h3>
				<ul>{g.refs.map((r) => <li key={`${r.file} ${r.record}`} className="mono">{r.file} : {r.record}</li>)}</ul>
			</section>
		</div>
	);
}

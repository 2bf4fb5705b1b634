// SPDX-License-Identifier: Apache-2.0
import { Button, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router-dom';
import { useGet, type Hit, type Page } from '../api';
import { wordFor } from '../lib/i18n';
import { useRowKeys } from '../lib/rows';
import { Chip } from '../parts/DataTable';
import { Level, StateMark, Tag } from '../parts/Marks';
import { Empty, Loaded, PageHead } from '../parts/Page';
import { When } from '../parts/When';
import { AlertLevelMark, AlertState } from './alerts/parts';

const MOST = 200;
const where: Record<string, string> = { evidence: '/chung-cu', observable: '/dau-hieu', scope: '/pham-vi', task: '/viec', note: '/dien-bien', timeline: '/dien-bien', direction: '/chi-dao' };

function hitLink(h: Hit): string {
	if (h.kind === 'alert') return `/canh-bao/${h.number}`;
	return `/su-co/${h.kind === 'incident' ? h.number : h.incident_id}${where[h.kind] ?? ''}`;
}

export default function Search() {
	const { t } = useTranslation();
	const go = useNavigate();
	const [params, setParams] = useSearchParams();
	const q = params.get('q') ?? '';
	const [text, setText] = useState(q);
	useEffect(() => setText(q), [q]);
	const only = params.get('loai');
	const [pages, setPages] = useState(1);
	useEffect(() => setPages(1), [q, only]);
	const list = useGet<Page<Hit>>(q ? '/search' : null, { q, only, limit: Math.min(MOST, 50 * pages) }, { keep: true });
	const ask = (next: { q?: string; loai?: string | null }) => setParams(Object.fromEntries(Object.entries({ q, loai: only, ...next }).filter(([, v]) => v)) as Record<string, string>);
	const box = useRowKeys({ Enter: (to) => go(to) });
	return (
		<>
			<PageHead title={t('frame.search')} />
			<form role="search" aria-label={t('frame.search')} className="search-line" onSubmit={(e) => { e.preventDefault(); ask({ q: text.trim() }); }}>
				<TextInput size="md" autoFocus aria-label={t('frame.search_box')} placeholder={t('search.placeholder')} value={text} onChange={(e) => setText(e.currentTarget.value)} />
				<Button type="submit" size="md">{t('search.go')}</Button>
			</form>
			{q && (
				<div className="chips" role="group" aria-label={t('search.only')}>
					{([null, 'incident', 'alert'] as const).map((k) => <Chip key={k ?? 'all'} on={only === k} onClick={() => ask({ loai: k })}>{t(`search.only_${k ?? 'all'}`)}</Chip>)}
				</div>
			)}
			{!q ? <div className="card"><Empty title={t('search.start')}>{t('search.start_next')}</Empty></div> : (
				<Loaded of={list}>
					{(d) => d.items.length === 0 ? <div className="card"><Empty title={t('search.none', { q })}>{t('search.none_next')}</Empty></div> : (
						<div className="card" ref={box}>
							<ul className="rows" aria-label={t('search.results')}>
								{d.items.map((h) => (
									<li key={h.kind + h.id}>
										<Link to={hitLink(h)} className="row multi hit" data-row={hitLink(h)}>
											<Tag kind="line">{wordFor('hit', h.kind)}</Tag>
											<span className="grow"><b>{h.number}</b> {h.title}{(h.snippet || h.last_at) && <div className="quiet small">{h.last_at && <>{h.host ? `${h.host} · ` : ''}<When at={h.last_at} />{h.snippet && h.snippet !== h.host ? ' · ' : ''}</>}{h.snippet !== h.host && h.snippet}</div>}</span>
											{h.alert_level && <AlertLevelMark level={h.alert_level} />}
											{h.alert_state && <AlertState state={h.alert_state} muted={h.is_muted} />}
											{h.level && <Level level={h.level} />}
											{h.state && <StateMark state={h.state} />}
										</Link>
									</li>
								))}
							</ul>
							{d.more && 50 * pages < MOST && <Button m="sm" variant="default" onClick={() => setPages(pages + 1)}>{t('table.more')}</Button>}
						</div>
					)}
				</Loaded>
			)}
		</>
	);
}

// SPDX-License-Identifier: Apache-2.0
import { Button, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router-dom';
import { useGet, type Hit, type Page } from '../api';
import { wordFor } from '../lib/i18n';
import { useRowKeys } from '../lib/rows';
import { Level, StateMark, Tag } from '../parts/Marks';
import { Empty, Loaded, PageHead } from '../parts/Page';

const where: Record<string, string> = { evidence: '/chung-cu', observable: '/dau-hieu', scope: '/pham-vi', task: '/viec', note: '/dien-bien', timeline: '/dien-bien', direction: '/chi-dao' };

function hitLink(h: Hit): string {
	return `/su-co/${h.kind === 'incident' ? h.number : h.incident_id}${where[h.kind] ?? ''}`;
}

export default function Search() {
	const { t } = useTranslation();
	const go = useNavigate();
	const [params, setParams] = useSearchParams();
	const q = params.get('q') ?? '';
	const [text, setText] = useState(q);
	useEffect(() => setText(q), [q]);
	const list = useGet<Page<Hit>>(q ? '/search' : null, { q, limit: 100 });
	const box = useRowKeys({ Enter: (to) => go(to) });
	return (
		<>
			<PageHead title={t('frame.search')} />
			<form role="search" aria-label={t('frame.search')} className="search-line" onSubmit={(e) => { e.preventDefault(); setParams(text.trim() ? { q: text.trim() } : {}); }}>
				<TextInput size="md" autoFocus aria-label={t('frame.search_box')} placeholder={t('search.placeholder')} value={text} onChange={(e) => setText(e.currentTarget.value)} />
				<Button type="submit" size="md">{t('search.go')}</Button>
			</form>
			{!q ? <div className="card"><Empty title={t('search.start')}>{t('search.start_next')}</Empty></div> : (
				<Loaded of={list}>
					{(d) => d.items.length === 0 ? <div className="card"><Empty title={t('search.none', { q })}>{t('search.none_next')}</Empty></div> : (
						<div className="card" ref={box}>
							<ul className="rows" aria-label={t('search.results')}>
								{d.items.map((h) => (
									<li key={h.kind + h.id}>
										<Link to={hitLink(h)} className="row multi hit" data-row={hitLink(h)}>
											<Tag kind="line">{wordFor('hit', h.kind)}</Tag>
											<span className="grow"><b>{h.number}</b> {h.title}{h.snippet && <div className="quiet small">{h.snippet}</div>}</span>
											{h.level && <Level level={h.level} />}
											{h.state && <StateMark state={h.state} />}
										</Link>
									</li>
								))}
							</ul>
						</div>
					)}
				</Loaded>
			)}
		</>
	);
}

// SPDX-License-Identifier: Apache-2.0
// What people found about each rule: which are worth their noise.
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router-dom';
import { useGet, type Page, type RuleRow } from '../../api';
import { wordFor } from '../../lib/i18n';
import { absolute } from '../../lib/time';
import { DataTable, type Column } from '../../parts/DataTable';
import { Tag } from '../../parts/Marks';
import { Empty, Loaded, PageHead } from '../../parts/Page';
import { When } from '../../parts/When';
import { AlertLevelMark, LEVELS, Share } from './parts';
import { Tabs } from './Tabs';

export default function Rules() {
	const { t } = useTranslation();
	const go = useNavigate();
	const [text, setText] = useState('');
	const [q] = useDebouncedValue(text, 300);
	const list = useGet<Page<RuleRow>>('/alerts/rules', { q, limit: 200 }, { keep: true });
	const columns: Column<RuleRow>[] = [
		{ id: 'level', title: t('alert.level'), value: (r) => LEVELS.indexOf(r.alert_level), text: (r) => wordFor('alert_level', r.alert_level), cell: (r) => <AlertLevelMark level={r.alert_level} />, className: 'nowrap', fixed: true },
		{ id: 'title', title: t('alert.rule'), value: (r) => r.title, cell: (r) => <>{r.title} {r.is_noisy && <Tag kind="warn">{t('alert.noisy')}</Tag>}</>, className: 'wide rest', fixed: true },
		{ id: 'source', title: t('alert.source'), value: (r) => r.source, cell: (r) => wordFor('alert_source', r.source), className: 'nowrap' },
		{ id: 'alerts', title: t('alert.alerts'), value: (r) => r.alerts, cell: (r) => r.alerts, className: 'num' },
		{ id: 'count', title: t('alert.count'), value: (r) => r.count, cell: (r) => r.count, className: 'num' },
		{ id: 'true', title: wordFor('verdict', 'true_positive'), value: (r) => r.true_positive, cell: (r) => r.true_positive || '', className: 'num' },
		{ id: 'false', title: wordFor('verdict', 'false_positive'), value: (r) => r.false_positive, cell: (r) => r.false_positive || '', className: 'num' },
		{ id: 'benign', title: wordFor('verdict', 'benign'), value: (r) => r.benign, cell: (r) => r.benign || '', className: 'num' },
		{ id: 'share', title: t('alert.share'), value: (r) => r.false_percent ?? undefined, cell: (r) => <Share wrong={r.false_positive + r.benign} all={r.true_positive + r.false_positive + r.benign} />, className: 'num' },
		{ id: 'hidden', title: t('alert.hidden'), value: (r) => r.hidden, cell: (r) => r.hidden || '', className: 'num' },
		{ id: 'last', title: t('alert.last'), value: (r) => r.last_at, text: (r) => absolute(r.last_at), cell: (r) => <span className="quiet"><When at={r.last_at} /></span> },
	];
	return (
		<>
			<PageHead title={t('alert.rules_title')} />
			<Tabs at="quy-tac" />
			<div className="chips"><TextInput size="xs" w={220} aria-label={t('alert.filter')} placeholder={t('alert.filter')} value={text} onChange={(e) => setText(e.currentTarget.value)} /></div>
			<Loaded of={list}>
				{(d) => d.items.length === 0 ? <div className="card"><Empty title={t('alert.no_rules')}>{t('alert.no_rules_next')}</Empty></div> : (
					<DataTable name="quy-tac" label={t('alert.rules_title')} columns={columns} rows={d.items} rowId={(r) => `${r.source} ${r.rule_id}`}
						onOpen={(r) => go(`/canh-bao?quy-tac=${encodeURIComponent(r.rule_id)}&nguon=${encodeURIComponent(r.source)}`)} />
				)}
			</Loaded>
		</>
	);
}

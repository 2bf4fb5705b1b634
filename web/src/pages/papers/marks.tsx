// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from 'react-i18next';
import type { Paper } from '../../api';
import { wordFor } from '../../lib/i18n';
import { Tag } from '../../parts/Marks';

const KIND: Record<string, string> = { issued: 'good', recalled: 'bad', replaced: '', draft: 'line' };

export function PaperState({ state }: { state: string }) {
	return <Tag kind={KIND[state] ?? 'warn'}>{wordFor('paper_state', state)}</Tag>;
}

/** Its number in the clerk's register: "15/BC-STC". */
export function referenceOf(p: Pick<Paper, 'doc_number' | 'doc_symbol'>): string {
	return p.doc_number ? [p.doc_number, p.doc_symbol].filter(Boolean).join('/') : '';
}

export function SentMark({ paper: p }: { paper: Paper }) {
	const { t } = useTranslation();
	if (p.trouble_count) return <Tag kind="bad">{t('paper.trouble', { count: p.trouble_count })}</Tag>;
	if (!p.sent_count) return null;
	return <span className="quiet small">{p.acknowledged_count ? t('paper.sent_acknowledged', { sent: p.sent_count, acknowledged: p.acknowledged_count }) : t('paper.sent_to', { count: p.sent_count })}</span>;
}

// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from 'react-i18next';
import type { TriageResult } from '../../api';
import { wordFor } from '../../lib/i18n';
import { labelOf, useTypes } from '../../lib/people';

/** The sentences that say why, by what they speak for. */
export function Reasons({ result }: { result: TriageResult }) {
	const { t, i18n } = useTranslation();
	const types = useTypes();
	const about = ['level', 'type', 'qd05_class', 'class', 'reporting', 'trigger', 'beyond'];
	const groups = [...new Set(result.reasons?.map((r) => r.about) ?? [])].sort((a, b) => about.indexOf(a) - about.indexOf(b));
	const say = (a: string, v: string) => a === 'level' ? t('mark.level', { level: v }) : a === 'type' ? labelOf(types, v)
		: a === 'qd05_class' || a === 'class' ? wordFor('qd05', v) : a === 'reporting' || a === 'trigger' ? wordFor('reporting', v) : '';
	return (
		<dl className="reasons">
			{groups.map((a) => (
				<div key={a}>
					<dt>{wordFor('about', a)}</dt>
					{result.reasons.filter((r) => r.about === a).map((r, n) => (
						<dd key={n}>
							{say(a, r.value) && <b>{say(a, r.value)}: </b>}
							{i18n.language === 'en' && r.text_en ? r.text_en : r.text}
						</dd>
					))}
				</div>
			))}
		</dl>
	);
}

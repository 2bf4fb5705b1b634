// SPDX-License-Identifier: Apache-2.0
// What differs from the last one sent.
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router-dom';
import { useGet, type FieldValue, type FormField, type PaperDiff, type PaperFull } from '../../api';
import { Card, Empty, Loaded } from '../../parts/Page';
import { momentText, plainLabel } from './Fields';

export default function Diff({ paper: p }: { paper: PaperFull }) {
	const { t } = useTranslation();
	const edition = useSearchParams()[0].get('ban');
	const q = useGet<PaperDiff>(`/documents/${p.id}/diff`, { edition });
	return (
		<Loaded of={q}>
			{(d) => !d.against_id ? <div className="card"><Empty title={t('paper.diff_none')}>{t('paper.diff_none_next')}</Empty></div>
				: d.changes.length === 0 ? <div className="card"><Empty title={t('paper.diff_same')} /></div> : (
					<Card title={edition ? t('paper.diff_edition', { n: edition }) : <>{t('paper.diff_against')} <Link to={`/van-ban/${d.against_number}`}>{d.against_reference ?? d.against_number}</Link></>} plain>
						<div className="scroll cards" tabIndex={0} role="region" aria-label={t('paper.part_so_sanh')}>
							<table className="list diff">
								<thead><tr><th>{t('paper.field')}</th><th>{t('paper.before')}</th><th>{t('paper.after')}</th></tr></thead>
								<tbody>
									{d.changes.map((c) => {
										const field = p.fields.find((f) => f.id === c.field.replace(/_text$/, ''));
										return (
											<tr key={c.field}>
												<td>{plainLabel(c.label)}</td>
												<td className="pre" data-label={t('paper.before')}><del>{say(field, c.before) || '–'}</del></td>
												<td className="pre" data-label={t('paper.after')}><ins>{say(field, c.after) || '–'}</ins></td>
											</tr>
										);
									})}
								</tbody>
							</table>
						</div>
					</Card>
				)}
		</Loaded>
	);
}

/** A value as words. */
function say(f: FormField | undefined, v: FieldValue): string {
	if (v === null || v === undefined) return '';
	const choice = (id: string) => f?.choices.find((c) => c.id === id)?.text ?? id;
	if (Array.isArray(v)) return v.map((x) => (typeof x === 'object' ? Object.values(x as object).filter(Boolean).join(' · ') : choice(String(x)))).join('\n');
	if (typeof v === 'object') return Object.values(v as object).join('\n');
	if (typeof v === 'boolean') return v ? '✓' : '✗';
	if (f && ['date', 'time', 'datetime'].includes(f.type)) return momentText(f.type, String(v));
	return f?.type === 'choice' ? choice(String(v)) : String(v);
}

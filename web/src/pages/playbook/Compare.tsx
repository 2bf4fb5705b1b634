// SPDX-License-Identifier: Apache-2.0
// What differs between two editions of a playbook.
import { Group, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router-dom';
import { useGet, type Page } from '../../api';
import { wordFor } from '../../lib/i18n';
import { Tag } from '../../parts/Marks';
import { Card, Empty, Loaded } from '../../parts/Page';
import type { Edition } from './PlaybookPage';

interface Step {
	id: string;
	text: string;
	why: string | null;
	role: string;
	max_minutes: number;
	is_mandatory: boolean;
	needs_approval: boolean;
	produces_evidence: boolean;
	is_reversible: boolean;
	undo_text: string | null;
}
interface Difference {
	from: Edition;
	to: Edition;
	items: { change: 'added' | 'removed' | 'changed'; phase: string; step: string; fields: string[]; before: Step | null; after: Step | null }[];
	fields: { field: string; before: string; after: string }[];
	lists: { list: string; added: string[]; removed: string[] }[];
	added: number;
	removed: number;
	changed: number;
}
const KIND = { added: 'good', removed: 'bad', changed: 'warn' };

export default function Compare({ id }: { id: string }) {
	const { t } = useTranslation();
	const [params, setParams] = useSearchParams();
	const texts = useGet<Page<Edition>>(`/playbooks/${id}/texts`);
	const q = useGet<Difference>(`/playbooks/${id}/compare`, { from: params.get('tu'), to: params.get('den') });
	const options = (texts.data?.items ?? []).map((e) => ({ value: String(e.version), label: `${t('paper.edition', { n: e.version })} · ${wordFor('edition', e.state)}` }));
	const pick = (name: string) => (v: string | null) => setParams((p) => { if (v) p.set(name, v); return p; }, { replace: true });
	const line = (before: string | null | undefined, after: string | null | undefined) => before === after ? <>{after}</> : <>{before && <del>{before}</del>} {after && <ins>{after}</ins>}</>;
	return (
		<Loaded of={q}>
			{(d) => (
				<div className="stack diff">
					<Group gap="sm">
						<Select size="xs" label={t('playbook.from')} allowDeselect={false} data={options} value={String(d.from.version)} onChange={pick('tu')} />
						<Select size="xs" label={t('playbook.to')} allowDeselect={false} data={options} value={String(d.to.version)} onChange={pick('den')} />
					</Group>
					{d.items.length === 0 && d.fields.length === 0 && d.lists.every((l) => !l.added.length && !l.removed.length) && <div className="card"><Empty title={t('playbook.same')}>{t('playbook.same_next')}</Empty></div>}
					{d.fields.length > 0 && <Card title={t('playbook.about')}><dl className="facts">{d.fields.map((f) => [<dt key={f.field}>{wordFor('playbook_field', f.field)}</dt>, <dd key={`${f.field}v`}>{line(f.before, f.after)}</dd>])}</dl></Card>}
					{d.items.length > 0 && (
						<Card title={t('playbook.steps_changed', { added: d.added, removed: d.removed, changed: d.changed })} plain>
							<ul className="rows">
								{d.items.map((x) => (
									<li key={x.step + x.change} className="row multi tall">
										<Tag kind={KIND[x.change]}>{wordFor('change', x.change)}</Tag>
										<span className="grow">
											<span className="quiet small">{wordFor('phase', x.phase)}</span>
											<div>{line(x.before?.text, x.after?.text)}</div>
											{x.fields.filter((f) => f !== 'text').length > 0 && <div className="quiet small">{t('playbook.also')}: {x.fields.filter((f) => f !== 'text').map((f) => wordFor('playbook_field', f)).join(', ')}</div>}
											{x.change === 'changed' && x.before?.why !== x.after?.why && <div className="small">{line(x.before?.why, x.after?.why)}</div>}
										</span>
									</li>
								))}
							</ul>
						</Card>
					)}
					{d.lists.filter((l) => l.added.length + l.removed.length > 0).map((l) => (
						<Card key={l.list} title={wordFor('playbook_list', l.list)}>
							<ul className="plain">{l.removed.map((x) => <li key={x}><del>{x}</del></li>)}{l.added.map((x) => <li key={x}><ins>{x}</ins></li>)}</ul>
						</Card>
					))}
				</div>
			)}
		</Loaded>
	);
}

// SPDX-License-Identifier: Apache-2.0
// Whether personal data is involved, whose, how much, since when it is suspected.
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, useSend, type PersonalRegion } from '../../api';
import { wordFor } from '../../lib/i18n';
import { numberText } from '../../lib/size';
import { ActionDialog } from '../../parts/Form';
import { Tag } from '../../parts/Marks';
import { Card, Loaded } from '../../parts/Page';
import { When } from '../../parts/When';
import type { TabProps } from './Page';

const KINDS = ['basic', 'sensitive', 'location', 'biometric', 'finance'];

export function PersonalData({ incident: i, canHandle }: TabProps) {
	const { t } = useTranslation();
	const q = useGet<PersonalRegion>(`/incidents/${i.id}/personal-data`);
	const [editing, setEditing] = useState(false);
	return (
		<Card title={t('personal.title')} aside={canHandle && <Button size="compact-sm" variant="default" onClick={() => setEditing(true)}>{t('personal.record')}</Button>}>
			<Loaded of={q}>
				{({ personal_data: p }) => (
					<>
						<Group gap="xs"><Tag kind={p.state === 'unknown' ? 'warn' : p.state === 'not_affected' || p.state === 'recorded' ? 'good' : 'bad'}>{wordFor('personal', p.state)}</Tag>{p.is_for_subjects && <Tag kind="warn">{t('personal.tell_subjects')}</Tag>}</Group>
						{p.state === 'unknown' ? <p className="quiet" style={{ marginBottom: 0 }}>{t('personal.unknown_next')}</p> : (
							<dl className="facts" style={{ marginTop: 8 }}>
								{p.kinds.length > 0 && <><dt>{t('personal.kinds')}</dt><dd>{p.kinds.map((k) => wordFor('personal_kind', k)).join(', ')}</dd></>}
								{p.subject_count !== null && <><dt>{t('personal.subjects')}</dt><dd>{numberText(p.subject_count)}</dd></>}
								{p.harm && <><dt>{t('personal.harm')}</dt><dd>{wordFor('personal_harm', p.harm)}</dd></>}
								{p.processing_role && <><dt>{t('personal.role')}</dt><dd>{wordFor('personal_role', p.processing_role)}</dd></>}
								{p.suspected_at && <><dt>{t('personal.clock')}</dt><dd><When at={p.suspected_at} exact /></dd></>}
								{p.note && <><dt>{t('task.note')}</dt><dd className="pre">{p.note}</dd></>}
							</dl>
						)}
						{editing && <Edit region={p} incident={i.id} onClose={() => setEditing(false)} />}
					</>
				)}
			</Loaded>
		</Card>
	);
}

function Edit({ region: p, incident, onClose }: { region: PersonalRegion['personal_data']; incident: string; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const reasons = new Set(p.next.filter((n) => n.needs_reason).map((n) => n.state));
	const states = [...new Set([...(p.state === 'unknown' ? [] : [p.state]), ...p.next.map((n) => n.state)])];
	return (
		<ActionDialog opened onClose={onClose} size="xl" title={t('personal.title')} submit={t('incident.save')} draft={`personal.${incident}`} intro={<p className="quiet small" style={{ margin: 0 }}>{t('personal.why')}</p>}
			initial={{ state: p.state === 'unknown' ? 'affected' : p.state, kinds: p.kinds, harm: p.harm ?? 'unknown', processing_role: p.processing_role ?? 'controller', subject_count: p.subject_count, first_at: p.first_at, grounds_at: p.grounds_at, certain: true, note: p.note ?? '' }}
			fields={[
				{ name: 'state', label: t('personal.state'), kind: 'select', required: true, options: states.map((s) => ({ value: s, label: wordFor('personal', s) })) },
				{ name: 'kinds', label: t('personal.kinds'), kind: 'multi', options: KINDS.map((k) => ({ value: k, label: wordFor('personal_kind', k) })), when: (v) => v.state !== 'not_affected' },
				{ name: 'harm', label: t('personal.harm'), kind: 'choice', help: t('personal.harm_help'), options: ['yes', 'no', 'unknown'].map((h) => ({ value: h, label: wordFor('personal_harm', h) })), when: (v) => v.state !== 'not_affected' },
				{ name: 'processing_role', label: t('personal.role'), kind: 'choice', options: ['controller', 'processor'].map((r) => ({ value: r, label: wordFor('personal_role', r) })), when: (v) => v.state !== 'not_affected' },
				{ name: 'subject_count', label: t('personal.subjects'), kind: 'number', half: true, when: (v) => v.state !== 'not_affected' },
				{ name: 'first_at', label: t('personal.first_at'), kind: 'time', half: true, when: (v) => v.state !== 'not_affected' },
				{ name: 'grounds_at', label: t('personal.grounds_at'), kind: 'time', half: true, when: (v) => v.state !== 'not_affected' },
				{ name: 'certain', label: t('personal.certain'), kind: 'check', help: t('personal.certain_help'), when: (v) => v.state !== 'not_affected' },
				{ name: 'reason', label: t('incident.reason'), kind: 'area', required: true, when: (v) => reasons.has(v.state) },
				{ name: 'note', label: t('task.note'), kind: 'area' },
			]}
			onSubmit={(v) => send('POST', `/incidents/${incident}/personal-data`, { ...v, ...(v.state === p.state ? { state: undefined } : {}) })} />
	);
}

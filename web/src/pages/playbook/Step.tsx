// SPDX-License-Identifier: Apache-2.0
// One step of a playbook: what it says folded, its fields unfolded.
import { ActionIcon, Checkbox, Group, NumberInput, Select, Textarea } from '@mantine/core';
import IconArrowDown from '@tabler/icons-react/dist/esm/icons/IconArrowDown.mjs';
import IconArrowUp from '@tabler/icons-react/dist/esm/icons/IconArrowUp.mjs';
import IconTrash from '@tabler/icons-react/dist/esm/icons/IconTrash.mjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wordFor } from '../../lib/i18n';
import { Tag } from '../../parts/Marks';
import { saidOf, withSaid, type Lang, type StepValues } from './shape';

const ROLES = ['netadmin', 'substitute', 'director', 'office_chief', 'division_head', 'registry_clerk', 'staff'];
const PROBES = ['tcp_closed', 'tcp_open', 'http_status', 'http_text', 'person'];

interface Props {
	step: StepValues;
	n: number;
	last: boolean;
	lang: Lang;
	locked: boolean;
	put: (change: Partial<StepValues>) => void;
	move: (by: number) => void;
	remove: () => void;
}

/** Fields are drawn when they are asked for: a playbook has hundreds of them, and each key typed draws them all. */
export function Step({ step: s, n, last, lang, locked, put, move, remove }: Props) {
	const { t } = useTranslation();
	const [open, setOpen] = useState(!saidOf(s.text, 'vi'));
	return (
		<details open={open} onToggle={(x) => setOpen(x.currentTarget.open)}>
			<summary>
				<span>{saidOf(s.text, lang) || t('playbook.step_new')}</span>
				<span className="quiet small">{wordFor('role', s.role)}{s.max_minutes ? ` · ${t('time.minutes', { count: s.max_minutes })}` : ''}</span>
				{s.mandatory && <Tag>{t('task.mandatory')}</Tag>}{s.needs_approval && <Tag kind="warn">{t('task.needs_approval')}</Tag>}
			</summary>
			{open && <div className="fields">
				<div><Textarea label={t('playbook.step_text')} minRows={2} disabled={locked} value={saidOf(s.text, lang)} onChange={(x) => put({ text: withSaid(s.text, lang, x.currentTarget.value) })} /></div>
				<div className="half"><Textarea label={t('playbook.step_why')} minRows={1} disabled={locked} value={saidOf(s.why, lang)} onChange={(x) => put({ why: withSaid(s.why, lang, x.currentTarget.value) })} /></div>
				<div className="half"><Textarea label={t('task.undo')} minRows={1} disabled={locked} value={saidOf(s.undo_text, lang)} onChange={(x) => put({ undo_text: withSaid(s.undo_text, lang, x.currentTarget.value) })} /></div>
				<div className="half"><Select label={t('playbook.step_role')} disabled={locked} allowDeselect={false} data={ROLES.map((r) => ({ value: r, label: wordFor('role', r) }))} value={s.role} onChange={(v) => put({ role: v ?? s.role })} /></div>
				<div className="half"><NumberInput label={t('playbook.step_minutes')} disabled={locked} min={0} value={s.max_minutes ?? ''} onChange={(v) => put({ max_minutes: v === '' ? 0 : Number(v) })} /></div>
				<div className="half"><Select label={t('playbook.probe')} description={t('playbook.probe_help')} disabled={locked} clearable placeholder={t('playbook.probe_none')} data={PROBES.map((x) => ({ value: x, label: wordFor('probe_kind', x) }))} value={s.probe?.kind ?? null} onChange={(v) => put({ probe: v ? { hint: { vi: '', en: '' }, ...s.probe, kind: v } : undefined })} /></div>
				{s.probe && <div className="half"><Textarea label={t('playbook.probe_hint')} description={t('playbook.probe_hint_help')} minRows={1} disabled={locked} value={saidOf(s.probe.hint, lang)} onChange={(x) => put({ probe: { ...s.probe!, hint: withSaid(s.probe!.hint, lang, x.currentTarget.value) } })} /></div>}
				<div>
					<Group gap="lg">
						{(['mandatory', 'needs_approval', 'produces_evidence', 'reversible'] as const).map((k) => <Checkbox key={k} label={t(`playbook.step_${k}`)} disabled={locked} checked={s[k] ?? false} onChange={(x) => put({ [k]: x.currentTarget.checked })} />)}
					</Group>
				</div>
				{!locked && (
					<div>
						<Group gap="xs">
							<ActionIcon type="button" variant="default" aria-label={t('playbook.step_up', { n: n + 1 })} disabled={n === 0} onClick={() => move(-1)}><IconArrowUp size={15} /></ActionIcon>
							<ActionIcon type="button" variant="default" aria-label={t('playbook.step_down', { n: n + 1 })} disabled={last} onClick={() => move(1)}><IconArrowDown size={15} /></ActionIcon>
							<ActionIcon type="button" variant="default" color="red" aria-label={t('playbook.step_remove', { n: n + 1 })} onClick={remove}><IconTrash size={15} /></ActionIcon>
						</Group>
					</div>
				)}
			</div>}
		</details>
	);
}

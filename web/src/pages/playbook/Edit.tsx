// SPDX-License-Identifier: Apache-2.0
// The texts and steps of a playbook, in both languages, as fields.
import { Alert, Button, Group, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, useSend } from '../../api';
import { dropDraft, readDraft, writeWhole } from '../../lib/draft';
import { wordFor } from '../../lib/i18n';
import { ProblemAlert } from '../../parts/Form';
import { Card } from '../../parts/Page';
import { useSession } from '../../session';
import type { Edition } from './PlaybookPage';
import { Step } from './Step';
import { freshId, LISTS, listOf, moved, PHASES, saidOf, stepsOf, tidy, withLines, withSaid, type Lang, type Phase, type PlaybookValues, type PowerValues, type StepValues } from './shape';

const POWERS = ['isolate_keep_power', 'power_off', 'ask'];

export default function Edit({ edition: e, locked, reload }: { edition: Edition; locked: boolean; reload: () => Promise<unknown> }) {
	const { t } = useTranslation();
	const { session } = useSession();
	const { send, pending } = useSend();
	const key = `${session?.account.id}.playbook.${e.id}`;
	const kept = readDraft(key) as PlaybookValues | null;
	const [values, setValues] = useState<PlaybookValues>(kept ?? e.values!);
	const [dirty, setDirty] = useState(kept !== null);
	const [lang, setLang] = useState<Lang>('vi');
	const [note, setNote] = useState('');
	const [gaps, setGaps] = useState<string[]>(e.gaps ?? []);
	const [problem, setProblem] = useState<Problem | null>(null);
	useEffect(() => {
		if (dirty) writeWhole(key, values);
	}, [key, values, dirty]);
	const set = (name: string, v: unknown) => {
		setDirty(true);
		setValues((before) => ({ ...before, [name]: v }));
	};
	function drop() {
		dropDraft(key);
		setDirty(false);
		setProblem(null);
		void reload();
		setValues(e.values!);
	}
	async function save(version: number | undefined) {
		setProblem(null);
		try {
			const saved = await send<Edition>('POST', `/playbooks/${e.id}/text`, { values: tidy(values), note, version });
			setGaps(saved.gaps ?? []);
			dropDraft(key);
			setDirty(false);
			setNote('');
			await reload();
		} catch (fault) {
			setProblem(fault instanceof Problem ? fault : new Problem(-1, '', String(fault)));
		}
	}
	const power = (values.power_action ?? {}) as PowerValues;
	const text = (name: string, label: string, help?: string) => (
		<Textarea label={label} description={help} minRows={1} disabled={locked} value={saidOf(values[name], lang)} onChange={(x) => set(name, withSaid(values[name], lang, x.currentTarget.value))} />
	);
	return (
		<form className="stack playbook-edit" onSubmit={(x) => { x.preventDefault(); void save(e.state === 'draft' ? e.row_version : undefined); }}>
			<Group gap="sm">
				<SegmentedControl size="xs" aria-label={t('playbook.language')} value={lang} onChange={(v) => setLang(v as Lang)} data={[{ value: 'vi', label: 'Tiếng Việt' }, { value: 'en', label: 'English' }]} />
				<span className="quiet small">{t('playbook.draft_why')}</span>
			</Group>
			{gaps.length > 0 && <Alert color="orange" variant="light" title={t('playbook.gaps')}><ul className="plain">{gaps.map((g) => <li key={g}>{g}</li>)}</ul></Alert>}
			<Card title={t('playbook.about')}>
				<div className="fields">
					<div>{text('title', t('playbook.name'))}</div>
					<div><TextInput label={t('playbook.source')} disabled={locked} value={String(values.source ?? '')} onChange={(x) => set('source', x.currentTarget.value)} /></div>
					<div>{text('drill_ref', t('playbook.drill'))}</div>
				</div>
			</Card>
			<Card title={t('playbook.power')}>
				<p className="quiet small" style={{ marginTop: 0 }}>{t('playbook.power_help')}</p>
				<div className="fields">
					<div><Select label={t('playbook.power_action')} disabled={locked} clearable data={POWERS.map((x) => ({ value: x, label: wordFor('power', x) }))} value={power.action ?? null} onChange={(v) => set('power_action', { ...power, action: v ?? undefined })} /></div>
					<div><Textarea label={t('playbook.power_why')} minRows={2} disabled={locked} value={saidOf(power.why, lang)} onChange={(x) => set('power_action', { ...power, why: withSaid(power.why, lang, x.currentTarget.value) })} /></div>
				</div>
			</Card>
			{PHASES.map((p) => <PhaseSteps key={p} phase={p} values={values} set={set} lang={lang} locked={locked} />)}
			<Card title={t('playbook.lists')}>
				<div className="fields">
					{LISTS.map((name) => (
						<div key={name} className="half">
							<Textarea label={t(`playbook.list_${name}`)} description={t('paper.one_a_line')} minRows={3} disabled={locked}
								value={listOf(values, name).map((s) => saidOf(s, lang)).join('\n')} onChange={(x) => set(name, withLines(listOf(values, name), lang, x.currentTarget.value))} />
						</div>
					))}
				</div>
			</Card>
			{problem && <ProblemAlert problem={problem} />}
			{problem?.isConflict && (
				<Group gap="xs">
					<Button type="button" size="xs" variant="default" onClick={() => void save(undefined)}>{t('form.save_mine')}</Button>
					<Button type="button" size="xs" variant="default" onClick={drop}>{t('paper.take_theirs')}</Button>
				</Group>
			)}
			{!locked && (
				<div className="paper-foot">
					<TextInput className="grow" size="sm" aria-label={t('playbook.note')} placeholder={t('playbook.note')} value={note} onChange={(x) => setNote(x.currentTarget.value)} />
					{dirty && <Button type="button" variant="subtle" color="gray" onClick={drop}>{t('form.drop_draft')}</Button>}
					<Button type="submit" loading={pending} disabled={!dirty}>{t('playbook.save_draft')}</Button>
				</div>
			)}
		</form>
	);
}

function PhaseSteps({ phase, values, set, lang, locked }: { phase: Phase; values: PlaybookValues; set: (name: string, v: unknown) => void; lang: Lang; locked: boolean }) {
	const { t } = useTranslation();
	const steps = stepsOf(values, phase);
	const name = wordFor('phase', phase.replace('_steps', ''));
	const put = (n: number, change: Partial<StepValues>) => set(phase, steps.map((s, i) => (i === n ? { ...s, ...change } : s)));
	const add = () => set(phase, [...steps, { id: freshId(values, phase), text: { vi: '', en: '' }, why: { vi: '', en: '' }, role: 'netadmin', mandatory: true, max_minutes: 30, needs_approval: false, produces_evidence: false, reversible: true, undo_text: { vi: '', en: '' } }]);
	return (
		<Card title={`${name} (${steps.length})`} plain aside={!locked && <Button type="button" size="compact-sm" variant="default" onClick={add}>{t('playbook.step_add')}</Button>}>
			<ol className="step-edit">
				{steps.map((s, n) => (
					<li key={s.id}>
						<Step step={s} n={n} last={n === steps.length - 1} lang={lang} locked={locked} put={(change) => put(n, change)}
							move={(by) => set(phase, moved(steps, n, n + by))} remove={() => set(phase, steps.filter((_, i) => i !== n))} />
					</li>
				))}
			</ol>
		</Card>
	);
}

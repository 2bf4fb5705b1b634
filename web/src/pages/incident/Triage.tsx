// SPDX-License-Identifier: Apache-2.0
// At most ten questions on one screen; the answer says what and why.
import { Alert, Button, Checkbox, Chip, Group, Modal, NumberInput, Radio, Select, Stack, Text, Textarea } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, useGet, useSend, type IncidentFull, type Question, type TriageResult } from '../../api';
import { wordFor } from '../../lib/i18n';
import { useTypes } from '../../lib/people';
import { Beyond, Level, Tag } from '../../parts/Marks';
import { Loaded } from '../../parts/Page';
import { ProblemAlert } from '../../parts/Form';
import { Reasons } from './Reasons';

type Answers = Record<string, string>;
type Part = Question['parts'][number];

export function Triage({ incident: i, onClose }: { incident: IncidentFull; onClose: () => void }) {
	const { t } = useTranslation();
	const q = useGet<{ items: Question[]; unknown: string }>('/triage/questions', { incident: i.id }, { stale: 60_000 });
	const [result, setResult] = useState<TriageResult | null>(null);
	return (
		<Modal opened onClose={onClose} size={760} title={t('triage.title')} closeButtonProps={{ 'aria-label': t('form.close') }} closeOnClickOutside={false}>
			{result ? <Result result={result} onClose={onClose} onBack={() => setResult(null)} /> : (
				<Loaded of={q}>{(d) => <Sheet incident={i} questions={d.items} unknown={d.unknown.charAt(0).toUpperCase() + d.unknown.slice(1)} onClose={onClose} onResult={setResult} />}</Loaded>
			)}
		</Modal>
	);
}

function Sheet({ incident: i, questions, unknown, onClose, onResult }: { incident: IncidentFull; questions: Question[]; unknown: string; onClose: () => void; onResult: (r: TriageResult) => void }) {
	const { t } = useTranslation();
	const { send, pending } = useSend();
	const types = useTypes();
	const first = useMemo<Answers>(() => {
		const out: Answers = {};
		for (const p of questions.flatMap((x) => x.parts)) if (p.prefilled) out[p.id] = p.prefilled;
		return { ...out, ...(i.score?.answers ?? {}) };
	}, []); // eslint-disable-line
	const [answers, setAnswers] = useState<Answers>(first);
	const [override, setOverride] = useState(false);
	const [level, setLevel] = useState<string | null>(null);
	const [type, setType] = useState<string | null>(null);
	const [reason, setReason] = useState('');
	const [problem, setProblem] = useState<Problem | null>(null);

	const asked = (p: Part) => {
		if (!p.only_if) return true;
		const v = answers[p.only_if];
		if (p.only_value) return v?.split(',').includes(p.only_value) ?? false;
		return v !== undefined && v !== '' && v !== 'no' && v !== 'none';
	};
	const set = (id: string, v: string | null) => setAnswers((a) => {
		const next = { ...a };
		if (v === null || v === '') delete next[id];
		else next[id] = v;
		return next;
	});

	async function save() {
		setProblem(null);
		const shown = new Set(questions.flatMap((x) => x.parts).filter(asked).map((p) => p.id));
		try {
			const saved = await send<{ result: TriageResult }>('POST', `/incidents/${i.id}/triage`, {
				answers: Object.fromEntries(Object.entries(answers).filter(([k]) => shown.has(k))),
				...(override ? { override_level: level ? Number(level) : undefined, override_type: type ?? undefined, reason } : {}),
			});
			onResult(saved.result);
		} catch (fault) {
			setProblem(fault instanceof Problem ? fault : new Problem(-1, '', String(fault)));
		}
	}
	return (
		<form onSubmit={(e) => { e.preventDefault(); void save(); }}>
			<Text size="sm" c="dimmed" mb="sm">{t('triage.why')}</Text>
			<ol className="questions">
				{questions.map((question) => (
					<li key={question.id}>
						<fieldset>
							<legend>{question.text}</legend>
							{question.help && <Text size="xs" c="dimmed">{question.help}</Text>}
							{question.parts.filter(asked).map((p) => (
								<PartInput key={p.id} part={p} alone={question.parts.length === 1} question={question.text} unknown={unknown} value={answers[p.id]} set={(v) => set(p.id, v)} />
							))}
						</fieldset>
					</li>
				))}
			</ol>
			<Checkbox mt="sm" label={t('triage.override')} checked={override} onChange={(e) => setOverride(e.currentTarget.checked)} />
			{override && (
				<Stack gap="xs" mt="xs">
					<Group grow>
						<Select label={t('incident.level')} data={[1, 2, 3, 4].map((l) => ({ value: String(l), label: `${t('mark.level', { level: l })} · ${wordFor('level', String(l))}` }))} value={level} onChange={setLevel} clearable />
						<Select label={t('incident.type')} data={types} value={type} onChange={setType} searchable clearable />
					</Group>
					<Textarea label={t('incident.reason')} withAsterisk value={reason} onChange={(e) => setReason(e.currentTarget.value)} error={problem?.field === 'reason' ? problem.detail : undefined} />
				</Stack>
			)}
			{problem && problem.field !== 'reason' && <ProblemAlert problem={problem} />}
			<Group justify="flex-end" mt="md">
				<Text size="xs" c="dimmed" mr="auto">{t('triage.kept')}</Text>
				<Button variant="default" onClick={onClose}>{t('form.cancel')}</Button>
				<Button type="submit" loading={pending}>{t('triage.save')}</Button>
			</Group>
		</form>
	);
}

function PartInput({ part: p, alone, question, unknown, value, set }: { part: Part; alone: boolean; question: string; unknown: string; value: string | undefined; set: (v: string | null) => void }) {
	const { t } = useTranslation();
	const label = p.text && !(alone && p.text === question) ? p.text : undefined;
	const name = label ?? question;
	switch (p.kind) {
	case 'yes_no':
		return (
			<div className="part">
				{label && <span className="label">{label}</span>}
				<Radio.Group value={value ?? ''} onChange={set} aria-label={name}>
					<Group gap="md">
						<Radio value="yes" label={t('triage.yes')} /><Radio value="no" label={t('triage.no')} /><Radio value="unknown" label={unknown} />
					</Group>
				</Radio.Group>
			</div>
		);
	case 'choice':
		return (
			<div className="part">
				{label && <span className="label">{label}</span>}
				<Select className="grow" aria-label={name} value={value ?? null} onChange={set} clearable data={[...(p.choices ?? []).map((c) => ({ value: c.id, label: c.text })), { value: 'unknown', label: unknown }]} />
			</div>
		);
	case 'choices': {
		const chosen = value ? value.split(',') : [];
		return (
			<div className="part">
				{label && <span className="label">{label}</span>}
				<Chip.Group multiple value={chosen} onChange={(v) => { const last = v.find((x) => !chosen.includes(x)); set(last === 'unknown' || last === 'none' ? last : v.filter((x) => x !== 'unknown' && x !== 'none').join(',')); }}>
					<Group gap={6} role="group" aria-label={name}>
						{(p.choices ?? []).map((c) => <Chip key={c.id} value={c.id} size="xs" variant="outline">{c.text}</Chip>)}
						<Chip value="unknown" size="xs" variant="outline">{unknown}</Chip>
					</Group>
				</Chip.Group>
			</div>
		);
	}
	case 'number':
		return (
			<div className="part">
				{label && <span className="label">{label}</span>}
				<Group gap="xs">
					<NumberInput w={120} aria-label={name} value={value && value !== 'unknown' ? Number(value) : ''} min={p.min ?? 0} max={p.max} allowDecimal={false} disabled={value === 'unknown'}
						onChange={(v) => set(v === '' ? null : String(v))} suffix={p.unit ? ` ${p.unit}` : ''} />
					<Checkbox size="xs" label={unknown} checked={value === 'unknown'} onChange={(e) => set(e.currentTarget.checked ? 'unknown' : null)} />
				</Group>
			</div>
		);
	}
}

function Result({ result: r, onClose, onBack }: { result: TriageResult; onClose: () => void; onBack: () => void }) {
	const { t } = useTranslation();
	const top = useRef<HTMLDivElement>(null);
	useEffect(() => { top.current?.scrollIntoView({ block: 'center' }); }, []); // newer browsers answer a promise
	return (
		<Stack gap="sm" ref={top}>
			<Alert color="khien" variant="light" title={t('triage.result')}>
				<Group gap="xs" mt={4}>
					<Level level={r.level} long />
					{r.qd05_class && <Tag kind="line">{wordFor('qd05', r.qd05_class)}</Tag>}
					{r.reporting?.map((x) => <Tag key={x} kind="line">{wordFor('reporting', x)}</Tag>)}
					{r.beyond && <Beyond value="suggested" />}
				</Group>
			</Alert>
			<Reasons result={r} />
			<Group justify="flex-end">
				<Button variant="default" onClick={onBack}>{t('triage.change')}</Button>
				<Button onClick={onClose}>{t('triage.go_on')}</Button>
			</Group>
		</Stack>
	);
}

// SPDX-License-Identifier: Apache-2.0
// One way to make every dialog: a list of fields, a draft that survives, the
// server's complaint at the field it is about, and what to do when somebody
// else was faster.
import { Alert, Anchor, Button, Checkbox, Chip as ChipPicker, FileInput, Group, Modal, MultiSelect, NumberInput, PasswordInput, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../api';
import { dropDraft, readDraft, writeDraft } from '../lib/draft';
import { useSession } from '../session';
import { TimeField } from './TimeField';

export type Values = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

export interface Option {
	value: string;
	label: string;
	group?: string;
}
export interface Field {
	name: string;
	label: string;
	kind?: 'text' | 'area' | 'select' | 'multi' | 'choice' | 'number' | 'time' | 'date' | 'check' | 'file' | 'files' | 'password' | 'custom';
	required?: boolean;
	help?: string;
	placeholder?: string;
	options?: Option[];
	rows?: number;
	past?: boolean; // time: lies in the past
	when?: (values: Values) => boolean;
	auto?: string; // autocomplete
	free?: boolean; // select: something else may be typed
	half?: boolean; // two in a row on wide screens
	render?: (value: any, set: (value: any) => void, error?: string) => ReactNode; // eslint-disable-line @typescript-eslint/no-explicit-any
}

interface FormProps {
	fields: Field[];
	initial?: Values;
	draft?: string;
	submit: string | ((values: Values) => string);
	color?: string;
	intro?: ReactNode;
	outro?: (values: Values) => ReactNode;
	disabled?: (values: Values) => boolean;
	onSubmit: (values: Values) => Promise<unknown>;
	onCancel?: () => void;
	/** Asked for when the server says the object changed: the new version to send again with. */
	onConflict?: (values: Values) => Promise<unknown>;
}

const blank = (v: unknown) => v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0);

export function ActionForm(props: FormProps) {
	const { t } = useTranslation();
	const { session } = useSession();
	const draftKey = props.draft ? `${session?.account.id ?? ''}.${props.draft}` : null;
	const initial = useMemo(() => props.initial ?? {}, []); // eslint-disable-line
	const [restored, setRestored] = useState(() => (draftKey ? readDraft(draftKey) : null));
	const [values, setValues] = useState<Values>(() => ({ ...initial, ...(restored ?? {}) }));
	const [errors, setErrors] = useState<Record<string, string>>({});
	const [problem, setProblem] = useState<Problem | null>(null);
	const [busy, setBusy] = useState(false);
	const box = useRef<HTMLFormElement>(null);
	const sending = useRef(false);

	const touched = useRef(false);
	useEffect(() => {
		if (!draftKey || !touched.current) return;
		const timer = setTimeout(() => {
			const keep = { ...values };
			for (const f of props.fields) if (f.kind === 'password') delete keep[f.name];
			writeDraft(draftKey, keep);
		}, 400);
		return () => clearTimeout(timer);
	}, [values, draftKey, props.fields]);

	const shown = props.fields.filter((f) => !f.when || f.when(values));
	const first = props.fields.find((f) => !['choice', 'check', 'file', 'files', 'custom', 'select', 'multi', 'time'].includes(f.kind ?? 'text'))?.name;
	const set = (name: string, value: unknown) => {
		touched.current = true;
		setValues((before) => ({ ...before, [name]: value }));
		setErrors(({ [name]: _, ...rest }) => rest);
	};

	/** Keys do what the button does: not while it is disabled, and once. */
	async function run(send: (v: Values) => Promise<unknown>) {
		if (sending.current || props.disabled?.(values)) return;
		const missing: Record<string, string> = {};
		for (const f of shown) {
			if (f.required && blank(values[f.name])) missing[f.name] = t('form.required');
			if (f.kind === 'time' && values[f.name] === 'invalid') missing[f.name] = t('form.bad_time');
		}
		setErrors(missing);
		if (Object.keys(missing).length) {
			focusFirst(Object.keys(missing)[0]);
			return;
		}
		sending.current = true;
		setBusy(true);
		setProblem(null);
		try {
			const out: Values = {};
			for (const f of shown) if (!blank(values[f.name]) || initial[f.name] !== undefined) out[f.name] = values[f.name];
			await send(out);
			if (draftKey) dropDraft(draftKey);
		} catch (fault) {
			const p = fault instanceof Problem ? fault : new Problem(-1, '', String(fault));
			if (!(fault instanceof Problem)) console.error(fault);
			if (p.field && shown.some((f) => f.name === p.field)) {
				setErrors({ [p.field]: p.detail });
				focusFirst(p.field);
			} else setProblem(p);
		}
		sending.current = false;
		setBusy(false);
	}
	function focusFirst(name: string) {
		setTimeout(() => box.current?.querySelector<HTMLElement>(`[data-field="${name}"] :is(input,textarea,button)`)?.focus(), 30);
	}

	return (
		<form
			ref={box}
			noValidate
			onSubmit={(e) => {
				e.preventDefault();
				void run(props.onSubmit);
			}}
			onKeyDown={(e) => {
				if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) void run(props.onSubmit);
			}}
		>
			<Stack gap="sm">
				{props.intro}
				{restored && (
					<Text size="xs" c="dimmed">
						{t('form.restored')}{' '}
						<Anchor component="button" type="button" size="xs" onClick={() => { setValues(initial); setRestored(null); if (draftKey) dropDraft(draftKey); }}>
							{t('form.drop_draft')}
						</Anchor>
					</Text>
				)}
				<div className="fields">
					{shown.map((f) => (
						<div key={f.name} data-field={f.name} className={f.half ? 'half' : undefined}>
							<FieldInput field={f} first={f.name === first} value={values[f.name]} set={(v) => set(f.name, v)} error={errors[f.name]} />
						</div>
					))}
				</div>
				{props.outro?.(values)}
				{problem && <ProblemAlert problem={problem} />}
				<Group justify="flex-end" gap="xs" className="form-foot">
					{props.onCancel && <Button variant="default" onClick={props.onCancel}>{t('form.cancel')}</Button>}
					{problem?.isConflict && props.onConflict && (
						<Button variant="default" loading={busy} onClick={() => void run(props.onConflict!)}>{t('form.save_mine')}</Button>
					)}
					<Button type="submit" loading={busy} color={props.color} disabled={props.disabled?.(values)}>{typeof props.submit === 'function' ? props.submit(values) : props.submit}</Button>
				</Group>
			</Stack>
		</form>
	);
}

function FieldInput({ field: f, first, value, set, error }: { field: Field; first: boolean; value: any; set: (v: any) => void; error?: string }) { // eslint-disable-line
	const { t } = useTranslation();
	const common = { label: f.label, description: f.help, error, withAsterisk: f.required, placeholder: f.placeholder, 'data-autofocus': first || undefined };
	switch (f.kind ?? 'text') {
	case 'area':
		return <Textarea {...common} minRows={f.rows ?? 2} value={value ?? ''} onChange={(e) => set(e.currentTarget.value)} />;
	case 'password':
		return <PasswordInput {...common} autoComplete={f.auto} value={value ?? ''} onChange={(e) => set(e.currentTarget.value)}
			visibilityToggleButtonProps={{ 'aria-label': t('form.show_password') }} />;
	case 'select':
		return <Select {...common} data={grouped(f.options ?? [])} value={value ?? null} onChange={set} clearable={!f.required} allowDeselect={!f.required} searchable={(f.options?.length ?? 0) > 7}
			nothingFoundMessage={t('form.nothing_found')} comboboxProps={{ withinPortal: true }} clearButtonProps={{ 'aria-label': t('form.clear') }} />;
	case 'multi':
		return <MultiSelect {...common} data={grouped(f.options ?? [])} value={value ?? []} onChange={set} searchable clearable hidePickedOptions clearButtonProps={{ 'aria-label': t('form.clear') }} />;
	case 'choice':
		return (
			<div role="group" aria-label={f.label}>
				<Text size="sm" fw={500} mb={4} aria-hidden>{f.label}{f.required && <span className="star"> *</span>}</Text>
				<Pick label={f.label} value={value ?? ''} onChange={set} options={f.options ?? []} />
				{f.help && <Text size="xs" c="dimmed" mt={4}>{f.help}</Text>}
				{error && <Text size="xs" className="bad" mt={4}>{error}</Text>}
			</div>
		);
	case 'number':
		return <NumberInput {...common} value={value ?? ''} onChange={(v) => set(v === '' ? null : Number(v))} thousandSeparator="." decimalSeparator="," allowDecimal={false} min={0} />;
	case 'time':
		return <TimeField {...common} value={value ?? null} onChange={set} past={f.past ?? true} />;
	case 'date':
		return <TextInput {...common} placeholder="22/11/2026" value={value ?? ''} onChange={(e) => set(e.currentTarget.value)} />;
	case 'check':
		return <Checkbox label={f.label} description={f.help} error={error} checked={Boolean(value)} onChange={(e) => set(e.currentTarget.checked)} mt={4} />;
	case 'file':
		return <FileInput {...common} placeholder={f.placeholder ?? t('form.choose_file')} value={value ?? null} onChange={set} clearable clearButtonProps={{ 'aria-label': t('form.clear') }} />;
	case 'files':
		return <FileInput {...common} multiple placeholder={f.placeholder ?? t('form.choose_files')} value={value ?? []} onChange={set} clearable clearButtonProps={{ 'aria-label': t('form.clear') }} />;
	case 'custom':
		return <>{f.render?.(value, set, error)}</>;
	default:
		return <TextInput {...common} autoComplete={f.auto ?? 'off'} value={value ?? ''} onChange={(e) => set(e.currentTarget.value)} />;
	}
}

/** One of a few in a row; where they do not fit side by side, chips that wrap. */
function Pick({ label, value, onChange, options }: { label: string; value: string; onChange: (v: string) => void; options: Option[] }) {
	const narrow = useMediaQuery('(max-width: 37.49em)');
	if (!narrow || options.reduce((n, o) => n + o.label.length + 4, 0) < 34) return <SegmentedControl className="choices" aria-label={label} value={value} onChange={onChange} data={options} />;
	return (
		<ChipPicker.Group value={value} onChange={(v) => onChange(v as string)}>
			<Group gap={6}>{options.map((o) => <ChipPicker key={o.value} value={o.value} size="sm">{o.label}</ChipPicker>)}</Group>
		</ChipPicker.Group>
	);
}

function grouped(options: Option[]) {
	if (!options.some((o) => o.group)) return options.map(({ value, label }) => ({ value, label }));
	const groups = new Map<string, Option[]>();
	for (const o of options) groups.set(o.group ?? '', [...(groups.get(o.group ?? '') ?? []), o]);
	return [...groups].map(([group, items]) => ({ group, items: items.map(({ value, label }) => ({ value, label })) }));
}

/** What went wrong and what to do; for a conflict also what the other person changed. */
export function ProblemAlert({ problem }: { problem: Problem }) {
	const { t } = useTranslation();
	const conflict = problem.isConflict;
	const text = problem.status === 0 || !problem.detail ? t('form.network') : problem.detail;
	return (
		<Alert color={conflict ? 'orange' : 'red'} title={conflict ? t('form.conflict') : t('form.failed')} role="alert" variant="light">
			<Text size="sm">{text}</Text>
			{conflict && <Text size="sm" mt={4}>{t('form.conflict_keep')}</Text>}
			{problem.missing.length > 0 && (
				<ul className="plain">{problem.missing.map((m) => <li key={m}>{m}</li>)}</ul>
			)}
			{problem.changes.length > 0 && (
				<ul className="plain">
					{problem.changes.slice(0, 5).map((c, n) => <li key={n}>{c}</li>)}
				</ul>
			)}
		</Alert>
	);
}

interface DialogProps extends Omit<FormProps, 'onCancel'> {
	title: string;
	opened: boolean;
	onClose: () => void;
	size?: string | number;
}

/** A form in a dialog; closes when it is saved. */
export function ActionDialog({ title, opened, onClose, size, ...form }: DialogProps) {
	const { t } = useTranslation();
	return (
		<Modal opened={opened} onClose={onClose} title={title} size={size ?? 'lg'} closeButtonProps={{ 'aria-label': t('form.close') }}>
			{opened && (
				<ActionForm
					{...form}
					onCancel={onClose}
					onSubmit={async (v) => {
						await form.onSubmit(v);
						onClose();
					}}
					onConflict={form.onConflict && (async (v) => {
						await form.onConflict!(v);
						onClose();
					})}
				/>
			)}
		</Modal>
	);
}

// SPDX-License-Identifier: Apache-2.0
// The questions of a form, as the form's definition says them.
import { Checkbox, NumberInput, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldValue, FormChoice, FormField } from '../../api';
import { TableField } from './TableField';

export type PaperValues = Record<string, FieldValue>;

interface Props {
	field: FormField;
	value: FieldValue;
	words: FieldValue; // of choices that ask for some: "<field>_text"
	set: (value: FieldValue) => void;
	setWords: (value: FieldValue) => void;
	fault?: string;
	locked: boolean;
}

/** The star stands in official labels; the mark of the page is enough. */
export const plainLabel = (label: string) => label.replace(/\s*\(\*\)|\s*\*$/g, '').replace(/:\s*$/, '').trim();

export function PaperField(props: Props) {
	const { field: f, value, set, fault, locked } = props;
	const { t } = useTranslation();
	const common = { label: plainLabel(f.label), description: f.help ?? undefined, error: fault, withAsterisk: f.required, disabled: locked };
	switch (f.type) {
	case 'text':
		return <Textarea {...common} minRows={f.lines || 3} maxRows={Math.max(14, f.lines)} value={text(value)} onChange={(e) => set(e.currentTarget.value || null)} />;
	case 'int':
	case 'money':
		return <NumberInput {...common} value={typeof value === 'number' ? value : ''} onChange={(v) => set(v === '' ? null : Number(v))} thousandSeparator="." decimalSeparator="," allowDecimal={false} rightSection={f.type === 'money' ? <span className="quiet small">đ</span> : undefined} />;
	case 'bool':
		return <Group {...common}><Radio.Group value={value === true ? 'yes' : value === false ? 'no' : ''} onChange={(v) => set(v === 'yes')} aria-label={common.label}><Stack gap={8}>{(['yes', 'no'] as const).map((v) => <Radio size="md" key={v} value={v} label={t(`paper.${v}`)} disabled={locked} />)}</Stack></Radio.Group></Group>;
	case 'choice':
		return <Group {...common}><OneOf {...props} label={common.label} /></Group>;
	case 'choices':
		return <Group {...common}><ManyOf {...props} label={common.label} /></Group>;
	case 'list':
	case 'ips':
	case 'domains':
		return <Lines {...common} description={[f.help, t('paper.one_a_line')].filter(Boolean).join(' ')} value={value} set={set} />;
	case 'date':
	case 'time':
	case 'datetime':
		return <Moment {...common} type={f.type} value={text(value)} set={set} />;
	case 'table':
		return <Group {...common}><TableField field={f} value={value} set={set} locked={locked} /></Group>;
	default:
		return <TextInput {...common} autoComplete="off" value={text(value)} maxLength={f.max || undefined} onChange={(e) => set(e.currentTarget.value || null)} />;
	}
}

const text = (v: FieldValue) => (typeof v === 'string' || typeof v === 'number' ? String(v) : '');

function Group({ label, description, error, withAsterisk, children }: { label: string; description?: string; error?: string; withAsterisk?: boolean; disabled?: boolean; children: ReactNode }) {
	return (
		<div role="group" aria-label={label}>
			<div className="group-label" aria-hidden>{label}{withAsterisk && <span className="star"> *</span>}</div>
			{description && <div className="quiet small">{description}</div>}
			{children}
			{error && <div className="bad small">{error}</div>}
		</div>
	);
}

function Words({ choice, words, setWords, locked }: { choice: FormChoice; words: FieldValue; setWords: (v: FieldValue) => void; locked: boolean }) {
	const all = (words ?? {}) as Record<string, string>;
	return (
		<TextInput size="xs" className="choice-words" aria-label={choice.text} disabled={locked} value={all[choice.id] ?? ''} autoComplete="off"
			onChange={(e) => setWords({ ...all, [choice.id]: e.currentTarget.value || null })} />
	);
}

function OneOf({ field: f, value, set, words, setWords, locked, label }: Props & { label: string }) {
	const { t } = useTranslation();
	return (
		<>
			<Radio.Group value={text(value)} onChange={set} aria-label={label}>
				<Stack gap={8} mt={4}>
					{f.choices.map((c) => (
						<div key={c.id} className="choice-line">
							<Radio size="md" value={c.id} label={c.text} disabled={locked} />
							{c.with_text && value === c.id && <Words choice={c} words={words} setWords={setWords} locked={locked} />}
						</div>
					))}
				</Stack>
			</Radio.Group>
			{!f.required && !locked && value ? <button type="button" className="linkish small clear-choice" onClick={() => set(null)}>{t('form.clear')}</button> : null}
		</>
	);
}

function ManyOf({ field: f, value, set, words, setWords, locked }: Props & { label: string }) {
	const chosen = Array.isArray(value) ? (value as string[]) : [];
	const toggle = (id: string) => set(chosen.includes(id) ? chosen.filter((x) => x !== id) : f.choices.map((c) => c.id).filter((x) => x === id || chosen.includes(x)));
	return (
		<Stack gap={8} mt={4}>
			{f.choices.map((c) => (
				<div key={c.id} className="choice-line">
					<Checkbox size="md" label={c.text} checked={chosen.includes(c.id)} onChange={() => toggle(c.id)} disabled={locked} />
					{c.with_text && chosen.includes(c.id) && <Words choice={c} words={words} setWords={setWords} locked={locked} />}
				</div>
			))}
		</Stack>
	);
}

interface Labelled {
	label: string;
	description?: string;
	error?: string;
	withAsterisk?: boolean;
	disabled?: boolean;
	set: (value: FieldValue) => void;
}

/** A list, one item a line; what is being typed stays as it is until the field is left. */
function Lines({ value, set, ...common }: Labelled & { value: FieldValue }) {
	const joined = Array.isArray(value) ? (value as string[]).join('\n') : '';
	const [typed, setTyped] = useState(joined);
	const mine = useRef(joined);
	useEffect(() => {
		if (joined !== mine.current) {
			mine.current = joined;
			setTyped(joined);
		}
	}, [joined]);
	return (
		<Textarea {...common} minRows={2} value={typed}
			onChange={(e) => {
				const items = e.currentTarget.value.split('\n').map((x) => x.trim()).filter(Boolean);
				setTyped(e.currentTarget.value);
				mine.current = items.join('\n');
				set(items.length ? items : null);
			}} />
	);
}

const SHAPE = { date: '22/11/2026', time: '14:30', datetime: '14:30 22/11/2026' };

/** "2026-11-22T14:30" as people write it, and back; undefined: not a time. */
export function momentText(type: string, value: string): string {
	const [d, h] = type === 'time' ? ['', value] : value.split('T');
	const day = d ? d.split('-').reverse().join('/') : '';
	return [h?.slice(0, 5), day].filter(Boolean).join(' ');
}
export function momentValue(type: string, typed: string): string | undefined {
	const m = /^(?:(\d{1,2})[:hg](\d{2})?)?\s*(?:(\d{1,2})\/(\d{1,2})\/(\d{4}))?$/.exec(typed.trim());
	if (!m || Number(m[1] ?? 0) > 23 || Number(m[2] ?? 0) > 59) return undefined;
	const two = (x: string | undefined) => (x ?? '0').padStart(2, '0');
	const clock = m[1] === undefined ? null : `${two(m[1])}:${two(m[2])}`;
	const day = m[3] === undefined ? null : `${m[5]}-${two(m[4])}-${two(m[3])}`;
	if (day && (Number.isNaN(Date.parse(day)) || new Date(day).getUTCDate() !== Number(m[3]))) return undefined;
	if (type === 'date') return clock ? undefined : (day ?? undefined);
	if (type === 'time') return day ? undefined : (clock ?? undefined);
	return day ? `${day}T${clock ?? '00:00'}` : undefined;
}

export function Moment({ type, value, set, ...common }: Labelled & { type: string; value: string }) {
	const { t } = useTranslation();
	const [typed, setTyped] = useState(momentText(type, value));
	const [bad, setBad] = useState(false);
	const mine = useRef(value);
	useEffect(() => {
		if (value === mine.current) return;
		mine.current = value;
		setTyped(momentText(type, value));
		setBad(false);
	}, [type, value]);
	return (
		<TextInput {...common} autoComplete="off" placeholder={SHAPE[type as keyof typeof SHAPE]} error={common.error ?? (bad ? t('paper.bad_moment', { shape: SHAPE[type as keyof typeof SHAPE] }) : undefined)}
			value={typed} maw={240}
			onChange={(e) => {
				setTyped(e.currentTarget.value);
				setBad(false);
				const now = momentValue(type, e.currentTarget.value);
				if (now !== undefined || e.currentTarget.value.trim() === '') {
					mine.current = now ?? '';
					set(now ?? null);
				}
			}}
			onBlur={() => {
				const now = momentValue(type, typed);
				setBad(typed.trim() !== '' && now === undefined);
				if (now !== undefined) setTyped(momentText(type, now));
			}} />
	);
}

// SPDX-License-Identifier: Apache-2.0
import { Anchor, Group, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { absolute, now, parseTyped } from '../lib/time';

interface Props {
	value: string | null;
	onChange: (iso: string | null) => void;
	label: string;
	description?: string;
	error?: string;
	withAsterisk?: boolean;
	placeholder?: string;
	past?: boolean;
	'data-autofocus'?: boolean;
}

/** A time typed as people write it; the value is ISO 8601, or 'invalid' while it is not a time. */
export function TimeField({ value, onChange, past = true, ...props }: Props) {
	const { t } = useTranslation();
	const [text, setText] = useState(value && value !== 'invalid' ? absolute(value) : '');
	const [bad, setBad] = useState(false);
	const mine = useRef(value); // what we last told the form; anything else came from outside
	useEffect(() => {
		if (value === mine.current) return;
		mine.current = value;
		setBad(false);
		setText(value && value !== 'invalid' ? absolute(value) : '');
	}, [value]);

	function emit(typed: string, iso: string | undefined) {
		mine.current = typed.trim() === '' ? null : (iso ?? 'invalid');
		onChange(mine.current);
	}
	function leave() {
		const iso = parseTyped(text, past);
		setBad(text.trim() !== '' && iso === undefined);
		if (iso) setText(absolute(iso));
	}
	const pick = (ms: number) => {
		const iso = new Date(Math.floor((now() + ms) / 60_000) * 60_000).toISOString();
		setBad(false);
		setText(absolute(iso));
		emit(absolute(iso), iso);
	};
	const quick: [string, number][] = past
		? [[t('time.pick_now'), 0], [t('time.pick_back', { minutes: 15 }), -15 * 60_000], [t('time.pick_hour_back'), -3600_000]]
		: [[t('time.pick_in_hours', { hours: 1 }), 3600_000], [t('time.pick_in_hours', { hours: 4 }), 4 * 3600_000], [t('time.pick_tomorrow'), 86400_000]];
	return (
		<TextInput
			{...props}
			placeholder={props.placeholder ?? t('time.placeholder')}
			error={props.error ?? (bad ? t('form.bad_time') : undefined)}
			value={text}
			inputMode="text"
			autoComplete="off"
			onChange={(e) => {
				setText(e.currentTarget.value);
				emit(e.currentTarget.value, parseTyped(e.currentTarget.value, past));
			}}
			onBlur={leave}
			inputContainer={(input) => (
				<>
					{input}
					<Group gap={10} className="quick-times">
						{quick.map(([label, ms]) => (
							<Anchor key={label} component="button" type="button" size="xs" onClick={() => pick(ms)}>{label}</Anchor>
						))}
					</Group>
				</>
			)}
		/>
	);
}

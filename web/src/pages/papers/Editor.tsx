// SPDX-License-Identifier: Apache-2.0
// The questions on the left, the printed page on the right; what is missing and wrong on top.
import { Alert, Anchor, Button, Group } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, useSend, type FormField, type PaperFull } from '../../api';
import { dropDraft, readDraft, writeWhole } from '../../lib/draft';
import { ProblemAlert } from '../../parts/Form';
import { useSession } from '../../session';
import { PaperField, plainLabel, type PaperValues } from './Fields';
import { jumpTo } from './Paper';
import { Preview } from './Preview';
import type { Step } from './Steps';

const given = (v: unknown) => !(v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0));

/** Whether a question is asked now; conditions over facts are the server's to know. */
function asks(f: FormField, values: PaperValues): boolean {
	if (!f.only_if || f.only_if.includes('.')) return f.asked;
	const no = f.only_if.startsWith('!');
	const [field, choice] = f.only_if.replace('!', '').split('=');
	const v = values[field];
	const holds = choice ? v === choice || (Array.isArray(v) && v.includes(choice)) : typeof v === 'boolean' ? v : given(v);
	return no !== holds;
}

const isShort = (f: FormField) => ['date', 'time', 'datetime', 'int', 'money'].includes(f.type) || (f.type === 'line' && f.max > 0 && f.max <= 200);

/** What the head of the page must know: how much is not saved, and how to save it. */
export interface Unsaved {
	count: number;
	save: () => void;
}

export function Editor({ paper: p, reload, act, tell }: { paper: PaperFull; reload: () => Promise<unknown>; act: (s: Step) => void; tell: (unsaved: Unsaved | null) => void }) {
	const { t } = useTranslation();
	const { may, session } = useSession();
	const { send, pending } = useSend();
	const key = `${session?.account.id}.paper.${p.id}`;
	const [edits, setEdits] = useState<PaperValues>(() => (p.state === 'draft' ? (readDraft(key) ?? {}) : {}));
	const [restored] = useState(Object.keys(edits).length > 0);
	const [problem, setProblem] = useState<Problem | null>(null);
	const base = useRef(p.version); // of the text these edits were made upon
	const locked = p.state !== 'draft' || !may('HANDLE');
	const dirty = Object.keys(edits).length > 0;
	const values = useMemo(() => ({ ...p.values, ...edits }), [p.values, edits]);
	if (!dirty) base.current = p.version;

	useEffect(() => {
		if (dirty) writeWhole(key, edits);
		else dropDraft(key);
	}, [key, edits, dirty]);

	function set(name: string, v: unknown) {
		setEdits((before) => ({ ...before, [name]: v === '' ? null : v }));
	}
	async function save(version: number | null) {
		const sent = edits;
		setProblem(null);
		try {
			await send('PATCH', `/documents/${p.id}`, { values: sent, ...(version === null ? {} : { version }) });
			// What was typed while it was on its way stays.
			setEdits((now) => Object.fromEntries(Object.entries(now).filter(([k, v]) => sent[k] !== v)));
		} catch (fault) {
			const said = fault instanceof Problem ? fault : new Problem(-1, '', String(fault));
			setProblem(said);
			if (said.field) jumpTo(said.field);
		}
	}
	const saveRef = useRef(save);
	saveRef.current = save;
	useEffect(() => {
		const onKey = (e: KeyboardEvent) => {
			if ((e.ctrlKey || e.metaKey) && e.key === 's') {
				e.preventDefault();
				void saveRef.current(base.current);
			}
		};
		window.addEventListener('keydown', onKey);
		return () => window.removeEventListener('keydown', onKey);
	}, []);

	const count = Object.keys(edits).length;
	useEffect(() => tell(count ? { count, save: () => void saveRef.current(base.current) } : null), [count, tell]);
	useEffect(() => () => tell(null), [tell]);

	const shown = p.fields.filter((f) => asks(f, values));
	const gaps = p.gaps.filter((g) => !given(values[g.field]));
	const faults = Object.fromEntries(p.faults.filter((f) => !(f.field in edits)).map((f) => [f.field, f.message]));
	if (problem?.field) faults[problem.field] = problem.detail;
	return (
		<div className="paper-edit">
			<form className="paper-form" onSubmit={(e) => { e.preventDefault(); void save(base.current); }} noValidate aria-label={t('paper.questions')}>
				{restored && dirty && <Alert color="gray" variant="light">{t('paper.restored')} <Anchor component="button" type="button" size="sm" onClick={() => setEdits({})}>{t('form.drop_draft')}</Anchor></Alert>}
				{locked && p.state !== 'draft' && <p className="quiet small" style={{ margin: 0 }}>{t('paper.locked')}</p>}
				{gaps.length > 0 && <Jumps tone="gap" title={t('paper.gaps', { count: gaps.length })} items={gaps.map((g) => ({ field: g.field, text: plainLabel(g.label) }))} />}
				{Object.keys(faults).length > 0 && <Jumps tone="fault" title={t('paper.faults', { count: Object.keys(faults).length })} items={Object.entries(faults).map(([field, text]) => ({ field, text }))} />}
				{!locked && gaps.length === 0 && Object.keys(faults).length === 0 && <p className="all-filled">✓ {t('paper.complete')}</p>}
				<div className="paper-fields">{shown.map((f) => (
					<div key={f.id} data-paper-field={f.id} className={[gaps.some((g) => g.field === f.id) && 'gap', isShort(f) && 'short'].filter(Boolean).join(' ') || undefined}>
						<PaperField field={f} value={values[f.id]} words={values[`${f.id}_text`]} set={(v) => set(f.id, v)} setWords={(v) => set(`${f.id}_text`, v)} fault={faults[f.id]} locked={locked} />
					</div>
				))}</div>
				{problem && !problem.field && <ProblemAlert problem={problem} />}
				{problem?.isConflict && (
					<Group gap="xs">
						<Button type="button" size="xs" variant="default" onClick={() => void save(null)}>{t('form.save_mine')}</Button>
						<Button type="button" size="xs" variant="default" onClick={() => { setEdits({}); setProblem(null); void reload(); }}>{t('paper.take_theirs')}</Button>
					</Group>
				)}
				{!locked && (
					<div className="paper-foot">
						<span className="quiet small grow">{dirty ? t('paper.unsaved', { count: Object.keys(edits).length }) : t('paper.saved', { edition: p.edition })}</span>
						<Button type="button" size="sm" variant="default" onClick={() => act('head')}>{t('paper.head')}</Button>
						<Button type="submit" size="sm" loading={pending} disabled={!dirty}>{t('paper.save')}</Button>
					</div>
				)}
			</form>
			<Preview id={p.id} seen={`${p.version}.${p.edition}`} edits={locked || !dirty ? null : edits} />
		</div>
	);
}

function Jumps({ title, items, tone }: { title: string; items: { field: string; text: string }[]; tone: string }) {
	return (
		<section className={`jumps ${tone}`} aria-label={title}>
			<b>{title}</b>
			<ul>{items.map((x) => <li key={x.field}><button type="button" className="linkish" onClick={() => jumpTo(x.field)}>{x.text}</button></li>)}</ul>
		</section>
	);
}

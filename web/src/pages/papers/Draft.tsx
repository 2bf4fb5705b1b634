// SPDX-License-Identifier: Apache-2.0
// Which paper to draft, for which duties.
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router-dom';
import { useGet, useSend, type Duty, type Incident, type Page, type Paper, type PaperForm } from '../../api';
import { isFinished } from '../../parts/Clock';
import { wordFor } from '../../lib/i18n';
import { paperLink, useForms } from '../../lib/papers';
import { parseTyped } from '../../lib/time';
import { ActionDialog, type Field, type Values } from '../../parts/Form';

interface Props {
	onClose: () => void;
	incident?: string;
	duty?: Duty;
	/** Only forms of the agency and of periods. */
	periodic?: boolean;
	form?: string;
}

const discharges = (f: PaperForm | undefined, d: Duty) => d.form === f?.id || (f?.discharges ?? []).includes(`${d.profile}/${d.obligation}`);

export function DraftDialog({ onClose, incident, duty, periodic, form }: Props) {
	const { t } = useTranslation();
	const { send } = useSend();
	const go = useNavigate();
	const forms = useForms();
	const duties = useGet<Page<Duty>>('/duties', { incident, state: 'open', limit: 200 });
	const cases = useGet<Page<Incident>>(!incident && !periodic ? '/incidents' : null, { state: 'all', limit: 100 });
	const usable = forms.filter((f) => !/^cover-/.test(f.id) && (incident ? f.incident !== false : periodic ? f.incident === false : true));
	const formOf = (v: Values) => forms.find((f) => f.id === v.form);
	const fitting = (v: Values) => (duties.data?.items ?? []).filter((d) => !isFinished(d) && (d.id === duty?.id || discharges(formOf(v), d)));
	const variants = (v: Values) => formOf(v)?.variants ?? [];
	if (forms.length === 0 || duties.data === undefined) return null;
	const first = form ?? (usable.some((f) => f.id === duty?.form) ? duty?.form : undefined);
	const fields: Field[] = [
		{ name: 'form', label: t('paper.form'), kind: 'select', required: true, options: usable.map((f) => ({ value: f.id, label: f.title })), help: t('paper.form_help') },
		...(!incident && !periodic ? [{ name: 'incident', label: t('reports.incident'), kind: 'select' as const, when: (v: Values) => formOf(v)?.incident !== false,
			options: (cases.data?.items ?? []).map((i) => ({ value: i.number, label: `${i.number} · ${i.title}` })) }] : []),
		...usable.filter((f) => (f.variants?.length ?? 0) > 1).map((f) => ({
			name: 'variant', label: t('paper.variant'), kind: 'choice' as const, options: f.variants!.map((x) => ({ value: x, label: wordFor('variant', x) })), when: (v: Values) => v.form === f.id,
		})),
		{ name: 'from', label: t('paper.from'), kind: 'date', half: true, when: (v) => Boolean(formOf(v)?.period), required: true },
		{ name: 'to', label: t('paper.to_day'), kind: 'date', half: true, when: (v) => Boolean(formOf(v)?.period), required: true },
		...(duties.data?.items.length ? [{
			name: 'duty', label: t('paper.discharges'), kind: 'multi' as const, help: t('paper.discharges_help'),
			options: duties.data.items.filter((d) => !isFinished(d)).map((d) => ({ value: d.id, label: `${d.title}${d.incident_number && !incident ? ` · ${d.incident_number}` : ''}` })),
		}] : []),
	];
	return (
		<ActionDialog opened onClose={onClose} title={t('paper.draft_title')} submit={t('paper.draft')} fields={fields}
			initial={{ form: first ?? null, duty: duty ? [duty.id] : [], variant: variants({ form: first })[0], ...periodOf(duty) }}
			outro={(v) => formOf(v)?.note ? <p className="quiet small" style={{ margin: 0 }}>{formOf(v)?.note}</p> : null}
			onSubmit={async (v) => {
				const chosen = formOf(v);
				const tied = new Set<string>([...(v.duty ?? []), ...(duty ? fitting(v).filter((d) => d.id === duty.id).map((d) => d.id) : [])]);
				const made = await send<Paper>('POST', '/documents', {
					form: v.form, incident: incident ?? v.incident, duty: [...tied],
					variant: (chosen?.variants?.length ?? 0) > 1 ? (chosen!.variants!.includes(v.variant) ? v.variant : chosen!.variants![0]) : undefined,
					from: v.from ? parseTyped(v.from) : undefined, to: v.to ? parseTyped(v.to) : undefined,
				});
				go(paperLink(made));
			}} />
	);
}

const day = (iso: string | null | undefined) => (iso ? iso.slice(0, 10).split('-').reverse().join('/') : undefined);
const periodOf = (d: Duty | undefined) => ({ from: day(d?.period_from_at), to: day(d?.period_to_at) });

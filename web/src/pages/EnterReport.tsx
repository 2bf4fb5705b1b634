// SPDX-License-Identifier: Apache-2.0
// Somebody called: fifteen seconds, with the true times.
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router-dom';
import { useSend } from '../api';
import { useDivisions, useSymptoms, useSystems } from '../lib/people';
import { wordFor } from '../lib/i18n';
import { ActionDialog } from '../parts/Form';

export function EnterReport({ opened, onClose, incident }: { opened: boolean; onClose: () => void; incident?: string }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const go = useNavigate();
	const symptoms = useSymptoms();
	const divisions = useDivisions();
	const systems = useSystems();
	return (
		<ActionDialog opened={opened} onClose={onClose} size="xl" title={t('reports.enter_title')} submit={t('reports.enter_save')} draft={`report.new${incident ?? ''}`}
			initial={{ channel: 'phone', symptoms: [] }}
			fields={[
				{ name: 'channel', label: t('reports.channel'), kind: 'choice', options: ['phone', 'message', 'paper', 'in_person', 'email'].map((c) => ({ value: c, label: wordFor('channel', c) })) },
				{ name: 'symptoms', label: t('reports.symptoms'), kind: 'multi', options: symptoms },
				{ name: 'description', label: t('reports.description'), kind: 'area', rows: 2, help: t('reports.no_secrets') },
				{ name: 'place', label: t('reports.place'), half: true, placeholder: t('reports.place_hint') },
				{ name: 'system', label: t('reports.system'), kind: 'select', options: systems, half: true },
				{ name: 'contact_name', label: t('reports.contact_name'), half: true, when: (v) => !v.anonymous },
				{ name: 'contact_phone', label: t('reports.contact_phone'), half: true, when: (v) => !v.anonymous },
				{ name: 'contact_division', label: t('reports.contact_division'), kind: 'select', options: divisions.map((d) => ({ value: d.label, label: d.label })), half: true, when: (v) => !v.anonymous },
				{ name: 'anonymous', label: t('reports.anonymous_check'), kind: 'check', half: true },
				{ name: 'told_at', label: t('reports.told_at'), kind: 'time', half: true, help: t('reports.told_at_help') },
				{ name: 'occurred_at', label: t('reports.occurred_at'), kind: 'time', half: true, help: t('reports.occurred_at_help') },
				{ name: 'done', label: t('reports.done'), kind: 'area' },
				{ name: 'files', label: t('reports.attach'), kind: 'files' },
			]}
			onSubmit={async (v) => {
				const saved = await send<{ code: string; number: string; incident_number?: string }>('POST', '/reports', { ...v, incident });
				notifications.show({ message: t('reports.entered', { number: saved.number, code: saved.code }), color: 'khien' });
				if (!incident && saved.incident_number) go(`/bao-cao/${saved.number}`);
			}} />
	);
}

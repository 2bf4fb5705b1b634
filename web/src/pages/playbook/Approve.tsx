// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from 'react-i18next';
import { useSend, type Playbook } from '../../api';
import { ActionDialog } from '../../parts/Form';
import { dayOf } from '../papers/Steps';

export function ApproveDialog({ of: p, edition, onClose }: { of: Pick<Playbook, 'id' | 'title'>; edition?: number; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	return (
		<ActionDialog opened onClose={onClose} title={t('playbook.approve_title', { title: p.title })} submit={t('playbook.approve')} size="md"
			intro={<p style={{ margin: 0 }}>{t('playbook.approve_why')}</p>}
			fields={[
				{ name: 'doc_number', label: t('playbook.doc_number'), required: true, placeholder: '123/QĐ-SKHCN' },
				{ name: 'doc_date', label: t('playbook.doc_date'), kind: 'date', required: true },
				{ name: 'signer', label: t('playbook.signer'), required: true },
			]}
			onSubmit={(v) => send('POST', `/playbooks/${p.id}/approve`, { ...v, edition, doc_date: dayOf(v.doc_date, t('playbook.bad_date'), 'doc_date') })} />
	);
}

// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, useSend, type Agency, type Page, type Regulation } from '../../api';
import { useSession } from '../../session';
import { ActionDialog, ActionForm } from '../../parts/Form';
import { Card, Loaded } from '../../parts/Page';

const NAMES = ['name', 'short_name', 'symbol', 'parent_name', 'place', 'address', 'phone', 'fax', 'email', 'portal', 'hotline', 'member_code', 'duty_decree'] as const;

export default function AgencyPage() {
	const { t } = useTranslation();
	const { send } = useSend();
	const { reload } = useSession();
	const q = useGet<Agency>('/agency');
	const rules = useGet<Page<Regulation>>('/regulations');
	const [removing, setRemoving] = useState(false);
	// What may lead, and what does even if it no longer may.
	const leads = (rules.data?.items ?? []).filter((x) => (x.is_in_force && x.is_citable && !x.is_off) || (x.is_leading && (x.is_in_force || !x.valid_to)));
	if (!rules.data && !rules.isError) return null;
	return (
		<Loaded of={q}>
			{(a) => (
				<div className="stack narrow" key={a.version}>
					{a.is_sample && (
						<Card title={t('agency.sample')}>
							<p style={{ marginTop: 0 }}>{t('agency.sample_why')}</p>
							<Button variant="default" onClick={() => setRemoving(true)}>{t('frame.sample_remove')}</Button>
						</Card>
					)}
					<Card>
						<ActionForm submit={t('incident.save')} draft="agency"
							initial={{ ...Object.fromEntries(NAMES.map((n) => [n, a[n] ?? ''])), leading_basis: a.leading_basis ?? '', is_network_member: a.is_network_member ?? false }}
							fields={[
								...NAMES.map((n) => ({ name: n, label: t(`agency.${n}`), required: n === 'name', half: n !== 'name' && n !== 'parent_name' && n !== 'address' && n !== 'duty_decree', help: n === 'hotline' ? t('agency.hotline_help') : n === 'symbol' ? t('agency.symbol_help') : undefined })),
								{ name: 'leading_basis', label: t('agency.leading_basis'), kind: 'select', required: true, help: t('agency.leading_basis_help'), options: leads.map((x) => ({ value: x.id, label: `${x.title} (${x.id})` })) },
								{ name: 'is_network_member', label: t('agency.is_network_member'), kind: 'check' },
							]}
							onSubmit={async (v) => { await send('PATCH', '/agency', { ...v, version: a.version }); notifications.show({ message: t('agency.saved') }); await reload(); }}
							onConflict={async (v) => { await send('PATCH', '/agency', v); await reload(); }} />
					</Card>
					<ActionDialog opened={removing} onClose={() => setRemoving(false)} title={t('frame.sample_remove')} submit={t('frame.sample_remove')} color="red" size="md"
						intro={<p style={{ margin: 0 }}>{t('agency.remove_why')}</p>}
						fields={[{ name: 'name', label: t('agency.real_name'), required: true }]}
						onSubmit={async (v) => { await send('POST', '/sample/remove', v); await reload(); }} />
				</div>
			)}
		</Loaded>
	);
}

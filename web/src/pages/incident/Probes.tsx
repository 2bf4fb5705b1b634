// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSend, type Probe, type Task } from '../../api';
import { useAct } from '../../lib/act';
import { wordFor } from '../../lib/i18n';
import { ActionDialog } from '../../parts/Form';
import { ProbeMark } from '../../parts/Marks';
import { When } from '../../parts/When';

const KINDS = ['tcp_closed', 'tcp_open', 'http_status', 'http_text', 'person'];

export function ProbeDialog({ incidentId, task, onClose }: { incidentId: string; task?: Task; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	return (
		<ActionDialog opened onClose={onClose} title={t('probe.add')} submit={t('probe.save')} draft={`probe.${incidentId}.${task?.id ?? ''}`}
			initial={{ kind: task?.probe_hint && KINDS.includes(task.probe_hint.kind) ? task.probe_hint.kind : 'tcp_closed' }}
			intro={<p style={{ margin: 0 }}>{task?.probe_hint?.hint ?? t('probe.why')}</p>}
			fields={[
				{ name: 'kind', label: t('probe.kind'), kind: 'select', required: true, options: KINDS.map((k) => ({ value: k, label: wordFor('probe_kind', k) })) },
				{ name: 'target', label: t('probe.target'), placeholder: '10.0.0.5:445', required: true, when: (v) => String(v.kind).startsWith('tcp') },
				{ name: 'target', label: t('probe.url'), placeholder: 'https://coquan.gov.vn/', required: true, when: (v) => String(v.kind).startsWith('http') },
				{ name: 'target', label: t('probe.statement'), kind: 'area', required: true, when: (v) => v.kind === 'person' },
				{ name: 'expect', label: t('probe.status'), placeholder: '200', when: (v) => v.kind === 'http_status' },
				{ name: 'expect', label: t('probe.text'), required: true, when: (v) => v.kind === 'http_text' },
				{ name: 'interval_s', label: t('probe.interval'), kind: 'number', half: true, placeholder: '300', when: (v) => v.kind !== 'person' },
				{ name: 'expires_at', label: t('probe.expires'), kind: 'time', past: false, half: true, when: (v) => v.kind === 'person' },
			]}
			onSubmit={(v) => send('POST', `/incidents/${incidentId}/probes`, { ...v, task: task?.id })} />
	);
}

export function ProbeLine({ probe: p, canHandle }: { probe: Probe; canHandle: boolean }) {
	const { t } = useTranslation();
	const { send, pending } = useSend();
	const { attempt } = useAct();
	const [dialog, setDialog] = useState<'confirm' | 'stop' | null>(null);
	return (
		<div className="probe-line">
			<ProbeMark state={p.state} stopped={p.is_stopped} />
			<span>{wordFor('probe_kind', p.kind)} <span className={p.kind === 'person' ? undefined : 'mono'}>{p.target}</span>{p.detail && <span className="quiet"> · {p.detail}</span>}</span>
			<span className="quiet"><When at={p.state_at} />{p.expires_at && <> · {t('probe.until')} <When at={p.expires_at} exact /></>}</span>
			{canHandle && !p.is_stopped && (
				<span className="nowrap">
					{p.kind === 'person'
						? <Button size="compact-xs" variant="default" onClick={() => setDialog('confirm')}>{t('probe.confirm')}</Button>
						: <Button size="compact-xs" variant="default" loading={pending} onClick={() => void attempt('POST', `/probes/${p.id}/run`, {})}>{t('probe.run')}</Button>}{' '}
					<Button size="compact-xs" variant="subtle" color="gray" onClick={() => setDialog('stop')}>{t('probe.stop')}</Button>
				</span>
			)}
			<ActionDialog opened={dialog === 'confirm'} onClose={() => setDialog(null)} title={t('probe.confirm')} submit={t('probe.confirm')} intro={<p style={{ margin: 0 }}>{p.target}</p>}
				fields={[{ name: 'expires_at', label: t('probe.expires'), kind: 'time', past: false }, { name: 'note', label: t('task.note'), kind: 'area' }]}
				onSubmit={(v) => send('POST', `/probes/${p.id}/confirm`, v)} />
			<ActionDialog opened={dialog === 'stop'} onClose={() => setDialog(null)} title={t('probe.stop')} submit={t('probe.stop')}
				fields={[{ name: 'reason', label: t('incident.reason'), kind: 'area', required: true }]}
				onSubmit={(v) => send('POST', `/probes/${p.id}/stop`, v)} />
		</div>
	);
}

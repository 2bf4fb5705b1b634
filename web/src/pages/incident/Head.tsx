// SPDX-License-Identifier: Apache-2.0
// The header that stays: what it is, how bad, where it stands, what comes next.
import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import IconDots from '@tabler/icons-react/dist/esm/icons/IconDots.mjs';
import IconLock from '@tabler/icons-react/dist/esm/icons/IconLock.mjs';
import IconPencil from '@tabler/icons-react/dist/esm/icons/IconPencil.mjs';
import { useTranslation } from 'react-i18next';
import { API, type IncidentFull } from '../../api';
import { useAct } from '../../lib/act';
import { wordFor } from '../../lib/i18n';
import { labelOf, useTypes } from '../../lib/people';
import { absolute, now, span, toMs } from '../../lib/time';
import { Beyond, Level, Tag, Tlp } from '../../parts/Marks';
import { useTick } from '../../parts/When';
import { useSession } from '../../session';
import type { IncidentAct } from './Acts';

export function Head({ incident: i, act, canHandle }: { incident: IncidentFull; act: (a: IncidentAct) => void; canHandle: boolean }) {
	const { t } = useTranslation();
	const { may } = useSession();
	const types = useTypes();
	useTick();
	const closed = i.closed_at !== null || ['closed', 'closed_not_incident', 'duplicate'].includes(i.state);
	const end = toMs(i.closed_at) ?? now();
	return (
		<header className="incident-head">
			<div className="line1">
				<span className="number">{i.number}</span>
				<h1>{i.title}</h1>
				{canHandle && !closed && (
					<Tooltip label={t('incident.edit')}><ActionIcon variant="subtle" color="gray" aria-label={t('incident.edit')} onClick={() => act({ kind: 'edit' })}><IconPencil size={16} /></ActionIcon></Tooltip>
				)}
				<span className="gap" />
				{canHandle && <NextButton incident={i} act={act} />}
				<Menu position="bottom-end" width={270}>
					<Menu.Target><ActionIcon variant="default" size={36} aria-label={t('incident.more')}><IconDots size={18} /></ActionIcon></Menu.Target>
					<Menu.Dropdown>
						{canHandle && i.guards.filter((g) => !(g.op === i.next?.op && g.to === i.next?.to) && g.op === 'incident advance').map((g) => (
							<Menu.Item key={g.op + g.to} onClick={() => act({ kind: 'advance', to: g.to })}>{g.title}</Menu.Item>
						))}
						{canHandle && <Menu.Item onClick={() => act({ kind: 'triage' })}>{i.score ? t('incident.triage_again') : t('incident.triage')}</Menu.Item>}
						{canHandle && <Menu.Item onClick={() => act({ kind: 'ask' })}>{t('direction.ask')}</Menu.Item>}
						{canHandle && !closed && <Menu.Item onClick={() => act({ kind: 'lead' })}>{t('incidents.assign')}</Menu.Item>}
						{canHandle && <Menu.Item onClick={() => act({ kind: 'link' })}>{t('incident.link')}</Menu.Item>}
						{canHandle && <Menu.Item onClick={() => act({ kind: 'restrict' })}>{i.is_restricted ? t('incident.unrestrict') : t('incident.restrict')}</Menu.Item>}
						{canHandle && !closed && <Menu.Item onClick={() => act({ kind: 'merge' })}>{t('reports.merge')}</Menu.Item>}
						{canHandle && i.guards.some((g) => g.op === 'incident dismiss') && <Menu.Item onClick={() => act({ kind: 'dismiss' })}>{t('incident.dismiss')}</Menu.Item>}
						{canHandle && closed && <Menu.Item onClick={() => act({ kind: 'reopen' })}>{t('incident.reopen')}</Menu.Item>}
						{(may('INSPECT') || canHandle) && <Menu.Item component="a" href={`${API}/incidents/${i.id}/dossier`}>{t('incident.dossier')}</Menu.Item>}
					</Menu.Dropdown>
				</Menu>
			</div>
			<div className="line2">
				<Level level={i.level} long />
				{i.type && <Tag kind="line">{labelOf(types, i.type)}</Tag>}
				<Tlp tlp={i.tlp} />
				<Beyond value={i.beyond} />
				{i.is_restricted && <Tag kind="warn"><IconLock size={12} aria-hidden /> {t('incident.restricted')}</Tag>}
				{i.loop_count > 0 && <Tag kind="warn">{t('incident.loop', { count: i.loop_count })}</Tag>}
				<span className="fact">{t('incident.t0')} <b>{absolute(i.detected_at)}</b></span>
				<span className="fact">{closed ? t('incident.lasted') : t('incident.running')} <b>{span(end - (toMs(i.detected_at) ?? end))}</b></span>
				<span className="fact">{t('incident.lead')} <b>{i.lead_name ?? t('incident.nobody')}</b></span>
			</div>
			<Steps step={i.step} state={i.state} />
		</header>
	);
}

/** Five plain steps, the exact state under the present one. */
function Steps({ step, state }: { step: number; state: string }) {
	const { t } = useTranslation();
	return (
		<ol className="steps" aria-label={t('step.label')}>
			{[1, 2, 3, 4, 5].map((n) => (
				<li key={n} className={n < step ? 'past' : n === step ? 'now' : ''} aria-current={n === step ? 'step' : undefined}>
					<span className="knob" aria-hidden>{n < step || (n === 5 && step === 5) ? '✓' : n}</span>
					<span className="word">{t(`step.${n}`)}</span>
					{n === step && <span className="exact">{wordFor('state', state)}</span>}
				</li>
			))}
		</ol>
	);
}

/** The one primary button. */
export function NextButton({ incident: i, act }: { incident: IncidentFull; act: (a: IncidentAct) => void }) {
	const { attempt, pending } = useAct();
	if (!i.next) return null;
	const { op, to, title } = i.next;
	function go() {
		if (op === 'incident take') void attempt('POST', `/incidents/${i.id}/take`, {});
		else if (op === 'incident triage') act({ kind: 'triage' });
		else if (op === 'incident dismiss') act({ kind: 'dismiss' });
		else act({ kind: 'advance', to: to ?? '' });
	}
	return <Button onClick={go} loading={pending}>{title}</Button>;
}

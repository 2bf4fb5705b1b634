// SPDX-License-Identifier: Apache-2.0
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { API, useGet, useSend, type Direction, type Page } from '../../api';
import { wordFor } from '../../lib/i18n';
import { useSession } from '../../session';
import { ActionDialog } from '../../parts/Form';
import { Due, Tag } from '../../parts/Marks';
import { Card, Empty, Loaded } from '../../parts/Page';
import { When } from '../../parts/When';
import type { TabProps } from './Page';

export default function Directions({ incident: i, act, canHandle }: TabProps) {
	const { t } = useTranslation();
	const { may } = useSession();
	const { send } = useSend();
	const list = useGet<Page<Direction>>(`/incidents/${i.id}/directions`);
	const [withdrawing, setWithdrawing] = useState<Direction | null>(null);
	const [answering, setAnswering] = useState<Direction | null>(null);
	const bar = canHandle && (
		<Group gap="xs">
			<Button size="sm" onClick={() => act({ kind: 'ask' })}>{t('direction.ask')}</Button>
			<Button size="sm" variant="default" onClick={() => act({ kind: 'record' })}>{t('direction.record')}</Button>
		</Group>
	);
	return (
		<>
			<Loaded of={list}>
				{(d) => d.items.length === 0 ? <div className="card"><Empty title={t('direction.none')} action={bar && <Group justify="center">{bar}</Group>}>{t('direction.none_next')}</Empty></div> : (
					<>
						{bar}
						{d.items.map((x) => (
							<Card key={x.id} title={<>{x.state === 'answered' ? <Tag kind={x.answer === 'approve' ? 'good' : x.answer === 'refuse' ? 'bad' : 'warn'}>{wordFor('answer', x.answer)}</Tag> : <Tag kind="line">{wordFor('direction', x.state)}</Tag>} {x.asked_name ?? x.answered_name} <span className="quiet">· {wordFor('channel', x.channel)} · <When at={x.asked_at} /></span></>}
								aside={<Group gap={6}>
									{x.state === 'asked' && <Due at={x.due_at} from={x.asked_at} />}
									{x.state === 'asked' && may('DIRECT') && <Button size="compact-sm" onClick={() => setAnswering(x)}>{t('direction.give')}</Button>}
									{x.state === 'asked' && canHandle && <Button size="compact-sm" variant="default" onClick={() => setWithdrawing(x)}>{t('direction.withdraw')}</Button>}
								</Group>}>
								<dl className="facts">
									<dt>{t('direction.question')}</dt><dd className="pre">{x.question}</dd>
									{x.situation && <><dt>{t('direction.situation')}</dt><dd className="pre">{x.situation}</dd></>}
									{x.cost && <><dt>{t('direction.cost')}</dt><dd className="pre">{x.cost}</dd></>}
									{x.if_not && <><dt>{t('direction.if_not')}</dt><dd className="pre">{x.if_not}</dd></>}
									{x.task_title && <><dt>{t('direction.task')}</dt><dd>{x.task_title}</dd></>}
									{x.words && <><dt>{t('direction.words')}</dt><dd className="pre"><b>“{x.words}”</b></dd></>}
									{x.answered_at && <><dt>{t('direction.when')}</dt><dd><When at={x.answered_at} exact /> {x.answered_name && `· ${x.answered_name}`}</dd></>}
									{x.evidence_id && <><dt>{t('direction.photo')}</dt><dd><a href={`${API}/evidence/${x.evidence_id}/file`}>{t('evidence.download')}</a></dd></>}
								</dl>
							</Card>
						))}
					</>
				)}
			</Loaded>
			{withdrawing && (
				<ActionDialog opened onClose={() => setWithdrawing(null)} title={t('direction.withdraw')} submit={t('direction.withdraw')} fields={[{ name: 'reason', label: t('incident.reason'), kind: 'area' }]}
					onSubmit={(v) => send('POST', `/directions/${withdrawing.id}/withdraw`, v)} />
			)}
			{answering && (
				<ActionDialog opened onClose={() => setAnswering(null)} title={t('direction.give')} submit={t('direction.give')} intro={<p className="pre" style={{ margin: 0 }}>{answering.question}</p>} draft={`direction.answer.${answering.id}`}
					fields={[
						{ name: 'answer', label: t('direction.answer'), kind: 'choice', required: true, options: ['approve', 'refuse', 'other'].map((v) => ({ value: v, label: wordFor('answer', v) })) },
						{ name: 'words', label: t('direction.words'), kind: 'area', rows: 3 },
					]}
					onSubmit={(v) => send('POST', `/directions/${answering.id}/answer`, v)} />
			)}
		</>
	);
}

// SPDX-License-Identifier: Apache-2.0
// To whom it went, how, with what proof, and who said it arrived.
import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { PaperFull } from '../../api';
import { useAct } from '../../lib/act';
import { wordFor } from '../../lib/i18n';
import { Tag } from '../../parts/Marks';
import { Card, Empty } from '../../parts/Page';
import { When } from '../../parts/When';
import { useSession } from '../../session';
import type { Step } from './Steps';

const TONE: Record<string, string> = { sent: 'good', failed: 'bad', unknown: 'bad', sending: 'warn' };

export function Dispatches({ paper: p, act }: { paper: PaperFull; act: (s: Step) => void }) {
	const { t } = useTranslation();
	const { may } = useSession();
	const { attempt } = useAct();
	const unsent = p.proposed.filter((x) => !x.is_sent);
	const write = may('HANDLE') || may('SELF');
	return (
		<div className="stack">
			<Card title={t('paper.sent_title')} aside={<Button size="compact-sm" variant="default" onClick={() => act('send')}>{t('paper.send')}</Button>} plain>
				{p.dispatches.length === 0 ? <Empty title={t('paper.none_sent')}>{t('paper.none_sent_next')}</Empty> : (
					<ul className="rows">
						{p.dispatches.map((d) => (
							<li key={d.id} className="row multi tall">
								<span className="grow">
									<b>{d.recipient}</b> <span className="quiet">· {wordFor('paper_channel', d.channel)}{d.address && ` · ${d.address}`}</span>
									{d.proof && <div className="small">{t('paper.proof')}: {d.proof}</div>}
									{d.why && <div className="small bad">{d.why}</div>}
									{d.chased_at && <div className="quiet small">{t('duty.chased')} <When at={d.chased_at} exact /> {d.chase_note && `· ${d.chase_note}`}</div>}
								</span>
								<Tag kind={TONE[d.state] ?? 'line'}>{wordFor('dispatch', d.state)}</Tag>
								<span className="quiet nowrap small">{d.sent_at && <When at={d.sent_at} exact />}</span>
								{d.acknowledged_at ? <Tag kind="good" hint={d.acknowledged_how ?? ''}>{t('paper.acknowledged')}</Tag> : (
									write && <Group gap={6}>
										{['failed', 'unknown'].includes(d.state) && d.channel === 'mail' && <Button size="compact-xs" onClick={() => void attempt('POST', `/documents/${p.id}/resend`, { dispatch: d.id })}>{t('paper.resend')}</Button>}
										<Button size="compact-xs" variant="default" onClick={() => act('ack')}>{t('paper.ack')}</Button>
										<Button size="compact-xs" variant="default" onClick={() => act('chase')}>{t('paper.chase')}</Button>
									</Group>
								)}
							</li>
						))}
					</ul>
				)}
			</Card>
			{unsent.length > 0 && (
				<Card title={t('paper.to_send')} plain>
					<ul className="rows">
						{unsent.map((x) => (
							<li key={x.role + (x.contact_id ?? '')} className="row multi">
								<span className="dot amber" aria-hidden />
								<span className="grow">{x.name ? <><b>{x.name}</b> <span className="quiet">· {x.role_name}</span></> : x.role_name}</span>
								{!x.contact_id && <Link to="/van-ban/noi-nhan">{t('paper.add_contact')}</Link>}
							</li>
						))}
					</ul>
				</Card>
			)}
			{p.duties.length > 0 && (
				<Card title={t('paper.for_duties')} plain>
					<ul className="rows">
						{p.duties.map((d) => (
							<li key={d.id} className="row multi"><span className="grow">{d.title}{d.basis && <span className="quiet small"> · {d.basis}</span>}</span><Tag kind={['sent', 'acknowledged'].includes(d.state) ? 'good' : 'line'}>{wordFor('duty', d.state)}</Tag></li>
						))}
					</ul>
				</Card>
			)}
		</div>
	);
}

// SPDX-License-Identifier: Apache-2.0
import { Button, Drawer, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useGet, type Page, type Playbook } from '../../api';
import { wordFor } from '../../lib/i18n';
import { labelOf, useTypes } from '../../lib/people';
import { useSession } from '../../session';
import { Tag } from '../../parts/Marks';
import { Loaded } from '../../parts/Page';
import { ApproveDialog } from '../playbook/Approve';

interface Whole extends Playbook {
	phases: { phase: string; title: string; steps: { id: string; text: string; why: string | null; role: string; is_mandatory: boolean; needs_approval: boolean; undo_text: string | null; max_minutes: number }[] }[];
	source?: string;
	power_why?: string;
	signs?: string[];
}

export default function Playbooks() {
	const { t } = useTranslation();
	const { may } = useSession();
	const types = useTypes();
	const q = useGet<Page<Playbook>>('/playbooks');
	const [approving, setApproving] = useState<Playbook | null>(null);
	const [openId, setOpenId] = useState<string | null>(null);
	return (
		<>
			<Loaded of={q}>
				{(d) => (
					<div className="card">
						<ul className="rows">
							{[...d.items].sort((a, b) => a.code.localeCompare(b.code)).map((p) => (
								<li key={p.id} className="row multi tall">
									<span className="grow">
										<button type="button" className="linkish" onClick={() => setOpenId(p.id)}><b>{p.code} · {p.title}</b></button>
										<div className="quiet small">{t('playbook.facts', { version: p.version, steps: p.steps })}{p.types?.length ? ` · ${p.types.map((x) => labelOf(types, x)).join(', ')}` : ''}</div>
									</span>
									{p.approved ? <Tag kind="good" hint={`${p.approved.doc_date?.slice(0, 10).split('-').reverse().join('/') ?? ''} ${p.approved.signer ?? ''}`}>{t('playbook.approved', { number: p.approved.doc_number })}</Tag> : <Tag kind="warn">{t('playbook.not_approved')}</Tag>}
									<Button size="compact-sm" variant="default" component={Link} to={`/quan-tri/phuong-an/${p.id}`}>{may('ADMIN') ? t('playbook.edit') : t('playbook.read')}</Button>
									<Button size="compact-sm" variant="default" component="a" href={`/in/phuong-an/${p.id}`} target="_blank">{t('print.print')}</Button>
									{(may('ADMIN') || may('DIRECT')) && <Button size="compact-sm" variant={p.approved ? 'default' : 'filled'} onClick={() => setApproving(p)}>{p.approved ? t('playbook.approve_again') : t('playbook.approve')}</Button>}
								</li>
							))}
						</ul>
					</div>
				)}
			</Loaded>
			{approving && <ApproveDialog of={approving} onClose={() => setApproving(null)} />}
			<Drawer opened={openId !== null} onClose={() => setOpenId(null)} size={760} title={t('task.playbook')} closeButtonProps={{ 'aria-label': t('form.close') }}>
				{openId && <Show id={openId} />}
			</Drawer>
		</>
	);
}

function Show({ id }: { id: string }) {
	const { t } = useTranslation();
	const q = useGet<Whole>(`/playbooks/${id}`);
	return (
		<Loaded of={q}>
			{(p) => (
				<div className="stack">
					<div><h2 style={{ margin: 0 }}>{p.code} · {p.title}</h2><span className="quiet">{t('playbook.facts', { version: p.version, steps: p.steps })}</span></div>
					{p.signs && p.signs.length > 0 && <section><h3>{t('playbook.signs')}</h3><ul className="plain">{p.signs.map((s) => <li key={s}>{s}</li>)}</ul></section>}
					{p.power_why && <p style={{ margin: 0 }}>{p.power_why}</p>}
					{p.phases?.filter((f) => f.steps.length).map((f) => (
						<section key={f.phase}>
							<h3>{f.title}</h3>
							<ol className="steps-list">
								{f.steps.map((s) => (
									<li key={s.id}>{s.text}
										<Group gap={6} mt={2}>
											<span className="quiet small">{wordFor('role', s.role)}{s.max_minutes ? ` · ${t('time.minutes', { count: s.max_minutes })}` : ''}</span>
											{s.is_mandatory && <Tag>{t('task.mandatory')}</Tag>}{s.needs_approval && <Tag kind="warn">{t('task.needs_approval')}</Tag>}
										</Group>
										{s.undo_text && <div className="quiet small">{t('task.undo')}: {s.undo_text}</div>}
									</li>
								))}
							</ol>
						</section>
					))}
				</div>
			)}
		</Loaded>
	);
}

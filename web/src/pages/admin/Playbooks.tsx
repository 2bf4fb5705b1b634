// SPDX-License-Identifier: Apache-2.0
import { Button, Drawer, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet, useSend, type Page, type Playbook } from '../../api';
import { wordFor } from '../../lib/i18n';
import { labelOf, useTypes } from '../../lib/people';
import { parseTyped } from '../../lib/time';
import { useSession } from '../../session';
import { ActionDialog } from '../../parts/Form';
import { Tag } from '../../parts/Marks';
import { Loaded } from '../../parts/Page';
import { Problem } from '../../api';

interface Whole extends Playbook {
	phases: { phase: string; title: string; steps: { id: string; text: string; why: string | null; role: string; is_mandatory: boolean; needs_approval: boolean; undo_text: string | null; max_minutes: number }[] }[];
	source?: string;
	power_why?: string;
	signs?: string[];
}

export default function Playbooks() {
	const { t } = useTranslation();
	const { may } = useSession();
	const { send } = useSend();
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
									<Button size="compact-sm" variant="default" component="a" href={`/in/phuong-an/${p.id}`} target="_blank">{t('print.print')}</Button>
									{(may('ADMIN') || may('DIRECT')) && <Button size="compact-sm" variant={p.approved ? 'default' : 'filled'} onClick={() => setApproving(p)}>{p.approved ? t('playbook.approve_again') : t('playbook.approve')}</Button>}
								</li>
							))}
						</ul>
					</div>
				)}
			</Loaded>
			{approving && (
				<ActionDialog opened onClose={() => setApproving(null)} title={t('playbook.approve_title', { title: approving.title })} submit={t('playbook.approve')} size="md"
					intro={<p style={{ margin: 0 }}>{t('playbook.approve_why')}</p>}
					fields={[
						{ name: 'doc_number', label: t('playbook.doc_number'), required: true, placeholder: '123/QĐ-SKHCN' },
						{ name: 'doc_date', label: t('playbook.doc_date'), kind: 'date', required: true },
						{ name: 'signer', label: t('playbook.signer'), required: true },
					]}
					onSubmit={(v) => {
						const day = parseTyped(v.doc_date);
						if (!day) throw new Problem(422, 'urn:khien:error:date', t('playbook.bad_date'), 'doc_date');
						return send('POST', `/playbooks/${approving.id}/approve`, { ...v, doc_date: day });
					}} />
			)}
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

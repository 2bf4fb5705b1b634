// SPDX-License-Identifier: Apache-2.0
// The playbook as a list one can run through with the keyboard.
import { ActionIcon, Alert, Button, Checkbox, Group, Menu } from '@mantine/core';
import IconDots from '@tabler/icons-react/dist/esm/icons/IconDots.mjs';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router-dom';
import { useGet, useSend, type Page, type Playbook, type Probe, type Task } from '../../api';
import { wordFor } from '../../lib/i18n';
import { usePeople } from '../../lib/people';
import { useRowKeys } from '../../lib/rows';
import { numberText } from '../../lib/size';
import { useSession } from '../../session';
import { Chip } from '../../parts/DataTable';
import { ActionDialog } from '../../parts/Form';
import { Due, ProbeMark, Tag } from '../../parts/Marks';
import { Card, Empty, Loaded } from '../../parts/Page';
import { When } from '../../parts/When';
import { ProbeDialog, ProbeLine } from './Probes';
import type { TabProps } from './Page';

const PHASES = ['priority', 'identify', 'contain', 'eradicate', 'recover', 'validate', 'watch', 'review'];
type Dialog = { kind: 'done' | 'waive' | 'assign' | 'reopen' | 'probe'; task: Task } | { kind: 'add' | 'playbook' };

export default function Tasks({ incident: i, act, canHandle }: TabProps) {
	const { t } = useTranslation();
	const { may } = useSession();
	const hash = useLocation().hash.slice(1);
	const [show, setShow] = useState<'open' | 'all' | 'mine'>('open');
	const [dialog, setDialog] = useState<Dialog | null>(null);
	const [openId, setOpenId] = useState<string | null>(hash || null);
	const list = useGet<Page<Task>>('/tasks', { incident: i.id, state: 'all', limit: 200 });
	const probes = useGet<Page<Probe>>(`/incidents/${i.id}/probes`);
	const playbooks = useGet<Page<Playbook>>('/playbooks');
	const me = useSession().session?.account.id;
	const items = (list.data?.items ?? []).filter((x) => show === 'all' || (x.state === 'open' && (show === 'open' || x.assignee_id === me)));
	const find = (id: string) => items.find((x) => x.id === id);
	const playbook = playbooks.data?.items.find((p) => p.id === i.playbook);

	useEffect(() => { if (hash && list.data) document.getElementById(hash)?.scrollIntoView({ block: 'center' }); }, [hash, list.data]);
	const on = (kind: 'done' | 'waive' | 'assign') => (id: string) => { const task = find(id); if (task && canHandle) setDialog({ kind, task }); };
	const box = useRowKeys({ Enter: (id) => setOpenId(openId === id ? null : id), x: on('done'), a: on('assign'), w: on('waive') });

	return (
		<>
			{playbook && !playbook.approved && (
				<Alert color="yellow" variant="light" title={t('task.not_approved', { title: playbook.title })}>
					{t('task.not_approved_why')} {(may('ADMIN') || may('DIRECT')) && <Link to="/quan-tri/phuong-an">{t('task.approve_link')}</Link>}
				</Alert>
			)}
			<div className="chips" style={{ marginBottom: 0 }}>
				<Chip on={show === 'open'} onClick={() => setShow('open')}>{t('task.chip_open')}</Chip>
				<Chip on={show === 'mine'} onClick={() => setShow('mine')}>{t('task.chip_mine')}</Chip>
				<Chip on={show === 'all'} onClick={() => setShow('all')}>{t('task.chip_all')}</Chip>
				<span className="quiet">{t('task.progress', { done: i.tasks.done, open: i.tasks.open })}{i.tasks.mandatory_open > 0 && ` · ${t('task.mandatory_open', { count: i.tasks.mandatory_open })}`}</span>
				<span style={{ flex: 1 }} />
				{(playbook || canHandle) && (
					<Menu position="bottom-end">
						<Menu.Target><Button size="compact-sm" variant="default">{t('task.playbook')}</Button></Menu.Target>
						<Menu.Dropdown>
							{playbook && <Menu.Label>{playbook.code} · {playbook.title}</Menu.Label>}
							{playbook && <Menu.Item component="a" href={`/in/phuong-an/${playbook.id}`} target="_blank">{t('task.print')}</Menu.Item>}
							{canHandle && <Menu.Item onClick={() => setDialog({ kind: 'playbook' })}>{i.playbook ? t('task.other_playbook') : t('task.choose_playbook')}</Menu.Item>}
						</Menu.Dropdown>
					</Menu>
				)}
				{canHandle && <Button size="compact-sm" variant="default" onClick={() => setDialog({ kind: 'add' })}>{t('task.add')}</Button>}
			</div>
			<Loaded of={list}>
				{() => items.length === 0 ? (
					<div className="card">
						<Empty title={list.data!.items.length === 0 ? t('task.none') : t('task.none_here')}
							action={list.data!.items.length === 0 && canHandle && <Button size="xs" onClick={() => act({ kind: 'triage' })}>{t('incident.triage')}</Button>}>
							{list.data!.items.length === 0 ? t('task.none_next') : t('task.none_here_next')}
						</Empty>
					</div>
				) : (
					<div ref={box} className="stack">
						{PHASES.filter((p) => items.some((x) => x.phase === p)).map((p) => (
							<Card key={p} title={wordFor('phase', p)} plain>
								<ul className="rows">
									{items.filter((x) => x.phase === p).map((x) => (
										<TaskRow key={x.id} task={x} open={openId === x.id} canHandle={canHandle} probes={probes.data?.items.filter((b) => b.task_id === x.id) ?? []}
											onOpen={() => setOpenId(openId === x.id ? null : x.id)} set={setDialog} onAsk={() => act({ kind: 'ask', task: x })} onRecord={() => act({ kind: 'record', task: x })} />
									))}
								</ul>
							</Card>
						))}
					</div>
				)}
			</Loaded>
			<Dialogs incidentId={i.id} current={i.playbook} dialog={dialog} playbooks={playbooks.data?.items ?? []} onClose={() => setDialog(null)} />
		</>
	);
}

interface RowProps {
	task: Task;
	open: boolean;
	canHandle: boolean;
	probes: Probe[];
	onOpen: () => void;
	set: (d: Dialog) => void;
	onAsk: () => void;
	onRecord: () => void;
}

function TaskRow({ task: x, open, canHandle, probes, onOpen, set, onAsk, onRecord }: RowProps) {
	const { t } = useTranslation();
	const approved = x.direction_answer === 'approve';
	return (
		<li id={x.id} data-row={x.id} tabIndex={-1} className={`task ${x.state}`}>
			<div className="task-line">
				<Checkbox checked={x.state !== 'open'} indeterminate={x.state === 'waived'} disabled={!canHandle} aria-label={t('task.mark_done', { title: x.title })}
					onChange={() => set({ kind: x.state === 'open' ? 'done' : 'reopen', task: x })} />
				<button type="button" className="task-title" aria-expanded={open} onClick={onOpen}>{x.title}</button>
				<span className="task-marks">
					{x.probe_state && <ProbeMark state={x.probe_state} />}
					{x.is_mandatory && <Tag>{t('task.mandatory')}</Tag>}
					{x.needs_approval && (x.is_without_approval ? <Tag kind="warn">{t('task.without_approval')}</Tag>
						: approved ? <Tag kind="good">{t('task.approved')}</Tag> : x.direction_state === 'asked' ? <Tag kind="line">{t('task.asked')}</Tag> : <Tag kind="warn">{t('task.needs_approval')}</Tag>)}
					{x.origin === 'probe' || x.origin === 'watch' ? <Tag kind="bad">{wordFor('origin', x.origin)}</Tag> : null}
				</span>
				<span className="quiet nowrap who">{x.assignee_name ?? wordFor('role', x.role)}</span>
				{x.state === 'open' ? <Due at={x.due_at} /> : x.state === 'done' ? <span className="quiet"><When at={x.done_at} /></span> : <span className="quiet">{t('task.waived')}</span>}
				{canHandle && (
					<Menu position="bottom-end">
						<Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={t('task.more', { title: x.title })}><IconDots size={16} /></ActionIcon></Menu.Target>
						<Menu.Dropdown>
							{x.state === 'open' && <Menu.Item onClick={() => set({ kind: 'done', task: x })}>{t('task.done')}</Menu.Item>}
							{x.state === 'open' && <Menu.Item onClick={() => set({ kind: 'waive', task: x })}>{t('task.waive')}</Menu.Item>}
							{x.state === 'open' && <Menu.Item onClick={() => set({ kind: 'assign', task: x })}>{t('task.assign')}</Menu.Item>}
							{x.state !== 'open' && <Menu.Item onClick={() => set({ kind: 'reopen', task: x })}>{t('task.reopen')}</Menu.Item>}
							<Menu.Item onClick={() => set({ kind: 'probe', task: x })}>{t('probe.add')}</Menu.Item>
							<Menu.Item onClick={onAsk}>{t('direction.ask')}</Menu.Item>
							<Menu.Item onClick={onRecord}>{t('direction.record')}</Menu.Item>
						</Menu.Dropdown>
					</Menu>
				)}
			</div>
			{open && (
				<div className="task-more">
					{x.why && <p className="pre">{x.why}</p>}
					<dl className="facts">
						{x.max_minutes ? [<dt key="m">{t('task.limit')}</dt>, <dd key="md">{t('time.minutes', { count: x.max_minutes })}</dd>] : null}
						{x.undo_text ? [<dt key="u">{t('task.undo')}</dt>, <dd key="ud" className="pre">{x.undo_text}</dd>] : null}
						{!x.is_reversible && !x.undo_text && x.needs_approval ? [<dt key="r">{t('task.undo')}</dt>, <dd key="rd">{t('task.no_undo')}</dd>] : null}
						{x.produces_evidence ? [<dt key="e">{t('tab.chung-cu')}</dt>, <dd key="ed">{t('task.evidence')}</dd>] : null}
						{x.note ? [<dt key="n">{t('task.note')}</dt>, <dd key="nd" className="pre">{x.note}</dd>] : null}
						{x.waive_reason ? [<dt key="w">{t('task.waive_reason')}</dt>, <dd key="wd" className="pre">{x.waive_reason}</dd>] : null}
						{x.done_at ? [<dt key="d">{t('task.done_at')}</dt>, <dd key="dd"><When at={x.done_at} exact /> {x.done_by_name && `· ${x.done_by_name}`}</dd>] : null}
						{x.loop > 0 ? [<dt key="l">{t('task.loop')}</dt>, <dd key="ld">{numberText(x.loop + 1)}</dd>] : null}
					</dl>
					{probes.map((p) => <ProbeLine key={p.id} probe={p} canHandle={canHandle} />)}
					{probes.length === 0 && x.probe_hint && canHandle && (
						<Group gap="xs"><span className="quiet">{t('task.probe_hint')} {x.probe_hint.hint}</span><Button size="compact-xs" variant="default" onClick={() => set({ kind: 'probe', task: x })}>{t('probe.add')}</Button></Group>
					)}
					{canHandle && x.state === 'open' && (
						<Group gap="xs" mt="xs">
							<Button size="xs" onClick={() => set({ kind: 'done', task: x })}>{t('task.done')}</Button>
							<Button size="xs" variant="default" onClick={() => set({ kind: 'waive', task: x })}>{t('task.waive')}</Button>
							{x.needs_approval && !approved && <Button size="xs" variant="default" onClick={onAsk}>{t('direction.ask')}</Button>}
						</Group>
					)}
				</div>
			)}
		</li>
	);
}

function Dialogs({ incidentId, current, dialog: d, playbooks, onClose }: { incidentId: string; current: string | null; dialog: Dialog | null; playbooks: Playbook[]; onClose: () => void }) {
	const { t } = useTranslation();
	const { send } = useSend();
	const people = usePeople();
	if (!d) return null;
	const common = { opened: true, onClose };
	switch (d.kind) {
	case 'done': {
		const asks = d.task.needs_approval && d.task.direction_answer !== 'approve';
		return (
			<ActionDialog {...common} title={t('task.done_title')} submit={t('task.done')} draft={`task.done.${d.task.id}`}
				intro={<p style={{ margin: 0 }}><b>{d.task.title}</b></p>}
				fields={[
					{ name: 'note', label: t('task.note'), kind: 'area', help: t('task.note_help') },
					{ name: 'done_at', label: t('task.done_at'), kind: 'time', help: t('task.done_at_help') },
					...(asks ? [{ name: 'without_approval', label: t('task.without_approval_check'), kind: 'check' as const, help: t('task.without_approval_help') }] : []),
				]}
				onSubmit={(v) => send('POST', `/tasks/${d.task.id}/done`, v)} />
		);
	}
	case 'waive':
		return (
			<ActionDialog {...common} title={t('task.waive_title')} submit={t('task.waive')} draft={`task.waive.${d.task.id}`} intro={<p style={{ margin: 0 }}><b>{d.task.title}</b></p>}
				fields={[{ name: 'reason', label: t('task.waive_reason'), kind: 'area', required: true }]}
				onSubmit={(v) => send('POST', `/tasks/${d.task.id}/waive`, v)} />
		);
	case 'reopen':
		return (
			<ActionDialog {...common} title={t('task.reopen')} submit={t('task.reopen')} intro={<p style={{ margin: 0 }}><b>{d.task.title}</b></p>}
				fields={[{ name: 'reason', label: t('incident.reason'), kind: 'area', required: true }]}
				onSubmit={(v) => send('POST', `/tasks/${d.task.id}/reopen`, v)} />
		);
	case 'assign':
		return (
			<ActionDialog {...common} title={t('task.assign')} submit={t('task.assign_save')} size="md" intro={<p style={{ margin: 0 }}><b>{d.task.title}</b></p>}
				initial={{ assignee: d.task.assignee_id, due_at: d.task.due_at, note: d.task.note ?? '' }}
				fields={[
					{ name: 'assignee', label: t('task.assignee'), kind: 'select', options: people },
					{ name: 'due_at', label: t('task.due'), kind: 'time', past: false },
					{ name: 'note', label: t('task.note'), kind: 'area' },
				]}
				onSubmit={(v) => send('PATCH', `/tasks/${d.task.id}`, { ...v, version: d.task.version })}
				onConflict={(v) => send('PATCH', `/tasks/${d.task.id}`, v)} />
		);
	case 'probe':
		return <ProbeDialog incidentId={incidentId} task={d.task} onClose={onClose} />;
	case 'add':
		return (
			<ActionDialog {...common} title={t('task.add')} submit={t('task.add_save')} draft={`task.add.${incidentId}`} initial={{ phase: 'contain' }}
				fields={[
					{ name: 'title', label: t('task.title'), required: true },
					{ name: 'phase', label: t('task.phase'), kind: 'select', required: true, half: true, options: PHASES.map((p) => ({ value: p, label: wordFor('phase', p) })) },
					{ name: 'assignee', label: t('task.assignee'), kind: 'select', options: people, half: true },
					{ name: 'due_at', label: t('task.due'), kind: 'time', past: false, half: true },
					{ name: 'mandatory', label: t('task.mandatory_check'), kind: 'check', half: true },
					{ name: 'why', label: t('task.why'), kind: 'area' },
				]}
				onSubmit={(v) => send('POST', `/incidents/${incidentId}/tasks`, v)} />
		);
	case 'playbook':
		return (
			<ActionDialog {...common} title={t('task.choose_playbook')} submit={t('task.choose_playbook')} initial={{ playbook: current }}
				intro={<p style={{ margin: 0 }}>{t('task.choose_why')}</p>}
				fields={[{ name: 'playbook', label: t('task.playbook'), kind: 'select', required: true, options: playbooks.map((p) => ({ value: p.id, label: `${p.code} · ${p.title}${p.approved ? '' : ` (${t('playbook.not_approved')})`}` })) }]}
				onSubmit={(v) => send('POST', `/incidents/${incidentId}/playbook`, v)} />
		);
	}
}

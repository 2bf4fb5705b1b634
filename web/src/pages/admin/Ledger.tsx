// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Group, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, Problem, useGet, useSend, type Change, type Page } from '../../api';
import { numberText } from '../../lib/size';
import { ProblemAlert } from '../../parts/Form';
import { Card, Loaded } from '../../parts/Page';
import { When } from '../../parts/When';

interface Verified {
	ok: boolean;
	size: number;
	root: string;
	checked: { entries: number; rows: number };
	faults_count: number;
	faults: { kind: string; seq: number | null; table: string | null; id: string | null; column: string | null; text: string }[];
}
interface Checkpoint {
	size: number;
	root: string;
	time: string;
	note: string;
	key?: string;
}
interface Head {
	size: number;
	root: string;
	checkpoint: { size: number; root: string; made_at: string; note: string } | null;
}

export default function Ledger() {
	const { t } = useTranslation();
	const { send, pending } = useSend();
	const [checking, setChecking] = useState(false);
	const [verified, setVerified] = useState<Verified | null>(null);
	const [checkpoint, setCheckpoint] = useState<Checkpoint | null>(null);
	const [problem, setProblem] = useState<Problem | null>(null);
	const head = useGet<Head>('/ledger', { limit: 1 });
	const size = head.data?.size ?? 0;
	const q = useGet<Page<Change>>(size > 0 ? '/changes' : null, { after: Math.max(-1, size - 201), limit: 200 }, { keep: true });
	async function run(f: () => Promise<void>) {
		setProblem(null);
		try {
			await f();
		} catch (fault) {
			setProblem(fault instanceof Problem ? fault : new Problem(-1, '', String(fault)));
		}
	}
	async function verify() {
		setChecking(true);
		await run(async () => setVerified(await call<Verified>('GET', '/ledger/verify')));
		setChecking(false);
	}
	return (
		<>
			<Card title={t('ledger.title')}>
				<p style={{ marginTop: 0 }}>{t('ledger.why')}</p>
				<Group gap="xs">
					<Button loading={checking} onClick={() => void verify()}>{t('ledger.verify')}</Button>
					<Button variant="default" loading={pending} onClick={() => void run(async () => setCheckpoint(await send<Checkpoint>('POST', '/ledger/checkpoint', {})))}>{t('ledger.checkpoint')}</Button>
				</Group>
				{problem && <div style={{ marginTop: 12 }}><ProblemAlert problem={problem} /></div>}
				{verified && (
					<Alert mt="sm" color={verified.ok ? 'green' : 'red'} variant="light" title={verified.ok ? t('ledger.ok') : t('ledger.bad', { count: verified.faults_count })} role="status">
						{t('ledger.checked', { entries: numberText(verified.checked.entries), rows: numberText(verified.checked.rows) })}
						<div className="mono">{verified.root}</div>
						{verified.faults.length > 0 && <ul className="plain">{verified.faults.map((f, n) => <li key={n}>{f.text}</li>)}</ul>}
					</Alert>
				)}
				{checkpoint && (
					<div style={{ marginTop: 12 }}>
						<p>{t('ledger.note_why')}</p>
						<Textarea readOnly value={checkpoint.note + (checkpoint.key ? `\n${checkpoint.key}` : '')} aria-label={t('ledger.note')} classNames={{ input: 'mono' }} onFocus={(e) => e.currentTarget.select()} />
					</div>
				)}
			</Card>
			<Card title={t('history.ledger')} plain>
				<Loaded of={q}>
					{(d) => (
						<>
							<p className="row quiet">{t('ledger.size', { size: numberText(size) })}{head.data?.checkpoint && <> · {t('ledger.last_checkpoint')} <When at={head.data.checkpoint.made_at} /></>}</p>
							<div className="scroll" tabIndex={0} role="region" aria-label={t('history.ledger')}>
								<table className="list">
									<thead><tr><th className="num">{t('history.seq')}</th><th>{t('history.at')}</th><th>{t('history.what')}</th><th>{t('reports.incident')}</th><th>{t('history.who')}</th></tr></thead>
									<tbody>{[...d.items].reverse().map((e) => <tr key={e.seq}><td className="num">{e.seq}</td><td><When at={e.at} exact /></td><td>{e.op_text}</td><td>{e.incident_number}</td><td>{e.actor}</td></tr>)}</tbody>
								</table>
							</div>
						</>
					)}
				</Loaded>
			</Card>
		</>
	);
}

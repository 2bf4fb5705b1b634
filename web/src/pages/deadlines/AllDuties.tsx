// SPDX-License-Identifier: Apache-2.0
// Every duty that runs: of incidents and of the agency by the calendar.
import { useTranslation } from 'react-i18next';
import { useGet, type Duty, type Page } from '../../api';
import { ClockStrip, running } from '../../parts/Clock';
import { Empty, Loaded } from '../../parts/Page';
import { useSession } from '../../session';
import { DutyList } from '../incident/Duties';

export default function AllDuties() {
	const { t } = useTranslation();
	const { may } = useSession();
	const q = useGet<Page<Duty>>('/duties', { state: 'open', limit: 200 });
	return (
		<Loaded of={q}>
			{(d) => d.items.length === 0 ? <div className="card"><Empty title={t('duty.clocks_none')}>{t('duty.empty_next')}</Empty></div> : (
				<div className="stack">
					<ClockStrip duties={running(d.items).filter((x) => x.due_at).slice(0, 4)} numbers />
					<DutyList duties={d.items} canHandle={may('HANDLE')} numbers />
				</div>
			)}
		</Loaded>
	);
}

// SPDX-License-Identifier: Apache-2.0
import { PaperList } from '../papers/Outgoing';
import type { TabProps } from './Page';

export default function PapersTab({ incident: i }: TabProps) {
	return <div><PaperList incident={i.id} /></div>;
}

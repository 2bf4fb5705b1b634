// SPDX-License-Identifier: Apache-2.0
// Polls the change feed while the page is looked at.  What others did is read
// again quietly, except on lists that hold still: there it is counted.
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useRef, useState } from 'react';
import { call, type Change } from '../api';

export interface Waiting {
	reports: number;
	others: number;
	take: () => void;
}
export const WaitingContext = createContext<Waiting>({ reports: 0, others: 0, take: () => {} });
export const useWaiting = () => useContext(WaitingContext);

const EVERY_MS = 4000;

interface Feed {
	items: Change[];
	head: number;
	more: boolean;
}

export function useChanges(me: string | undefined): Waiting {
	const client = useQueryClient();
	const after = useRef<number | null>(null);
	const [count, setCount] = useState({ reports: 0, others: 0 });

	useEffect(() => {
		if (!me) return;
		let stopped = false;
		let timer: ReturnType<typeof setTimeout>;

		function sort(items: Change[]) {
			const foreign = items.filter((c) => c.actor !== me);
			if (items.length === 0 || foreign.length === 0) return;
			const reports = foreign.filter((c) => c.op === 'report new').length;
			setCount((n) => ({ reports: n.reports + reports, others: n.others + foreign.length - reports }));
			void client.invalidateQueries({ predicate: (q) => !q.meta?.held });
		}
		async function poll() {
			if (document.visibilityState === 'visible') {
				try {
					const from = after.current;
					const feed = await call<Feed>('GET', `/changes?after=${from ?? 0}&limit=${from === null ? 1 : 200}`);
					if (from !== null) sort(feed.items);
					after.current = from !== null && feed.more ? feed.items[feed.items.length - 1].seq : feed.head;
				} catch {
					// the next round tries again; a lost session is noticed by call()
				}
			}
			if (!stopped) timer = setTimeout(poll, EVERY_MS);
		}
		void poll();
		return () => {
			stopped = true;
			clearTimeout(timer);
		};
	}, [client, me]);

	return {
		...count,
		take: () => {
			setCount({ reports: 0, others: 0 });
			void client.invalidateQueries();
		},
	};
}

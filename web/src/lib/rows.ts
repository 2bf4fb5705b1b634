// SPDX-License-Identifier: Apache-2.0
import { useRef } from 'react';
import { useKeys } from './keys';

/**
 * j and k through the elements marked data-row inside the container; ${keys}
 * get the data-row value of the one that has the focus.
 */
export function useRowKeys(keys: Record<string, (id: string) => void>) {
	const box = useRef<HTMLDivElement>(null);
	const all = () => [...(box.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
	const at = () => document.activeElement?.closest<HTMLElement>('[data-row]') ?? null;
	const last = useRef(-1);
	function move(by: number) {
		const rows = all();
		if (rows.length === 0) return;
		const here = at();
		const from = here ? rows.indexOf(here) : last.current;
		last.current = Math.max(0, Math.min(rows.length - 1, from + by));
		rows[last.current].focus();
		rows[last.current].scrollIntoView({ block: 'nearest' });
	}
	useKeys({
		j: () => move(1),
		k: () => move(-1),
		...Object.fromEntries(Object.entries(keys).map(([key, f]) => [key, () => {
			const id = at()?.dataset.row;
			if (id) f(id);
		}])),
	});
	return box;
}

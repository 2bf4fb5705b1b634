// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react';
import { absolute, now, relative, toMs } from '../lib/time';

/** Draws again every half minute, so that "5 phút trước" stays true. */
export function useTick(ms = 30_000): void {
	const [, set] = useState(0);
	useEffect(() => {
		const timer = setInterval(() => set((n) => n + 1), ms);
		return () => clearInterval(timer);
	}, [ms]);
}

/** A time: relative with the absolute on hover, or absolute with the relative on hover. */
export function When({ at, exact }: { at: string | null | undefined; exact?: boolean }) {
	useTick();
	if (toMs(at) === null) return null;
	return (
		<time dateTime={at!} title={exact ? relative(at) : absolute(at)} className="when">
			{exact ? absolute(at) : relative(at)}
		</time>
	);
}

/** ok, soon (under a quarter of the time is left, or a day when the start is not known), past */
export function urgency(due: string | null | undefined, from?: string | null): 'ok' | 'soon' | 'past' | null {
	const end = toMs(due);
	if (end === null) return null;
	const left = end - now();
	if (left < 0) return 'past';
	const start = toMs(from);
	return left < (start !== null && start < end ? (end - start) / 4 : 86400_000) ? 'soon' : 'ok';
}

// SPDX-License-Identifier: Apache-2.0
export function Shield({ size }: { size: number }) {
	return (
		<svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
			<path fill="var(--accent)" d="M16 2 4 6v9c0 7.6 5 12.6 12 15 7-2.4 12-7.4 12-15V6z" />
			<path fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round" d="m10.5 16 4 4 7.5-8" />
		</svg>
	);
}

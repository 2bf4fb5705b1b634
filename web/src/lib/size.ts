// SPDX-License-Identifier: Apache-2.0

/** 1,4 MB */
export function sizeText(bytes: number | null | undefined): string {
	if (bytes === null || bytes === undefined) return '';
	const units = ['B', 'kB', 'MB', 'GB', 'TB'];
	let n = bytes;
	let u = 0;
	while (n >= 1000 && u < units.length - 1) {
		n /= 1000;
		u++;
	}
	return `${n.toLocaleString('vi-VN', { maximumFractionDigits: n < 10 && u > 0 ? 1 : 0 })} ${units[u]}`;
}
export function numberText(n: number): string {
	return n.toLocaleString('vi-VN');
}

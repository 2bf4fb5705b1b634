// SPDX-License-Identifier: Apache-2.0
/** './vi/area.json' with {"key": …} becomes "area.key". */
export function flatten(files: Record<string, Record<string, string>>): Record<string, string> {
	const out: Record<string, string> = {};
	for (const [path, words] of Object.entries(files)) {
		const area = path.replace(/^.*\/|\.json$/g, '');
		for (const [key, text] of Object.entries(words)) out[`${area}.${key}`] = text;
	}
	return out;
}

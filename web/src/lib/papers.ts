// SPDX-License-Identifier: Apache-2.0
// What the pages about papers share: forms to choose from, drafting, where a paper lies.
import { useNavigate } from 'react-router-dom';
import { useGet, type Page, type Paper, type PaperForm } from '../api';
import { useAct } from './act';

const KEEP = 300_000;

export function useForms(): PaperForm[] {
	const q = useGet<Page<PaperForm>>('/forms', undefined, { stale: KEEP });
	return q.data?.items ?? [];
}
export const paperLink = (p: Pick<Paper, 'number'>) => `/van-ban/${p.number}`;

/** Makes a draft and opens it. */
export function useDraft() {
	const go = useNavigate();
	const { attempt, pending } = useAct();
	return {
		pending,
		draft: async (body: Record<string, unknown>) => {
			const made = await attempt<Paper>('POST', '/documents', body);
			if (made) go(paperLink(made));
		},
	};
}

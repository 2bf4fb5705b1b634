// SPDX-License-Identifier: Apache-2.0
// Lists that many forms choose from.
import { useGet, type Account, type Division, type InfoSystem, type Named, type Page } from '../api';
import type { Option } from '../parts/Form';

const KEEP = 300_000;

export function usePeople(): Option[] {
	const q = useGet<Page<Account>>('/users', undefined, { stale: KEEP });
	return (q.data?.items ?? []).filter((a) => !a.is_disabled).map((a) => ({ value: a.id, label: a.title ? `${a.name} (${a.title})` : a.name }));
}
export function useDirectors(): Option[] {
	const q = useGet<Page<Account>>('/users', undefined, { stale: KEEP });
	const all = (q.data?.items ?? []).filter((a) => !a.is_disabled);
	const direct = all.filter((a) => /director/.test(Array.isArray(a.roles) ? a.roles.join(' ') : (a.roles ?? '')));
	return (direct.length ? direct : all).map((a) => ({ value: a.id, label: a.title ? `${a.name} (${a.title})` : a.name }));
}
export function useDivisions(): Option[] {
	const q = useGet<Page<Division>>('/divisions', undefined, { stale: KEEP });
	return (q.data?.items ?? []).filter((d) => !d.is_closed).map((d) => ({ value: d.id, label: d.name }));
}
export function useSystems(): Option[] {
	const q = useGet<Page<InfoSystem>>('/systems', undefined, { stale: KEEP });
	return (q.data?.items ?? []).filter((s) => !s.is_retired).map((s) => ({ value: s.id, label: s.name }));
}
export function useSymptoms(): Option[] {
	const q = useGet<Page<Named>>('/symptoms', undefined, { stale: KEEP });
	return (q.data?.items ?? []).map((s) => ({ value: s.id, label: s.title ?? s.text ?? s.id }));
}
export function useTypes(): Option[] {
	const q = useGet<Page<Named>>('/types', undefined, { stale: KEEP });
	return (q.data?.items ?? []).map((s) => ({ value: s.id, label: s.title ?? s.text ?? s.id }));
}
export function labelOf(options: Option[], value: string | null | undefined): string {
	if (!value) return '';
	return options.find((o) => o.value === value)?.label ?? value;
}

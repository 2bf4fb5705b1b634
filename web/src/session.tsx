// SPDX-License-Identifier: Apache-2.0
// Who is signed in, and what they may do.
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { askTime, call, Problem, setApiLang, setCsrf, setSignedOut, type SessionInfo } from './api';
import { changeLang, rememberedLang, type Lang } from './lib/i18n';
import { forgetDrafts } from './lib/draft';

export type Right = 'READ' | 'HANDLE' | 'DIRECT' | 'REGISTER' | 'INSPECT' | 'ADMIN' | 'SELF';

interface SessionValue {
	session: SessionInfo | null;
	loading: boolean;
	offline: boolean;
	begin: (info: SessionInfo) => Promise<void>;
	reload: () => Promise<void>;
	end: () => Promise<void>;
	may: (right: Right) => boolean;
	/** A language was picked: shown at once, and kept with the account. */
	pickLang: (lang: Lang) => Promise<void>;
}

const CHOSEN = 'khien.lang.chosen'; // before anybody had signed in
const MARK = 'khien.signed_in';

const Context = createContext<SessionValue | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
	const [session, setSession] = useState<SessionInfo | null>(null);
	const [loading, setLoading] = useState(true);
	const [offline, setOffline] = useState(false);
	const client = useQueryClient();

	const begin = useCallback(async (info: SessionInfo) => {
		setCsrf(info.csrf);
		await askTime();
		const chosen = sessionStorage.getItem(CHOSEN) as Lang | null;
		if (chosen) {
			// Chosen on the sign-in page: from now on the language of the account.
			setApiLang(chosen);
			if (chosen === info.account.lang || (await keepLang(chosen))) sessionStorage.removeItem(CHOSEN);
		} else if (info.account.lang) {
			await changeLang(info.account.lang);
			setApiLang(info.account.lang);
		}
		localStorage.setItem(MARK, '1');
		setSession(info);
	}, []);

	const reload = useCallback(async () => {
		// The cookie cannot be seen from here; without this mark nobody signed in on this
		// browser, and asking would only put a refusal into its console.
		if (!localStorage.getItem(MARK)) {
			setLoading(false);
			return;
		}
		try {
			await begin(await call<SessionInfo>('GET', '/session'));
			setOffline(false);
		} catch (fault) {
			setSession(null);
			const offline = fault instanceof Problem && fault.status === 0;
			if (!offline) localStorage.removeItem(MARK);
			setOffline(offline);
		}
		setLoading(false);
	}, [begin]);

	useEffect(() => {
		setApiLang(rememberedLang());
		setSignedOut(() => {
			localStorage.removeItem(MARK);
			setSession(null);
			client.clear();
		});
		void reload();
	}, [client, reload]);

	const end = useCallback(async () => {
		try {
			await call('DELETE', '/session');
		} finally {
			forgetDrafts();
			localStorage.removeItem(MARK);
			client.clear();
			setSession(null);
		}
	}, [client]);

	const pickLang = useCallback(async (lang: Lang) => {
		await changeLang(lang);
		setApiLang(lang);
		if (session) await keepLang(lang);
		else sessionStorage.setItem(CHOSEN, lang);
		void client.invalidateQueries(); // titles and texts the server says
	}, [client, session]);

	const value = useMemo<SessionValue>(() => {
		const rights = new Set((session?.rights ?? []).map((r) => r.toUpperCase()));
		return { session, loading, offline, begin, reload, end, may: (right) => rights.has(right), pickLang };
	}, [session, loading, offline, begin, reload, end, pickLang]);

	return <Context.Provider value={value}>{children}</Context.Provider>;
}

/** False while a password must be changed first. */
async function keepLang(lang: Lang): Promise<boolean> {
	try {
		await call('PATCH', '/me', { lang });
		return true;
	} catch (fault) {
		if (!(fault instanceof Problem)) throw fault;
		return false;
	}
}

export function useSession(): SessionValue {
	const value = useContext(Context);
	if (!value) throw new Error('no session provider');
	return value;
}

/** For pages that stand behind the sign-in. */
export function useMe(): SessionInfo {
	const { session } = useSession();
	if (!session) throw new Error('not signed in');
	return session;
}

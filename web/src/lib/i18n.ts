// SPDX-License-Identifier: Apache-2.0
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

export type Lang = 'vi' | 'en';

const load = {
	vi: () => import('../words/vi'),
	en: () => import('../words/en'),
};

/** The language this browser last used; Vietnamese when it never said. */
export function rememberedLang(): Lang {
	return localStorage.getItem('khien.lang') === 'en' ? 'en' : 'vi';
}

export async function startWords(lang: Lang): Promise<void> {
	await i18next.use(initReactI18next).init({
		lng: lang,
		resources: { [lang]: { w: (await load[lang]()).default } },
		ns: 'w',
		defaultNS: 'w',
		keySeparator: false,
		nsSeparator: false,
		fallbackLng: false,
		interpolation: { prefix: '{', suffix: '}', escapeValue: false },
		returnNull: false,
	});
	document.documentElement.lang = lang;
}

/** Also what the sign-in page of this browser begins with next time. */
export async function changeLang(lang: Lang): Promise<void> {
	localStorage.setItem('khien.lang', lang);
	if (!i18next.hasResourceBundle(lang, 'w')) i18next.addResourceBundle(lang, 'w', (await load[lang]()).default);
	await i18next.changeLanguage(lang);
	document.documentElement.lang = lang;
}

/** Words for a value of an enumeration; the value itself when a newer server sends one we do not know. */
export function wordFor(area: string, value: string | null | undefined): string {
	if (!value) return '';
	const key = `enum.${area}.${value}`;
	return i18next.exists(key) ? i18next.t(key) : value;
}

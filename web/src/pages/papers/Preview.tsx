// SPDX-License-Identifier: Apache-2.0
// The paper as it will be printed, in a shadow so that its styles and ours do not meet.
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { paperHtml } from '../../api';

/** The page fills its column; the sheet's own margins and shadow are for a page of its own. */
const OWN = ':host{display:block;color:#000}.paper-root.paper-root{background:none;zoom:.82}.sheet.sheet{width:auto;margin:0 0 8mm;padding:0;box-shadow:none}';

/** The server's page without what a paper does not need; the content policy stops the rest. */
function take(host: HTMLElement, html: string): void {
	const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
	const sheet = new CSSStyleSheet();
	const rules: string[] = [];
	// Taken out before anything is parsed: the content policy complains of any style it meets in a page.
	const bare = html.replace(/<style>([^]*?)<\/style>/g, (_, css: string) => {
		rules.push(css.replace(/\b(html|body)\b(?=\s*[,{])/g, '.paper-root'));
		return '';
	});
	const page = new DOMParser().parseFromString(bare, 'text/html');
	sheet.replaceSync(rules.join('\n') + OWN);
	root.adoptedStyleSheets = [sheet];
	page.querySelectorAll('script,style,link,iframe,object,embed,form,meta,base').forEach((e) => e.remove());
	for (const e of page.body.querySelectorAll('*')) for (const a of [...e.attributes]) if (a.name.startsWith('on') || a.name === 'style') e.removeAttribute(a.name);
	const box = document.createElement('div');
	box.className = 'paper-root';
	box.lang = 'vi';
	box.append(...page.body.childNodes);
	root.replaceChildren(box);
}

const IDLE_MS = 700;

/** ${edits}: what is typed but not saved is shown too; ${seen} changes when something was saved. */
export function Preview({ id, seen, edits }: { id: string; seen: string; edits: Record<string, unknown> | null }) {
	const { t } = useTranslation();
	const host = useRef<HTMLDivElement>(null);
	const [state, setState] = useState<'wait' | 'there' | 'failed'>('wait');
	useEffect(() => {
		const stop = new AbortController();
		const draw = () => paperHtml(id, edits, stop.signal)
			.then((html) => {
				if (host.current) take(host.current, html);
				setState('there');
			})
			.catch((fault: Error) => {
				if (fault.name !== 'AbortError') setState('failed');
			});
		const timer = setTimeout(() => void draw(), edits ? IDLE_MS : 0);
		return () => {
			clearTimeout(timer);
			stop.abort();
		};
	}, [id, seen, edits]);
	return (
		<div className="paper-preview" role="region" aria-label={t('paper.preview')} tabIndex={0}>
			{state === 'wait' && <p className="quiet">{t('page.loading')}</p>}
			{state === 'failed' && <p className="quiet">{t('paper.no_preview')}</p>}
			<div ref={host} />
		</div>
	);
}

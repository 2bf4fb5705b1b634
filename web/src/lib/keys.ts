// SPDX-License-Identifier: Apache-2.0
// Keyboard: single keys and "g" followed by one, never while somebody types.
import { useEffect, useRef } from 'react';

type Handlers = Record<string, (event: KeyboardEvent) => void>;

const stack: { current: Handlers }[] = [];
let leader = 0; // when "g" was pressed

function typing(target: EventTarget | null): boolean {
	const el = target as HTMLElement | null;
	if (!el || !el.closest) return false;
	return (
		/^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) && !['checkbox', 'radio', 'button'].includes((el as HTMLInputElement).type) ||
		el.isContentEditable ||
		el.closest('[role=dialog],[role=menu],[role=listbox]') !== null
	);
}

function onKey(event: KeyboardEvent): void {
	if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
	const target = event.target as HTMLElement;
	// Enter and space on a button, a link or what unfolds are theirs.
	if ((event.key === 'Enter' || event.key === ' ') && target.closest?.('button,a,summary,[role=tab],input')) return;
	let name = event.key;
	if (Date.now() - leader < 1200 && name.length === 1) name = `g ${name}`;
	leader = 0;
	if (name === 'g') {
		leader = Date.now();
		return;
	}
	for (let i = stack.length - 1; i >= 0; i--) {
		const handler = stack[i].current[name];
		if (handler) {
			event.preventDefault();
			handler(event);
			return;
		}
	}
}

/** The innermost page or part that knows the key gets it. */
export function useKeys(handlers: Handlers): void {
	const ref = useRef(handlers);
	ref.current = handlers;
	useEffect(() => {
		if (stack.length === 0) window.addEventListener('keydown', onKey);
		stack.push(ref);
		return () => {
			stack.splice(stack.indexOf(ref), 1);
			if (stack.length === 0) window.removeEventListener('keydown', onKey);
		};
	}, []);
}

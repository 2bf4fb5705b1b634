// SPDX-License-Identifier: Apache-2.0
import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { Problem, useSend, type Saved } from '../api';

/** Writes that stand behind a single button: what the server refuses is told in a corner. */
export function useAct() {
	const { send, pending } = useSend();
	/** The answer, or null when it was refused. */
	const attempt = async <T = Saved>(...args: Parameters<typeof send>): Promise<T | null> => {
		try {
			return await send<T>(...args);
		} catch (fault) {
			const text = fault instanceof Problem && fault.detail ? fault.detail : i18next.t('form.network');
			notifications.show({ color: 'red', title: i18next.t('form.failed'), message: text, autoClose: 9000, withCloseButton: true });
			return null;
		}
	};
	return { attempt, pending };
}

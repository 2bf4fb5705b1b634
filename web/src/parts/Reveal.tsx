// SPDX-License-Identifier: Apache-2.0
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { API } from '../api';

/** Reading evidence goes into its chain of custody, so a picture is fetched once and only when asked for. */
export function Reveal({ id, name }: { id: string; name: string }) {
	const { t } = useTranslation();
	const [url, setUrl] = useState<string | null>(null);
	const [failed, setFailed] = useState(false);
	useEffect(() => () => { if (url) URL.revokeObjectURL(url); }, [url]);
	async function show() {
		setFailed(false);
		const answer = await fetch(`${API}/evidence/${id}/file`, { credentials: 'same-origin' });
		if (answer.ok) setUrl(URL.createObjectURL(await answer.blob()));
		else setFailed(true);
	}
	if (url) return <a href={url} target="_blank" rel="noreferrer"><img className="preview" src={url} alt={name} /></a>;
	return (
		<div>
			<Button size="xs" variant="default" onClick={() => void show()}>{t('evidence.show')}</Button>{' '}
			<span className="quiet small">{failed ? t('evidence.show_failed') : t('evidence.show_why')}</span>
		</div>
	);
}

// SPDX-License-Identifier: Apache-2.0
import './styles';
import '@mantine/notifications/styles.css';
import './app.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router-dom';
import { Problem } from './api';
import { App } from './app';
import { rememberedLang, startWords } from './lib/i18n';
import { SessionProvider } from './session';
import { theme } from './theme';

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
setNonce(nonce); // for the scroll lock of dialogs

const client = new QueryClient({
	defaultOptions: {
		queries: {
			refetchOnWindowFocus: false, // the change feed says when
			retry: (count, fault) => fault instanceof Problem && fault.status === 0 && count < 2,
		},
	},
});

void startWords(rememberedLang()).then(() => {
	createRoot(document.getElementById('root')!).render(
		<MantineProvider theme={theme} defaultColorScheme="light" getStyleNonce={() => nonce}>
			<QueryClientProvider client={client}>
				<BrowserRouter future={{ v7_startTransition: true, v7_relativeSplatPath: true }}>
					<SessionProvider>
						<App />
						<Notifications position="bottom-left" autoClose={4000} />
					</SessionProvider>
				</BrowserRouter>
			</QueryClientProvider>
		</MantineProvider>,
	);
});

// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Writes x.gz beside every text file, so that the server need not compress.
 * index.html is left out: the server puts a fresh nonce into it each time. */
function gzipSiblings(): Plugin {
	const walk = (dir: string): string[] =>
		readdirSync(dir).flatMap((name) => {
			const path = join(dir, name);
			return statSync(path).isDirectory() ? walk(path) : [path];
		});
	return {
		name: 'gzip-siblings',
		apply: 'build',
		closeBundle() {
			for (const path of walk('dist')) {
				if (/\.(js|css|svg|json)$/.test(path))
					writeFileSync(path + '.gz', gzipSync(readFileSync(path), { level: 9 }));
			}
		},
	};
}

const api = process.env.KHIEN_API ?? 'http://127.0.0.1:8686';

export default defineConfig({
	plugins: [react(), gzipSiblings()],
	html: { cspNonce: '__CSP_NONCE__' },
	build: {
		target: 'es2020',
		assetsInlineLimit: 0, // the content security policy allows no data: scripts or fonts
		modulePreload: { polyfill: false },
		cssCodeSplit: true,
		manifest: true,
		chunkSizeWarningLimit: 600,
		rollupOptions: {
			output: {
				manualChunks(id) {
					if (/node_modules\/(react|react-dom|scheduler|react-router|react-router-dom|@remix-run)\//.test(id))
						return 'react';
				},
			},
		},
	},
	// The server compares Origin with Host, so Host stays what the browser said.
	server: { proxy: Object.fromEntries(['/api', '/in/', '/bao-su-co', '/y-kien'].map((path) => [path, { target: api, changeOrigin: false }])) },
});

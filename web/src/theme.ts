// SPDX-License-Identifier: Apache-2.0
import { createTheme, Loader, Modal, Drawer, Tooltip, TextInput, Textarea, Select, NumberInput } from '@mantine/core';

export const theme = createTheme({
	primaryColor: 'khien',
	primaryShade: 7,
	colors: {
		khien: [
			'#e7f5f4', '#cfe8e6', '#a1d2ce', '#6fbbb5', '#47a79f',
			'#2b978f', '#158a82', '#0a736d', '#085c57', '#054743',
		],
		gray: [
			'#f8f9fa', '#f1f3f4', '#e6e9ea', '#dadedf', '#c5cbcd',
			'#9aa3a6', '#6b7578', '#495255', '#343b3d', '#212729',
		],
		dark: [
			'#d5d9da', '#b6bcbe', '#98a0a3', '#6b7578', '#3f484b',
			'#323a3d', '#272e30', '#1b2123', '#151a1c', '#0f1314',
		],
	},
	fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
	fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Consolas, monospace',
	fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
	lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
	spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
	defaultRadius: 6,
	headings: {
		fontWeight: '600',
		sizes: {
			h1: { fontSize: '22px', lineHeight: '1.3' },
			h2: { fontSize: '17px', lineHeight: '1.35' },
			h3: { fontSize: '15px', lineHeight: '1.4' },
			h4: { fontSize: '14px', lineHeight: '1.4' },
		},
	},
	cursorType: 'pointer',
	respectReducedMotion: true,
	components: {
		Loader: Loader.extend({ defaultProps: { size: 'sm', type: 'dots', role: 'status' } }),
		Modal: Modal.extend({ defaultProps: { transitionProps: { duration: 80 }, padding: 'lg', size: 'lg' } }),
		Drawer: Drawer.extend({ defaultProps: { transitionProps: { duration: 100 }, position: 'right', size: 560 } }),
		Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, withArrow: true, multiline: true } }),
		TextInput: TextInput.extend({ defaultProps: { size: 'sm' } }),
		Textarea: Textarea.extend({ defaultProps: { autosize: true, minRows: 2, maxRows: 14 } }),
		Select: Select.extend({ defaultProps: { checkIconPosition: 'right' } }),
		NumberInput: NumberInput.extend({ defaultProps: { hideControls: true } }),
	},
});

// SPDX-License-Identifier: Apache-2.0
import { flatten } from './flatten';

export default flatten(import.meta.glob<Record<string, string>>('./vi/*.json', { eager: true, import: 'default' }));

// SPDX-License-Identifier: Apache-2.0
// The API under /api/v1: how it is called, and the shapes of its answers by area.
export * from './api/call';
export * from './api/base';
export * from './api/people';
export * from './api/incident';
export * from './api/work';
export * from './api/system';
export * from './api/duty';
export * from './api/document';
export * from './api/statistics';
export * from './api/alert';

// SPDX-License-Identifier: Apache-2.0
import { Sessions } from '../Me';

export default function AllSessions() {
	return <Sessions all />;
}

-- SPDX-License-Identifier: Apache-2.0
-- What counting what waits pays for.  Same rules as 0001.sql.

-- The few incidents that are not for everybody, so that the others need not be looked up one by
-- one.  Of an expression, for otherwise the planner prefers the key of the whole table; of type text, as what it is compared with.
CREATE INDEX incident_restricted ON incident (CAST(id AS TEXT), lead_id) WHERE is_restricted = 1;

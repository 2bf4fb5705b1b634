-- SPDX-License-Identifier: Apache-2.0
-- What a hunt was asked for.  Same rules as 0001.sql.

ALTER TABLE hunt ADD COLUMN from_at BIGINT;       -- events from then on; NULL: from the first
ALTER TABLE hunt ADD COLUMN to_at BIGINT;         -- events until then; NULL: to the last
ALTER TABLE hunt ADD COLUMN tags_json TEXT;       -- only rules with one of these tags; NULL: all
ALTER TABLE hunt ADD COLUMN rules_set TEXT;       -- key of the compiled set it is done with; NULL: those in force then
ALTER TABLE hunt ADD COLUMN rules_name TEXT;      -- where that set is from, as people said it
ALTER TABLE hunt ADD COLUMN no_prefilter BIGINT;  -- 1: every rule is tried on every event
ALTER TABLE hunt ADD COLUMN left_out_json TEXT;   -- {"count", "names"}: files beside logs that were not taken in
ALTER TABLE hunt ADD COLUMN lists BIGINT;         -- how many lists of indicators
ALTER TABLE hunt_file ADD COLUMN purpose TEXT;    -- NULL: it is searched; ioc: it says what to look for, and is no evidence

-- SPDX-License-Identifier: Apache-2.0
-- Detection rules brought in from outside.  Same rules as 0001.sql.

CREATE TABLE rule_edition ( -- its files are in DIR/rules/<sha256>; never changed
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	number BIGINT NOT NULL,     -- as people say it: 1, 2, …
	label TEXT,                 -- what the release calls itself
	source TEXT NOT NULL,       -- name of the archive or folder
	sha256 TEXT NOT NULL,       -- the first 16 digits of the hash of its list of files (hunt/edition.h)
	files BIGINT NOT NULL, loaded BIGINT NOT NULL, unmapped BIGINT NOT NULL, refused BIGINT NOT NULL,
	added BIGINT NOT NULL, changed BIGINT NOT NULL, gone BIGINT NOT NULL, -- against the one in use before
	imported_at BIGINT NOT NULL, imported_by_id TEXT,
	used_at BIGINT,             -- in use since; NULL: it is not
	UNIQUE (agency_id, number),
	UNIQUE (agency_id, sha256)
);

-- Who may use the service: organisations, their adhesions, accounts, tokens, sessions; and the record of what was done.
-- Instants are seconds since 1970 (UTC); dates are ISO 8601 civil dates.

CREATE TABLE organisation (
    id   TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('commune', 'metropole', 'contractor')),
    name TEXT NOT NULL
) STRICT;

CREATE TABLE organisation_siret (
    siret        TEXT PRIMARY KEY CHECK (length(siret) = 14),
    organisation TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE organisation_commune (
    organisation TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    commune      TEXT NOT NULL CHECK (length(commune) = 5),
    PRIMARY KEY (organisation, commune)
) STRICT;

-- Never updated: a change is a new row, the last row of an organisation is the one in force.
CREATE TABLE adhesion (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation TEXT NOT NULL REFERENCES organisation (id),
    status       TEXT NOT NULL CHECK (status IN ('pending', 'active', 'suspended', 'ended')),
    valid_from   TEXT NOT NULL,
    valid_until  TEXT,
    reason       TEXT,
    changed_by   TEXT NOT NULL,
    changed_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX adhesion_of ON adhesion (organisation, seq);

CREATE TABLE account (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    name         TEXT NOT NULL,
    organisation TEXT REFERENCES organisation (id),
    roles        TEXT NOT NULL DEFAULT 'agent',
    status       TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    created      INTEGER NOT NULL,
    last_login   INTEGER,
    UNIQUE (issuer, subject)
) STRICT;

CREATE TABLE api_token (
    id           TEXT PRIMARY KEY,
    secret_hash  BLOB NOT NULL CHECK (length(secret_hash) = 32),
    organisation TEXT NOT NULL REFERENCES organisation (id),
    scopes       TEXT NOT NULL,
    network      TEXT,
    valid_until  TEXT,
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    revoked_at   INTEGER,
    last_used    TEXT
) STRICT;

CREATE TABLE session (
    key       BLOB PRIMARY KEY CHECK (length(key) = 32),
    account   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created   INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    id_token  TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
    seq  INTEGER PRIMARY KEY,
    line TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE audit_head (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    seq  INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO audit_head VALUES (1, 0, zeroblob(32));

-- A running server reads this one number every second, and the tables only when it moved.
-- Triggers keep it, so that no way of writing can forget. What the server itself writes
-- often (a session's last_seen, a token's last_used) does not move it.
CREATE TABLE change (one INTEGER PRIMARY KEY CHECK (one = 1), counter INTEGER NOT NULL) STRICT;
INSERT INTO change VALUES (1, 1);

CREATE TRIGGER organisation_added   AFTER INSERT ON organisation BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER organisation_changed AFTER UPDATE ON organisation BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER organisation_removed AFTER DELETE ON organisation BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER siret_added     AFTER INSERT ON organisation_siret BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER siret_changed   AFTER UPDATE ON organisation_siret BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER siret_removed   AFTER DELETE ON organisation_siret BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER commune_added   AFTER INSERT ON organisation_commune BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER commune_changed AFTER UPDATE ON organisation_commune BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER commune_removed AFTER DELETE ON organisation_commune BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER adhesion_added   AFTER INSERT ON adhesion BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER adhesion_changed AFTER UPDATE ON adhesion BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER adhesion_removed AFTER DELETE ON adhesion BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER account_added   AFTER INSERT ON account BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER account_changed AFTER UPDATE ON account BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER account_removed AFTER DELETE ON account BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER token_added   AFTER INSERT ON api_token BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER token_changed AFTER UPDATE OF secret_hash, organisation, scopes, network, valid_until, revoked_at ON api_token
    BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER token_removed AFTER DELETE ON api_token BEGIN UPDATE change SET counter = counter + 1; END;
CREATE TRIGGER session_removed AFTER DELETE ON session BEGIN UPDATE change SET counter = counter + 1; END;

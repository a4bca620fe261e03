-- What only Waymark can read, sealed: the key that session ids are hashed with.
CREATE TABLE secrets (
    name   TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
);

-- Whose sessions there are. `session` is a keyed hash of its id.
CREATE TABLE sign_ins (
    session   TEXT NOT NULL,
    principal TEXT NOT NULL,
    created   BIGINT NOT NULL,
    seen      BIGINT NOT NULL,
    address   TEXT NOT NULL,
    browser   TEXT NOT NULL,
    PRIMARY KEY (session, principal)
);
CREATE INDEX sign_ins_by_principal ON sign_ins (principal);

-- What sessions are signed in to, sealed. Only shared deployments write here.
CREATE TABLE credentials (
    session TEXT PRIMARY KEY,
    sealed  BLOB NOT NULL,
    ends    BIGINT NOT NULL
);

-- Who looked at what. Rows are added and never changed.
CREATE TABLE access_log (
    id        TEXT PRIMARY KEY,
    at        BIGINT NOT NULL,
    principal TEXT NOT NULL,
    account   TEXT NOT NULL,
    address   TEXT NOT NULL,
    session   TEXT NOT NULL,
    action    TEXT NOT NULL,
    target    TEXT NOT NULL,
    outcome   TEXT NOT NULL,
    request   TEXT NOT NULL
);
CREATE INDEX access_log_by_principal ON access_log (principal, id);

CREATE TRIGGER access_log_is_not_changed BEFORE UPDATE ON access_log
BEGIN
    SELECT RAISE(ABORT, 'the access log is only added to');
END;
CREATE TRIGGER access_log_is_not_deleted BEFORE DELETE ON access_log
BEGIN
    SELECT RAISE(ABORT, 'the access log is only added to');
END;

-- Searches with a name, for everybody who may look at the account.
CREATE TABLE saved_searches (
    id      TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    name    TEXT NOT NULL,
    search  TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    UNIQUE (account, name)
);

-- Who is logged in. The key of a session, its cookie, is nowhere: only its hash.
CREATE TABLE vangnet.sessions (
    session_hash bytea NOT NULL,
    subject_hash bytea NOT NULL, -- whose it is, at the login provider
    kek_id       text NOT NULL, -- under which key of the key ring it is sealed
    sealed       bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    checked_at   timestamptz NOT NULL DEFAULT clock_timestamp(), -- when the provider was asked last
    CONSTRAINT sessions_pkey PRIMARY KEY (session_hash)
) WITH (fillfactor = 85);

CREATE INDEX sessions_of_subject ON vangnet.sessions (subject_hash);
CREATE INDEX sessions_by_age ON vangnet.sessions (created_at);

-- What was typed into a form whose session had expired, until the same person has logged in again.
CREATE TABLE vangnet.typed (
    typed_id     text NOT NULL,
    subject_hash bytea NOT NULL,
    kek_id       text NOT NULL,
    sealed       bytea NOT NULL,
    kept_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT typed_pkey PRIMARY KEY (typed_id)
);

CREATE INDEX typed_by_age ON vangnet.typed (kept_at);

-- How often something was tried: shared by all web processes, worth nothing after a crash.
CREATE UNLOGGED TABLE vangnet.attempts (
    who   bytea NOT NULL, -- a keyed hash: an address is personal data
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    times integer NOT NULL DEFAULT 1,
    CONSTRAINT attempts_pkey PRIMARY KEY (who)
) WITH (fillfactor = 50);

CREATE INDEX attempts_by_age ON vangnet.attempts (since);

-- Another mailbox of a person, that only they read. Beside the rest of their data: release 0.1 reads that as it was.
ALTER TABLE vangnet.people ADD COLUMN second bytea;

-- The code that was last sent to that mailbox, for one of the person's links. The code itself is nowhere: it is derived
-- from the nonce with the installation's secret.
CREATE TABLE vangnet.link_codes (
    case_id      text NOT NULL,
    person       text NOT NULL,
    token_hash   bytea NOT NULL, -- the link that it opens
    nonce        bytea, -- null once the code was used
    asked_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    mailed_at    timestamptz,
    since        timestamptz NOT NULL DEFAULT clock_timestamp(), -- from when codes and tries are counted
    codes        integer NOT NULL DEFAULT 1,
    tries        integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    CONSTRAINT link_codes_pkey PRIMARY KEY (case_id, person),
    CONSTRAINT link_codes_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
) WITH (fillfactor = 85);

CREATE INDEX link_codes_unsent ON vangnet.link_codes (asked_at) WHERE mailed_at IS NULL;

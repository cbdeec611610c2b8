-- A case, the people in it, and what was told.
CREATE TABLE vangnet.cases (
    case_id        text NOT NULL,
    region         text NOT NULL,
    policy_version integer NOT NULL,
    opening        jsonb NOT NULL,
    opened_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at     timestamptz,
    next_person    integer NOT NULL,
    -- The end of the journal's chain; whoever records locks this row first.
    head_number    integer NOT NULL DEFAULT 0,
    head_hash      bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
    CONSTRAINT cases_pkey PRIMARY KEY (case_id)
) WITH (fillfactor = 85);

CREATE INDEX cases_unstarted ON vangnet.cases (opened_at) WHERE started_at IS NULL;

CREATE TABLE vangnet.messages (
    case_id      text NOT NULL,
    message_id   text NOT NULL,
    name         text NOT NULL,
    digest       text NOT NULL,
    state        text NOT NULL DEFAULT 'staged',
    first_number integer,
    last_number  integer,
    events       text[] NOT NULL DEFAULT '{}',
    refusal      text,
    staged_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT messages_pkey PRIMARY KEY (case_id, message_id),
    CONSTRAINT messages_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases,
    CONSTRAINT messages_state_check CHECK (state IN ('staged', 'recorded', 'refused'))
) WITH (fillfactor = 85);

CREATE INDEX messages_staged ON vangnet.messages (staged_at) WHERE state = 'staged';

-- What was allotted to a message stays allotted: an id is never given to a second person.
CREATE TABLE vangnet.allotments (
    case_id    text NOT NULL,
    message_id text NOT NULL,
    first      integer NOT NULL,
    persons    integer NOT NULL,
    CONSTRAINT allotments_pkey PRIMARY KEY (case_id, message_id),
    CONSTRAINT allotments_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
);

-- A person's data as one message told it; the version with the highest since_number is current.
CREATE TABLE vangnet.people (
    case_id      text NOT NULL,
    person       text NOT NULL,
    controller   text NOT NULL,
    message_id   text NOT NULL,
    sealed       bytea NOT NULL,
    since_number integer, -- the event that made it part of the file; null while staged
    until_number integer, -- the event after which the person was no longer in the case
    CONSTRAINT people_pkey PRIMARY KEY (case_id, person, controller, message_id),
    CONSTRAINT people_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
);

CREATE TABLE vangnet.notes (
    note_id    text NOT NULL,
    case_id    text NOT NULL,
    controller text NOT NULL,
    message_id text NOT NULL,
    sealed     bytea NOT NULL,
    number     integer, -- the event it was filed with; null while staged
    CONSTRAINT notes_pkey PRIMARY KEY (note_id),
    CONSTRAINT notes_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
);

CREATE INDEX notes_of_message ON vangnet.notes (case_id, message_id);

CREATE TABLE vangnet.pupil_fingerprints (
    region      text NOT NULL,
    school      text NOT NULL,
    fingerprint bytea NOT NULL,
    case_id     text NOT NULL,
    CONSTRAINT pupil_fingerprints_pkey PRIMARY KEY (region, school, fingerprint, case_id),
    CONSTRAINT pupil_fingerprints_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
);

CREATE TABLE vangnet.hand_overs (
    case_id    text NOT NULL,
    number     integer NOT NULL,
    controller text NOT NULL,
    sealed     bytea NOT NULL,
    CONSTRAINT hand_overs_pkey PRIMARY KEY (case_id, number, controller),
    CONSTRAINT hand_overs_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
);

-- Break-glass: somebody of an organisation that has a task in a case and no cover opened the file, and wrote why.
CREATE TABLE vangnet.emergencies (
    emergency_id text NOT NULL,
    region       text NOT NULL,
    case_id      text NOT NULL,
    reader       text NOT NULL, -- as whom they read: role and organisation
    role         text NOT NULL,
    organisation text NOT NULL,
    user_id      text NOT NULL,
    controller   text NOT NULL, -- in whose part of the file the reason stands
    sealed       bytea NOT NULL, -- the reason
    opened_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    until        timestamptz NOT NULL, -- by the case's own clock
    told_at      timestamptz, -- when the privacy officer's mail was taken
    CONSTRAINT emergencies_pkey PRIMARY KEY (emergency_id),
    CONSTRAINT emergencies_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
);

CREATE INDEX emergencies_of_case ON vangnet.emergencies (case_id, user_id);
CREATE INDEX emergencies_of_region ON vangnet.emergencies (region, opened_at DESC);
CREATE INDEX emergencies_untold ON vangnet.emergencies (opened_at) WHERE told_at IS NULL;

-- What was done stays: only that it was told is added, and a reason whose key is destroyed goes.
REVOKE UPDATE, DELETE, TRUNCATE ON vangnet.emergencies FROM vangnet_app;
GRANT UPDATE (told_at, sealed) ON vangnet.emergencies TO vangnet_app;

CREATE POLICY by_system ON vangnet.emergencies
    USING (current_setting('vangnet.acting', true) = 'system');
CREATE POLICY own ON vangnet.emergencies FOR SELECT USING (
    user_id = current_setting('vangnet.user', true) AND reader = current_setting('vangnet.acting', true)
);
ALTER TABLE vangnet.emergencies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- The wall (0015) lets them in while it runs, as far as the protocol's table says for an emergency at this moment:
-- that stands among the readers under 'emergency …' and is written anew with each recording.
CREATE POLICY in_emergency ON vangnet.people FOR SELECT USING (EXISTS (
    SELECT FROM vangnet.emergencies AS open JOIN vangnet.overview AS shown USING (case_id)
    WHERE open.case_id = people.case_id
      AND open.user_id = current_setting('vangnet.user', true)
      AND open.reader = current_setting('vangnet.acting', true)
      AND open.until > now() + shown.clock_offset
      AND shown.readers -> ('emergency ' || open.reader) ? 'people'
));
CREATE POLICY in_emergency ON vangnet.notes FOR SELECT USING (EXISTS (
    SELECT FROM vangnet.emergencies AS open JOIN vangnet.overview AS shown USING (case_id)
    WHERE open.case_id = notes.case_id
      AND open.user_id = current_setting('vangnet.user', true)
      AND open.reader = current_setting('vangnet.acting', true)
      AND open.until > now() + shown.clock_offset
      AND (shown.readers -> ('emergency ' || open.reader) ? notes.field
        OR shown.readers -> ('emergency ' || open.reader) ? 'own_notes' AND notes.writer = open.organisation)
));
CREATE POLICY in_emergency ON vangnet.hand_overs FOR SELECT USING (EXISTS (
    SELECT FROM vangnet.emergencies AS open JOIN vangnet.overview AS shown USING (case_id)
    WHERE open.case_id = hand_overs.case_id
      AND open.user_id = current_setting('vangnet.user', true)
      AND open.reader = current_setting('vangnet.acting', true)
      AND open.until > now() + shown.clock_offset
      AND shown.readers -> ('emergency ' || open.reader) ? 'hand_over'
));
CREATE POLICY in_emergency ON vangnet.journal FOR SELECT USING (EXISTS (
    SELECT FROM vangnet.emergencies AS open JOIN vangnet.overview AS shown USING (case_id)
    WHERE open.case_id = journal.case_id
      AND open.user_id = current_setting('vangnet.user', true)
      AND open.reader = current_setting('vangnet.acting', true)
      AND open.until > now() + shown.clock_offset
      AND shown.readers -> ('emergency ' || open.reader) ? 'journal'
));

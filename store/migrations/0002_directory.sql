-- Who works where. Organisations are no personal data; who answers there is, and is sealed.
CREATE TABLE vangnet.organisations (
    region       text NOT NULL,
    organisation text NOT NULL,
    kind         text NOT NULL,
    name         text NOT NULL,
    webhook_url  text,
    CONSTRAINT organisations_pkey PRIMARY KEY (region, organisation)
);

CREATE TABLE vangnet.contacts (
    region       text NOT NULL,
    organisation text NOT NULL,
    contact      text NOT NULL,
    sealed       bytea NOT NULL,
    CONSTRAINT contacts_pkey PRIMARY KEY (region, organisation, contact),
    CONSTRAINT contacts_organisation_fkey FOREIGN KEY (region, organisation)
        REFERENCES vangnet.organisations ON DELETE CASCADE
);

CREATE TABLE vangnet.staff (
    staff_id     text NOT NULL,
    organisation text NOT NULL,
    sealed       bytea NOT NULL,
    CONSTRAINT staff_pkey PRIMARY KEY (staff_id)
);

CREATE TABLE vangnet.policies (
    region   text NOT NULL,
    version  integer NOT NULL,
    policy   jsonb NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT policies_pkey PRIMARY KEY (region, version)
);

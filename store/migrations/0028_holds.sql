-- Closed cases of which nothing is destroyed, because a criminal case may need it, until somebody says that it is over.
CREATE TABLE vangnet.holds (
    hold      bigint GENERATED ALWAYS AS IDENTITY,
    region    text NOT NULL,
    case_id   text NOT NULL,
    placed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    placed_by text NOT NULL, -- a member of staff, by pseudonym
    lifted_at timestamptz,
    lifted_by text,
    CONSTRAINT holds_pkey PRIMARY KEY (hold),
    CONSTRAINT holds_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
);

CREATE UNIQUE INDEX holds_one ON vangnet.holds (case_id) WHERE lifted_at IS NULL;
REVOKE UPDATE, DELETE, TRUNCATE ON vangnet.holds FROM vangnet_app;
GRANT UPDATE (lifted_at, lifted_by) ON vangnet.holds TO vangnet_app;

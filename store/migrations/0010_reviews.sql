-- Messages that need a second reviewer: they wait here until a colleague confirms them with an own login.
CREATE TABLE vangnet.reviews (
    review_id    text NOT NULL,
    case_id      text NOT NULL,
    message_id   text NOT NULL,
    name         text NOT NULL,
    digest       text NOT NULL,
    role         text NOT NULL, -- as what it was asked
    organisation text NOT NULL, -- whose staff reviews
    asker_id     text NOT NULL,
    controller   text NOT NULL,
    sealed       bytea, -- nothing any more once it is decided
    state        text NOT NULL DEFAULT 'waiting',
    decided_by   text,
    refusal      text,
    answer       bytea, -- why it was declined, sealed
    asked_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at   timestamptz NOT NULL, -- by the case's own clock
    decided_at   timestamptz,
    CONSTRAINT reviews_pkey PRIMARY KEY (review_id),
    CONSTRAINT reviews_message_key UNIQUE (case_id, message_id),
    CONSTRAINT reviews_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
);

CREATE INDEX reviews_by_organisation ON vangnet.reviews (organisation, asked_at);

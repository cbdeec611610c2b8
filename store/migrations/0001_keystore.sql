-- The key store: wrapped data keys only. It is left out of the main dump, so that destroying a key
-- also makes what an older backup holds unreadable.
CREATE SCHEMA keystore;

CREATE TABLE keystore.data_keys (
    scope      text NOT NULL,
    controller text NOT NULL,
    kek_id     text NOT NULL,
    wrapped    bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT data_keys_pkey PRIMARY KEY (scope, controller)
);

CREATE INDEX data_keys_by_kek ON keystore.data_keys (kek_id);

-- Applied again after a restore: a key on this list is never read and never made again.
CREATE TABLE keystore.destroyed (
    scope        text NOT NULL,
    controller   text NOT NULL,
    destroyed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT destroyed_pkey PRIMARY KEY (scope, controller)
);

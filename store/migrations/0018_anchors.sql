-- Anchors: at an interval the heads of all chains that grew are put under one signed line, which is kept outside too.
CREATE TABLE vangnet.anchors (
    anchor   integer NOT NULL,
    taken_at timestamptz NOT NULL, -- the moment of the heads
    line     text NOT NULL, -- as it is signed, in the file and in the mail
    CONSTRAINT anchors_pkey PRIMARY KEY (anchor)
);

-- The heads that an anchor is about.
CREATE TABLE vangnet.anchor_heads (
    log    text NOT NULL,
    scope  text NOT NULL,
    number integer NOT NULL,
    hash   bytea NOT NULL,
    anchor integer NOT NULL,
    CONSTRAINT anchor_heads_pkey PRIMARY KEY (log, scope, number)
);

CREATE INDEX anchor_heads_of_anchor ON vangnet.anchor_heads (anchor);

CREATE TRIGGER anchors_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vangnet.anchors
    FOR EACH STATEMENT EXECUTE FUNCTION vangnet.refuse_change();
CREATE TRIGGER anchor_heads_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vangnet.anchor_heads
    FOR EACH STATEMENT EXECUTE FUNCTION vangnet.refuse_change();

-- The application adds to what must not change, and has no right to anything else there.
REVOKE UPDATE, DELETE, TRUNCATE ON vangnet.access_log, vangnet.anchors, vangnet.anchor_heads FROM vangnet_app;

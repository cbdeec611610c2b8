-- name: lock_anchors
-- One anchor at a time.
SELECT pg_advisory_xact_lock(hashtextextended('vangnet.anchors', 0));

-- name: last_anchor
SELECT line FROM vangnet.anchors ORDER BY anchor DESC LIMIT 1;

-- name: take_heads
-- What grew since it was anchored last. A head that went back is left: its anchor shows it.
WITH heads AS MATERIALIZED (
    SELECT 'journal' AS log, case_id AS scope, head_number AS number, head_hash AS hash
    FROM vangnet.cases WHERE head_number > 0
    UNION ALL
    SELECT 'access_log', scope, number, hash FROM vangnet.access_heads
), anchored AS MATERIALIZED (
    SELECT log, scope, max(number) AS number FROM vangnet.anchor_heads GROUP BY log, scope
), grown AS MATERIALIZED (
    SELECT heads.*, coalesce(anchored.number, 0) AS before
    FROM heads LEFT JOIN anchored USING (log, scope)
    WHERE heads.number > coalesce(anchored.number, 0)
), taken AS (
    INSERT INTO vangnet.anchor_heads (log, scope, number, hash, anchor)
    SELECT log, scope, number, hash, $1 FROM grown
)
SELECT log, scope, number, hash, before, statement_timestamp() AS at FROM grown;

-- name: moment_now
SELECT statement_timestamp();

-- name: add_anchor
INSERT INTO vangnet.anchors (anchor, taken_at, line) VALUES ($1, $2, $3);

-- name: first_look
-- By an index: nothing is older that could be anchored.
SELECT min(written_at) FROM vangnet.access_log;

-- name: anchor_lines
SELECT line FROM vangnet.anchors WHERE anchor > $1 ORDER BY anchor;

-- name: anchored_heads
SELECT anchor, log, scope, number, hash FROM vangnet.anchor_heads WHERE anchor <= $1 ORDER BY anchor;

-- name: anchored_without_row
-- Chains that are shorter than when they were anchored: the first anchor that shows it. What was lawfully destroyed
-- ($2 to $4) is not missed.
SELECT DISTINCT ON (head.log, head.scope) head.log, head.scope, head.number, head.anchor,
    coalesce(CASE head.log
        WHEN 'journal' THEN (SELECT max(number) FROM vangnet.journal WHERE case_id = head.scope AND number < head.number)
        ELSE (SELECT max(number) FROM vangnet.access_log WHERE scope = head.scope AND number < head.number)
    END, 0) AS last
FROM vangnet.anchor_heads AS head
LEFT JOIN unnest($2::text[], $3::text[], $4::integer[]) AS begins (log, scope, number)
    ON begins.log = head.log AND begins.scope = head.scope
WHERE head.anchor <= $1 AND head.number > coalesce(begins.number, 0) AND (
    head.log = 'journal'
        AND NOT EXISTS (SELECT FROM vangnet.journal WHERE case_id = head.scope AND number = head.number)
    OR head.log = 'access_log'
        AND NOT EXISTS (SELECT FROM vangnet.access_log AS row WHERE row.scope = head.scope AND row.number = head.number))
ORDER BY head.log, head.scope, head.number;

-- name: log_access
-- The head's row is the lock: entries of one scope follow on each other.
WITH head AS (
    INSERT INTO vangnet.access_heads AS head (scope, number, hash)
    VALUES ($1, 1, sha256(decode(repeat('00', 32), 'hex') || $2
        || int8send((extract(epoch FROM statement_timestamp()) * 1000000)::bigint)))
    ON CONFLICT (scope) DO UPDATE SET
        number = head.number + 1,
        hash = sha256(head.hash || $2 || int8send((extract(epoch FROM statement_timestamp()) * 1000000)::bigint))
    RETURNING number, hash
)
INSERT INTO vangnet.access_log
    (scope, number, at, written_at, role, organisation, user_id, person, os_user, what, purpose, digest, hash)
SELECT $1, head.number, $3, statement_timestamp(), $4, $5, $6, $7, $8, $9, $10, $2, head.hash
FROM head;

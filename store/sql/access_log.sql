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
    (scope, number, at, written_at, role, organisation, user_id, person, os_user, what, purpose,
     event, subject, on_behalf, access_point, basis, emergency, outcome, digest, hash)
SELECT $1, head.number, $3, statement_timestamp(), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
    $2, head.hash
FROM head;

-- name: state_for_access
SELECT state FROM vangnet.overview WHERE case_id = $1;

-- name: accesses
-- The latest first; $8 to $10 is the last row of the page before.
SELECT scope, number, at, written_at, role, organisation, user_id, person, os_user, what, purpose,
    event, subject, on_behalf, access_point, basis, emergency, outcome
FROM vangnet.access_log
WHERE ($1::text IS NULL OR scope = $1)
  AND ($2::text IS NULL OR organisation = $2)
  AND ($3::timestamptz IS NULL OR written_at >= $3)
  AND ($4::timestamptz IS NULL OR written_at < $4)
  AND ($5::text IS NULL OR coalesce(event, 'read') = $5)
  AND ($6::boolean IS NULL OR coalesce(emergency, false) = $6)
  AND ($7::text IS NULL OR user_id = $7)
  AND ($8::timestamptz IS NULL OR (written_at, scope, number) < ($8, $9, $10))
ORDER BY written_at DESC, scope DESC, number DESC
LIMIT $11;

-- name: accesses_to_person
-- Of one person of a case: what was shown of everybody, and of them.
SELECT scope, number, at, written_at, role, organisation, user_id, person, os_user, what, purpose,
    event, subject, on_behalf, access_point, basis, emergency, outcome
FROM vangnet.access_log
WHERE scope = $1 AND coalesce(outcome, 'shown') = 'shown'
  AND (subject IS NULL OR $2 = ANY (string_to_array(subject, ' ')))
ORDER BY number;

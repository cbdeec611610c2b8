-- name: second_contact
SELECT message_id, sealed, second
FROM vangnet.people
WHERE case_id = $1 AND person = $2 AND since_number IS NOT NULL AND until_number IS NULL
ORDER BY since_number DESC
LIMIT 1;

-- name: ask_link_code
-- A new code in place of the last one; nothing while the link is locked, too many were sent, or one was sent just now.
INSERT INTO vangnet.link_codes AS known (case_id, person, token_hash, nonce)
VALUES ($1, $2, $3, $4)
ON CONFLICT (case_id, person) DO UPDATE SET
    token_hash = excluded.token_hash, nonce = excluded.nonce, asked_at = excluded.asked_at, mailed_at = NULL,
    codes = CASE WHEN known.since < excluded.since - $5::interval THEN 1 ELSE known.codes + 1 END,
    tries = CASE WHEN known.since < excluded.since - $5::interval THEN 0 ELSE known.tries END,
    since = CASE WHEN known.since < excluded.since - $5::interval THEN excluded.since ELSE known.since END
WHERE coalesce(known.locked_until, '-infinity') < excluded.asked_at
  AND (known.since < excluded.since - $5::interval OR known.codes < $6)
  AND NOT (known.nonce IS NOT NULL AND known.token_hash = excluded.token_hash
    AND known.asked_at > excluded.asked_at - $7::interval)
RETURNING true;

-- name: link_code
SELECT coalesce(locked_until > clock_timestamp(), false) AS locked,
    nonce IS NOT NULL AND token_hash = $3 AND asked_at > clock_timestamp() - $4::interval AS recent
FROM vangnet.link_codes
WHERE case_id = $1 AND person = $2;

-- name: try_link_code
-- A try is counted before the code is compared, so that of many at once no more are compared than may be.
UPDATE vangnet.link_codes
SET tries = tries + 1,
    locked_until = CASE WHEN tries + 1 >= $5 THEN clock_timestamp() + $6::interval ELSE locked_until END
WHERE case_id = $1 AND person = $2 AND token_hash = $3 AND nonce IS NOT NULL
  AND asked_at > clock_timestamp() - $4::interval
  AND coalesce(locked_until, '-infinity') < clock_timestamp()
RETURNING nonce;

-- name: use_link_code
UPDATE vangnet.link_codes SET nonce = NULL, tries = 0, locked_until = NULL
WHERE case_id = $1 AND person = $2 AND nonce = $3
RETURNING true;

-- name: claim_link_codes
-- Noted as mailed before it is: nobody else mails it, and whoever does not get it asks for another.
UPDATE vangnet.link_codes AS code SET mailed_at = clock_timestamp()
FROM (
    SELECT case_id, person FROM vangnet.link_codes
    WHERE mailed_at IS NULL AND nonce IS NOT NULL AND asked_at > clock_timestamp() - $1::interval
    ORDER BY asked_at
    LIMIT $2
    FOR NO KEY UPDATE SKIP LOCKED
) AS waiting
WHERE code.case_id = waiting.case_id AND code.person = waiting.person
RETURNING code.case_id, code.person, code.nonce;

-- name: release_link_code
UPDATE vangnet.link_codes SET mailed_at = NULL WHERE case_id = $1 AND person = $2 AND nonce = $3;

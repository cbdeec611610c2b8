-- name: ask_review
INSERT INTO vangnet.reviews
    (review_id, case_id, message_id, name, digest, role, organisation, asker_id, controller, sealed, expires_at, asked_covered)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT DO NOTHING;

-- name: review_of_message
SELECT review_id, digest FROM vangnet.reviews WHERE case_id = $1 AND message_id = $2;

-- name: reviews
-- What nobody decided in time is expired, by the case's own clock.
SELECT review_id, case_id, message_id, name, role, organisation, asker_id,
    CASE WHEN reviews.state = 'waiting' AND reviews.expires_at <= clock_timestamp() + coalesce(clock_offset, '0') THEN 'expired'
        ELSE reviews.state END AS state,
    decided_by, refusal, asked_at, asked_covered, reviews.expires_at, decided_at
FROM vangnet.reviews
LEFT JOIN vangnet.overview USING (case_id)
WHERE organisation = $1 AND role = $2 AND asked_at > clock_timestamp() - $3::interval
ORDER BY asked_at DESC, review_id
LIMIT $4;

-- name: review
SELECT review_id, case_id, message_id, name, role, organisation, asker_id,
    CASE WHEN reviews.state = 'waiting' AND reviews.expires_at <= clock_timestamp() + coalesce(clock_offset, '0') THEN 'expired'
        ELSE reviews.state END AS state,
    decided_by, refusal, asked_at, asked_covered, reviews.expires_at, decided_at, controller, sealed, answer
FROM vangnet.reviews
LEFT JOIN vangnet.overview USING (case_id)
WHERE review_id = $1 AND organisation = $2 AND role = $3;

-- name: claim_review
UPDATE vangnet.reviews SET state = 'confirming', decided_by = $2, decided_at = clock_timestamp()
FROM vangnet.reviews AS known LEFT JOIN vangnet.overview USING (case_id)
WHERE reviews.review_id = $1 AND known.review_id = $1 AND reviews.asker_id <> $2
  AND (reviews.state = 'confirming' AND reviews.decided_by = $2
    OR reviews.state = 'waiting' AND reviews.expires_at > clock_timestamp() + coalesce(overview.clock_offset, '0'))
RETURNING true;

-- name: settle_review
UPDATE vangnet.reviews SET state = $3, refusal = $4, sealed = NULL, decided_at = clock_timestamp()
WHERE review_id = $1 AND state = 'confirming' AND decided_by = $2;

-- name: end_review
UPDATE vangnet.reviews SET state = $3, decided_by = $2, answer = $4, sealed = NULL, decided_at = clock_timestamp()
WHERE review_id = $1 AND state = 'waiting'
RETURNING true;

-- name: sweep_reviews
UPDATE vangnet.reviews SET state = 'expired', sealed = NULL
FROM vangnet.overview
WHERE reviews.case_id = overview.case_id AND reviews.state IN ('waiting', 'confirming')
  AND reviews.expires_at <= clock_timestamp() + overview.clock_offset;

-- name: untold_reviews
SELECT review_id, case_id, organisation, state, coalesce(decided_at, asked_at) AS at
FROM vangnet.reviews JOIN vangnet.cases USING (case_id)
WHERE region = $1 AND state IN ('waiting', 'declined', 'refused', 'expired') AND told_state IS DISTINCT FROM state
ORDER BY asked_at
LIMIT $2;

-- name: review_told
UPDATE vangnet.reviews SET told_state = $2 WHERE review_id = $1;

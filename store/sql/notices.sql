-- name: claim_unsent
-- All of a round at once, for who holds the case: for as long as the connection lives or until it is let go, so that a
-- mark is one statement with a commit of its own. Counted before it is sent, and committed: a sender that dies has
-- tried. A row that is locked is being sent by a worker of version 0.1, which holds single notices and not the case.
WITH held AS MATERIALIZED (
    SELECT pg_try_advisory_lock(hashtextextended('outbox ' || $1, 0)) AS mine
), picked AS (
    SELECT notice_id
    FROM vangnet.notices AS notice, held
    WHERE held.mine AND case_id = $1 AND sent_at IS NULL AND failed_code IS NULL
    FOR NO KEY UPDATE OF notice SKIP LOCKED
), counted AS (
    UPDATE vangnet.notices AS notice
    SET attempts = attempts + 1
    FROM picked
    WHERE notice.notice_id = picked.notice_id
    RETURNING notice.*
)
SELECT counted.*, opened.region, organisation.webhook_url, answering.sealed,
    kept.kek_id, kept.wrapped, gone.scope IS NOT NULL AS destroyed,
    CASE WHEN about.meeting THEN (
        SELECT count(*) FROM vangnet.journal AS past
        WHERE past.case_id = $1 AND past.number < counted.number
            AND past.name IN ('network_meeting_recorded', 'network_meeting_cancelled')
    ) END AS meetings_before,
    CASE WHEN about.meeting THEN (
        SELECT (past.data ->> 'at')::timestamptz FROM vangnet.journal AS past
        WHERE past.case_id = $1 AND past.number < counted.number AND past.name = 'network_meeting_planned'
        ORDER BY past.number DESC LIMIT 1
    ) END AS meeting_at
FROM counted
CROSS JOIN LATERAL (SELECT counted.kind IN ('meeting_invitation', 'meeting_cancelled') AS meeting) AS about
JOIN vangnet.cases AS opened USING (case_id)
LEFT JOIN vangnet.organisations AS organisation
    ON organisation.region = opened.region AND organisation.organisation = counted.party
LEFT JOIN vangnet.contacts AS answering
    ON answering.region = opened.region AND answering.organisation = counted.party
    AND answering.contact = counted.contact
LEFT JOIN keystore.data_keys AS kept ON kept.scope = 'directory:' || opened.region AND kept.controller = 'directory'
LEFT JOIN keystore.destroyed AS gone ON gone.scope = 'directory:' || opened.region AND gone.controller = 'directory'
ORDER BY counted.ordinal;

-- name: still_unsent
-- For who holds the case again.
WITH held AS MATERIALIZED (
    SELECT pg_try_advisory_lock(hashtextextended('outbox ' || $1, 0)) AS mine
)
SELECT notice_id
FROM vangnet.notices AS notice, held
WHERE held.mine AND case_id = $1 AND sent_at IS NULL AND failed_code IS NULL
FOR NO KEY UPDATE OF notice SKIP LOCKED;

-- name: addressees
SELECT DISTINCT ON (known.person) known.person, known.message_id, known.sealed,
    kept.kek_id, kept.wrapped, gone.scope IS NOT NULL AS destroyed
FROM vangnet.people AS known
LEFT JOIN keystore.data_keys AS kept ON kept.scope = known.case_id AND kept.controller = 'school'
LEFT JOIN keystore.destroyed AS gone ON gone.scope = known.case_id AND gone.controller = 'school'
WHERE known.case_id = $1 AND known.person = ANY ($2::text[])
    AND known.since_number IS NOT NULL AND known.until_number IS NULL
ORDER BY known.person, known.since_number DESC;

-- name: let_go
SELECT pg_advisory_unlock_all();

-- name: mark_sent
UPDATE vangnet.notices SET sent_at = clock_timestamp() WHERE notice_id = $1;

-- name: mark_failed
UPDATE vangnet.notices SET failed_code = $2 WHERE notice_id = $1;

-- name: notices
SELECT * FROM vangnet.notices WHERE case_id = $1 ORDER BY ordinal;

-- name: failures
SELECT * FROM vangnet.notices
WHERE case_id = $1 AND failed_code IS NOT NULL AND failure_told IS NULL
ORDER BY ordinal;

-- name: unsent
SELECT count(*) FROM vangnet.notices WHERE case_id = $1 AND sent_at IS NULL AND failed_code IS NULL;

-- name: outbox
-- How far a case's notices are known, and how many of those are unsent or failed: of one and the same moment.
SELECT opened.head_number AS number, shown.step <> 'closed' AS open, (
    SELECT count(*) FROM vangnet.notices
    WHERE case_id = $1 AND sent_at IS NULL AND failed_code IS NULL
) AS unsent, (
    SELECT count(*) FROM vangnet.notices
    WHERE case_id = $1 AND failed_code IS NOT NULL AND failure_told IS NULL
) AS failed
FROM vangnet.cases AS opened JOIN vangnet.overview AS shown USING (case_id)
WHERE opened.case_id = $1;

-- name: undelivered
SELECT DISTINCT case_id
FROM vangnet.notices
WHERE sent_at IS NULL AND failed_code IS NULL AND created_at < now() - $1::interval
ORDER BY case_id
LIMIT $2;

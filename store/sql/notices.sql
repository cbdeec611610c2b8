-- name: next_unsent
-- Counted before it is sent, and committed: a sender that dies has tried.
WITH picked AS (
    SELECT notice_id
    FROM vangnet.notices
    WHERE case_id = $1 AND ordinal > $2 AND sent_at IS NULL AND failed_code IS NULL
    ORDER BY ordinal
    LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE vangnet.notices AS notice
SET attempts = attempts + 1
FROM picked, vangnet.cases AS opened
WHERE notice.notice_id = picked.notice_id AND opened.case_id = $1
RETURNING notice.*, opened.region;

-- name: lock_unsent
SELECT true
FROM vangnet.notices
WHERE notice_id = $1 AND sent_at IS NULL AND failed_code IS NULL
FOR NO KEY UPDATE SKIP LOCKED;

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
-- How far a case's notices are known, and how many of those are unsent: of one and the same moment.
SELECT opened.head_number AS number, shown.step <> 'closed' AS open, (
    SELECT count(*) FROM vangnet.notices
    WHERE case_id = $1 AND sent_at IS NULL AND failed_code IS NULL
) AS unsent
FROM vangnet.cases AS opened JOIN vangnet.overview AS shown USING (case_id)
WHERE opened.case_id = $1;

-- name: undelivered
SELECT DISTINCT case_id
FROM vangnet.notices
WHERE sent_at IS NULL AND failed_code IS NULL AND created_at < now() - $1::interval
ORDER BY case_id
LIMIT $2;

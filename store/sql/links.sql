-- name: link
SELECT link.case_id, link.notice_id, link.party, link.purpose, link.number, link.expires_at,
    link.expires_at < now() + coalesce(shown.clock_offset, '0') AS expired, link.used_at, link.used_for
FROM vangnet.links AS link
LEFT JOIN vangnet.overview AS shown USING (case_id)
WHERE link.token_hash = $1;

-- name: use_link
UPDATE vangnet.links
SET used_at = coalesce(used_at, clock_timestamp()), used_for = $2
WHERE token_hash = $1 AND (used_for IS NULL OR used_for = $2)
RETURNING true;

-- name: begin_draft
INSERT INTO vangnet.drafts (draft_id, organisation, staff_id, place, sealed) VALUES ($1, $2, $3, $4, $5);

-- name: draft
SELECT place, revision, sealed
FROM vangnet.drafts
WHERE draft_id = $1 AND staff_id = $2 AND changed_at > clock_timestamp() - $3::interval;

-- name: keep_draft
UPDATE vangnet.drafts SET place = $4, sealed = $5, revision = revision + 1, changed_at = clock_timestamp()
WHERE draft_id = $1 AND staff_id = $2 AND revision = $3
RETURNING true;

-- name: drafts
SELECT draft_id, place, begun_at, changed_at
FROM vangnet.drafts
WHERE staff_id = $1 AND changed_at > clock_timestamp() - $2::interval
ORDER BY changed_at DESC, draft_id
LIMIT $3;

-- name: drop_draft
DELETE FROM vangnet.drafts WHERE draft_id = $1 AND staff_id = $2;

-- name: sweep_drafts
DELETE FROM vangnet.drafts WHERE changed_at <= clock_timestamp() - $1::interval;

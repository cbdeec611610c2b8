-- name: lock_organisation
SELECT region, organisation AS id, kind, name, webhook_url
FROM vangnet.organisations
WHERE region = $1 AND organisation = $2
FOR UPDATE;

-- name: log_directory_change
INSERT INTO vangnet.directory_changes (region, organisation, user_id, subject, field, old, new)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: directory_changes
SELECT change, at, organisation, user_id, subject, field, old, new
FROM vangnet.directory_changes
WHERE region = $1 AND change < coalesce($2, 9223372036854775807)
ORDER BY change DESC
LIMIT $3;

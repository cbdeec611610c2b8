-- name: policy
-- Of this version, or the latest.
SELECT policy FROM vangnet.policies WHERE region = $1 AND ($2::integer IS NULL OR version = $2)
ORDER BY version DESC LIMIT 1;

-- name: save_policy
INSERT INTO vangnet.policies (region, version, policy) VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING RETURNING true;

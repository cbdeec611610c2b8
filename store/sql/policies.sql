-- name: policy
SELECT policy FROM vangnet.policies WHERE region = $1 ORDER BY version DESC LIMIT 1;

-- name: policy_version
SELECT policy FROM vangnet.policies WHERE region = $1 AND version = $2;

-- name: save_policy
INSERT INTO vangnet.policies (region, version, policy) VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING RETURNING true;

-- name: data_key
SELECT kept.kek_id, kept.wrapped, gone.scope IS NOT NULL AS destroyed
FROM (VALUES ($1::text, $2::text)) AS asked (scope, controller)
LEFT JOIN keystore.data_keys AS kept USING (scope, controller)
LEFT JOIN keystore.destroyed AS gone USING (scope, controller);

-- name: data_keys
SELECT kept.scope, kept.kek_id, kept.wrapped
FROM keystore.data_keys AS kept
WHERE kept.scope = ANY ($1::text[]) AND kept.controller = $2
  AND NOT EXISTS (
      SELECT FROM keystore.destroyed AS gone
      WHERE gone.scope = kept.scope AND gone.controller = kept.controller
  );

-- name: add_data_key
INSERT INTO keystore.data_keys (scope, controller, kek_id, wrapped)
SELECT $1, $2, $3, $4
WHERE NOT EXISTS (SELECT FROM keystore.destroyed WHERE scope = $1 AND controller = $2)
ON CONFLICT DO NOTHING
RETURNING true;

-- name: list_destroyed
INSERT INTO keystore.destroyed (scope, controller) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: apply_destroyed
DELETE FROM keystore.data_keys AS kept
USING keystore.destroyed AS gone
WHERE gone.scope = kept.scope AND gone.controller = kept.controller
RETURNING kept.scope;

-- name: wrapped_by_others
SELECT scope, controller, kek_id, wrapped
FROM keystore.data_keys
WHERE kek_id <> $1
ORDER BY scope, controller
LIMIT $2
FOR UPDATE SKIP LOCKED;

-- name: rewrap
UPDATE keystore.data_keys SET kek_id = $3, wrapped = $4 WHERE scope = $1 AND controller = $2;

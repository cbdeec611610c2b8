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
-- Not where something is sealed with an earlier one: that key has to come back, a second one would hide its loss.
INSERT INTO keystore.data_keys (scope, controller, kek_id, wrapped)
SELECT $1, $2, $3, $4
WHERE NOT EXISTS (SELECT FROM keystore.destroyed WHERE scope = $1 AND controller = $2)
  AND NOT EXISTS (SELECT FROM vangnet.people WHERE case_id = $1 AND controller = $2)
  AND NOT EXISTS (SELECT FROM vangnet.notes WHERE case_id = $1 AND controller = $2)
  AND NOT EXISTS (SELECT FROM vangnet.hand_overs WHERE case_id = $1 AND controller = $2)
  AND NOT EXISTS (SELECT FROM vangnet.reviews WHERE case_id = $1 AND controller = $2 AND sealed IS NOT NULL)
  AND NOT EXISTS (SELECT FROM vangnet.contacts WHERE $1 = 'directory:' || region)
ON CONFLICT DO NOTHING
RETURNING true;

-- name: list_destroyed
INSERT INTO keystore.destroyed (scope, controller, destroyed_at)
SELECT given.scope, given.controller, coalesce(given.destroyed_at, clock_timestamp())
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS given (scope, controller, destroyed_at)
ON CONFLICT DO NOTHING;

-- name: apply_destroyed
DELETE FROM keystore.data_keys AS kept
USING keystore.destroyed AS gone
WHERE gone.scope = kept.scope AND gone.controller = kept.controller
RETURNING kept.scope;

-- name: destroyed_keys
SELECT scope, controller, destroyed_at FROM keystore.destroyed ORDER BY destroyed_at, scope, controller;

-- name: wrapped_by_others
-- What these keys wrap, some at a time after ($2, $3).
SELECT scope, controller, kek_id, wrapped
FROM keystore.data_keys
WHERE kek_id = ANY ($1::text[]) AND (scope, controller) > ($2::text, $3::text)
ORDER BY scope, controller
LIMIT $4
FOR UPDATE SKIP LOCKED;

-- name: rewrap
UPDATE keystore.data_keys AS kept SET kek_id = given.kek_id, wrapped = given.wrapped
FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) AS given (scope, controller, kek_id, wrapped)
WHERE kept.scope = given.scope AND kept.controller = given.controller;

-- name: wrapped_by
SELECT kek_id, count(*) AS data_keys FROM keystore.data_keys GROUP BY kek_id ORDER BY kek_id;

-- name: parts_of_case
-- A part of which something is sealed, or whose key was destroyed; without a key where that is missing.
SELECT part.name AS part, kept.kek_id, gone.scope IS NOT NULL AS destroyed
FROM unnest(ARRAY['school', 'coordinator', 'zvh']) WITH ORDINALITY AS part (name, place)
LEFT JOIN keystore.data_keys AS kept ON kept.scope = $1 AND kept.controller = part.name
LEFT JOIN keystore.destroyed AS gone ON gone.scope = $1 AND gone.controller = part.name
WHERE kept.scope IS NOT NULL OR gone.scope IS NOT NULL
   OR EXISTS (SELECT FROM vangnet.people WHERE case_id = $1 AND controller = part.name)
   OR EXISTS (SELECT FROM vangnet.notes WHERE case_id = $1 AND controller = part.name)
   OR EXISTS (SELECT FROM vangnet.hand_overs WHERE case_id = $1 AND controller = part.name)
ORDER BY part.place;

-- name: key_health
SELECT ARRAY(
    SELECT DISTINCT kek_id FROM keystore.data_keys WHERE kek_id <> ALL ($1::text[]) ORDER BY kek_id
) AS unknown, (
    SELECT count(*) FROM vangnet.cases AS opened
    WHERE NOT EXISTS (SELECT FROM keystore.data_keys WHERE scope = opened.case_id AND controller = 'school')
      AND NOT EXISTS (SELECT FROM keystore.destroyed WHERE scope = opened.case_id AND controller = 'school')
) AS lost, (
    SELECT count(*) FROM keystore.data_keys JOIN keystore.destroyed USING (scope, controller)
) AS undone;

-- name: oldest_wrapped
-- Some of what each of these keys wraps.
SELECT kept.scope, kept.controller, kept.kek_id, kept.wrapped
FROM unnest($1::text[]) AS ring (kek_id)
CROSS JOIN LATERAL (
    SELECT * FROM keystore.data_keys AS one WHERE one.kek_id = ring.kek_id ORDER BY one.created_at LIMIT $2
) AS kept;

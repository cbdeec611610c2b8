-- name: place_hold
-- The lock keeps a destruction that is under way, and this, apart.
WITH closed AS MATERIALIZED (
    SELECT opened.case_id, opened.region
    FROM vangnet.cases AS opened JOIN vangnet.overview AS shown USING (case_id)
    WHERE opened.case_id = $1 AND shown.step = 'closed'
    FOR NO KEY UPDATE OF opened
)
INSERT INTO vangnet.holds AS placed (region, case_id, placed_by, ground, review_on)
SELECT region, case_id, $2, $3, $4 FROM closed
-- Placed again it is looked at again.
ON CONFLICT (case_id) WHERE lifted_at IS NULL DO UPDATE SET ground = excluded.ground, review_on = excluded.review_on
    WHERE (placed.ground, placed.review_on) IS DISTINCT FROM (excluded.ground, excluded.review_on)
RETURNING true;

-- name: lift_hold
UPDATE vangnet.holds SET lifted_at = clock_timestamp(), lifted_by = $2 WHERE case_id = $1 AND lifted_at IS NULL
RETURNING true;

-- name: holds
SELECT case_id, placed_at, placed_by, ground, review_on FROM vangnet.holds WHERE region = $1 AND lifted_at IS NULL
ORDER BY review_on, hold;

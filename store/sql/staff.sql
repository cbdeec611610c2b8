-- name: staff_known
SELECT true FROM vangnet.staff WHERE staff_id = $1;

-- name: add_staff
INSERT INTO vangnet.staff (staff_id, organisation, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: staff
SELECT staff_id, organisation, sealed FROM vangnet.staff WHERE staff_id = ANY ($1::text[]);

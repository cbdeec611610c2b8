-- name: act_as
SELECT set_config('vangnet.acting', $1, true), set_config('vangnet.user', $2, true);

-- name: act_as_application
-- Where the role is there, that is: not in a database that is yet to be migrated.
SELECT set_config('role', rolname, false) FROM pg_roles WHERE rolname = 'vangnet_app';

-- name: wall_stands
SELECT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'vangnet' AND policyname = 'by_readers');

-- name: cases_without_readers
SELECT case_id, state FROM vangnet.overview WHERE readers = '{}' ORDER BY case_id LIMIT $1;

-- name: tell_readers
UPDATE vangnet.overview SET readers = $2::jsonb WHERE case_id = $1;

-- name: notes_without_field
SELECT filed.note_id, filed.controller, told.name AS message, row.actor AS by
FROM vangnet.notes AS filed
    JOIN vangnet.messages AS told USING (case_id, message_id)
    JOIN vangnet.journal AS row USING (case_id, number)
WHERE filed.field IS NULL
ORDER BY filed.note_id
LIMIT $1;

-- name: tell_field
UPDATE vangnet.notes SET field = $2, writer = $3 WHERE note_id = $1;

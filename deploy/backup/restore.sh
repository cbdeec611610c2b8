#!/bin/sh
# Put a backup into a new, empty database. Worker, pages and codec server are stopped.
#
#   restore.sh FOLDER MOMENT
#
# VANGNET_MIGRATE_DATABASE_URL  the new database, as its owner
#
# Then `vangnet check`, `vangnet reconcile`, and only then the processes: docs/operate/restore.md.
set -eu

folder=${1:?which folder?}
moment=${2:?which moment? as backup.sh printed it}
# shellcheck source=deploy/backup/address.sh
. "$(dirname "$0")/address.sh"
address "${VANGNET_MIGRATE_DATABASE_URL:?}"

# The role as which all processes work; where the owner may make no roles, somebody made it before.
with_password psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --dbname="$address" <<'SQL'
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vangnet_app') THEN
        CREATE ROLE vangnet_app NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
    IF EXISTS (SELECT FROM pg_namespace WHERE nspname IN ('vangnet', 'keystore')) THEN
        RAISE EXCEPTION 'this database is not empty';
    END IF;
END
$$;
SQL
for dump in "$folder/file-$moment.dump" "$folder/keys/keystore-$moment.dump"; do
    with_password pg_restore --exit-on-error --single-transaction --no-owner --dbname="$address" "$dump"
done
vangnet migrate
# What was destroyed since the dump is destroyed again, before anybody can read it.
vangnet keys apply-destroyed < "$folder/destroyed"

#!/bin/sh
# Put a backup into a new, empty database. Worker, pages and codec server are stopped.
#
#   restore.sh FOLDER MOMENT
#
# VANGNET_MIGRATE_DATABASE_URL  the new database, as its owner
#
# Exit codes: 0 it is whole; 1 it was cut off, so the database has to be made anew; 2 nothing was begun.
# Then `vangnet check`, `vangnet reconcile`, and only then the processes: docs/operate/restore.md.
set -eu

folder=${1:?which folder?}
moment=${2:?which moment? as backup.sh printed it}
# shellcheck source=deploy/backup/address.sh
. "$(dirname "$0")/address.sh"
address "${VANGNET_MIGRATE_DATABASE_URL:?}"

# All that it needs, before it begins: half a restore is a database that has to be made anew.
refuse() { echo "restore: $*; nothing was begun" >&2; exit 2; }
for program in psql pg_restore vangnet; do
    command -v "$program" >/dev/null || refuse "$program is missing"
done
for each in "file-$moment.dump" "keys/keystore-$moment.dump" destroyed; do
    [ -f "$folder/$each" ] && [ -r "$folder/$each" ] || refuse "$folder/$each is not there, or cannot be read"
done
for dump in "$folder/file-$moment.dump" "$folder/keys/keystore-$moment.dump"; do
    pg_restore --file=/dev/null "$dump" || refuse "$dump cannot be read to its end"
done
! grep -qvE '^([{].*[}])?[[:space:]]*$' "$folder/destroyed" || refuse "$folder/destroyed is no whole list of destroyed keys"

# The role as which all processes work; where the owner may make no roles, somebody made it before.
with_password psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --dbname="$address" <<'SQL' || refuse "the database is not empty, or not to be reached"
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
cut_off() {
    echo "restore: cut off. Start nothing: what was erased may be readable here. Make the database anew and repeat this" >&2
    exit 1
}
trap cut_off EXIT
trap 'exit 1' HUP INT TERM
for dump in "$folder/file-$moment.dump" "$folder/keys/keystore-$moment.dump"; do
    with_password pg_restore --exit-on-error --single-transaction --no-owner --dbname="$address" "$dump"
done
vangnet migrate
# What was destroyed since the dump is destroyed again, before anybody can read it.
vangnet keys apply-destroyed < "$folder/destroyed"
trap - EXIT

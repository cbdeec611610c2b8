#!/bin/sh
# Take a backup of Vangnet's database: the file apart from its keys, and the list of keys that were destroyed.
#
#   backup.sh FOLDER
#
# BACKUP_DATABASE_URL   the database, as a role that passes row-level security (docs/operate/restore.md); its password in it,
#                       in PGPASSWORD or in ~/.pgpass
# BACKUP_KEYSTORE_DAYS  how long dumps of the key store are kept, from 1 up to 30; 30 without it
#
# Makes FOLDER/file-<moment>.dump, FOLDER/keys/keystore-<moment>.dump and FOLDER/destroyed, and prints the moment.
# `vangnet` has its own settings from the environment. Dump Temporal's databases before this, never after it.
set -eu
umask 077

folder=${1:?which folder?}
# shellcheck source=deploy/backup/address.sh
. "$(dirname "$0")/address.sh"
address "${BACKUP_DATABASE_URL:?}"
refuse() { echo "backup: $*; nothing was done" >&2; exit 2; }
days=${BACKUP_KEYSTORE_DAYS:-30}
case $days in
[1-9] | [12][0-9] | 30) ;;
*) refuse "BACKUP_KEYSTORE_DAYS is a number from 1 up to 30, not '$days'" ;;
esac
command -v flock >/dev/null || refuse "flock is missing (util-linux)"
mkdir -p "$folder/keys"

# One at a time: two would write the same files. What one that was killed left behind is gone before this one begins, and
# what this one leaves when it fails goes with it: it may hold keys.
exec 9>"$folder/.lock"
flock -n 9 || refuse "another one is at work in $folder"
unfinished() { rm -f "$folder/.file" "$folder/keys/.keystore" "$folder/.destroyed"; }
unfinished
trap unfinished EXIT
trap 'exit 1' HUP INT TERM
moment=$(date -u +%Y%m%dT%H%M%SZ)

# The file first: every key that it needs was made before, and stands in the key store's dump, which comes after.
# Not what people were typing and who is logged in: it is worth days, and no erasure of a case destroys its keys.
with_password pg_dump --format=custom --exclude-schema=keystore --exclude-table-data=vangnet.drafts --exclude-table-data=vangnet.typed \
    --exclude-table-data=vangnet.sessions --file="$folder/.file" --dbname="$address"
with_password pg_dump --format=custom --schema=keystore --file="$folder/keys/.keystore" --dbname="$address"
vangnet keys destroyed > "$folder/.destroyed"

# A dump that cannot be read is none: it gets its name when it was read to its end.
pg_restore --file=/dev/null "$folder/.file"
pg_restore --file=/dev/null "$folder/keys/.keystore"
mv "$folder/.file" "$folder/file-$moment.dump"
mv "$folder/keys/.keystore" "$folder/keys/keystore-$moment.dump"
mv "$folder/.destroyed" "$folder/destroyed"

find "$folder/keys" -name 'keystore-*.dump' ! -name "keystore-$moment.dump" -mtime "+$((days - 1))" -delete
echo "$moment"
# Whole: the access log has a row of it now, and by that row who watches knows how old it is.
vangnet audit backed-up

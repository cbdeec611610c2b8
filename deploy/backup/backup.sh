#!/bin/sh
# Take a backup of Vangnet's database: the file apart from its keys, and the list of keys that were destroyed.
#
#   backup.sh FOLDER
#
# BACKUP_DATABASE_URL   the database, as a role that passes row-level security (docs/operate/restore.md); its password in it,
#                       in PGPASSWORD or in ~/.pgpass
# BACKUP_KEYSTORE_DAYS  how long dumps of the key store are kept, 30 at most; 30 without it
#
# Makes FOLDER/file-<moment>.dump, FOLDER/keys/keystore-<moment>.dump and FOLDER/destroyed, and prints the moment.
# `vangnet` has its own settings from the environment. Dump Temporal's databases before this, never after it.
set -eu
umask 077

folder=${1:?which folder?}
# shellcheck source=deploy/backup/address.sh
. "$(dirname "$0")/address.sh"
address "${BACKUP_DATABASE_URL:?}"
days=${BACKUP_KEYSTORE_DAYS:-30}
[ "$days" -le 30 ] || { echo "backup: a key store is kept for 30 days at most" >&2; exit 2; }
moment=$(date -u +%Y%m%dT%H%M%SZ)
mkdir -p "$folder/keys"

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

find "$folder/keys" -name 'keystore-*.dump' -mtime "+$((days - 1))" -delete
echo "$moment"
# Whole: the access log has a row of it now, and by that row who watches knows how old it is.
vangnet audit backed-up

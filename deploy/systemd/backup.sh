#!/bin/sh
# What vangnet-backup.service does: Temporal's databases first, then Vangnet's, into the unit's own folder. Kept for 30 days.
set -eu
umask 077

folder=$STATE_DIRECTORY
given=$CREDENTIALS_DIRECTORY
moment=$(date -u +%Y%m%dT%H%M%SZ)
mkdir -p "$folder/temporal"

# Passwords in the environment: what stands on a command line is shown to everybody on this machine.
PGPASSWORD=$(cat "$given/temporal_database_password")
export PGPASSWORD
for name in temporal temporal_visibility; do
    pg_dump --format=custom --file="$folder/temporal/.$name" \
        --host="$SQL_HOST" --port="$SQL_PORT" --username="$SQL_USER" "$name"
    pg_restore --file=/dev/null "$folder/temporal/.$name"
    mv "$folder/temporal/.$name" "$folder/temporal/$name-$moment.dump"
done

PGPASSWORD=$(cat "$given/backup_database_password")
BACKUP_DATABASE_URL=postgresql://vangnet_backup@127.0.0.1/vangnet
export BACKUP_DATABASE_URL
"$(dirname "$0")/../backup/backup.sh" "$folder"

find "$folder" -name '*.dump' -mtime +29 -delete

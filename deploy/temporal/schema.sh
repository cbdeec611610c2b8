#!/bin/sh
# Makes Temporal's two databases and brings their tables up to date; run again it changes nothing.
#
# Runs where temporal-sql-tool is, of the same release as the server: it carries the tables along. SQL_HOST, SQL_PORT,
# SQL_USER and SQL_PASSWORD say where, or SQL_PASSWORD_FILE.
set -eu

if [ -n "${SQL_PASSWORD_FILE:-}" ]; then
    SQL_PASSWORD=$(cat "$SQL_PASSWORD_FILE")
    export SQL_PASSWORD
fi
export SQL_PLUGIN=postgres12

for database in temporal temporal_visibility; do
    # Refused where it is there already; whatever else is wrong stops the next line.
    temporal-sql-tool --database "$database" create-database || echo "$database: not made anew"
    temporal-sql-tool --database "$database" setup-schema --version 0.0
    temporal-sql-tool --database "$database" update-schema --schema-name "postgresql/v12/${database#temporal_}"
done

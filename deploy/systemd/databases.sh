#!/bin/sh
# Makes the databases on a Debian server that has just got PostgreSQL: one for Vangnet, and one server of its own for
# Temporal, on port 5433. Passwords come from /etc/vangnet/secrets (deploy/secrets.sh). As root, once.
set -eu

secrets=/etc/vangnet/secrets
version=$(pg_lsclusters --no-header | awk 'NR == 1 {print $1}')

# On standard input: what stands on a command line is shown to everybody on this machine.
sql() { runuser --user postgres -- psql --quiet --set=ON_ERROR_STOP=1 --port "$1"; }

sql 5432 <<SQL
CREATE ROLE vangnet LOGIN PASSWORD '$(cat $secrets/database_password)';
CREATE ROLE vangnet_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD '$(cat $secrets/database_app_password)';
GRANT vangnet_app TO vangnet;
CREATE ROLE vangnet_backup LOGIN BYPASSRLS PASSWORD '$(cat $secrets/backup_database_password)';
GRANT pg_read_all_data TO vangnet_backup;
CREATE DATABASE vangnet OWNER vangnet ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
SQL

# A server that was made without a language has databases without an encoding.
pg_createcluster "$version" temporal --port 5433 --locale C.UTF-8 --encoding UTF8
systemctl start "postgresql@$version-temporal"
sql 5433 <<SQL
CREATE ROLE temporal LOGIN CREATEDB PASSWORD '$(cat $secrets/temporal_database_password)';
SQL

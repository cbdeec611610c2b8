#!/bin/sh
# Run once by PostgreSQL's image, when the data folder is new: the role that every process of Vangnet works as.
#
# It owns nothing and is held by row-level security. What it may do, `vangnet migrate` grants.
set -eu

password=$(cat /run/secrets/database_app_password)
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set=password="$password" <<'SQL'
CREATE ROLE vangnet_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'password';
SQL

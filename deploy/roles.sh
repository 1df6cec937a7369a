#!/bin/bash
# The logins of production, once, by the superuser. Tables belong to the owner; the web server's
# login is no member of evenhand_vault, so it cannot read a protected attribute.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username postgres \
  --set owner="$OWNER_PASSWORD" --set web="$WEB_PASSWORD" --set worker="$WORKER_PASSWORD" <<'SQL'
CREATE ROLE evenhand_app NOLOGIN;
CREATE ROLE evenhand_vault NOLOGIN;
CREATE ROLE evenhand_owner LOGIN CREATEDB CREATEROLE PASSWORD :'owner';
CREATE ROLE evenhand_web LOGIN PASSWORD :'web';
CREATE ROLE evenhand_worker LOGIN PASSWORD :'worker';
GRANT evenhand_app TO evenhand_owner WITH ADMIN TRUE;
GRANT evenhand_vault TO evenhand_owner WITH ADMIN TRUE;
GRANT evenhand_app TO evenhand_web, evenhand_worker;
GRANT evenhand_vault TO evenhand_worker;
ALTER ROLE evenhand_web SET statement_timeout = '15s';
ALTER ROLE evenhand_web SET lock_timeout = '5s';
ALTER ROLE evenhand_web SET idle_in_transaction_session_timeout = '30s';
CREATE DATABASE evenhand OWNER evenhand_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
SQL

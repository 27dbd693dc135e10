#!/bin/sh
# Connects a program without a browser to Stud.IP (RFC 8628), with curl alone, and asks who has allowed it:
# STUDIP=https://studip.example.org/ CLIENT_ID=1 sh device-flow.sh
set -eu
: "${STUDIP:=https://studip.example.org/}" "${CLIENT_ID:=1}"
oauth2=${STUDIP}dispatch.php/api/oauth2

# A member of a flat JSON object.
member() { printf %s "$1" | sed -n "s/.*\"$2\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }
# A confidential client adds -d client_secret@/path/to/file
call() { endpoint=$1; shift; curl -sS --max-time 20 "$oauth2/$endpoint" -d client_id="$CLIENT_ID" "$@"; }

asked=$(call device_authorization -d scope=api)
device_code=$(member "$asked" device_code)
interval=$(member "$asked" interval)
if [ -z "$device_code" ]; then echo "$asked" >&2; exit 1; fi
echo "Open $(member "$asked" verification_uri_complete) and compare the code $(member "$asked" user_code)"

while true; do
  sleep "$interval"
  # An answer that got lost: wait longer, then ask again.
  if ! tokens=$(call token -d grant_type=urn:ietf:params:oauth:grant-type:device_code -d device_code="$device_code"); then
    interval=$((interval * 2))
    continue
  fi
  case $(member "$tokens" error) in
    '') break ;;
    authorization_pending) ;;
    slow_down | temporarily_unavailable) interval=$((interval + 5)) ;;
    *) echo "$tokens" >&2; exit 1 ;;
  esac
done

# Keep refresh_token where nobody else can read it.
printf 'Authorization: Bearer %s' "$(member "$tokens" access_token)" | curl -sS "${STUDIP}jsonapi.php/v1/users/me" -H @-

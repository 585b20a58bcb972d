#!/bin/sh
# Serves one page that says which environment, commit and release it runs in, and ends at once when told to.
mkdir -p /www
sed -e "s|ENVIRONMENT|${SLIPWAY_ENVIRONMENT:-nowhere}|g" \
    -e "s|COMMIT|$(echo "${SLIPWAY_COMMIT:-unknown}" | cut -c1-7)|g" \
    -e "s|RELEASE|${SLIPWAY_RELEASE:-unknown}|g" /page.html > /www/index.html
echo ok > /www/healthz
echo "serving ${SLIPWAY_ENVIRONMENT:-nowhere} on port ${PORT:-8080}"
httpd -f -p "${PORT:-8080}" -h /www &
server=$!
trap 'kill "$server"; exit 0' TERM INT
wait "$server"

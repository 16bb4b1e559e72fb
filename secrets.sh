#!/bin/sh
# Makes the folder secrets/ that compose.yml hands to the containers. What is there stays, so it can be run again:
#   SLACK_URL=https://hooks.slack.com/services/… PAGERDUTY_KEY=… sh secrets.sh
#
# A file that is empty is filled in later, with `printf %s "$URL" > secrets/platform/slack-url`: the router reads it at each
# attempt, so nothing is restarted. Until then the messages wait, and go to the mail catcher as fallback. Write into the
# file, as here; an editor that puts a new one in its place is not seen by containers that already run.
#
# Compose mounts each file as it is on the host, with its owner and mode, and containers run as different users: so the
# files are readable by all, and the folder is what keeps others on this machine out. Nobody but you can enter it; the
# Docker daemon can.
set -eu
cd "$(dirname "$0")"
umask 022
mkdir -p secrets
chmod 700 secrets
cd secrets

# keep <file> <text>: writes the file, unless it already says something.
keep() {
  if [ -s "$1" ]; then return; fi
  mkdir -p "$(dirname "$1")"
  printf %s "$2" >"$1"
  chmod 644 "$1"
}
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

for token in ingest-token read-token admin-token control-token grafana-password; do
  keep "$token" "$(random)"
done
for team in default ml-platform data-science platform; do keep "$team/slack-url" "${SLACK_URL:-}"; done
for team in ml-platform platform; do keep "$team/pagerduty-key" "${PAGERDUTY_KEY:-}"; done
# Where `trigger` listens: on the loopback that it shares with the router.
keep drill/webhook-url http://127.0.0.1:9099

find . -type f -empty | sed 's|^\./|still empty: secrets/|' | sort

#!/bin/sh
# AWS's own command line: reads event history, is denied, and lets `validate-logs` check what the sandbox delivered: valid as it is,
# invalid with one byte changed.
#
#     AWS_ENDPOINT_URL=… AWS_DEFAULT_REGION=eu-central-1 AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… ./validate.sh DELIVER
#
# The keys are the sample administrator's. DELIVER is a command that lets the sandbox deliver, such as `echo > FIFO` where FIFO is
# the standard input of `waymark sandbox --deliver-on-input`.
set -eu

deliver=$1
bucket=example-prod-audit-logs
name=validated-$(date +%s)
start=$(date -u +%Y-%m-%dT%H:%M:%SZ)
work=$(mktemp -d)
trap 'aws cloudtrail delete-trail --name "$name" 2> "$work/last" || true; rm -r "$work"' EXIT

fail() { echo "$1" >&2; exit 1; }

found=$(aws cloudtrail lookup-events --max-items 60 --query 'length(Events)' --output json)
[ "$found" = 60 ] || fail "lookup-events found $found events of 60"
if AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE aws cloudtrail describe-trails > "$work/denied" 2>&1; then fail 'unknown keys were accepted'; fi
grep -q UnrecognizedClientException "$work/denied" || fail "$(cat "$work/denied")"

arn=$(aws cloudtrail create-trail --name "$name" --s3-bucket-name $bucket --enable-log-file-validation --query TrailARN --output text)
aws cloudtrail start-logging --name "$name"
begun=$(date +%s)
# Digests have whole seconds: the one that holds the call must be over.
until [ "$(date +%s)" != "$begun" ]; do :; done
sh -c "$deliver"
# The digest is there when its time shows.
until [ "$(aws cloudtrail get-trail-status --name "$name" --query LatestDigestDeliveryTime --output text)" != None ]; do :; done

validate() { aws cloudtrail validate-logs --trail-arn "$arn" --start-time "$start" --verbose; }

validate > "$work/valid" || fail "$(cat "$work/valid")"
grep -q '1/1 digest files valid' "$work/valid" || fail "$(cat "$work/valid")"
log=$(sed -n "s|^Log file.s3://$bucket/\(.*\).valid$|\1|p" "$work/valid")
[ -n "$log" ] || fail "$(cat "$work/valid")"
aws s3 cp --quiet "s3://$bucket/$log" "$work/log.gz"
gzip -dc "$work/log.gz" | sed 's/StartLogging/StopsLogging/' | gzip > "$work/changed.gz"
aws s3 cp --quiet "$work/changed.gz" "s3://$bucket/$log"
# It ends with 1 when a file is invalid.
if validate > "$work/invalid" 2>&1; then fail "$(cat "$work/invalid")"; fi
grep -q 'INVALID: hash value doesn.t match' "$work/invalid" || fail "$(cat "$work/invalid")"
echo "valid as delivered, invalid when changed"

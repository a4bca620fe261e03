#!/bin/sh
# Lets `aws cloudtrail validate-logs` check what the sandbox delivered: valid as it is, invalid with one byte changed.
#
#     AWS_ENDPOINT_URL=… AWS_DEFAULT_REGION=eu-central-1 AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… ./validate.sh DELIVER
#
# The keys are the sample administrator's. DELIVER is a command that lets the sandbox deliver, such as `echo > FIFO` where FIFO is
# the standard input of the example program.
set -eu

deliver=$1
bucket=example-prod-audit-logs
name=validated-$(date +%s)
start=$(date -u +%Y-%m-%dT%H:%M:%SZ)
work=$(mktemp -d)
trap 'aws cloudtrail delete-trail --name "$name"; rm -r "$work"' EXIT

arn=$(aws cloudtrail create-trail --name "$name" --s3-bucket-name $bucket --enable-log-file-validation --query TrailARN --output text)
aws cloudtrail start-logging --name "$name"
sleep 1
sh -c "$deliver"
# The digest is there when its time shows.
until [ "$(aws cloudtrail get-trail-status --name "$name" --query LatestDigestDeliveryTime --output text)" != None ]; do sleep 1; done

validate() { aws cloudtrail validate-logs --trail-arn "$arn" --start-time "$start" --verbose; }

validate > "$work/valid"
grep -q '1/1 digest files valid' "$work/valid"
log=$(sed -n "s|^Log file.s3://$bucket/\(.*\).valid$|\1|p" "$work/valid")
aws s3 cp --quiet "s3://$bucket/$log" "$work/log.gz"
gzip -dc "$work/log.gz" | sed 's/StartLogging/StopsLogging/' | gzip > "$work/changed.gz"
aws s3 cp --quiet "$work/changed.gz" "s3://$bucket/$log"
# It ends with 1 when a file is invalid.
validate > "$work/invalid" 2>&1 || true
grep -q 'INVALID: hash value doesn.t match' "$work/invalid"
echo "valid as delivered, invalid when changed"

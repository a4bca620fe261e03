#!/usr/bin/env python3
"""Calls the sandbox with AWS's own client and holds every answer against the model that comes with it.

    AWS_ENDPOINT_URL=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… python3 clients.py

needs boto3 and the keys of the sample administrator. Ends with 1 when an answer does not fit.
"""

import datetime
import json
import sys

import boto3
from botocore.exceptions import ClientError

REGION = "eu-central-1"
wrong = []
checked = 0


def fits(shape, value, path):
    """Says where a value is not of its shape: unknown members, wrong types, missing required members, unknown enum values."""
    kind = shape.type_name
    if value is None:
        return
    if kind == "structure":
        if not isinstance(value, dict):
            return wrong.append(f"{path}: no structure")
        names = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name in shape.required_members:
            if name not in value:
                wrong.append(f"{path}.{name}: missing")
        for name, inner in value.items():
            if name not in names:
                wrong.append(f"{path}.{name}: not in the model")
            else:
                fits(names[name], inner, f"{path}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            return wrong.append(f"{path}: no list")
        for index, inner in enumerate(value):
            fits(shape.member, inner, f"{path}[{index}]")
    elif kind in ("string", "blob"):
        if not isinstance(value, str):
            wrong.append(f"{path}: no text")
        elif getattr(shape, "enum", None) and value not in shape.enum:
            wrong.append(f"{path}: {value} is no value of the enum")
    elif kind == "boolean":
        if not isinstance(value, bool):
            wrong.append(f"{path}: no boolean")
    elif kind in ("integer", "long", "double", "float", "timestamp"):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            wrong.append(f"{path}: no number")


def client(service, **more):
    made = boto3.client(service, region_name=more.pop("region_name", REGION), **more)

    def check(http_response, parsed, model, **_):
        global checked
        checked += 1
        if model.service_model.protocol in ("json", "rest-json") and http_response.status_code == 200:
            fits(model.output_shape, json.loads(http_response.content or b"{}"), model.name) if model.output_shape else None
        elif http_response.status_code >= 400:
            code = parsed["Error"]["Code"]
            known = {shape.error_code for shape in model.error_shapes} | {shape.name for shape in model.error_shapes}
            common = {"AccessDeniedException", "AccessDenied", "ValidationError", "ThrottlingException"}
            if code not in known | common:
                wrong.append(f"{model.name}: the error {code} is not in the model")

    made.meta.events.register("after-call", check)
    return made


def refused(call, code):
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] != code:
            wrong.append(f"{code} expected, {error}")
        return
    wrong.append(f"{code} expected, and the call went well")


def main():
    sts, trail = client("sts"), client("cloudtrail")
    identity = sts.get_caller_identity()
    assert identity["Account"] == "111122223333", identity

    pages = trail.get_paginator("lookup_events").paginate(PaginationConfig={"PageSize": 50, "MaxItems": 500})
    events = [event for page in pages for event in page["Events"]]
    assert len({event["EventId"] for event in events}) == len(events) == 500, len(events)
    times = [event["EventTime"] for event in events]
    assert times == sorted(times, reverse=True), "not newest first"
    for key, value in (("EventName", events[7]["EventName"]), ("ReadOnly", "false"), ("Username", "auditor")):
        found = trail.lookup_events(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])
        for event in found["Events"]:
            assert event[{"EventName": "EventName", "ReadOnly": "ReadOnly", "Username": "Username"}[key]] == value
    end = datetime.datetime.now(datetime.timezone.utc)
    trail.lookup_events(StartTime=end - datetime.timedelta(days=2), EndTime=end, EventCategory="insight")
    refused(lambda: trail.lookup_events(StartTime=end, EndTime=end - datetime.timedelta(1)), "InvalidTimeRangeException")
    refused(lambda: trail.lookup_events(NextToken="x"), "InvalidNextTokenException")

    bucket, name = "example-prod-audit-logs", "from-boto3"
    made = trail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True,
                              TagsList=[{"Key": "a", "Value": "b"}])
    arn = made["TrailARN"]
    refused(lambda: trail.create_trail(Name=name, S3BucketName=bucket), "TrailAlreadyExistsException")
    refused(lambda: trail.create_trail(Name="another", S3BucketName="not-there"), "S3BucketDoesNotExistException")
    refused(lambda: trail.create_trail(Name="another", S3BucketName=bucket, KmsKeyId="arn:aws:kms:us-east-1:111122223333:alias/logs"),
            "KmsKeyNotFoundException")
    trail.start_logging(Name=name)
    trail.get_trail_status(Name=arn)
    trail.stop_logging(Name=arn)
    trail.update_trail(Name=name, S3KeyPrefix="p", IsMultiRegionTrail=False)
    trail.get_trail(Name=name)
    trail.describe_trails()
    list(trail.get_paginator("list_trails").paginate())
    trail.put_event_selectors(TrailName=name, EventSelectors=[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True,
                              "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}])
    trail.get_event_selectors(TrailName=name)
    trail.put_event_selectors(TrailName=name, AdvancedEventSelectors=[{"Name": "n", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]}]}])
    trail.get_event_selectors(TrailName=name)
    refused(lambda: trail.put_event_selectors(TrailName=name, AdvancedEventSelectors=[{"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "eventName", "Equals": ["RunInstances"]}]}]),
        "InvalidEventSelectorsException")
    refused(lambda: trail.get_insight_selectors(TrailName=name), "InsightNotEnabledException")
    trail.put_insight_selectors(TrailName=name, InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
    trail.get_insight_selectors(TrailName=name)
    trail.add_tags(ResourceId=arn, TagsList=[{"Key": "c"}])
    trail.remove_tags(ResourceId=arn, TagsList=[{"Key": "a"}])
    for kind, code in (("eventdatastore", "EventDataStoreNotFoundException"), ("channel", "ChannelNotFoundException"),
                       ("dashboard", "ResourceNotFoundException")):
        other = arn.replace(f"trail/{name}", f"{kind}/x")
        refused(lambda other=other: trail.add_tags(ResourceId=other, TagsList=[{"Key": "c"}]), code)
    elsewhere = client("cloudtrail", region_name="us-west-2").describe_trails(trailNameList=[arn])["trailList"]
    assert [found["HomeRegion"] for found in elsewhere] == [REGION], elsewhere
    list(trail.get_paginator("list_tags").paginate(ResourceIdList=[arn]))
    list(trail.get_paginator("list_public_keys").paginate())
    trail.delete_trail(Name=name)
    refused(lambda: trail.get_trail(Name=name), "TrailNotFoundException")
    refused(lambda: trail.start_query(QueryStatement="SELECT 1"), "UnsupportedOperationException")

    issued = sts.assume_role(RoleArn="arn:aws:iam::777788889999:role/Auditor", RoleSessionName="boto3")["Credentials"]
    keys = {"aws_access_key_id": issued["AccessKeyId"], "aws_secret_access_key": issued["SecretAccessKey"],
            "aws_session_token": issued["SessionToken"]}
    assert client("sts", **keys).get_caller_identity()["Account"] == "777788889999"
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudtrail:DescribeTrails", "Resource": "*"}]}
    lesser = sts.assume_role(RoleArn="arn:aws:iam::777788889999:role/Auditor", RoleSessionName="lesser", Policy=json.dumps(policy))
    lesser = {"aws_access_key_id": lesser["Credentials"]["AccessKeyId"],
              "aws_secret_access_key": lesser["Credentials"]["SecretAccessKey"],
              "aws_session_token": lesser["Credentials"]["SessionToken"]}
    client("cloudtrail", **lesser).describe_trails()
    refused(lambda: client("cloudtrail", **lesser).lookup_events(), "AccessDeniedException")
    organizations = client("organizations", region_name="us-east-1", **keys)
    organizations.describe_organization()
    accounts = list(organizations.get_paginator("list_accounts").paginate())
    assert len(accounts[0]["Accounts"]) == 3
    sts.get_session_token(DurationSeconds=900)
    refused(lambda: sts.assume_role(RoleArn="arn:aws:iam::777788889999:role/None", RoleSessionName="boto3"), "AccessDenied")

    oidc, sso = client("sso-oidc"), client("sso")
    registered = oidc.register_client(clientName="boto3", clientType="public", scopes=["sso:account:access"])
    own = {"clientId": registered["clientId"], "clientSecret": registered["clientSecret"]}
    device = oidc.start_device_authorization(startUrl="https://waymark-sandbox.awsapps.com/start", **own)
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    wait = lambda: oidc.create_token(grantType=grant, deviceCode=device["deviceCode"], **own)
    refused(wait, "AuthorizationPendingException")
    approve(device)
    token = wait()["accessToken"]
    account = sso.list_accounts(accessToken=token)["accountList"][0]["accountId"]
    role = sso.list_account_roles(accessToken=token, accountId=account)["roleList"][0]["roleName"]
    sso.get_role_credentials(accessToken=token, accountId=account, roleName=role)
    refused(lambda: sso.get_role_credentials(accessToken="x", accountId=account, roleName=role), "UnauthorizedException")
    sso.logout(accessToken=token)

    print("\n".join(wrong) if wrong else f"{checked} answers fit")
    return bool(wrong)


def approve(device):
    """Sends the form of the page, as a person would."""
    import urllib.parse
    import urllib.request

    fields = {"user_code": device["userCode"], "person": "ana.lima@example.com", "action": "approve"}
    urllib.request.urlopen(device["verificationUri"], urllib.parse.urlencode(fields).encode())


if __name__ == "__main__":
    sys.exit(main())

//! S3: bucket calls are management events, object calls are data events.

use crate::dice::Dice;
use crate::event::Call;
use crate::json::{NULL, Raw, json};
use crate::world::Place;

fn transfer(dice: &mut Dice, sent: u32, received: u32, encrypted: bool) -> Raw {
    let id2 = dice.base64(76);
    if encrypted {
        json!({
            "SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256", "bytesTransferredIn": received,
            "SSEApplied": "Default_SSE_KMS", "AuthenticationMethod": "AuthHeader", "x-amz-id-2": id2,
            "bytesTransferredOut": sent
        })
    } else {
        json!({
            "SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256", "bytesTransferredIn": received,
            "AuthenticationMethod": "AuthHeader", "x-amz-id-2": id2, "bytesTransferredOut": sent
        })
    }
}

fn host(place: &Place, bucket: &str) -> String {
    format!("{bucket}.s3.{}.amazonaws.com", place.region)
}

fn bucket_read(dice: &mut Dice, place: &Place, name: &'static str, bucket: &str, request: Raw) -> Call {
    let extra_bytes = dice.between(120, 900);
    Call::read("s3", name, request)
        .with(transfer(dice, extra_bytes, 0, false))
        .on(place.account, "AWS::S3::Bucket", &format!("arn:aws:s3:::{bucket}"))
        .host(host(place, bucket))
        .id(dice.upper(16))
}

/// GetBucketAcl, which CloudTrail asks before every delivery.
pub fn get_bucket_acl(dice: &mut Dice, place: &Place, bucket: &str) -> Call {
    let request = json!({"bucketName": bucket, "Host": (host(place, bucket)), "acl": ""});
    bucket_read(dice, place, "GetBucketAcl", bucket, request)
}

/// ListBuckets.
pub fn list_buckets(dice: &mut Dice, place: &Place) -> Call {
    let bytes = dice.between(900, 4200);
    Call::read("s3", "ListBuckets", json!({"Host": (format!("s3.{}.amazonaws.com", place.region))}))
        .with(transfer(dice, bytes, 0, false))
        .host(format!("s3.{}.amazonaws.com", place.region))
        .id(dice.upper(16))
}

/// The calls behind the console's page of a bucket.
pub fn bucket_page(dice: &mut Dice, place: &Place) -> Vec<Call> {
    let bucket = dice.pick(&place.buckets);
    let at = host(place, bucket);
    let mut calls = vec![list_buckets(dice, place)];
    for (name, key) in [
        ("GetBucketLocation", "location"),
        ("GetBucketVersioning", "versioning"),
        ("GetBucketEncryption", "encryption"),
        ("GetBucketPublicAccessBlock", "publicAccessBlock"),
        ("GetBucketPolicyStatus", "policyStatus"),
        ("GetBucketTagging", "tagging"),
        ("GetBucketLogging", "logging"),
        ("GetBucketLifecycle", "lifecycle"),
    ] {
        // The sub-resource is a parameter without a value: `"encryption": ""`.
        let mut request = json!({"bucketName": bucket, "Host": (at)});
        request.0.pop();
        request.0.push_str(&format!(",\"{key}\":\"\"}}"));
        calls.push(bucket_read(dice, place, name, bucket, request));
    }
    calls
}

/// CreateBucket.
pub fn create_bucket(dice: &mut Dice, place: &Place, bucket: &str) -> Call {
    let request = json!({
        "CreateBucketConfiguration": {"LocationConstraint": (place.region), "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/"},
        "bucketName": bucket,
        "Host": (format!("s3.{}.amazonaws.com", place.region)),
        "x-amz-object-ownership": "BucketOwnerEnforced"
    });
    Call::write("s3", "CreateBucket", request, NULL)
        .with(transfer(dice, 0, 177, false))
        .on(place.account, "AWS::S3::Bucket", &format!("arn:aws:s3:::{bucket}"))
        .host(format!("s3.{}.amazonaws.com", place.region))
        .id(dice.upper(16))
}

/// PutBucketPublicAccessBlock with everything blocked.
pub fn block_public_access(dice: &mut Dice, place: &Place, bucket: &str) -> Call {
    let request = json!({
        "publicAccessBlock": "",
        "bucketName": bucket,
        "PublicAccessBlockConfiguration": {
            "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", "RestrictPublicBuckets": true,
            "BlockPublicPolicy": true, "BlockPublicAcls": true, "IgnorePublicAcls": true
        },
        "Host": (host(place, bucket))
    });
    Call::write("s3", "PutBucketPublicAccessBlock", request, NULL)
        .with(transfer(dice, 0, 352, false))
        .on(place.account, "AWS::S3::Bucket", &format!("arn:aws:s3:::{bucket}"))
        .host(host(place, bucket))
        .id(dice.upper(16))
}

/// A key in a bucket, by what the bucket is for.
pub fn object_key(dice: &mut Dice, bucket: &str) -> String {
    let (year, month, day) = (2026, dice.between(1, 12), dice.between(1, 28));
    if bucket.contains("statements") {
        format!("merchants/{:05}/{year}-{month:02}/statement-{}.pdf", dice.between(1, 40_000), dice.hex(8))
    } else if bucket.contains("artifacts") {
        format!("builds/{}/{}.zip", dice.hex(12), dice.pick(&["payments-api", "ledger", "checkout"]))
    } else if bucket.contains("receipts") {
        format!("{year}/{month:02}/{day:02}/{}.json", dice.uuid())
    } else {
        format!("exports/{year}-{month:02}-{day:02}/part-{:05}.parquet", dice.between(0, 400))
    }
}

fn object_call(dice: &mut Dice, place: &Place, call: Call, bucket: &str, key: &str) -> Call {
    call.on("", "AWS::S3::Object", &format!("arn:aws:s3:::{bucket}/{key}"))
        .on(place.account, "AWS::S3::Bucket", &format!("arn:aws:s3:::{bucket}"))
        .host(host(place, bucket))
        .id(dice.upper(16))
        .data()
}

/// GetObject.
pub fn get_object(dice: &mut Dice, place: &Place, bucket: &str, key: &str) -> Call {
    let bytes = dice.between(2_000, 900_000);
    let request = json!({"bucketName": bucket, "Host": (host(place, bucket)), "key": key});
    let call = Call::read("s3", "GetObject", request).with(transfer(dice, bytes, 0, true));
    object_call(dice, place, call, bucket, key)
}

/// HeadObject.
pub fn head_object(dice: &mut Dice, place: &Place, bucket: &str, key: &str) -> Call {
    let request = json!({"bucketName": bucket, "Host": (host(place, bucket)), "key": key});
    let call = Call::read("s3", "HeadObject", request).with(transfer(dice, 0, 0, false));
    object_call(dice, place, call, bucket, key)
}

/// PutObject.
pub fn put_object(dice: &mut Dice, place: &Place, bucket: &str, key: &str) -> Call {
    let bytes = dice.between(2_000, 400_000);
    let kms = dice.pick(&place.keys);
    let request = json!({
        "bucketName": bucket, "Host": (host(place, bucket)), "x-amz-storage-class": "STANDARD", "key": key
    });
    let response = json!({
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": (place.arn("kms", &format!("key/{}", kms.id))),
        "x-amz-server-side-encryption-bucket-key-enabled": "true"
    });
    let call = Call::write("s3", "PutObject", request, response).with(transfer(dice, 0, bytes, true));
    object_call(dice, place, call, bucket, key)
}

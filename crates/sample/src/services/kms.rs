//! KMS: most of it is noise from other services.

use crate::dice::Dice;
use crate::event::Call;
use crate::json::{NULL, Raw, json};
use crate::world::Place;

/// ARN and key material of one of the Region's keys.
fn key<'a>(dice: &mut Dice, place: &'a Place) -> (String, &'a str) {
    let key = dice.pick(&place.keys);
    (place.arn("kms", &format!("key/{}", key.id)), &key.material)
}

/// Decrypt with an encryption context.
pub fn decrypt(dice: &mut Dice, place: &Place, context: Raw) -> Call {
    let (arn, material) = key(dice, place);
    let request = json!({
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT", "keyId": (arn), "encryptionContext": context
    });
    Call::read("kms", "Decrypt", request)
        .on(place.account, "AWS::KMS::Key", &arn)
        .with(json!({"keyMaterialId": material}))
}

/// GenerateDataKey with an encryption context.
pub fn generate_data_key(dice: &mut Dice, place: &Place, context: Raw) -> Call {
    let (arn, material) = key(dice, place);
    let request = json!({"keyId": (arn), "keySpec": "AES_256", "encryptionContext": context});
    Call::read("kms", "GenerateDataKey", request)
        .on(place.account, "AWS::KMS::Key", &arn)
        .with(json!({"keyMaterialId": material}))
}

/// The encryption context S3 uses for an object.
pub fn object_context(bucket: &str, key: &str) -> Raw {
    json!({"aws:s3:arn": (format!("arn:aws:s3:::{bucket}/{key}"))})
}

/// The encryption context of a secret.
pub fn secret_context(dice: &mut Dice, secret: &str) -> Raw {
    json!({"SecretARN": secret, "SecretVersionId": (dice.uuid())})
}

/// The calls behind the console's list of keys.
pub fn keys_page(dice: &mut Dice, place: &Place) -> Vec<Call> {
    let mut calls = vec![
        Call::read("kms", "ListKeys", json!({"limit": 1000})),
        Call::read("kms", "ListAliases", json!({"limit": 100})),
    ];
    for _ in 0..3 {
        let (arn, _) = key(dice, place);
        calls.push(Call::read("kms", "DescribeKey", json!({"keyId": (arn)})).on(
            place.account,
            "AWS::KMS::Key",
            &arn,
        ));
    }
    calls
}

/// The yearly rotation, reported by the service.
pub fn rotate(dice: &mut Dice, place: &Place) -> Call {
    let key = dice.pick(&place.keys);
    let arn = place.arn("kms", &format!("key/{}", key.id));
    let mut call = Call::write("kms", "RotateKey", NULL, NULL).on(place.account, "AWS::KMS::Key", &arn);
    call.kind = crate::event::Kind::ServiceEvent;
    call.details = json!({"keyId": (key.id), "rotationType": "AUTOMATIC", "keyOrigin": "AWS_KMS"});
    call
}

//! KMS: most of it is noise from other services.

use crate::dice::Dice;
use crate::event::Call;
use crate::json::{NULL, Raw, json};
use crate::world::Place;

fn key_arn(dice: &mut Dice, place: &Place) -> String {
    let key = dice.pick(&place.keys);
    place.arn("kms", &format!("key/{key}"))
}

/// Decrypt with an encryption context.
pub fn decrypt(dice: &mut Dice, place: &Place, context: Raw) -> Call {
    let arn = key_arn(dice, place);
    let request = json!({
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT", "keyId": (arn), "encryptionContext": context
    });
    Call::read("kms", "Decrypt", request)
        .on(place.account, "AWS::KMS::Key", &arn)
        .with(json!({"keyMaterialId": (dice.hex(64))}))
}

/// GenerateDataKey with an encryption context.
pub fn generate_data_key(dice: &mut Dice, place: &Place, context: Raw) -> Call {
    let arn = key_arn(dice, place);
    let request = json!({"keyId": (arn), "keySpec": "AES_256", "encryptionContext": context});
    Call::read("kms", "GenerateDataKey", request)
        .on(place.account, "AWS::KMS::Key", &arn)
        .with(json!({"keyMaterialId": (dice.hex(64))}))
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
        let arn = key_arn(dice, place);
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
    let key = dice.pick(&place.keys).clone();
    let arn = place.arn("kms", &format!("key/{key}"));
    let mut call = Call::write("kms", "RotateKey", NULL, NULL).on(place.account, "AWS::KMS::Key", &arn);
    call.kind = crate::event::Kind::ServiceEvent;
    call.details = json!({"keyId": key, "rotationType": "AUTOMATIC", "keyOrigin": "AWS_KMS"});
    call
}

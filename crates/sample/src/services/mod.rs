//! What calls look like: request parameters, responses and resources of each API, one file per service.

pub mod app;
pub mod audit;
pub mod deploy;
pub mod ec2;
pub mod ec2_writes;
pub mod iam;
pub mod kms;
pub mod operations;
pub mod s3;
pub mod sts;

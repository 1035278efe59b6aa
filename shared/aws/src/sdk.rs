//! The SDK's clients under one name each, so that the benchmark can make what a function makes and use
//! nothing of it. No other crate imports the SDK, and nothing but a measurement should need this.

pub use aws_sdk_cloudwatchlogs::Client as Logs;
pub use aws_sdk_dynamodb::Client as DynamoDb;
pub use aws_sdk_ec2::Client as Ec2;
pub use aws_sdk_iam::Client as Iam;
pub use aws_sdk_sns::Client as Sns;
pub use aws_sdk_ssm::Client as Ssm;

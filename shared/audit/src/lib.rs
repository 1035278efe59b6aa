//! The account audit: what resources must be like, checked over an inventory.
//!
//! Nothing here talks to AWS, reads a clock or looks at the environment: an inventory comes in as resources
//! ([`Resource`]), the time as an argument, findings go out. What checks look at is collected to one table
//! ([`shapes::SHAPES`]). A fact that is missing or failed is never a pass: [`Status::NotAssessed`].
//!
//! A check that needs one resource looks while the inventory streams by; those that look at several wait for its end,
//! and only the types that they need are kept.

#![allow(clippy::redundant_closure_for_method_calls, reason = "a check's look is a closure of one kind everywhere")]

mod acm;
mod alarms;
mod apigateway;
mod apigatewayv2;
mod appsync;
mod athena;
mod autoscaling;
mod backup;
pub mod baseline;
mod beanstalk;
mod check;
mod cloudformation;
mod cloudfront;
mod clusters;
mod codebuild;
mod cognito;
mod database;
mod dax;
mod defense;
mod dms;
mod dynamodb;
mod ec2;
mod ecr;
mod ecs;
mod efs;
mod eks;
mod elasticache;
mod elb;
mod elbv2;
mod emr;
mod events;
mod exposure;
mod finding;
mod firehose;
mod firewall;
mod fixes;
mod frameworks;
mod fsx;
mod glacier;
mod glue;
mod iam;
pub mod import;
mod index;
mod kafka;
mod kinesis;
mod kms;
mod lambda;
mod logs;
mod mq;
mod mutes;
mod opensearch;
mod patches;
mod pca;
pub mod posture;
mod rds;
mod redshift;
mod resource;
mod route53;
mod run;
mod s3;
mod sagemaker;
pub mod secrets;
mod secretsmanager;
pub mod shapes;
mod sns;
mod sqs;
mod ssm;
pub mod states;
mod stepfunctions;
mod trails;
mod transfer;
mod verdict;
mod view;
mod waf;
mod workspaces;

pub use check::{Check, Look};
pub use ec2::{Group, Reached, groups};
pub use finding::AuditFinding;
pub use fixes::fixes;
pub use frameworks::{Control, Framework, FrameworkError};
pub use iam::{Person, SignIn, people};
pub use index::Index;
pub use mutes::{Mute, MuteError};
pub use patches::{Machine, machines};
pub use resource::{LineError, Resource, VERSION};
pub use run::Audit;
pub use verdict::{Answer, Status, Unknown, Verdict};
pub use view::View;

/// The checks by group, in the catalogue's order.
static GROUPS: &[&[Check]] = &[
    acm::CHECKS,
    alarms::CHECKS,
    apigateway::CHECKS,
    apigatewayv2::CHECKS,
    appsync::CHECKS,
    athena::CHECKS,
    autoscaling::CHECKS,
    backup::CHECKS,
    beanstalk::CHECKS,
    cloudformation::CHECKS,
    cloudfront::CHECKS,
    clusters::CHECKS,
    codebuild::CHECKS,
    cognito::CHECKS,
    dax::CHECKS,
    defense::CHECKS,
    dms::CHECKS,
    dynamodb::CHECKS,
    ecr::CHECKS,
    ecs::CHECKS,
    efs::CHECKS,
    eks::CHECKS,
    elasticache::CHECKS,
    elb::CHECKS,
    elbv2::CHECKS,
    emr::CHECKS,
    events::CHECKS,
    firehose::CHECKS,
    firewall::CHECKS,
    fsx::CHECKS,
    glacier::CHECKS,
    glue::CHECKS,
    kafka::CHECKS,
    kinesis::CHECKS,
    kms::CHECKS,
    lambda::CHECKS,
    logs::CHECKS,
    mq::CHECKS,
    opensearch::CHECKS,
    pca::CHECKS,
    rds::INSTANCES,
    rds::CLUSTERS,
    rds::SNAPSHOTS,
    rds::EVENTS,
    redshift::CHECKS,
    route53::CHECKS,
    sagemaker::CHECKS,
    secretsmanager::CHECKS,
    sns::CHECKS,
    sqs::CHECKS,
    ssm::CHECKS,
    stepfunctions::CHECKS,
    trails::CHECKS,
    transfer::CHECKS,
    waf::CHECKS,
    workspaces::CHECKS,
    ec2::ACCOUNT,
    ec2::ACLS,
    ec2::DISKS,
    ec2::EDGES,
    ec2::GROUPS,
    ec2::INSTANCES,
    ec2::REACH,
    ec2::TEMPLATES,
    ec2::VPCS,
    iam::ACCOUNT,
    iam::POLICIES,
    iam::ROLES,
    iam::USERS,
    s3::ACCESS,
    s3::KEEP,
    s3::PUBLIC,
];

/// Every check.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    GROUPS.iter().flat_map(|group| group.iter())
}

/// The check of an id.
#[must_use]
pub fn check_of(id: &str) -> Option<&'static Check> {
    checks().find(|check| check.id == id)
}

#[cfg(test)]
mod tests;

//! The calls that the catalogue's actions make, through the SDK's own clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_ec2::operation::RequestId as _;
use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, ResourceType, RuleAction, Tag, TagSpecification};
use aws_sdk_iam::types::StatusType;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use serde_json::{Value, json};

use super::{Answer, Api, Boxed, Call};
use crate::clients::Regional;
use crate::fault::Fault;

/// EC2 and IAM through their SDK crates.
#[derive(Debug)]
pub struct SdkApi {
    pub(crate) ec2: Regional<aws_sdk_ec2::Client>,
    pub(crate) iam: Regional<aws_sdk_iam::Client>,
}

impl SdkApi {
    /// With clients of this configuration.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            ec2: Regional::new(config, aws_sdk_ec2::Client::new),
            iam: Regional::new(config, aws_sdk_iam::Client::new),
        }
    }
}

/// Counts the attempts of a call.
#[derive(Debug, Clone, Default)]
struct Attempts(Arc<AtomicUsize>);

impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "Attempts"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Sends a built request, marked, and returns its answer.
macro_rules! send {
    ($call:expr, $attempts:expr, $sdk:ident, $request:expr) => {{
        let mark = $call.mark.as_deref().and_then(|mark| AppName::new(mark.to_owned()).ok());
        let mut config = $sdk::config::Builder::default();
        config.set_app_name(mark);
        let request = $request.customize().config_override(config).interceptor($attempts.clone());
        request.send().await.map_err(Fault::of($call.name()))
    }};
}

impl Api for SdkApi {
    fn send<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Answer, Fault>> {
        Box::pin(async move {
            let attempts = Attempts::default();
            let answer = match call.service.as_str() {
                "ec2" => self.ec2(call, &attempts).await,
                "iam" => self.iam(call, &attempts).await,
                _ => Err(unknown(call)),
            };
            answer.map_err(|fault| Fault { repeated: attempts.0.load(Ordering::Relaxed) > 1, ..fault })
        })
    }
}

impl SdkApi {
    async fn ec2(&self, call: &Call, attempts: &Attempts) -> Result<Answer, Fault> {
        let (ec2, given) = (self.ec2.of(&call.region), &call.parameters);
        let mut body = json!({});
        let id = match call.operation.as_str() {
            "RevokeSecurityGroupIngress" => {
                let request = ec2
                    .revoke_security_group_ingress()
                    .set_group_id(text(given, "GroupId"))
                    .set_ip_permissions(permissions(given))
                    .set_security_group_rule_ids(texts(given, "SecurityGroupRuleIds"));
                let answer = send!(call, attempts, aws_sdk_ec2, request)?;
                let unknown = answer.unknown_ip_permissions().iter().map(described).collect::<Vec<_>>();
                body = json!({ "UnknownIpPermissions": unknown });
                answer.request_id().map(str::to_owned)
            }
            "AuthorizeSecurityGroupIngress" => {
                let request = ec2
                    .authorize_security_group_ingress()
                    .set_group_id(text(given, "GroupId"))
                    .set_ip_permissions(permissions(given))
                    .set_tag_specifications(tag_specifications(given));
                send!(call, attempts, aws_sdk_ec2, request)?.request_id().map(str::to_owned)
            }
            "CreateNetworkAclEntry" => {
                let request = ec2
                    .create_network_acl_entry()
                    .set_network_acl_id(text(given, "NetworkAclId"))
                    .set_rule_number(number(given, "RuleNumber"))
                    .set_protocol(text(given, "Protocol"))
                    .set_rule_action(text(given, "RuleAction").as_deref().map(RuleAction::from))
                    .set_egress(given.get("Egress").and_then(Value::as_bool))
                    .set_cidr_block(text(given, "CidrBlock"))
                    .set_ipv6_cidr_block(text(given, "Ipv6CidrBlock"));
                send!(call, attempts, aws_sdk_ec2, request)?.request_id().map(str::to_owned)
            }
            "DeleteNetworkAclEntry" => {
                let request = ec2
                    .delete_network_acl_entry()
                    .set_network_acl_id(text(given, "NetworkAclId"))
                    .set_rule_number(number(given, "RuleNumber"))
                    .set_egress(given.get("Egress").and_then(Value::as_bool));
                send!(call, attempts, aws_sdk_ec2, request)?.request_id().map(str::to_owned)
            }
            _ => return Err(unknown(call)),
        };
        Ok(Answer { request_id: id.unwrap_or_default(), body })
    }

    async fn iam(&self, call: &Call, attempts: &Attempts) -> Result<Answer, Fault> {
        let (iam, given) = (self.iam.of(&call.region), &call.parameters);
        let of = |name: &str| text(given, name);
        macro_rules! made {
            ($request:expr) => {
                send!(call, attempts, aws_sdk_iam, $request)?.request_id().map(str::to_owned)
            };
        }
        macro_rules! attached {
            ($operation:ident, $set:ident, $name:literal) => {
                made!(iam.$operation().$set(of($name)).set_policy_arn(of("PolicyArn")))
            };
        }
        macro_rules! inline {
            ($operation:ident, $set:ident, $name:literal) => {
                iam.$operation().$set(of($name)).set_policy_name(of("PolicyName"))
            };
        }
        macro_rules! put {
            ($operation:ident, $set:ident, $name:literal) => {
                made!(inline!($operation, $set, $name).set_policy_document(of("PolicyDocument")))
            };
        }
        let id = match call.operation.as_str() {
            "DetachUserPolicy" => attached!(detach_user_policy, set_user_name, "UserName"),
            "DetachRolePolicy" => attached!(detach_role_policy, set_role_name, "RoleName"),
            "DetachGroupPolicy" => attached!(detach_group_policy, set_group_name, "GroupName"),
            "AttachUserPolicy" => attached!(attach_user_policy, set_user_name, "UserName"),
            "AttachRolePolicy" => attached!(attach_role_policy, set_role_name, "RoleName"),
            "AttachGroupPolicy" => attached!(attach_group_policy, set_group_name, "GroupName"),
            "DeleteUserPolicy" => made!(inline!(delete_user_policy, set_user_name, "UserName")),
            "DeleteRolePolicy" => made!(inline!(delete_role_policy, set_role_name, "RoleName")),
            "DeleteGroupPolicy" => made!(inline!(delete_group_policy, set_group_name, "GroupName")),
            "PutUserPolicy" => put!(put_user_policy, set_user_name, "UserName"),
            "PutRolePolicy" => put!(put_role_policy, set_role_name, "RoleName"),
            "PutGroupPolicy" => put!(put_group_policy, set_group_name, "GroupName"),
            "UpdateAccessKey" => made!(
                iam.update_access_key()
                    .set_user_name(of("UserName"))
                    .set_access_key_id(of("AccessKeyId"))
                    .set_status(of("Status").as_deref().map(StatusType::from))
            ),
            _ => return Err(unknown(call)),
        };
        Ok(Answer { request_id: id.unwrap_or_default(), body: json!({}) })
    }
}

fn unknown(call: &Call) -> Fault {
    Fault::refused(call.name(), "this release does not make such a call")
}

fn text(given: &Value, name: &str) -> Option<String> {
    given.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn number(given: &Value, name: &str) -> Option<i32> {
    given.get(name).and_then(Value::as_i64).and_then(|number| i32::try_from(number).ok())
}

fn list<'a>(given: &'a Value, name: &str) -> &'a [Value] {
    given.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn texts(given: &Value, name: &str) -> Option<Vec<String>> {
    let texts: Vec<_> = list(given, name).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    (!texts.is_empty()).then_some(texts)
}

fn permissions(given: &Value) -> Option<Vec<IpPermission>> {
    let permission = |given: &Value| {
        let v4 = list(given, "IpRanges").iter().map(|range| {
            IpRange::builder().set_cidr_ip(text(range, "CidrIp")).set_description(text(range, "Description")).build()
        });
        let v6 = list(given, "Ipv6Ranges").iter().map(|range| {
            let range =
                Ipv6Range::builder().set_cidr_ipv6(text(range, "CidrIpv6")).set_description(text(range, "Description"));
            range.build()
        });
        let some = |empty: bool| (!empty).then_some(());
        let (v4, v6): (Vec<_>, Vec<_>) = (v4.collect(), v6.collect());
        IpPermission::builder()
            .set_ip_protocol(text(given, "IpProtocol"))
            .set_from_port(number(given, "FromPort"))
            .set_to_port(number(given, "ToPort"))
            .set_ip_ranges(some(v4.is_empty()).map(|()| v4))
            .set_ipv6_ranges(some(v6.is_empty()).map(|()| v6))
            .build()
    };
    let permissions: Vec<_> = list(given, "IpPermissions").iter().map(permission).collect();
    (!permissions.is_empty()).then_some(permissions)
}

fn described(permission: &IpPermission) -> Value {
    let v4: Vec<_> = permission.ip_ranges().iter().map(|range| json!({ "CidrIp": range.cidr_ip() })).collect();
    let v6: Vec<_> = permission.ipv6_ranges().iter().map(|range| json!({ "CidrIpv6": range.cidr_ipv6() })).collect();
    json!({ "IpProtocol": permission.ip_protocol(), "FromPort": permission.from_port(),
            "ToPort": permission.to_port(), "IpRanges": v4, "Ipv6Ranges": v6 })
}

fn tag_specifications(given: &Value) -> Option<Vec<TagSpecification>> {
    let tag = |tag: &Value| Tag::builder().set_key(text(tag, "Key")).set_value(text(tag, "Value")).build();
    let specification = |given: &Value| {
        TagSpecification::builder()
            .set_resource_type(text(given, "ResourceType").as_deref().map(ResourceType::from))
            .set_tags(Some(list(given, "Tags").iter().map(tag).collect()))
            .build()
    };
    let specifications: Vec<_> = list(given, "TagSpecifications").iter().map(specification).collect();
    (!specifications.is_empty()).then_some(specifications)
}

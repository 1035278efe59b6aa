//! Who can reach what.

mod acl_entry;
mod api_authorizer_removed;
mod api_integration_outside_aws;
mod api_method_without_authorization;
mod api_patch;
mod api_policy_external;
mod api_policy_public;
mod api_public;
mod cloudfront_changed;
mod database_groups_swapped;
mod database_public;
mod database_security_group_changed;
mod default_vpc_created;
mod dhcp_points_to_public_dns;
mod dns_firewall_opened;
mod dns_firewall_removed;
mod dnssec_disabled;
mod endpoint_caller;
mod endpoint_policy_opened;
mod gateway_changed;
mod ingress_from_external_account;
mod internet_route_added;
mod load_balancer_groups_changed;
mod load_balancer_lets_attacks_pass;
mod load_balancer_public;
mod load_balancer_redirects_externally;
mod network_acl_changed;
mod network_acl_wide_entry;
mod network_firewall_logs_stopped;
mod network_firewall_removed;
mod network_interface_shared;
mod open_admin_port;
mod open_all_ports;
mod open_ingress;
mod open_network_acl;
mod open_service_port;
mod prefix_list_opened;
mod public_address_transferred;
mod remote_access_added;
mod route_table_changed;
mod security_group_changed;
mod security_group_changed_by_hand;
mod shield_protection_removed;
mod source_check_disabled;
mod traffic_mirroring_changed;
mod transit_gateway_accepts_all;
mod transit_gateway_changed;
mod vpc_changed;
mod vpc_endpoint_changed;
mod vpc_endpoint_denied_external_account;
mod vpc_endpoint_used_by_external_account;
mod vpc_peered_with_external_account;
mod web_acl_emptied;
mod web_acl_removed;
mod web_acl_set_holds_internet;

pub(super) use api_patch::patches;

use super::sigma::pack;
use super::{Chapter, Domain, attempt};

/// Who can reach what.
pub static NETWORK: Chapter = Chapter {
    domain: Domain::Network,
    typed: &[
        &open_network_acl::OpenNetworkAcl,
        &network_acl_wide_entry::NetworkAclWideEntry,
        &database_public::DatabasePublic,
        &prefix_list_opened::PrefixListOpened,
        &vpc_peered_with_external_account::VpcPeeredWithExternalAccount,
        &endpoint_policy_opened::EndpointPolicyOpened,
        &internet_route_added::InternetRouteAdded,
        &web_acl_emptied::WebAclEmptied,
        &security_group_changed::SECURITY_GROUP_CHANGED,
        &security_group_changed_by_hand::SECURITY_GROUP_CHANGED_BY_HAND,
        &network_acl_changed::NETWORK_ACL_CHANGED,
        &route_table_changed::ROUTE_TABLE_CHANGED,
        &vpc_changed::VPC_CHANGED,
        &gateway_changed::GATEWAY_CHANGED,
        &load_balancer_groups_changed::LOAD_BALANCER_GROUPS_CHANGED,
        &database_security_group_changed::DATABASE_SECURITY_GROUP_CHANGED,
        &database_groups_swapped::DATABASE_GROUPS_SWAPPED,
        &remote_access_added::REMOTE_ACCESS_ADDED,
        &traffic_mirroring_changed::TRAFFIC_MIRRORING_CHANGED,
        &network_firewall_removed::NETWORK_FIREWALL_REMOVED,
        &web_acl_removed::WEB_ACL_REMOVED,
        &shield_protection_removed::SHIELD_PROTECTION_REMOVED,
        &dns_firewall_removed::DNS_FIREWALL_REMOVED,
        &dns_firewall_opened::DNS_FIREWALL_OPENED,
        &dnssec_disabled::DNSSEC_DISABLED,
        &cloudfront_changed::CDN_CHANGED,
        &default_vpc_created::DEFAULT_VPC_CREATED,
        &source_check_disabled::SOURCE_CHECK_DISABLED,
        &api_authorizer_removed::API_AUTHORIZER_REMOVED,
        &load_balancer_public::PUBLIC_LOAD_BALANCER_CREATED,
        &open_admin_port::OpenAdminPort,
        &open_all_ports::OpenAllPorts,
        &open_service_port::OpenServicePort,
        &api_policy_public::ApiPolicyPublic,
        &api_policy_external::ApiPolicyExternal,
        &transit_gateway_changed::TRANSIT_GATEWAY_CHANGED,
        &transit_gateway_accepts_all::TRANSIT_GATEWAY_ACCEPTS_ALL,
        &public_address_transferred::PUBLIC_ADDRESS_TRANSFERRED,
        &vpc_endpoint_changed::VPC_ENDPOINT_CHANGED,
        &network_firewall_logs_stopped::NETWORK_FIREWALL_LOGS_STOPPED,
        &load_balancer_lets_attacks_pass::LOAD_BALANCER_LETS_ATTACKS_PASS,
        &api_public::PRIVATE_API_MADE_PUBLIC,
        &api_method_without_authorization::API_METHOD_WITHOUT_AUTHORIZATION,
        &web_acl_set_holds_internet::WEB_ACL_SET_HOLDS_INTERNET,
        &load_balancer_redirects_externally::LOAD_BALANCER_REDIRECTS_ELSEWHERE,
        &api_integration_outside_aws::API_SENDS_CALLS_ELSEWHERE,
        &dhcp_points_to_public_dns::DHCP_POINTS_TO_PUBLIC_DNS,
        &network_interface_shared::NETWORK_INTERFACE_SHARED,
        &ingress_from_external_account::INGRESS_FROM_FOREIGN_ACCOUNT,
        &vpc_endpoint_denied_external_account::VpcEndpointDeniedExternalAccount,
        &vpc_endpoint_used_by_external_account::VpcEndpointUsedByExternalAccount,
        &attempt::ON_NETWORK,
    ],
    rules: &pack::NETWORK,
};

//! Networks: which addresses a CIDR really covers, and which ingress rules an API call made.

pub mod address;
mod aws;
pub mod cidr;
pub mod ingress;
mod ports;
mod rule;

pub use aws::is_public_outside_aws;
pub use ports::{AdminPort, PortSpan, Transport, admin_ports, admin_ports_in};
pub use rule::{IngressRule, rule_name};

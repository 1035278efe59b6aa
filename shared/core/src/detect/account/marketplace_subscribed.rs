//! `marketplace-subscribed`: product of the marketplace subscribed.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const MARKETPLACE_SUBSCRIBED: Change = Change {
    meta: Meta {
        id: "marketplace-subscribed",
        title: "Product of the marketplace subscribed",
        domain: Domain::Account,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1496", "T1657"],
        events: Events::Calls(&[
            EventName { source: "agreement-marketplace.amazonaws.com", name: "AcceptAgreementRequest" },
            EventName { source: "aws-marketplace.amazonaws.com", name: "AcceptAgreementRequest" },
            EventName { source: "aws-marketplace.amazonaws.com", name: "Subscribe" },
        ]),
        prose: page(
            "\
## What it does
Fires when a product of the AWS Marketplace is subscribed to or an agreement with a seller is accepted.
Searching the catalog does not match.

## Why is this bad?
Models of other vendors, and machine images, are billed to the account by the hour. Those who sell
stolen access to models accept their terms first.

## False positives
Purchases by those who may make them. Look at who did it and for which product.

## References
- <https://attack.mitre.org/techniques/T1496/>
- <https://docs.aws.amazon.com/marketplace/latest/buyerguide/buyer-subscribing-to-products.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["agreementRequestId", "productId", "agreementProposalId"],
    when: always,
};

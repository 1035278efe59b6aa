//! `capacity-purchased`: capacity bought for months or years.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const CAPACITY_PURCHASED: Change = Change {
    meta: Meta {
        id: "capacity-purchased",
        title: "Capacity bought for months or years",
        domain: Domain::Account,
        severity: Severity::Low,
        confidence: Confidence::Medium,
        technique: &["T1496", "T1657"],
        events: Events::Calls(&[
            EventName { source: "ec2.amazonaws.com", name: "AcceptReservedInstancesExchangeQuote" },
            EventName { source: "ec2.amazonaws.com", name: "PurchaseCapacityBlock" },
            EventName { source: "ec2.amazonaws.com", name: "PurchaseCapacityBlockExtension" },
            EventName { source: "ec2.amazonaws.com", name: "PurchaseHostReservation" },
            EventName { source: "ec2.amazonaws.com", name: "PurchaseReservedInstancesOffering" },
            EventName { source: "ec2.amazonaws.com", name: "PurchaseScheduledInstances" },
            EventName { source: "rds.amazonaws.com", name: "PurchaseReservedDBInstancesOffering" },
            EventName { source: "elasticache.amazonaws.com", name: "PurchaseReservedCacheNodesOffering" },
            EventName { source: "redshift.amazonaws.com", name: "PurchaseReservedNodeOffering" },
            EventName { source: "es.amazonaws.com", name: "PurchaseReservedElasticsearchInstanceOffering" },
            EventName { source: "es.amazonaws.com", name: "PurchaseReservedInstanceOffering" },
            EventName { source: "dynamodb.amazonaws.com", name: "PurchaseReservedCapacityOfferings" },
            EventName { source: "memorydb.amazonaws.com", name: "PurchaseReservedNodesOffering" },
            EventName { source: "medialive.amazonaws.com", name: "PurchaseOffering" },
            EventName { source: "glacier.amazonaws.com", name: "PurchaseProvisionedCapacity" },
            EventName { source: "sagemaker.amazonaws.com", name: "CreateTrainingPlan" },
            EventName { source: "savingsplans.amazonaws.com", name: "CreateSavingsPlan" },
        ]),
        prose: page(
            "\
## What it does
Fires when reserved instances, nodes, hosts, capacity blocks, training plans or savings plans are bought, or
reserved instances are exchanged. Looking at the offers does not match, nor does a subscription in the
marketplace. Throughput of models is `bedrock-throughput-bought`.

## Why is this bad?
Such a purchase binds the account for months and cannot be revoked: the most expensive call that a
stolen key can make, and capacity to mine with.

## False positives
Finance, once or twice a year. Look at who did it.

## References
- <https://attack.mitre.org/techniques/T1496/>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_PurchaseReservedInstancesOffering.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &[
        "reservedInstancesOfferingId",
        "capacityBlockOfferingId",
        "offeringId",
        "reservedDBInstancesOfferingId",
        "reservedCacheNodesOfferingId",
        "reservedNodeOfferingId",
        "reservedElasticsearchInstanceOfferingId",
        "reservedInstanceOfferingId",
        "savingsPlanOfferingId",
        "reservedNodesOfferingId",
        "trainingPlanName",
        "capacityBlockExtensionOfferingId",
    ],
    when: always,
};

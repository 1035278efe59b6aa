//! SageMaker: notebooks, models and endpoints.

use riposte_core::finding::Severity::{High, Medium};

use crate::check::{Check, check};
use crate::verdict::Verdict;
use crate::view::number;

pub(crate) static CHECKS: &[Check] = &[
    check(
        "sagemaker-notebook-direct-internet",
        "A notebook reaches the internet by itself",
        High,
        "sagemaker",
        "notebook-instance",
    )
    .fsbp(&["SageMaker.1"])
    .page(
        "Direct internet access is off.",
        "Data leaves by it past every wall of the VPC.",
        "Make a new one in a VPC without direct access.",
        "None.",
    )
    .detectors(&["sagemaker-notebook-with-direct-internet"])
    .each(|v| {
        v.none_of(
            "DescribeNotebookInstance.DirectInternetAccess",
            &["Disabled"],
            "it reaches the internet by itself",
            "it does not reach the internet by itself",
        )
    }),
    check(
        "sagemaker-notebook-outside-vpc",
        "A notebook stands in no VPC of yours",
        High,
        "sagemaker",
        "notebook-instance",
    )
    .fsbp(&["SageMaker.2"])
    .page(
        "The notebook is in a subnet.",
        "No group, route or flow log is around it.",
        "Make a new one in a subnet.",
        "None.",
    )
    .each(|v| v.unset("DescribeNotebookInstance.SubnetId", "it is in no subnet", "it is in a subnet")),
    check("sagemaker-notebook-root", "A notebook's user is root", High, "sagemaker", "notebook-instance")
        .fsbp(&["SageMaker.3"])
        .page(
            "Root access is off.",
            "Who gets at it changes the machine itself.",
            "aws sagemaker update-notebook-instance --root-access Disabled.",
            "Notebooks that install system packages.",
        )
        .each(|v| {
            v.none_of("DescribeNotebookInstance.RootAccess", &["Disabled"], "its user is root", "its user is not root")
        }),
    check(
        "sagemaker-endpoint-single-instance",
        "A model is served by one machine",
        Medium,
        "sagemaker",
        "endpoint-config",
    )
    .fsbp(&["SageMaker.4"])
    .page(
        "Each variant begins with two instances.",
        "The loss of one is the loss of the service.",
        "Raise InitialInstanceCount.",
        "Endpoints for tests.",
    )
    .each(|v| {
        let one = v
            .list("DescribeEndpointConfig.ProductionVariants")?
            .iter()
            .any(|p| number(p, "InitialInstanceCount").is_some_and(|n| n < 2.0));
        Verdict::fail_if(one, "a variant begins with one instance", "each variant begins with two instances")
    }),
    check(
        "sagemaker-model-network-not-isolated",
        "A model's container reaches the network",
        Medium,
        "sagemaker",
        "model",
    )
    .fsbp(&["SageMaker.5"])
    .page(
        "Network isolation is on.",
        "A model from elsewhere calls home with what it is asked.",
        "Make the model with EnableNetworkIsolation.",
        "Models that fetch data.",
    )
    .each(|v| {
        v.off("DescribeModel.EnableNetworkIsolation", "its container reaches the network", "its network is isolated")
    }),
];

//! What runs code.

mod command_override;
mod container_command_downloads_code;
mod container_command_overridden_with_shell;
mod ecr_images_pulled_externally;
mod ecr_images_replicated_externally;
mod eks_endpoint_public;
mod external_function_used;
mod function_grant;
mod function_invoked_externally;
mod function_layer_external;
mod function_layer_shared_externally;
mod function_open_to_any_source;
mod function_public;
mod function_shared_externally;
mod instance_from_old_image;
mod instances_stopped_in_bulk;
mod instances_terminated_in_bulk;
mod launch;
mod many_instances_launched;
mod many_tasks_requested;
mod ssm_command_on_many_instances;
mod unusual_instance_launch_refused;
mod unusual_instance_launched;
mod unusual_managed_compute_requested;
mod workload_credentials_used_outside_aws;
mod workload_image_external;

use super::sigma::pack;
use super::{Chapter, Domain, attempt};

/// What runs code.
pub static COMPUTE: Chapter = Chapter {
    domain: Domain::Compute,
    typed: &[
        &unusual_instance_launched::UnusualInstanceLaunched,
        &unusual_instance_launch_refused::UnusualInstanceLaunchRefused,
        &many_instances_launched::ManyInstancesLaunched,
        &unusual_managed_compute_requested::UnusualManagedComputeRequested,
        &many_tasks_requested::ManyTasksRequested,
        &instances_terminated_in_bulk::InstancesTerminatedInBulk,
        &instance_from_old_image::InstanceFromOldImage,
        &instances_stopped_in_bulk::InstancesStoppedInBulk,
        &ssm_command_on_many_instances::SsmCommandOnManyInstances,
        &function_public::FunctionPublic,
        &function_shared_externally::FunctionSharedExternally,
        &function_open_to_any_source::FunctionOpenToAnySource,
        &function_layer_external::FunctionLayerExternal,
        &function_layer_shared_externally::FunctionLayerSharedExternally,
        &ecr_images_replicated_externally::EcrImagesReplicatedExternally,
        &ecr_images_pulled_externally::EcrImagesPulledExternally,
        &workload_image_external::WorkloadImageExternal,
        &eks_endpoint_public::EksEndpointPublic,
        &external_function_used::ExternalFunctionUsed,
        &function_invoked_externally::FunctionInvokedExternally,
        &container_command_overridden_with_shell::ContainerCommandOverriddenWithShell,
        &container_command_downloads_code::ContainerCommandDownloadsCode,
        &workload_credentials_used_outside_aws::WorkloadCredentialsUsedOutsideAws,
        &attempt::ON_COMPUTE,
    ],
    rules: &pack::COMPUTE,
};

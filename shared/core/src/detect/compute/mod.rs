//! What runs code.

mod command_override;
mod container_command_downloads_code;
mod container_command_overridden_with_shell;
mod eks_endpoint_made_public;
mod external_function_used;
mod function_grant;
mod function_invoked_externally;
mod function_layer_from_another_account;
mod function_made_public;
mod function_open_to_any_source;
mod function_opened_to_account;
mod image_from_elsewhere;
mod images_pulled_by_another_account;
mod images_replicated_to_another_account;
mod instances_stopped_in_bulk;
mod instances_terminated_in_bulk;
mod launch;
mod layer_opened_to_account;
mod many_instances_launched;
mod many_tasks_requested;
mod repository_grant;
mod repository_made_public;
mod repository_opened_to_account;
mod ssm_command_on_many_instances;
mod unusual_instance_launch_refused;
mod unusual_instance_launched;
mod unusual_managed_compute_requested;

use super::sigma::pack;
use super::{Chapter, Domain};

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
        &instances_stopped_in_bulk::InstancesStoppedInBulk,
        &ssm_command_on_many_instances::SsmCommandOnManyInstances,
        &function_made_public::FunctionMadePublic,
        &function_opened_to_account::FunctionOpenedToAccount,
        &function_open_to_any_source::FunctionOpenToAnySource,
        &function_layer_from_another_account::FunctionLayerFromAnotherAccount,
        &layer_opened_to_account::LayerOpenedToAccount,
        &repository_made_public::RepositoryMadePublic,
        &repository_opened_to_account::RepositoryOpenedToAccount,
        &images_replicated_to_another_account::ImagesReplicatedToAnotherAccount,
        &images_pulled_by_another_account::ImagesPulledByAnotherAccount,
        &image_from_elsewhere::ImageFromElsewhere,
        &eks_endpoint_made_public::EksEndpointMadePublic,
        &external_function_used::ExternalFunctionUsed,
        &function_invoked_externally::FunctionInvokedExternally,
        &container_command_overridden_with_shell::ContainerCommandOverriddenWithShell,
        &container_command_downloads_code::ContainerCommandDownloadsCode,
    ],
    rules: &pack::COMPUTE,
};

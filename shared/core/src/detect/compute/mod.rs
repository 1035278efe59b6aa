//! What runs code.

mod eks_endpoint_made_public;
mod function_grant;
mod function_layer_from_another_account;
mod function_made_public;
mod function_open_to_any_source;
mod function_opened_to_account;
mod images_replicated_to_another_account;
mod instances_terminated_in_bulk;
mod launch;
mod many_instances_launched;
mod repository_grant;
mod repository_made_public;
mod repository_opened_to_account;
mod ssm_command_on_many_instances;
mod unusual_instance_launch_refused;
mod unusual_instance_launched;

use super::sigma::pack;
use super::{Chapter, Domain};

/// What runs code.
pub static COMPUTE: Chapter = Chapter {
    domain: Domain::Compute,
    typed: &[
        &unusual_instance_launched::UnusualInstanceLaunched,
        &unusual_instance_launch_refused::UnusualInstanceLaunchRefused,
        &many_instances_launched::ManyInstancesLaunched,
        &instances_terminated_in_bulk::InstancesTerminatedInBulk,
        &ssm_command_on_many_instances::SsmCommandOnManyInstances,
        &function_made_public::FunctionMadePublic,
        &function_opened_to_account::FunctionOpenedToAccount,
        &function_open_to_any_source::FunctionOpenToAnySource,
        &function_layer_from_another_account::FunctionLayerFromAnotherAccount,
        &repository_made_public::RepositoryMadePublic,
        &repository_opened_to_account::RepositoryOpenedToAccount,
        &images_replicated_to_another_account::ImagesReplicatedToAnotherAccount,
        &eks_endpoint_made_public::EksEndpointMadePublic,
    ],
    rules: &pack::COMPUTE,
};

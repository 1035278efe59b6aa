//! What is stored, and who can read, encrypt or delete it.

mod bucket_acl_for_another;
mod bucket_acl_public;
mod bucket_lifecycle;
mod bucket_lifecycle_deletes_everything;
mod bucket_lifecycle_deletes_soon;
mod bucket_lifecycle_drops_old_versions;
mod bucket_policy_external;
mod bucket_policy_public;
mod bucket_policy_public_attempted;
mod bucket_replicated_externally;
mod copied_objects;
mod data_sent_on_externally;
mod data_shared_externally;
mod database_accepts_clear_text;
mod encrypted_with_external_key;
mod external_data_keys;
mod foreign_destination;
mod image_public;
mod image_shared_externally;
mod json;
mod kms_key_granted_externally;
mod kms_key_policy_external;
mod kms_key_policy_public;
mod object_acl_public;
mod objects_copied_externally;
mod objects_copied_onto_themselves;
pub(super) mod opened_policy;
mod policy_locks_everyone_out;
mod repository_grant;
mod repository_public;
mod repository_shared_externally;
mod resource_policy_external;
mod resource_policy_public;
mod resource_public;
mod s3_acl;
mod secret_policy_external;
mod secret_policy_public;
mod secret_replicated_externally;
mod shared_copy;
mod snapshot_public;
mod snapshot_shared_externally;
mod ssm_parameters_decrypted_in_bulk;
mod volume_copied_to_instance;

pub(crate) use bucket_lifecycle::deletes_everything;

use super::sigma::pack;
use super::{Chapter, Domain, attempt};

/// What is stored, and who can read, encrypt or delete it.
pub static DATA: Chapter = Chapter {
    domain: Domain::Data,
    typed: &[
        &bucket_acl_for_another::BucketAclForAnother,
        &bucket_acl_public::BucketAclPublic,
        &bucket_lifecycle_deletes_everything::BucketLifecycleDeletesEverything,
        &bucket_lifecycle_deletes_soon::BucketLifecycleDeletesSoon,
        &bucket_lifecycle_drops_old_versions::BucketLifecycleDropsOldVersions,
        &bucket_policy_external::BucketPolicyExternal,
        &bucket_policy_public::BucketPolicyPublic,
        &bucket_policy_public_attempted::BucketPolicyPublicAttempted,
        &bucket_replicated_externally::BucketReplicatedExternally,
        &data_sent_on_externally::DATA_SENT_ON_EXTERNALLY,
        &data_shared_externally::DataSharedExternally,
        &database_accepts_clear_text::DatabaseAcceptsClearText,
        &volume_copied_to_instance::VolumeCopiedToInstance,
        &encrypted_with_external_key::EncryptedWithExternalKey,
        &external_data_keys::ExternalDataKeys,
        &foreign_destination::BACKUP_COPIED_TO_ANOTHER_ACCOUNT,
        &foreign_destination::BUCKET_FEEDS_ANOTHER_ACCOUNT,
        &foreign_destination::EVENTS_SENT_TO_ANOTHER_ACCOUNT,
        &foreign_destination::TABLE_EXPORTED_TO_ANOTHER_ACCOUNT,
        &foreign_destination::TOPIC_SUBSCRIBED_BY_ANOTHER_ACCOUNT,
        &image_public::ImagePublic,
        &image_shared_externally::ImageSharedExternally,
        &kms_key_granted_externally::KmsKeyGrantedExternally,
        &kms_key_policy_external::KmsKeyPolicyExternal,
        &kms_key_policy_public::KmsKeyPolicyPublic,
        &object_acl_public::ObjectAclPublic,
        &objects_copied_onto_themselves::ObjectsCopiedOntoThemselves,
        &objects_copied_externally::ObjectsCopiedExternally,
        &ssm_parameters_decrypted_in_bulk::SsmParametersDecryptedInBulk,
        &policy_locks_everyone_out::PolicyLocksEveryoneOut,
        &resource_public::ResourcePublic,
        &repository_public::RepositoryPublic,
        &repository_shared_externally::RepositorySharedExternally,
        &resource_policy_external::ResourcePolicyExternal,
        &resource_policy_public::ResourcePolicyPublic,
        &secret_policy_external::SecretPolicyExternal,
        &secret_policy_public::SecretPolicyPublic,
        &secret_replicated_externally::SECRET_REPLICATED_EXTERNALLY,
        &snapshot_public::SnapshotPublic,
        &snapshot_shared_externally::SnapshotSharedExternally,
        &attempt::ON_DATA,
    ],
    rules: &pack::DATA,
};

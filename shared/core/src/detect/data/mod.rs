//! What is stored, and who can read, encrypt or delete it.

mod bucket_acl_for_another;
mod bucket_acl_public;
mod bucket_lifecycle;
mod bucket_lifecycle_deletes_everything;
mod bucket_lifecycle_deletes_soon;
mod bucket_lifecycle_drops_old_versions;
mod bucket_policy_cross_account;
mod bucket_policy_public;
mod bucket_policy_public_attempted;
mod bucket_replicated_to_another_account;
mod copied_objects;
mod data_sent_on_externally;
mod data_shared_with_another_account;
mod database_accepts_clear_text;
mod disk_copied_to_machine;
mod encrypted_with_foreign_key;
mod foreign_data_keys;
mod foreign_destination;
mod image_shared_publicly;
mod image_shared_with_account;
mod json;
mod key_granted_to_another_account;
mod key_policy_cross_account;
mod key_policy_public;
mod object_acl_public;
mod objects_copied_onto_themselves;
mod objects_copied_to_another_account;
mod opened_policy;
mod parameters_decrypted_in_bulk;
mod policy_locks_everyone_out;
mod resource_made_public;
mod resource_policy_cross_account;
mod resource_policy_public;
mod s3_acl;
mod secret_policy_cross_account;
mod secret_policy_public;
mod shared_copy;
mod snapshot_shared_publicly;
mod snapshot_shared_with_account;

use super::sigma::pack;
use super::{Chapter, Domain};

/// What is stored, and who can read, encrypt or delete it.
pub static DATA: Chapter = Chapter {
    domain: Domain::Data,
    typed: &[
        &bucket_acl_for_another::BucketAclForAnother,
        &bucket_acl_public::BucketAclPublic,
        &bucket_lifecycle_deletes_everything::BucketLifecycleDeletesEverything,
        &bucket_lifecycle_deletes_soon::BucketLifecycleDeletesSoon,
        &bucket_lifecycle_drops_old_versions::BucketLifecycleDropsOldVersions,
        &bucket_policy_cross_account::BucketPolicyCrossAccount,
        &bucket_policy_public::BucketPolicyPublic,
        &bucket_policy_public_attempted::BucketPolicyPublicAttempted,
        &bucket_replicated_to_another_account::BucketReplicatedToAnotherAccount,
        &data_sent_on_externally::DATA_SENT_ON_EXTERNALLY,
        &data_shared_with_another_account::DataSharedWithAnotherAccount,
        &database_accepts_clear_text::DatabaseAcceptsClearText,
        &disk_copied_to_machine::DiskCopiedToMachine,
        &encrypted_with_foreign_key::EncryptedWithForeignKey,
        &foreign_data_keys::ForeignDataKeys,
        &foreign_destination::BACKUP_COPIED_TO_ANOTHER_ACCOUNT,
        &foreign_destination::BUCKET_FEEDS_ANOTHER_ACCOUNT,
        &foreign_destination::EVENTS_SENT_TO_ANOTHER_ACCOUNT,
        &foreign_destination::TABLE_EXPORTED_TO_ANOTHER_ACCOUNT,
        &foreign_destination::TOPIC_SUBSCRIBED_BY_ANOTHER_ACCOUNT,
        &image_shared_publicly::ImageSharedPublicly,
        &image_shared_with_account::ImageSharedWithAccount,
        &key_granted_to_another_account::KeyGrantedToAnotherAccount,
        &key_policy_cross_account::KeyPolicyCrossAccount,
        &key_policy_public::KeyPolicyPublic,
        &object_acl_public::ObjectAclPublic,
        &objects_copied_onto_themselves::ObjectsCopiedOntoThemselves,
        &objects_copied_to_another_account::ObjectsCopiedToAnotherAccount,
        &parameters_decrypted_in_bulk::ParametersDecryptedInBulk,
        &policy_locks_everyone_out::PolicyLocksEveryoneOut,
        &resource_made_public::ResourceMadePublic,
        &resource_policy_cross_account::ResourcePolicyCrossAccount,
        &resource_policy_public::ResourcePolicyPublic,
        &secret_policy_cross_account::SecretPolicyCrossAccount,
        &secret_policy_public::SecretPolicyPublic,
        &snapshot_shared_publicly::SnapshotSharedPublicly,
        &snapshot_shared_with_account::SnapshotSharedWithAccount,
    ],
    rules: &pack::DATA,
};

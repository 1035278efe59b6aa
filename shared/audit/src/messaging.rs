//! Keys, secrets, queues, topics, streams and buses.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{Critical, High, Low, Medium};

use crate::check::{Check, check};
use crate::exposure::public;
use crate::verdict::Verdict;
use crate::view::{View, text};

pub(crate) static CHECKS: &[Check] = &[
    check("kms-key-rotation-off", "A key is never rotated", High, "kms", "key")
        .cis("3.6", "4.6", "4.6").fsbp(&["KMS.4"])
        .page("A symmetric customer key rotates by itself.", "Everything that was ever encrypted hangs on one key's material.", "aws kms enable-key-rotation.", "Keys with imported material, which can't rotate by themselves.")
        .detectors(&["rotation-disabled"])
        .each(|v| {
            let (manager, origin) = (v.text("DescribeKey.KeyMetadata.KeyManager")?, v.text("DescribeKey.KeyMetadata.Origin")?);
            let spec = v.text("DescribeKey.KeyMetadata.KeySpec")?.or(v.text("DescribeKey.KeyMetadata.CustomerMasterKeySpec")?);
            if manager != Some("CUSTOMER") || origin.is_some_and(|o| o != "AWS_KMS") || spec.is_some_and(|s| s != "SYMMETRIC_DEFAULT") || is_leaving(v)? {
                return Ok(Verdict::Skip);
            }
            v.off("GetKeyRotationStatus.KeyRotationEnabled", "it never rotates", "it rotates by itself")
        }),
    check("kms-key-pending-deletion", "A key is about to be deleted", Critical, "kms", "key")
        .fsbp(&["KMS.3"])
        .page("No customer key waits for its deletion.", "What it encrypted is lost for ever when it is gone: ransom by one call.", "aws kms cancel-key-deletion, unless it is meant.", "A key whose data is gone.")
        .detectors(&["kms-key-loss-attempted"])
        .action(ActionId::CancelKeyDeletion)
        .each(|v| if v.text("DescribeKey.KeyMetadata.KeyManager")? != Some("CUSTOMER") { Ok(Verdict::Skip) } else { Verdict::fail_if(is_leaving(v)?, "it waits for its deletion", "it does not wait for its deletion") }),
    check("kms-key-public", "Everyone may use a key", Critical, "kms", "key")
        .cis("", "", "2.21").fsbp(&["KMS.5"])
        .page("The key's policy names who may use it.", "Everyone decrypts what it encrypted, or encrypts your data away.", "Take the statement with Principal * out, or add kms:CallerAccount.", "None that we know of.")
        .detectors(&["kms-key-policy-public"])
        .each(|v| if v.text("DescribeKey.KeyMetadata.KeyManager")? != Some("CUSTOMER") { Ok(Verdict::Skip) } else { public(v, "GetKeyPolicy.Policy") }),
    check("secretsmanager-secret-not-rotated", "A secret never rotates by itself", Medium, "secretsmanager", "secret")
        .fsbp(&["SecretsManager.1"])
        .page("Automatic rotation is on.", "A secret that leaked works until somebody remembers to change it.", "aws secretsmanager rotate-secret with a rotation function.", "Secrets of others, which they rotate.")
        .detectors(&["rotation-disabled"])
        .each(|v| v.off("ListSecrets.RotationEnabled", "automatic rotation is off", "automatic rotation is on")),
    check("secretsmanager-secret-rotation-failing", "A secret's rotation is overdue", Medium, "secretsmanager", "secret")
        .fsbp(&["SecretsManager.2"])
        .page("A secret that rotates did so by its schedule.", "It looks changed, and is the old one.", "Look at the rotation function's logs.", "None.")
        .each(|v| {
            if !v.flag("ListSecrets.RotationEnabled")? {
                return Ok(Verdict::Skip);
            }
            let next = v.time("ListSecrets.NextRotationDate")?;
            let overdue = next.filter(|next| v.days_since(*next) > 1).map(|next| format!("it should have rotated {} days ago", v.days_since(next)));
            Verdict::fail_with(overdue, "it rotates by its schedule")
        }),
    check("secretsmanager-secret-unused", "A secret was not read for 90 days", Medium, "secretsmanager", "secret")
        .fsbp(&["SecretsManager.3"])
        .page("The secret was read, or made, within 90 days.", "A secret that nobody needs is there to be stolen.", "Delete it, with a recovery window.", "Secrets for emergencies.")
        .each(|v| {
            let last = v.time("ListSecrets.LastAccessedDate")?.or(v.time("ListSecrets.CreatedDate")?);
            let last = last.ok_or_else(|| crate::verdict::Unknown("neither its last use nor its age is known".to_owned()))?;
            let days = v.days_since(last);
            Verdict::fail_with((days > 90).then(|| format!("it was last read {days} days ago")), "it was read or made within 90 days")
        }),
    check("secretsmanager-secret-old", "A secret was not changed for 90 days", Medium, "secretsmanager", "secret")
        .fsbp(&["SecretsManager.4"])
        .page("The secret was changed within 90 days.", "A secret that leaked works until it is changed.", "Rotate it.", "Keys that must not change.")
        .each(|v| {
            let last = v.time("ListSecrets.LastRotatedDate")?.or(v.time("ListSecrets.LastChangedDate")?).or(v.time("ListSecrets.CreatedDate")?);
            let last = last.ok_or_else(|| crate::verdict::Unknown("its age is not known".to_owned()))?;
            let days = v.days_since(last);
            Verdict::fail_with((days > 90).then(|| format!("it was last changed {days} days ago")), "it was changed within 90 days")
        }),
    check("secretsmanager-secret-public", "Everyone may read a secret", High, "secretsmanager", "secret")
        .cis("", "", "2.21")
        .page("The secret's policy names who gets in.", "Everyone with an AWS account reads it.", "Take the statement with Principal * out; rotate the secret.", "None.")
        .detectors(&["secret-policy-public"])
        .each(|v| public(v, "GetResourcePolicy.ResourcePolicy")),
    check("sqs-queue-public", "Everyone may use a queue", Critical, "sqs", "queue")
        .cis("", "", "2.21").fsbp(&["SQS.3"])
        .page("The queue's policy names who gets in.", "Everyone reads its messages, or puts his own into it.", "Name the principals, or the source's ARN for a service.", "None that we know of.")
        .detectors(&["sqs-or-sns-changed"])
        .each(|v| public(v, "GetQueueAttributes.Attributes.Policy")),
    check("sqs-queue-not-encrypted", "A queue is not encrypted", Medium, "sqs", "queue")
        .fsbp(&["SQS.1"])
        .page("Messages are encrypted, by SQS's own key or a KMS key.", "Messages lie open to whoever gets at the storage.", "aws sqs set-queue-attributes with SqsManagedSseEnabled or KmsMasterKeyId.", "None.")
        .each(|v| {
            let (kms, own) = (v.text("GetQueueAttributes.Attributes.KmsMasterKeyId")?.is_some_and(|k| !k.is_empty()), v.flag("GetQueueAttributes.Attributes.SqsManagedSseEnabled")?);
            Verdict::fail_if(!kms && !own, "it is not encrypted", "it is encrypted")
        }),
    check("sqs-queue-without-dead-letters", "A queue loses what fails", Low, "sqs", "queue")
        .page("A redrive policy names a queue for dead letters; a dead-letter queue itself is left out.", "A message that can't be worked on is lost, or blocks the others.", "Add a RedrivePolicy.", "Dead-letter queues.")
        .each(|v| if v.get("GetQueueAttributes.Attributes.RedriveAllowPolicy")?.is_some() { Ok(Verdict::Skip) } else { v.unset("GetQueueAttributes.Attributes.RedrivePolicy", "it has no redrive policy", "it has a redrive policy") }),
    check("sns-topic-public", "Everyone may use a topic", High, "sns", "topic")
        .cis("", "", "2.21").fsbp(&["SNS.4"])
        .page("The topic's policy names who gets in.", "Everyone subscribes to what you send, or sends in your name.", "Name the principals, or aws:SourceOwner.", "None that we know of.")
        .detectors(&["sqs-or-sns-changed"])
        .each(|v| public(v, "GetTopicAttributes.Attributes.Policy")),
    check("sns-topic-not-encrypted", "A topic is not encrypted with KMS", Medium, "sns", "topic")
        .fsbp(&["SNS.1"])
        .page("The topic encrypts messages under a KMS key.", "Messages lie open to whoever gets at the storage.", "aws sns set-topic-attributes KmsMasterKeyId.", "Topics whose messages hold nothing.")
        .each(|v| v.unset("GetTopicAttributes.Attributes.KmsMasterKeyId", "it is not encrypted with KMS", "it is encrypted with KMS")),
    check("sns-topic-delivery-not-logged", "A topic does not log what it delivers", Medium, "sns", "topic")
        .fsbp(&["SNS.2"])
        .page("Delivery status is logged for some protocol.", "Messages that did not arrive are not known.", "Set a feedback role on the topic.", "Topics of no weight.")
        .each(|v| {
            let mut any = false;
            for protocol in ["HTTP", "Lambda", "SQS", "Firehose", "Application"] {
                any |= v.text(&format!("GetTopicAttributes.Attributes.{protocol}FailureFeedbackRoleArn"))?.is_some_and(|a| !a.is_empty());
            }
            Verdict::fail_if(!any, "deliveries are not logged", "deliveries are logged")
        }),
    check("sns-subscription-clear-text", "A topic delivers over HTTP", Medium, "sns", "topic")
        .page("No subscription uses plain HTTP.", "Messages pass in clear.", "Subscribe an HTTPS address.", "None.")
        .each(|v| {
            let clear = v.list("ListSubscriptionsByTopic.Subscriptions")?.iter().any(|s| text(s, "Protocol") == Some("http"));
            Verdict::fail_if(clear, "a subscription uses HTTP", "no subscription uses HTTP")
        }),
    check("events-bus-public", "Everyone may put events on a bus", High, "events", "event-bus")
        .cis("", "", "2.21")
        .page("The bus's policy names who may put events.", "Everyone triggers what the bus's rules do.", "Name accounts, or the organization.", "None.")
        .detectors(&["eventbridge-bus-changed"])
        .each(|v| public(v, "DescribeEventBus.Policy")),
    check("events-bus-without-policy", "A bus of your own has no policy", Low, "events", "event-bus")
        .fsbp(&["EventBridge.3"])
        .page("A custom bus has a resource policy.", "Who may put events is left to every identity's policy.", "aws events put-permission.", "Buses of one account.")
        .each(|v| if v.text("DescribeEventBus.Name")? == Some("default") { Ok(Verdict::Skip) } else { v.unset("DescribeEventBus.Policy", "it has no policy", "it has a policy") }),
    check("glacier-vault-public", "Everyone may use an archive", Critical, "glacier", "vault")
        .cis("", "", "2.21")
        .page("The vault's policy names who gets in.", "Everyone reads or deletes the archives.", "Take the statement with Principal * out.", "None.")
        .each(|v| public(v, "GetVaultAccessPolicy.policy.Policy")),
    check("kinesis-stream-not-encrypted", "A stream is not encrypted", Medium, "kinesis", "stream")
        .fsbp(&["Kinesis.1"])
        .page("The stream is encrypted with KMS.", "Records lie open to whoever gets at the storage.", "aws kinesis start-stream-encryption.", "None.")
        .each(|v| v.none_of("DescribeStreamSummary.StreamDescriptionSummary.EncryptionType", &["KMS"], "it is not encrypted", "it is encrypted")),
    check("firehose-stream-not-encrypted", "A delivery stream is not encrypted", Medium, "firehose", "delivery-stream")
        .fsbp(&["DataFirehose.1"])
        .page("Records are encrypted while they wait, in the stream or its source.", "Records lie open to whoever gets at the storage.", "aws firehose start-delivery-stream-encryption.", "Streams that read from an encrypted Kinesis stream.")
        .each(|v| if v.text("DescribeDeliveryStream.DeliveryStreamDescription.DeliveryStreamType")? == Some("KinesisStreamAsSource") { Ok(Verdict::Skip) } else {
            v.none_of("DescribeDeliveryStream.DeliveryStreamDescription.DeliveryStreamEncryptionConfiguration.Status", &["ENABLED"], "it is not encrypted", "it is encrypted")
        }),
    check("ecr-repository-public-policy", "Everyone may pull or push images", High, "ecr", "repository")
        .page("The repository's policy names who gets in.", "Everyone reads your images, or replaces them.", "aws ecr delete-repository-policy, or name accounts.", "None: public images belong into ECR Public.")
        .detectors(&["repository-public"])
        .each(|v| public(v, "GetRepositoryPolicy.policyText")),
    check("ecr-repository-scan-off", "Images are not scanned", High, "ecr", "repository")
        .fsbp(&["ECR.1"])
        .page("Images are scanned when they are pushed, by the repository's setting or the registry's.", "Known flaws in what you run are not known to you.", "aws ecr put-image-scanning-configuration, or the registry's scanning rules.", "Mirrors whose sources are scanned.")
        .with(&[("ecr", "account")], |v, index| {
            if v.flag("DescribeRepositories.imageScanningConfiguration.scanOnPush")? {
                return Ok(Verdict::Pass("images are scanned when they are pushed".to_owned()));
            }
            let rules = index.near("ecr", "account", v.resource).next().map_or(Ok(&[][..]), |registry| {
                registry.list("GetRegistryScanningConfiguration.scanningConfiguration.rules")
            });
            // What nobody has seen scans nothing.
            let scanned = rules.unwrap_or_default().iter().any(|rule| {
                let fits = |f: &serde_json::Value| text(f, "filter").is_some_and(|p| riposte_core::arn::matches(p, &v.resource.name));
                text(rule, "scanFrequency") != Some("MANUAL") && crate::view::list(rule, "repositoryFilters").iter().any(fits)
            });
            Verdict::fail_if(!scanned, "images are not scanned when they are pushed", "the registry scans its images")
        }),
    check("ecr-repository-tags-mutable", "An image's tag can be moved", Medium, "ecr", "repository")
        .fsbp(&["ECR.2"])
        .page("Tags are immutable.", "The image that was tested is replaced by another of the same name.", "aws ecr put-image-tag-mutability.", "Repositories of builds under way.")
        .detectors(&["ecr-image-tags-mutable"])
        .each(|v| Verdict::fail_if(!v.text("DescribeRepositories.imageTagMutability")?.is_some_and(|m| m.starts_with("IMMUTABLE")), "tags can be moved", "tags are immutable")),
    check("ecr-repository-without-lifecycle", "A repository keeps every image", Medium, "ecr", "repository")
        .fsbp(&["ECR.3"])
        .page("A lifecycle policy exists.", "Old images with old flaws are there to be run.", "aws ecr put-lifecycle-policy.", "Repositories of few images.")
        .each(|v| v.unset("GetLifecyclePolicy.lifecyclePolicyText", "it has no lifecycle policy", "it has a lifecycle policy")),
    check("ssm-document-public", "A document is public", Critical, "ssm", "document")
        .fsbp(&["SSM.4"])
        .page("The document is shared with named accounts only.", "Everyone reads your scripts, and what was left in them.", "aws ssm modify-document-permission --account-ids-to-remove all.", "Published documents.")
        .detectors(&["ssm-document-public"])
        .each(|v| Verdict::fail_if(v.texts("DescribeDocumentPermission.AccountIds")?.contains(&"all"), "it is shared with everyone", "it is not shared with everyone")),
    check("ssm-public-sharing-allowed", "Documents can be made public", High, "ssm", "account")
        .fsbp(&["SSM.7"])
        .page("Public sharing of documents is blocked.", "One call publishes your scripts.", "aws ssm update-service-setting with /ssm/documents/console/public-sharing-permission Disable.", "Publishers of documents.")
        .detectors(&["ssm-public-sharing-allowed"])
        .each(|v| v.none_of("GetServiceSetting.ServiceSetting.SettingValue", &["Disable"], "public sharing is allowed", "public sharing is blocked")),
    check("ssm-instance-patches-missing", "An instance lacks patches", High, "ssm", "managed-instance")
        .fsbp(&["SSM.2"])
        .page("The instance complies with its patch baseline.", "Known flaws are open on it.", "Run the patch baseline, and a maintenance window.", "Instances that live for hours.")
        .each(|v| compliance(v, "Patch", "its patches do not comply", "its patches comply")),
    check("ssm-association-failing", "An instance lacks what an association should do", Low, "ssm", "managed-instance")
        .fsbp(&["SSM.3"])
        .page("The instance complies with its associations.", "An agent or a setting that should be there is not.", "Look at the association's last run.", "None.")
        .each(|v| compliance(v, "Association", "its associations do not comply", "its associations comply")),
    check("dynamodb-table-public", "Everyone may use a table", Critical, "dynamodb", "table")
        .page("The table's policy names who gets in.", "Everyone reads or changes its items.", "Take the statement with Principal * out.", "None.")
        .detectors(&["resource-policy-public"])
        .each(|v| public(v, "GetResourcePolicy.Policy")),
    check("dynamodb-table-not-scaling", "A table does not scale with its load", Medium, "dynamodb", "table")
        .fsbp(&["DynamoDB.1"])
        .page("The table is on demand, or scales its capacity.", "A burst is refused, an attacker's too cheaply.", "aws dynamodb update-table --billing-mode PAY_PER_REQUEST.", "Tables of steady load.")
        .each(|v| {
            if v.text("DescribeTable.Table.BillingModeSummary.BillingMode")? == Some("PAY_PER_REQUEST") {
                return Ok(Verdict::Pass("it is on demand".to_owned()));
            }
            let kinds: Vec<_> = v.list("DescribeScalableTargets.ScalableTargets")?.iter().filter_map(|t| text(t, "ScalableDimension")).collect();
            let both = kinds.contains(&"dynamodb:table:ReadCapacityUnits") && kinds.contains(&"dynamodb:table:WriteCapacityUnits");
            Verdict::fail_if(!both, "its capacity is fixed", "its capacity scales")
        }),
    check("dynamodb-table-point-in-time-recovery-off", "A table can't be turned back", Medium, "dynamodb", "table")
        .fsbp(&["DynamoDB.2"])
        .page("Point-in-time recovery is on.", "A wrong or hostile write can't be undone.", "aws dynamodb update-continuous-backups.", "Tables that can be made again.")
        .detectors(&["backup-recovery-point-deleted"])
        .each(|v| v.none_of("DescribeContinuousBackups.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus", &["ENABLED"], "point-in-time recovery is off", "point-in-time recovery is on")),
    check("dynamodb-table-not-backed-up", "A table is in no backup plan", Medium, "dynamodb", "table")
        .fsbp(&["DynamoDB.4"])
        .page("AWS Backup protects the table.", "A table that is deleted can't be brought back.", "Select it in a backup plan, by a tag.", "Tables that can be made again.")
        .beside(&[("backup", "protected-resource")], |v, index| { v.fact("DescribeTable")?; crate::backup::protected(v, index) }),
    check("dynamodb-table-deletion-unprotected", "A table can be deleted by one call", Medium, "dynamodb", "table")
        .fsbp(&["DynamoDB.6"])
        .page("Deletion protection is on.", "One call, by mistake or by an attacker, and the data is gone.", "aws dynamodb update-table --deletion-protection-enabled.", "Tables for tests.")
        .detectors(&["database-deletion-protection-disabled"])
        .each(|v| v.off("DescribeTable.Table.DeletionProtectionEnabled", "deletion protection is off", "deletion protection is on")),
    check("dax-cluster-not-encrypted", "A cache of tables is not encrypted", Medium, "dax", "cluster")
        .fsbp(&["DynamoDB.3"])
        .page("The cluster is encrypted at rest.", "Items lie open in its storage.", "Make a new cluster with encryption.", "None.")
        .each(|v| v.none_of("DescribeClusters.SSEDescription.Status", &["ENABLED", "ENABLING"], "it is not encrypted", "it is encrypted")),
    check("dax-cluster-clear-text", "A cache of tables takes connections without TLS", Medium, "dax", "cluster")
        .fsbp(&["DynamoDB.7"])
        .page("The cluster's endpoint takes TLS only.", "Items pass in clear.", "Make a new cluster with endpoint encryption.", "None.")
        .each(|v| v.none_of("DescribeClusters.ClusterEndpointEncryptionType", &["TLS"], "it takes connections without TLS", "it takes TLS only")),
    check("logs-group-kept-forever", "Logs are kept for ever", Low, "logs", "log-group")
        .page("The log group has a retention.", "Old logs hold personal data that should be gone, and cost.", "aws logs put-retention-policy.", "Logs that the law wants kept.")
        .detectors(&["log-retention-cut"])
        .each(|v| Verdict::fail_if(v.number("DescribeLogGroups.retentionInDays")?.is_none(), "its logs are kept for ever", "its logs have a retention")),
    check("logs-resource-policy-public", "Everyone may write logs", High, "logs", "resource-policy")
        .page("The resource policy names the services and sources that may write.", "Everyone writes lines into your logs.", "aws logs put-resource-policy with named principals.", "None.")
        .each(|v| public(v, "DescribeResourcePolicies.policyDocument")),
];

fn is_leaving(v: &View<'_>) -> Result<bool, crate::verdict::Unknown> {
    Ok(matches!(v.text("DescribeKey.KeyMetadata.KeyState")?, Some("PendingDeletion" | "PendingReplicaDeletion")))
}

fn compliance(v: &View<'_>, kind: &str, bad: &str, good: &str) -> crate::verdict::Answer {
    let all = v.list("ListResourceComplianceSummaries.ResourceComplianceSummaryItems")?;
    let of_kind: Vec<_> = all.iter().filter(|item| text(item, "ComplianceType") == Some(kind)).collect();
    if of_kind.is_empty() {
        return Ok(Verdict::Skip);
    }
    Verdict::fail_if(of_kind.iter().any(|item| text(item, "Status") == Some("NON_COMPLIANT")), bad, good)
}

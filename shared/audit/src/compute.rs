//! Containers, builds, clusters and what runs them.

use riposte_core::finding::Severity::{Critical, High, Low, Medium};
use serde_json::Value;

use crate::check::{Check, check};
use crate::secrets::found_in;
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::{View, at, flag, list, text};

const CONTAINERS: &str = "DescribeTaskDefinition.taskDefinition.containerDefinitions";

pub(crate) static CHECKS: &[Check] = &[
    check(
        "autoscaling-group-single-zone",
        "A scaling group stands in one zone",
        Medium,
        "autoscaling",
        "auto-scaling-group",
    )
    .fsbp(&["AutoScaling.2"])
    .page(
        "The group has several zones.",
        "The loss of a zone is the loss of the service.",
        "Give it a subnet in another zone.",
        "Groups for tests.",
    )
    .each(|v| {
        Verdict::fail_if(
            v.list("DescribeAutoScalingGroups.AvailabilityZones")?.len() < 2,
            "it has one zone",
            "it has several zones",
        )
    }),
    check(
        "autoscaling-group-health-not-checked",
        "A scaling group does not ask its load balancer",
        Low,
        "autoscaling",
        "auto-scaling-group",
    )
    .fsbp(&["AutoScaling.1"])
    .page(
        "A group behind a load balancer uses its health checks.",
        "Machines that don't serve are kept.",
        "Set the health check type to ELB.",
        "None.",
    )
    .each(|v| {
        if v.list("DescribeAutoScalingGroups.TargetGroupARNs")?.is_empty()
            && v.list("DescribeAutoScalingGroups.LoadBalancerNames")?.is_empty()
        {
            return Ok(Verdict::Skip);
        }
        Verdict::fail_if(
            !v.text("DescribeAutoScalingGroups.HealthCheckType")?.is_some_and(|t| t.contains("ELB")),
            "it does not use the load balancer's health checks",
            "it uses the load balancer's health checks",
        )
    }),
    check(
        "autoscaling-group-without-template",
        "A scaling group uses a launch configuration",
        Medium,
        "autoscaling",
        "auto-scaling-group",
    )
    .fsbp(&["AutoScaling.9"])
    .page(
        "The group uses a launch template.",
        "Launch configurations lack what later instances protect.",
        "Move it to a launch template.",
        "None.",
    )
    .each(|v| {
        let (own, mixed) = (
            v.get("DescribeAutoScalingGroups.LaunchTemplate")?.is_some(),
            v.get("DescribeAutoScalingGroups.MixedInstancesPolicy")?.is_some(),
        );
        Verdict::fail_if(!own && !mixed, "it uses no launch template", "it uses a launch template")
    }),
    check(
        "autoscaling-launch-configuration-imdsv1-allowed",
        "A launch configuration takes the old metadata service",
        High,
        "autoscaling",
        "launch-configuration",
    )
    .fsbp(&["AutoScaling.3"])
    .page(
        "Its instances ask for tokens (IMDSv2).",
        "A server that fetches an address for its caller hands out its role's keys.",
        "Make a launch template with HttpTokens=required.",
        "None.",
    )
    .detectors(&["imdsv1-allowed"])
    .each(|v| {
        v.none_of(
            "DescribeLaunchConfigurations.MetadataOptions.HttpTokens",
            &["required"],
            "its instances do not ask for tokens",
            "its instances ask for tokens",
        )
    }),
    check(
        "autoscaling-launch-configuration-metadata-hops",
        "A launch configuration lets metadata travel",
        High,
        "autoscaling",
        "launch-configuration",
    )
    .fsbp(&["AutoScaling.4"])
    .page(
        "The hop limit of the metadata service is 1.",
        "Containers on the machine get its role's keys.",
        "Make a launch template with a hop limit of 1.",
        "Machines whose containers need the role.",
    )
    .each(|v| {
        Verdict::fail_if(
            v.number("DescribeLaunchConfigurations.MetadataOptions.HttpPutResponseHopLimit")?.unwrap_or(1.0) > 1.0,
            "the hop limit is more than 1",
            "the hop limit is 1",
        )
    }),
    check(
        "autoscaling-launch-configuration-public-address",
        "A launch configuration gives public addresses",
        High,
        "autoscaling",
        "launch-configuration",
    )
    .fsbp(&["AutoScaling.5"])
    .page(
        "Its instances get no public address.",
        "Every machine of it stands on the internet.",
        "Make a launch template without one.",
        "Public servers.",
    )
    .each(|v| {
        v.said(
            "DescribeLaunchConfigurations.AssociatePublicIpAddress",
            "its instances get public addresses",
            "its instances get no public address",
        )
    }),
    check(
        "autoscaling-launch-configuration-secret-in-user-data",
        "A launch configuration's start script holds a secret",
        Critical,
        "autoscaling",
        "launch-configuration",
    )
    .page(
        "The user data holds no keys or passwords.",
        "Everyone who may describe it reads the script.",
        "Fetch the secret at start; rotate it.",
        "A value that merely looks like one.",
    )
    .each(|v| {
        Verdict::fail_with(
            found_in("", v.text("DescribeLaunchConfigurations.UserData")?.unwrap_or_default())
                .map(|k| format!("its user data holds {k}")),
            "its user data holds no secret",
        )
    }),
    check(
        "codebuild-credentials-in-source-url",
        "A build's source address holds credentials",
        Critical,
        "codebuild",
        "project",
    )
    .fsbp(&["CodeBuild.1"])
    .page(
        "Source addresses hold no user or token.",
        "Everyone who may describe the project has them.",
        "Use a connection or OAuth.",
        "None.",
    )
    .each(|v| {
        let mut urls: Vec<&str> = v.text("BatchGetProjects.source.location")?.into_iter().collect();
        urls.extend(v.list("BatchGetProjects.secondarySources")?.iter().filter_map(|s| text(s, "location")));
        let bad = urls.iter().any(|url| {
            url.split_once("://").is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|host| host.contains('@')))
        });
        Verdict::fail_if(bad, "a source address holds credentials", "no source address holds credentials")
    }),
    check("codebuild-secret-in-environment", "A build's environment holds a secret", Critical, "codebuild", "project")
        .fsbp(&["CodeBuild.2"])
        .page(
            "Plain variables hold no keys or passwords.",
            "Everyone who may describe the project has them.",
            "Use PARAMETER_STORE or SECRETS_MANAGER variables; rotate the secret.",
            "A value that merely looks like one.",
        )
        .each(|v| {
            let plain = |e: &&Value| text(e, "type").is_none_or(|t| t == "PLAINTEXT");
            let variables = v.list("BatchGetProjects.environment.environmentVariables")?.iter().filter(plain);
            let names: Vec<_> = variables
                .filter_map(|e| {
                    let name = text(e, "name")?;
                    let key =
                        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].contains(&name).then(|| "a key".to_owned());
                    Some(format!("{name} ({})", found_in(name, text(e, "value").unwrap_or_default()).or(key)?))
                })
                .collect();
            Verdict::fail_for(&names, "its environment holds", "its environment holds no secret")
        }),
    check("codebuild-logs-not-encrypted", "A build's logs in S3 are not encrypted", Low, "codebuild", "project")
        .fsbp(&["CodeBuild.3"])
        .page(
            "Logs that go to S3 are encrypted.",
            "Logs hold what builds print.",
            "Turn off encryptionDisabled.",
            "None.",
        )
        .each(|v| {
            v.said(
                "BatchGetProjects.logsConfig.s3Logs.encryptionDisabled",
                "its logs in S3 are not encrypted",
                "its logs in S3 are encrypted, or there are none",
            )
        }),
    check("codebuild-not-logged", "A build is not logged", Medium, "codebuild", "project")
        .fsbp(&["CodeBuild.4"])
        .page(
            "Logs go to CloudWatch or S3.",
            "What a build did is not known afterwards.",
            "Set a logs configuration.",
            "None.",
        )
        .each(|v| {
            let (cloudwatch, s3) = (
                v.text("BatchGetProjects.logsConfig.cloudWatchLogs.status")?,
                v.text("BatchGetProjects.logsConfig.s3Logs.status")?,
            );
            Verdict::fail_if(
                cloudwatch == Some("DISABLED") && s3 != Some("ENABLED"),
                "it is not logged",
                "it is logged",
            )
        }),
    check("codebuild-privileged", "A build rules its host", High, "codebuild", "project")
        .fsbp(&["CodeBuild.5"])
        .page(
            "Privileged mode is off.",
            "What the build runs rules the container's host.",
            "Turn it off; build images with a tool that needs none.",
            "Projects that build container images with Docker.",
        )
        .each(|v| {
            v.said("BatchGetProjects.environment.privilegedMode", "privileged mode is on", "privileged mode is off")
        }),
    check("ecs-service-public-address", "A service's tasks get public addresses", High, "ecs", "service")
        .fsbp(&["ECS.2"])
        .page(
            "Tasks get no public address.",
            "Every container of it stands on the internet.",
            "Set assignPublicIp to DISABLED.",
            "Public services without a load balancer.",
        )
        .each(|v| {
            Verdict::fail_if(
                v.text("DescribeServices.networkConfiguration.awsvpcConfiguration.assignPublicIp")? == Some("ENABLED"),
                "its tasks get public addresses",
                "its tasks get no public address",
            )
        }),
    check("ecs-service-platform-old", "A service does not run on the latest platform", Medium, "ecs", "service")
        .fsbp(&["ECS.10"])
        .page(
            "Fargate services run on LATEST.",
            "Known flaws of the platform stay open.",
            "Set the platform version to LATEST.",
            "None.",
        )
        .each(|v| {
            if v.text("DescribeServices.launchType")? != Some("FARGATE") {
                Ok(Verdict::Skip)
            } else {
                Verdict::fail_if(
                    !matches!(v.text("DescribeServices.platformVersion")?, None | Some("LATEST" | "1.4.0")),
                    "it runs on an old platform",
                    "it runs on the latest platform",
                )
            }
        }),
    check("ecs-cluster-insights-off", "A cluster is not watched", Medium, "ecs", "cluster")
        .fsbp(&["ECS.12"])
        .page(
            "Container Insights is on.",
            "What runs there shows in no metric.",
            "aws ecs update-cluster-settings.",
            "Clusters for tests.",
        )
        .each(|v| {
            let on = v.list("DescribeClusters.settings")?.iter().any(|s| {
                text(s, "name") == Some("containerInsights") && matches!(text(s, "value"), Some("enabled" | "enhanced"))
            });
            Verdict::fail_if(!on, "Container Insights is off", "Container Insights is on")
        }),
    check("ecs-task-host-network-as-root", "A task on the host's network runs as root", High, "ecs", "task-definition")
        .fsbp(&["ECS.1"])
        .page(
            "A task in host mode runs as a user, and is not privileged.",
            "It reaches everything on the host's network, as root.",
            "Use awsvpc mode, or name a user.",
            "None.",
        )
        .each(|v| {
            if v.text("DescribeTaskDefinition.taskDefinition.networkMode")? != Some("host") {
                return Ok(Verdict::Pass("it is not on the host's network".to_owned()));
            }
            containers(v, "runs as root on the host's network", |c| {
                flag(c, "privileged") || text(c, "user").is_none_or(|u| u.is_empty() || u == "root" || u == "0")
            })
        }),
    check("ecs-task-shares-host-processes", "A task sees its host's processes", High, "ecs", "task-definition")
        .fsbp(&["ECS.3"])
        .page(
            "The task does not share the host's process namespace.",
            "It sees, and may stop, what else runs there.",
            "Leave pidMode out.",
            "Monitoring agents.",
        )
        .each(|v| {
            Verdict::fail_if(
                v.text("DescribeTaskDefinition.taskDefinition.pidMode")? == Some("host"),
                "it shares the host's processes",
                "it does not share the host's processes",
            )
        }),
    check("ecs-task-privileged", "A container rules its host", High, "ecs", "task-definition")
        .fsbp(&["ECS.4"])
        .page(
            "No container is privileged.",
            "A container that breaks out is root on the host.",
            "Set privileged to false.",
            "Network plug-ins.",
        )
        .detectors(&["ecs-privileged-task-registered"])
        .each(|v| containers(v, "is privileged", |c| flag(c, "privileged"))),
    check("ecs-task-writable-root", "A container may write to its own file system", High, "ecs", "task-definition")
        .fsbp(&["ECS.5"])
        .page(
            "Root file systems are read-only.",
            "What breaks in installs its tools and stays.",
            "Set readonlyRootFilesystem, and volumes for what must be written.",
            "Software that writes beside itself.",
        )
        .each(|v| containers(v, "may write to its file system", |c| !flag(c, "readonlyRootFilesystem"))),
    check("ecs-task-secret-in-environment", "A container's environment holds a secret", High, "ecs", "task-definition")
        .fsbp(&["ECS.8"])
        .page(
            "Environment variables hold no keys or passwords.",
            "Everyone who may describe the task has them.",
            "Use `secrets`; rotate the secret.",
            "A value that merely looks like one.",
        )
        .each(|v| {
            containers(v, "holds a secret", |c| {
                list(c, "environment").iter().any(|e| {
                    let name = text(e, "name").unwrap_or_default();
                    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA"].contains(&name)
                        || found_in(name, text(e, "value").unwrap_or_default()).is_some()
                })
            })
        }),
    check("ecs-task-not-logged", "A container is not logged", High, "ecs", "task-definition")
        .fsbp(&["ECS.9"])
        .page(
            "Every container has a log driver.",
            "What it did is not known afterwards.",
            "Set a logConfiguration.",
            "Side cars.",
        )
        .each(|v| containers(v, "is not logged", |c| text(c, "logConfiguration.logDriver").is_none())),
    check("eks-endpoint-public", "A cluster's API is on the internet", High, "eks", "cluster")
        .fsbp(&["EKS.1"])
        .page(
            "The API endpoint is private.",
            "Everyone tries its credentials and its flaws.",
            "aws eks update-cluster-config endpointPublicAccess=false.",
            "Clusters whose public access names few ranges.",
        )
        .detectors(&["eks-endpoint-public"])
        .each(|v| {
            v.said(
                "DescribeCluster.cluster.resourcesVpcConfig.endpointPublicAccess",
                "its API is public",
                "its API is private",
            )
        }),
    check("eks-endpoint-open-to-all", "A cluster's API takes everybody's address", Critical, "eks", "cluster")
        .page(
            "A public endpoint names ranges that do not amount to the internet.",
            "Everyone tries its credentials and its flaws.",
            "Name your ranges in publicAccessCidrs.",
            "None.",
        )
        .detectors(&["eks-endpoint-public"])
        .each(|v| {
            if !v.flag("DescribeCluster.cluster.resourcesVpcConfig.endpointPublicAccess")? {
                return Ok(Verdict::Pass("its API is private".to_owned()));
            }
            let ranges = v.texts("DescribeCluster.cluster.resourcesVpcConfig.publicAccessCidrs")?;
            let open = ranges.is_empty() || !riposte_core::net::cidr::internet_ranges(&ranges).is_empty();
            Verdict::fail_if(open, "its API takes everybody's address", "its API takes named ranges")
        }),
    check("eks-version-unsupported", "A cluster's version is past its support", High, "eks", "cluster")
        .fsbp(&["EKS.2"])
        .page(
            "AWS still supports the Kubernetes version, extended support included.",
            "Flaws are not closed any more, or at a price.",
            "aws eks update-cluster-version, one version at a time.",
            "None.",
        )
        .each(|v| {
            let version = v
                .text("DescribeCluster.cluster.version")?
                .ok_or_else(|| Unknown("its version is not known".to_owned()))?;
            let minor = version
                .strip_prefix("1.")
                .and_then(|m| m.parse::<u32>().ok())
                .ok_or_else(|| Unknown("its version cannot be read".to_owned()))?;
            Verdict::fail_with(
                (minor < OLDEST_KUBERNETES).then(|| format!("version 1.{minor} is past its support")),
                "its version is supported",
            )
        }),
    check("eks-secrets-not-encrypted", "A cluster's secrets are not under a KMS key", Medium, "eks", "cluster")
        .fsbp(&["EKS.3"])
        .page(
            "Kubernetes' secrets are encrypted under a KMS key.",
            "Whoever reads the cluster's store reads them.",
            "aws eks associate-encryption-config.",
            "None.",
        )
        .each(|v| {
            let on = v
                .list("DescribeCluster.cluster.encryptionConfig")?
                .iter()
                .any(|c| list(c, "resources").iter().any(|r| r.as_str() == Some("secrets")));
            Verdict::fail_if(!on, "its secrets are not under a KMS key", "its secrets are under a KMS key")
        }),
    check("eks-not-logged", "A cluster's control plane is not logged", Medium, "eks", "cluster")
        .fsbp(&["EKS.8"])
        .page(
            "All five kinds of logs are on, audit among them.",
            "Who did what in the cluster is not known afterwards.",
            "aws eks update-cluster-config --logging.",
            "Clusters for tests.",
        )
        .detectors(&["eks-logging-disabled"])
        .each(|v| {
            let logging = v.list("DescribeCluster.cluster.logging.clusterLogging")?;
            let on = |kind: &str| {
                logging.iter().any(|l| flag(l, "enabled") && list(l, "types").iter().any(|t| t.as_str() == Some(kind)))
            };
            let off: Vec<_> = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
                .into_iter()
                .filter(|k| !on(k))
                .map(str::to_owned)
                .collect();
            Verdict::fail_for(&off, "these logs are off", "all logs are on")
        }),
    check("emr-public-access-not-blocked", "EMR clusters may be opened to the world", Critical, "emr", "account")
        .fsbp(&["EMR.2"])
        .page(
            "EMR blocks public access, but for SSH at most.",
            "A cluster's group that is opened by mistake runs.",
            "aws emr put-block-public-access-configuration.",
            "Regions without EMR.",
        )
        .detectors(&["emr-public-access-allowed"])
        .each(|v| {
            v.off(
                "GetBlockPublicAccessConfiguration.BlockPublicAccessConfiguration.BlockPublicSecurityGroupRules",
                "public access is not blocked",
                "public access is blocked",
            )
        }),
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
            .any(|p| at(p, "InitialInstanceCount").and_then(crate::view::as_number).is_some_and(|n| n < 2.0));
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
    check("redshift-cluster-public", "A warehouse has a public address", Critical, "redshift", "cluster")
        .fsbp(&["Redshift.1"])
        .page(
            "The cluster is not publicly accessible.",
            "A warehouse on the internet is one leaked password from being copied.",
            "aws redshift modify-cluster --no-publicly-accessible.",
            "None.",
        )
        .detectors(&["database-public"])
        .each(|v| {
            v.on("DescribeClusters.PubliclyAccessible", "it is publicly accessible", "it is not publicly accessible")
        }),
    check("redshift-cluster-clear-text", "A warehouse takes connections without TLS", Medium, "redshift", "cluster")
        .fsbp(&["Redshift.2"])
        .page(
            "The parameter require_ssl is on.",
            "Passwords and rows pass in clear.",
            "Set require_ssl in its parameter group.",
            "None.",
        )
        .each(|v| {
            let on = v.list("DescribeClusterParameters.Parameters")?.iter().any(|p| {
                text(p, "ParameterName") == Some("require_ssl")
                    && text(p, "ParameterValue").is_some_and(|v| v.eq_ignore_ascii_case("true"))
            });
            Verdict::fail_if(!on, "it takes connections without TLS", "it insists on TLS")
        }),
    check(
        "redshift-cluster-snapshots-short",
        "A warehouse is backed up for less than 7 days",
        Medium,
        "redshift",
        "cluster",
    )
    .fsbp(&["Redshift.3"])
    .page(
        "Automatic snapshots are kept for 7 days.",
        "A mistake that shows after a weekend can't be undone.",
        "aws redshift modify-cluster --automated-snapshot-retention-period 7.",
        "None.",
    )
    .each(|v| {
        v.below(
            "DescribeClusters.AutomatedSnapshotRetentionPeriod",
            7.0,
            "snapshots are kept for less than 7 days",
            "snapshots are kept for 7 days at least",
        )
    }),
    check("redshift-cluster-not-logged", "A warehouse is not audited", Medium, "redshift", "cluster")
        .fsbp(&["Redshift.4"])
        .page(
            "Audit logging is on.",
            "Who asked what is not known afterwards.",
            "aws redshift enable-logging.",
            "None.",
        )
        .detectors(&["database-logging-disabled"])
        .each(|v| v.off("DescribeLoggingStatus.LoggingEnabled", "audit logging is off", "audit logging is on")),
    check("redshift-cluster-upgrades-off", "A warehouse does not take upgrades", Medium, "redshift", "cluster")
        .fsbp(&["Redshift.6"])
        .page(
            "Versions are installed by themselves.",
            "Known flaws stay open.",
            "aws redshift modify-cluster --allow-version-upgrade.",
            "None.",
        )
        .each(|v| v.off("DescribeClusters.AllowVersionUpgrade", "upgrades are off", "upgrades are on")),
    check("redshift-cluster-routing-outside-vpc", "A warehouse copies data past the VPC", High, "redshift", "cluster")
        .fsbp(&["Redshift.7"])
        .page(
            "Enhanced VPC routing is on.",
            "COPY and UNLOAD pass no group, endpoint policy or flow log.",
            "aws redshift modify-cluster --enhanced-vpc-routing.",
            "None.",
        )
        .each(|v| {
            v.off("DescribeClusters.EnhancedVpcRouting", "enhanced VPC routing is off", "enhanced VPC routing is on")
        }),
    check(
        "redshift-cluster-default-admin",
        "A warehouse's administrator has the usual name",
        Medium,
        "redshift",
        "cluster",
    )
    .fsbp(&["Redshift.8"])
    .page(
        "The master user is not called awsuser.",
        "Half of the credentials is known.",
        "Restore into a new cluster.",
        "None.",
    )
    .each(|v| {
        Verdict::fail_if(
            matches!(v.text("DescribeClusters.MasterUsername")?, Some("awsuser" | "admin")),
            "its administrator has the usual name",
            "its administrator has no usual name",
        )
    }),
    check("redshift-cluster-not-encrypted", "A warehouse is not encrypted", Medium, "redshift", "cluster")
        .fsbp(&["Redshift.10"])
        .page(
            "The cluster is encrypted.",
            "Its snapshots and storage are readable to whoever gets at them.",
            "aws redshift modify-cluster --encrypted.",
            "None.",
        )
        .each(|v| v.off("DescribeClusters.Encrypted", "it is not encrypted", "it is encrypted")),
];

/// The oldest version of Kubernetes 1.x that EKS supports, standard or extended, at the end of 2026.
const OLDEST_KUBERNETES: u32 = 32;

/// Fails for the containers of a task of which something is so.
fn containers(v: &View<'_>, bad: &str, is_so: impl Fn(&Value) -> bool) -> Answer {
    let all = v.list(CONTAINERS)?;
    let names: Vec<_> = all.iter().filter(|c| is_so(c)).map(|c| text(c, "name").unwrap_or("?").to_owned()).collect();
    Verdict::fail_for(&names, &format!("a container {bad}"), "no container does so")
}

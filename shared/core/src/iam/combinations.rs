//! The table of [`Combination`]s.

use super::escalation::{Combination, Way};
use super::reach::{Kind, kind};

/// See [`Combination`].
pub const COMBINATIONS: &[Combination] = &[
    // What somebody may do.
    permissions("create-policy-version", "rewrites any policy", &["iam:CreatePolicyVersion"], kind::POLICY),
    permissions(
        "set-default-policy-version",
        "brings back any older version of a policy",
        &["iam:SetDefaultPolicyVersion"],
        kind::POLICY,
    ),
    permissions("attach-user-policy", "attaches policies to users", &["iam:AttachUserPolicy"], kind::USER),
    permissions("attach-group-policy", "attaches policies to any group", &["iam:AttachGroupPolicy"], kind::GROUP),
    permissions("attach-role-policy", "attaches policies to any role", &["iam:AttachRolePolicy"], kind::ROLE),
    permissions("put-user-policy", "writes policies onto users", &["iam:PutUserPolicy"], kind::USER),
    permissions("put-group-policy", "writes policies onto any group", &["iam:PutGroupPolicy"], kind::GROUP),
    permissions("put-role-policy", "writes policies onto any role", &["iam:PutRolePolicy"], kind::ROLE),
    permissions("add-user-to-group", "puts users into any group", &["iam:AddUserToGroup"], kind::GROUP),
    permissions(
        "update-assume-role-policy",
        "decides who may become any role",
        &["iam:UpdateAssumeRolePolicy"],
        kind::ROLE,
    ),
    // Whose credentials are made.
    permissions("create-access-key", "makes access keys for any user", &["iam:CreateAccessKey"], kind::USER),
    permissions("create-login-profile", "gives any user a console password", &["iam:CreateLoginProfile"], kind::USER),
    permissions("update-login-profile", "changes any user's console password", &["iam:UpdateLoginProfile"], kind::USER),
    permissions(
        "update-saml-provider",
        "signs for any SAML provider whose people have roles",
        &["iam:UpdateSAMLProvider"],
        kind::SAML_PROVIDER,
    ),
    permissions("assume-any-role", "becomes any role that trusts the account", &["sts:AssumeRole"], kind::ROLE),
    // A role for a machine or a function.
    passing(
        "pass-role-ec2-instance",
        "starts an instance under any role",
        &["iam:PassRole", "ec2:RunInstances"],
        &[EC2],
    ),
    passing(
        "pass-role-ec2-spot",
        "starts a spot instance under any role",
        &["iam:PassRole", "ec2:RequestSpotInstances"],
        &[EC2],
    ),
    passing(
        "pass-role-ec2-profile",
        "gives a running instance any role",
        &["iam:PassRole", "ec2:AssociateIamInstanceProfile"],
        &[EC2],
    ),
    passing(
        "pass-role-ec2-profile-replaced",
        "replaces a running instance's role by any other",
        &["iam:PassRole", "ec2:ReplaceIamInstanceProfileAssociation"],
        &[EC2],
    ),
    passing(
        "pass-role-autoscaling-configuration",
        "scales out instances under any role",
        &["iam:PassRole", "autoscaling:CreateLaunchConfiguration", "autoscaling:CreateAutoScalingGroup"],
        &[EC2],
    ),
    passing(
        "pass-role-autoscaling-template",
        "scales out instances under any role, by a launch template",
        &["iam:PassRole", "ec2:CreateLaunchTemplate", "autoscaling:CreateAutoScalingGroup"],
        &[EC2],
    ),
    passing(
        "pass-role-lambda-invoke",
        "runs a new Lambda function under any role",
        &["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
        &[LAMBDA],
    ),
    passing(
        "pass-role-lambda-event-source",
        "runs a new Lambda function under any role, on events",
        &["iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"],
        &[LAMBDA],
    ),
    passing(
        "pass-role-lambda-permission",
        "runs a new Lambda function under any role, called from elsewhere",
        &["iam:PassRole", "lambda:CreateFunction", "lambda:AddPermission"],
        &[LAMBDA],
    ),
    passing(
        "pass-role-lambda-update",
        "gives a Lambda function any role, and code",
        &["iam:PassRole", "lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionCode"],
        &[LAMBDA],
    ),
    // A role for containers and batches.
    passing(
        "pass-role-ecs-run-task",
        "runs a container under any role",
        &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask"],
        &[ECS],
    ),
    passing(
        "pass-role-ecs-start-task",
        "starts a container under any role on an instance",
        &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:StartTask"],
        &[ECS],
    ),
    passing(
        "pass-role-ecs-create-service",
        "runs a service of containers under any role",
        &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:CreateService"],
        &[ECS],
    ),
    passing(
        "pass-role-ecs-update-service",
        "gives a service of containers any role",
        &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:UpdateService"],
        &[ECS],
    ),
    passing(
        "pass-role-batch",
        "runs a batch job under any role",
        &["iam:PassRole", "batch:RegisterJobDefinition", "batch:SubmitJob"],
        &[ECS],
    ),
    passing(
        "pass-role-eks-pod-identity",
        "gives pods of a cluster any role",
        &["iam:PassRole", "eks:CreatePodIdentityAssociation"],
        &["pods.eks.amazonaws.com"],
    ),
    passing(
        "pass-role-apprunner",
        "runs an App Runner service under any role",
        &["iam:PassRole", "apprunner:CreateService"],
        &["tasks.apprunner.amazonaws.com", "build.apprunner.amazonaws.com"],
    ),
    passing(
        "pass-role-amplify",
        "builds an Amplify app under any role",
        &["iam:PassRole", "amplify:CreateApp", "amplify:CreateBranch", "amplify:StartJob"],
        &["amplify.amazonaws.com"],
    ),
    passing(
        "pass-role-gamelift",
        "runs a GameLift fleet under any role",
        &["iam:PassRole", "gamelift:CreateBuild", "gamelift:CreateFleet"],
        &["gamelift.amazonaws.com"],
    ),
    // A role for what builds and deploys.
    passing(
        "pass-role-codebuild",
        "builds under any role",
        &["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"],
        &[CODEBUILD],
    ),
    passing(
        "pass-role-codebuild-batch",
        "builds a batch under any role",
        &["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuildBatch"],
        &[CODEBUILD],
    ),
    passing(
        "pass-role-codebuild-update",
        "gives a build project any role",
        &["iam:PassRole", "codebuild:UpdateProject", "codebuild:StartBuild"],
        &[CODEBUILD],
    ),
    passing(
        "pass-role-cloudformation",
        "deploys a stack under any role",
        &["iam:PassRole", "cloudformation:CreateStack"],
        &[CLOUDFORMATION],
    ),
    passing(
        "pass-role-cloudformation-stack-set",
        "deploys a stack set under any role",
        &["iam:PassRole", "cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"],
        &[CLOUDFORMATION],
    ),
    passing(
        "pass-role-cloudformation-stack-set-update",
        "rewrites a stack set under any role",
        &["iam:PassRole", "cloudformation:UpdateStackSet"],
        &[CLOUDFORMATION],
    ),
    // A role for data.
    passing(
        "pass-role-datapipeline",
        "runs a data pipeline under any role",
        &[
            "iam:PassRole",
            "datapipeline:CreatePipeline",
            "datapipeline:PutPipelineDefinition",
            "datapipeline:ActivatePipeline",
        ],
        &["datapipeline.amazonaws.com", EC2],
    ),
    passing(
        "pass-role-glue-dev-endpoint",
        "opens a Glue development endpoint under any role",
        &["iam:PassRole", "glue:CreateDevEndpoint"],
        &[GLUE],
    ),
    passing(
        "pass-role-glue-job",
        "runs a Glue job under any role",
        &["iam:PassRole", "glue:CreateJob", "glue:StartJobRun"],
        &[GLUE],
    ),
    passing(
        "pass-role-glue-job-trigger",
        "lets a trigger run a Glue job under any role",
        &["iam:PassRole", "glue:CreateJob", "glue:CreateTrigger"],
        &[GLUE],
    ),
    passing(
        "pass-role-glue-job-update",
        "gives a Glue job any role",
        &["iam:PassRole", "glue:UpdateJob", "glue:StartJobRun"],
        &[GLUE],
    ),
    passing(
        "pass-role-glue-job-update-trigger",
        "gives a Glue job any role, and a trigger",
        &["iam:PassRole", "glue:UpdateJob", "glue:CreateTrigger"],
        &[GLUE],
    ),
    passing(
        "pass-role-glue-session",
        "runs statements in a Glue session under any role",
        &["iam:PassRole", "glue:CreateSession", "glue:RunStatement"],
        &[GLUE],
    ),
    passing(
        "pass-role-emr",
        "starts an EMR cluster under any role",
        &["iam:PassRole", "elasticmapreduce:RunJobFlow"],
        &["elasticmapreduce.amazonaws.com", EC2],
    ),
    passing(
        "pass-role-emr-serverless",
        "runs an EMR Serverless job under any role",
        &["iam:PassRole", "emr-serverless:CreateApplication", "emr-serverless:StartJobRun"],
        &["emr-serverless.amazonaws.com"],
    ),
    passing(
        "pass-role-sagemaker-notebook",
        "opens a SageMaker notebook under any role",
        &["iam:PassRole", "sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"],
        &[SAGEMAKER],
    ),
    passing(
        "pass-role-sagemaker-training",
        "runs a SageMaker training job under any role",
        &["iam:PassRole", "sagemaker:CreateTrainingJob"],
        &[SAGEMAKER],
    ),
    passing(
        "pass-role-sagemaker-processing",
        "runs a SageMaker processing job under any role",
        &["iam:PassRole", "sagemaker:CreateProcessingJob"],
        &[SAGEMAKER],
    ),
    passing(
        "pass-role-braket",
        "runs a Braket job under any role",
        &["iam:PassRole", "braket:CreateJob"],
        &["braket.amazonaws.com"],
    ),
    passing(
        "pass-role-agentcore-code-interpreter",
        "runs code in a Bedrock AgentCore interpreter under any role",
        &[
            "iam:PassRole",
            "bedrock-agentcore:CreateCodeInterpreter",
            "bedrock-agentcore:StartCodeInterpreterSession",
            "bedrock-agentcore:InvokeCodeInterpreter",
        ],
        &[AGENTCORE],
    ),
    passing(
        "pass-role-agentcore-runtime",
        "runs a Bedrock AgentCore agent under any role",
        &["iam:PassRole", "bedrock-agentcore:CreateAgentRuntime", "bedrock-agentcore:InvokeAgentRuntime"],
        &[AGENTCORE],
    ),
    // A role for what calls others.
    passing(
        "pass-role-step-functions",
        "runs a state machine under any role",
        &["iam:PassRole", "states:CreateStateMachine", "states:StartExecution"],
        &["states.amazonaws.com"],
    ),
    passing(
        "pass-role-scheduler",
        "schedules any call under any role",
        &["iam:PassRole", "scheduler:CreateSchedule"],
        &["scheduler.amazonaws.com"],
    ),
    passing(
        "pass-role-ssm-automation",
        "runs an automation under any role",
        &["iam:PassRole", "ssm:StartAutomationExecution"],
        &["ssm.amazonaws.com"],
    ),
    passing(
        "pass-role-cognito-identity",
        "hands any role to the users of an identity pool",
        &["iam:PassRole", "cognito-identity:SetIdentityPoolRoles"],
        &["cognito-identity.amazonaws.com"],
    ),
    passing(
        "pass-role-roles-anywhere",
        "hands any role to a certificate authority of its own",
        &["iam:PassRole", "rolesanywhere:CreateTrustAnchor", "rolesanywhere:CreateProfile"],
        &["rolesanywhere.amazonaws.com"],
    ),
    // What has a role already.
    existing(
        "lambda-update-code",
        "rewrites the code of any Lambda function",
        &["lambda:UpdateFunctionCode"],
        kind::regional("lambda", "function:"),
    ),
    existing(
        "lambda-update-configuration",
        "puts a layer or a variable into any Lambda function",
        &["lambda:UpdateFunctionConfiguration"],
        kind::regional("lambda", "function:"),
    ),
    existing(
        "glue-update-dev-endpoint",
        "puts its own key onto any Glue development endpoint",
        &["glue:UpdateDevEndpoint"],
        kind::regional("glue", "devEndpoint/"),
    ),
    existing(
        "sagemaker-presigned-notebook",
        "opens any SageMaker notebook",
        &["sagemaker:CreatePresignedNotebookInstanceUrl"],
        kind::regional("sagemaker", "notebook-instance/"),
    ),
    existing(
        "sagemaker-lifecycle-configuration",
        "puts a start script into any SageMaker notebook",
        &[
            "sagemaker:UpdateNotebookInstance",
            "sagemaker:CreateNotebookInstanceLifecycleConfig",
            "sagemaker:StopNotebookInstance",
            "sagemaker:StartNotebookInstance",
        ],
        kind::regional("sagemaker", "notebook-instance/"),
    ),
    existing(
        "cloudformation-update-stack",
        "rewrites any stack under the role that it has",
        &["cloudformation:UpdateStack"],
        kind::regional("cloudformation", "stack/"),
    ),
    existing(
        "cloudformation-change-set",
        "changes any stack under the role that it has",
        &["cloudformation:ExecuteChangeSet", "cloudformation:CreateChangeSet"],
        kind::regional("cloudformation", "stack/"),
    ),
    existing(
        "codebuild-start-build",
        "runs any build project with a script of its own",
        &["codebuild:StartBuild"],
        kind::regional("codebuild", "project/"),
    ),
    existing(
        "codebuild-start-build-batch",
        "runs a batch of any build project with a script of its own",
        &["codebuild:StartBuildBatch"],
        kind::regional("codebuild", "project/"),
    ),
    existing(
        "apprunner-update-service",
        "changes what any App Runner service runs",
        &["apprunner:UpdateService"],
        kind::regional("apprunner", "service/"),
    ),
    existing(
        "ecs-execute-command",
        "opens a shell in any container",
        &["ecs:ExecuteCommand"],
        kind::regional("ecs", "task/"),
    ),
    existing(
        "agentcore-code-interpreter-session",
        "runs code in any Bedrock AgentCore interpreter",
        &["bedrock-agentcore:InvokeCodeInterpreter", "bedrock-agentcore:StartCodeInterpreterSession"],
        kind::regional("bedrock-agentcore", "code-interpreter-custom/"),
    ),
    existing(
        "ssm-send-command",
        "runs commands on any instance",
        &["ssm:SendCommand"],
        kind::regional("ec2", "instance/"),
    ),
    existing(
        "ssm-start-session",
        "opens a shell on any instance",
        &["ssm:StartSession"],
        kind::regional("ec2", "instance/"),
    ),
    existing(
        "instance-connect-ssh",
        "puts its own key onto any instance",
        &["ec2-instance-connect:SendSSHPublicKey"],
        kind::regional("ec2", "instance/"),
    ),
    existing(
        "instance-connect-serial-console",
        "puts its own key onto any instance's serial console",
        &["ec2-instance-connect:SendSerialConsoleSSHPublicKey"],
        kind::regional("ec2", "instance/"),
    ),
];

const EC2: &str = "ec2.amazonaws.com";
const LAMBDA: &str = "lambda.amazonaws.com";
const ECS: &str = "ecs-tasks.amazonaws.com";
const GLUE: &str = "glue.amazonaws.com";
const CODEBUILD: &str = "codebuild.amazonaws.com";
const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";
const SAGEMAKER: &str = "sagemaker.amazonaws.com";
const AGENTCORE: &str = "bedrock-agentcore.amazonaws.com";

const fn permissions(
    id: &'static str,
    title: &'static str,
    actions: &'static [&'static str],
    key: Kind,
) -> Combination {
    Combination { id, title, way: Way::Permissions, actions, key }
}

const fn passing(
    id: &'static str,
    title: &'static str,
    actions: &'static [&'static str],
    to: &'static [&'static str],
) -> Combination {
    Combination { id, title, way: Way::PassRole(to), actions, key: kind::ROLE }
}

const fn existing(id: &'static str, title: &'static str, actions: &'static [&'static str], key: Kind) -> Combination {
    Combination { id, title, way: Way::Existing, actions, key }
}

#[cfg(test)]
mod tests;

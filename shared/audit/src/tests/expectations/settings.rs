//! Settings that have more than two answers: keys, credentials, what is shared, databases, machines.

use serde_json::{Value, json};

use super::{Bad, Expectations, Good, HOME, Is, OTHER, resource};

#[test]
fn rotation_of_keys() {
    let key = |manager: &str, spec: &str, origin: &str, state: &str, rotates: Option<bool>| {
        let rotation = rotates.map_or(Value::Null, |on| json!({"KeyRotationEnabled": on}));
        json!({"DescribeKey": {"KeyMetadata": {"KeyManager": manager, "KeySpec": spec, "Origin": origin, "KeyState": state}}, "GetKeyRotationStatus": rotation})
    };
    let own = |rotates: bool| key("CUSTOMER", "SYMMETRIC_DEFAULT", "AWS_KMS", "Enabled", Some(rotates));
    let mut expected = Expectations::default();
    for (case, facts, is) in [
        ("it rotates", own(true), Good),
        ("it does not", own(false), Bad),
        ("AWS's own", key("AWS", "SYMMETRIC_DEFAULT", "AWS_KMS", "Enabled", None), Good),
        ("asymmetric", key("CUSTOMER", "RSA_2048", "AWS_KMS", "Enabled", Some(false)), Good),
        ("elliptic", key("CUSTOMER", "ECC_NIST_P256", "AWS_KMS", "Enabled", Some(false)), Good),
        ("for codes of authentication", key("CUSTOMER", "HMAC_256", "AWS_KMS", "Enabled", Some(false)), Good),
        ("imported material", key("CUSTOMER", "SYMMETRIC_DEFAULT", "EXTERNAL", "Enabled", Some(false)), Good),
        ("a key store of its own", key("CUSTOMER", "SYMMETRIC_DEFAULT", "AWS_CLOUDHSM", "Enabled", Some(false)), Good),
        ("about to be deleted", key("CUSTOMER", "SYMMETRIC_DEFAULT", "AWS_KMS", "PendingDeletion", Some(false)), Good),
        ("disabled", key("CUSTOMER", "SYMMETRIC_DEFAULT", "AWS_KMS", "Disabled", Some(false)), Good),
    ] {
        expected.of("kms-key-rotation-off", case, facts, &[], is);
    }
    for (state, is) in
        [("PendingDeletion", Bad), ("PendingReplicaDeletion", Bad), ("Enabled", Good), ("Disabled", Good)]
    {
        let facts = key("CUSTOMER", "SYMMETRIC_DEFAULT", "AWS_KMS", state, Some(true));
        expected.of("kms-key-pending-deletion", state, facts, &[], is);
    }
}

/// Days before the audit's day, as the credential report has it.
fn days_ago(days: i64) -> String {
    let now: jiff::Timestamp = super::super::NOW.parse().unwrap();
    (now - jiff::SignedDuration::from_hours(days * 24)).to_string()
}

#[test]
fn credentials_of_users() {
    /// An access key: whether it is active, its age and when it was last used, in days.
    type Key = Option<(bool, i64, Option<i64>)>;
    let user = |password: Option<Option<i64>>, mfa: bool, keys: [Key; 2]| {
        let mut report = json!({"user": "u", "user_creation_time": days_ago(400), "password_enabled": password.is_some().to_string(), "mfa_active": mfa.to_string(),
            "password_last_used": password.flatten().map_or("no_information".to_owned(), days_ago), "password_last_changed": if password.is_some() { days_ago(300) } else { "N/A".to_owned() }});
        for (index, key) in keys.iter().enumerate() {
            let name = |column: &str| format!("access_key_{}_{column}", index + 1);
            report[name("active")] = key.is_some_and(|(active, ..)| active).to_string().into();
            report[name("last_rotated")] = key.map_or("N/A".to_owned(), |(_, age, _)| days_ago(age)).into();
            report[name("last_used_date")] = key.and_then(|(.., used)| used).map_or("N/A".to_owned(), days_ago).into();
        }
        json!({"GetCredentialReport": report})
    };
    let fresh = Some((true, 10, Some(1)));
    let checks = [
        ('m', "iam-user-mfa-missing"),
        ('n', "iam-user-key-never-used"),
        ('k', "iam-user-key-unused"),
        ('p', "iam-user-password-unused"),
        ('t', "iam-user-two-active-keys"),
        ('o', "iam-user-key-old"),
    ];
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, &str)> = vec![
        ("a password with MFA", user(Some(Some(1)), true, [None, None]), ""),
        ("a password without MFA", user(Some(Some(1)), false, [None, None]), "m"),
        ("no password and no MFA", user(None, false, [fresh, None]), ""),
        ("a password of 44 days", user(Some(Some(44)), true, [None, None]), ""),
        ("a password of 45 days", user(Some(Some(45)), true, [None, None]), ""),
        ("a password of 46 days", user(Some(Some(46)), true, [None, None]), "p"),
        ("a password never used, set long ago", user(Some(None), true, [None, None]), "p"),
        ("a fresh key", user(None, false, [fresh, None]), ""),
        ("a key of 90 days", user(None, false, [Some((true, 90, Some(1))), None]), ""),
        ("a key of 91 days", user(None, false, [Some((true, 91, Some(1))), None]), "o"),
        ("an old key that is inactive", user(None, false, [Some((false, 400, Some(399))), None]), ""),
        ("a key unused for 46 days", user(None, false, [Some((true, 60, Some(46))), None]), "k"),
        ("a key never used", user(None, false, [Some((true, 46, None)), None]), "k"),
        ("a key never used, and a password", user(Some(Some(1)), true, [Some((true, 5, None)), None]), "n"),
        ("an old one beside a fresh one", user(None, false, [fresh, Some((true, 200, Some(100)))]), "kto"),
        ("two fresh ones", user(None, false, [fresh, fresh]), "t"),
        ("one active, one inactive", user(None, false, [fresh, Some((false, 200, Some(100)))]), ""),
        ("nothing", user(None, false, [None, None]), ""),
    ];
    let mut expected = Expectations::default();
    for (case, facts, letters) in cases {
        for (letter, check) in checks {
            expected.of(check, case, facts.clone(), &[], if letters.contains(letter) { Bad } else { Good });
        }
    }
}

#[test]
fn the_root_user() {
    let root = |key: u8, mfa: u8, devices: Value, used: Option<i64>, password: bool| {
        json!({
            "GetAccountSummary": {"SummaryMap": {"AccountAccessKeysPresent": key, "AccountMFAEnabled": mfa}},
            "ListVirtualMFADevices": {"VirtualMFADevices": devices},
            "GetCredentialReport": {"user": "<root_account>", "password_enabled": password.to_string(), "access_key_1_active": (key > 0).to_string(), "access_key_2_active": "false",
                "password_last_used": used.map_or("no_information".to_owned(), days_ago), "access_key_1_last_used_date": "N/A", "access_key_2_last_used_date": "N/A"},
        })
    };
    let phone = || json!([{"SerialNumber": format!("arn:aws:iam::{HOME}:mfa/root-account-mfa-device")}]);
    let named = || json!([{"SerialNumber": format!("arn:aws:iam::{HOME}:mfa/my-phone"), "User": {"Arn": format!("arn:aws:iam::{HOME}:root")}}]);
    let of_user = || json!([{"SerialNumber": format!("arn:aws:iam::{HOME}:mfa/alice"), "User": {"Arn": format!("arn:aws:iam::{HOME}:user/alice")}}]);
    let checks = [
        ('k', "iam-root-access-key"),
        ('m', "iam-root-mfa-missing"),
        ('h', "iam-root-hardware-mfa-missing"),
        ('u', "iam-root-used-recently"),
    ];
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, &str)> = vec![
        ("a hardware device", root(0, 1, json!([]), None, true), ""),
        ("a hardware device, and a user's phone", root(0, 1, of_user(), None, true), ""),
        ("a phone", root(0, 1, phone(), None, true), "h"),
        ("a phone of another name", root(0, 1, named(), None, true), "h"),
        ("no device", root(0, 0, json!([]), None, true), "mh"),
        ("no device, and nothing to sign in with", root(0, 0, json!([]), None, false), ""),
        ("a key", root(1, 1, json!([]), None, true), "k"),
        ("used yesterday", root(0, 1, json!([]), Some(1), true), "u"),
        ("used last year", root(0, 1, json!([]), Some(300), true), ""),
    ];
    let mut expected = Expectations::default();
    for (case, facts, letters) in cases {
        for (letter, check) in checks {
            expected.of(check, case, facts.clone(), &[], if letters.contains(letter) { Bad } else { Good });
        }
    }
}

#[test]
fn what_is_shared() {
    let mut expected = Expectations::default();
    let volume = |permissions: Value| json!({"DescribeSnapshotAttribute": {"CreateVolumePermissions": permissions}});
    for (case, facts, is) in [
        ("everyone", volume(json!([{"Group": "all"}])), Bad),
        ("an account and everyone", volume(json!([{"UserId": OTHER}, {"Group": "all"}])), Bad),
        ("an account", volume(json!([{"UserId": OTHER}])), Good),
        ("nobody", volume(json!([])), Good),
    ] {
        expected.of("ec2-snapshot-public", case, facts, &[], is);
    }
    let attribute = |values: Value| json!([{"AttributeName": "restore", "AttributeValues": values}]);
    for (case, values, is) in [
        ("everyone", json!(["all"]), Bad),
        ("an account and everyone", json!([OTHER, "all"]), Bad),
        ("an account", json!([OTHER]), Good),
        ("nobody", json!([]), Good),
    ] {
        let database = json!({"DescribeDBSnapshotAttributes": {"DBSnapshotAttributesResult": {"DBSnapshotAttributes": attribute(values.clone())}}});
        expected.of("rds-snapshot-public", case, database, &[], is);
        let cluster = json!({"DescribeDBClusterSnapshotAttributes": {"DBClusterSnapshotAttributesResult": {"DBClusterSnapshotAttributes": attribute(values)}}});
        for check in ["rds-cluster-snapshot-public", "docdb-snapshot-public", "neptune-snapshot-public"] {
            expected.of(check, case, cluster.clone(), &[], is);
        }
    }
    expected.of("ec2-image-public", "everyone", json!({"DescribeImages": {"Public": true}}), &[], Bad);
    expected.of("ec2-image-public", "nobody", json!({"DescribeImages": {"Public": false}}), &[], Good);
    for (case, accounts, is) in
        [("everyone", json!(["all"]), Bad), ("an account", json!([OTHER]), Good), ("nobody", json!([]), Good)]
    {
        expected.of(
            "ssm-document-public",
            case,
            json!({"DescribeDocumentPermission": {"AccountIds": accounts}}),
            &[],
            is,
        );
    }
    let service = |principals: Value, asks: bool| json!({"DescribeVpcEndpointServicePermissions": {"AllowedPrincipals": principals}, "DescribeVpcEndpointServiceConfigurations": {"AcceptanceRequired": asks}});
    for (case, facts, is) in [
        ("everyone, unasked", service(json!([{"Principal": "*"}]), false), Bad),
        ("everyone, asked", service(json!([{"Principal": "*"}]), true), Good),
        ("an account, unasked", service(json!([{"Principal": format!("arn:aws:iam::{OTHER}:root")}]), false), Good),
    ] {
        expected.of("ec2-endpoint-service-open-to-all", case, facts, &[], is);
    }
}

#[test]
fn machines() {
    let mut expected = Expectations::default();
    let instance = |state: &str, options: Value| json!({"DescribeInstances": {"InstanceId": "i-1", "State": {"Name": state}, "MetadataOptions": options}});
    for (case, facts, is) in [
        ("tokens", instance("running", json!({"HttpTokens": "required", "HttpEndpoint": "enabled"})), Good),
        ("no tokens", instance("running", json!({"HttpTokens": "optional", "HttpEndpoint": "enabled"})), Bad),
        ("stopped, no tokens", instance("stopped", json!({"HttpTokens": "optional", "HttpEndpoint": "enabled"})), Bad),
        ("off", instance("running", json!({"HttpTokens": "optional", "HttpEndpoint": "disabled"})), Good),
        ("gone", instance("terminated", json!({"HttpTokens": "optional", "HttpEndpoint": "enabled"})), Good),
    ] {
        expected.of("ec2-instance-imdsv1-allowed", case, facts, &[], is);
    }
    // Templates: the default version decides.
    let template = |first: Value, default: Value| {
        json!({"DescribeLaunchTemplateVersions": {"LaunchTemplateVersions": [
        {"VersionNumber": 2, "DefaultVersion": false, "LaunchTemplateData": first}, {"VersionNumber": 1, "DefaultVersion": true, "LaunchTemplateData": default}]}})
    };
    let open = || json!({"NetworkInterfaces": [{"DeviceIndex": 0}, {"AssociatePublicIpAddress": true}]});
    for (case, facts, is) in [
        ("by default", template(json!({}), open()), Bad),
        ("in another version", template(open(), json!({})), Good),
        ("refused", template(json!({}), json!({"NetworkInterfaces": [{"AssociatePublicIpAddress": false}]})), Good),
    ] {
        expected.of("ec2-launch-template-public-address", case, facts, &[], is);
    }
}

#[test]
fn peerings() {
    let peering = || {
        json!({"id": "pcx-1", "facts": {"DescribeVpcPeeringConnections": {"Status": {"Code": "active"},
        "AccepterVpcInfo": {"CidrBlock": "10.1.0.0/16", "VpcId": "vpc-2"}, "RequesterVpcInfo": {"CidrBlock": "10.0.0.0/16", "VpcId": "vpc-1"}}}})
    };
    let table = |to: &str, by: &str| {
        let facts = json!({"DescribeRouteTables": {"VpcId": "vpc-1", "Associations": [], "Routes": [{"DestinationCidrBlock": to, "VpcPeeringConnectionId": by}]}});
        resource("ec2", "route-table", &json!({"id": "rtb-1", "facts": facts}))
    };
    let mut expected = Expectations::default();
    for (case, to, by, is) in [
        ("the whole network", "10.1.0.0/16", "pcx-1", Bad),
        ("more than the network", "10.0.0.0/8", "pcx-1", Bad),
        ("everything", "0.0.0.0/0", "pcx-1", Bad),
        ("one subnet", "10.1.2.0/24", "pcx-1", Good),
        ("another peering", "10.1.0.0/16", "pcx-2", Good),
    ] {
        expected.of("ec2-peering-routes-too-wide", case, peering(), &[table(to, by)], is);
    }
}

#[test]
fn policies_that_are_attached() {
    let policy = |arn: &str, attached: u8, document: Value| json!({"arn": arn, "id": "p", "name": "p", "facts": {"GetAccountAuthorizationDetails": {"AttachmentCount": attached, "PolicyVersionList": [{"IsDefaultVersion": true, "Document": super::document(&document)}]}}});
    let all = || json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let some = || json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let mut expected = Expectations::default();
    // AWS's own come without their versions, and with the default one's document.
    let of_aws = |name: &str, attached: u8, document: Value| {
        json!({"arn": format!("arn:aws:iam::aws:policy/{name}"), "id": "p", "name": "p", "facts": {"GetAccountAuthorizationDetails": {"AttachmentCount": attached},
            "GetPolicyVersion": {"PolicyVersion": {"Document": super::text(&document)}}}})
    };
    let ours = |attached: u8, document: Value| policy(&format!("arn:aws:iam::{HOME}:policy/p"), attached, document);
    let cases: Vec<(&str, &str, Value, Is)> = vec![
        ("iam-aws-admin-policy-attached", "attached", of_aws("AdministratorAccess", 1, all()), Bad),
        ("iam-aws-admin-policy-attached", "attached to nobody", of_aws("AdministratorAccess", 0, all()), Good),
        ("iam-aws-admin-policy-attached", "another", of_aws("AmazonS3FullAccess", 3, some()), Good),
        ("iam-aws-admin-policy-attached", "a customer's", ours(1, all()), Good),
        ("iam-policy-admin", "attached", ours(1, all()), Bad),
        ("iam-policy-admin", "attached to nobody", ours(0, all()), Good),
        ("iam-policy-admin", "some", ours(1, some()), Good),
        ("iam-policy-admin", "AWS's", of_aws("AdministratorAccess", 1, all()), Good),
        ("iam-policy-whole-service", "a service", ours(1, some()), Bad),
        (
            "iam-policy-whole-service",
            "a service's reads",
            ours(1, json!({"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"})),
            Good,
        ),
        (
            "iam-policy-whole-service",
            "a service on one bucket",
            ours(1, json!({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::mine/*"})),
            Good,
        ),
        (
            "iam-policy-whole-service",
            "a service denied",
            ours(1, json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*"})),
            Good,
        ),
    ];
    for (check, case, facts, is) in cases {
        expected.of(check, case, facts, &[], is);
    }
}

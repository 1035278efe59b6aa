"""The live state of a resource, read whole, so that "everything else stayed" is a comparison and not a claim."""

from __future__ import annotations

from emulator import Emulator


def rules(emulator: Emulator, group_id: str) -> dict[str, dict]:
    """A security group's rules, ingress and egress, by id."""
    of_group = [{"Name": "group-id", "Values": [group_id]}]
    answer = emulator.client("ec2").describe_security_group_rules(Filters=of_group)
    return {rule["SecurityGroupRuleId"]: rule for rule in answer["SecurityGroupRules"]}


def contents(rules: dict[str, dict]) -> list[dict]:
    """The same rules without their ids, which AWS gives anew when a rule is restored."""
    without = [
        {name: value for name, value in rule.items() if name not in ("SecurityGroupRuleId", "SecurityGroupRuleArn")}
        for rule in rules.values()
    ]
    return sorted(without, key=str)


def group(emulator: Emulator, group_id: str) -> dict:
    """A security group as DescribeSecurityGroups shows it: description, tags, permissions."""
    (found,) = emulator.client("ec2").describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    return found


def principal(emulator: Emulator, kind: str, name: str) -> dict:
    """What a `user`, `role` or `group` holds: attached policies, inline documents, and a user's keys."""
    iam, word = emulator.client("iam"), f"{kind.capitalize()}Name"
    attached = getattr(iam, f"list_attached_{kind}_policies")(**{word: name})["AttachedPolicies"]
    inline = getattr(iam, f"list_{kind}_policies")(**{word: name})["PolicyNames"]
    read = getattr(iam, f"get_{kind}_policy")
    state = {
        "attached": sorted(policy["PolicyArn"] for policy in attached),
        "inline": {policy: read(**{word: name, "PolicyName": policy})["PolicyDocument"] for policy in inline},
    }
    if kind == "user":
        keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        state["keys"] = {key["AccessKeyId"]: key["Status"] for key in keys}
    return state


def network_acl(emulator: Emulator, acl_id: str, region: str | None = None) -> dict[tuple[bool, int], dict]:
    """A network ACL's entries by direction and number."""
    (acl,) = emulator.client("ec2", region=region).describe_network_acls(NetworkAclIds=[acl_id])["NetworkAcls"]
    return {(entry["Egress"], entry["RuleNumber"]): entry for entry in acl["Entries"]}

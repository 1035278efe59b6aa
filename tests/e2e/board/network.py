"""Ways in that are opened, and their records deleted."""

from __future__ import annotations

import account
import state
from board.table import Attack, Make, Thing, World, allow, name

import events


def a_security_group(w: World) -> Thing:
    return {"group": account.create_group(w.emulator, w.deployed.account.vpc_id, name("web"))}


def group_rules(w: World, thing: Thing) -> object:
    return state.contents(state.rules(w.emulator, thing["group"]))


def ingress(*permissions: dict) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.keep(events.authorize_ingress(w.emulator, w.actor, thing["group"], list(permissions)))

    return make


def tcp(port: int, cidr: str = "0.0.0.0/0", to: int | None = None) -> dict:
    ranges = {"Ipv6Ranges": [{"CidrIpv6": cidr}]} if ":" in cidr else {"IpRanges": [{"CidrIp": cidr}]}
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": to or port} | ranges


def plain_ingress(port: int, cidr: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.keep(events.authorize_ingress_plain(w.emulator, w.actor, thing["group"], port, cidr))

    return make


def modified(cidr: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        rules = state.rules(w.emulator, thing["group"])
        (rule,) = [key for key, value in rules.items() if value.get("CidrIpv4") == "10.0.0.0/8"]
        change = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": cidr}
        w.keep(events.modify_rule(w.emulator, w.actor, thing["group"], rule, change))

    return make


def nothing_of_world(before, _attacked, after) -> bool:
    """The rule that was changed is gone (what stood before is not known), and nothing else."""
    office = [rule for rule in before if rule.get("CidrIpv4") == "10.0.0.0/8"]
    return after in (before, [rule for rule in before if rule not in office])


def an_acl(w: World) -> Thing:
    ec2 = w.owner("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    return {"acl": acl}


def acl_entries(w: World, thing: Thing) -> object:
    return state.network_acl(w.emulator, thing["acl"])


def acl_entry(cidr: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        shown = {
            "networkAclId": thing["acl"],
            "ruleNumber": 50,
            "egress": False,
            "ruleAction": "allow",
            "icmpTypeCode": {},
            "aclProtocol": "-1",
            "cidrBlock": cidr,
            "portRange": {},
        }
        w.call(
            "ec2",
            "CreateNetworkAclEntry",
            shown,
            NetworkAclId=thing["acl"],
            RuleNumber=50,
            Egress=False,
            RuleAction="allow",
            Protocol="-1",
            CidrBlock=cidr,
        )

    return make


def a_prefix_list(w: World) -> Thing:
    made = w.owner("ec2").create_managed_prefix_list(
        PrefixListName=name("office"), MaxEntries=5, AddressFamily="IPv4", Entries=[{"Cidr": "10.1.0.0/16"}]
    )["PrefixList"]
    return {"list": made["PrefixListId"], "version": made.get("Version", 1)}


def prefixes(w: World, thing: Thing) -> object:
    entries = w.owner("ec2").get_managed_prefix_list_entries(PrefixListId=thing["list"])["Entries"]
    return sorted(entry["Cidr"] for entry in entries)


def add_prefix(cidr: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        request = {
            "PrefixListId": thing["list"],
            "CurrentVersion": thing["version"],
            "AddEntry": {"tag": 1, "Cidr": cidr},
        }
        w.call(
            "ec2",
            "ModifyManagedPrefixList",
            {"ModifyManagedPrefixListRequest": request},
            PrefixListId=thing["list"],
            CurrentVersion=thing["version"],
            AddEntries=[{"Cidr": cidr}],
        )

    return make


def a_database(w: World) -> Thing:
    db = name("db")
    w.owner("rds").create_db_instance(
        DBInstanceIdentifier=db,
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        MasterUsername="owner",
        MasterUserPassword="correct-horse",
        AllocatedStorage=20,
        PubliclyAccessible=False,
    )
    return {"db": db}


def database(w: World, thing: Thing) -> object:
    (found,) = w.owner("rds").describe_db_instances(DBInstanceIdentifier=thing["db"])["DBInstances"]
    return {"public": found["PubliclyAccessible"], "kept": found["BackupRetentionPeriod"]}


def modify_database(**change) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call("rds", "ModifyDBInstance", DBInstanceIdentifier=thing["db"], ApplyImmediately=True, **change)

    return make


ATTACKS = [
    Attack(
        "ssh-opened",
        a_security_group,
        ingress(tcp(22)),
        group_rules,
        ingress(tcp(443, "::/0")),
        technique="exfiltration.ec2-security-group-open-port-22-ingress",
    ),
    Attack("rdp-opened-by-ipv6", a_security_group, ingress(tcp(3389, "::/0")), group_rules, ingress(tcp(3389, "10.2.0.0/16"))),
    Attack(
        "all-ports-opened",
        a_security_group,
        ingress({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}),
        group_rules,
        ingress({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.9.0.0/16"}]}),
    ),
    Attack("range-with-ssh-opened", a_security_group, ingress(tcp(20, to=25)), group_rules, ingress(tcp(8080, to=8090))),
    Attack("ssh-opened-in-old-form", a_security_group, plain_ingress(22, "0.0.0.0/0"), group_rules, plain_ingress(80, "0.0.0.0/0")),
    Attack(
        "ssh-opened-in-halves",
        a_security_group,
        ingress(tcp(22, "0.0.0.0/1"), tcp(22, "128.0.0.0/1")),
        group_rules,
        ingress(tcp(22, "10.3.0.0/16"), tcp(22, "10.4.0.0/16")),
    ),
    Attack(
        "several-ports-opened",
        a_security_group,
        ingress(tcp(22), tcp(3389), tcp(8443, "10.0.0.0/8")),
        group_rules,
        ingress(tcp(80), tcp(8443)),
        lambda before, attacked, after: sorted(map(str, after)) == sorted(
            map(str, [rule for rule in attacked if rule in before or rule.get("FromPort") == 8443])
        ),
    ),
    Attack("rule-widened", a_security_group, modified("0.0.0.0/0"), group_rules, modified("10.0.0.0/9"), nothing_of_world),
    Attack("network-acl-opened", an_acl, acl_entry("0.0.0.0/0"), acl_entries, acl_entry("10.6.0.0/16")),
    Attack("prefix-list-opened", a_prefix_list, add_prefix("0.0.0.0/0"), prefixes, add_prefix("10.7.0.0/16")),
    Attack(
        "database-made-public",
        a_database,
        modify_database(PubliclyAccessible=True),
        database,
        modify_database(BackupRetentionPeriod=9),
    ),
]

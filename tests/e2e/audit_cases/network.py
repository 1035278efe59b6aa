"""The internet in any spelling: over several rules, prefix lists and families; and what only looks like it."""

from __future__ import annotations

import ipaddress

from audit_cases import Account

SSH, RDP = "ec2-security-group-ssh-open", "ec2-security-group-rdp-open"
RISK, ALL = "ec2-security-group-high-risk-port-open", "ec2-security-group-all-ports-open"
OTHERS, SHARES = "ec2-security-group-unauthorized-port-open", "ec2-security-group-cifs-open"
NAMES = {"s": SSH, "r": RDP, "h": RISK, "a": ALL, "u": OTHERS, "c": SHARES}
V4, V6 = "0.0.0.0/0", "::/0"


def tcp(ports: str, *ranges: str, protocol: str = "tcp") -> dict:
    """`22` or `20-30`; ranges of either family, and ids of prefix lists."""
    permission: dict = {"IpProtocol": protocol}
    if ports:
        first, _, last = ports.partition("-")
        permission |= {"FromPort": int(first), "ToPort": int(last or first)}
    for range_ in ranges:
        if range_.startswith("pl-"):
            permission.setdefault("PrefixListIds", []).append({"PrefixListId": range_})
        elif ":" in range_:
            permission.setdefault("Ipv6Ranges", []).append({"CidrIpv6": range_})
        else:
            permission.setdefault("IpRanges", []).append({"CidrIp": range_})
    return permission


def parts(range_: str, prefix: int) -> list[str]:
    """A range in pieces."""
    return [str(part) for part in ipaddress.ip_network(range_).subnets(new_prefix=prefix)]


def without(range_: str, *holes: str) -> list[str]:
    """A range without some others."""
    left = [ipaddress.ip_network(range_)]
    for hole in map(ipaddress.ip_network, holes):
        left = [
            piece
            for one in left
            for piece in (one.address_exclude(hole) if hole.subnet_of(one) else [one])
        ]
    return [str(one) for one in left]


# What, the rules, and the checks that must fail by their letters; the others must not.
GROUPS: list[tuple[str, list[dict], str]] = [
    ("ssh from everywhere", [tcp("22", V4)], "shu"),
    ("ssh from everywhere over IPv6 alone", [tcp("22", V6)], "shu"),
    ("ssh in two halves in one rule", [tcp("22", "0.0.0.0/1", "128.0.0.0/1")], "shu"),
    ("ssh in two halves in two rules of other ranges", [tcp("20-22", "0.0.0.0/1"), tcp("22-25", "128.0.0.0/1")], "shu"),
    ("ssh in sixteenths", [tcp("22", *parts(V4, 4))], "shu"),
    ("ssh in 128 pieces of half of it", [tcp("22", *parts("0.0.0.0/1", 8))], "shu"),
    ("ssh from everywhere but private networks", [tcp("22", *without(V4, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))], "shu"),
    ("ssh over IPv6 in halves", [tcp("22", "::/1", "8000::/1")], "shu"),
    ("ssh from all of IPv6 that is given out", [tcp("22", "2000::/3")], "shu"),
    ("host bits before /0", [tcp("22", "203.0.113.9/0")], "shu"),
    ("a range of ports around 3389", [tcp("3000-4000", V4)], "rhu"),
    ("rdp over IPv6", [tcp("3389", V6)], "rhu"),
    ("all protocols", [tcp("", V4, protocol="-1")], "srhauc"),
    ("all protocols over IPv6", [tcp("", V6, protocol="-1")], "srhauc"),
    ("all TCP ports", [tcp("0-65535", V4)], "srhauc"),
    ("all TCP ports but the zeroth", [tcp("1-65535", V4)], "srhauc"),
    ("the protocol by number", [tcp("22", V4, protocol="6")], "shu"),
    ("file shares", [tcp("445", V4)], "hcu"),
    ("NetBIOS", [tcp("139", V4)], "cu"),
    ("the web's two ports and all between", [tcp("80-443", V4)], "hcu"),
    ("a database", [tcp("5432", V4)], "hu"),
    ("a port that is nobody's", [tcp("47113", V4)], "u"),
    ("UDP on 22 is no ssh", [tcp("22", V4, protocol="udp")], "u"),
    ("UDP on 3389 is RDP's transport, and no TCP", [tcp("3389", V4, protocol="udp")], "u"),
    ("all TCP ports over two rules", [tcp("0-1023", V4), tcp("1024-65535", V4)], "srhauc"),
    ("ping", [tcp("", V4, protocol="icmp") | {"FromPort": 8, "ToPort": -1}], ""),
    ("the web", [tcp("443", V4, V6), tcp("80", V4, V6)], ""),
    ("private networks", [tcp("22", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")], ""),
    ("one office", [tcp("22", "203.0.113.7/32", "2001:db8::/48")], ""),
    ("all of 10 in halves", [tcp("22", "10.0.0.0/9", "10.128.0.0/9")], ""),
    ("halves of the internet on two different ports", [tcp("8443", "10.0.0.0/8"), tcp("443", V4)], ""),
    ("only out", [], ""),
]


def make(account: Account) -> None:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]

    def group(name: str, rules: list[dict]) -> str:
        made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for rule in rules:
            ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
        if any("PrefixListIds" in rule for rule in rules):
            account.forgotten[made] = ("DescribeSecurityGroups", "IpPermissions", rules)
        return made

    def expect(id_: str, case: str, letters: str) -> None:
        for letter, check in NAMES.items():
            account.says(id_, case, letter in letters, check)

    for number, (case, rules, letters) in enumerate(GROUPS):
        expect(group(f"internet-{number}", rules), case, letters)

    def prefix_list(name: str, *ranges: str) -> str:
        family = "IPv6" if ":" in ranges[0] else "IPv4"
        entries = [{"Cidr": range_} for range_ in ranges]
        made = ec2.create_managed_prefix_list(PrefixListName=name, MaxEntries=20, AddressFamily=family, Entries=entries)
        return made["PrefixList"]["PrefixListId"]

    world, half = prefix_list("world", V4), prefix_list("half", "0.0.0.0/2", "64.0.0.0/2")
    six, office = prefix_list("six", "::/0"), prefix_list("office", "203.0.113.0/24", "10.0.0.0/8")
    expect(group("list-world", [tcp("22", world)]), "a prefix list that holds the internet", "shu")
    expect(group("list-half", [tcp("22", half, "128.0.0.0/1")]), "half by a list, half by a range", "shu")
    expect(group("list-six", [tcp("3389", six)]), "a prefix list of IPv6", "rhu")
    expect(group("list-office", [tcp("22", office)]), "a prefix list of an office", "")
    friend = group("friend", [])
    pair = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": friend}]}
    expect(group("from-group", [pair]), "another group", "")

    _acls(account, ec2, vpc)
    _defaults(account, ec2, vpc)


def _defaults(account: Account, ec2, vpc: str) -> None:
    default = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"][0]["GroupId"]
    account.bad(default, "a default group as AWS makes it", "ec2-security-group-default-not-empty")


# Entries as (number, action, range, ports), and whether SSH and RDP come in.
ACLS: list[tuple[str, list[tuple], bool, bool]] = [
    ("allow all", [(100, "allow", V4, None)], True, True),
    ("deny ssh first", [(90, "deny", V4, 22), (100, "allow", V4, None)], False, True),
    ("deny ssh too late", [(100, "allow", V4, None), (110, "deny", V4, 22)], True, True),
    ("deny both in halves first", [(80, "deny", "0.0.0.0/1", 22), (81, "deny", "128.0.0.0/1", 22), (82, "deny", V4, 3389), (100, "allow", V4, None)], False, False),
    ("deny one address first", [(90, "deny", "203.0.113.7/32", 22), (100, "allow", V4, None)], True, True),
    ("deny half of it first", [(90, "deny", "0.0.0.0/1", 22), (100, "allow", V4, None)], True, True),
    ("allow ssh over IPv6 alone", [(100, "allow", V6, 22)], True, False),
    ("deny IPv4 only", [(90, "deny", V4, 22), (100, "allow", V4, None), (101, "allow", V6, None)], True, True),
    ("allow in quarters", [(100 + i, "allow", part, 22) for i, part in enumerate(parts(V4, 2))], True, False),
    ("deny what is given out of IPv6 first", [(90, "deny", "2000::/3", 22), (100, "allow", V6, 22)], False, False),
    ("allow an office", [(100, "allow", "203.0.113.0/24", 22)], False, False),
    ("allow the web", [(100, "allow", V4, 443)], False, False),
    ("nothing", [], False, False),
]


def _acls(account: Account, ec2, vpc: str) -> None:
    for case, entries, ssh, rdp in ACLS:
        acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
        asked = []
        for number, action, range_, port in entries:
            where = {"Ipv6CidrBlock": range_} if ":" in range_ else {"CidrBlock": range_}
            ports = {"PortRange": {"From": port, "To": port}} if port else {}
            entry = {"RuleNumber": number, "RuleAction": action, "Egress": False, "Protocol": "6" if port else "-1"}
            ec2.create_network_acl_entry(NetworkAclId=acl, **entry, **where, **ports)
            asked.append(entry | where | ports)
        account.forgotten[acl] = ("DescribeNetworkAcls", "Entries", asked)
        account.says(acl, case, ssh, "ec2-network-acl-ssh-open")
        account.says(acl, case, rdp, "ec2-network-acl-rdp-open")

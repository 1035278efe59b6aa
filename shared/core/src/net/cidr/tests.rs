use super::*;

#[test]
fn any_zero_prefix_is_the_internet() {
    for cidr in ["0.0.0.0/0", "208.236.235.254/0", "253.252.51.07/0", "10.0.0.0/0", "::/0", "fc00::1/0", " 0.0.0.0/00 "]
    {
        assert_eq!(Reach::of(cidr), Ok(Reach::Internet), "{cidr}");
    }
}

#[test]
fn a_prefix_that_nobody_could_own_is_the_internet() {
    for cidr in ["0.0.0.0/1", "128.0.0.0/1", "8.0.0.0/7", "10.0.0.0/7", "::/1", "8000::/1", "2000::/3", "2600::/12"] {
        assert_eq!(Reach::of(cidr), Ok(Reach::Internet), "{cidr}");
    }
}

#[test]
fn what_somebody_can_own_is_public() {
    for cidr in ["8.0.0.0/8", "203.0.113.7/32", "203.0.113.7", "2001:db8::/32", "2600::/13", "2001:db8::1"] {
        assert_eq!(Reach::of(cidr), Ok(Reach::Public), "{cidr}");
    }
}

#[test]
fn reserved_space_is_not_the_internet_however_short_the_prefix() {
    for cidr in ["10.0.0.0/8", "172.16.0.0/12", "192.168.1.0/24", "100.64.0.0/10", "127.0.0.1/32", "224.0.0.0/3"] {
        assert_eq!(Reach::of(cidr), Ok(Reach::Reserved), "{cidr}");
    }
    for cidr in ["fc00::/7", "fd00::/8", "fe80::/10", "ff00::/8"] {
        assert_eq!(Reach::of(cidr), Ok(Reach::Reserved), "{cidr}");
    }
}

#[test]
fn what_is_no_range_says_why() {
    for cidr in ["", "anywhere", "253.252.51.07/16", "1.2.3/8", "2001:db8:::/32"] {
        assert_eq!(Reach::of(cidr), Err(CidrError::Address(cidr.to_owned())), "{cidr}");
    }
    for cidr in ["1.2.3.4/33", "1.2.3.4/", "1.2.3.4/x", "1.2.3.4/+0", "1.2.3.4/-1", "::/129", "1.2.3.4/256"] {
        assert_eq!(Reach::of(cidr), Err(CidrError::Prefix(cidr.to_owned())), "{cidr}");
    }
    let error = Reach::of("1.2.3.4/x\u{1b}[2J").unwrap_err();
    assert_eq!(error.to_string(), "`1.2.3.4/x\\u{1b}[2J` has no valid prefix length");
}

fn reaching<'a>(cidrs: &[&'a str]) -> Vec<&'a str> {
    internet_ranges(cidrs).into_iter().map(|index| cidrs[index]).collect()
}

#[test]
fn each_range_is_judged_alone_first() {
    assert_eq!(reaching(&["10.0.0.0/8", "0.0.0.0/0", "198.51.100.0/24", "::/0"]), ["0.0.0.0/0", "::/0"]);
    assert_eq!(reaching(&["0.0.0.0/1", "128.0.0.0/1"]), ["0.0.0.0/1", "128.0.0.0/1"]);
    assert_eq!(reaching(&["nonsense", "0.0.0.0/0"]), ["0.0.0.0/0"], "what is no range hides no other");
}

#[test]
fn many_small_ranges_add_up_to_the_internet() {
    let eights = |count: u8| (0..count).map(|n| format!("{}.0.0.0/8", 11 + n)).collect::<Vec<_>>();
    let borrow = |list: &[String]| internet_ranges(&list.iter().map(String::as_str).collect::<Vec<_>>()).len();
    assert_eq!(borrow(&eights(63)), 0);
    assert_eq!(borrow(&eights(64)), 64);
    let thirteens: Vec<_> = (0..256u32).map(|n| format!("{:x}::/13", 0x2000 + n * 8)).collect();
    assert_eq!(borrow(&thirteens[..255]), 0);
    assert_eq!(borrow(&thirteens), 256);
}

#[test]
fn what_is_too_small_to_matter_is_left_alone() {
    let eights = (0..64).map(|n| format!("{}.0.0.0/8", 11 + n));
    let list: Vec<_> = eights.chain(["203.0.113.0/24".to_owned()]).collect();
    let offending = internet_ranges(&list.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(offending, (0..64).collect::<Vec<_>>());
    assert_eq!(reaching(&["0.0.0.0/0", "8.0.0.0/8"]), ["0.0.0.0/0"], "beside the whole internet, too");
}

#[test]
fn the_union_counts_no_address_twice_and_no_reserved_one() {
    let repeated = vec!["8.0.0.0/8"; 100];
    assert_eq!(reaching(&repeated), [""; 0]);
    let nested: Vec<_> = (0..100).map(|n| format!("8.{n}.0.0/16")).chain(["8.0.0.0/8".to_owned()]).collect();
    assert_eq!(reaching(&nested.iter().map(String::as_str).collect::<Vec<_>>()), [""; 0]);
    let reserved = vec!["224.0.0.0/3", "10.0.0.0/8", "9.0.0.0/8"];
    assert_eq!(reaching(&reserved), [""; 0]);
}

#[test]
fn networks_are_the_same_when_their_addresses_are() {
    for (a, b, same) in [
        ("208.236.235.254/0", "0.0.0.0/0", true),
        ("10.1.2.3/8", "10.0.0.0/8", true),
        ("2001:DB8::1/32", "2001:db8::/32", true),
        ("203.0.113.7", "203.0.113.7/32", true),
        ("10.0.0.0/8", "10.0.0.0/9", false),
        ("0.0.0.0/0", "::/0", false),
        ("pl-1", " pl-1", true),
        ("pl-1", "0.0.0.0/0", false),
    ] {
        assert_eq!(same_network(a, b), same, "{a} and {b}");
        assert_eq!(same_network(b, a), same, "{b} and {a}");
    }
}

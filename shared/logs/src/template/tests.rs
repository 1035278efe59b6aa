use super::*;

/// The templates of these lines, each line's by its text.
fn templates(lines: &[&str]) -> Vec<String> {
    let mut miner = Miner::new();
    let shapes: Vec<ShapeId> = lines.iter().map(|line| miner.line(line.as_bytes())).collect();
    let found = miner.templates();
    shapes.into_iter().map(|shape| found.all[found.of(shape).unwrap()].text.clone()).collect()
}

fn template(message: &str) -> String {
    templates(&[message]).remove(0)
}

#[test]
fn what_looks_like_a_value_is_one() {
    for (message, expected) in [
        ("took 12 ms", "took <*>"),
        ("took 12ms", "took <*>"),
        ("size=1.5 KB, free 3 MB", "size=<*>, free <*>"),
        ("from 10.0.0.1:80 to [2001:db8::1]:443", "from <*> to [<*>]:<*>"),
        ("link fe80::1 of 00:1b:21:aa:bb:cc is up", "link <*> of <*> is up"),
        ("link aa:bb:cc:dd:ee:0f is up", "link <*> is up"),
        ("open /var/log/a.log failed", "open <*> failed"),
        (r"load C:\Windows\x.dll: denied", "load <*>: denied"),
        ("GET https://example.com/a?b=c done", "GET <*> done"),
        ("id 6f1ed002-ab5c-42ee-a6c8-6f0d4c6b1b2e gone", "id <*> gone"),
        ("key deadbeefcafe gone", "key <*> gone"),
    ] {
        assert_eq!(template(message), expected, "{message}");
    }
    assert_eq!(template("blk_-123 and core.22 and node-7 left"), "<*> and <*> and <*> left");
    assert_eq!(template("mail to ops@example.com bounced"), "mail to <*> bounced");
    assert_eq!(template("lookup of ns.example.com failed"), "lookup of <*> failed");
    assert_eq!(template("visible=true, on=off"), "visible=<*>, on=<*>");
    assert_eq!(template("at Sat Jun 18 02:08:12 2005 again"), "at <*> again");
    assert_eq!(template(r#"10.0.0.1 "GET /a/b?c=1 HTTP/1.1" 200"#), "<*> GET <*>");
}

#[test]
fn the_number_of_values_does_not_matter() {
    let all = templates(&[
        "ask 10.0.0.1:50010 to delete blk_1",
        "ask 10.0.0.2:50010 to delete blk_1 blk_2 blk_-3",
        "ask 10.0.0.2:50010 to delete blk_1, blk_2, blk_3, blk_4",
    ]);
    assert_eq!(all, ["ask <*> to delete <*>"; 3]);
}

#[test]
fn few_words_are_an_enumeration_and_many_a_variable() {
    let states = templates(&[
        "attempt_1 Transitioned from NEW to ASSIGNED",
        "attempt_2 Transitioned from ASSIGNED to RUNNING",
        "attempt_3 Transitioned from RUNNING to SUCCEEDED",
        "attempt_4 Transitioned from NEW to ASSIGNED",
    ]);
    assert_eq!(states[0], "<*> Transitioned from NEW to ASSIGNED");
    assert_eq!(states[0], states[3]);
    assert!(states[0] != states[1] && states[1] != states[2]);

    let names = ["ada", "bob", "cy", "dee", "eve", "fay"].map(|name| format!("login of {name} was refused today"));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(templates(&names), ["login of <*> was refused today"; 6]);
}

#[test]
fn an_unknown_user_is_another_template_whatever_his_name_is() {
    let mut lines = Vec::new();
    for name in ["bob", "admin", "root", "x y", "", "0"] {
        lines.push(format!("Failed password for invalid user {name} from 192.0.2.7 port 22 ssh2"));
    }
    for number in 0..40 {
        lines.push(format!("Failed password for invalid user guest{number} from 192.0.2.7 port 22 ssh2"));
        lines.push(format!("Failed password for root from 192.0.2.7 port {number} ssh2"));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let all = templates(&lines);
    assert!(all[..6].iter().all(|text| *text == all[6]), "{:?}", &all[..7]);
    assert_ne!(all[6], all[7]);
    assert!(all[6].contains("invalid user <*> from"), "{}", all[6]);
}

#[test]
fn a_structured_line_has_the_template_of_its_message() {
    let all = templates(&[
        r#"{"level":"info","msg":"took 12 ms","t":1}"#,
        r#"{"t":2,"msg":"took 99 ms","level":"info","more":{"a":1}}"#,
        "took 7 ms",
    ]);
    assert_eq!(all, ["took <*>"; 3]);
}

#[test]
fn whatever_is_written_memory_stays_bounded() {
    let mut miner = Miner::new();
    let letters = |mut number: usize| {
        let mut word = String::new();
        for _ in 0..6 {
            word.push(char::from(b'g' + u8::try_from(number % 20).unwrap()));
            number /= 20;
        }
        word
    };
    for number in 0..Miner::MOST_SHAPES + 20_000 {
        let word = letters(number * 7919);
        miner.message(format!("{word} {word} {word} {word} of nothing").as_bytes());
    }
    assert!(miner.shapes() <= Miner::MOST_SHAPES + Miner::MOST_COARSE + 1, "{}", miner.shapes());
}

#[test]
fn broken_text_and_very_long_lines_have_a_template() {
    let mut miner = Miner::new();
    let mut long = b"started with ".to_vec();
    long.extend(std::iter::repeat_n(b"word \xff\xfe\x00 ".as_slice(), 32 << 10).flatten());
    let shape = miner.line(&long);
    assert_eq!(shape, miner.line(&long));
    miner.line(b"");
    miner.line(b"\xff\xff");
    miner.line("ключ=значение".as_bytes());
    let found = miner.templates();
    assert_eq!(found.all.len(), 4);
    assert_eq!(found.all.iter().map(|template| template.lines).sum::<u64>(), 5);
    assert!(found.all.iter().all(|template| template.text.len() < 8192));
}

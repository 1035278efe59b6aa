//! `riposte completions` and `riposte man`: from the same definition as the command line.

use std::io::Write;

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Arguments;

/// A shell's completions. They are made in memory first: what makes them ends the process where it cannot write.
pub(crate) fn completions(out: &mut impl Write, shell: Shell) -> Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "riposte", &mut text);
    Ok(out.write_all(&text)?)
}

/// The manual page, with every verb.
pub(crate) fn page(out: &mut impl Write) -> Result<()> {
    let mut command = Arguments::command();
    command.build();
    let mut first = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut first)?;
    let mut first = String::from_utf8(first)?;
    // It names a page of its own for each verb. All of them stand in this one.
    for verb in command.get_subcommands() {
        let name = verb.get_name().replace('-', "\\-");
        first = first.replace(&format!("riposte\\-{name}(1)"), &format!("riposte {name}"));
    }
    out.write_all(first.as_bytes())?;
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        // Its display name is `riposte-VERB`.
        let man = clap_mangen::Man::new(verb.clone());
        man.render_name_section(out)?;
        man.render_synopsis_section(out)?;
        man.render_description_section(out)?;
        man.render_options_section(out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound_and_every_verb_is_in_the_manual() {
        Arguments::command().debug_assert();
        let mut page = Vec::new();
        super::page(&mut page).unwrap();
        let page = String::from_utf8(page).unwrap();
        for verb in ["incidents", "approve", "guardrails", "redrive", "detect"] {
            assert!(page.contains(&format!("riposte\\-{verb}")), "{verb}");
        }
        assert!(!page.contains("(1)\n"), "no page is named that is not there");
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut text = Vec::new();
            completions(&mut text, shell).unwrap();
            assert!(String::from_utf8(text).unwrap().contains("incidents"), "{shell}");
        }
    }

    /// A pipe whose reader has gone.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_has_gone_is_an_error_and_no_panic() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            assert!(completions(&mut Closed, shell).is_err(), "{shell}");
        }
    }
}
